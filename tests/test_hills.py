"""Hills: from the plan, and from altitude on roads made up and ridden."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.analysis.climbs import climbing_power, total_ascent, vertical_speed
from coach.analysis.hills import hills
from coach.analysis.summary import summarize
from coach.messages import Mode, Posture, PostureSource, RiderPosition
from coach.ride import Lap, PositionChange, Ride, TimerChange
from coach.workout import Segment, SegmentKind, Workout

RIDES = Path(__file__).parents[2] / "shared" / "rides"
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")

SPEED = 5.0
"""[m/s]."""


def road(*pieces, noise=0.0, seed=0, **columns):
    """Ride pieces of road, each a length [m] and a grade, at 5 m/s."""
    grade = np.concatenate([np.full(round(length / SPEED), slope) for length, slope in pieces])
    time = np.arange(grade.size, dtype=float)
    jitter = np.random.default_rng(seed).normal(0.0, noise, grade.size)
    return Ride.from_columns(
        time,
        altitude=200 + np.cumsum(grade * SPEED) + jitter,
        distance=(time + 1) * SPEED,
        **columns,
    )


def ascents(ride):
    return [hill.ascent for hill in hills(ride)]


FLAT = (3000.0, 0.0)


# --- from altitude ------------------------------------------------------------------------------


def test_one_hill_with_all_its_figures():
    n = 1800
    heart_rate = np.full(n, 150.0)
    heart_rate[1000] = 158.0
    ride = road(
        FLAT, (3000, 0.06), FLAT,
        power=np.repeat([150.0, 250.0, 150.0], 600),
        cadence=np.tile([80.0, 80.0, 0.0], 600),
        heart_rate=heart_rate,
    )  # fmt: skip
    ride.positions = [
        PositionChange(0, RiderPosition.SEATED),
        PositionChange(1100, RiderPosition.STANDING),
        PositionChange(1150, RiderPosition.SEATED),
    ]
    [hill] = hills(ride)
    # Smoothing may move foot and top by half its window.
    assert hill.index == 1
    assert hill.start == pytest.approx(600, abs=8)
    assert hill.start + hill.duration == pytest.approx(1200, abs=8)
    assert hill.ascent == pytest.approx(180, abs=2)
    assert hill.distance == pytest.approx(3000, abs=60)
    assert hill.average_grade == pytest.approx(0.06, abs=0.002)
    assert hill.average_power == pytest.approx(250, abs=2)
    assert hill.average_cadence == 80
    assert hill.max_heart_rate == 158
    assert hill.standing == 50


def test_figures_that_were_not_recorded_are_absent():
    [hill] = hills(road(FLAT, (3000, 0.06)))
    assert hill.average_power is None
    assert hill.average_cadence is None
    assert hill.max_heart_rate is None
    assert hill.standing is None


def test_repeats_are_hills_of_their_own():
    up_and_down = [(2000, 0.05), (2000, -0.05)] * 4
    assert ascents(road(*up_and_down)) == pytest.approx([100] * 4, abs=2)


def test_rolling_ground_stays_small_hills():
    rolling = [(1000, 0.045), (1000, -0.03)] * 3
    # 45 m up, 30 m down: each dip is more than a third of its climbs.
    assert ascents(road(*rolling)) == pytest.approx([45] * 3, abs=2)


def test_a_small_dip_does_not_end_a_pass():
    ride = road((4000, 0.07), (500, -0.04), (4000, 0.07))
    # The ascent is top minus foot: what the dip costs is not gained.
    assert ascents(ride) == pytest.approx([540], abs=2)


def test_a_dip_above_thirty_metres_ends_any_climb():
    ride = road((4000, 0.07), (1000, -0.04), (4000, 0.07))
    assert ascents(ride) == pytest.approx([280, 280], abs=2)


def test_a_small_climb_joins_once_what_follows_has_grown():
    # 40 + 60 m with 10 m between them are one; that one and 300 m with 28 m between them as well.
    ride = road((800, 0.05), (200, -0.05), (1200, 0.05), (400, -0.07), (5000, 0.06))
    assert ascents(ride) == pytest.approx([40 - 10 + 60 - 28 + 300], abs=2)


def test_a_climb_joins_backwards_once_it_has_grown():
    # 25 m of dip are too much between 100 and 50 m, but not between 100 and 50 - 10 + 200 m.
    ride = road((2000, 0.05), (500, -0.05), (1000, 0.05), (200, -0.05), (4000, 0.05))
    assert ascents(ride) == pytest.approx([315], abs=2)


def test_the_valley_is_no_part_of_the_hill():
    [hill] = hills(road((10_000, 0.003), (3000, 0.06), (5000, 0.002), FLAT))
    assert hill.ascent == pytest.approx(180, abs=3)
    assert hill.start == pytest.approx(2000, abs=10)


def test_a_long_drag_does_not_hide_the_climb_in_it():
    [hill] = hills(road((15_000, 0.012), (2000, 0.07), (15_000, 0.012)))
    assert hill.ascent == pytest.approx(140, abs=3)
    assert hill.average_grade == pytest.approx(0.07, abs=0.002)


@pytest.mark.parametrize(
    "piece",
    [(10_000, 0.02), (1000, 0.034), (400, 0.10)],
    ids=["too flat", "too low", "too short"],
)
def test_what_is_no_hill(piece):
    assert hills(road(FLAT, piece, FLAT)) == []


@pytest.mark.parametrize("piece", [(2000, 0.031), (1200, 0.031), (510, 0.10)])
def test_what_just_is_a_hill(piece):
    assert len(hills(road(FLAT, piece, FLAT))) == 1


@given(st.integers(0, 10_000), st.floats(0.1, 3.0))
def test_noise_on_a_flat_road_is_no_hill(seed, noise):
    assert hills(road((20_000, 0.0), noise=noise, seed=seed)) == []


@given(st.integers(0, 10_000))
def test_noise_neither_splits_nor_moves_a_hill(seed):
    [hill] = hills(road(FLAT, (4000, 0.06), FLAT, noise=1.0, seed=seed))
    assert hill.ascent == pytest.approx(240, abs=8)
    # At 0.5 %, where the approach is cut off, a metre of noise is 40 s of road.
    assert hill.start == pytest.approx(600, abs=80)


def test_noise_does_not_make_hills_higher():
    found = [
        hill.ascent
        for seed in range(20)
        for hill in hills(road(FLAT, (4000, 0.06), FLAT, noise=3.0, seed=seed))
    ]
    assert len(found) == 20
    # From the lowest to the highest of noisy samples it would be some 15 m more.
    assert np.mean(found) == pytest.approx(240, abs=5)


@given(
    st.lists(
        st.tuples(st.integers(100, 4000), st.integers(-9, 9).map(lambda pct: pct / 100)),
        min_size=1,
        max_size=12,
    )
)
def test_hills_follow_each_other_and_are_hills(pieces):
    found = hills(road(*pieces))
    assert [hill.index for hill in found] == list(range(1, len(found) + 1))
    end = 0.0
    for hill in found:
        assert hill.start >= end
        end = hill.start + hill.duration
        # A little below the bounds: those are of the smoothed altitude.
        assert hill.ascent > 32
        assert hill.distance > 490
        assert hill.average_grade > 0.028


def test_weather_during_a_stop_is_no_hill():
    ride = road(FLAT, FLAT)
    ride.time[600:] += 3600
    ride.altitude[600:] += 60
    assert hills(ride) == []
    # The same rise across a gap in which the road went on is one.
    ride.distance[600:] += 1200
    assert len(hills(ride)) == 1


def test_a_pause_on_the_way_up_leaves_one_hill():
    ride = road((2000, 0.06), (2000, 0.06))
    ride.time[400:] += 600
    ride.timer = [TimerChange(400, False), TimerChange(1000, True)]
    [hill] = hills(ride)
    assert hill.ascent == pytest.approx(240, abs=2)
    assert hill.duration == pytest.approx(1400, abs=8)


def test_distance_from_speed_where_none_was_recorded():
    ride = road(FLAT, (3000, 0.06), FLAT)
    ride.distance = np.full_like(ride.time, np.nan)
    ride.speed = np.full_like(ride.time, SPEED)
    [hill] = hills(ride)
    assert hill.distance == pytest.approx(3000, abs=60)


def test_without_distance_the_ascent_alone_decides():
    ride = road(FLAT, (3000, 0.06), FLAT)
    ride.distance = np.full_like(ride.time, np.nan)
    [hill] = hills(ride)
    assert hill.distance is None
    assert hill.average_grade is None
    assert hill.ascent == pytest.approx(180, abs=2)


def test_a_count_that_starts_anew_goes_on():
    ride = road((2000, 0.06), (2000, 0.06))
    ride.distance[400:] -= ride.distance[400]
    [hill] = hills(ride)
    assert hill.distance == pytest.approx(4000, abs=60)


def test_no_altitude_no_hills():
    assert hills(Ride.from_columns(np.arange(100.0))) == []
    assert hills(Ride.from_columns(np.empty(0))) == []


# --- the shared rides ---------------------------------------------------------------------------


@needs_rides
@pytest.mark.parametrize("name", ["hill_repeats_5x.fit", "hill_repeats_5x_strava.gpx"])
def test_hill_repeats_have_their_five_climbs(name):
    # Oracle: the README of the shared rides.
    found = ascents(_load(name))
    assert found == pytest.approx([339, 303, 230, 197, 143], rel=0.03)


@needs_rides
def test_the_mountain_is_one_climb():
    assert ascents(_load("mountain_edge530_positions_gears.fit")) == pytest.approx([1367], rel=0.01)


@needs_rides
def test_alpe_d_huez_is_one_ascent_of_the_day():
    found = ascents(_load("alpe_dhuez_edge_nopower.fit"))
    assert max(found) == pytest.approx(1525, rel=0.01)
    assert all(other < 100 for other in found if other != max(found))


@needs_rides
@pytest.mark.parametrize(
    "name",
    [
        "indoor_fenix6_turbo_positions.fit",
        "indoor_tiny_paused.fit",
        "long_6h30_wahoo_bigendian.fit",
        "chained_4_files.fit",
        "route_missing_elevation.gpx",
    ],
)
def test_flat_indoor_and_timeless_rides_have_none(name):
    assert ascents(_load(name)) == []


@needs_rides
def test_a_virtual_ride_has_its_climb():
    # One climb of two kilometres; the rest of the ride rolls.
    [hill] = hills(_load("virtual_zwift_16laps.fit"))
    assert hill.ascent == pytest.approx(112, abs=3)


def _load(name):
    from coach.rides import load_ride

    return load_ride(RIDES / name)


# --- from the plan ------------------------------------------------------------------------------


def planned_ride(*laps, hill_numbers=(None, 1, None, 2, 2, None)):
    """Ride laps, each a segment and its seconds, of a plan with segments of 100 s."""
    segments = tuple(
        Segment(
            index=index,
            kind=SegmentKind.HILL if hill else SegmentKind.RECOVERY,
            start=100.0 * index,
            duration=100.0,
            posture=Posture.SEATED,
            mode=Mode.GRADE,
            hill=hill,
        )
        for index, hill in enumerate(hill_numbers)
    )
    total = sum(seconds for _, seconds in laps)
    time = np.arange(float(total))
    power = np.concatenate([np.full(seconds, 100.0 + segment) for segment, seconds in laps])
    ride = Ride.from_columns(time, power=power, altitude=time * 0.1, distance=time * SPEED)
    ride.workout = Workout("test", "Test", segments)
    start = 0.0
    for segment, seconds in laps:
        ride.laps.append(Lap(start, seconds, seconds, segment))
        start += seconds
    return ride


def spans(ride):
    return [(hill.index, hill.start, hill.duration) for hill in hills(ride)]


def test_a_hill_of_two_segments_is_one_hill():
    ride = planned_ride(*((segment, 100) for segment in range(6)))
    assert spans(ride) == [(1, 100, 100), (2, 300, 200)]
    first, second = hills(ride)
    assert first.average_power == 101
    assert second.average_power == 103.5
    assert second.ascent == pytest.approx(19.9)
    assert second.average_grade == pytest.approx(0.1 / SPEED)


def test_a_hill_skipped_on_the_way_is_as_long_as_it_was_ridden():
    assert spans(planned_ride((0, 100), (1, 30), (2, 100), (3, 100))) == [
        (1, 100, 30),
        (2, 230, 100),
    ]


def test_a_hill_skipped_before_its_first_second_is_none():
    assert spans(planned_ride((0, 100), (1, 0), (2, 100), (3, 100))) == [(2, 200, 100)]


def test_a_hill_of_which_nothing_was_recorded_is_none():
    ride = planned_ride((0, 100), (1, 100), (2, 100))
    recorded = (ride.time < 100) | (ride.time >= 200)
    silent = Ride.from_columns(ride.time[recorded], power=ride.power[recorded])
    silent.workout, silent.laps = ride.workout, ride.laps
    assert spans(silent) == []


def test_back_within_a_hill_makes_it_longer_back_to_a_hill_makes_another():
    within = planned_ride((0, 100), (1, 40), (1, 100), (2, 100))
    assert spans(within) == [(1, 100, 140)]
    again = planned_ride((1, 100), (2, 10), (1, 100), (2, 100))
    assert spans(again) == [(1, 0, 100), (1, 110, 100)]


def test_laps_of_no_segment_are_no_hills():
    ride = planned_ride((0, 100), (1, 100))
    ride.laps.append(Lap(150, 50, 50, 99))
    ride.laps.append(Lap(150, 50, 50, None))
    assert spans(ride) == [(1, 100, 100)]


def test_a_plan_without_hills_leaves_them_to_altitude():
    ride = planned_ride((0, 600), hill_numbers=(None,))
    ride.distance = ride.time * 2.0
    assert ascents(ride) == pytest.approx([60], abs=2)


# --- vertical figures ---------------------------------------------------------------------------


def test_total_ascent_passes_over_noise():
    profile = np.concatenate([np.tile([100.0, 101.0], 500), np.linspace(101, 150, 50)])
    assert total_ascent(profile) == 50
    assert total_ascent(np.array([100.0, np.nan, 110.0, 104.0, 108.0])) == 14
    assert total_ascent(np.full(10, np.nan)) is None
    assert total_ascent(np.full(10, 100.0)) == 0


def test_vertical_speed_and_climbing_power():
    # Vectors 4.7: 120 m in 480 s; 900 m/h at 7 %.
    assert vertical_speed(120, 480) == 900
    assert climbing_power(900, 0.07) == pytest.approx(3.3333, abs=5e-5)


def test_a_hill_with_a_pause_was_stood_as_long_as_the_account_says():
    """A pause from 5.25 to 8.5 s is 4 s in a file and 3.25 s on the road."""
    segment = Segment(0, SegmentKind.HILL, 0.0, 30.0, Posture.STANDING, Mode.GRADE, hill=1)
    ride = Ride.from_columns(np.array([t for t in range(34) if t not in range(6, 9)], dtype=float))
    ride.prescribed_standing = np.ones(len(ride))
    ride.workout = Workout("hill", "Hill", (segment,))
    ride.laps = [Lap(0.0, 33.25, 30.0, 0)]
    ride.timer = [TimerChange(5.25, False), TimerChange(8.5, True)]
    ride.positions = [PositionChange(0, RiderPosition.STANDING)]
    ride.position_source = PostureSource.MEASURED
    figures = summarize(ride)
    ((_, done),) = figures.account.hills
    assert done.posture.stood == figures.hills[0].standing == 30.0
