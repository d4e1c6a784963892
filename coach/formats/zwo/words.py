"""How numbers and names in a ``.zwo`` are meant."""

from __future__ import annotations

from coach.profile.names import kind_name
from coach.workout import SegmentKind

HALF_BAND = 5.0
"""A cadence of one number stands for so much to each side [rpm]."""

MOST_SHARE = 10.0
"""Up to ten times threshold power a number is a share of it.

In practice: some programs write watts, and none writes a block of a thousand percent.
"""


def interval_name(number: int, rest: bool) -> str:
    """Name a block of ``IntervalsT``; `number` counts the pairs of a workout from 1."""
    return kind_name(SegmentKind.RECOVERY if rest else SegmentKind.INTERVAL, number)
