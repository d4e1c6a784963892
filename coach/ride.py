"""A recorded ride: columns of numbers, and what happened between them.

Every reader (journal, FIT, GPX, TCX) makes one of these, every reader of rides (summary, chart,
replay, FIT writer) takes one. Columns are what the device wrote, before any repair; repairing is
the business of `coach.analysis`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from coach.messages import Mode, PostureSource, RiderPosition
from coach.workout import Segment, SegmentKind, Workout

Column = npt.NDArray[np.float64]

COLUMNS = (
    "power",
    "cadence",
    "heart_rate",
    "speed",
    "distance",
    "altitude",
    "grade",
    "target_power",
)
"""The measured columns of a `Ride`, all with shape (n_samples,)."""

PEDALLED = ("cycling", "fitness_equipment", "training", "generic")
"""Sports in which a cadence may be that of cranks."""


@dataclass(frozen=True, slots=True)
class PositionChange:
    """The rider's position from here on."""

    time: float
    position: RiderPosition


@dataclass(frozen=True, slots=True)
class TimerChange:
    """The ride's timer started or stopped here."""

    time: float
    running: bool


@dataclass(frozen=True, slots=True)
class Lap:
    """A recorded piece of the ride."""

    start: float
    """Seconds since the ride's start."""
    elapsed_time: float
    timer_time: float
    segment: int | None = None
    """Index of the planned segment it belongs to; ``None`` without a plan."""


def _nothing() -> Column:
    return np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class RrIntervals:
    """The times between heart beats, in the order in which they were beaten.

    Attributes
    ----------
    time : ndarray, shape (n_intervals,)
        When each was told, at its end [s] since the ride's start; never decreasing. It is late by
        up to a second and more where the radio or the file knows no better: whoever needs the
        rhythm itself adds up the intervals.
    interval : ndarray, shape (n_intervals,)
        [s].
    """

    time: Column = field(default_factory=_nothing)
    interval: Column = field(default_factory=_nothing)

    def __len__(self) -> int:
        """Return the number of intervals."""
        return int(self.time.size)


@dataclass(slots=True)
class Ride:
    """One ride, in SI units, with NaN where nothing was recorded.

    Attributes
    ----------
    time : ndarray, shape (n_samples,)
        Seconds since `start`; not decreasing in a sound ride, but a reader repairs nothing.
    power, cadence, heart_rate, speed, distance, altitude, grade, target_power : ndarray
        Shape (n_samples,): [W], [rpm], [bpm], [m/s], [m], [m], fraction, [W].
    prescribed_standing : ndarray, shape (n_samples,)
        1 standing, 0 seated, NaN where nothing was asked.
    felt_grade : ndarray, shape (n_samples,)
        What the trainer was asked to let feel, as a fraction; `grade` is the road's.
    positions : list of PositionChange
        As recorded, transitions included; `position_source` says by whom.
    """

    time: Column
    power: Column
    cadence: Column
    heart_rate: Column
    speed: Column
    distance: Column
    altitude: Column
    grade: Column
    target_power: Column
    prescribed_standing: Column
    felt_grade: Column
    start: datetime | None = None
    """Wall clock of time 0, with time zone UTC."""
    name: str = ""
    sport: str = "cycling"
    indoor: bool = False
    simulated: bool = False
    """Known to be ridden by a simulated rider; a file exported from such a ride does not say."""
    virtual_altitude: bool = False
    """The altitude comes from a model, not from a barometer."""
    elapsed_time: float | None = None
    """The device's own total [s]; ``None`` where the file does not say."""
    timer_time: float | None = None
    time_standing: float | None = None
    """The device's own session total [s]."""
    stand_count: int | None = None
    ascent: float | None = None
    """The device's own total [m]."""
    timer: list[TimerChange] = field(default_factory=list)
    positions: list[PositionChange] = field(default_factory=list)
    position_source: PostureSource | None = None
    declared: list[PositionChange] = field(default_factory=list)
    """What the rider told by key, in a ride of ours; also where pedals measured the positions."""
    rr_intervals: RrIntervals = field(default_factory=RrIntervals)
    """As the strap told them; beats that were lost are no part of them."""
    laps: list[Lap] = field(default_factory=list)
    workout: Workout | None = None
    """The plan that was ridden, where there was one."""
    threshold_power: float | None = None
    """FTP in force on the day [W]."""
    rider_mass: float | None = None
    cr10: float | None = None
    """How hard the hardest part was, by the rider's own word on Borg's scale of 0 to 10."""
    warnings: list[str] = field(default_factory=list)
    """What could not be read, in words for the rider; not empty means read in part."""

    def __len__(self) -> int:
        """Return the number of samples."""
        return int(self.time.size)

    @property
    def by_distance(self) -> bool:
        """Whether it followed a road: its plan has stretches that end at a place."""
        return self.workout is not None and self.workout.by_distance

    @property
    def hill_name(self) -> str:
        """What its hills are called: those of a road are climbs."""
        return "Climb" if self.by_distance else "Hill"

    @classmethod
    def from_columns(cls, time: Column, **columns: Column) -> Ride:
        """Make a ride; every column that is not given is NaN.

        Raises
        ------
        ValueError
            If a column's length differs from that of `time`.
        """
        absent = np.full(time.shape, np.nan)
        ride = cls(
            time,
            power=columns.pop("power", absent),
            cadence=columns.pop("cadence", absent),
            heart_rate=columns.pop("heart_rate", absent),
            speed=columns.pop("speed", absent),
            distance=columns.pop("distance", absent),
            altitude=columns.pop("altitude", absent),
            grade=columns.pop("grade", absent),
            target_power=columns.pop("target_power", absent),
            prescribed_standing=columns.pop("prescribed_standing", absent),
            felt_grade=columns.pop("felt_grade", absent),
        )
        if columns:
            raise ValueError(f"a ride has no column named {', '.join(columns)}")
        for name in (*COLUMNS, "prescribed_standing", "felt_grade"):
            shape = getattr(ride, name).shape
            if shape != time.shape:
                raise ValueError(f"{name} has shape {shape}, time has {time.shape}")
        return ride


def as_ridden(ride: Ride) -> Workout:
    """Return the plan as it was ridden: one segment a lap, each as long as its timer ran.

    A stretch of road is then one by time too. A lap that belongs to a planned segment keeps its
    posture and targets; any other is free. Segments skipped or repeated on the road are so in this
    plan too.
    """
    planned = ride.workout.segments if ride.workout is not None else ()
    timer_time = ride.timer_time or (float(ride.time[-1]) if len(ride) else 0.0)
    laps = [lap for lap in ride.laps if lap.timer_time > 0]
    laps = laps or [Lap(0.0, timer_time, max(timer_time, 1.0))]
    segments: list[Segment] = []
    at = 0.0
    for index, lap in enumerate(laps):
        if lap.segment is not None and lap.segment < len(planned):
            base = planned[lap.segment]
        else:
            label = f"Lap {index + 1}" if len(laps) > 1 else ride.name
            base = Segment(0, SegmentKind.FREE, 0.0, 1.0, None, Mode.GRADE, label=label)
        by_time = replace(base, index=index, start=at, duration=lap.timer_time, length=None)
        segments.append(by_time)
        at += lap.timer_time
    return Workout(ride.name, ride.name, tuple(segments))


def lengthened(plan: Workout, seconds: float) -> Workout:
    """Return a plan that lasts at least so long: what is left over asks for nothing."""
    left = seconds - plan.duration
    if left < 1.0:
        return plan
    rest = Segment(
        len(plan.segments), SegmentKind.FREE, plan.duration, left, None, Mode.GRADE, label="After"
    )
    return replace(plan, segments=(*plan.segments, rest))
