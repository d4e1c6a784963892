"""Gears: what the rider's bike has, which one a hill wants, and the hint before standing up.

A rider who stands turns the cranks some 8 % slower at the same speed (Bouillod and Grappe 2018),
which is one cog of an 11-28 cassette: so "one gear harder, then stand".
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from coach.rider import Bike
from coach.workout import Segment

SEATED_HILL_CADENCE = 77.0
"""Cadence at which a rider climbs seated [rpm]: the middle of the band of 70 to 85."""

_SLOWEST_CADENCE = 30.0
"""Below it the cranks and the wheel tell nothing about the gear [rpm]."""

_SAME_GEAR = log(1.04)
"""How far two gears may be apart and still look the same in speed over cadence."""

_NOT_A_GEAR = log(1.12)
"""A ratio this far from every gear of the bike comes from a speed that is not the wheel's."""


@dataclass(frozen=True, slots=True)
class Gear:
    """A chainring and a cog; written as riders do: ``34×23``."""

    chainring: int
    """[teeth]."""
    cog: int
    """[teeth]."""

    def __str__(self) -> str:
        return f"{self.chainring}×{self.cog}"

    @property
    def ratio(self) -> float:
        """Turns of the wheel for one turn of the cranks."""
        return self.chainring / self.cog

    def development(self, bike: Bike) -> float:
        """Way for one turn of the cranks [m]."""
        return self.ratio * bike.wheel_circumference

    def speed(self, cadence: float, bike: Bike) -> float:
        """Road speed [m/s] at a cadence [rpm]."""
        return self.development(bike) * cadence / 60.0


def gears(bike: Bike) -> tuple[Gear, ...]:
    """All gears of a bike, the lightest first; of two equal ones the smaller chainring first."""
    every = {Gear(chainring, cog) for chainring in bike.chainrings for cog in bike.cassette}
    return tuple(sorted(every, key=lambda gear: (gear.ratio, gear.chainring)))


def harder(bike: Bike, gear: Gear, by: int = 1) -> Gear | None:
    """Return the gear `by` cogs harder on the same chainring.

    Returns
    -------
    Gear or None
        The last cog of the cassette when there are fewer left; ``None`` when there is none.
    """
    smaller = sorted((cog for cog in set(bike.cassette) if cog < gear.cog), reverse=True)
    return Gear(gear.chainring, smaller[:by][-1]) if smaller[:by] else None


def gear_at(bike: Bike, speed: float | None, cadence: float | None) -> Gear | None:
    """Estimate the gear from what the wheel and the cranks do.

    Parameters
    ----------
    bike : Bike
    speed : float or None
        Speed of the wheel [m/s]; on a trainer the flywheel's, not a virtual road's.
    cadence : float or None
        [rpm].

    Returns
    -------
    Gear or None
        Of gears that look the same, the one on the smallest chainring, as on a climb. ``None``
        when nothing is measured, the cranks hardly turn, or no gear of this bike comes near.
    """
    if not speed or speed < 0 or cadence is None or cadence < _SLOWEST_CADENCE:
        return None
    wanted = log(speed * 60.0 / cadence / bike.wheel_circumference)
    distance = {gear: abs(log(gear.ratio) - wanted) for gear in gears(bike)}
    nearest = min(distance.values())
    if nearest > _NOT_A_GEAR:
        return None
    alike = (gear for gear, off in distance.items() if off <= nearest + _SAME_GEAR)
    return min(alike, key=lambda gear: (gear.chainring, distance[gear]))


def climbing_gear(bike: Bike, speed: float, cadence: float = SEATED_HILL_CADENCE) -> Gear:
    """Return the gear that comes nearest to a cadence [rpm] at a speed above 0 [m/s]."""
    wanted = log(speed * 60.0 / cadence / bike.wheel_circumference)
    return min(gears(bike), key=lambda gear: abs(log(gear.ratio) - wanted))


def gear_hint(
    bike: Bike, segment: Segment, speed: float | None = None, cadence: float | None = None
) -> str | None:
    """Which shift to make before standing up.

    Parameters
    ----------
    bike : Bike
    segment : Segment
        The standing segment that comes, or the seated one before it on the same hill.
    speed, cadence : float or None
        Of the wheel [m/s] and the cranks [rpm], measured on this same hill; leave them out on the
        downhill before it, whose gear says nothing about the climb.

    Returns
    -------
    str or None
        ``34×23 → 34×21``; ``None`` where there is no harder cog, or nothing to tell it from.
    """
    now = gear_at(bike, speed, cadence)
    if now is None and segment.speed:
        now = climbing_gear(bike, segment.speed)
    then = harder(bike, now) if now else None
    return f"{now} → {then}" if then else None
