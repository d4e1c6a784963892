"""Clocks: what moves them, and what they say of a leap."""

from __future__ import annotations

import pytest

from coach.clock import PacedClock, SteppedClock


class Follower:
    """Has something to do every second, and remembers when it was waited for."""

    def __init__(self, clock: SteppedClock) -> None:
        self.clock = clock
        self.settled: list[float] = []

    def due(self) -> float:
        return float(int(self.clock.now()) + 1)

    def settle(self) -> None:
        self.settled.append(self.clock.now())


def test_a_stepped_clock_stops_wherever_a_follower_has_something_to_do() -> None:
    clock = SteppedClock()
    follower = Follower(clock)
    clock.follow(follower)
    clock.sleep_until(2.5)
    assert follower.settled == [0.0, 1.0, 2.0, 2.5]


def test_a_stepped_clock_never_goes_back() -> None:
    clock = SteppedClock(5.0)
    clock.sleep_until(3.0)
    assert clock.now() == 5.0


def test_who_slept_through_a_leap_of_a_stepped_clock_is_late() -> None:
    clock = SteppedClock()
    clock.sleep_until(10.0)
    assert clock.late(10.25) == -0.25
    clock.jump(30.0)
    assert clock.late(10.25) == 29.75


class Watch:
    """Real time, moved by who sleeps; a stand-in for the module `time`."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr("coach.clock.time", watch)
    return watch


def test_a_paced_clock_takes_its_time_and_stands_where_it_was_put(watch: Watch) -> None:
    clock = PacedClock(20.0)
    for tick in range(1, 401):
        clock.sleep_until(tick * 0.25)
        assert clock.now() == tick * 0.25
    assert watch.now == pytest.approx(100.0 + 100.0 / 20.0)


def test_work_between_two_ticks_does_not_slow_a_paced_clock(watch: Watch) -> None:
    clock = PacedClock(1.0)
    for second in range(1, 11):
        watch.now += 0.3
        clock.sleep_until(float(second))
    assert watch.now == pytest.approx(110.0)
    assert max(watch.slept) == pytest.approx(0.7)


def test_a_ride_that_was_held_up_goes_on_at_its_pace(watch: Watch) -> None:
    clock = PacedClock(1.0)
    clock.sleep_until(1.0)
    watch.now += 3600.0
    clock.sleep_until(2.0)
    assert clock.now() == 2.0
    assert clock.late(2.0) == 0.0
    before = watch.now
    clock.sleep_until(12.0)
    assert watch.now - before == pytest.approx(10.0, abs=0.5)


def test_a_paced_clock_never_goes_back(watch: Watch) -> None:
    clock = PacedClock(1.0)
    clock.sleep_until(5.0)
    clock.sleep_until(3.0)
    assert clock.now() == 5.0
    assert watch.now == pytest.approx(105.0)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_paced_clock_has_a_speed(speed: float) -> None:
    with pytest.raises(ValueError, match="speed of a clock"):
        PacedClock(speed)
