"""Counters that start again from zero, unrolled.

ANT+ devices say how much has been counted so far, in 8, 16 or 24 bits, so that a lost page costs
nothing: the next one makes up for it. These objects turn such readings into totals. A span is
in the unit of the reading: 256 events, 64 s of elapsed time, 2048 Nm; spans of times and torques
are powers of two and exact in floating point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

EVENT_SPAN = 256
"""Event counts, ticks, beats, metres, kilocalories: one byte."""
ACCUMULATED_POWER_SPAN = 65_536
"""Accumulated power: two bytes [W]."""
PERIOD_SPAN = 32.0
"""Accumulated rotation period [s]."""
TORQUE_SPAN = 2048.0
"""Accumulated torque [Nm]."""
HIGHEST_POWER = 4094
"""The most that data page 25 can say [W]."""


class Rollover:
    """One counter, unrolled.

    Parameters
    ----------
    span : float
        What the counter counts before it is at zero again; readings are in [0, span).

    Attributes
    ----------
    total : float
        All that was counted since the first reading.

    Notes
    -----
    Nothing is lost as long as less than one span passes between two readings; who knows that more
    may have passed calls `restart`.
    """

    __slots__ = ("_last", "_span", "total")

    def __init__(self, span: float) -> None:
        self._span = span
        self._last: float | None = None
        self.total: float = 0

    def update(self, reading: float) -> float:
        """Take a reading and return the increase; 0 for the first."""
        increase = 0.0 if self._last is None else (reading - self._last) % self._span
        self._last = reading
        self.total += increase
        return increase

    def restart(self) -> None:
        """Count nothing for the way to the next reading."""
        self._last = None


class PowerSum:
    """Accumulated power with its event count, unrolled together.

    The quotient of the increases of both is the mean power, whatever was lost on the way.

    Attributes
    ----------
    total : float
        Sum of the power of all events [W].
    events : int
        How many.
    """

    __slots__ = ("_last", "events", "total")

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None
        self.total = 0.0
        self.events = 0

    def update(self, event_count: int, accumulated_power: int) -> None:
        """Take a reading: counter values of one byte and of two bytes.

        In practice: trainers repeat a page three or four times without an update (GoldenCheetah
        issue 2259); without a new event nothing is added. A counter that was set to zero looks
        like a leap; one that means more power than the page can say is not counted.
        """
        if self._last is not None:
            events = (event_count - self._last[0]) % EVENT_SPAN
            if not events:
                return
            power = (accumulated_power - self._last[1]) % ACCUMULATED_POWER_SPAN
            if power <= events * HIGHEST_POWER:
                self.total += power
                self.events += events
        self._last = (event_count, accumulated_power)

    def restart(self) -> None:
        """Count nothing for the way to the next reading."""
        self._last = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """How a crank or a wheel turned on average between two pages."""

    angular_velocity: float
    """[rad/s]."""
    torque: float
    """[Nm]."""

    @property
    def power(self) -> float:
        """[W]."""
        return self.angular_velocity * self.torque

    @property
    def cadence(self) -> float:
        """Turns per minute [rpm]."""
        return self.angular_velocity * 60 / math.tau


class RotationMeter:
    """Unrolls a torque page: wheel (0x11), crank (0x12) or trainer (0x1A).

    Notes
    -----
    ω = 2π · Δevents / Δperiod, torque = Δaccumulated torque / Δevents.
    Source: ANT+ Bicycle Power Device Profile, standard torque pages.
    """

    __slots__ = ("_events", "_period", "_torque")

    def __init__(self) -> None:
        self._events = Rollover(EVENT_SPAN)
        self._period = Rollover(PERIOD_SPAN)
        self._torque = Rollover(TORQUE_SPAN)

    def update(self, event_count: int, period: float, accumulated_torque: float) -> Rotation | None:
        """Take a reading and return the rotation since the one before.

        Parameters
        ----------
        event_count : int
            One byte.
        period : float
            Accumulated period [s].
        accumulated_torque : float
            [Nm].

        Returns
        -------
        Rotation or None
            ``None`` for the first reading and when nothing has turned.
        """
        events = self._events.update(event_count)
        elapsed = self._period.update(period)
        torque = self._torque.update(accumulated_torque)
        if not events or not elapsed:
            return None
        return Rotation(math.tau * events / elapsed, torque / events)
