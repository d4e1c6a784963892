"""Clocks: what moves them, and what they say of a leap."""

from __future__ import annotations

from coach.clock import SteppedClock


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
