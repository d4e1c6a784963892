"""Heights for a ride that recorded none: from its grade, else from what its speed cost."""

from __future__ import annotations

import numpy as np

from coach.analysis.climbs import STEEPEST_ROAD, smoothed
from coach.analysis.power import average
from coach.analysis.repair import Repaired
from coach.physics import TARMAC, grade_for, power_for, rise, speed_for
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


def at_one_speed(rows: Repaired, mass: float) -> Column:
    """Return the way of a ride that recorded none: at the speed of its mean power on the flat.

    Parameters
    ----------
    rows : Repaired
        With power in more than half of its rows.
    mass : float
        Rider and bike [kg].

    Returns
    -------
    ndarray, shape (n_rows,)
        Distance at the end of each row [m]; no way while nobody rode.

    Notes
    -----
    A convention: any speed would do. At this one the road is as high at its end as at its start,
    but for what drag is not linear in.
    """
    speed = speed_for(max(average(rows.power[rows.riding]), 0.0), 0.0, mass)
    way = np.where(rows.riding, rows.seconds * speed, 0.0)
    along: Column = np.cumsum(way) - way[0]
    return along


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
    moving = rows.riding & (rows.seconds > 0)
    speed = np.divide(way, rows.seconds, out=np.full(way.shape, np.nan), where=moving)
    speed = smoothed(speed, WINDOW)
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
