"""How a threshold power (FTP) is told: always as a band."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coach.training.threshold import ThresholdResult

WIDTH = 79
"""Of the lines [characters]."""

_NAMES = {
    "ramp": "Ramp test",
    "twenty_minutes": "Twenty-minute test",
    "heart_rate_80": "By 80 % of heart rate",
    "heart_rate_90": "By 90 % of heart rate",
    "effort": "By 8 to 10 minutes at CR10 4",
    "hills": "By how the hills felt",
}


def result_lines(result: ThresholdResult) -> list[str]:
    """Tell a result, what it comes from and what takes from its worth; else why there is none."""
    name = _NAMES[result.method]
    if result.value is None or result.low is None or result.high is None:
        return wrapped(f"{name}: no FTP from this ride: {result.why}")
    band = f"{result.low:.0f} to {result.high:.0f} W, most likely {result.value:.0f} W"
    lines = wrapped(f"{name}: FTP {band}")
    for told in (f"from {result.why}", *result.notes):
        lines += wrapped(f"  {told}")
    return lines


def lines_of(results: Sequence[ThresholdResult]) -> list[str]:
    """Tell all that a ride says; methods that say nothing for one and the same reason share it."""
    lines: list[str] = []
    for why, group in groupby(results, key=lambda each: "" if each.valid else each.why):
        alike = list(group)
        if not why or len(alike) == 1:
            lines += [line for each in alike for line in result_lines(each)]
        elif len(alike) == len(results):
            lines += wrapped(f"No FTP from this ride: {why}")
        else:
            first, *others = (_NAMES[each.method] for each in alike)
            names = [first, *(f"{name[0].lower()}{name[1:]}" for name in others)]
            lines += wrapped(f"{', '.join(names)}: no FTP from this ride: {why}")
    return lines


def wrapped(text: str) -> list[str]:
    """Break a sentence into lines that any terminal shows whole."""
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def name_of(result: ThresholdResult) -> str:
    """Name the method within a sentence."""
    name = _NAMES[result.method]
    return name[0].lower() + name[1:]
