"""Reminders of form: when they come, when they never do, and that nothing else moves for them."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timeline import PEDALLING, RIDER, SEATED, STANDING, drive, pedalling, workout

from coach import profile
from coach.engine import Engine
from coach.guidance.advice import LASTING
from coach.guidance.reminders import REMINDERS
from coach.messages import Cue, CueKind, Key, Mode, PowerLimit, Telemetry
from coach.workout import SegmentKind, Workout


def stretch(kind: SegmentKind, seconds: float, posture=SEATED, hill: int | None = None):
    grade = 0.05 if kind is SegmentKind.HILL else 0.0
    return (kind, seconds, posture, 130.0, 130.0, grade, Mode.POWER, hill)


def alone(kind: SegmentKind, seconds: float, posture=SEATED) -> Workout:
    return workout(stretch(kind, seconds, posture))


def reminders(cues: list[Cue]) -> list[Cue]:
    return [cue for cue in cues if cue.text in REMINDERS]


def times(plan: Workout, seconds: float | None = None, **more: object) -> list[float]:
    ridden = drive(Engine(plan, RIDER), seconds or plan.duration, **more)
    return [cue.time for cue in reminders(ridden.cues)]


def whole_ride(name: str) -> tuple[Workout, list[Cue]]:
    plan = profile.compile_workout(profile.load_workout(profile.find_workout(name)), RIDER)
    # Quicker than the grid of a quarter second, which is worked off within each step all the same.
    return plan, drive(Engine(plan, RIDER), plan.duration + 1.0, tick=1.0).cues


# --- the words ---------------------------------------------------------------------------------


def test_each_is_short_and_said_as_a_check():
    assert max(map(len, REMINDERS)) <= 60
    assert len(set(REMINDERS)) == len(REMINDERS)
    said = reminders(drive(Engine(alone(SegmentKind.WARM_UP, 100.0), RIDER), 100.0).cues)
    assert [cue.kind for cue in said] == [CueKind.CHECK]
    everything = " ".join(REMINDERS)
    for words in (
        "core tight", "ribs down", "light hands", "shoulders", "knees in line", "hips", "saddle",
        "drink",
    ):  # fmt: skip
        assert words in everything


def test_all_are_said_once_in_their_order_before_any_is_said_again():
    said = [cue.text for cue in reminders(whole_ride("hills")[1])]
    assert len(said) > 2 * len(REMINDERS)
    assert said == [REMINDERS[index % len(REMINDERS)] for index in range(len(said))]


# --- when --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SegmentKind.WARM_UP, SegmentKind.MODERATE])
def test_every_four_minutes_of_a_long_block(kind):
    assert times(alone(kind, 900.0)) == [30.0, 270.0, 510.0, 750.0]


def test_once_on_each_way_down_however_long():
    down = stretch(SegmentKind.DOWNHILL, 600.0)
    up = stretch(SegmentKind.HILL, 60.0, hill=1)
    assert times(workout(up, down, up, down)) == [90.0, 750.0]


def test_the_four_minutes_count_from_the_last_one_wherever_it_was():
    down = stretch(SegmentKind.DOWNHILL, 180.0)
    assert times(workout(down, stretch(SegmentKind.MODERATE, 600.0))) == [30.0, 270.0, 510.0]


def test_the_last_minute_of_the_cool_down_is_quiet():
    assert times(alone(SegmentKind.COOL_DOWN, 600.0)) == [30.0, 270.0, 510.0]
    assert times(alone(SegmentKind.COOL_DOWN, 570.0)) == [30.0, 270.0]


@pytest.mark.parametrize(
    ("kind", "seconds", "said"),
    [
        (SegmentKind.DOWNHILL, 60.0, []),
        (SegmentKind.DOWNHILL, 60.25, [30.0]),
        (SegmentKind.COOL_DOWN, 90.0, []),
        (SegmentKind.COOL_DOWN, 90.25, [30.0]),
    ],
)
def test_neither_the_first_nor_the_last_seconds(kind, seconds, said):
    assert times(alone(kind, seconds)) == said


@pytest.mark.parametrize(
    "kind", [SegmentKind.HILL, SegmentKind.INTERVAL, SegmentKind.RECOVERY, SegmentKind.FREE]
)
def test_never_where_there_is_work_to_do_or_no_plan(kind):
    assert times(alone(kind, 900.0)) == []


def test_every_other_kind_of_stretch_is_quiet():
    quiet = [kind for kind in SegmentKind if times(alone(kind, 120.0))]
    assert quiet == [
        SegmentKind.WARM_UP, SegmentKind.DOWNHILL, SegmentKind.MODERATE, SegmentKind.COOL_DOWN
    ]  # fmt: skip


def test_not_while_the_rider_stands():
    assert times(alone(SegmentKind.WARM_UP, 900.0, STANDING)) == []


# --- around everything else that is said ----------------------------------------------------------


@pytest.mark.parametrize("advised", [20.0, 30.0])
def test_fifteen_seconds_after_a_word_about_the_trainer(advised):
    limited = pedalling(power_limit=PowerLimit.SPEED_TOO_LOW)

    def told(now: float) -> Telemetry:
        return limited if now >= advised - LASTING else PEDALLING

    plan = alone(SegmentKind.WARM_UP, 300.0)
    cues = drive(Engine(plan, RIDER), 46.0, told).cues
    assert [cue.time for cue in cues if cue.kind is CueKind.ADVICE] == [advised]
    assert [cue.time for cue in reminders(cues)] == [advised + 15.0]


@pytest.mark.parametrize("pressed", [20.0, 30.0])
def test_fifteen_seconds_after_the_answer_to_a_key(pressed):
    down, up = stretch(SegmentKind.DOWNHILL, 180.0), stretch(SegmentKind.HILL, 60.0, STANDING, 1)
    said = times(workout(down, up), 120.0, keys={pressed: [Key.SWAP]})
    assert said == [pressed + 15.0]


def test_fifteen_seconds_after_a_word_about_the_heart():
    racing = pedalling(heart_rate=178.0)

    def told(now: float) -> Telemetry:
        return racing if now >= 18.0 else PEDALLING

    plan = alone(SegmentKind.WARM_UP, 300.0)
    cues = drive(Engine(plan, RIDER), 90.0, told).cues
    (alert,) = [cue.time for cue in cues if "Heart rate" in cue.text]
    assert 18.0 <= alert < 30.0
    assert [cue.time for cue in reminders(cues)] == [alert + 15.0]


def test_a_pause_delays_it_by_its_own_length():
    plan = alone(SegmentKind.WARM_UP, 900.0)
    paused = {20.0: [Key.PAUSE], 120.0: [Key.PAUSE], 200.0: [Key.PAUSE], 700.0: [Key.PAUSE]}
    # 30 s and 270 s of riding are 130 s and 870 s on the wall.
    assert times(plan, 900.0, keys=paused) == [130.0, 870.0]


def test_a_longer_stretch_waits_for_its_new_end():
    plan = workout(stretch(SegmentKind.DOWNHILL, 55.0), stretch(SegmentKind.HILL, 60.0, hill=1))
    assert times(plan) == []
    assert times(plan, keys={40.0: [Key.EXTEND]}) == [40.0]


def test_once_more_in_a_way_down_ridden_again():
    plan = workout(stretch(SegmentKind.DOWNHILL, 300.0))
    assert times(plan, 200.0, keys={100.0: [Key.BACK]}) == [30.0, 130.0]


@pytest.mark.parametrize("name", ["hills", "hills-starter", "hills-strong", "intervals"])
def test_on_every_shipped_ride(name):
    plan, cues = whole_ride(name)
    said = reminders(cues)
    assert len(said) >= 3
    others = [cue.time for cue in cues if cue.text not in REMINDERS]
    for cue in said:
        assert min(abs(cue.time - other) for other in others) >= 15.0
        (here,) = (each for each in plan.segments if each.start <= cue.time < each.end)
        assert cue.time >= here.start + 30.0
        assert cue.time < here.end - 30.0
        assert here.kind not in (SegmentKind.HILL, SegmentKind.INTERVAL, SegmentKind.RECOVERY)
    downs = [each for each in plan.segments if each.kind is SegmentKind.DOWNHILL]
    for down in downs:
        assert sum(down.start <= cue.time < down.end for cue in said) == 1
    long = [cue.time for cue in said if not any(d.start <= cue.time < d.end for d in downs)]
    assert all(later - sooner >= 240.0 for sooner, later in pairwise(long))


PLAN = workout(
    stretch(SegmentKind.WARM_UP, 310.0),
    stretch(SegmentKind.HILL, 30.0, STANDING, 1),
    stretch(SegmentKind.DOWNHILL, 100.0),
    stretch(SegmentKind.MODERATE, 200.0),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([0.1, 0.25, 0.3, 1.0, 1.75]), min_size=1, max_size=8))
def test_the_rate_of_the_caller_changes_nothing(steps):
    engine, said, now = Engine(PLAN, RIDER), [], 0.0
    for step in cycle(steps):
        said += engine.step(now, replace(PEDALLING, time=now)).cues
        if engine.finished:
            break
        now += step
    assert [cue for cue in said if cue.kind is not CueKind.FINISHED] == STEADILY


STEADILY = drive(Engine(PLAN, RIDER), PLAN.duration - 0.25).cues


def test_nothing_else_is_said_at_another_time(monkeypatch):
    with_them = whole_ride("intervals")[1]
    monkeypatch.setattr("coach.guidance.reminders._QUIET", ())
    without = whole_ride("intervals")[1]
    assert [cue for cue in with_them if cue.text not in REMINDERS] == without
    assert len(with_them) > len(without)
