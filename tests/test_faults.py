"""Every fault of stick, air and trainer, ridden through: what is told, and what holds all the same.

Each ride goes through the real runner, engine, journal and driver, and through openant unmodified.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from coach.clock import SteppedClock
from coach.selftest import Ridden, judge, ride, ride_all
from coach.selftest.judging import RECOVERED, recovered
from coach.trainers.faults import FaultKind, load_scenario, scenario_names

CHANCE = (FaultKind.LOST_PAGES, FaultKind.BAD_CHECKSUM, FaultKind.STRAY_BYTE)
"""What strikes by chance."""


@pytest.fixture(scope="module")
def plain() -> Ridden:
    """A ride on which nothing goes wrong."""
    return ride(replace(load_scenario("asleep"), faults=()), SteppedClock())


@pytest.mark.parametrize("name", scenario_names())
def test_a_ride_survives_it_and_tells_it(name: str) -> None:
    (ridden,) = ride_all([load_scenario(name)])
    verdict = judge(ridden)
    assert verdict.failures == []
    assert verdict.events_seen == verdict.events_expected
    assert [each for each, held in verdict.invariants.items() if not held] == []
    assert verdict.ok
    # There was time to see whether all is well again.
    assert recovered(ridden) + RECOVERED < ridden.closed - 10.0
    assert ridden.sent
    assert ridden.timed


@pytest.mark.parametrize("name", scenario_names())
def test_it_is_not_passed_without_its_fault(name: str, plain: Ridden) -> None:
    scenario = load_scenario(name)
    verdict = judge(replace(plain, scenario=replace(scenario, faults=())))
    assert not verdict.ok
    assert not verdict.invariants["fault_met"]
    assert verdict.told is (not scenario.expected)


def test_a_ride_without_faults_is_good_in_all_else(plain: Ridden) -> None:
    verdict = judge(plain)
    assert verdict.events_seen == []
    assert [each for each, held in verdict.invariants.items() if not held] == ["fault_met"]


@pytest.mark.parametrize("seed", [11, 12, 13])
@pytest.mark.parametrize("name", CHANCE)
def test_whatever_chance_brings(name: str, seed: int) -> None:
    verdict = judge(ride(load_scenario(name), SteppedClock(), seed))
    assert verdict.ok, verdict


@pytest.mark.realtime
def test_scenarios_ride_side_by_side_at_twenty_times_real_time() -> None:
    names = ["foreign_controller", "stray_byte"]
    verdicts = [judge(each) for each in ride_all([load_scenario(name) for name in names], 20.0)]
    assert [each.scenario for each in verdicts] == names
    for verdict in verdicts:
        # What has to be in time within 75 ms is left out: a machine may be too busy for that.
        assert set(verdict.events_expected) <= set(verdict.events_seen)
        for invariant in ("no_sample_lost", "within_limits", "clean_end", "fault_met"):
            assert verdict.invariants[invariant], invariant
