"""How hard it felt: Borg's CR10 scale, in numbers and in words.

A watch's "perceived effort" of 1 to 10 and the scales of most coaches are others; numbers of one
are not numbers of another, so nothing is converted.
"""

from __future__ import annotations

import re
from itertools import pairwise

ANCHORS = (
    (0.0, "nothing at all"),
    (0.5, "extremely weak"),
    (1.0, "very weak"),
    (2.0, "weak"),
    (3.0, "moderate"),
    (4.0, "somewhat strong"),
    (5.0, "strong"),
    (7.0, "very strong"),
    (10.0, "extremely strong"),
)
"""Source: Borg's anchors as in the reference notes on training science, section 3.1."""

_TYPED = re.compile(r"(\d{1,2})(?:[.,]([05]))?", re.ASCII)


def parse_cr10(text: str) -> float:
    """Read how hard it felt, 0 to 10 in half steps; a comma may stand for the point.

    Raises
    ------
    ValueError
        If the text is something else; the message says what was expected.
    """
    typed = _TYPED.fullmatch(text.strip())
    value = float(f"{typed[1]}.{typed[2] or 0}") if typed else -1.0
    if not 0 <= value <= 10:
        raise ValueError(
            f"expected 0 (nothing) to 10 (extremely strong) in half steps, not {text!r}"
        )
    return value


def cr10_words(value: float) -> str:
    """Say a value in Borg's words: ``strong``, or ``strong to very strong`` between two of them."""
    for (low, word), (high, above) in pairwise(ANCHORS):
        if value == low:
            return word
        if value < high:
            return f"{word} to {above}"
    return ANCHORS[-1][1]


def cr10_text(value: float) -> str:
    """Write a value for riders: ``5 of 10 (strong)``."""
    return f"{value:g} of 10 ({cr10_words(value)})"
