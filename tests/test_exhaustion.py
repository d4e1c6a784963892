"""Tests that end themselves: a time-line in, the end of the ramp and its reason out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_ride import Ridden, compiled
from simulated_ride import ride as ride_on
from timeline import RIDER, drive, of_kind, pedalling, workout

from coach import exhaustion
from coach.engine import Engine
from coach.messages import (
    BasicResistance,
    Capabilities,
    EventKind,
    Key,
    Mode,
    Posture,
    TargetPower,
    Telemetry,
)
from coach.rider import Limits
from coach.workout import SegmentKind

TEST, SEATED = SegmentKind.TEST, Posture.SEATED
WARM = (SegmentKind.WARM_UP, 60.0, SEATED, 100.0, 100.0, 0.0, Mode.POWER, None)
COOL = (SegmentKind.COOL_DOWN, 120.0, SEATED, 80.0, 80.0, 0.0, Mode.POWER, None)
STEPS = [(TEST, 60.0, SEATED, w, w, 0.0, Mode.POWER, None) for w in range(100, 460, 20)]
RAMP = workout(WARM, *STEPS, COOL)
OWN_PACE = workout(WARM, (TEST, 300.0, SEATED, None, None, 0.02, Mode.GRADE, None), COOL)
BEGINS = 60.0


def on_target(now: float, cadence: float = 85.0, **more: object) -> Telemetry:
    """A rider who does what the ramp asks."""
    step = int(max(0.0, now - BEGINS) // 60)
    return pedalling(100.0 + 20.0 * step, cadence, **more)


def over(said) -> list[tuple[float, str]]:
    return [(e.time, e.text) for e in said.events if e.kind is EventKind.TEST_OVER]


def test_slow_legs_end_the_ramp_after_three_seconds():
    engine = Engine(RAMP, RIDER)
    said = drive(engine, 420, lambda now: on_target(now, 59.0 if now >= 400 else 85.0))
    assert over(said) == [(403.0, "cadence below 60 rpm")]
    assert engine.progress.segment.kind is SegmentKind.COOL_DOWN
    assert [(lap.time, lap.segment) for lap in said.laps][-1] == (403.0, len(RAMP.segments) - 1)
    assert [cue.text for cue in said.cues if cue.time == 403.0] == ["That is it: spin easy"]


def test_sixty_rpm_is_fast_enough_and_a_wobble_is_no_end():
    def told(now: float) -> Telemetry:
        return on_target(now, 55.0 if now % 5 < 2.5 else 60.0)

    assert not over(drive(Engine(RAMP, RIDER), 500, told))


def test_falling_short_ends_the_ramp_after_ten_seconds():
    def told(now: float) -> Telemetry:
        return replace(on_target(now), power=0.84 * on_target(now).power if now >= 430 else 200.0)

    # From 420 s on the target is 220 W; the 200 W before are within 15 % of all it ever was.
    said = drive(Engine(RAMP, RIDER), 450, told)
    assert over(said) == [(440.0, "power more than 15 % below the ramp")]
    kept = drive(
        Engine(RAMP, RIDER),
        450,
        lambda now: replace(on_target(now), power=0.86 * on_target(now).power),
    )
    assert not over(kept)


def test_a_ramp_without_power_is_over_after_ten_seconds():
    def told(since: float, until: float):
        def at(now: float) -> Telemetry:
            said = on_target(now)
            return replace(said, power=None, time=now) if since <= now < until else said

        return at

    assert over(drive(Engine(RAMP, RIDER), 420, told(400.0, 410.0))) == []
    said = drive(Engine(RAMP, RIDER), 420, told(400.0, 420.0))
    assert over(said) == [(410.0, "no power is measured")]
    told_then = [cue.text for cue in said.cues if cue.time == 410.0]
    assert told_then == ["The test is over, no power is measured: spin easy"]


def test_nobody_fails_in_the_first_minute():
    said = drive(Engine(RAMP, RIDER), 130, lambda now: on_target(now, 50.0))
    # One minute of guard, then three seconds.
    assert over(said) == [(BEGINS + 60.0 + 3.0, "cadence below 60 rpm")]


@pytest.mark.parametrize("key", [Key.SKIP, Key.EASIER, Key.EASE_OFF])
def test_the_rider_ends_the_ramp_by_a_key(key):
    engine = Engine(RAMP, RIDER)
    said = drive(engine, 305, on_target, keys={300: [key]})
    assert over(said) == [(300.0, "ended by the rider")]
    assert engine.progress.segment.kind is SegmentKind.COOL_DOWN
    assert engine.wishes.intensity == 1.0


@pytest.mark.parametrize("key", [Key.BACK, Key.EXTEND, Key.HARDER])
def test_no_key_makes_the_ramp_another_one(key):
    plain = drive(Engine(RAMP, RIDER), 400, on_target)
    pressed = drive(Engine(RAMP, RIDER), 400, on_target, keys={301: [key]})
    assert pressed.laps == plain.laps
    assert pressed.commands == plain.commands
    assert "The ramp is the same for everybody; n ends it" in [cue.text for cue in pressed.cues]


def test_an_intensity_wished_before_holds_before_and_after_but_not_in_the_ramp():
    engine = Engine(RAMP, RIDER)
    drive(engine, 50, on_target, keys={10: [Key.EASE_OFF]})
    assert engine.control.target_power == pytest.approx(75.0, abs=1.0)
    drive(engine, 300, on_target, start=50.25)
    assert engine.control.target_power == 180.0
    assert engine.snapshot().intensity == 1.0
    drive(engine, 30, on_target, keys={351.0: [Key.SKIP]}, start=350.5)
    assert engine.control.target_power == pytest.approx(0.75 * 80.0)


def test_no_test_begins_cold_and_none_begins_again():
    engine = Engine(RAMP, RIDER)
    said = drive(engine, 40, on_target, keys={30: [Key.SKIP]})
    assert engine.progress.index == 0
    assert any(cue.text.startswith("Warm up first") for cue in said.cues)
    said = drive(engine, 270, on_target, keys={300: [Key.SKIP], 302: [Key.BACK]}, start=40.25)
    assert engine.progress.segment.kind is SegmentKind.COOL_DOWN
    assert "The ramp is over; ride on easily" in [cue.text for cue in said.cues]
    # Later on the key means what it always does.
    said = drive(engine, 10, on_target, keys={320: [Key.BACK]}, start=315.0)
    assert [lap.segment for lap in said.laps] == [len(RAMP.segments) - 1]


@pytest.mark.parametrize("cause", ["pause", "lost"])
def test_a_pause_ends_the_ramp_when_the_ride_goes_on(cause):
    def told(now: float) -> Telemetry:
        if cause == "lost" and 300 <= now < 310:
            return replace(on_target(now), time=300.0)
        return on_target(now)

    keys = {300: [Key.PAUSE], 310: [Key.PAUSE]} if cause == "pause" else {}
    said = drive(Engine(RAMP, RIDER), 330, told, keys=keys)
    [(at, why)] = over(said)
    assert why == "interrupted by a pause"
    assert 310 <= at <= 315
    # Nothing rises while the trainer is gone, nor after it is back.
    powers = [c.power for t, c in of_kind(said, TargetPower) if t > 305]
    assert max(powers) <= 180.0


def test_who_stops_pedalling_in_the_ramp_has_ended_it():
    def told(now: float) -> Telemetry:
        return pedalling(0.0, 0.0) if now >= 400 else on_target(now)

    engine = Engine(RAMP, RIDER)
    said = drive(engine, 410, told)
    assert over(said) == [(403.0, "cadence below 60 rpm")]
    # The rest that follows is a pause in the cool-down, not in the ramp.
    assert said.laps[-1].time <= next(e.time for e in said.events if e.kind is EventKind.PAUSED)


def test_a_trainer_without_target_power_ends_the_ramp_at_once():
    able = Capabilities(target_power=False, simulation=True, basic_resistance=True)
    said = drive(Engine(RAMP, RIDER), 70, lambda now: on_target(now, capabilities=able))
    assert over(said) == [(BEGINS, "the trainer holds no power")]
    cue = next(cue.text for cue in said.cues if cue.time == BEGINS and "over" in cue.text)
    assert cue == "The test is over, the trainer holds no power: spin easy"
    # While there is time to choose another test, and once.
    told = [c.time for c in said.cues if "ride ftp-twenty instead" in c.text]
    assert told == [0.25]
    assert not [c for c in said.cues if "until you cannot" in c.text]


def test_a_trainer_without_grades_gives_the_twenty_minutes_a_resistance():
    able = Capabilities(target_power=True, simulation=False, basic_resistance=True)
    engine = Engine(OWN_PACE, RIDER)
    said = drive(engine, 120, lambda now: on_target(now, capabilities=able))
    assert of_kind(said, BasicResistance)[-1][1] == BasicResistance(0.25)
    assert engine.snapshot().mode is Mode.RESISTANCE
    assert engine.control.limits == ("this trainer has no grade mode: riding in resistance mode",)


def test_a_high_heart_is_told_in_a_test_without_a_word_of_easing():
    def words(plan) -> list[str]:
        said = drive(Engine(plan, RIDER), 90, lambda now: on_target(now, heart_rate=168.0))
        return [c.text for c in said.cues if "Heart rate above 90 %" in c.text]

    assert words(workout(WARM)) == ["Heart rate above 90 % of your maximum: ease if it feels hard"]
    late = drive(
        Engine(RAMP, RIDER), 90, lambda now: on_target(now, heart_rate=168.0 if now > 70 else 120.0)
    )
    assert "Heart rate above 90 % of your maximum: stop if you feel unwell" in [
        c.text for c in late.cues
    ]


@pytest.mark.parametrize("plan", [RAMP, OWN_PACE], ids=["ramp", "own pace"])
def test_a_heart_above_its_maximum_ends_any_test_and_one_at_it_does_not(plan):
    def told(rate: float):
        return lambda now: replace(on_target(now), heart_rate=rate if now >= 200 else 150.0)

    said = drive(Engine(plan, RIDER), 240, told(186.0))
    [(at, why)] = over(said)
    assert why == "heart rate above your maximum"
    assert 230 <= at <= 230.5
    at_it = drive(Engine(plan, RIDER), 240, told(185.0))
    assert not over(at_it)
    # Nothing is eased silently on the way.
    assert not [e for e in at_it.events if e.kind is EventKind.CAPPED]


def test_the_ramp_is_capped_by_its_own_ceiling_and_the_riders_limit_only():
    def highest(rider) -> float:
        said = drive(Engine(RAMP, rider), 60 + 18 * 60, on_target)
        return max(c.power for _, c in of_kind(said, TargetPower))

    assert highest(RIDER) == 440.0
    assert highest(replace(RIDER, threshold_power=150.0)) == 300.0
    assert highest(replace(RIDER, limits=Limits(power=250.0))) == 250.0


def test_the_cadence_guard_does_not_fight_the_ramp():
    """Below 50 rpm for 3 s it would ease to 60 %, in the first minute too."""
    weak = replace(RIDER, threshold_power=150.0)
    engine = Engine(RAMP, weak)
    drive(engine, 110, lambda now: on_target(now, 45.0 if now >= BEGINS else 85.0))
    assert engine.control.target_power == 100.0
    said = drive(Engine(RAMP, RIDER), 403, lambda now: on_target(now, 45.0 if now >= 400 else 85.0))
    last = [c.power for t, c in of_kind(said, TargetPower) if 399 <= t < 403]
    assert not last or min(last) == 200.0


def test_each_step_is_there_within_seconds():
    high = workout((*WARM[:3], 200.0, 200.0, *WARM[5:]), *STEPS, COOL)
    engine = Engine(high, RIDER)
    drive(engine, 63.25, on_target)
    assert engine.control.target_power == 100.0
    drive(engine, 239.75, on_target, start=63.5)
    assert engine.control.target_power == 180.0
    drive(engine, 60, on_target, start=303.5)
    assert engine.control.target_power == 200.0


@pytest.mark.parametrize("moment", [700, 1000, 1110])
def test_the_load_comes_down_within_seconds_and_not_in_one_step(moment):
    said = drive(Engine(RAMP, RIDER), moment + 20, on_target, keys={moment: [Key.SKIP]})
    powers = [(t, c.power) for t, c in of_kind(said, TargetPower) if t >= moment - 5]
    drops = [a - b for (_, a), (_, b) in pairwise(powers)]
    # Three seconds, a set-point each half second: whoever stands on the pedals is not dropped.
    assert max(drops) <= 0.15 * powers[0][1]
    assert 2.5 <= next(t for t, p in powers if p == 80.0) - moment <= 4.0


def test_a_second_ramp_is_watched_like_the_first():
    plan = workout(WARM, *STEPS[:3], COOL, *STEPS[:5], COOL)
    again = 60.0 + 180 + 120

    def told(now: float) -> Telemetry:
        watts = 100.0 + 20.0 * int(max(0.0, now - (again if now >= again else BEGINS)) // 60)
        return pedalling(watts, 50.0 if now >= again else 85.0)

    keys = {100: [Key.PAUSE], 110: [Key.PAUSE], 120: [Key.BACK]}
    said = drive(Engine(plan, RIDER), 110 + 130, told, keys=keys)
    assert [why for _, why in over(said)] == ["interrupted by a pause"]
    begins = next(lap.time for lap in said.laps if lap.segment == 5)
    engine = Engine(plan, RIDER)
    said = drive(engine, again + 100, told)
    assert begins < again
    assert over(said) == [(again + 63.0, "cadence below 60 rpm")]


@given(st.floats(130, 1100), st.integers(40, 59))
@settings(max_examples=10, deadline=None)
def test_whenever_legs_fail_the_ramp_is_over_three_seconds_later_and_once(moment, cadence):
    at = round(4 * moment) / 4
    engine = Engine(RAMP, RIDER)
    said = drive(engine, at + 8, lambda now: on_target(now, cadence if now >= at else 85.0))
    assert over(said) == [(at + exhaustion.SLOW_FOR, "cadence below 60 rpm")]


@given(st.sampled_from([0.1, 0.25, 0.7, 1.0]))
@settings(max_examples=4, deadline=None)
def test_the_rate_of_the_caller_changes_nothing(tick):
    said = drive(
        Engine(RAMP, RIDER),
        420,
        lambda now: on_target(now, 50.0 if now >= 400 else 85.0),
        tick=tick,
    )
    [(at, _)] = over(said)
    assert at - 403.0 <= max(tick, 0.25)


# --- ridden by the simulated rider ----------------------------------------------------------------


@cache
def ridden(name: str, seed: int) -> Ridden:
    return ride_on(compiled(name), "obedient", seed)


def in_tests(ride: Ridden) -> list[list[float]]:
    tests = [s for s in ride.workout.segments if s.kind is TEST]
    return [[s.power or 0.0 for s in ride.of(test)] for test in tests]


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_a_simulated_rider_fails_in_the_ramp_near_what_the_rule_expects(seed):
    ride = ridden("ftp-ramp", seed)
    assert over(ride)[0][1] == "cadence below 60 rpm"
    powers = [power for step in in_tests(ride) for power in step]
    best = max(fmean(powers[i : i + 60]) for i in range(len(powers) - 59))
    assert 0.75 * best == pytest.approx(220.0, rel=0.05)


@pytest.mark.parametrize("seed", [1, 7])
def test_a_simulated_rider_paces_the_twenty_minutes(seed):
    five, twenty = in_tests(ridden("ftp-twenty", seed))
    assert (len(five), len(twenty)) == (300, 1200)
    assert fmean(five) > 1.08 * fmean(twenty)
    assert 0.95 * fmean(twenty) == pytest.approx(220.0, rel=0.05)
    # Even: no half of it much harder than the other.
    assert fmean(twenty[60:600]) == pytest.approx(fmean(twenty[600:]), rel=0.05)
    assert not over(ridden("ftp-twenty", seed))
