"""A number that a rider types, character by character."""

from __future__ import annotations

import re

from coach.strength.routine import MOST_LOAD

LOAD = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{0,2})?|")
"""On the way to a load in kg."""
CR10 = re.compile(r"[0-9](?:\.5?)?|10|")
"""On the way to a number of Borg's scale from 0 to 10, in half steps."""


class Entry:
    """What was typed of one number so far.

    Parameters
    ----------
    rule : re.Pattern
        What may stand there at any time.
    offered : float or None
        Stands there at first; the first character typed takes its place.

    Attributes
    ----------
    text : str
        Empty for nothing.
    """

    def __init__(self, rule: re.Pattern[str], offered: float | None = None) -> None:
        self.text = "" if offered is None else f"{offered:g}"
        self._rule = rule
        self._untouched = True

    @property
    def value(self) -> float | None:
        """The number; ``None`` for nothing."""
        return float(self.text) if self.text else None

    def type(self, character: str) -> None:
        """Take a digit or a point, unless it leads to no number that is allowed."""
        before = "" if self._untouched else self.text
        if character == ".":
            self._become(f"{before or '0'}.")
        else:
            self._become(character if before == "0" else before + character)

    def erase(self) -> None:
        """Take the last character back, or all of an offered number."""
        self._become("" if self._untouched else self.text[:-1])

    def _become(self, text: str) -> None:
        if self._rule.fullmatch(text) and (not text or float(text) <= MOST_LOAD):
            self.text, self._untouched = text, False
