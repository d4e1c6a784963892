"""Where a ride is in its plan: which segment, how far in, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.messages import Posture
from coach.workout import Segment, SegmentKind, Workout

RESTART = 5.0
"""Back within this time of a segment's start means the segment before [s]."""


class Progress:
    """The position in a workout; moved by the ride's timer and by the rider, never back in time.

    Attributes
    ----------
    index : int
        The segment being ridden.
    at : float
        Seconds spent in it.
    extra : float
        Seconds the rider added to it.
    lap : int
        Counts the segments entered, also the same one again.
    swapped : frozenset of int
        The standing segments that the rider turned into their seated alternatives.
    """

    def __init__(self, workout: Workout) -> None:
        if not workout.segments:
            raise ValueError(f"{workout.name} has no segments")
        self._workout = workout
        self.segments = workout.segments
        self.swapped: frozenset[int] = frozenset()
        self.hills = workout.hills
        self.index = 0
        self.at = 0.0
        self.extra = 0.0
        self.lap = 0
        self._ahead = _look_ahead(workout.segments)

    @property
    def segment(self) -> Segment:
        """The segment being ridden."""
        return self.segments[self.index]

    @property
    def following(self) -> Segment | None:
        """The segment after it."""
        after = self.index + 1
        return self.segments[after] if after < len(self.segments) else None

    @property
    def remaining(self) -> float:
        """Seconds left in the segment; negative when it is over."""
        return self.segment.duration + self.extra - self.at

    @property
    def hill_remaining(self) -> float | None:
        """Seconds left on the hill, over all its segments; ``None`` off the hills."""
        if self.segment.hill is None:
            return None
        return self.remaining + self._ahead[self.index].hill_after

    @property
    def plan_remaining(self) -> float:
        """Seconds left in the plan."""
        return self.remaining + self._ahead[self.index].plan_after

    @property
    def next_posture(self) -> Posture | None:
        """The posture after the next change of posture; ``None`` if there is no change left."""
        return self._ahead[self.index].posture

    @property
    def next_posture_in(self) -> float | None:
        """Seconds until that change."""
        ahead = self._ahead[self.index]
        return None if ahead.posture is None else self.remaining + ahead.posture_after

    def enter(self, index: int, at: float = 0.0) -> None:
        """Begin a lap in a segment."""
        self.index, self.at, self.extra = index, at, 0.0
        self.lap += 1

    def swap(self) -> Segment | None:
        """Turn a standing block into its seated alternative from now on, or back.

        Which one is plain to see: the one that is being ridden; where the plan has the rider sit,
        the next one that comes. A block stays as it was swapped, also for a rider who goes back
        to it.

        Returns
        -------
        Segment or None
            As it is from now on; ``None`` when the plan has no standing block left.
        """
        planned = self._workout.segments
        blocks = (i for i in range(self.index, len(planned)) if _stands(planned[i]))
        index = next(blocks, None)
        if index is None:
            return None
        self.swapped ^= {index}
        segment = self._workout.seated(index) if index in self.swapped else planned[index]
        self.segments = (*self.segments[:index], segment, *self.segments[index + 1 :])
        self._ahead = _look_ahead(self.segments)
        return segment


def _stands(segment: Segment) -> bool:
    return segment.posture is Posture.STANDING


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What follows a segment, counted from its end."""

    posture: Posture | None
    posture_after: float
    hill_after: float
    plan_after: float


def _look_ahead(segments: Sequence[Segment]) -> list[_Ahead]:
    """Return for each segment the next change of posture, and what is left of hill and plan."""
    ahead: list[_Ahead] = []
    following: Segment | None = None
    for segment in reversed(segments):
        if following is None:
            here = _Ahead(None, 0.0, 0.0, 0.0)
        else:
            after = ahead[-1]
            change, change_after = following.posture, 0.0
            if following.posture is segment.posture:
                change, change_after = after.posture, after.posture_after + following.duration
            same_hill = segment.kind is following.kind is SegmentKind.HILL and (
                following.hill == segment.hill
            )
            here = _Ahead(
                change,
                change_after,
                after.hill_after + following.duration if same_hill else 0.0,
                after.plan_after + following.duration,
            )
        ahead.append(here)
        following = segment
    return ahead[::-1]
