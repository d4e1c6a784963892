"""The rider, the bike and the rider's own limits; SI, as the core needs them.

`coach.profile` makes these from a rider file; nothing here touches a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ZONE_BOUNDS = (0.55, 0.75, 0.90, 1.05, 1.20)
"""Upper bounds of zones 1 to 5 as fractions of threshold power; a bound belongs to its zone.
Source: Coggan's levels."""
TEST_CEILING = 2.0
"""Share of threshold power at which the ramp of a test ends, whoever rides. A ramp is expected to
end at 133 %: whoever comes so far has another FTP than the file says. A convention."""


@dataclass(frozen=True, slots=True)
class Bike:
    """What is on the trainer."""

    mass: float = 9.0
    """[kg]."""
    chainrings: tuple[int, ...] = (50, 34)
    cassette: tuple[int, ...] = (11, 12, 13, 14, 15, 17, 19, 21, 23, 25, 28)
    wheel_circumference: float = 2.096
    """[m]."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The rider's own ceilings; defaults of the safety notes (felt grade 8 %)."""

    grade: float = 0.08
    """Steepest grade that may be felt, as a fraction."""
    power: float | None = None
    """[W]; ``None`` leaves the ceilings that follow from threshold power."""
    basic_resistance: float = 1.0
    """Fraction of the trainer's maximum."""


@dataclass(frozen=True, slots=True)
class Devices:
    """ANT+ device numbers of the rider's own machines."""

    trainer: int | None = None
    heart_rate: int | None = None
    power_meter: int | None = None


@dataclass(frozen=True, slots=True)
class Rider:
    """One rider.

    `threshold_power` (FTP) is always known here: measured, or estimated by `coach.profile` when
    the file has none, and then `threshold_estimated` says so.
    """

    name: str
    mass: float
    """[kg]."""
    threshold_power: float
    """FTP [W]."""
    threshold_estimated: bool = False
    w_prime: float = 18_000.0
    """W′ [J]."""
    age: float | None = None
    sex: str | None = None
    resting_heart_rate: float | None = None
    maximum_heart_rate: float | None = None
    """Measured [bpm]; ``None`` when it was never measured: no heart-rate ceiling then."""
    cadence: float = 87.0
    """Preferred on the flat [rpm]."""
    bike: Bike = field(default_factory=Bike)
    limits: Limits = field(default_factory=Limits)
    devices: Devices = field(default_factory=Devices)
    moderate_resistance: float = 0.20
    """Basic resistance that feels moderate on this rider's trainer, as a fraction."""
    resistance_increment: float = 0.05
    """One step harder on this rider's trainer, as a fraction."""

    @property
    def total_mass(self) -> float:
        """Rider and bike [kg]."""
        return self.mass + self.bike.mass

    @property
    def test_ceiling(self) -> float:
        """What the ramp of a test may ask for at most [W]."""
        ceiling = TEST_CEILING * self.threshold_power
        return ceiling if self.limits.power is None else min(ceiling, self.limits.power)
