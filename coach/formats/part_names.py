"""What our own parts are called in the words of a workout file, for formats that have only words.

A name may have its effort behind it: ``Hill 3: increased, CR10 4``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coach.profile.names import kind_name, numbered
from coach.profile.plan import Part
from coach.workout import SegmentKind

MAX_EFFORT = "Max effort"
"""What a part is called in which everything is asked."""

_UNNAMED = (SegmentKind.STEADY, SegmentKind.FREE)
_SAID_BY_KIND = (SegmentKind.WARM_UP, SegmentKind.COOL_DOWN)
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


def labels(parts: Iterable[Part]) -> Iterator[str]:
    """Yield what each part is called: by its file, else by its kind.

    A block of others has no name then, nor have a warm-up and a cool-down without effort: formats
    have other ways to say so.
    """
    for part, number in numbered(parts):
        if part.label:
            yield part.label
        elif part.kind in _UNNAMED or (part.kind in _SAID_BY_KIND and not part.effort):
            yield ""
        else:
            yield kind_name(part.kind, number)
