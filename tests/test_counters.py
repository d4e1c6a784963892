"""Rollover: wraparound loses no count."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.protocol.counters import (
    ACCUMULATED_POWER_SPAN,
    EVENT_SPAN,
    HIGHEST_POWER,
    PowerSum,
    Rollover,
    RotationMeter,
)


@pytest.mark.parametrize("span", [256, 65_536, 1 << 24])
@given(start=st.integers(0, 1 << 24), shares=st.lists(st.floats(0, 1, exclude_max=True)))
def test_wraparound_loses_no_count(span, start, shares):
    counter = Rollover(span)
    truth = start
    counter.update(truth % span)
    for share in shares:
        step = int(share * span)
        truth += step
        assert counter.update(truth % span) == step
    assert counter.total == truth - start


@pytest.mark.parametrize(
    ("span", "step"),
    [(64.0, 0.25), (64.0, 1 / 1024), (32.0, 1 / 2048), (2048.0, 1 / 32)],
    ids=["elapsed time", "beat time", "rotation period", "torque"],
)
@given(steps=st.lists(st.integers(0, 65_535)))
def test_times_and_torques_are_unrolled_exactly(span, step, steps):
    counter = Rollover(span)
    counter.update(0.0)
    truth = 0
    for increase in steps:
        increase %= int(span / step)
        truth += increase
        counter.update(truth * step % span)
    assert counter.total == truth * step


def test_the_first_reading_counts_nothing():
    counter = Rollover(256)
    assert (counter.update(200), counter.total) == (0, 0)


def test_restart_keeps_the_total_and_skips_the_gap():
    counter = Rollover(256)
    counter.update(250)
    counter.update(4)
    counter.restart()
    assert counter.update(100) == 0
    counter.update(101)
    assert counter.total == 11


@given(
    st.lists(
        st.tuples(st.integers(1, 255), st.integers(0, HIGHEST_POWER), st.integers(0, 4)),
        max_size=50,
    )
)
def test_power_is_summed_over_lost_and_repeated_pages(pages):
    """Any number of events between two pages, any repeats: sum and events are the truth."""
    power = PowerSum()
    events = watts = 0
    power.update(0, 0)
    for step, mean, repeats in pages:
        # Two bytes hold sixteen events at the highest power.
        increase = min(step * mean, ACCUMULATED_POWER_SPAN - 1)
        events, watts = events + step, watts + increase
        for _ in range(1 + repeats):
            power.update(events % EVENT_SPAN, watts % ACCUMULATED_POWER_SPAN)
    assert (power.events, power.total) == (events, watts)


@pytest.mark.parametrize(
    ("readings", "total", "events"),
    [
        # Source: StephenHidem/AntPlus test: 19 01 00 ff ff .., 19 02 00 13 00 ..: 20 W.
        ([(1, 0xFFFF), (2, 0x0013)], 20, 1),
        # incyclist adds 255: 150 W where truth is 100.
        ([(255, 1000), (1, 1200)], 200, 2),
        ([(255, 1000), (0, 1100)], 100, 1),
        # Repeats without a new event, as Tacx sends them: no division of nought by nought.
        ([(7, 500), (7, 500), (7, 500), (8, 700)], 200, 1),
        # Without a new event the sum is not read, but it is not lost either.
        ([(7, 500), (7, 600), (8, 700)], 200, 1),
        # A trainer that set its counters to zero is no ride of 60 kW.
        ([(7, 5000), (1, 10)], 60_546, 250),
        ([(200, 60_000), (201, 100)], 0, 0),
    ],
)
def test_power_sum_vectors(readings, total, events):
    power = PowerSum()
    for event_count, accumulated in readings:
        power.update(event_count, accumulated)
    assert (power.total, power.events) == (total, events)


def test_power_sum_goes_on_after_a_reset_of_the_counters():
    power = PowerSum()
    for reading in [(200, 60_000), (201, 100), (202, 300)]:
        power.update(*reading)
    assert (power.total, power.events) == (200, 1)


def test_power_sum_restart_discards_one_way():
    power = PowerSum()
    for reading in [(1, 100), (2, 300)]:
        power.update(*reading)
    power.restart()
    power.update(40, 9000)
    power.update(41, 9250)
    assert (power.total, power.events) == (450, 2)


def test_rotation_over_the_end_of_all_three_counters():
    # Closed form: 90 rpm at 20 Nm, 188.5 W, four turns a page.
    meter = RotationMeter()
    turns, rotations = 0, []
    for _ in range(400):
        period, torque = turns * (60 / 90), turns * 20.0
        rotations.append(meter.update(turns % 256, _step(period, 2048) % 32, torque % 2048))
        turns += 4
    assert rotations[0] is None
    for rotation in rotations[1:]:
        assert rotation.cadence == pytest.approx(90, rel=1e-3)
        assert rotation.torque == 20.0
        assert rotation.power == pytest.approx(20 * math.tau * 1.5, rel=1e-3)


def _step(value, per_unit):
    return round(value * per_unit) / per_unit


def test_nothing_turned_is_no_rotation():
    meter = RotationMeter()
    meter.update(5, 1.0, 10.0)
    assert meter.update(5, 1.0, 10.0) is None
    # An event without time would be an infinite cadence.
    assert meter.update(6, 1.0, 10.0) is None
    assert meter.update(7, 2.0, 20.0).torque == 10.0
