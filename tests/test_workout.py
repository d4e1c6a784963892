"""From plan and rider to a workout: the numbers of the three presets, and what holds for all.

Numbers of the presets, totals included: science notes, 3.2. The totals were computed there from
1 Hz targets with linear ramps that contain both end points.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.analysis.power import w_prime_balance
from coach.errors import RiderInputError
from coach.guidance.gears import gears
from coach.messages import Mode, Posture
from coach.physics import power_for
from coach.profile import (
    climbing_speed,
    compile_workout,
    example_rider,
    find_workout,
    load_workout,
    parse_workout,
)
from coach.rider import Bike, Limits, Rider
from coach.workout import Segment, SegmentKind, Workout

NAMES = ("hills-starter", "hills", "hills-strong")
PLANS = {name: load_workout(find_workout(name)) for name in NAMES}
INTERVALS = load_workout(find_workout("intervals"))
RIDER = example_rider()

HILLS = {  # minutes and % FTP of hills 1 to 6, then of the moderate block
    "hills-starter": ([(2.5, 70), (2.5, 75), (2.5, 80), (2.5, 83), (1.5, 75), (1.5, 83)], 60),
    "hills": ([(4, 80), (4, 85), (4, 90), (4, 95), (3, 85), (3, 95)], 65),
    "hills-strong": ([(5, 85), (5, 90), (5, 95), (5, 100), (4, 90), (4, 100)], 70),
}

riders = st.builds(
    Rider,
    name=st.just("any"),
    mass=st.floats(50.0, 100.0),
    threshold_power=st.floats(80.0, 400.0),
    bike=st.builds(
        Bike,
        mass=st.floats(6.0, 20.0),
        chainrings=st.sampled_from([(50, 34), (53, 39), (42,), (46, 30), (52, 36, 26), (53,)]),
        cassette=st.sampled_from(
            [
                (11, 12, 13, 14, 15, 17, 19, 21, 23, 25, 28),
                (10, 12, 14, 16, 18, 21, 24, 28, 32, 36, 42, 50),
                (11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 23),
                (16,),
            ]
        ),
    ),
    limits=st.builds(Limits, grade=st.floats(0.03, 0.12)),
    moderate_resistance=st.floats(0.01, 0.6),
    resistance_increment=st.floats(0.005, 0.1),
)


def by_hill(workout: Workout) -> dict[int, list[Segment]]:
    found: dict[int, list[Segment]] = {}
    for segment in workout.segments:
        if segment.hill is not None:
            found.setdefault(segment.hill, []).append(segment)
    return found


def targets(workout: Workout) -> list[float]:
    """Target power second by second, each ramp with both its ends [W]."""
    seconds = []
    for s in workout.segments:
        n = int(s.duration)
        rise = (s.target_power_end - s.target_power_start) / (n - 1)
        seconds += [s.target_power_start + rise * k for k in range(n)]
    return seconds


def normalized(watts: list[float]) -> float:
    """Fourth-power mean over full windows of 30 s."""
    window = sum(watts[:30])
    fourth = [(window / 30) ** 4]
    for old, new in zip(watts, watts[30:], strict=False):
        window += new - old
        fourth.append((window / 30) ** 4)
    return (sum(fourth) / len(fourth)) ** 0.25


def training_stress(workout: Workout) -> float:
    intensity = normalized(targets(workout)) / RIDER.threshold_power
    return 100 * intensity**2 * workout.duration / 3600


# --- the presets --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_preset_is_the_table(name):
    workout = compile_workout(PLANS[name], RIDER)
    hills, moderate = HILLS[name]
    for number, (minutes, ftp_pct) in enumerate(hills, 1):
        pieces = by_hill(workout)[number]
        assert sum(piece.duration for piece in pieces) == 60 * minutes
        for piece in pieces:
            assert piece.target_power_start == pytest.approx(RIDER.threshold_power * ftp_pct / 100)
            assert piece.target_power_end == piece.target_power_start
    warm_up, cool_down = workout.segments[0], workout.segments[-1]
    assert workout.segments[-2].target_power_start == pytest.approx(2.20 * moderate)
    assert workout.segments[-2].duration == 1800
    top = 70 if name == "hills-strong" else 65
    assert (warm_up.target_power_start, warm_up.target_power_end) == pytest.approx((88, 2.2 * top))
    assert (cool_down.target_power_start, cool_down.target_power_end) == pytest.approx((110, 77))
    assert (warm_up.duration, cool_down.duration) == (900, 300)


@pytest.mark.parametrize("name", NAMES)
def test_preset_has_the_shape_of_the_article(name):
    workout = compile_workout(PLANS[name], RIDER)
    assert len(workout.segments) == 17
    assert workout.hills == 6
    assert [s.kind for s in workout.segments] == [
        SegmentKind.WARM_UP,
        *[SegmentKind.HILL, SegmentKind.DOWNHILL] * 2,
        *[SegmentKind.HILL, SegmentKind.HILL, SegmentKind.DOWNHILL] * 2,
        *[SegmentKind.HILL, SegmentKind.DOWNHILL] * 2,
        SegmentKind.MODERATE,
        SegmentKind.COOL_DOWN,
    ]
    sit, stand = Posture.SEATED, Posture.STANDING
    postures = {n: [s.posture for s in pieces] for n, pieces in by_hill(workout).items()}
    assert postures == {
        1: [sit],
        2: [sit],
        3: [sit, stand],
        4: [sit, stand],
        5: [stand],
        6: [stand],
    }
    assert all(s.posture is sit for s in workout.segments if s.hill is None)
    for number in (3, 4):
        first, second = by_hill(workout)[number]
        assert first.duration == second.duration


def test_standard_lasts_90_minutes_and_costs_what_the_notes_say():
    workout = compile_workout(PLANS["hills"], RIDER)
    watts = targets(workout)
    assert workout.duration == len(watts) == 5400
    assert sum(watts) / 5400 == pytest.approx(141.533, abs=5e-4)
    assert sum(watts) / 1000 == pytest.approx(764.28, abs=5e-3)
    assert normalized(watts) == pytest.approx(153.271, abs=5e-4)
    assert training_stress(workout) == pytest.approx(72.806, abs=5e-4)


def test_starter_costs_what_the_notes_say():
    long = compile_workout(PLANS["hills-starter"], RIDER)
    assert long.duration == 81 * 60
    assert normalized(targets(long)) == pytest.approx(133.867, abs=5e-4)
    assert training_stress(long) == pytest.approx(49.985, abs=5e-4)
    short = compile_workout(PLANS["hills-starter"], RIDER, moderate_minutes=15)
    assert short.duration == 66 * 60
    assert training_stress(short) == pytest.approx(40.982, abs=5e-4)


def test_strong_costs_what_the_notes_say():
    """Their totals are for a warm-up that ends at 65 %."""
    plan = PLANS["hills-strong"]
    warm_up = replace(plan.parts[0], power_end=0.65)
    workout = compile_workout(replace(plan, parts=(warm_up, *plan.parts[1:])), RIDER)
    assert workout.duration == 96 * 60
    assert normalized(targets(workout)) == pytest.approx(165.701, abs=5e-4)
    assert training_stress(workout) == pytest.approx(90.767, abs=5e-4)


def test_labels_efforts_and_cadences():
    segments = compile_workout(PLANS["hills"], RIDER).segments
    assert [s.label for s in segments[:3]] == ["Warm-up", "Hill 1", "Downhill 1"]
    assert [s.label for s in segments[-3:]] == ["Downhill 6", "Moderate", "Cool-down"]
    assert [s.label for s in segments[5:8]] == ["Hill 3", "Hill 3", "Downhill 3"]
    assert segments[1].effort == "moderate, CR10 3"
    for s in segments:
        band = {None: (85, 95), Posture.SEATED: (70, 85), Posture.STANDING: (60, 75)}
        posture = s.posture if s.hill else None
        assert (s.cadence_low, s.cadence_high) == band[posture]


def test_hills_are_asked_by_grade_and_the_rest_by_power():
    for s in compile_workout(PLANS["hills"], RIDER).segments:
        assert s.mode is (Mode.GRADE if s.hill else Mode.POWER)
        assert s.grade == {SegmentKind.DOWNHILL: -0.01}.get(s.kind, s.grade if s.hill else 0.0)
        assert (s.speed is None) is (s.hill is None)


def test_basic_resistance_of_the_reference_rider():
    segments = compile_workout(PLANS["hills"], RIDER).segments
    found = [round(100 * s.basic_resistance, 6) for s in segments if s.hill]
    assert found == [20, 25, 30, 30, 35, 35, 20, 30]
    assert segments[-1].basic_resistance == pytest.approx(0.05)


# --- for every rider ----------------------------------------------------------------------------


@given(st.sampled_from(NAMES), riders)
def test_invariants_for_every_rider(name, rider):
    workout = compile_workout(PLANS[name], rider)
    hills = {n: pieces[0] for n, pieces in by_hill(workout).items()}
    for load in ("target_power_start", "grade", "basic_resistance"):
        of = {n: getattr(s, load) for n, s in hills.items()}
        assert of[2] > of[1], load
        assert of[3] > of[2], load
        assert of[4] > of[2], load
        assert of[6] > of[5], load
    for s in workout.segments:
        assert max(s.target_power_start, s.target_power_end) <= 1.05 * rider.threshold_power
        assert 0.0 <= s.basic_resistance <= 1.0
        if s.hill:
            assert 0.0 < s.grade <= rider.limits.grade + 1e-9
            assert s.speed == hills[1].speed
            assert power_for(s.speed, s.grade, rider.total_mass) == pytest.approx(
                s.target_power_start
            )
    assert workout.segments[0].duration >= 900
    assert sum(s.kind is SegmentKind.DOWNHILL for s in workout.segments) == 6


@given(riders)
def test_climbing_speed_is_the_lowest_gear_that_is_not_too_steep(rider):
    hardest = 0.95 * rider.threshold_power
    speed = climbing_speed(PLANS["hills"], rider)
    assert power_for(speed, rider.limits.grade, rider.total_mass) >= hardest - 1e-6
    at_77 = [gear.speed(77.0, rider.bike) for gear in gears(rider.bike)]
    if any(v == pytest.approx(speed) for v in at_77):
        slower = [v for v in at_77 if v < speed - 1e-9]
        assert all(power_for(v, rider.limits.grade, rider.total_mass) < hardest for v in slower)
    elif speed > max(at_77):  # every gear too low: on the limit itself
        assert power_for(speed, rider.limits.grade, rider.total_mass) == pytest.approx(hardest)


def test_climbing_speed_of_the_reference_rider():
    """34×28 at 77 rpm, by hand: 34/28 x 2.096 m x 77/60 s."""
    assert climbing_speed(PLANS["hills"], RIDER) == pytest.approx(34 / 28 * 2.096 * 77 / 60)


def test_a_strong_light_rider_takes_a_taller_gear():
    strong = replace(RIDER, mass=50.0, threshold_power=400.0)
    speeds = [gear.speed(77.0, strong.bike) for gear in gears(strong.bike)]
    speed = climbing_speed(PLANS["hills"], strong)
    assert speed in speeds
    assert speed > speeds[0]


def test_a_weak_rider_without_low_gears_climbs_slower_than_the_cadence_asks():
    bike = Bike(chainrings=(53,), cassette=(11,))
    rider = replace(RIDER, mass=100.0, threshold_power=80.0, bike=bike)
    workout = compile_workout(PLANS["hills"], rider)
    first = by_hill(workout)[1][0]
    assert first.speed < gears(bike)[0].speed(77.0, bike)
    assert first.grade == pytest.approx(0.005)


# --- the choices of the day ---------------------------------------------------------------------


def test_stand_hill_4():
    workout = compile_workout(PLANS["hills"], RIDER, stand_hill_4=True)
    usual = compile_workout(PLANS["hills"], RIDER)
    (fourth,) = by_hill(workout)[4]
    assert fourth.posture is Posture.STANDING
    assert fourth.duration == 240
    assert (fourth.cadence_low, fourth.cadence_high) == (60, 75)
    assert len(workout.segments) == 16
    assert workout.duration == usual.duration
    assert [s.posture for s in by_hill(workout)[3]] == [Posture.SEATED, Posture.STANDING]


def test_shorter_moderate_block_moves_what_follows():
    workout = compile_workout(PLANS["hills"], RIDER, moderate_minutes=12.5)
    assert workout.segments[-2].duration == 750
    assert workout.segments[-1].start == 5400 - 300 - 1050
    assert workout.duration == 5400 - 1050


def test_no_moderate_block_goes_from_the_last_hill_to_the_cool_down():
    workout = compile_workout(PLANS["hills"], RIDER, moderate_minutes=0)
    kinds = [segment.kind for segment in workout.segments]
    assert SegmentKind.MODERATE not in kinds
    assert kinds[-2:] == [SegmentKind.DOWNHILL, SegmentKind.COOL_DOWN]
    assert workout.duration == 5400 - 1800


@pytest.mark.parametrize("minutes", [0.5, 30.1, -5, math.nan, math.inf])
def test_nonsense_minutes_are_refused(minutes):
    with pytest.raises(RiderInputError, match="1 to 30 minutes"):
        compile_workout(PLANS["hills"], RIDER, moderate_minutes=minutes)


def test_choices_that_do_not_suit_the_plan_are_refused():
    few = replace(PLANS["hills"], parts=PLANS["hills"].parts[:4])
    with pytest.raises(RiderInputError, match="no hill 4"):
        compile_workout(few, RIDER, stand_hill_4=True)
    with pytest.raises(RiderInputError, match="no moderate block"):
        compile_workout(few, RIDER, moderate_minutes=15)


@pytest.mark.parametrize("mode", Mode)
def test_mode_for_the_whole_ride(mode):
    workout = compile_workout(PLANS["hills"], RIDER, mode=mode)
    assert {s.mode for s in workout.segments} == {mode}
    for s in workout.segments:
        assert None not in (s.target_power_start, s.grade, s.basic_resistance)


def test_mode_grade_and_speed_from_the_file():
    plan = PLANS["hills"]
    own = replace(plan.parts[1], grade=0.03, mode=Mode.POWER)
    plan = replace(plan, parts=(plan.parts[0], own, *plan.parts[2:]), climbing_speed=4.0)
    hills = by_hill(compile_workout(plan, RIDER))
    assert hills[1][0].grade == 0.03
    assert hills[1][0].mode is Mode.POWER
    assert power_for(hills[1][0].speed, 0.03, 84.0) == pytest.approx(176.0)
    assert hills[2][0].speed == 4.0
    assert power_for(4.0, hills[2][0].grade, 84.0) == pytest.approx(187.0)


def test_a_climbing_speed_that_is_too_slow_gives_way_to_the_steepest_grade():
    strong = replace(RIDER, mass=30.0, threshold_power=600.0)
    hills = by_hill(compile_workout(replace(PLANS["hills"], climbing_speed=1.0), strong))
    assert hills[4][0].grade == pytest.approx(0.08)
    assert hills[1][0].speed == hills[4][0].speed > 1.0


def test_a_climbing_speed_without_hills_is_refused():
    with pytest.raises(RiderInputError, match=r"climbing.speed_kmh"):
        compile_workout(replace(PLANS["hills"], climbing_speed=11.0), RIDER)


def test_a_plan_without_hills_needs_no_climbing_speed():
    flat = replace(PLANS["hills"], parts=(PLANS["hills"].parts[0],))
    assert compile_workout(flat, RIDER).segments[0].target_power(450.0) == pytest.approx(115.5)


SHORT = """
title = "Short and hard"
about = "the seated half of the science notes' intervals, then one that stands"

[[part]]
kind = "warm_up"
length = "10:00"
ftp_pct_start = 40
ftp_pct_end = 65
effort = "easy, rising"
cr10 = "1-3"
resistance_steps = -2
"""


def _interval(seconds: int, percent: int, posture: str) -> str:
    return f"""
[[part]]
kind = "interval"
length = "0:{seconds}"
posture = "{posture}"
ftp_pct = {percent}
effort = "hard"
cr10 = "7-8"
resistance_steps = 4

[[part]]
kind = "recovery"
length = "1:00"
ftp_pct = 45
effort = "very easy"
cr10 = 1
resistance_steps = -3
"""


def test_intervals_are_short_hills_with_a_speed_of_their_own():
    efforts = ((10, 150, "seated"), (20, 140, "seated"), (30, 130, "standing"))
    text = SHORT + "".join(_interval(*each) for each in efforts)
    segments = compile_workout(parse_workout(text, "short.toml"), RIDER).segments
    assert [s.label for s in segments] == [
        "Warm-up",
        *("Interval 1", "Recovery 1", "Interval 2", "Recovery 2", "Interval 3", "Recovery 3"),
    ]
    assert {s.hill for s in segments} == {None}
    hard, easy = segments[1::2], segments[2::2]
    assert [s.target_power_start for s in hard] == pytest.approx([330, 308, 286])
    assert {s.mode for s in hard} == {Mode.GRADE}
    assert {s.mode for s in easy} == {Mode.GRADE}
    assert [s.posture for s in hard] == [Posture.SEATED, Posture.SEATED, Posture.STANDING]
    assert [s.cadence_low for s in hard] == [70.0, 70.0, 60.0]
    assert len({s.speed for s in hard}) == 1
    for s in hard:
        assert power_for(s.speed, s.grade, RIDER.total_mass) == pytest.approx(s.target_power_start)
    grades = [s.grade for s in hard]
    assert RIDER.limits.grade >= grades[0] > grades[1] > grades[2] > 0.04
    (recovery,) = {(s.kind, s.grade, s.speed, s.target_power_end) for s in easy}
    assert recovery == (SegmentKind.RECOVERY, easy[0].grade, hard[0].speed, 99.0)
    assert power_for(hard[0].speed, easy[0].grade, RIDER.total_mass) == pytest.approx(99.0)


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_intervals_are_those_of_the_notes(rounds):
    """Science notes, 3.3: seconds and % FTP of the efforts, 60 s at 45 % after each."""
    workout = compile_workout(INTERVALS, RIDER, rounds=rounds)
    assert workout.duration == 600 + 465 * rounds + 300
    first, *main, last = workout.segments
    assert (first.kind, first.duration) == (SegmentKind.WARM_UP, 600)
    assert (first.target_power_start, first.target_power_end) == pytest.approx((88, 143))
    assert (last.kind, last.duration) == (SegmentKind.COOL_DOWN, 300)
    assert (last.target_power_start, last.target_power_end) == pytest.approx((110, 77))
    sit, stand = Posture.SEATED, Posture.STANDING
    seated = [(sit, 10, 150), (sit, 20, 140), (sit, 30, 130)]
    standing = [(stand, 10, 150), (stand, 15, 140), (stand, 20, 130)]
    efforts, rests = main[::2], main[1::2]
    found = [(s.posture, s.duration, round(s.target_power_start / 2.2, 6)) for s in efforts]
    assert found == rounds * (seated + standing)
    assert {s.kind for s in efforts} == {SegmentKind.INTERVAL}
    assert {(s.kind, s.posture, s.duration, s.target_power_end) for s in rests} == {
        (SegmentKind.RECOVERY, sit, 60, 99.0)
    }
    assert efforts[-1].label == f"Interval {6 * rounds}"
    assert rests[-1].label == f"Recovery {6 * rounds}"
    assert workout.hills == 0


def test_one_round_of_intervals_costs_what_the_notes_say():
    workout = compile_workout(INTERVALS, RIDER)
    watts = targets(workout)
    assert workout.duration == len(watts) == 1365
    assert sum(watts) / 1365 == pytest.approx(120.637, abs=5e-4)
    assert sum(watts) / 1000 == pytest.approx(164.670, abs=5e-4)
    assert normalized(watts) == pytest.approx(140.874, abs=5e-4)
    assert normalized(watts) / RIDER.threshold_power == pytest.approx(0.6403, abs=5e-5)
    assert training_stress(workout) == pytest.approx(15.547, abs=5e-4)
    # The notes' number is that of Euler's steps of 1 s; without steps it is 8 J less.
    left, lowest = 18_000.0, 18_000.0
    for power in watts:
        spare = 220.0 - power
        left += spare * (18_000.0 - left) / 18_000.0 if spare > 0 else spare
        lowest = min(lowest, left)
    assert lowest == pytest.approx(14_227.5, abs=0.05)
    exact = w_prime_balance(np.array(watts), RIDER.threshold_power, RIDER.w_prime)
    assert exact.min() == pytest.approx(14_227.5, abs=10)


@given(riders)
def test_no_limit_eats_an_effort_and_no_recovery_goes_far_down(rider):
    for s in compile_workout(INTERVALS, rider).segments:
        if s.kind is SegmentKind.INTERVAL:
            assert 0.0 < s.grade <= rider.limits.grade + 1e-9
            assert power_for(s.speed, s.grade, rider.total_mass) == pytest.approx(
                s.target_power_start
            )
        elif s.kind is SegmentKind.RECOVERY:
            assert -0.01 <= s.grade < 0.5 * rider.limits.grade


def test_recoveries_without_intervals_are_asked_by_power_on_the_flat():
    parts = (PLANS["hills"].parts[0], INTERVALS.parts[2])
    rest = compile_workout(replace(INTERVALS, parts=parts), RIDER).segments[1]
    assert (rest.kind, rest.mode, rest.grade, rest.speed) == (
        SegmentKind.RECOVERY,
        Mode.POWER,
        0.0,
        None,
    )


@pytest.mark.parametrize(
    ("name", "rounds", "words"),
    [
        ("hills", 2, "hills has no rounds; leave out --rounds"),
        ("intervals", 4, "intervals has 1 to 3 rounds, not 4; type --rounds 3"),
        ("intervals", 0, "intervals has 1 to 3 rounds, not 0"),
        ("intervals", -1, "intervals has 1 to 3 rounds, not -1"),
    ],
)
def test_rounds_that_the_plan_does_not_have_are_refused(name, rounds, words):
    with pytest.raises(RiderInputError, match=words):
        compile_workout(load_workout(find_workout(name)), RIDER, rounds=rounds)


# --- the types ----------------------------------------------------------------------------------


def piece(index: int, start: float, duration: float = 10.0) -> Segment:
    return Segment(
        index=index,
        kind=SegmentKind.MODERATE,
        start=start,
        duration=duration,
        posture=None,
        mode=Mode.POWER,
        target_power_start=100.0,
        target_power_end=200.0,
    )


@pytest.mark.parametrize(
    "pieces",
    [
        (piece(0, 1.0),),
        (piece(0, 0.0), piece(1, 9.0)),
        (piece(0, 0.0), piece(1, 11.0)),
        (piece(0, 0.0), piece(2, 10.0)),
        (piece(0, 0.0, 0.0),),
    ],
)
def test_segments_cover_the_time_once(pieces):
    with pytest.raises(ValueError, match="does not follow"):
        Workout("w", "W", pieces)


def test_target_power_is_linear_and_held_beyond_the_ends():
    found = [piece(0, 0.0).target_power(t) for t in (-5.0, 0.0, 2.5, 10.0, 99.0)]
    assert found == [100.0, 100.0, 125.0, 200.0, 200.0]
