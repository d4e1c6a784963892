"""Riding a road: stretches that end by distance, what is felt of them, and what is recorded.

The closed forms are those of `coach.physics`: a steady power on a steady grade has a steady speed.
The bound on a road that is ridden, recorded and ridden again follows from what a course is allowed
to differ from its profile (`coach.course.pieces.LARGEST_ERROR`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
import simulated_ride
from hypothesis import given, settings
from hypothesis import strategies as st
from timeline import RIDER, SEATED, STANDING, drive, of_kind, pedalling

from coach import journal, physics
from coach.cli import run
from coach.course import Course, course, free
from coach.course.pieces import LARGEST_ERROR
from coach.engine import TICK, Engine, Step
from coach.formats.fit import encode
from coach.formats.fit.reader import decode
from coach.journal import Header, Journal, Recorded
from coach.messages import (
    CueKind,
    EventKind,
    Key,
    Mode,
    RiderPosition,
    RideState,
    Sample,
    TrackResistance,
)
from coach.profile import example_rider
from coach.progress import NEAR, SLOWEST, Progress
from coach.ride import Lap, Ride, as_ridden
from coach.rides import load_ride, load_road
from coach.workout import GradeScale, Segment, SegmentKind, Workout

RIDES = Path(__file__).parents[2] / "shared" / "rides"
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")

POWER = 200.0
STEADY = pedalling(POWER)
RESTING = pedalling(0.0, 0.0)


def road(*pieces, scale=None):
    """Make a road of ``(metres, grade, posture, hill)``, estimated at 5 m/s."""
    segments = []
    start = 0.0
    for index, (length, grade, posture, hill) in enumerate(pieces):
        kind = SegmentKind.ROAD if hill is None else SegmentKind.HILL
        segments.append(
            Segment(
                index, kind, start, length / 5.0, posture, Mode.GRADE, hill, grade=grade,
                label="Road" if hill is None else f"Climb {hill}: 1.0 km at 5.0 %", length=length,
            )
        )  # fmt: skip
        start += length / 5.0
    return Workout("road", "Road", tuple(segments), scale=scale or GradeScale())


ROLLING = road(
    (300.0, 0.0, None, None),
    (200.0, 0.04, None, 1),
    (150.0, 0.08, None, 1),
    (250.0, -0.05, None, None),
    (120.0, 0.02, None, None),
)
LENGTH = 1020.0


def height_at(plan, distance):
    """Height of a road above its start [m]."""
    lengths = [segment.length for segment in plan.segments]
    rises = [s.length * s.grade / (1 + s.grade**2) ** 0.5 for s in plan.segments]
    return np.interp(distance, [0, *accumulate(lengths)], [0, *accumulate(rises)])


def to_the_end(engine, told, most=4000):
    """Drive an engine until the ride is over, a minute at a time."""
    said, now = Step(), 0.0
    while not engine.finished and now < most:
        part = drive(engine, 60 - TICK, told, start=now)
        for name in Step.__slots__:
            getattr(said, name).extend(getattr(part, name))
        now += 60
    return said


def samples_as_ride(samples):
    columns = {
        name: np.array([getattr(each, name) for each in samples], dtype=float)
        for name in ("power", "cadence", "speed", "distance", "altitude", "grade")
    }
    ride = Ride.from_columns(np.array([each.time for each in samples]), **columns)
    ride.virtual_altitude = True
    return ride


# --- where a road ends ----------------------------------------------------------------------------


def test_a_stretch_of_road_ends_where_it_ends_however_long_that_takes():
    said = drive(engine := Engine(ROLLING, RIDER), 400, STEADY)
    assert engine.finished
    assert [lap.segment for lap in said.laps] == [0, 1, 2, 3, 4]
    times = [sample.time for sample in said.samples]
    distances = [sample.distance for sample in said.samples]
    ends = accumulate(segment.length for segment in ROLLING.segments[:-1])
    for lap, end in zip(said.laps[1:], ends, strict=True):
        assert np.interp(lap.time, times, distances) == pytest.approx(end, abs=0.6)
    assert engine.snapshot().distance == pytest.approx(LENGTH, abs=15 * TICK)
    # The ride's end is the road's, not the grid point after it.
    assert engine.timer_time % TICK != 0.0


def test_a_steady_climb_takes_the_time_that_its_physics_says():
    engine = Engine(road((500.0, 0.06, None, 1), (1000.0, 0.06, None, 2)), RIDER)
    said = drive(engine, 800, STEADY)
    speed = physics.speed_for(POWER, 0.06, RIDER.total_mass)
    assert engine.timer_time - said.laps[1].time == pytest.approx(1000.0 / speed, abs=0.1)


def test_the_road_under_the_ride_is_the_one_of_the_plan():
    said = drive(Engine(ROLLING, RIDER), 400, STEADY)
    distances = np.array([sample.distance for sample in said.samples])
    altitudes = np.array([sample.altitude for sample in said.samples])
    assert np.abs(altitudes - height_at(ROLLING, distances)).max() < 1e-6
    grades = {sample.grade for sample in said.samples}
    assert grades == {0.0, 0.04, 0.08, -0.05, 0.02}


def test_a_ride_begins_as_high_as_its_road():
    high = samples_as_ride(drive(Engine(ROLLING, RIDER), 400, STEADY).samples)
    high.altitude = high.altitude + 900.0
    made = course(high, RIDER)
    said = to_the_end(engine := Engine(made.workout, RIDER), STEADY)
    assert said.samples[0].altitude == pytest.approx(900.0, abs=0.5)
    assert engine.snapshot().altitude == pytest.approx(made.road.altitude[-1], abs=0.5)


_pieces = st.lists(
    st.tuples(
        st.floats(1.0, 120.0),
        st.floats(-0.10, 0.20),
        st.sampled_from([None, SEATED, STANDING]),
        st.sampled_from([None, 1, 2]),
    ),
    min_size=1,
    max_size=6,
)
_keys = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from([k for k in Key if k is not Key.QUIT])),
    max_size=5,
)


@settings(max_examples=20, deadline=None)
@given(pieces=_pieces, keys=_keys, tick=st.sampled_from([0.125, 0.5, 1.0]))
def test_the_tick_rate_changes_nothing(pieces, keys, tick):
    plan = road(*pieces)
    pressed: dict[float, list[Key]] = {}
    for at, key in keys:
        pressed.setdefault(float(at), []).append(key)

    def told(now):
        whole = int(now)
        return pedalling(100.0 + 3 * whole % 200, 60.0 + whole % 40, time=float(whole))

    reference, other = Engine(plan, RIDER), Engine(plan, RIDER)
    one = drive(reference, 100, told, pressed)
    two = drive(other, 100, told, pressed, tick=tick)
    assert two.laps == one.laps
    assert two.cues == one.cues
    assert two.samples == one.samples
    assert two.events == one.events
    times = [lap.time for lap in one.laps]
    assert times == sorted(times)
    assert reference.timer_time <= reference.elapsed_time


@settings(max_examples=20, deadline=None)
@given(pieces=_pieces)
def test_whoever_pedals_comes_to_the_end_of_any_road_and_rides_each_stretch_once(pieces):
    plan = road(*pieces)
    engine = Engine(plan, RIDER)
    said = to_the_end(engine, STEADY)
    assert engine.finished
    assert [lap.segment for lap in said.laps] == [*range(len(pieces))]
    for sample in said.samples:
        expected = height_at(plan, min(sample.distance, sum(p[0] for p in pieces)))
        assert sample.altitude == pytest.approx(expected, abs=1.0)


def test_a_road_and_a_block_by_time_follow_each_other():
    plan = road((100.0, 0.0, None, None), (100.0, 0.03, None, None), (100.0, 0.0, None, None))
    first, second, last = plan.segments
    by_time = Segment(
        1, SegmentKind.FREE, first.end, 30.0, None, Mode.GRADE, grade=0.03, label="Free"
    )
    moved = Segment(
        2, last.kind, by_time.end, last.duration, None, Mode.GRADE, grade=0.0, length=last.length
    )
    engine = Engine(Workout("mixed", "Mixed", (first, by_time, moved)), RIDER)
    said = drive(engine, 120, STEADY)
    assert said.laps[2].time - said.laps[1].time == pytest.approx(30.0)
    assert engine.finished
    assert second.length == 100.0


# --- the rider's keys -----------------------------------------------------------------------------


def test_skip_and_back_begin_a_stretch_at_its_foot_and_overwrite_nothing():
    engine = Engine(ROLLING, RIDER)
    said = drive(engine, 40, STEADY, {10.0: [Key.SKIP], 30.0: [Key.BACK]})
    assert [lap.segment for lap in said.laps] == [0, 1, 1]
    assert engine.progress.gone < 60.0
    distances = [sample.distance for sample in said.samples]
    assert distances == sorted(distances)


CLIMBS = road(
    (100.0, 0.0, None, None),
    (100.0, 0.0, SEATED, 1),
    (60.0, 0.04, SEATED, 1),
    (60.0, 0.08, SEATED, 1),
    (60.0, 0.08, STANDING, 1),
    (60.0, 0.07, STANDING, 1),
    (100.0, -0.05, SEATED, None),
    (100.0, -0.04, SEATED, None),
)


@pytest.mark.parametrize(
    ("index", "key", "to"),
    [
        (0, Key.SKIP, 1),
        (1, Key.SKIP, 4),
        (2, Key.SKIP, 4),
        (4, Key.SKIP, 6),
        (0, Key.BACK, 0),
        (1, Key.BACK, 0),
        (3, Key.BACK, 1),
        (4, Key.BACK, 1),
        (5, Key.BACK, 4),
        (7, Key.BACK, 6),
    ],
)
def test_skip_and_back_take_for_one_stretch_what_has_one_name_and_posture(index, key, to):
    engine = Engine(CLIMBS, RIDER)
    drive(engine, 1.0, STEADY)
    engine.progress.enter(index)
    drive(engine, 0.5, STEADY, {1.25: [key]}, start=1.25)
    assert engine.progress.index == to


def test_skipping_the_last_stretch_of_a_road_ends_the_ride_on_its_first_grade_too():
    engine = Engine(CLIMBS, RIDER)
    drive(engine, 1.0, STEADY)
    engine.progress.enter(6)
    drive(engine, 0.5, STEADY, {1.25: [Key.SKIP]}, start=1.25)
    assert engine.finished


def test_a_stretch_that_is_over_at_once_begins_no_lap_before_the_one_it_follows():
    plan = road((500.0, 0.0, None, None), (0.5, 0.0, None, 1), (500.0, 0.0, None, None))
    said = drive(Engine(plan, RIDER), 45, STEADY, {40.0: [Key.SKIP]})
    assert [lap.segment for lap in said.laps] == [0, 1, 2]
    assert [lap.time for lap in said.laps] == [0.0, 40.0, 40.0]


def test_a_pause_makes_no_way():
    engine = Engine(ROLLING, RIDER)
    drive(engine, 20, STEADY, {10.0: [Key.PAUSE]})
    there = engine.progress.gone, engine.snapshot().distance
    drive(engine, 60, STEADY, start=20.25)
    assert (engine.progress.gone, engine.snapshot().distance) == there


def test_extending_a_road_adds_the_way_of_half_a_minute():
    engine = Engine(road((2000.0, 0.06, None, None)), RIDER)
    drive(engine, 60, STEADY)
    before, speed = engine.progress.way, engine.snapshot().speed
    drive(engine, 0.25, STEADY, {60.25: [Key.EXTEND]}, start=60.25)
    gained = engine.progress.way - before
    assert gained == pytest.approx(30 * speed, abs=3 * TICK * speed)


def test_swapping_a_standing_road_swaps_all_of_it_though_its_grade_changes():
    plan = road(
        (100.0, 0.05, SEATED, 1),
        (50.0, 0.05, STANDING, 1),
        (60.0, 0.07, STANDING, 1),
        (50.0, 0.05, SEATED, 1),
        (50.0, 0.05, STANDING, 1),
    )
    progress = Progress(plan)
    progress.swap()
    assert progress.swapped == {1, 2}
    assert [segment.posture for segment in progress.segments] == [SEATED] * 4 + [STANDING]
    progress.swap()
    assert progress.segments == plan.segments


# --- how long it will take ------------------------------------------------------------------------


def test_what_is_near_is_reckoned_at_the_present_speed_and_the_rest_at_the_plans():
    progress = Progress(
        road((100.0, 0.0, SEATED, None), (1000.0, 0.0, SEATED, 1), (50.0, 0.0, STANDING, 1))
    )
    progress.ride_on(40.0, 10.0)
    assert progress.way == 60.0
    assert progress.remaining == pytest.approx(6.0)
    # 15 s at 10 m/s, and what is left of 1060 m at the plan's 5 m/s.
    assert progress.next_posture_in == pytest.approx(NEAR + (1060.0 - 10.0 * NEAR) / 5.0)
    assert progress.plan_remaining == pytest.approx(NEAR + (1110.0 - 10.0 * NEAR) / 5.0)
    assert progress.plan_way == 1110.0
    assert progress.next_climb_in == pytest.approx(6.0)
    assert progress.hill_way is None
    progress.ride_on(10.0, 20.0)
    assert progress.remaining == pytest.approx(2.5)
    assert progress.plan_remaining == pytest.approx(NEAR + (1100.0 - 20.0 * NEAR) / 5.0)
    progress.ride_on(60.0, 10.0)
    progress.enter(1)
    assert progress.gone == 10.0
    assert progress.hill_way == 1040.0


def test_a_climb_that_is_far_is_reckoned_so_too():
    progress = Progress(road((1000.0, 0.0, None, None), (50.0, 0.0, None, 1), (9.0, 0.1, None, 2)))
    progress.ride_on(100.0, 10.0)
    assert progress.next_climb is progress.segments[1]
    assert progress.next_climb_in == pytest.approx(NEAR + (900.0 - 10.0 * NEAR) / 5.0)


@given(way=st.floats(0.0, 1150.0), speed=st.floats(0.0, 30.0))
def test_an_estimate_is_bounded_and_never_shrinks_with_the_way(way, speed):
    pieces = [(100.0, 0.0, SEATED, None), (1000.0, 0.0, SEATED, 1), (50.0, 0.0, STANDING, 1)]
    progress = Progress(road((1200.0, 0.0, SEATED, None), *pieces))
    progress.ride_on(way, speed)
    left = progress.plan_remaining
    assert 0.0 < left <= NEAR + 2350.0 / 5.0
    progress.ride_on(10.0, speed)
    assert progress.plan_remaining < left
    assert max(speed, SLOWEST) * progress.remaining >= 0.0


def test_a_change_of_posture_is_announced_ten_seconds_ahead_once_at_any_speed():
    pieces = [(60.0, 0.01 * (i % 7), SEATED if i % 8 < 5 else STANDING, None) for i in range(48)]
    said = drive(Engine(road(*pieces), RIDER), 1500, STEADY)
    changes = [cue for cue in said.cues if cue.kind in (CueKind.STAND, CueKind.SIT)]
    soon = [cue for cue in said.cues if cue.kind in (CueKind.STAND_SOON, CueKind.SIT_SOON)]
    assert len(changes) == len(soon) == 11
    for ahead, change in zip(soon, changes, strict=True):
        assert 8.0 <= change.time - ahead.time <= 12.0
    # A check of form is due in each standing stretch, though its grade changes meanwhile.
    assert sum(cue.kind is CueKind.CHECK for cue in said.cues) == 6


def test_a_rider_who_stops_before_the_change_hears_of_it_once_more_at_most():
    plan = road((100.0, 0.03, SEATED, None), (100.0, 0.03, STANDING, None))
    told = lambda now: STEADY if now < 18 or now > 60 else RESTING  # noqa: E731
    said = drive(Engine(plan, RIDER), 150, told)
    soon = [cue.time for cue in said.cues if cue.kind is CueKind.STAND_SOON]
    assert 1 <= len(soon) <= 2


def test_a_rider_who_slows_down_after_the_announcement_does_not_hear_it_again():
    engine = Engine(road((80.0, 0.10, SEATED, None), (100.0, 0.10, STANDING, None)), RIDER)
    soon, ahead = [], []
    for tick in range(400):
        power = 120.0 if soon else POWER
        step = engine.step(tick * TICK, pedalling(power, time=tick * TICK))
        soon += [cue.time for cue in step.cues if cue.kind is CueKind.STAND_SOON]
        if soon and engine.progress.index == 0:
            ahead.append(engine.progress.next_posture_in)
    assert max(ahead) > 10.0  # or it would be no test
    assert len(soon) == 1


def test_a_climb_is_announced_and_described_once_however_often_its_grade_changes():
    pieces = [(60.0, 0.0, None, None)] * 6 + [
        (50.0, 0.05 + 0.01 * (i % 2), None, 1) for i in range(8)
    ]
    said = drive(Engine(road(*pieces, (400.0, 0.0, None, None)), RIDER), 400, STEADY)
    words = [cue.text for cue in said.cues if cue.kind is CueKind.SEGMENT]
    assert words == [
        "Road",
        "In 10 s: Climb 1: 1.0 km at 5.0 %",
        "Climb 1: 1.0 km at 5.0 %",
        "Road",
    ]


# --- what is felt ---------------------------------------------------------------------------------


def test_felt_and_road_are_two_streams():
    whole = drive(Engine(ROLLING, RIDER), 400, STEADY)
    scale = GradeScale(climbs=0.5, descents=0.0)
    half = drive(Engine(Workout("r", "R", ROLLING.segments, scale=scale), RIDER), 400, STEADY)
    for one, other in zip(whole.samples, half.samples, strict=True):
        assert (one.distance, one.altitude, one.grade) == (
            other.distance, other.altitude, other.grade,
        )  # fmt: skip
    assert max(sample.felt_grade for sample in whole.samples) == pytest.approx(0.08)
    assert max(sample.felt_grade for sample in half.samples) == pytest.approx(0.04)
    assert min(sample.felt_grade for sample in whole.samples) == pytest.approx(-0.01)
    assert min(sample.felt_grade for sample in half.samples) == 0.0


def test_the_scale_acts_before_the_riders_limit():
    wall = (GradeScale(), "grade capped at 8 %: your limit"), (GradeScale(climbs=0.5), "")
    for scale, limit in wall:
        engine = Engine(road((400.0, 0.15, None, 1), scale=scale), RIDER)
        drive(engine, 60, STEADY)
        assert engine.control.limits == ((limit,) if limit else ())
        assert engine.control.felt_grade == pytest.approx(0.08 if limit else 0.075)


def test_what_is_recorded_as_felt_is_what_the_trainer_was_told():
    engine = Engine(ROLLING, RIDER)
    said = drive(engine, 300, STEADY)
    told = of_kind(said, TrackResistance)
    for sample in said.samples:
        last = [command.grade for time, command in told if time <= sample.time]
        if last:
            # Two set-points a second at most, half a percent of grade a second.
            assert sample.felt_grade == pytest.approx(last[-1], abs=0.04)
    rises = [b.felt_grade - a.felt_grade for a, b in pairwise(said.samples)]
    assert max(rises) <= 0.006


def test_what_is_felt_follows_the_road_and_does_not_run_ahead_of_it():
    plan = road((100.0, 0.03, SEATED, None), (200.0, 0.05, STANDING, None))
    said = drive(Engine(plan, RIDER), 80, STEADY)
    began = said.laps[1].time
    assert max(s.felt_grade for s in said.samples if s.time < began) == pytest.approx(0.03)
    # Half a percent a second, once the rider has stood up.
    later = [s.felt_grade for s in said.samples if s.time > began + 9.0]
    assert later[0] == pytest.approx(0.05)


def test_easier_lightens_what_is_felt_and_leaves_the_road():
    engine = Engine(road((3000.0, 0.06, None, 1)), RIDER)
    drive(engine, 60, STEADY)
    before = engine.snapshot()
    drive(engine, 20, STEADY, {61.0: [Key.EASE_OFF]}, start=60.25)
    after = engine.snapshot()
    assert after.felt_grade < before.felt_grade
    assert after.grade == before.grade == 0.06
    assert after.speed == pytest.approx(before.speed, rel=1e-3)


def test_a_free_ride_asks_for_its_grade_until_the_rider_ends_it():
    engine = Engine(free(0.04), RIDER)
    said = drive(engine, 600, STEADY, {599.0: [Key.QUIT]})
    assert engine.finished
    assert of_kind(said, TrackResistance)[-2][1].grade <= 0.04
    assert max(sample.felt_grade for sample in said.samples) == pytest.approx(0.04)
    assert said.samples[-1].altitude == pytest.approx(
        said.samples[-1].distance * 0.04 / (1 + 0.04**2) ** 0.5
    )


# --- rests ----------------------------------------------------------------------------------------


def test_who_rolls_down_a_road_may_rest_the_legs():
    plan = road((1000.0, -0.06, None, None), (300.0, 0.0, None, None))
    told = lambda now: STEADY if now < 20 else RESTING  # noqa: E731
    engine = Engine(plan, RIDER)
    said = drive(engine, 120, told)
    assert engine.progress.index == 1
    assert not any(event.kind is EventKind.CAPPED for event in said.events if event.time < 60.0)
    paused = next(event.time for event in said.events if event.kind is EventKind.PAUSED)
    # On the flat a rest is a rest again.
    assert paused == pytest.approx(said.laps[1].time + 3.0, abs=2 * TICK)
    assert engine.state is RideState.PAUSED


def test_a_rider_whose_trainer_tells_no_power_hears_why_the_road_stands_still():
    def told(now):
        power = 200.0 if 15 <= now < 20 else None
        return pedalling(power, 80.0, time=now)

    said = drive(engine := Engine(ROLLING, RIDER), 60, told)
    words = [cue.time for cue in said.cues if "tells no power" in cue.text]
    # Once, and once more after it was mended for a while.
    assert words == [10.0, 30.0]
    assert engine.progress.index == 0


def test_who_rides_by_time_needs_no_power():
    def told(now):
        return pedalling(None, 80.0, time=now)

    said = drive(Engine(free(0.04), RIDER), 30, told)
    assert not any("power" in cue.text for cue in said.cues)


@pytest.mark.parametrize(("rests", "told"), [(1.5, 0), (2.75, 1)])
def test_who_comes_rolling_to_the_foot_of_a_climb_is_told_of_a_rest_only_there(rests, told):
    plan = road((1000.0, -0.05, None, None), (2000.0, 0.05, None, 1))
    engine = Engine(plan, RIDER)
    foot = None

    def rider(now):
        nonlocal foot
        if foot is None and engine.progress.index == 1:
            foot = now
        rolls = now > 40 if foot is None else now < foot + rests
        return RESTING if rolls else STEADY

    said = drive(engine, 150, rider)
    assert foot is not None
    capped = [e.text for e in said.events if e.kind is EventKind.CAPPED]
    assert capped.count("cranks at rest: load taken off") == told


def test_who_stands_still_on_a_descent_is_at_rest():
    engine = Engine(road((2000.0, -0.06, None, None)), RIDER)
    said = drive(engine, 10, RESTING)
    assert any(event.kind is EventKind.PAUSED for event in said.events)
    assert engine.snapshot().distance < 20.0


@pytest.mark.parametrize("mode", ["stops", "slow", "obedient"])
def test_simulated_riders_get_over_walls_and_down_long_descents(mode):
    plan = road(
        (150.0, 0.20, None, 1), (1500.0, -0.09, None, None), (50.0, 0.25, None, 2),
        (300.0, -0.02, None, None),
    )  # fmt: skip
    ridden = simulated_ride.ride(plan, mode, 2)
    assert ridden.engine.finished
    assert ridden.samples[-1].distance == pytest.approx(2000.0, abs=20.0)
    asked = [c.grade for _, c in ridden.commands if isinstance(c, TrackResistance)]
    assert max(asked) <= simulated_ride.RIDER.limits.grade
    assert min(asked) >= -0.01
    assert any(sample.cadence == 0.0 for sample in ridden.of(plan.segments[1]))


def test_simulated_riders_have_a_pace_of_their_own_where_nothing_is_asked():
    plan = road((900.0, 0.05, None, 1), (900.0, 0.0, None, None))
    ridden = simulated_ride.ride(plan, "obedient", 2)
    for segment, share in zip(plan.segments, (0.80, 0.65), strict=True):
        powers = [sample.power for sample in ridden.of(segment)][30:]
        assert np.mean(powers) == pytest.approx(
            share * simulated_ride.RIDER.threshold_power, rel=0.05
        )


def test_no_posture_is_judged_on_a_climb_that_asked_for_none():
    plan = road((100.0, 0.03, None, 1), (300.0, 0.0, None, None))
    engine = Engine(plan, RIDER)
    told = pedalling(POWER, position=RiderPosition.SEATED)
    reports = set()
    for tick in range(240):
        engine.step(tick * TICK, replace(told, time=tick * TICK))
        reports.add(engine.snapshot().report)
    assert reports == {(), ("Climb 1: 1.0 km at 5.0 %: 200 W",)}


# --- what is kept ---------------------------------------------------------------------------------


def kept(tmp_path, samples):
    path = tmp_path / "road.ride"
    start = datetime(2026, 6, 1, tzinfo=UTC)
    header = Header("Road", start, example_rider(), ROLLING, "sim", "test")
    file = Journal(path, header)
    file.stepped(0.0)
    file.told((), (), (), samples)
    file.finish(10.0, 10.0)
    return path


def test_a_journal_keeps_both_grades_the_scale_and_the_lengths(tmp_path):
    samples = [Sample(float(t), float(t), 0, grade=0.08, felt_grade=0.04) for t in range(1, 4)]
    path = kept(tmp_path, [*samples, Sample(4.0, 4.0, 0, grade=0.08)])
    ride = journal.load(path)
    np.testing.assert_array_equal(ride.grade, [0.08] * 4)
    np.testing.assert_array_equal(ride.felt_grade, [0.04, 0.04, 0.04, np.nan])
    with Recorded(path) as recorded:
        assert recorded.header.workout == ROLLING


def test_a_journal_from_before_roads_is_read_as_ever(tmp_path):
    path = kept(tmp_path, [Sample(1.0, 1.0, 0, power=150.0, grade=0.08)])
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE samples DROP COLUMN felt_grade")
        text = db.execute("SELECT value FROM meta WHERE key = 'workout'").fetchone()[0]
        assert '"scale":' in text
        old = text.replace(',"scale":{"climbs":1.0,"descents":1.0}', "")
        assert old != text
        db.execute("UPDATE meta SET value = ? WHERE key = 'workout'", (old,))
    db.close()
    ride = journal.load(path)
    assert ride.power.tolist() == [150.0]
    assert np.isnan(ride.felt_grade).all()
    assert ride.workout == ROLLING


def test_a_ride_on_a_road_is_replayed_by_time():
    ride = samples_as_ride(drive(Engine(ROLLING, RIDER), 400, STEADY).samples)
    ride.workout, ride.timer_time = ROLLING, float(ride.time[-1])
    ride.laps = [Lap(0.0, 50.0, 50.0, 0), Lap(50.0, 30.0, 30.0, 1)]
    plan = as_ridden(ride)
    assert not plan.by_distance
    assert [segment.duration for segment in plan.segments] == [50.0, 30.0]
    assert plan.segments[1].label == "Climb 1: 1.0 km at 5.0 %"


def test_nobody_knows_what_was_felt_on_a_recorded_ride():
    engine = Engine(road((500.0, 0.04, None, None)), RIDER, recording=True)
    said = drive(engine, 20, lambda now: pedalling(time=now, grade=0.03, sample=int(now)))
    assert {sample.grade for sample in said.samples} == {0.03}
    assert {sample.felt_grade for sample in said.samples} == {None}


def test_the_fit_file_has_the_grade_of_the_road():
    plan = road((800.0, 0.12, None, 1))
    ride = samples_as_ride(drive(Engine(plan, RIDER), 300, STEADY).samples)
    ride.start = datetime(2026, 6, 1, tzinfo=UTC)
    np.testing.assert_allclose(decode(encode(ride)).grade, 0.12)


_profiles = st.lists(
    st.tuples(st.floats(80.0, 600.0), st.floats(-0.06, 0.12)), min_size=2, max_size=6
)


@settings(max_examples=6, deadline=None)
@given(pieces=_profiles, power=st.floats(120.0, 300.0))
def test_a_road_ridden_recorded_and_ridden_again_is_the_same_road(pieces, power):
    first = road(*((length, grade, None, None) for length, grade in pieces))
    recorded = samples_as_ride(to_the_end(Engine(first, RIDER), pedalling(power)).samples)
    again: Course = course(recorded, example_rider())
    ridden = to_the_end(Engine(again.workout, RIDER), pedalling(power)).samples
    distances = np.array([sample.distance for sample in ridden])
    altitudes = np.array([sample.altitude for sample in ridden])
    # The record may end up to a second before the road, and heights lie on a grid of 10 m.
    grid = 10.0 * max(abs(grade) for _, grade in pieces)
    inside = distances <= recorded.distance[-1]
    error = np.abs(altitudes - height_at(first, distances + recorded.distance[0]))[inside]
    assert error.max() <= LARGEST_ERROR + grid
    assert distances[-1] == pytest.approx(again.road.length, abs=25.0)


# --- the command ----------------------------------------------------------------------------------

GPX = """<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">
<trk><name>Wall</name><trkseg>{}</trkseg></trk></gpx>"""


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def _no_pictures(monkeypatch):
    monkeypatch.setattr("coach.charts.figures.save_charts", lambda *_: [])


@pytest.fixture
def wall(tmp_path):
    """A climb of 600 m at 6 % as a route, and the way down."""
    points = [
        f'<trkpt lat="{46 + i * 1e-4:.5f}" lon="8.0"><ele>{500 + 0.667 * min(i, 110 - i):.2f}</ele>'
        "</trkpt>"
        for i in range(0, 111)
    ]
    path = tmp_path / "wall.gpx"
    path.write_text(GPX.format("".join(points)))
    return path


def ride(*arguments):
    return run(["ride", *map(str, arguments), "--trainer", "sim", "--speed", "max"])


def only(folder, suffix):
    (path,) = folder.glob(f"*{suffix}")
    return path


def test_a_route_is_ridden_to_its_end(wall, tmp_path, capsys):
    assert ride(wall, "--climb-scale", "50", "--out", "out") == 0
    said = capsys.readouterr()
    assert "Wall: 1.2 km, 36 m up, 1 climb" in said.err
    done = load_ride(only(tmp_path / "out", ".ride"))
    assert done.distance[-1] == pytest.approx(1223.0, abs=20.0)
    assert np.nanmax(done.felt_grade) == pytest.approx(0.5 * np.nanmax(done.grade), abs=1e-3)
    assert done.workout.scale == GradeScale(climbs=0.5)
    # What was ridden is a road again.
    again = course(load_road(only(tmp_path / "out", ".fit")), example_rider())
    assert again.road.ascent == pytest.approx(37.0, abs=2.0)


@pytest.mark.usefixtures("_no_pictures")
def test_a_road_is_repeated_in_the_postures_of_six_hills(wall, tmp_path, capsys):
    assert ride(wall, "--repeat", "3", "--out", "out") == 0
    shown = capsys.readouterr()
    assert "ridden 3 times" in shown.err
    assert "Climb  Start" in shown.out
    done = load_ride(only(tmp_path / "out", ".ride"))
    assert done.workout.hills == 3
    assert done.ascent is None or done.ascent > 0
    assert np.nansum(np.maximum(np.diff(done.altitude), 0.0)) == pytest.approx(3 * 37.0, rel=0.1)
    # The summary has the words of chart and screen.
    assert run(["summary", str(only(tmp_path / "out", ".ride"))]) == 0
    summary = capsys.readouterr().out
    assert "Climb  Start" in summary
    assert "\nClimb 3 " in summary
    assert "Hill" not in summary


@pytest.mark.usefixtures("_no_pictures")
def test_a_road_read_in_part_is_ridden_and_told(wall, tmp_path, capsys):
    text = wall.read_text()
    wall.write_text(text[: text.rindex("<trkpt")] + "<trkpt lat=")
    assert ride(wall, "--out", "out") == 3
    assert "wall.gpx" in capsys.readouterr().err
    assert len(load_ride(only(tmp_path / "out", ".ride"))) > 60


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["WALL", "--moderate", "5"], "leave out --moderate"),
        (["WALL", "--mode", "power"], "leave out --mode"),
        (["WALL", "--grade", "4"], "leave out --grade"),
        (["WALL", "--rounds", "2", "--hill-time", "30"], "leave out --rounds and --hill-time"),
        (["WALL", "--as", "power"], "it has no power"),
        (["WALL", "--as", "power", "--repeat", "6"], "leave out --repeat"),
        (["WALL", "--repeat", "7"], "1 to 6"),
        (["WALL", "--climb-scale", "101"], "0<=x<=100"),
        (["./"], "this is a folder; name one workout or road in it"),
        (["WALL", "--descent-scale", "-1"], "0<=x<=100"),
        (["WALL", "--trainer", "replay:WALL"], "a road of its own"),
        (["hills", "--climb-scale", "80"], "leave out --climb-scale"),
        (["hills", "--grade", "4"], "leave out --grade"),
        (["free", "--grade", "26"], "-25 to 25 %"),
        (["free", "--grade", "nan"], "-25 to 25 %"),
        (["free", "--repeat", "6"], "leave out --repeat"),
        (["free", "--stand-hill-4"], "leave out --stand-hill-4"),
    ],
)
def test_options_that_do_not_go_together_are_told(arguments, why, wall, tmp_path, capsys):
    words = [each.replace("WALL", str(wall)) for each in arguments]
    trainer = [] if "--trainer" in words else ["--trainer", "sim"]
    assert run(["ride", *words, *trainer, "--speed", "max"]) == 2
    said = capsys.readouterr()
    assert why in said.err
    assert said.out == ""
    assert not (tmp_path / "rides").exists()


def test_a_bike_with_a_knob_has_no_road(wall, tmp_path, capsys):
    rider = Path(__file__).parents[1] / "profiles" / "riders" / "example.toml"
    words = ["ride", str(wall), "--trainer", "none", "--speed", "max", "--rider", str(rider)]
    assert run(words) == 2
    assert "tells no power" in capsys.readouterr().err


# --- the shared rides -----------------------------------------------------------------------------


@needs_rides
def test_a_shared_road_is_ridden_to_its_end():
    found = course(load_road(RIDES / "virtual_ride_power.tcx"), simulated_ride.RIDER)
    ridden = simulated_ride.ride(found.workout, "obedient", 1)
    last = ridden.samples[-1]
    assert last.distance == pytest.approx(found.road.length, abs=25.0)
    assert last.altitude == pytest.approx(found.road.altitude[-1], abs=2.0)
