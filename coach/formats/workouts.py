"""What every codec of workouts gives: a plan out of bytes, or bytes out of a plan, and losses."""

from __future__ import annotations

from dataclasses import dataclass

from coach.profile.plan import WorkoutPlan

LARGEST = 1024 * 1024
"""Largest file of a workout that is read [bytes]; usual ones have 2 to 50 KB."""

MOST_PARTS = 1000
"""Of a workout out of a file; a convention, some five times what the busiest ones have."""

LONGEST_NAME = 80
"""Of a workout or its author [characters]; as in the workouts of this program."""

LONGEST_TEXT = 300
"""Of what a file says at one moment [characters]."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A workout out of a file."""

    plan: WorkoutPlan
    warnings: tuple[str, ...] = ()
    """What could not be read or is not understood, each with its line or offset."""
    notes: tuple[str, ...] = ()
    """What is good to know of it; nothing is missing for that."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A workout as a file has it."""

    data: bytes
    lost: tuple[str, ...] = ()
    """What the format cannot hold, in words for the rider."""


def one_line(text: str) -> str:
    """Return a text of a file as it may be shown: one line, printable, without outer blanks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
