"""What the rider reads after a hill: the same rules as after the ride, at the right moment."""

from __future__ import annotations

import pytest
from timeline import HILLS, RIDER, drive, pedalling

from coach.engine import TICK, Engine
from coach.messages import Key, RiderPosition
from coach.recap import LEAD, Recap


def reports(engine, seconds, told=None, keys=None):
    """Return when which report stood: ``(from, until, lines)``."""
    shown, now, keys = [], 0.0, keys or {}
    while now <= seconds:
        said = told(now) if told else pedalling(time=now)
        engine.step(now, said, keys.get(now, ()))
        lines = engine.snapshot().report
        if lines and (not shown or shown[-1][2] != lines or shown[-1][1] != now - TICK):
            shown.append([now, now, lines])
        elif lines:
            shown[-1][1] = now
        now += TICK
    return [tuple(each) for each in shown]


def on_the_pedals(*changes):
    def told(now):
        where = [position for at, position in changes if at <= now]
        return pedalling(198.0, time=now, position=where[-1], position_time=now)

    return told


UP, DOWN = RiderPosition.STANDING, RiderPosition.SEATED
RISING = RiderPosition.TRANSITION_TO_STANDING
MEASURED = on_the_pedals(
    (0, DOWN), (121, RISING), (122, UP), (182, DOWN), (245, RISING), (246, UP), (280, DOWN)
)


def test_a_hill_is_told_five_seconds_into_the_rest_for_fifteen():
    first, second = reports(Engine(HILLS, RIDER), 350, MEASURED)
    assert first[:2] == (185, 200 - TICK)
    assert second[:2] == (305, 320 - TICK)


def test_it_tells_what_the_pedals_saw():
    first, second = reports(Engine(HILLS, RIDER), 350, MEASURED)
    # On hill 1 standing is asked from 120 to 180 s: up at 122 s. On the next from 240 to 300 s:
    # up from 246 to 280 s.
    assert first[2][:2] == ("Hill 1: stood 0:59 of 1:00 (measured)", "up 2 s after the cue")
    assert second[2][0] == "Hill 1: stood 0:35 of 1:00 (measured)"
    assert second[2][1] == "up 6 s after the cue, sat down once"


def test_keys_count_where_no_pedals_tell_and_say_so():
    keys = {50.0: [Key.DECLARE_SEATED], 123.0: [Key.DECLARE_STANDING], 180.0: [Key.DECLARE_SEATED]}
    (first, *_) = reports(Engine(HILLS, RIDER), 210, keys=keys)
    assert first[2][:2] == ("Hill 1: stood 0:57 of 1:00 (as told by the rider)",
                            "up 3 s after the cue")  # fmt: skip


def test_measured_comes_before_declared():
    keys = {120.0: [Key.DECLARE_STANDING]}
    (first, *_) = reports(Engine(HILLS, RIDER), 210, MEASURED, keys)
    assert "(measured)" in first[2][0]
    assert "0:59" in first[2][0]


def test_without_either_nothing_is_said_of_posture():
    (first, *_) = reports(Engine(HILLS, RIDER), 210)
    text = " ".join(first[2])
    assert "stood" not in text
    assert "150 W of 194 W" in text or "on target" in text


def test_a_swapped_half_is_not_held_against_the_rider():
    seated = on_the_pedals((0, DOWN))
    (first, *_) = reports(Engine(HILLS, RIDER), 210, seated, {100.0: [Key.SWAP]})
    assert first[2][0] == "Hill 1: sat 2:00 of 2:00 (measured)"


def test_a_pause_in_a_hill_is_no_time():
    keys = {150.0: [Key.PAUSE], 450.0: [Key.PAUSE]}
    told = on_the_pedals((0, DOWN), (121, RISING), (122, UP), (482, DOWN))
    (first, *_) = reports(Engine(HILLS, RIDER), 520, told, keys)
    assert first[0] == 485
    assert first[2][0] == "Hill 1: stood 0:59 of 1:00 (measured)"


def test_a_ride_that_ends_on_a_hill_tells_of_it_at_once():
    (first,) = reports(Engine(HILLS, RIDER), 171, MEASURED, {170.0: [Key.QUIT]})
    assert first[0] == 170
    assert "stood 0:49 of 0:50" in first[2][0]


def test_little_is_kept_however_long_the_ride():
    recap = Recap()
    engine = Engine(HILLS, RIDER)
    engine._recap = recap
    drive(engine, 350, MEASURED)
    oldest = recap._rows[0].timer_time
    assert oldest == pytest.approx(240 - LEAD, abs=1)
    assert len(recap._asked) <= 4


def test_who_is_back_on_a_hill_at_once_still_reads_all_of_the_last_time():
    # Hill 1 ends at 180 s; two seconds later the rider is back at its standing half.
    keys = {182.0: [Key.BACK, Key.BACK]}
    plain, *_ = reports(Engine(HILLS, RIDER), 210, MEASURED)
    again, *_ = reports(Engine(HILLS, RIDER), 200, MEASURED, keys)
    assert again[0] == plain[0] == 185
    assert again[2][:2] == plain[2][:2]


def test_a_hill_that_ends_while_the_last_one_is_told_is_told_in_its_turn():
    # Past the downhill at 190 s, while hill 1 stands on the screen, and off the next at 193 s.
    keys = {190.0: [Key.SKIP], 193.0: [Key.SKIP]}
    first, second = reports(Engine(HILLS, RIDER), 230, MEASURED, keys)
    assert "of 1:00" in first[2][0]
    assert first[1] == 193 - TICK
    assert second[0] == 198
    assert "of 0:03" in second[2][0]
