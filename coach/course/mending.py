"""What was recorded and not ridden: leaps of place, spikes and jumps of elevation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from coach.analysis.climbs import STEEPEST_ROAD
from coach.analysis.repair import LONGEST_SLIP, PLAUSIBLE
from coach.analysis.timer import in_order
from coach.ride import Column, Ride
from coach.units import clock_text, way_text

FASTEST = PLAUSIBLE["speed"][1]
"""No bicycle is faster for long [m/s]."""
STILL = 0.3
"""Slower is standing [m/s]: satellites wander."""
STEP = 10.0
"""By so much may two neighbouring heights differ beyond what the steepest road makes [m]: sensors
step and satellites wander, and `survey` evens that out."""
SPIKE_SAMPLES = 30
"""So many wrong heights in a row are a spike; more are another idea of how high it is."""

FURTHEST, RARELY = 5000.0, 100.0
"""Neighbouring points of a route are no further apart than this [m], nor than so many times what is
usual in it: what is, is another track or a wrong place. A convention."""

Run = tuple[int, int]
"""First of some neighbouring heights, and the first behind them."""


def without_leaps(ride: Ride) -> tuple[Column, list[str]]:
    """Take out of a ride's distance what no bicycle rides.

    The time since the last move counts: after a tunnel the satellites are found again far ahead.
    Where the device told a speed, its distance is that of a wheel or of a filter, which may be set
    right by 100 m at once; without, it is the way from place to place.

    Parameters
    ----------
    ride : Ride
        As a reader made it.

    Returns
    -------
    distance : ndarray, shape (n_samples,)
        With the ride's usual speed over each leap [m]; as it was, where there is none.
    notes : list of str
    """
    sound = in_order(ride.time)
    sound = sound[np.isfinite(ride.distance[sound])]
    time, distance = ride.time[sound], ride.distance[sound]
    steps = np.maximum(np.diff(distance), 0.0)
    moved = np.flatnonzero(steps)
    way = steps[moved]
    seconds = np.diff(time[moved + 1], prepend=time[:1])
    slip = LONGEST_SLIP if np.isfinite(ride.speed).any() else 0.0
    leaps = way > FASTEST * seconds + slip
    if not leaps.any():
        return ride.distance, []
    usual = 0.0 if leaps.all() else float(np.median(way[~leaps] / seconds[~leaps]))
    taken = way[leaps] - usual * seconds[leaps]
    steps[moved[leaps]] -= taken
    mended = np.full(ride.distance.shape, np.nan)
    mended[sound] = distance[0] + np.concatenate(([0.0], np.cumsum(steps)))
    told = f"{_count(int(leaps.sum()), 'leap')} faster than any bicycle taken out of the road"
    return mended, [f"{told}: {way_text(float(taken.sum()))}"]


def without_gaps(distance: Column, furthest: float = FURTHEST) -> tuple[Column, list[str]]:
    """Take out of a route what lies between places that no road joins.

    Parameters
    ----------
    distance : ndarray, shape (n_points,)
        [m].
    furthest : float
        Two neighbours may be so far apart, however close the others are [m].

    Returns
    -------
    along : ndarray, shape (n_points,)
        Never decreasing, from 0 [m].
    notes : list of str
    """
    steps = np.maximum(np.diff(distance), 0.0)
    gaps = steps > max(furthest, RARELY * float(np.median(steps))) if steps.size else steps > 0.0
    taken = float(steps[gaps].sum())
    along = np.concatenate(
        (np.zeros(distance.size - steps.size), np.cumsum(np.where(gaps, 0.0, steps)))
    )
    if not taken:
        return along, []
    told = f"{_count(int(gaps.sum()), 'leap')} from point to point taken out of the road"
    return along, [f"{told}: {way_text(taken)}"]


def standing_still(ride: Ride) -> list[str]:
    """Tell how long a ride paused or stood still, if it was a minute or more.

    A ride whose distance never grows did not stand still: nobody measured it.
    """
    if not np.nanmax(ride.distance, initial=0.0) > 0.0:
        return []
    sound = in_order(ride.time)
    sound = sound[np.isfinite(ride.distance[sound])]
    seconds = np.diff(ride.time[sound])
    still = float(seconds[np.diff(ride.distance[sound]) < STILL * seconds].sum())
    if still < 60.0:
        return []
    return [f"paused or stood still for {clock_text(still)}; a road has no pauses"]


def without_spikes(along: Column, altitude: Column) -> tuple[Column, list[str]]:
    """Take out heights that the road cannot have between those before and after.

    Parameters
    ----------
    along : ndarray, shape (n_samples,)
        Distance, never decreasing [m].
    altitude : ndarray, shape (n_samples,)
        [m]; NaN where unknown.

    Returns
    -------
    altitude : ndarray, shape (n_samples,)
        NaN in spikes. Where the heights jump and stay, those before the jump are shifted to meet
        those after it: devices begin with a guess.
    notes : list of str
    """
    known = np.flatnonzero(np.isfinite(altitude))
    way, heights = along[known], altitude[known].copy()
    leaps = np.abs(np.diff(heights)) > STEEPEST_ROAD * np.diff(way) + STEP
    if not leaps.any():
        return altitude, []
    cuts = (np.flatnonzero(leaps) + 1).tolist()
    runs = list(pairwise([0, *cuts, known.size]))

    def jump(before: Run, after: Run) -> float:
        """Return by how much the heights leap from one run to a later one; 0 on any road."""
        last, first = before[1] - 1, after[0]
        rise = float(heights[first] - heights[last])
        return rise if abs(rise) > STEEPEST_ROAD * (way[first] - way[last]) + STEP else 0.0

    # What is right shows in the longest run: the first heights may be as wrong as any others.
    longest = max(range(len(runs)), key=lambda number: runs[number][1] - runs[number][0])
    before, after = [runs[longest]], [runs[longest]]
    for run in runs[longest + 1 :]:
        if run[1] - run[0] > SPIKE_SAMPLES or not jump(after[-1], run):
            after.append(run)
    for run in reversed(runs[:longest]):
        if run[1] - run[0] > SPIKE_SAMPLES or not jump(run, before[-1]):
            before.append(run)
    kept = [*reversed(before), *after[1:]]
    shift = np.zeros(heights.shape)
    jumps = 0
    for one, other in pairwise(kept):
        shift[one[1] - 1] = jump(one, other)
        jumps += shift[one[1] - 1] != 0.0
    sound = np.zeros(heights.shape, dtype=bool)
    for first, end in kept:
        sound[first:end] = True
    spikes = int((~sound).sum())
    heights[~sound] = np.nan
    mended = np.full(altitude.shape, np.nan)
    mended[known] = heights + np.cumsum(shift[::-1])[::-1]
    notes = []
    if spikes:
        notes.append(f"{_count(spikes, 'elevation')} left out that no road has (spikes)")
    if jumps:
        notes.append(f"{_count(jumps, 'jump')} of elevation that no road makes taken out")
    return mended, notes


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
