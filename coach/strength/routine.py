"""A strength routine: groups of exercises, and the dose of each set."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_SETS, MOST_REPS, MOST_LOAD = 99, 999, 500.0
"""What the log believes of one set: its number, its repetitions, its load in kg."""


class Side(StrEnum):
    """Which leg a one-legged set is for."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise, in our own words."""

    name: str
    """In the log and in files: ``skater_lunge``."""
    title: str
    """For people: ``Skater lunge``."""
    per_leg: bool
    purpose: str
    """What it is for, in one line."""
    how: tuple[str, ...]
    """How to do it, a line each."""
    watch: tuple[str, ...]
    """What to watch, a line each."""
    easier: str
    harder: str
    """The variant to go on to when more repetitions are easy."""
    needs: str = ""
    """What has to be at hand; empty for nothing."""
    halves: tuple[str, str] = ("down", "up")
    """What the two halves of a repetition are called while it is counted."""


@dataclass(frozen=True, slots=True)
class Group:
    """One muscle group and its exercises."""

    name: str
    """``glutes``, ``hamstrings``, ``lower_back``."""
    title: str
    exercises: tuple[Exercise, ...]


@dataclass(frozen=True, slots=True)
class Routine:
    """A strength routine, with the source's own dose."""

    name: str
    title: str
    about: str
    groups: tuple[Group, ...]
    sets: int
    reps: int
    """Per set; per leg where one-legged."""
    rest: float
    """Between sets [s]."""
    tempo: float
    """Of one repetition [s]."""


@dataclass(frozen=True, slots=True)
class Dose:
    """How much of every exercise is asked today."""

    sets: int
    reps: int
    why: str = ""
    """One sentence for the rider."""


@dataclass(frozen=True, slots=True)
class Work:
    """One exercise of a session, with what is asked of it today."""

    exercise: Exercise
    sets: int
    """Per leg where one-legged."""
    reps: int


@dataclass(frozen=True, slots=True)
class SetDone:
    """One set that was done, as the log has it."""

    exercise: str
    number: int
    """Of the exercise's sets, from 1."""
    side: Side | None
    """``None`` for both legs at once."""
    reps: int
    load: float | None
    """[kg]; 0 is the body's own weight, ``None`` was not said."""
