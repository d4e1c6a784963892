"""What our own parts are called in a text event, and what of that is understood again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coach.profile.plan import Part
from coach.workout import SegmentKind

MAX_EFFORT = "Max effort"
"""What a block ``MaxEffort`` is called."""

HALF_BAND = 5.0
"""A cadence of one number stands for so much to each side [rpm]."""

MOST_SHARE = 10.0
"""Up to ten times threshold power a number is a share of it.

In practice: some programs write watts, and none writes a block of a thousand percent.
"""

NUMBERED_LIKE = {
    SegmentKind.HILL: SegmentKind.HILL,
    SegmentKind.DOWNHILL: SegmentKind.HILL,
    SegmentKind.INTERVAL: SegmentKind.INTERVAL,
    SegmentKind.RECOVERY: SegmentKind.INTERVAL,
}
"""Whose number a part carries in its name: a downhill that of the hill before it."""

_UNNAMED = (SegmentKind.STEADY, SegmentKind.FREE, SegmentKind.ROAD)
_SAID_BY_ELEMENT = (SegmentKind.WARM_UP, SegmentKind.COOL_DOWN)
_OWN = re.compile(
    rf"({MAX_EFFORT}|Warm-up|Cool-down|Moderate|Test"
    r"|(?:Hill|Downhill|Interval|Recovery)(?: [1-9]\d{0,2})?)"
    r"(?:: (.{1,80}, CR10 (?:10|\d)(?:-(?:10|\d))?))?",
    re.ASCII,
)


def parse_name(message: str) -> tuple[str, str] | None:
    """Read name and effort as `format_name` writes them; ``None`` for any other message."""
    match = _OWN.fullmatch(message)
    return None if match is None else (match[1], match[2] or "")


def format_name(label: str, effort: str) -> str:
    """Write a name with its effort; either may be empty."""
    return f"{label}: {effort}" if label and effort else label or effort


def interval_name(number: int, rest: bool) -> str:
    """Name a block of ``IntervalsT``; `number` counts the pairs of a workout from 1."""
    return f"{'Recovery' if rest else 'Interval'} {number}"


def labels(parts: Iterable[Part]) -> Iterator[str]:
    """Yield what each part is called: by its file, else by its kind, hills and intervals counted.

    A warm-up, a cool-down or a block without effort is empty: its element says enough.
    """
    numbers = dict.fromkeys(NUMBERED_LIKE.values(), 0)
    for part in parts:
        if part.kind in numbers:
            numbers[part.kind] += 1
        word = part.kind.value.replace("_", "-").capitalize()
        number = numbers[NUMBERED_LIKE[part.kind]] if part.kind in NUMBERED_LIKE else 0
        if part.label:
            yield part.label
        elif part.kind in _UNNAMED or (part.kind in _SAID_BY_ELEMENT and not part.effort):
            yield ""
        else:
            yield f"{word} {number}" if number else word
