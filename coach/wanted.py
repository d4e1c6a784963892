"""What the rider should feel now, or a moment from now: the engine's wish, for control to fulfil.

The load of a stretch is there when the rider is. So that of an interval rises before it begins, and
a standing climb's begins to.
"""

from __future__ import annotations

from dataclasses import dataclass

from coach.messages import Mode, PauseCause, Posture
from coach.progress import Progress
from coach.wishes import Wishes
from coach.workout import Segment, SegmentKind

SHORT_ONSET = 3.0
"""Onset of an effort of 10 to 30 s, and of the rest after it [s]."""
PREROLL = 2.0
"""The load of a standing climb begins to rise this long before it [s]."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the engine wants the rider to feel now."""

    segment: Segment
    lap: int
    """Changes with every start of a segment, also of the same one again."""
    at: float
    """Seconds into the segment; negative while its load is prepared."""
    intensity: float
    standing: bool
    warmed_up: bool
    released: bool
    """No load wanted: paused or finished."""
    held: bool = False
    """No more load than now: the trainer is gone, or back for a moment only."""


def wanted(
    progress: Progress,
    wishes: Wishes,
    *,
    next_mode: Mode | None,
    pause: PauseCause | None,
    finished: bool,
    timer_time: float,
    warm_up: float,
) -> Wanted:
    """Return what the rider should feel.

    Parameters
    ----------
    progress : Progress
        Where in the plan the rider is.
    wishes : Wishes
        How hard they want it.
    next_mode : Mode or None
        How this trainer is asked for the load of the segment that follows, if one does.
    pause : PauseCause or None
        Why the ride stands still.
    finished : bool
        The ride is over.
    timer_time, warm_up : float
        How long the ride has lasted, and what of it is for warming up [s].
    """
    segment, at, lap = progress.segment, progress.at, progress.lap
    left, following = progress.remaining, progress.following
    intensity = wishes.felt(segment)
    if following is not None and left <= _preroll(segment, following, next_mode):
        segment, at, lap = following, -left, lap + 1
    return Wanted(
        segment=segment,
        lap=lap,
        at=at,
        intensity=intensity,
        standing=segment.posture is Posture.STANDING,
        # What is prepared counts from its own beginning.
        warmed_up=timer_time - min(at, 0.0) >= warm_up,
        released=finished or pause in (PauseCause.RIDER, PauseCause.REST),
        held=pause is PauseCause.TRAINER,
    )


def _preroll(segment: Segment, following: Segment, next_mode: Mode | None) -> float:
    """Return how long before a stretch its load begins to rise [s]."""
    if segment.length is not None:
        return 0.0  # a road rises where it does
    stands_up = following.posture is Posture.STANDING is not segment.posture
    shifts = following.posture is not segment.posture
    if shifts and next_mode is Mode.POWER:
        # A power target would rise against falling cadence: it waits for the rider instead.
        return 0.0
    if following.kind is SegmentKind.INTERVAL:
        return SHORT_ONSET
    return PREROLL if stands_up else 0.0
