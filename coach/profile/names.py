"""What the parts of a plan are called, and which number each of them carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coach.profile.plan import Part
from coach.workout import SegmentKind

KIND_NAMES = {
    SegmentKind.WARM_UP: "Warm-up",
    SegmentKind.HILL: "Hill",
    SegmentKind.DOWNHILL: "Downhill",
    SegmentKind.MODERATE: "Moderate",
    SegmentKind.COOL_DOWN: "Cool-down",
    SegmentKind.INTERVAL: "Interval",
    SegmentKind.RECOVERY: "Recovery",
    SegmentKind.TEST: "Test",
    SegmentKind.STEADY: "Block",
    SegmentKind.FREE: "Free ride",
}

_NUMBERED_LIKE = {
    SegmentKind.HILL: SegmentKind.HILL,
    SegmentKind.DOWNHILL: SegmentKind.HILL,
    SegmentKind.INTERVAL: SegmentKind.INTERVAL,
    SegmentKind.RECOVERY: SegmentKind.INTERVAL,
    SegmentKind.STEADY: SegmentKind.STEADY,
}
"""Whose number a part carries: a downhill that of the hill before it."""


def numbered(parts: Iterable[Part]) -> Iterator[tuple[Part, int]]:
    """Yield each part with its number from 1; 0 where its kind has none, or none yet."""
    numbers = dict.fromkeys(_NUMBERED_LIKE.values(), 0)
    for part in parts:
        if part.kind in numbers:
            numbers[part.kind] += 1
        counted = _NUMBERED_LIKE.get(part.kind)
        yield part, 0 if counted is None else numbers[counted]


def kind_name(kind: SegmentKind, number: int = 0) -> str:
    """Return what a part without a name of its own is called: ``Hill 3``, ``Cool-down``."""
    return f"{KIND_NAMES[kind]} {number}" if number else KIND_NAMES[kind]
