"""What a strength session and its display say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coach.strength.routine import SetDone
from coach.strength.steps import Step


class Phase(StrEnum):
    """Where in a step the session is."""

    READY = "ready"
    SET = "set"
    ASK = "ask"
    REST = "rest"
    EFFORT = "effort"
    OVER = "over"


class Press(StrEnum):
    """What the rider asks with a key."""

    GO = "go"
    BACK = "back"
    SKIP = "skip"
    SKIP_EXERCISE = "skip_exercise"
    PAUSE = "pause"
    MORE = "more"
    FEWER = "fewer"
    ERASE = "erase"
    QUIT = "quit"
    POINT = "."
    ZERO = "0"
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    SIX = "6"
    SEVEN = "7"
    EIGHT = "8"
    NINE = "9"


class Sound(StrEnum):
    """A moment to be heard by a rider who does not look."""

    BEGIN = "begin"
    """The first repetition."""
    FULL = "full"
    """The count of a set is full."""
    WAITING = "waiting"
    """The rest is over, and the session waits for the rider."""


Event = SetDone | Sound


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """All that a display needs of one moment."""

    phase: Phase
    paused: bool
    step: Step | None
    """What is to be done now, or next; ``None`` after the last set."""
    new: bool
    """Whether `step` is another exercise than the one that was done last."""
    back: bool
    """Whether `Press.BACK` leads anywhere."""
    following: Step | None
    """What comes after `step`."""
    reps: int
    """In a set the repetition that runs, from 1; when asking, those done."""
    half: int | None
    """Which half of the repetition runs, 0 or 1; ``None`` outside a set."""
    load: str
    """The load as it was carried over or typed so far [kg]; empty where it was not said."""
    effort: str
    """How hard it was on CR10, as typed so far."""
    seconds_left: float | None
    """Until the set begins, its count is full, or the rest is over; ``None`` where nothing runs."""
    sets: int
    """Of the session, both legs as one."""
    sets_done: int
    remaining: float
    """Of the whole session at its tempo, without getting ready and answering [s]."""
