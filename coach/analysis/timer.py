"""When the ride's timer ran: pauses, and how long the ride took with and without them.

A device's own totals are the truth. Where a file has none (no session, or it was cut off) the
laps tell, if they reach the end of the records; else the records themselves.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from coach.ride import Column, Lap, Ride, TimerChange

LONGEST_HOLD = 10.0
"""A silence up to this long is a lost message, a longer one is a gap [s]."""


def pauses(changes: Iterable[TimerChange]) -> list[tuple[float, float]]:
    """Return the spans in which the timer stood still, in order, none of them empty.

    Parameters
    ----------
    changes : iterable of TimerChange
        In any order. A start that follows no stop opens nothing: recordings may begin before
        they say so. A last stop is never followed by a start: that pause has no end (infinity).
    """
    spans: list[tuple[float, float]] = []
    stopped: float | None = None
    for change in sorted(changes, key=lambda change: change.time):
        if not change.running:
            stopped = change.time if stopped is None else stopped
        elif stopped is not None:
            if change.time > stopped:
                spans.append((stopped, change.time))
            stopped = None
    if stopped is not None:
        spans.append((stopped, float("inf")))
    return spans


def running(
    stood_still: Sequence[tuple[float, float]], start: float, end: float
) -> Iterator[tuple[float, float]]:
    """Yield what the pauses (in order, as `pauses` returns them) leave of a stretch of time."""
    first = bisect_right(stood_still, start, key=itemgetter(1))
    for stop, again in stood_still[first:]:
        if stop >= end:
            break
        if stop > start:
            yield start, stop
        start = again
    if start < end:
        yield start, end


def in_order(time: Column) -> npt.NDArray[np.intp]:
    """Return the indices of the samples whose time stamps can be trusted.

    Parameters
    ----------
    time : ndarray, shape (n_samples,)
        As recorded [s]; NaN where a sample has no time.

    Returns
    -------
    ndarray
        Indices of the longest run of samples with rising times: repeated stamps, steps backward
        and single stamps far ahead are left out, whichever is the smaller loss.
    """
    finite = np.flatnonzero(np.isfinite(time))
    if np.all(np.diff(time[finite]) > 0):
        return finite
    # Longest increasing subsequence by patience sorting, from the end, so that of two equal losses
    # the later stamps go. Dropping whatever lies behind the latest stamp would not do: one stamp
    # from the future would cost the rest of the ride.
    tails: list[float] = []
    tops: list[int] = []
    behind: dict[int, int] = {}
    for index in finite[::-1].tolist():
        stamp = -float(time[index])
        pile = bisect_left(tails, stamp)
        if pile > 0:
            behind[index] = tops[pile - 1]
        tails[pile : pile + 1] = [stamp]
        tops[pile : pile + 1] = [index]
    kept = tops[-1:]
    while kept[-1] in behind:
        kept.append(behind[kept[-1]])
    return np.array(kept, dtype=np.intp)


def sound_times(time: Column) -> Column:
    """Return each sample's own time, or, where that cannot be trusted, that of the one before.

    Parameters
    ----------
    time : ndarray, shape (n_samples,)
        As recorded [s]; NaN where a sample has no time.

    Returns
    -------
    ndarray, shape (n_samples,)
        Never decreasing; the first ones without a sound time get the next one's. All 0 where
        there is none at all.
    """
    kept = in_order(time)
    if not kept.size:
        return np.zeros(time.shape)
    before = np.searchsorted(kept, np.arange(time.size), side="right") - 1
    return time[kept[np.maximum(before, 0)]]


def elapsed_time(ride: Ride) -> float | None:
    """Return the time from the first to the last moment of the ride, pauses included [s].

    The session's own, else that of laps which cover the records, else last minus first record;
    ``None`` for a route without times.
    """
    if ride.elapsed_time is not None:
        return ride.elapsed_time
    time = ride.time[in_order(ride.time)]
    if _laps_cover(ride.laps, time):
        return sum(lap.elapsed_time for lap in ride.laps)
    return float(time[-1] - time[0]) if time.size else None


def timer_time(ride: Ride) -> float | None:
    """Return the time for which the timer ran [s].

    The session's own, else that of laps which cover the records; else the elapsed time without
    the pauses, or, where the timer left no events, without the gaps above 10 s.
    """
    if ride.timer_time is not None:
        return ride.timer_time
    time = ride.time[in_order(ride.time)]
    if _laps_cover(ride.laps, time):
        return sum(lap.timer_time for lap in ride.laps)
    elapsed = elapsed_time(ride)
    if elapsed is None or not time.size:
        return elapsed
    if not ride.timer:
        steps = np.diff(time)
        return elapsed - float(steps[steps > LONGEST_HOLD].sum())
    first, last = float(time[0]), float(time[-1])
    stood = sum(max(0.0, min(end, last) - max(start, first)) for start, end in pauses(ride.timer))
    return max(0.0, elapsed - stood)


def _laps_cover(laps: Sequence[Lap], time: Column) -> bool:
    """Tell whether the laps reach the end of the records: in a file cut short they do not."""
    if not laps or not time.size:
        return bool(laps)
    return max(lap.start + lap.elapsed_time for lap in laps) >= float(time[-1]) - LONGEST_HOLD
