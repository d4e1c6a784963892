"""A road of one grade without an end: a free ride."""

from __future__ import annotations

from coach.analysis.climbs import STEEPEST_ROAD
from coach.errors import RiderInputError
from coach.messages import Mode
from coach.workout import Segment, SegmentKind, Workout

LONGEST = 12 * 3600.0
"""A free ride ends when the rider ends it; so late it ends by itself [s]."""


def free(grade: float) -> Workout:
    """Return a free ride.

    Parameters
    ----------
    grade : float
        Of its road, as a fraction.

    Raises
    ------
    RiderInputError
        If no road is so steep.
    """
    if not abs(grade) <= STEEPEST_ROAD:
        steepest = f"{100 * STEEPEST_ROAD:.0f}"
        raise RiderInputError(
            f"a road has a grade of -{steepest} to {steepest} %, not {100 * grade:g} %"
        )
    label = f"Free ride at {100 * grade:g} %"
    whole = Segment(
        0, SegmentKind.FREE, 0.0, LONGEST, None, Mode.GRADE, grade=grade, label=label, endless=True
    )
    return Workout("free", label, (whole,))
