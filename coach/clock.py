"""The ride's clock: real time for the road, a clock moved by hand for tests and demonstrations."""

from __future__ import annotations

import time
from typing import Protocol

_MADE_UP_FOR = 0.5
"""How late a paced clock may be and still catch up [real s]."""


class Clock(Protocol):
    """Seconds that never go back."""

    @property
    def real(self) -> bool:
        """Whether somebody's real time passes with it."""
        ...

    def now(self) -> float:
        """Return the time [s]."""
        ...

    def sleep_until(self, when: float) -> None:
        """Wait until `when`; at once if it has passed."""
        ...

    def late(self, when: float) -> float:
        """Return how many real seconds ago `when` was; below 0 if it is still to come."""
        ...

    def jump(self, seconds: float) -> None:
        """Leap ahead, as when the machine slept."""
        ...


class MonotonicClock:
    """The machine's monotonic clock, counted from now, `speed` times as fast."""

    real = True

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"the speed of a clock must be above 0, not {speed}")
        self._speed = speed
        self._start = time.monotonic()

    def now(self) -> float:
        """Return seconds since the clock was made, times its speed."""
        return (time.monotonic() - self._start) * self._speed

    def sleep_until(self, when: float) -> None:
        """Sleep until `when`."""
        wait = -self.late(when)
        if wait > 0:
            time.sleep(wait)

    def late(self, when: float) -> float:
        """Return the real seconds since `when`."""
        return (self.now() - when) / self._speed

    def jump(self, seconds: float) -> None:
        """Leap ahead by so many seconds of this clock."""
        self._start -= seconds / self._speed


class ManualClock:
    """A clock that moves only when told to, or slept on."""

    real = False

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def now(self) -> float:
        """Return the time it was moved to."""
        return self._now

    def sleep_until(self, when: float) -> None:
        """Move to `when`."""
        self._now = max(self._now, when)

    def late(self, when: float) -> float:
        """Return 0: nobody waits for this clock."""
        return 0.0

    def jump(self, seconds: float) -> None:
        """Leap ahead, past everything in between."""
        self._now += seconds


class PacedClock(ManualClock):
    """A clock that stands wherever it was put, and takes its time to get there.

    For rides that nobody's legs are on: to be watched, and yet the same way each time. Whoever
    holds such a ride up slows it down; nothing in it is ever late.

    Parameters
    ----------
    speed : float
        How many of its seconds pass in a real one.
    """

    real = True

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"the speed of a clock must be above 0, not {speed}")
        super().__init__()
        self._speed = speed
        self._moved = time.monotonic()
        """When it was to be where it stands, in real time."""

    def sleep_until(self, when: float) -> None:
        """Move to `when` once so much real time has passed since it was where it is."""
        due = self._moved + max(0.0, when - self._now) / self._speed
        wait = due - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        # What little a sleep is late the next one makes up for; what held the ride up is lost.
        self._moved = max(due, time.monotonic() - _MADE_UP_FOR)
        super().sleep_until(when)


class Follower(Protocol):
    """Somebody with threads of their own who lives by a `SteppedClock`."""

    def due(self) -> float:
        """Return when there is something to do next; ``inf`` for nothing."""
        ...

    def settle(self) -> None:
        """Wait until all that is due by now is done; a moment of real time, never long."""
        ...


class SteppedClock(ManualClock):
    """A manual clock that stops wherever one of its followers has something to do.

    Whoever sleeps on it moves it; it goes on as soon as every follower has settled. So threads
    that talk to each other live through hours in minutes, and the same way each time.
    """

    def __init__(self, now: float = 0.0) -> None:
        super().__init__(now)
        self._followers: tuple[Follower, ...] = ()

    def follow(self, *followers: Follower) -> None:
        """Let these be waited for from now on, in this order."""
        self._followers += followers

    def sleep_until(self, when: float) -> None:
        """Move to `when`, by way of all that is due before it."""
        self._step(self._now)  # what was asked of the followers since belongs to this moment
        while (at := min([when, *(each.due() for each in self._followers)])) < when:
            self._step(max(at, self._now))
        self._step(max(when, self._now))

    def late(self, when: float) -> float:
        """Return the seconds since `when`: a leap of this clock is as good as a real one."""
        return self._now - when

    def _step(self, now: float) -> None:
        self._now = now
        for follower in self._followers:
            follower.settle()
