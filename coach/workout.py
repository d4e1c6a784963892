"""A workout, compiled for one rider: segments that cover its time once, without gaps.

A segment is one stretch with one posture, so a hill that is climbed half seated and half standing
is two segments with the same hill number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile

from coach.messages import Mode, Posture

ROLLS_DOWN = -0.01
"""A bike rolls by itself on what goes down so much, and no trainer makes more of it felt."""
SEATED_CLIMB = (70.0, 85.0)
"""Cadence of a seated climb where the plan has no other [rpm]."""
STEEP_RAMP = 0.5
"""A target that moves faster is on its way to another zone [W/s]; a warm-up rises more slowly."""


class SegmentKind(StrEnum):
    """What a segment is for."""

    WARM_UP = "warm_up"
    HILL = "hill"
    DOWNHILL = "downhill"
    MODERATE = "moderate"
    COOL_DOWN = "cool_down"
    INTERVAL = "interval"
    RECOVERY = "recovery"
    TEST = "test"
    """To the rider's limit: a ramp where it is asked in power, else at the rider's own pace."""
    STEADY = "steady"
    """Any stretch of a workout that somebody else made."""
    ROAD = "road"
    """A stretch of a road that is no climb."""
    FREE = "free"
    """Nothing is asked: a recorded ride without a plan, or a free stretch in one."""


def power_tolerance(target: float) -> float:
    """Return how far from the target power still counts as on it [W]; on screen and afterwards."""
    return max(0.05 * target, 8.0)


@dataclass(frozen=True, slots=True)
class TextCue:
    """Words that a workout file wants said."""

    at: float
    """[s] into the stretch."""
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of the plan, with its load in all three modes."""

    index: int
    kind: SegmentKind
    start: float
    """[s] from the start of the workout."""
    duration: float
    """[s]."""
    posture: Posture | None
    mode: Mode
    """How the load is asked of the trainer unless the rider chose another way."""
    hill: int | None = None
    target_power_start: float | None = None
    """[W]; linear from start to end."""
    target_power_end: float | None = None
    grade: float | None = None
    """Road grade as a fraction."""
    speed: float | None = None
    """Speed at which `grade` costs the target power [m/s]."""
    basic_resistance: float | None = None
    """Fraction of the trainer's maximum."""
    cadence_low: float | None = None
    cadence_high: float | None = None
    effort: str = ""
    """Effort in words, with the CR10 number."""
    label: str = ""
    """What a rider calls it: ``Warm-up``, ``Hill 3``."""
    length: float | None = None
    """Of a stretch of road that ends where it ends and not when [m]; `duration` is an estimate
    then. ``None`` for a stretch by time."""
    cues: tuple[TextCue, ...] = ()
    """What the file of the workout wants said, in order."""
    endless: bool = False
    """It goes on until the rider ends it; `duration` is when it ends by itself."""

    @property
    def end(self) -> float:
        """[s] from the start of the workout."""
        return self.start + self.duration

    @property
    def ramp(self) -> bool:
        """Whether it is a step of a ramp, which goes on until the rider cannot."""
        return self.kind is SegmentKind.TEST and self.mode is Mode.POWER

    @property
    def rolls(self) -> bool:
        """Whether it is a road on which a bike rolls down by itself."""
        return self.length is not None and (self.grade or 0.0) <= ROLLS_DOWN

    def target_power(self, seconds: float) -> float | None:
        """Target power `seconds` into the segment [W]; held beyond its ends."""
        first, last = self.target_power_start, self.target_power_end
        if first is None or last is None:
            return None
        if self.duration <= 0:
            return last
        share = min(1.0, max(0.0, seconds / self.duration))
        return first + (last - first) * share


@dataclass(frozen=True, slots=True)
class Raised:
    """How far a workout is raised above its file: what weeks of training add, one at a time."""

    power: float = 0.0
    """Added to every hill's share of threshold power; 0.02 is two percent of FTP."""
    length: float = 0.0
    """Added to every hill [s]."""
    standing: float = 0.0
    """How much earlier the rider stands up on hills that begin seated [s]."""


AS_IN_FILE = Raised()


@dataclass(frozen=True, slots=True)
class GradeScale:
    """How much of a road's grade is felt; the road itself stays what it is."""

    climbs: float = 1.0
    """Share, 0 to 1."""
    descents: float = 1.0

    def felt(self, grade: float) -> float:
        """Return the grade to be felt for one of the road, both as fractions."""
        return grade * (self.climbs if grade > 0.0 else self.descents)


AS_THE_ROAD = GradeScale()


@dataclass(frozen=True, slots=True)
class Workout:
    """A plan for one rider.

    Raises
    ------
    ValueError
        If the segments leave a gap, overlap, or are numbered out of order.
    """

    name: str
    title: str
    segments: tuple[Segment, ...]
    raised: Raised = AS_IN_FILE
    """What the rider asked for above the file's plan; the segments have what held of it."""
    scale: GradeScale = AS_THE_ROAD
    altitude: float = 0.0
    """Where a road begins [m]."""

    def __post_init__(self) -> None:
        """Check that the segments cover the time once."""
        at = 0.0
        for index, segment in enumerate(self.segments):
            if segment.index != index or abs(segment.start - at) > 1e-6 or segment.duration <= 0:
                raise ValueError(f"segment {index} of {self.name} does not follow the one before")
            at = segment.end

    @property
    def duration(self) -> float:
        """Length of the whole plan [s]."""
        return self.segments[-1].end if self.segments else 0.0

    @property
    def by_distance(self) -> bool:
        """Whether any of it is a road, which ends where it ends and not when."""
        return any(segment.length is not None for segment in self.segments)

    @property
    def warm_up(self) -> float:
        """Time of its warm-up [s]; what others call so after their first block is none."""
        before = takewhile(lambda s: s.kind is not SegmentKind.STEADY, self.segments)
        return sum(s.duration for s in before if s.kind is SegmentKind.WARM_UP)

    def seated(self, index: int) -> Segment:
        """Return the seated alternative of a standing segment: the same load, legs a bit faster.

        Its cadence is that of the seated stretch of the same hill, where there is one.
        """
        segment = self.segments[index]
        beside = (
            (each.cadence_low, each.cadence_high)
            for each in self.segments
            if each.hill == segment.hill
            and each.kind is segment.kind
            and each.posture is Posture.SEATED
            and segment.hill is not None
        )
        low, high = next(beside, SEATED_CLIMB)
        return replace(segment, posture=Posture.SEATED, cadence_low=low, cadence_high=high)

    @property
    def hills(self) -> int:
        """How many hills the plan has."""
        return len({s.hill for s in self.segments if s.hill is not None})
