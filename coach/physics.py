"""The road: what a speed costs, what a power buys, and how a bike gets from one to the other.

The simplified model of Martin, Milliken, Cobb, McFadden and Coggan (1998), *Validation of a
mathematical model for road cycling power*, J Appl Biomech 14:276-291, without bearings and spoke
drag (1 to 3 W)::

    eta * P = v * (m*g * (sin th + Crr * cos th) + rho/2 * CdA * (v + w) * |v + w|)

with th = atan(grade).

Power is the rider's, at the pedals: a chain eats `Road.efficiency` of it. Whoever measures at the
hub puts 1 there; 2.4 % is less than the width of any target band, so a hill that was planned at
the pedals is ridden unchanged on a trainer that measures at the hub. Grades are rise over run.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite, sqrt
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Grade = TypeVar("Grade", float, "npt.NDArray[np.float64]")

GRAVITY = 9.80665
"""Standard gravity [m/s²]."""

_SUB_STEP = 0.25
"""Longest step of `advance` [s]: the rate at which trainers speak."""

_FASTEST = 1000.0
"""Above any speed that `speed_for` may be asked for [m/s]."""


@dataclass(frozen=True, slots=True)
class Road:
    """What resists a bike, besides its weight.

    The defaults are a rider on the hoods on tarmac at 15 °C at sea level.
    """

    drag_area: float = 0.32
    """CdA [m²]; 0.45 is a rider who stands."""
    crr: float = 0.004
    """Coefficient of rolling resistance; also the default of FE-C page 51."""
    air_density: float = 1.225
    """[kg/m³]."""
    head_wind: float = 0.0
    """[m/s]; a tail wind is negative."""
    efficiency: float = 0.976
    """Share of the rider's power that reaches the road; 1 for power measured at the hub."""
    rotating_mass: float = 0.14 / 0.311**2
    """What the spinning wheels add to the inertia, moment over radius squared [kg] (Martin)."""


TARMAC = Road()
"""The road that nobody has said anything about."""


def rise(grade: Grade) -> Grade:
    """Height gained over the way ridden (not over the level below it), as a fraction.

    Parameters
    ----------
    grade : float or ndarray
        Rise over run.
    """
    level: Grade = (1.0 + grade * grade) ** 0.5
    return grade / level


def resisting_force(speed: float, grade: float, mass: float, road: Road = TARMAC) -> float:
    """Force against the direction of travel.

    Parameters
    ----------
    speed : float
        [m/s], not negative.
    grade : float
        Rise over run.
    mass : float
        Rider and bike [kg].
    road : Road

    Returns
    -------
    float
        [N]; negative where the road or the wind pushes.
    """
    weight = mass * GRAVITY / sqrt(1.0 + grade * grade)
    return weight * (grade + road.crr) + _air_drag(speed, road)


def _air_drag(speed: float, road: Road) -> float:
    air = speed + road.head_wind
    return 0.5 * road.air_density * road.drag_area * air * abs(air)


def power_for(speed: float, grade: float, mass: float, road: Road = TARMAC) -> float:
    """Power that holds a speed.

    Parameters
    ----------
    speed : float
        [m/s], not negative.
    grade : float
        Rise over run.
    mass : float
        Rider and bike [kg].
    road : Road

    Returns
    -------
    float
        [W] at the pedals; negative where the bike would have to be braked.
    """
    return speed * resisting_force(speed, grade, mass, road) / road.efficiency


def speed_for(power: float, grade: float, mass: float, road: Road = TARMAC) -> float:
    """Steady speed that a power buys.

    Parameters
    ----------
    power : float
        [W] at the pedals, not negative; 0 gives the speed of coasting.
    grade : float
        Rise over run.
    mass : float
        Rider and bike [kg].
    road : Road

    Returns
    -------
    float
        [m/s]; 0 where nothing moves the bike.

    Raises
    ------
    ValueError
        If `power` is negative or not a number.
    """
    if not (isfinite(power) and power >= 0.0):
        raise ValueError(f"power must be a number of watts, 0 or more; it is {power}")
    slow, fast = 0.0, _FASTEST
    while fast - slow > 1e-9:
        speed = 0.5 * (slow + fast)
        if power_for(speed, grade, mass, road) < power:
            slow = speed
        else:
            fast = speed
    return fast if slow > 0.0 else 0.0


def grade_for(power: float, speed: float, mass: float, road: Road = TARMAC) -> float:
    """Grade on which a power holds a speed.

    Parameters
    ----------
    power : float
        [W] at the pedals.
    speed : float
        [m/s], above 0.
    mass : float
        Rider and bike [kg].
    road : Road

    Returns
    -------
    float
        Rise over run; negative where the power is not enough for the flat.

    Raises
    ------
    ValueError
        If `speed` is not above 0, or no road is steep enough for so much power.
    """
    if not speed > 0.0:
        raise ValueError(f"speed must be above 0 m/s; it is {speed}")
    # With a = (force left for the road) / weight, grade + crr = a * sqrt(1 + grade²):
    # a quadratic, whose other root is the same road the other way up.
    a = (road.efficiency * power / speed - _air_drag(speed, road)) / (mass * GRAVITY)
    if not abs(a) < 1.0:
        raise ValueError(f"no road is steep enough for {power:.0f} W at {speed:.2f} m/s")
    return (a * sqrt(1.0 + road.crr**2 - a * a) - road.crr) / (1.0 - a * a)


def advance(
    speed: float, power: float, grade: float, mass: float, dt: float, road: Road = TARMAC
) -> float:
    """Speed a moment later.

    Energy is balanced over sub-steps of at most 0.25 s::

        m_eff/2 * (v1² - v0²) = h * (eta * P - F * (v0 + v1)/2)

    which has one root that is not negative, knows no singularity at rest (force form: P/v), rolls
    off by itself on a descent and has the steady speed as an exact fixed point. `F` is taken at
    the middle of the sub-step.

    Parameters
    ----------
    speed : float
        [m/s], not negative.
    power : float
        [W] at the pedals, held over `dt`.
    grade : float
        Rise over run.
    mass : float
        Rider and bike [kg].
    dt : float
        [s], 0 or more.
    road : Road

    Returns
    -------
    float
        [m/s], never negative: a bike that would roll back stands still.

    Notes
    -----
    A minute of it stays within 1e-4 m/s of a Runge-Kutta solution with a tolerance of 1e-11.
    """
    steps = ceil(dt / _SUB_STEP - 1e-9)
    if steps <= 0:
        return speed
    h = dt / steps
    inertia = mass + road.rotating_mass
    gain = h * road.efficiency * power
    for _ in range(steps):
        middle = speed
        later = speed
        for _ in range(2):
            push = 0.5 * h * resisting_force(middle, grade, mass, road)
            energy = 0.5 * inertia * speed * speed - push * speed + gain
            later = 0.0
            if energy >= 0.0:
                root = sqrt(push * push + 2.0 * inertia * energy)
                later = (root - push) / inertia
            middle = 0.5 * (speed + later)
        speed = later
    return speed
