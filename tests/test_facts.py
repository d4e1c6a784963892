"""What a ride showed: every fact from rides made by hand, and what is no fact."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from coach.messages import Mode, Posture, PostureSource, RiderPosition
from coach.ride import Lap, PositionChange, Ride, TimerChange
from coach.rides import SUFFIXES, load_ride
from coach.training.facts import RideFacts, facts
from coach.workout import Segment, SegmentKind, Workout

RIDES = Path(__file__).parents[2] / "shared" / "rides"

SEATED, STANDING = Posture.SEATED, Posture.STANDING
HILL, DOWN, MODERATE = SegmentKind.HILL, SegmentKind.DOWNHILL, SegmentKind.MODERATE
UP, SIT = RiderPosition.STANDING, RiderPosition.SEATED
TARGET = 200.0


def ridden(*parts, positions=(), source=PostureSource.MEASURED, offset=0.0):
    """A ride exactly after a plan; each part is kind, seconds, posture and, if it is one, hill."""
    segments, at = [], 0.0
    for kind, seconds, posture, *hill in parts:
        index = len(segments)
        segments.append(Segment(index, kind, at, seconds, posture, Mode.GRADE, *hill))
        at += seconds
    time = np.arange(at) + offset
    full = np.ones(time.shape)
    asked = [
        np.full(int(s.duration), np.nan if s.posture is None else float(s.posture is STANDING))
        for s in segments
    ]
    ride = Ride.from_columns(
        time,
        power=TARGET * full,
        cadence=80.0 * full,
        heart_rate=140.0 * full,
        target_power=TARGET * full,
        prescribed_standing=np.concatenate(asked),
    )
    ride.workout = Workout("plan", "Plan", tuple(segments))
    ride.laps = [Lap(s.start + offset, s.duration, s.duration, s.index) for s in segments]
    ride.positions = [PositionChange(at, position) for at, position in positions]
    ride.position_source = source if positions else None
    return ride


# Two hills: the first one stands from 100 s on (at 260), the second one all the way (at 480).
HILLS = (
    (DOWN, 160, SEATED),
    (HILL, 100, SEATED, 1),
    (HILL, 100, STANDING, 1),
    (DOWN, 120, SEATED),
    (HILL, 180, STANDING, 2),
    (DOWN, 60, SEATED),
)
OBEDIENT = ((0, SIT), (260, UP), (360, SIT), (480, UP), (660, SIT))


def some_hills(number):
    hills = range(1, number + 1)
    return ridden(*[part for n in hills for part in ((HILL, 100, SEATED, n), (DOWN, 50, SEATED))])


def four_hills():
    return some_hills(4)


# --- standing -----------------------------------------------------------------------------------


def test_a_ride_ridden_as_asked():
    seen = facts(ridden(*HILLS, positions=OBEDIENT))
    assert seen.source is PostureSource.MEASURED
    assert (seen.cues, seen.missed, seen.stood, seen.sat_down) == (2, 0, 1.0, ())


def test_who_sits_down_early_is_seen_hill_by_hill():
    positions = ((0, SIT), (260, UP), (310, SIT), (480, UP), (570, SIT))
    seen = facts(ridden(*HILLS, positions=positions))
    assert seen.sat_down == (1, 2)
    assert seen.stood == (50 + 90) / (100 + 180)
    assert (seen.cues, seen.missed) == (2, 0)


def test_a_hill_on_which_a_rider_sat_down_twice_is_named_once():
    positions = ((0, SIT), (260, UP), (360, SIT), (480, UP), (500, SIT), (520, UP), (600, SIT))
    assert facts(ridden(*HILLS, positions=positions)).sat_down == (2,)


def test_a_hill_with_a_pause_in_it_is_one_hill():
    positions = ((0, SIT), (480, UP), (500, SIT), (520, UP), (620, SIT), (640, UP))
    ride = ridden(*HILLS, positions=positions)
    ride.timer = [TimerChange(0, True), TimerChange(570, False), TimerChange(580, True)]
    assert facts(ride).sat_down == (2,)


def test_who_stays_seated_has_missed_the_cues():
    seen = facts(ridden(*HILLS, positions=((0, SIT),)))
    assert (seen.cues, seen.missed, seen.stood, seen.sat_down) == (2, 2, 0.0, ())


def test_time_that_nobody_knows_is_not_held_against_the_rider():
    # Known from the middle of the second hill on.
    seen = facts(ridden(*HILLS, positions=((570, UP), (660, SIT))))
    assert seen.stood == 1.0


def test_a_minute_of_known_standing_makes_a_share_and_less_does_not():
    assert facts(ridden(*HILLS, positions=((600, UP), (660, SIT)))).stood == 1.0
    assert facts(ridden(*HILLS, positions=((601, UP), (660, SIT)))).stood is None


def test_a_declared_posture_counts_and_says_so():
    seen = facts(ridden(*HILLS, positions=OBEDIENT, source=PostureSource.DECLARED))
    assert (seen.source, seen.stood) == (PostureSource.DECLARED, 1.0)


@pytest.mark.parametrize("source", [PostureSource.ESTIMATED, PostureSource.PRESCRIBED, None])
def test_without_a_known_posture_nothing_is_told_of_standing(source):
    ride = ridden(*HILLS, positions=OBEDIENT, source=source)
    if source is None:
        ride.positions = []
    seen = facts(ride)
    assert seen.source is None
    assert seen.cues is seen.missed is seen.stood is seen.longest_seated is None
    assert seen.sat_down == ()
    assert seen.weakest_hill == 1.0


def test_a_block_that_was_swapped_for_its_seated_alternative_is_no_missed_cue():
    ride = ridden(*HILLS, positions=((0, SIT),))
    ride.prescribed_standing[:] = 0.0
    seen = facts(ride)
    assert (seen.cues, seen.missed, seen.stood) == (0, 0, None)


def test_cues_of_intervals_count_but_their_seconds_are_no_share():
    efforts = [
        part
        for _ in range(6)
        for part in ((SegmentKind.INTERVAL, 20, STANDING), (SegmentKind.RECOVERY, 60, SEATED))
    ]
    seen = facts(ridden((DOWN, 100, SEATED), *efforts, positions=((0, SIT),)))
    assert (seen.cues, seen.missed, seen.stood) == (6, 6, None)


# --- the longest time in the saddle -------------------------------------------------------------


def test_the_longest_time_seated_is_broken_by_standing():
    assert facts(ridden(*HILLS, positions=OBEDIENT)).longest_seated == 260
    assert facts(ridden(*HILLS, positions=((0, SIT),))).longest_seated == 719
    assert facts(ridden(*HILLS, positions=((0, UP),))).longest_seated == 0


def test_a_pause_is_no_time_in_the_saddle_and_does_not_break_it():
    ride = ridden(*HILLS, positions=OBEDIENT)
    ride.timer = [TimerChange(0, True), TimerChange(60, False), TimerChange(100, True)]
    ride.laps = []
    assert facts(ride).longest_seated == 260 - 40


# --- power on hills -----------------------------------------------------------------------------


def test_the_weakest_hill_and_the_fade_against_target():
    ride = some_hills(5)
    for hill, share in enumerate((1.0, 0.98, 0.7, 0.9, 0.86)):
        ride.power[150 * hill : 150 * hill + 100] *= share
    seen = facts(ride)
    assert seen.weakest_hill == pytest.approx(0.7)
    assert seen.fade == pytest.approx(0.99 - 0.88)


def test_a_lower_target_is_no_fade():
    ride = four_hills()
    ride.power[300:] *= 0.5
    ride.target_power[300:] *= 0.5
    seen = facts(ride)
    assert seen.fade == pytest.approx(0)
    assert seen.weakest_hill == pytest.approx(1)


def cut(ride, seconds):
    """The ride, ended early."""
    kept = Ride.from_columns(
        ride.time[:seconds],
        power=ride.power[:seconds],
        target_power=ride.target_power[:seconds],
        prescribed_standing=ride.prescribed_standing[:seconds],
    )
    kept.workout = ride.workout
    kept.laps = [
        Lap(lap.start, min(lap.elapsed_time, seconds - lap.start), 0, lap.segment)
        for lap in ride.laps
        if lap.start < seconds
    ]
    for index, lap in enumerate(kept.laps):
        kept.laps[index] = Lap(lap.start, lap.elapsed_time, lap.elapsed_time, lap.segment)
    return kept


@pytest.mark.parametrize(("end", "known"), [(540, True), (539, False), (450, False)])
def test_a_hill_counts_from_nine_tenths_of_it(end, known):
    seen = facts(cut(four_hills(), end))
    assert (seen.weakest_hill is not None) is known
    # Two first and two last hills do not overlap: three are too few.
    assert (seen.fade is not None) is known


def test_a_hill_that_was_skipped_leaves_the_weakest_unknown():
    ride = four_hills()
    del ride.laps[2:4]
    assert facts(ride).weakest_hill is None


def test_a_hill_ridden_twice_counts_twice():
    ride = four_hills()
    ride.laps[6] = Lap(450, 100, 100, 4)
    ride.power[450:550] *= 0.9
    seen = facts(ride)
    assert seen.weakest_hill is None, "hill 4 was never ridden"
    assert seen.fade == pytest.approx(0.05)


def test_without_power_or_target_hills_tell_nothing_of_power():
    for name in ("power", "target_power"):
        ride = four_hills()
        getattr(ride, name)[:] = np.nan
        seen = facts(ride)
        assert seen.weakest_hill is seen.fade is None
        assert seen.slow_climbing == 0.0


# --- cadence on hills ---------------------------------------------------------------------------


def test_slow_climbing_counts_pedalled_seconds_on_hills_under_60_rpm():
    ride = four_hills()
    ride.cadence[:100] = 59.9
    ride.cadence[150:250] = 60.0
    ride.cadence[300:400] = 0.0
    ride.cadence[250:300] = 40.0
    assert facts(ride).slow_climbing == pytest.approx(100 / 300)


def test_less_than_a_minute_of_climbing_is_no_fact():
    for seconds, known in ((60, True), (59, False)):
        seen = facts(ridden((HILL, seconds, SEATED, 1), (DOWN, 60, SEATED)))
        assert (seen.slow_climbing is not None) is known


# --- drift --------------------------------------------------------------------------------------


def block(seconds, *, first=130.0, second=137.0, offset=0.0):
    """A moderate block between two others; its heart rate rises halfway through what counts."""
    ride = ridden(
        (DOWN, 60, SEATED), (MODERATE, seconds, SEATED), (DOWN, 60, SEATED), offset=offset
    )
    ride.heart_rate[:] = 125.0
    ride.heart_rate[360 : 60 + seconds] = first
    ride.heart_rate[360 + (seconds - 300) // 2 : 60 + seconds] = second
    return ride


def test_drift_is_the_decoupling_after_five_minutes_of_the_block():
    # Reference notes on training science, section 4.6: 180 W, 130 and 137 bpm.
    assert facts(block(1800)).drift == pytest.approx(0.051095, abs=1e-6)


def test_the_block_has_to_last():
    assert facts(block(900)).drift is not None
    assert facts(block(898)).drift is None


def test_a_strap_that_was_silent_for_too_long_tells_nothing():
    ride = block(900)
    # Ten seconds are bridged.
    ride.heart_rate[400:412] = np.nan
    assert facts(ride).drift is None


def test_an_effort_that_was_not_steady_has_no_drift():
    ride = block(1800)
    ride.power[1000:1400] = 100.0
    assert facts(ride).drift is None
    ride = block(1800)
    ride.target_power[:] = np.nan
    assert facts(ride).drift is None


@pytest.mark.parametrize("after", [200, 800])
def test_a_pause_in_the_block_leaves_its_drift(after):
    ride = block(1800)
    ride.time[after:] += 300
    ride.timer = [TimerChange(0, True), TimerChange(after, False), TimerChange(after + 300, True)]
    ride.laps[1] = Lap(60, 2100, 1800, 1)
    ride.laps[2] = Lap(2160, 60, 60, 2)
    assert facts(ride).drift == pytest.approx(0.051095, abs=1e-6)


def test_the_longest_of_two_blocks_counts():
    ride = ridden((MODERATE, 1000, SEATED), (DOWN, 60, SEATED), (MODERATE, 1500, SEATED))
    ride.heart_rate[500:1000] = 200.0
    assert facts(ride).drift == pytest.approx(0.0)


# --- the rider's word ---------------------------------------------------------------------------


def test_the_riders_word_is_passed_on_but_not_after_intervals():
    ride = four_hills()
    ride.cr10 = 6.5
    assert facts(ride).cr10 == 6.5
    ride = ridden((SegmentKind.INTERVAL, 10, SEATED), (SegmentKind.RECOVERY, 60, SEATED))
    ride.cr10 = 8.0
    assert facts(ride).cr10 is None


# --- rides without a plan, and other people's ---------------------------------------------------


def test_an_empty_ride_shows_nothing():
    assert facts(Ride.from_columns(np.empty(0))) == RideFacts()


def test_without_cranks_only_the_riders_word_is_known():
    ride = ridden(*HILLS, positions=OBEDIENT)
    ride.sport, ride.cr10 = "running", 4.0
    assert facts(ride) == RideFacts(cr10=4.0)


def test_facts_do_not_depend_on_when_the_clock_began():
    late = ridden(*HILLS, positions=[(at + 3600, each) for at, each in OBEDIENT], offset=3600.0)
    assert facts(late) == facts(ridden(*HILLS, positions=OBEDIENT))


@pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")
def test_other_peoples_rides_have_few_facts_and_no_plan():
    paths = [path for path in sorted(RIDES.iterdir()) if path.suffix in SUFFIXES]
    known = {path.name: facts(load_ride(path)) for path in paths}
    assert len(known) > 10
    planned = {"cues", "missed", "stood", "weakest_hill", "fade", "drift", "cr10"}
    for seen in known.values():
        for each in fields(seen):
            if each.name in planned:
                assert getattr(seen, each.name) is None
    assert known["run_compressed_timestamps.fit"] == RideFacts()
    assert known["mountain_edge530_positions_gears.fit"].longest_seated == pytest.approx(
        1091, abs=1
    )
