"""Posture in the words of a workout file, for formats that have words and no posture.

What this program writes is ``Sit``, ``Stand``, or either with its cadence: ``Stand: 60-75 rpm``.
What others write is free text, so the reading is conservative: a message counts when it is one of
a few plain phrases, with or without "now" after it, alone or before a clause after a colon, comma,
semicolon, full stop or exclamation mark. Whatever speaks of later, of a choice or of both postures
("Stand up in 10 seconds", "Stand, then sit", "don't stand") is only text: to miss a word costs a
cue, to invent one lifts a rider out of the saddle.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from coach.messages import Posture
from coach.profile.plan import Band

SLOWEST, FASTEST = 20.0, 200.0
"""What counts as a cadence in a file of others [rpm]; a convention, wide enough for any drill."""

_PHRASES = {
    "sit": Posture.SEATED,
    "sit down": Posture.SEATED,
    "sit back down": Posture.SEATED,
    "seated": Posture.SEATED,
    "stay seated": Posture.SEATED,
    "back in the saddle": Posture.SEATED,
    "stand": Posture.STANDING,
    "stand up": Posture.STANDING,
    "standing": Posture.STANDING,
    "out of the saddle": Posture.STANDING,
}
_WORD = {Posture.SEATED: "Sit", Posture.STANDING: "Stand"}
_OURS = re.compile(r"(Sit|Stand): (\d{1,3}(?:\.\d{1,3})?)-(\d{1,3}(?:\.\d{1,3})?) rpm", re.ASCII)
_SPLIT = re.compile(r"[:,!.;]")

_UNSURE = re.compile(
    r"(?<!\w)(?:in|next|soon|ready|prepare|get|if|or|then|not?|never|don'?t|before|after|when|until"
    r"|should|can|could|may|might|optional|optionally|option|alternate|alternating|repeat|every"
    r"|sits?|sitting|seat|seated|saddle|stands?|standing)(?!\w)"
)
"""In a clause after the phrase these make it a plan, a choice or a condition."""


class PostureWord(NamedTuple):
    """What a message says of posture."""

    posture: Posture
    cadence: Band | None
    """Only of our own words [rpm]."""
    alone: bool
    """Whether the message says nothing else, so that it need not be kept as text."""


def parse_posture(message: str) -> PostureWord | None:
    """Read a message of a workout file.

    Parameters
    ----------
    message : str
        In any case, with any blanks.

    Returns
    -------
    PostureWord or None
        ``None`` where the message does not plainly ask for a posture now.
    """
    text = " ".join(message.split())
    if match := _OURS.fullmatch(text):
        low, high = float(match[2]), float(match[3])
        if SLOWEST <= low <= high <= FASTEST:
            own = Posture.SEATED if match[1] == _WORD[Posture.SEATED] else Posture.STANDING
            return PostureWord(own, (low, high), alone=True)
    head, *clauses = _SPLIT.split(text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    posture = _PHRASES.get(head.strip().removesuffix(" now"))
    if posture is None or "?" in text:
        return None
    clause = " ".join(clauses).strip()
    return None if _UNSURE.search(clause) else PostureWord(posture, None, alone=not clause)


def format_posture(posture: Posture, cadence: Band | None = None) -> str:
    """Write a posture, with a cadence band [rpm] where one is given, as `parse_posture` reads it.

    Returns
    -------
    str
        ``Sit``, ``Stand`` or ``Stand: 60-75 rpm``; cadences are rounded to 0.001.
    """
    if cadence is None:
        return _WORD[posture]
    low, high = (f"{rpm:.3f}".rstrip("0").rstrip(".") for rpm in cadence)
    return f"{_WORD[posture]}: {low}-{high} rpm"
