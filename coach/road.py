"""The road under a ride that stands still: speed from power, and what follows from it."""

from __future__ import annotations

from coach import physics


class VirtualRoad:
    """Distance and height of a ride on a trainer.

    A trainer's own speed reflects the gear; the road's comes from power, mass and grade by kinetic
    energy. No easing of the load changes the road.

    Parameters
    ----------
    mass : float
        Rider and bike [kg].
    altitude : float
        Of the start [m].

    Attributes
    ----------
    speed, distance, altitude : float
        [m/s], [m], [m].
    """

    __slots__ = ("_mass", "altitude", "distance", "speed")

    def __init__(self, mass: float, altitude: float = 0.0) -> None:
        self._mass = mass
        self.speed = 0.0
        self.distance = 0.0
        self.altitude = altitude

    def bend(self, way: float, before: float, after: float) -> None:
        """Count the last `way` metres to the grade that had begun there, not the one before."""
        self.altitude += way * (physics.rise(after) - physics.rise(before))

    def ride_on(self, power: float, grade: float, dt: float) -> None:
        """Move for `dt` seconds at a power [W] on a grade (fraction)."""
        before = self.speed
        self.speed = physics.advance(before, power, grade, self._mass, dt)
        moved = 0.5 * (before + self.speed) * dt
        self.distance += moved
        self.altitude += moved * physics.rise(grade)
