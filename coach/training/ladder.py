"""From easy to hard: the rungs of the hills, and how far a rider has come on one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coach.training.planned import Level
from coach.workout import Raised


class Raise(StrEnum):
    """What a week may add."""

    MODERATE = "moderate"
    POWER = "power"
    LENGTH = "length"
    STANDING = "standing"


MODERATE_STEP, POWER_STEP, LENGTH_STEP, STANDING_STEP = 5, 2, 30, 15
"""Minutes, percent of FTP, and twice seconds."""

ADDED = {
    Raise.MODERATE: f"{MODERATE_STEP} min more of the moderate block",
    Raise.POWER: f"{POWER_STEP} % of FTP more on every hill",
    Raise.LENGTH: f"{LENGTH_STEP} s more on every hill",
    Raise.STANDING: f"{STANDING_STEP} s more of standing on hills that begin seated",
}
REMOVED = {what: words.replace("more", "less") for what, words in ADDED.items()}


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder from easy to hard."""

    level: Level
    workout: str
    moderate: float | None
    """Minutes of the moderate block to begin with; ``None`` leaves the workout's own."""
    rounds: int
    """Of the posture intervals; 0 for none."""
    most: dict[Raise, int]
    """How often each is raised; conventions. In power the hardest hill ends at 89, 105 and 104 %
    of FTP; hills grow by at most 2 min, of the starter by 1."""


_STARTER = {Raise.POWER: 3, Raise.LENGTH: 2, Raise.STANDING: 2}
_STANDARD = {Raise.POWER: 5, Raise.LENGTH: 4, Raise.STANDING: 4}
_STRONG = {Raise.POWER: 2, Raise.LENGTH: 4, Raise.STANDING: 4}

LADDER = (
    Rung(Level.STARTER, "hills-starter", 15.0, 0, {Raise.MODERATE: 3, **_STARTER}),
    Rung(Level.STARTER, "hills-starter", None, 0, _STARTER),
    Rung(Level.STANDARD, "hills", None, 2, _STANDARD),
    Rung(Level.STRONG, "hills-strong", None, 3, _STRONG),
)
"""The first is for riders to whom the starter's hills were too much: half its moderate block."""

FIRST_RUNG = {Level.STARTER: 1, Level.STANDARD: 2, Level.STRONG: 3}


@dataclass(frozen=True, slots=True)
class State:
    """What a week hands on to the next."""

    rung: int
    raises: tuple[Raise, ...] = ()
    """In the order in which they came."""
    too_much: int = 0
    """Weeks in a row, like the two that follow."""
    missed: int = 0
    good: int = 0

    @property
    def on(self) -> Rung:
        """Where the hills are on the ladder."""
        return LADDER[self.rung]

    @property
    def raised(self) -> Raised:
        """What is raised by now."""
        return Raised(
            power=POWER_STEP * self.raises.count(Raise.POWER) / 100.0,
            length=float(LENGTH_STEP * self.raises.count(Raise.LENGTH)),
            standing=float(STANDING_STEP * self.raises.count(Raise.STANDING)),
        )

    @property
    def moderate(self) -> float | None:
        """Length of the moderate block [min]; ``None`` for the workout's own."""
        if self.on.moderate is None:
            return None
        return self.on.moderate + MODERATE_STEP * self.raises.count(Raise.MODERATE)

    @property
    def possible(self) -> list[Raise]:
        """What may be raised next, in turn."""
        turn = list(self.on.most)
        if self.raises and self.raises[-1] in turn:
            last = turn.index(self.raises[-1])
            turn = turn[last + 1 :] + turn[: last + 1]
        return [what for what in turn if self.raises.count(what) < self.on.most[what]]
