"""The timer of a ride, to the exact length of its laps: what a stretch of it lasted.

Pauses in whole seconds, as files have them, would make a hill a second longer or shorter than it
was asked for. All that is told of a hill is reckoned here, so that no two numbers of it differ.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from coach.analysis.asked import lap_spans, whole, whole_pauses
from coach.analysis.posture import PostureInterval
from coach.ride import Column, Ride

_ROUNDING = 2.0
"""A lap and its pauses, rounded, differ by no more from the lap's own length [s]."""


class LapTimer:
    """Turns times since a ride's start into times on its timer.

    Parameters
    ----------
    ride : Ride
        As a reader made it.
    """

    def __init__(self, ride: Ride) -> None:
        self._stood_still = whole_pauses(ride)
        spans = lap_spans(ride)
        self._edges = [edge for span in spans for edge in span]
        # Behind the last lap there is another one without an end.
        edges = np.array([*(start for start, _ in spans), *(end for _, end in spans[-1:])])
        exact = np.array([*(lap.timer_time for lap in ride.laps), 0.0])
        self._starts, firsts = np.unique(edges, return_index=True)
        self._ridden = self._ride(self._starts)
        lengths = np.diff(self._ridden, append=np.inf)
        near = np.abs(exact[firsts] - lengths) <= _ROUNDING
        self._lengths = np.where(near, exact[firsts], lengths)
        self._began = self._ridden[:1].sum() + np.append(0.0, np.cumsum(self._lengths))[:-1]

    def at(self, time: Column) -> Column:
        """Return the timer's seconds at times since the ride's start."""
        time = whole(time)
        ridden = self._ride(time)
        lap = np.searchsorted(self._starts, time, "right") - 1
        if not self._starts.size:
            return ridden
        within = np.minimum(ridden - self._ridden[lap], self._lengths[lap])
        return np.where(lap < 0, ridden, self._began[lap] + within)

    def moment(self, time: float) -> float:
        """Return the timer's seconds at one time."""
        return float(self.at(np.array(time)))

    def end(self, time: float) -> float:
        """Return the timer's seconds at the end of some laps: of these, but for rounding."""
        return self.moment(
            min((edge for edge in self._edges if abs(edge - time) <= 1), default=time)
        )

    def intervals(self, postures: Iterable[PostureInterval]) -> list[PostureInterval]:
        """Return settled postures on the timer."""
        return [
            PostureInterval(self.moment(a), self.moment(b), posture) for a, b, posture in postures
        ]

    def _ride(self, time: Column) -> Column:
        ridden = np.array(time, dtype=np.float64)
        for stop, again in self._stood_still:
            ridden -= np.clip(time - stop, 0.0, again - stop)
        return ridden
