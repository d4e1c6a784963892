"""A workout before it is known who rides it: loads as shares of the rider's own threshold."""

from __future__ import annotations

from dataclasses import dataclass

from coach.guidance.gears import SEATED_HILL_CADENCE
from coach.messages import Mode, Posture
from coach.workout import SegmentKind, TextCue

Band = tuple[float, float]
"""Lowest and highest cadence [rpm]."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a plan: a hill, the downhill after it, the warm-up."""

    kind: SegmentKind
    duration: float
    """[s]."""
    power_start: float
    """Fraction of threshold power; linear from start to end. A test has none: 0, and so has a
    free stretch."""
    power_end: float
    effort: str
    """Effort in words, with the CR10 number."""
    resistance_steps: float
    """Steps above the basic resistance that feels moderate to the rider; negative is lighter."""
    posture: Posture | None = Posture.SEATED
    """``None`` leaves it to the rider."""
    stand_from: float | None = None
    """Share of the part after which a seated rider stands up."""
    mode: Mode | None = None
    """How the load is asked for; ``None`` leaves it to the kind of the part."""
    grade: float | None = None
    """Road grade as a fraction; ``None`` has it solved for the rider."""
    cadence: Band | None = None
    """``None`` leaves the band of the posture."""
    standing_cadence: Band | None = None
    """After `stand_from`."""
    ramp_from: float | None = None
    """First step of a test's ramp [W]; ``None`` for a test at the rider's own pace."""
    ramp_step: float = 20.0
    """Each step harder than the one before, a minute each [W]."""
    absolute: bool = False
    """The powers are watts, whoever rides: so some files of others have them."""
    label: str = ""
    """What its file calls it; empty leaves the name to its kind."""
    cues: tuple[TextCue, ...] = ()
    """What its file wants said, in order."""


@dataclass(frozen=True, slots=True)
class WorkoutPlan:
    """What a workout file says, in SI."""

    name: str
    title: str
    about: str
    """One line for whoever chooses a workout."""
    parts: tuple[Part, ...]
    climbing_cadence: float = SEATED_HILL_CADENCE
    """Seated, on the hills [rpm]; with the rider's gears it gives the climbing speed."""
    climbing_speed: float | None = None
    """One speed for all hills [m/s], instead of the rider's own."""
    most_rounds: int = 1
    """What stands between warm-up and cool-down may be ridden up to so many times."""
    author: str = ""

    @property
    def duration(self) -> float:
        """Length of the plan [s]."""
        return sum(part.duration for part in self.parts)
