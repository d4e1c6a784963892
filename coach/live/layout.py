"""How the parts of a full screen share its rows."""

from __future__ import annotations

from collections.abc import Callable

from coach.live.ink import Ink, Line
from coach.live.keys import Binding, Bindings, K, in_rows


def squeezed(sections: list[list[Line]], height: int) -> list[list[Line]]:
    """Cut sections, dearest first, to what has room."""
    kept = []
    for section in sections:
        kept.append(section[:height])
        height -= len(kept[-1])
    return kept


def spread(sections: list[list[Line]], height: int) -> list[Line]:
    """Put sections under each other, with what room there is between them."""
    spare = height - sum(map(len, sections))
    gaps = sum(1 for section in sections[1:] if section)
    lines = list(sections[0])
    for section in sections[1:]:
        if section:
            # The last gap takes the rest: the keys stand at the foot.
            gap = spare if gaps == 1 else min(1, spare)
            lines += [[] for _ in range(gap)] + section
            spare -= gap
            gaps -= 1
    return lines + [[] for _ in range(spare)]


def key_rows(
    bindings: Bindings[K], does: Callable[[Binding[K]], str], width: int, most: int
) -> list[Line]:
    """List keys and what they do; the keys alone where that takes more than `most` rows.

    Parameters
    ----------
    bindings : sequence of Binding
    does : callable
        Returns what a key does now.
    width : int
        Cells of a row.
    most : int
        Rows.
    """
    rows = in_rows(bindings, width, lambda each: len(f" {each.name} {does(each)} "))
    if len(rows) <= most:
        return [[piece for each in row for piece in _key(each.name, does(each))] for row in rows]
    rows = in_rows(bindings, width, lambda each: len(f" {each.name}"))
    return [[(f" {each.name}", Ink.STRONG) for each in row] for row in rows]


def _key(name: str, does: str) -> Line:
    return [(f" {name}", Ink.STRONG), (f" {does} ", Ink.LABEL)]
