"""A profile cut into as few straight pieces as hold it.

The knots are points of the profile itself, so that heights are exact where pieces meet. Of all such
polylines that stay within an error bound everywhere, the one with the fewest pieces is taken, and
of those the one with the least squared error: a shortest path through the graph of admissible
pieces (Imai and Iri 1988, *Polygonal approximations of a curve: formulations and algorithms*, in
Toussaint, ed., *Computational Morphology*). Which pieces are admissible is known from the wedge of
slopes that pass all points between (Williams 1978, *An efficient algorithm for the piecewise linear
approximation of planar curves*, Comput Graph Image Process 8:286-293).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from coach.course.road import Road
from coach.ride import Column

LARGEST_ERROR = 1.5
"""Between the profile and the pieces [m]: half of what counts as a rise."""
SHORTEST = 50.0
"""Of a piece, unless a low and the next high are closer [m]; shorter ones would change the grade
faster than trainers follow. A convention."""
LONGEST = 2000.0
"""Of a piece [m]; bounds the search."""


def cut(profile: Road, corners: Sequence[int]) -> list[int]:
    """Cut a profile into straight pieces.

    Parameters
    ----------
    profile : Road
        At even steps.
    corners : sequence of int
        Indices, rising, where a piece must begin: lows and highs, feet and tops; both ends among
        them.

    Returns
    -------
    list of int
        Indices of the knots, corners included. Where no cut into pieces of 50 m stays within the
        error bound, the one with the least squared error.
    """
    step = float(profile.distance[1])
    shortest, longest = max(1, round(SHORTEST / step)), max(2, round(LONGEST / step))
    knots = [corners[0]]
    for first, last in pairwise(corners):
        found = _fewest(profile.altitude[first : last + 1], shortest, longest)
        knots += [first + index for index in found]
    return knots


def _fewest(heights: Column, shortest: int, longest: int) -> list[int]:
    """Return the ends of the pieces of one section, the last included; lengths in steps."""
    size = heights.size
    last = size - 1
    if last < 2 * shortest:
        return [last]
    cost = _costs(heights, shortest, min(longest, last))
    widest = cost.shape[1]
    best = np.full(size, np.inf)
    best[0] = 0.0
    behind = np.zeros(size, dtype=np.intp)
    for end in range(shortest, size):
        reach = min(widest, end)
        # Pieces of 1, 2, ... steps that end here, behind the best way to where each begins.
        ways = best[end - reach : end][::-1] + cost[end, :reach]
        chosen = int(np.argmin(ways))
        best[end], behind[end] = ways[chosen], end - chosen - 1
    ends = [last]
    while behind[ends[-1]] > 0:
        ends.append(int(behind[ends[-1]]))
    return ends[::-1]


def _costs(heights: Column, shortest: int, longest: int) -> Column:
    """Return what each piece costs, shape (n_points, n_lengths).

    Row and column are where it ends and its length less one. An admissible piece costs 1 and a
    little for its squared error; one that is too short, or misses a point by too much, is out, but
    for the shortest, so that there is always a way through.
    """
    size = heights.size
    cost = np.full((size, longest), np.inf)
    steepest, flattest = np.full(size, np.inf), np.full(size, -np.inf)
    at = np.arange(size, dtype=np.float64)
    # Sums over all points before each one, for the squared error of any piece in one go.
    level = heights - heights.mean()
    sums = [np.concatenate(([0.0], np.cumsum(v))) for v in (level, at * level, level**2)]
    for length in range(1, longest + 1):
        from_, to = slice(0, size - length), slice(length, size)
        slope = (level[to] - level[from_]) / length
        fits = (slope >= flattest[from_]) & (slope <= steepest[from_])
        if length >= shortest:
            x0, y0 = at[from_], level[from_]
            s_y, s_xy, s_yy = (s[length:size] - s[: size - length] for s in sums)
            run, squares = length * (length - 1) / 2, (length - 1) * length * (2 * length - 1) / 6
            rise = s_xy - x0 * s_y - y0 * run
            error = s_yy - 2 * y0 * s_y + length * y0**2 - 2 * slope * rise + slope**2 * squares
            error = np.maximum(error, 0.0) / LARGEST_ERROR**2
            allowed = 1.0 + error / (size + 1.0)
            cost[to, length - 1] = np.where(fits, allowed, np.inf)
            if length < 2 * shortest:
                cost[to, length - 1] = np.where(fits, allowed, size + error)
        steepest[from_] = np.minimum(steepest[from_], slope + LARGEST_ERROR / length)
        flattest[from_] = np.maximum(flattest[from_], slope - LARGEST_ERROR / length)
        if length >= 2 * shortest and not (flattest <= steepest)[from_].any():
            break
    return cost
