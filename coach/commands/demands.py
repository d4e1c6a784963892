"""What a workout of others asks for, told before the ride: it may be more than this program plans.

Its own words count, up to the same ceiling as the shortest efforts of this program; see
`coach.control`. So whoever rides should know of its hardest minutes before they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coach.control import BURST, BURST_CEILING, HILL_CEILING
from coach.units import clock_text
from coach.workout import SegmentKind

if TYPE_CHECKING:
    from coach.rider import Rider
    from coach.workout import Segment, Workout


def demands(workout: Workout, rider: Rider) -> tuple[str, ...]:
    """Return what to know of a workout before it is ridden, in sentences.

    Parameters
    ----------
    workout : Workout
        Compiled for the rider.
    rider : Rider

    Returns
    -------
    tuple of str
        Empty for workouts of this program, and for those of others that ask for no more than they.
    """
    blocks = [each for each in workout.segments if each.kind is SegmentKind.STEADY]
    if not blocks:
        return ()
    threshold = rider.threshold_power
    found: list[str] = []
    efforts: list[tuple[float, float]] = []
    before: Segment | None = None
    for block in blocks:
        peak, length = _above(block, HILL_CEILING * threshold)
        # A block that is cut where the rider stands up is one effort.
        if efforts and before is not None and before.end == block.start and efforts[-1][0] == peak:
            length += efforts.pop()[1]
        efforts.append((peak, length))
        before = block
    long = [(peak, length) for peak, length in efforts if length > BURST]
    if long:
        peak, length = max(long)
        found.append(f"asks for {_load(peak, threshold)} for {clock_text(length)} at a time")
    peak = max(peak for peak, _ in efforts)
    most = BURST_CEILING * threshold
    if peak > most:
        found.append(
            f"asks for {_load(peak, threshold)}; no more than {_load(most, threshold)} will be"
            " asked of the trainer"
        )
    own = rider.limits.power
    if own is not None and peak > own:
        found.append(f"asks for {peak:.0f} W; your power limit of {own:.0f} W holds here too")
    if not workout.warm_up:
        found.append(
            "begins with no block that it calls a warm-up; if it begins hard, warm up first"
        )
    return tuple(found)


def _above(block: Segment, power: float) -> tuple[float, float]:
    """Return the most that a block asks for [W], and for how long it is above a power [s]."""
    low, high = sorted((block.target_power_start or 0.0, block.target_power_end or 0.0))
    if high <= power:
        return high, 0.0
    share = 1.0 if low >= power else (high - power) / (high - low)
    return high, share * block.duration


def _load(power: float, threshold: float) -> str:
    return f"{100 * power / threshold:.0f} % of FTP ({power:.0f} W)"
