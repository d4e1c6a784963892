"""The postures of a recorded ride as something to be asked again: no flicker, no guess."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coach.analysis.posture import PostureInterval, ride_posture
from coach.messages import Posture
from coach.ride import Column, Ride

SHORTEST = 10.0
"""A posture kept for less is not asked for [s]: so long ahead is one announced. A convention."""

Change = tuple[float, Posture | None]
"""Where a posture begins, and which; ``None`` is not known and left to the rider."""


def track(ride: Ride) -> list[Change]:
    """Return the changes of posture of a ride in time [s], each kept for 10 s at least.

    Parameters
    ----------
    ride : Ride
        Postures measured or declared; what was estimated or only asked for is none.

    Returns
    -------
    list of tuple
        In order, neighbours differ. Empty where no posture is known; before the first one and after
        a last change that was not confirmed it is ``None``. A pause changes nothing.
    """
    intervals = ride_posture(ride)
    if not intervals:
        return []
    changes: list[Change] = []
    for run in _runs(intervals):
        ridden = sum(each.end - each.start for each in run)
        if ridden >= SHORTEST and (not changes or changes[-1][1] is not run[0].posture):
            # What flickered before the first posture that was kept belongs to it.
            start = run[0].start if changes else intervals[0].start
            changes.append((start, run[0].posture))
    if changes and changes[0][0] > 0.0:
        changes.insert(0, (0.0, None))
    end = float(np.nanmax(ride.time))
    if changes and intervals[-1].end < end - SHORTEST:
        changes.append((intervals[-1].end, None))
    return changes


def _runs(intervals: Sequence[PostureInterval]) -> list[list[PostureInterval]]:
    """Return neighbours of one posture together: only pauses part them."""
    runs: list[list[PostureInterval]] = []
    for interval in intervals:
        if runs and runs[-1][-1].posture is interval.posture:
            runs[-1].append(interval)
        else:
            runs.append([interval])
    return runs


def along_the_road(changes: Sequence[Change], time: Column, along: Column) -> list[Change]:
    """Return changes in time [s] as changes by distance [m].

    Parameters
    ----------
    changes : sequence of tuple
        As `track` gives them.
    time, along : ndarray, shape (n_rows,)
        When the ride was where [s], [m].
    """
    moments = np.array([when for when, _ in changes])
    places = np.interp(moments, time, along) if changes else moments
    return [(place, of) for place, (_, of) in zip(places.tolist(), changes, strict=True)]
