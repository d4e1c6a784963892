"""What was done: rides and strength sessions, as far as a plan and its progress need them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coach.messages import PostureSource
from coach.workout import Raised


@dataclass(frozen=True, slots=True)
class RideDone:
    """One ride; what nobody knows is ``None``."""

    start: datetime
    """With the time zone in which the rider lived it."""
    workout: str
    """Name of the workout that was ridden; empty for a ride without a plan."""
    raised: Raised
    timer_time: float
    """[s]."""
    completed: float | None
    """Share of the plan that was ridden, 0 to 1."""
    cr10: float | None
    """How hard its hardest part was, by the rider's own word on Borg's scale of 0 to 10."""
    hills: int
    """How many hills were climbed."""
    hill_power: float | None
    """Mean over the time on hills [W]."""
    last_hill_cadence: float | None
    """[rpm]."""
    standing: float | None
    """By the better one of `standing_source`'s kinds; never estimated [s]."""
    standing_source: PostureSource | None
    load: float | None
    """Training load: an hour at threshold power is 100."""
    simulated: bool = False
    hill_time: float = 0.0
    """Over which `hill_power` is the mean [s]."""
    threshold_power: float | None = None
    """FTP in force on the day [W]."""


@dataclass(frozen=True, slots=True)
class StrengthDone:
    """One strength session."""

    start: datetime
    """With the time zone in which the rider lived it."""
    routine: str
    sets: int
    """Done, both legs of a one-legged exercise as one."""
    sets_asked: int
    repetitions: int
    cr10: float | None
    finished: bool


@dataclass(frozen=True, slots=True)
class History:
    """Everything done, each in order of its start."""

    rides: tuple[RideDone, ...] = ()
    strength: tuple[StrengthDone, ...] = ()
