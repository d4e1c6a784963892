"""Heights for a ride that recorded none: from its grade, else from what its speed cost."""

from __future__ import annotations

import numpy as np

from coach.analysis.climbs import STEEPEST_ROAD, smoothed
from coach.analysis.repair import Repaired
from coach.physics import TARMAC, grade_for, power_for, rise
from coach.ride import Column

WINDOW = 31
"""Power and speed are taken as centred means over so many seconds: a turbo's flywheel answers the
legs late. A convention."""
SLOWEST = 2.0
"""Below this nobody can tell a grade from a power [m/s]; the road is flat there."""
LOWEST, HIGHEST = -0.10, 0.15
"""No rebuilt road is steeper. A convention: what lies beyond is a trainer that was braked or
spun, not a road."""


def from_grade(rows: Repaired, along: Column) -> Column:
    """Add up the recorded grades.

    Parameters
    ----------
    rows : Repaired
        With grades in more than half of its rows; the road is flat where there is none.
    along : ndarray, shape (n_rows,)
        Distance [m].

    Returns
    -------
    ndarray, shape (n_rows,)
        Height above the start [m].
    """
    grade = np.clip(np.nan_to_num(rows.grade), -STEEPEST_ROAD, STEEPEST_ROAD)
    heights: Column = np.cumsum(np.diff(along, prepend=along[0]) * rise(grade))
    return heights


def from_power(rows: Repaired, along: Column, mass: float) -> Column:
    """Reckon on which road this power gave this speed.

    Parameters
    ----------
    rows : Repaired
        With power in more than half of its rows.
    along : ndarray, shape (n_rows,)
        Distance [m].
    mass : float
        Rider and bike [kg].

    Returns
    -------
    ndarray, shape (n_rows,)
        Height above the start [m]. What the bike gained or lost in kinetic energy is no road.

    Notes
    -----
    Source: the model of `coach.physics` (Martin et al. 1998), solved for the grade.
    """
    way = np.diff(along, prepend=along[0])
    speed = smoothed(np.where(rows.riding, way / rows.seconds, np.nan), WINDOW)
    power = smoothed(rows.power, WINDOW)
    kinetic = 0.5 * (mass + TARMAC.rotating_mass) * speed**2
    power = power - np.diff(kinetic, prepend=kinetic[0]) / TARMAC.efficiency
    grade = np.zeros(way.shape)
    known = np.flatnonzero(np.isfinite(power) & (speed >= SLOWEST))
    for row, fast, watts in zip(
        known.tolist(), speed[known].tolist(), power[known].tolist(), strict=True
    ):
        least, most = power_for(fast, LOWEST, mass), power_for(fast, HIGHEST, mass)
        grade[row] = grade_for(min(max(watts, least), most), fast, mass)
    heights: Column = np.cumsum(way * rise(grade))
    return heights
