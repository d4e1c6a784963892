"""One moment of the ride, as the coach's words see it."""

from __future__ import annotations

from dataclasses import dataclass

from coach.messages import Mode, Posture
from coach.workout import Segment


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the ride is, as far as the coach's words go."""

    time: float
    timer_time: float
    """Without pauses [s]."""
    lap: int
    segment: Segment
    at: float
    """Seconds into the segment."""
    remaining: float
    """Seconds left in it."""
    next_segment: Segment | None
    next_posture: Posture | None
    next_posture_in: float | None
    next_climb: Segment | None
    """Of a road, after the one that is ridden."""
    next_climb_in: float | None
    hills: int
    mode: Mode
    """How the load is asked of the trainer."""
