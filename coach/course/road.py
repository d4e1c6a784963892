"""The profile of a road: heights along the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coach.analysis.climbs import STEEPEST_ROAD
from coach.physics import rise
from coach.ride import Column

STEEPEST_RISE = rise(STEEPEST_ROAD)
"""Height over way on the steepest road; its grade is height over the level below the way."""


@dataclass(frozen=True, slots=True, eq=False)
class Road:
    """Heights at knots, straight between them.

    Attributes
    ----------
    distance : ndarray, shape (n_knots,)
        Along the road, from 0, rising [m]; two knots at least.
    altitude : ndarray, shape (n_knots,)
        [m].
    """

    distance: Column
    altitude: Column

    @property
    def length(self) -> float:
        """[m]."""
        return float(self.distance[-1])

    @property
    def ascent(self) -> float:
        """Sum of all rises [m]."""
        return float(np.maximum(np.diff(self.altitude), 0.0).sum())

    @property
    def grades(self) -> Column:
        """Grade between each knot and the next, shape (n_knots - 1,), as a fraction.

        Ridden along the way, each gains the height between its knots exactly.
        """
        way, rise = np.diff(self.distance), np.diff(self.altitude)
        return rise / np.sqrt(way**2 - rise**2)

    def altitude_at(self, distance: Column) -> Column:
        """Return the heights at some distances [m]; beyond the ends those of the ends."""
        heights: Column = np.interp(distance, self.distance, self.altitude)
        return heights
