"""A test as segments: the steps of a ramp, or one stretch at the rider's own pace.

A ramp is asked in absolute watts, for its rule has them so (reference notes on training science,
section 6: 20 W a minute from 100 W). For a rider whose FTP is below 150 W that would begin hard: it
begins as many steps lower as bring it to two thirds of FTP. This and the ceiling
(`Rider.test_ceiling`) are conventions, not part of the rule.

At the rider's own pace there is no target: grade or resistance stand still, and gear and cadence
make the power.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from coach.errors import RiderInputError
from coach.messages import Mode
from coach.profile.plan import Part, WorkoutPlan
from coach.rider import Rider
from coach.workout import Segment

STEP = 60.0
"""Of a ramp [s]."""
EASY_START = 2.0 / 3.0
"""Share of threshold power that the first step of a ramp does not pass."""
EXPECTED_END = 1.0 / 0.75
"""Share of threshold power at which a ramp is expected to end, by its own rule."""
OWN_CADENCE = (80.0, 100.0)
"""Where riders like to be in a test [rpm]; a convention."""


def test_segments(
    plan: WorkoutPlan,
    part: Part,
    rider: Rider,
    mode: Mode | None,
    *,
    resistance: float,
    index: int,
    start: float,
) -> Iterator[Segment]:
    """Yield the segments of a test.

    Parameters
    ----------
    plan : WorkoutPlan
        For its name in errors.
    part : Part
        Of kind ``test``.
    rider : Rider
    mode : Mode or None
        How the rider chose to be asked.
    resistance : float
        Basic resistance of the part, as a fraction.
    index : int
        Of the first segment.
    start : float
        Of the first segment [s].

    Raises
    ------
    RiderInputError
        If the mode does not suit the test, or the rider's own limit stops a ramp too early.
    """
    steps = [None] if part.ramp_from is None else _watts(plan, part, rider)
    mode = mode or part.mode or (Mode.GRADE if part.ramp_from is None else Mode.POWER)
    if (mode is Mode.POWER) is (part.ramp_from is None):
        is_asked = "in grade or resistance" if mode is Mode.POWER else "in power"
        raise RiderInputError(
            f"{plan.name}: its test is asked {is_asked} mode and means nothing in {mode} mode;"
            f' leave out --mode {mode}, or mode = "{mode}" in the file'
        )
    cadence = part.cadence or OWN_CADENCE
    for watts in steps:
        duration = part.duration if watts is None else STEP
        yield Segment(
            index=index,
            kind=part.kind,
            start=start,
            duration=duration,
            posture=part.posture,
            mode=mode,
            target_power_start=watts,
            target_power_end=watts,
            grade=part.grade or 0.0,
            basic_resistance=resistance,
            cadence_low=cadence[0],
            cadence_high=cadence[1],
            effort=part.effort,
            label=f"Test {duration / 60:g} min" if watts is None else f"Ramp {watts:.0f} W",
        )
        index, start = index + 1, start + duration


def _watts(plan: WorkoutPlan, part: Part, rider: Rider) -> list[float | None]:
    """Return the power of each step of a ramp [W]."""
    assert part.ramp_from is not None
    first, step, ceiling = part.ramp_from, part.ramp_step, rider.test_ceiling
    expected = EXPECTED_END * rider.threshold_power
    if ceiling < expected:
        raise RiderInputError(
            f"{plan.name}: limits.power_w = {ceiling:g} in the rider file would end the ramp before"
            f" you do, at about {expected:.0f} W; raise it for the test, or ride ftp-twenty"
        )
    lower = math.ceil(max(0.0, first - EASY_START * rider.threshold_power) / step)
    first = max(step, first - lower * step)
    most = int(part.duration // STEP)
    watts = [first + number * step for number in range(most)]
    return [each for each in watts if each <= ceiling]
