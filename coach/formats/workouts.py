"""What every codec of workouts gives: a plan out of bytes, or bytes out of a plan, and losses."""

from __future__ import annotations

from dataclasses import dataclass

from coach.profile.plan import WorkoutPlan


@dataclass(frozen=True, slots=True)
class Decoded:
    """A workout out of a file."""

    plan: WorkoutPlan
    warnings: tuple[str, ...] = ()
    """What could not be read or is not understood, each with its line or offset."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A workout as a file has it."""

    data: bytes
    lost: tuple[str, ...] = ()
    """What the format cannot hold, in words for the rider."""
