"""What a plan is made of: weeks of sessions, and what a rider asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from coach.workout import AS_IN_FILE, Raised


class Level(StrEnum):
    """Which of the hill workouts the plan is built on."""

    STARTER = "starter"
    STANDARD = "standard"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Request:
    """What the rider wants planned."""

    start: date
    """First day of week 1."""
    weeks: int
    days: tuple[int, ...]
    """Weekdays with time to train, in order; 0 is Monday."""
    level: Level = Level.STANDARD
    at: time = time(18, 0)
    """When a session begins, on the clock of `zone`."""
    zone: str = "UTC"
    """IANA name of the time zone."""
    as_in_file: bool = False
    """Raise nothing, and offer no other level: for whoever should ask a health professional first.
    It follows from the rider's answers and is kept in no plan."""


class SessionKind(StrEnum):
    """What a day is for."""

    HILLS = "hills"
    INTERVALS = "intervals"
    STRENGTH = "strength"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Session:
    """One day's work."""

    date: date
    kind: SessionKind
    workout: str | None = None
    """Name of the workout to ride, or of the strength routine; ``None`` for rest."""
    raised: Raised = AS_IN_FILE
    rounds: int = 1
    moderate: float | None = None
    """A shorter moderate block [min], 0 for none; ``None`` leaves the workout's own."""
    done: bool | None = None
    """Whether it took place; ``None`` for what is still to come. How well it went is told by the
    next week's `why`."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days."""

    number: int
    """From 1."""
    start: date
    sessions: tuple[Session, ...]
    easy: bool
    why: str
    """What is raised, held or taken back in this week, and why; one sentence for the rider."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Weeks in order, without gaps."""

    weeks: tuple[Week, ...]
