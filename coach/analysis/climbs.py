"""Climbs in a profile of altitude over distance.

How a climb is known:

1. What altitude does across a gap without the way to do it in (weather during a long stop, a
   lift) is taken out; the rest is smoothed over 15 s: barometers step and satellites wander.
2. The profile is cut at its turning points. A turn counts only when the altitude comes back by
   10 m, beyond any noise of the sensor, so that flat roads have none.
3. Two climbs are one hill when the dip between them is small for both: not above 30 m, and not
   above a third of the lesser climb. A short descent on the way up a pass does not end the pass;
   rolling ground, up 40 m and down 30 m, stays many small hills.
4. The approach is cut off where it is flatter than 0.5 % on average up to there (and the summit's
   plateau likewise): a valley road that rises 30 m in ten kilometres is no part of the hill.
5. What is left is a hill when it gains at least 35 m over at least 500 m at 3 % or more on
   average. If it is too flat as a whole, its steepest part (the one that stands out most above a
   3 % ramp) is tried by the same measure, so that a long drag does not hide the climb in it.

500 m at 3 % is where climbs begin to be rated (MapMyFitness's categories, after those of cycling's
stage races); 35 m keep out the bridges and bumps that just meet both.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from coach.analysis.repair import Repaired
from coach.ride import Column

SMOOTHING = 15
"""Window of the centred mean over altitude [s]."""
TURN = 10.0
"""A change of direction counts when altitude comes back by this much [m]."""
LARGEST_DIP = 30.0
"""[m]."""
DIP_SHARE = 1 / 3
"""Largest dip as a fraction of the lesser of two climbs."""
APPROACH_GRADE = 0.005
HILL_GRADE = 0.03
STEEPEST_ROAD = 0.25
"""No longer stretch of road is steeper, as a fraction."""
HILL_ASCENT = 35.0
"""[m]."""
HILL_LENGTH = 500.0
"""[m]."""
ASCENT_HYSTERESIS = 3.0
"""Rises below this are taken for noise in a total ascent [m]."""


def climbs(altitude: Column, distance: Column, window: int = SMOOTHING) -> list[tuple[int, int]]:
    """Find the climbs in a profile.

    Parameters
    ----------
    altitude : ndarray, shape (n_rows,)
        At 1 Hz [m]; NaN in gaps, as `ridden_altitude` gives it.
    distance : ndarray, shape (n_rows,)
        As `travelled` gives it [m]; all NaN where nobody knows it.
    window : int
        Samples to smooth over; 1 for a profile without noise, whatever its steps.

    Returns
    -------
    list of tuple of int
        First and last row of each climb, in order.
    """
    known = np.flatnonzero(np.isfinite(altitude))
    if not known.size:
        return []
    smooth, along = smoothed(altitude, window)[known], distance[known]
    rises = _joined(smooth, turning_points(smooth, TURN))
    steep = [_steep_enough(smooth, along, foot, top) for foot, top in rises]
    return [(int(known[climb[0]]), int(known[climb[1]])) for climb in steep if climb is not None]


def travelled(rows: Repaired) -> Column:
    """Distance at each row [m]: as recorded, else from speed; NaN where neither is known.

    Holes are bridged, and a count that starts anew (the next of several files) goes on.
    """
    known = np.flatnonzero(np.isfinite(rows.distance))
    if known.size:
        steps = np.maximum(np.diff(rows.distance[known], prepend=rows.distance[known[0]]), 0.0)
        bridged: Column = np.interp(np.arange(len(rows)), known, np.cumsum(steps))
        return bridged
    if np.isfinite(rows.speed).any():
        from_speed: Column = np.cumsum(np.nan_to_num(rows.speed))
        return from_speed
    return rows.distance


def ridden_altitude(rows: Repaired) -> Column:
    """Altitude with only those changes that were ridden, shape (n_rows,) [m]; NaN in gaps.

    A change across a gap counts only if the distance covered in the gap makes it a road.
    """
    altitude = rows.altitude.copy()
    known = np.flatnonzero(np.isfinite(altitude))
    if not known.size:
        return altitude
    steps = np.diff(altitude[known])
    road = STEEPEST_ROAD * np.diff(travelled(rows)[known])
    steps[(np.diff(known) > 1) & ~(np.abs(steps) <= road)] = 0.0
    altitude[known[1:]] = altitude[known[0]] + np.cumsum(steps)
    return altitude


def smoothed(altitude: Column, window: int = SMOOTHING) -> Column:
    """Altitude without the noise of its sensor.

    Parameters
    ----------
    altitude : ndarray, shape (n_rows,)
        At 1 Hz [m]; NaN in gaps.
    window : int
        Samples, an odd number.

    Returns
    -------
    ndarray, shape (n_rows,)
        Centred mean over so many known samples, near the ends over the same number on both
        sides; NaN stays NaN [m].
    """
    known = np.isfinite(altitude)
    values = altitude[known]
    at = np.arange(values.size)
    half = np.minimum(window // 2, np.minimum(at, at[::-1]))
    sums = np.concatenate(([0.0], np.cumsum(values)))
    smooth = altitude.copy()
    smooth[known] = (sums[at + half + 1] - sums[at - half]) / (2 * half + 1)
    return smooth


def total_ascent(altitude: Column, noise: float = ASCENT_HYSTERESIS) -> float | None:
    """Sum of all rises.

    Parameters
    ----------
    altitude : ndarray, shape (n_samples,)
        [m]; NaN is passed over.
    noise : float
        A rise counts once altitude has come up by so much without coming down by as much [m];
        by default 3 m, as in GoldenCheetah.

    Returns
    -------
    float or None
        [m]; ``None`` without altitude.
    """
    known = altitude[np.isfinite(altitude)]
    if not known.size:
        return None
    turns = turning_points(known, noise)
    return float(np.maximum(np.diff(known[turns]), 0.0).sum())


def vertical_speed(ascent: float, seconds: float) -> float:
    """Return the mean rate of ascent (VAM) [m/h]."""
    return ascent * 3600 / seconds


def climbing_power(vertical: float, grade: float) -> float:
    """Estimate power per mass [W/kg] from vertical speed [m/h] on a climb.

    Only for real or virtual climbs of 7 % or more, where gravity is nearly all of it.
    Source: Ferrari's rule, ``VAM / (200 + 10 * grade in %)``.
    """
    return vertical / (200 + 1000 * grade)


def turning_points(altitude: Column, turn: float) -> list[int]:
    """Return indices of alternating lows and highs of a profile without NaN.

    Each is `turn` [m] from its neighbours.

    A last fall is not told of, and a flat profile has no points.
    """
    low = high = 0
    rising: bool | None = None
    points: list[int] = []
    heights = altitude.tolist()
    for index, height in enumerate(heights):
        if height > heights[high]:
            high = index
        if height < heights[low]:
            low = index
        if rising is not False and heights[high] - height >= turn:
            points.append(high)
            rising = False
            low = high = index
        elif rising is not True and height - heights[low] >= turn:
            points.append(low)
            rising = True
            low = high = index
    if rising:
        points.append(high)
    return points


def _joined(altitude: Column, turns: Sequence[int]) -> list[tuple[int, int]]:
    """Pair lows with the highs that follow, and join climbs across small dips."""
    climbs: list[tuple[int, int]] = []
    for foot, top in pairwise(turns):
        if altitude[top] <= altitude[foot]:
            continue
        climb = (foot, top)
        while climbs and _is_one(altitude, climbs[-1], climb):
            climb = (climbs.pop()[0], climb[1])
        climbs.append(climb)
    return climbs


def _is_one(altitude: Column, first: tuple[int, int], second: tuple[int, int]) -> bool:
    dip = altitude[first[1]] - altitude[second[0]]
    lesser = min(altitude[top] - altitude[foot] for foot, top in (first, second))
    return bool(dip <= min(LARGEST_DIP, DIP_SHARE * lesser))


def _steep_enough(
    altitude: Column, distance: Column, foot: int, top: int
) -> tuple[int, int] | None:
    """Cut a rise down to the hill in it; ``None`` when there is none."""
    whole = slice(foot, top + 1)
    along = distance[whole]
    if np.isnan(along[0]):
        # Without distance nobody knows a grade: the ascent alone decides.
        return (foot, top) if altitude[top] - altitude[foot] >= HILL_ASCENT else None
    for grade in (APPROACH_GRADE, HILL_GRADE):
        first, last = _most_above(altitude[whole] - grade * along)
        ascent = altitude[foot + last] - altitude[foot + first]
        length = along[last] - along[first]
        if ascent >= max(HILL_ASCENT, HILL_GRADE * length) and length >= HILL_LENGTH:
            return foot + first, foot + last
    return None


def _most_above(tilted: Column) -> tuple[int, int]:
    """Return where the largest rise of a profile begins and ends."""
    lowest = np.minimum.accumulate(tilted)
    last = int(np.argmax(tilted - lowest))
    return int(np.argmin(tilted[: last + 1])), last
