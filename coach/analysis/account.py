"""A whole ride, asked and done: for the ride, for each hill, for each stretch of the plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coach.analysis.asked import Asked, asked, lap_spans, whole, whole_pauses
from coach.analysis.done import SCORED, Done, Judge, Seconds, confirmed
from coach.analysis.hills import Hill
from coach.analysis.posture import PostureInterval, ride_posture
from coach.analysis.repair import Repaired
from coach.messages import PostureSource
from coach.ride import Column, Ride

NO_PLAN = "the ride has no plan, so no posture was asked for"
NO_POSITION = "nobody measured or declared the rider's posture, so it is not judged"
ESTIMATED = "the rider's posture is only estimated, and an estimate is never judged"

_ROUNDING = 2.0
"""A lap and its pauses, rounded, differ by no more from the lap's own length [s]."""


@dataclass(frozen=True, slots=True)
class Account:
    """What was asked of a ride, and what was done."""

    source: PostureSource | None
    """Who knows the posture done; ``None`` when it is not judged."""
    note: str
    """Why nothing, or no posture, is judged; else empty."""
    ride: Done
    hills: tuple[tuple[Hill, Done], ...]
    """The plan's hills, as they were ridden."""
    stretches: tuple[tuple[Asked, Done], ...]
    """In order; times in seconds since the ride's start."""


def account(ride: Ride, rows: Repaired, hills: Iterable[Hill]) -> Account:
    """Compare what a ride was asked for with what was done.

    Parameters
    ----------
    ride : Ride
        As a reader made it.
    rows : Repaired
        The same ride, repaired.
    hills : iterable of Hill
        The same ride's; those under which nothing was asked are left out.

    Returns
    -------
    Account
        By measured positions, else by declared ones, as the ride has them; never by estimated
        ones.
    """
    stretches = asked(ride)
    timer = _Timer(ride)

    def at(time: float) -> float:
        return float(timer.at(np.array(time)))

    on_timer = [replace(each, start=at(each.start), end=at(each.end)) for each in stretches]
    seconds = Seconds(
        np.where(rows.riding, timer.at(rows.time), np.nan),
        rows.power,
        rows.target_power,
        rows.cadence,
    )
    source = ride.position_source if ride.positions else None
    if stretches and source is not None and source in SCORED:
        intervals = [
            PostureInterval(at(each.start), at(each.end), each.posture)
            for each in ride_posture(ride)
        ]
        positions = sorted(ride.positions, key=lambda change: change.time)
        on_time = (replace(each, time=at(each.time)) for each in positions)
        judge = Judge(on_timer, seconds, intervals, confirmed(on_time, source))
        note = ""
    else:
        judge = Judge(on_timer, seconds, None)
        note = _why_not(stretches, source)
        source = None
    ends = [edge for span in lap_spans(ride) for edge in span]
    judged = (
        (hill, judge.between(at(hill.start), at(_snapped(hill.start + hill.duration, ends))))
        for hill in hills
    )
    return Account(
        source=source,
        note=note,
        ride=judge.between(-math.inf, math.inf),
        hills=tuple((hill, done) for hill, done in judged if done.asked > 0),
        stretches=tuple(
            (each, judge.between(here.start, here.end))
            for each, here in zip(stretches, on_timer, strict=True)
        ),
    )


def _snapped(time: float, edges: Sequence[float]) -> float:
    """Return the edge of a lap that a time is, but for rounding; else the time itself."""
    return min((edge for edge in edges if abs(edge - time) <= 1), default=time)


def _why_not(stretches: Sequence[Asked], source: PostureSource | None) -> str:
    """Say why no posture is judged."""
    if not stretches:
        return NO_PLAN
    return ESTIMATED if source is PostureSource.ESTIMATED else NO_POSITION


class _Timer:
    """The timer of a ride, from its pauses, and to the exact length of its laps.

    Pauses in whole seconds would make a hill a second longer or shorter than it was asked for.
    """

    def __init__(self, ride: Ride) -> None:
        self._stood_still = whole_pauses(ride)
        spans = lap_spans(ride)
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

    def _ride(self, time: Column) -> Column:
        ridden = np.array(time, dtype=np.float64)
        for stop, again in self._stood_still:
            ridden -= np.clip(time - stop, 0.0, again - stop)
        return ridden
