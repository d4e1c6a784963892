"""What compiling needs for the blocks of workouts that others made.

They are taken at their word. Power is asked for as power, on a flat road, so that no climb is
recorded that nobody planned; a free stretch is a flat road without a target. Asked for by grade,
blocks are ridden as intervals are, all at one speed: what takes more power is the steeper road, and
one that gets harder has the grade of its middle. No file of others says how much resistance a block
is, and no rule turns watts into resistance, so none is asked for.
"""

from __future__ import annotations

from coach.errors import RiderInputError
from coach.guidance.gears import gears
from coach.messages import Mode
from coach.physics import speed_for
from coach.profile.plan import Part, WorkoutPlan
from coach.rider import Rider
from coach.workout import SegmentKind, TextCue

BEFORE_END = 1.0
"""Words of a file that stand at the very end of its workout are said so long before it [s]."""

LONGEST_LABEL = 40
"""Of what a file calls a block [characters]; a convention, what a screen has room for."""


def is_of_others(plan: WorkoutPlan) -> bool:
    """Whether a plan has blocks that only files of others have."""
    return any(part.kind in (SegmentKind.STEADY, SegmentKind.FREE) for part in plan.parts)


def check_mode(plan: WorkoutPlan, mode: Mode | None) -> None:
    """Make sure that a plan of others can be asked for in a mode.

    Raises
    ------
    RiderInputError
        If it is resistance, which its blocks do not have.
    """
    if mode is Mode.RESISTANCE:
        raise RiderInputError(
            f"{plan.name} does not say how much resistance a block is; leave out --mode resistance"
        )


def watts(part: Part, rider: Rider) -> tuple[float, float]:
    """Return the powers at both ends of a part [W]."""
    one = 1.0 if part.absolute else rider.threshold_power
    return part.power_start * one, part.power_end * one


def speed_of_blocks(plan: WorkoutPlan, rider: Rider) -> float | None:
    """Return the one speed at which all blocks are ridden by grade.

    The rider's climbing cadence in the lowest gear in which the hardest block stays within the
    rider's grade limit. Unlike a hill, a block need not go uphill.

    Returns
    -------
    float or None
        [m/s]; ``None`` where no block asks for power.
    """
    blocks = [watts(part, rider) for part in plan.parts if part.kind is SegmentKind.STEADY]
    hardest = max(map(max, blocks), default=0.0)
    if hardest <= 0.0:
        return None
    slowest = speed_for(hardest, rider.limits.grade, rider.total_mass)
    in_gear = (gear.speed(plan.climbing_cadence, rider.bike) for gear in gears(rider.bike))
    return next((speed for speed in in_gear if speed >= slowest), slowest)


def cues_within(part: Part, begin: float, end: float) -> tuple[TextCue, ...]:
    """Return what is said from `begin` to `end` of a part [s], counted from there."""
    last = end >= part.duration
    latest = max(0.0, end - begin - BEFORE_END)
    return tuple(
        TextCue(cue.at - begin if cue.at < end else latest, cue.text)
        for cue in part.cues
        if begin <= cue.at and (cue.at < end or last)
    )


def shortened(label: str) -> str:
    """Return what a file calls a block, as far as a screen has room for it."""
    if len(label) <= LONGEST_LABEL:
        return label
    return f"{label[: LONGEST_LABEL - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"
