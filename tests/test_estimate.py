"""The estimate of posture: against measured rides, by hand, and under bad input."""

from __future__ import annotations

import ast
from dataclasses import fields, replace
from itertools import pairwise, product
from math import exp, log, prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.analysis import estimate
from coach.analysis.estimate import Estimate, estimate_posture
from coach.analysis.posture import ride_posture, stand_count, time_standing
from coach.analysis.repair import Repaired, repaired
from coach.analysis.summary import summarize
from coach.analysis.told import PostureSegment, tell
from coach.analysis.verdict import judge, score
from coach.formats import fit
from coach.messages import Posture, PostureSource, RiderPosition
from coach.ride import PositionChange, Ride, TimerChange
from coach.rides import load_ride

ROOT = Path(__file__).parents[1]
RIDES = ROOT.parent / "shared" / "rides"
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")
MOUNTAIN = "mountain_edge530_positions_gears.fit"
TURBO = "indoor_fenix6_turbo_positions.fit"

SEATED, STANDING = Posture.SEATED, Posture.STANDING
MEASURED, DECLARED, ESTIMATED = (
    PostureSource.MEASURED,
    PostureSource.DECLARED,
    PostureSource.ESTIMATED,
)
TURNS_OFTEN = 85.0


@pytest.fixture(scope="module")
def rides():
    """The two rides whose positions pedals measured, read and repaired once."""
    read = {name: load_ride(RIDES / name) for name in (MOUNTAIN, TURBO)}
    return {name: (ride, repaired(ride)) for name, ride in read.items()}


def wandering(seed, seconds, spread, lasting):
    """Return noise that remembers itself for some seconds: a first-order autoregression."""
    random = np.random.default_rng(seed)
    keeps = exp(-1 / lasting)
    steps = random.normal(size=seconds) * spread * np.sqrt(1 - keeps**2)
    values = np.empty(seconds)
    value = 0.0
    for index, step in enumerate(steps):
        value = values[index] = keeps * value + step
    return values


def made_up(seed=0, seconds=3000, drop=0.0, stands=(), spread=2.2, push=0.0):
    """Return a ride at 200 W whose cadence falls by `drop` while standing."""
    stood = np.zeros(seconds, dtype=bool)
    for start, end in stands:
        stood[start:end] = True
    cadence = TURNS_OFTEN + wandering(seed, seconds, spread, 8)
    power = 200 + wandering(seed + 1000, seconds, 12, 4)
    return (
        Ride.from_columns(
            np.arange(seconds, dtype=float),
            cadence=cadence * np.where(stood, 1 - drop, 1),
            power=power * np.where(stood, 1 + push, 1),
        ),
        stood,
    )


STANDS = ((400, 430), (700, 790), (1200, 1215), (1600, 1660), (2300, 2350))


def guess(ride: Ride) -> Estimate:
    return estimate_posture(repaired(ride))


# --- rides with measured positions -------------------------------------------------------------


@needs_rides
@pytest.mark.parametrize(
    ("name", "seconds", "least", "naive"),
    [(MOUNTAIN, 6973, 0.80, 0.581), (TURBO, 3001, 0.97, 0.968)],
)
def test_it_beats_naive_rules_on_rides_with_measured_positions(rides, name, seconds, least, naive):
    # The seconds and the naive figures are also those of a plain count over the file's records.
    verdict = judge(*rides[name])
    assert verdict.seconds == seconds
    assert verdict.estimate.balanced_accuracy >= least
    assert verdict.fixed_70_rpm.balanced_accuracy == pytest.approx(naive, abs=0.0005)
    assert verdict.always_seated.balanced_accuracy == 0.5
    assert verdict.always_seated.precision is None
    assert not verdict.simulated


# Every number that enters the model, except those that only say when not to guess at all.
NUMBERS = [
    "HABIT", "ENOUGH", "FAR", "STAND", "SEAT", "LOUDEST", "FIRST_STEP", "LEAST_STEP",
    "LARGEST_STEP", "LEAST_DROP", "LEAST_SEPARATION", "LARGEST_SHARE",
]  # fmt: skip


@needs_rides
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_no_number_is_tuned_to_the_rides(rides, monkeypatch, number, factor):
    monkeypatch.setattr(estimate, number, getattr(estimate, number) * factor)
    assert judge(*rides[MOUNTAIN]).estimate.balanced_accuracy >= 0.80
    assert judge(*rides[TURBO]).estimate.balanced_accuracy >= 0.97


@needs_rides
def test_half_a_ride_is_enough(rides):
    ride, rows = rides[MOUNTAIN]
    for half in (slice(0, len(rows) // 2), slice(len(rows) // 2, None)):
        verdict = judge(ride, part(rows, half))
        assert verdict.estimate.balanced_accuracy >= 0.78
    # In the first half on the trainer nobody stands under load; of what little is called so,
    # nothing is said with confidence.
    _, rows = rides[TURBO]
    seated = estimate_posture(part(rows, slice(0, len(rows) // 2)))
    assert seated.standing.mean() < 0.08
    assert not (seated.confidence[seated.standing] > estimate.WORTH[STANDING]).any()


def part(rows: Repaired, rows_kept: slice) -> Repaired:
    cut = {
        each.name: getattr(rows, each.name)[rows_kept]
        for each in fields(rows)
        if isinstance(getattr(rows, each.name), np.ndarray)
    }
    return replace(rows, **cut)


@needs_rides
def test_what_it_is_trusted_is_what_it_was_worth(rides):
    # `WORTH` is rounded down from the two rides taken together.
    right = {SEATED: [], STANDING: []}
    for ride, rows in rides.values():
        guessed, stood = estimate_posture(rows), measured(ride, rows)
        for posture, called in ((STANDING, guessed.standing), (SEATED, ~guessed.standing)):
            counted = called & np.isfinite(stood) & estimate.pedalling(rows)
            right[posture].append((stood[counted] == 1) == (posture is STANDING))
    for posture, found in right.items():
        share = np.concatenate(found).mean()
        assert estimate.WORTH[posture] <= share < estimate.WORTH[posture] + 0.06


def measured(ride, rows):
    stood = np.full(len(rows), np.nan)
    for interval in ride_posture(ride):
        within = (rows.time >= interval.start) & (rows.time < interval.end)
        stood[within] = interval.posture is STANDING
    return stood


@needs_rides
def test_the_more_confident_the_more_often_right(rides):
    ride, rows = rides[MOUNTAIN]
    guessed, stood = estimate_posture(rows), measured(ride, rows)
    called = guessed.standing & np.isfinite(stood)
    middle = np.median(guessed.confidence[called])
    sure, unsure = called & (guessed.confidence >= middle), called & (guessed.confidence < middle)
    assert stood[sure].mean() > stood[unsure].mean() + 0.1


# --- by hand ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_stands_of_a_made_up_ride_are_found(seed):
    ride, stood = made_up(seed, drop=0.14, stands=STANDS)
    guessed = guess(ride)
    found = score(guessed.standing, stood)
    assert found.balanced_accuracy > 0.97
    assert found.precision > 0.9
    assert guessed.habit.drop == pytest.approx(0.14, abs=0.02)
    assert guessed.habit.cadence == pytest.approx(TURNS_OFTEN, abs=1)
    assert guessed.confidence[stood & guessed.standing].min() <= estimate.WORTH[STANDING]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("spread", [0.0, 2.2, 4.0])
def test_a_ride_in_one_posture_is_all_seated_with_low_confidence(seed, spread):
    guessed = guess(made_up(seed, spread=spread)[0])
    assert not guessed.habit.distinct
    assert guessed.known.all()
    assert not guessed.standing.any()
    assert np.all(guessed.confidence == estimate.NO_SIGN)
    assert guessed.missing == ("no second way of pedalling to tell standing by",)


def test_who_hardly_slows_down_to_stand_is_called_seated():
    # A limit that the command tells: Bouillod & Grappe's mean rider slows down by 8 %.
    guessed = guess(made_up(drop=0.06, stands=STANDS)[0])
    assert not guessed.standing.any()
    assert not guessed.habit.distinct


def test_two_habits_are_not_two_postures():
    # Slower for 180 s in every 400: nobody stands for so much of a ride.
    ride, _ = made_up(drop=0.14, stands=[(at, at + 180) for at in range(200, 3000, 400)])
    guessed = guess(ride)
    assert guessed.habit.separation > estimate.LEAST_SEPARATION
    assert guessed.habit.drop > estimate.LEAST_DROP
    assert not guessed.standing.any()


def test_a_stand_of_three_seconds_is_none():
    ride, _ = made_up(drop=0.2, stands=(*STANDS, (2000, 2003)))
    standing = guess(ride).standing
    assert standing[710:780].all()
    assert not standing[1980:2030].any()


def test_easing_off_is_no_standing_up():
    # As slow as standing, but with less torque.
    ride, stood = made_up(drop=0.14, stands=STANDS)
    eased = slice(1900, 1960)
    ride.cadence[eased] *= 0.86
    ride.power[eased] *= 0.43
    guessed = guess(ride)
    assert not guessed.standing[eased].any()
    assert score(guessed.standing, stood).recall > 0.9


def test_nothing_is_known_where_the_cranks_are_still():
    ride, _ = made_up(drop=0.14, stands=STANDS)
    ride.cadence[1000:1009] = ride.power[1000:1009] = 0
    ride.cadence[1100:1130] = ride.power[1100:1130] = 0
    ride.cadence[:20] = 0
    guessed = guess(ride)
    assert guessed.known[1000:1009].all()
    assert not guessed.known[1100:1130].any()
    assert np.isnan(guessed.confidence[1100:1130]).all()
    assert not guessed.known[:20].any()


def test_forward_and_backward_agree_with_every_path_counted():
    evidence = np.array([0.3, -1.2, 2.0, 1.1, -0.4, 0.0, -2.0, 0.9])
    rise, sit = 1 / estimate.SEAT, 1 / estimate.STAND
    first = rise / (rise + sit)
    step = {(0, 0): 1 - rise, (0, 1): rise, (1, 0): sit, (1, 1): 1 - sit}
    standing, whole = np.zeros(evidence.size), 0.0
    for path in product((0, 1), repeat=evidence.size):
        weight = (first if path[0] else 1 - first) * prod(step[pair] for pair in pairwise(path))
        weight *= exp(sum(said for said, stood in zip(evidence, path, strict=True) if stood))
        whole += weight
        standing += weight * np.array(path)
    assert estimate._forward_backward(evidence) == pytest.approx(standing / whole, rel=1e-12)


def test_the_habit_is_a_weighted_mean_over_a_bell():
    random = np.random.default_rng(3)
    values, weights = random.normal(4.4, 0.1, 400), random.uniform(0, 1, 400)
    habit = (
        values
        - estimate._from_habit(values[np.newaxis], weights, estimate._Blur(400, estimate.HABIT))[0]
    )
    for row in (0, 150, 399):
        away = np.abs(np.arange(400) - row)
        bell = np.exp(-0.5 * (away / estimate.HABIT) ** 2) * (away <= 3 * estimate.HABIT) * weights
        overall = np.average(values, weights=weights)
        expected = (bell @ values + estimate.ENOUGH * overall) / (bell.sum() + estimate.ENOUGH)
        assert habit[row] == pytest.approx(expected, rel=1e-9)


def test_where_nothing_speaks_a_posture_is_trusted_as_far_as_it_is_common():
    rows = np.ones(10, dtype=bool)
    standing = np.arange(10) < 4
    confidence = estimate._confidence(standing, rows, rows, np.zeros(10), share=0.2)
    assert confidence[:4] == pytest.approx(0.2 * estimate.WORTH[STANDING])
    assert confidence[4:] == pytest.approx(0.8 * estimate.WORTH[SEATED])


def test_a_score_by_hand():
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
    called = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], dtype=bool)
    found = score(called, truth)
    assert found.recall == 3 / 4
    assert found.precision == 3 / 4
    assert found.balanced_accuracy == pytest.approx((3 / 4 + 5 / 6) / 2)
    nobody_stood = score(called, np.zeros(10, dtype=bool))
    assert (nobody_stood.recall, nobody_stood.balanced_accuracy) == (None, None)
    assert nobody_stood.precision == 0


# --- no label, no plan, no guess passed on ------------------------------------------------------


@needs_rides
@pytest.mark.parametrize("name", [MOUNTAIN, TURBO])
def test_an_estimate_is_the_same_without_positions(rides, name):
    ride, rows = rides[name]
    with_events = tell(ride, rows, ESTIMATED)
    bare = replace(ride, positions=[], position_source=None, time_standing=None, stand_count=None)
    without = tell(bare, repaired(bare), ESTIMATED)
    assert with_events.segments == without.segments
    assert with_events.time_standing == without.time_standing
    assert any(each.posture is STANDING for each in without.segments)
    assert tell(bare, repaired(bare)).source is ESTIMATED


def test_the_plan_is_not_looked_at():
    ride, stood = made_up(drop=0.14, stands=STANDS)
    asked = replace(ride, prescribed_standing=(~stood).astype(float))
    assert np.array_equal(guess(asked).standing, guess(ride).standing)


def test_a_guess_leaves_the_ride_as_it_was():
    ride, _ = made_up(drop=0.14, stands=STANDS)
    assert tell(ride, repaired(ride)).source is ESTIMATED
    assert ride.positions == []
    assert ride.position_source is None
    assert time_standing(ride) is stand_count(ride) is None
    figures = summarize(ride)
    assert (figures.time_standing, figures.stand_count) == (None, None)
    back = fit.decode(fit.encode(ride))
    assert (back.positions, back.time_standing, back.stand_count) == ([], None, None)


def test_guessed_positions_in_a_ride_are_counted_and_written_as_nobodys():
    # Nothing here makes such a ride; whoever does must not see it turn into a measurement.
    ride, _ = made_up(drop=0.14, stands=STANDS)
    ride.positions = [
        PositionChange(0.0, RiderPosition.SEATED),
        PositionChange(50.0, RiderPosition.STANDING),
    ]
    ride.position_source = ESTIMATED
    assert time_standing(ride) is stand_count(ride) is None
    assert ride_posture(ride) == []
    figures = summarize(ride)
    assert (figures.time_standing, figures.stand_count) == (None, None)
    back = fit.decode(fit.encode(ride))
    assert (back.positions, back.time_standing, back.stand_count) == ([], None, None)
    for source in (MEASURED, DECLARED):
        assert tell(ride, repaired(ride), source).source is None
    assert judge(ride, repaired(ride)) is None


def test_only_those_who_name_the_source_know_the_estimate():
    users = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "coach").rglob("*.py")
        if {"coach.analysis.estimate", "coach.analysis.told"} & imported(path)
    }
    assert users == {
        "coach/analysis/told.py",
        "coach/analysis/verdict.py",
        "coach/commands/posture.py",
    }


def imported(path):
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {
        name
        for node in tree
        if isinstance(node, ast.ImportFrom)
        for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    }


# --- bad input -----------------------------------------------------------------------------------


def test_no_cadence_is_said():
    ride = Ride.from_columns(np.arange(900.0), power=np.full(900, 200.0))
    told = tell(ride, repaired(ride))
    assert told.source is None
    assert told.missing == ("no measured positions", "no posture declared by key", "no cadence")
    assert told.segments == (PostureSegment(0.0, 899.0, None, 0.0, None),)
    assert told.time_standing is told.stand_count is None


def test_a_short_ride_is_not_guessed_at():
    ride, _ = made_up(seconds=200)
    assert tell(ride, repaired(ride), ESTIMATED).missing == (
        "only 200 s of pedalling; a habit takes 300 s to learn",
    )


def test_nobody_stands_up_in_a_run():
    ride, _ = made_up(drop=0.14, stands=STANDS)
    told = tell(replace(ride, sport="running"), repaired(ride))
    assert told.source is None
    assert told.missing[-1] == "no cranks: the sport is running"


def test_a_route_without_times_has_no_posture():
    ride = Ride.from_columns(np.full(10, np.nan), cadence=np.full(10, 80.0))
    told = tell(ride, repaired(ride))
    assert (told.source, told.segments) == (None, ())
    assert told.missing == ("no record with a time",)


def test_cadence_alone_will_do():
    ride, stood = made_up(drop=0.14, stands=STANDS)
    ride = replace(ride, power=np.full(len(ride), np.nan))
    guessed = guess(ride)
    assert guessed.missing == ("no power: guessed from cadence alone",)
    assert np.isnan(guessed.habit.push)
    assert score(guessed.standing, stood).balanced_accuracy > 0.97


def test_impossible_cadence_and_power_change_little():
    ride, stood = made_up(drop=0.14, stands=STANDS)
    ride.cadence[[100, 720, 1500, 2999]] = 255.0
    ride.power[[50, 750, 1234]] = 47140.0
    assert score(guess(ride).standing, stood).balanced_accuracy > 0.97


def test_a_constant_ride_is_no_division_by_zero():
    ride = Ride.from_columns(
        np.arange(600.0), cadence=np.full(600, 80.0), power=np.full(600, 150.0)
    )
    guessed = guess(ride)
    assert not guessed.standing.any()
    assert guessed.habit.drop == pytest.approx(1 - exp(-estimate.LEAST_STEP))


numbers = st.one_of(st.just(float("nan")), st.sampled_from([0.0, 255.0]), st.floats(21, 180))


@settings(max_examples=40, deadline=None)
@given(
    pieces=st.lists(st.tuples(st.integers(1, 400), numbers, numbers), min_size=1, max_size=8),
    seed=st.integers(0, 1000),
)
def test_whatever_was_recorded_a_guess_is_sound(pieces, seed):
    random = np.random.default_rng(seed)
    cadence = np.concatenate([np.full(length, rpm) for length, rpm, _ in pieces])
    power = np.concatenate([np.full(length, 2 * half) for length, _, half in pieces])
    cadence = cadence + random.normal(size=cadence.size)
    ride = Ride.from_columns(np.arange(cadence.size, dtype=float), cadence=cadence, power=power)
    guessed = guess(ride)
    assert not (guessed.standing & ~guessed.known).any()
    assert np.isnan(guessed.confidence[~guessed.known]).all()
    trust = guessed.confidence[guessed.known]
    assert ((trust >= 0) & (trust <= 1)).all()
    assert guessed.known.any() == (guessed.habit is not None)
    covers(tell(ride, repaired(ride), ESTIMATED).segments, ride)


changes = st.lists(
    st.tuples(st.floats(-50, 700).map(lambda at: round(at, 1)), st.sampled_from(RiderPosition)),
    max_size=20,
)
timers = st.lists(st.tuples(st.integers(0, 620), st.booleans()), max_size=6)


@settings(max_examples=150, deadline=None)
@given(positions=changes, declared=changes, timer=timers)
def test_segments_cover_the_ride_whatever_the_events(positions, declared, timer):
    # Out of order, repeated, without a first state, after the last record, in a pause.
    ride = Ride.from_columns(np.arange(601.0))
    ride.positions = [PositionChange(at, position) for at, position in positions]
    ride.position_source = MEASURED if positions else None
    ride.declared = [PositionChange(at, position) for at, position in declared]
    ride.timer = [TimerChange(float(at), running) for at, running in timer]
    rows = repaired(ride)
    for source, given_ in ((MEASURED, positions), (DECLARED, declared)):
        told = tell(ride, rows, source)
        covers(told.segments, ride)
        # Nothing said, or nothing that a posture follows from: then nobody knows.
        assert (told.source is source) == any(each.posture for each in told.segments)
        assert given_ or told.source is None
        assert {each.source for each in told.segments if each.posture} <= {source}
        stood = sum(each.end - each.start for each in told.segments if each.posture is STANDING)
        assert stood == (told.time_standing or 0)
    if positions and min(at for at, _ in positions) >= 0:
        assert tell(ride, rows, MEASURED).time_standing == time_standing(ride)


def covers(segments, ride):
    """Check that the segments follow one another from 0 to the last record."""
    at = 0.0
    for each in segments:
        assert each.start == at < each.end
        assert 0 <= each.confidence <= 1
        assert (each.posture is None) == (each.source is None) == (each.confidence == 0)
        at = each.end
    assert at == ride.time[-1]


def test_who_may_be_asked():
    ride, _ = made_up()
    with pytest.raises(ValueError, match="not prescribed"):
        tell(ride, repaired(ride), PostureSource.PRESCRIBED)


def test_each_source_speaks_for_itself_and_the_best_first():
    ride, _ = made_up(drop=0.14, stands=STANDS)
    ride.declared = [PositionChange(100.0, RiderPosition.STANDING)]
    assert tell(ride, repaired(ride)).source is DECLARED
    ride.positions = [
        PositionChange(10.0, RiderPosition.SEATED),
        PositionChange(500.0, RiderPosition.TRANSITION_TO_STANDING),
        PositionChange(503.0, RiderPosition.STANDING),
        PositionChange(530.0, RiderPosition.SEATED),
    ]
    ride.position_source = MEASURED
    told = tell(ride, repaired(ride))
    assert told.segments == (
        PostureSegment(0.0, 10.0, None, 0.0, None),
        PostureSegment(10.0, 500.0, SEATED, 1.0, MEASURED),
        PostureSegment(500.0, 530.0, STANDING, 1.0, MEASURED),
        PostureSegment(530.0, 2999.0, SEATED, 1.0, MEASURED),
    )
    assert (told.time_standing, told.stand_count) == (30.0, 1)
    assert told.missing == ("no position for 10 s of riding",)
    ride.stand_count = 7  # the device's own, of what it measured
    assert tell(ride, repaired(ride)).stand_count == 7
    declared = tell(ride, repaired(ride), DECLARED)
    assert (declared.time_standing, declared.stand_count) == (2899.0, 1)
    guessed = tell(ride, repaired(ride), ESTIMATED)
    assert guessed.source is ESTIMATED
    assert guessed.stand_count == len(STANDS)
    assert log(guessed.time_standing / 245) == pytest.approx(0, abs=0.1)
