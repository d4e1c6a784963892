"""Where a ride is in its plan: which segment, how far in, and what comes next.

A segment by time is over when its seconds are; a stretch of road (`Segment.length`) when the road
has moved on by its metres. Times left on a road are estimates: what is reached within `NEAR`
seconds at the present speed is reckoned at that speed, what lies beyond it at the plan's pace. So
they are right where a rider has to act on them, and do not leap with every change of speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from coach.messages import Posture
from coach.workout import Segment, SegmentKind, Workout

RESTART = 5.0
"""Back within this time of a segment's start means the segment before [s]."""
NEAR = 15.0
"""So far ahead the present speed tells when the rider is there [s]."""
SLOWEST = 1.0
"""Who is slower than this counts as fast for an estimate of time [m/s]."""


class Progress:
    """The position in a workout; moved by the ride's timer, its road and the rider, never back.

    Attributes
    ----------
    index : int
        The segment being ridden.
    at : float
        Seconds spent in it.
    gone : float
        Way made in it [m]; 0 where it is none of a road.
    extra : float
        What the rider added to it [s], or [m] to a stretch of road.
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
        self.gone = 0.0
        self.extra = 0.0
        self.lap = 0
        self._pace = SLOWEST
        self._sight: tuple[float, float] | None = None
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
    def skips_to(self) -> int | None:
        """Index of the next segment that is another one to the rider; ``None`` if none is left."""
        rest = range(self.index + 1, len(self.segments))
        return next((index for index in rest if not self._goes_on(index)), None)

    @property
    def goes_back_to(self) -> int:
        """Index of where this one began to the rider; of the one before for who just began it."""
        first = self._first(self.index)
        just_begun = first == self.index and self.at <= RESTART
        return self._first(first - 1) if just_begun and first > 0 else first

    def _first(self, index: int) -> int:
        while index > 0 and self._goes_on(index):
            index -= 1
        return index

    def _goes_on(self, index: int) -> bool:
        """Tell whether a segment is the road before it at another grade, which is no other name."""
        before, here = self.segments[index - 1], self.segments[index]
        roads = before.length is not None and here.length is not None
        return roads and before.label == here.label and before.posture is here.posture

    @property
    def way(self) -> float | None:
        """Metres left in a stretch of road, negative when it is over; ``None`` off a road."""
        length = self.segment.length
        return None if length is None else length + self.extra - self.gone

    @property
    def over(self) -> float:
        """Seconds since the segment was over; negative while it is not."""
        way = self.way
        if way is None:
            return -self.remaining
        return -inf if way > 0.0 else min(-way / self._pace, self.at)

    @property
    def remaining(self) -> float:
        """Seconds left in the segment; negative when it is over."""
        return self._until(0.0, 0.0)

    @property
    def hill_way(self) -> float | None:
        """Metres left to the top of a climb of a road, over all its segments."""
        return None if self.segment.hill is None else self._way_until(self._here.hill_way)

    @property
    def hill_remaining(self) -> float | None:
        """Seconds left on the hill, over all its segments; ``None`` off the hills."""
        if self.segment.hill is None:
            return None
        return self._until(self._here.hill_after, self._here.hill_way)

    @property
    def plan_way(self) -> float | None:
        """Metres left in a plan that is all road from here."""
        return self._way_until(self._here.plan_way)

    @property
    def plan_remaining(self) -> float:
        """Seconds left in the plan."""
        return self._until(self._here.plan_after, self._here.plan_way)

    @property
    def next_posture(self) -> Posture | None:
        """The posture after the next change of posture; ``None`` if there is no change left."""
        return self._ahead[self.index].posture

    @property
    def next_posture_in(self) -> float | None:
        """Seconds until that change."""
        ahead = self._here
        if ahead.posture is None:
            return None
        return self._until(ahead.posture_after, ahead.posture_way)

    @property
    def next_climb(self) -> Segment | None:
        """Where the next climb of a road begins; ``None`` if there is none left."""
        return self._here.climb

    @property
    def next_climb_in(self) -> float | None:
        """Seconds until then."""
        ahead = self._here
        return None if ahead.climb is None else self._until(ahead.climb_after, ahead.climb_way)

    @property
    def _here(self) -> _Ahead:
        return self._ahead[self.index]

    def _way_until(self, after: float) -> float | None:
        """Return the metres left to what lies `after` metres behind this segment, on a road."""
        way = self.way
        return None if way is None or after == inf else max(way, 0.0) + after

    def _until(self, after: float, way_after: float) -> float:
        """Return the seconds left to what lies so many seconds and metres behind this segment."""
        way, segment = self.way, self.segment
        if way is None or segment.length is None:
            return segment.duration + self.extra - self.at + after
        near, planned = self._near()
        if way + way_after <= near:
            return (way + way_after) / self._pace
        return way * segment.duration / segment.length + after + near / self._pace - planned

    def _near(self) -> tuple[float, float]:
        """Return the road that is in sight [m], and what the plan reckons for it [s]."""
        if self._sight is None:
            near = planned = 0.0
            left, reach = self.way, NEAR * self._pace
            for segment in self.segments[self.index :]:
                left = segment.length if left is None else left
                if segment.length is None or left is None or near >= reach:
                    break
                part = min(max(left, 0.0), reach - near)
                near += part
                planned += part * segment.duration / segment.length
                left = None
            self._sight = near, planned
        return self._sight

    def ride_on(self, way: float, speed: float) -> None:
        """Make way on a road.

        Parameters
        ----------
        way : float
            Since the call before [m].
        speed : float
            Now [m/s].
        """
        if self.segment.length is not None:
            self.gone += way
        self._pace = max(speed, SLOWEST)
        self._sight = None

    def extend(self, seconds: float) -> None:
        """Make the segment longer, a stretch of road by as much at the present speed."""
        self.extra += seconds if self.segment.length is None else seconds * self._pace
        self._sight = None

    def enter(self, index: int, at: float = 0.0) -> None:
        """Begin a lap in a segment; what was ridden beyond the end of a road counts there."""
        beyond = max(0.0, -(self.way or 0.0))
        self.index, self.at, self.extra = index, at, 0.0
        self.gone = 0.0 if self.segment.length is None else beyond
        self.lap += 1
        self._sight = None

    def swap(self) -> Segment | None:
        """Turn a standing block into its seated alternative from now on, or back.

        Which one is plain to see: the one that is being ridden; where the plan has the rider sit,
        the next one that comes. A block stays as it was swapped, also for a rider who goes back
        to it. On a road, whose grade changes under a standing rider, it is as long as they stand.

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
        end = index + 1
        while end < len(planned) and planned[end].length is not None and _stands(planned[end]):
            end += 1
        block = range(index, end if planned[index].length is not None else index + 1)
        sits = index not in self.swapped
        self.swapped = self.swapped | {*block} if sits else self.swapped - {*block}
        as_asked = tuple(self._workout.seated(i) if sits else planned[i] for i in block)
        self.segments = (*self.segments[:index], *as_asked, *self.segments[block.stop :])
        self._ahead = _look_ahead(self.segments)
        self._sight = None
        return self.segments[index]


def _stands(segment: Segment) -> bool:
    return segment.posture is Posture.STANDING


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What follows a segment, counted from its end."""

    posture: Posture | None
    posture_after: float
    """[s]; by the plan's pace, as the others."""
    posture_way: float
    """[m]; without end where it is not road all the way, as the others."""
    hill_after: float
    hill_way: float
    plan_after: float
    plan_way: float
    climb: Segment | None = None
    climb_after: float = 0.0
    climb_way: float = 0.0


def _look_ahead(segments: Sequence[Segment]) -> list[_Ahead]:
    """Return for each segment the next change of posture, and what is left of hill and plan."""
    ahead: list[_Ahead] = []
    following: Segment | None = None
    for segment in reversed(segments):
        if following is None:
            here = _Ahead(None, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        else:
            after = ahead[-1]
            way = inf if following.length is None else following.length
            change, change_after, change_way = following.posture, 0.0, 0.0
            if following.posture is segment.posture:
                change, change_after = after.posture, after.posture_after + following.duration
                change_way = after.posture_way + way
            same_hill = segment.kind is following.kind is SegmentKind.HILL and (
                following.hill == segment.hill
            )
            climb, climb_after, climb_way = after.climb, after.climb_after, after.climb_way
            if following.length is not None and following.hill not in (None, segment.hill):
                climb, climb_after, climb_way = following, 0.0, 0.0
            else:
                climb_after, climb_way = climb_after + following.duration, climb_way + way
            here = _Ahead(
                change,
                change_after,
                change_way,
                after.hill_after + following.duration if same_hill else 0.0,
                after.hill_way + way if same_hill else 0.0,
                after.plan_after + following.duration,
                after.plan_way + way,
                climb,
                climb_after,
                climb_way,
            )
        ahead.append(here)
        following = segment
    return ahead[::-1]
