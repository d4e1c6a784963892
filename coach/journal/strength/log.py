"""What a log of strength sessions tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coach.strength.routine import SetDone, Side
from coach.training.history import StrengthDone

LOG_NAME = "strength.jsonl"

FORMAT = 1
"""Version of a session's lines; a reader leaves out sessions of a later one, and says so."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a session asked of one exercise."""

    exercise: str
    sets: int
    """Per leg where one-legged."""
    reps: int


@dataclass(frozen=True, slots=True)
class LoggedSession:
    """One session, as far as the log knows it."""

    id: str
    start: datetime
    """With the offset of the clock it was lived by."""
    routine: str
    """Empty where the line that began the session cannot be read."""
    asked: tuple[Asked, ...]
    sets: tuple[SetDone, ...]
    """In the order of doing; a set that was done again stands where it was done first."""
    cr10: float | None
    ended: bool
    """It was ended in order, by whoever did it, and not taken up again."""
    finished: bool
    """Everything that was asked was gone through."""

    def to_done(self) -> StrengthDone:
        """Return what a plan and a dose need of the session."""
        sides: dict[tuple[str, int], set[Side | None]] = {}
        for each in self.sets:
            if each.reps:
                sides.setdefault((each.exercise, each.number), set()).add(each.side)
        return StrengthDone(
            start=self.start,
            routine=self.routine,
            sets=sum(None in done or len(done) == len(Side) for done in sides.values()),
            sets_asked=sum(each.sets for each in self.asked),
            repetitions=sum(each.reps for each in self.sets),
            cr10=self.cr10,
            finished=self.finished,
        )


@dataclass(frozen=True, slots=True)
class Surprise:
    """What makes one wonder, though nothing is lost by it: a clock that was set back."""

    time: datetime
    """When, by the clock that surprised."""
    text: str
    """A sentence."""


@dataclass(frozen=True, slots=True)
class Log:
    """What a log tells."""

    sessions: tuple[LoggedSession, ...] = ()
    """In the order of writing; one that was left before its first set is none."""
    losses: tuple[str, ...] = ()
    """What could not be read; a sentence each."""
    surprises: tuple[Surprise, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """All that is to be told of the log itself."""
        return (*self.losses, *(each.text for each in self.surprises))
