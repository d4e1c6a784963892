"""What each key means, and what is said of it: the one table of a ride, and others made like it.

Every display takes its keys from here: a terminal by the characters that come, the page by those
that it tells its viewers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from coach.messages import Key

K = TypeVar("K")
"""What a key means: a `Key` on a ride, something else elsewhere."""


@dataclass(frozen=True, slots=True)
class Binding(Generic[K]):
    """What one key does."""

    key: K
    characters: str
    """All of these mean it: a rider does not look for Shift."""
    name: str
    """What the footer calls the key ..."""
    does: str
    """... and what it does."""


Bindings = Sequence[Binding[K]]
"""A table of keys, in the order in which they are shown."""

KEYS = (
    Binding(Key.PAUSE, " ", "space", "pause"),
    Binding(Key.SKIP, "nN", "n", "skip"),
    Binding(Key.BACK, "bB", "b", "back"),
    Binding(Key.EXTEND, "xX", "x", "+30 s"),
    Binding(Key.HARDER, "+=", "+", "harder"),
    Binding(Key.EASIER, "-_", "-", "easier"),
    Binding(Key.EASE_OFF, "eE", "e", "ease off"),
    Binding(Key.SWAP, "wW", "w", "swap"),
    Binding(Key.DECLARE_SEATED, "sS", "s", "I sit"),
    Binding(Key.DECLARE_STANDING, "dD", "d", "I stand"),
    Binding(Key.QUIT, "qQ", "q", "quit, save"),
)
"""Every key of a ride, in the order of the footer."""


def in_rows(
    bindings: Bindings[K], width: int, room: Callable[[Binding[K]], int]
) -> list[list[Binding[K]]]:
    """Break a table of keys into rows.

    Parameters
    ----------
    bindings : sequence of Binding
    width : int
        Cells of a row; a key that is wider than that stands alone.
    room : callable
        How many cells a key takes, with the space between it and its neighbour.
    """
    rows: list[list[Binding[K]]] = []
    left = 0
    for each in bindings:
        if not rows or room(each) > left:
            rows.append([])
            left = width
        rows[-1].append(each)
        left -= room(each)
    return rows


def keys_of(text: str, bindings: Bindings[K]) -> list[K]:
    """Return the keys among the characters of a text."""
    return [each.key for character in text for each in bindings if character in each.characters]
