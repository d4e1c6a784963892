"""From the profile of a road to a workout by distance: climbs, postures, an idea of the time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt

import numpy as np

from coach.analysis.climbs import climbs
from coach.course.pieces import SHORTEST, cut
from coach.course.postures import Change, along_the_road, track
from coach.course.road import Road
from coach.course.survey import survey
from coach.messages import Mode, Posture
from coach.physics import rise, speed_for
from coach.ride import Ride
from coach.rider import Rider
from coach.units import way_text
from coach.workout import Segment, SegmentKind, Workout

CLIMBING, ROLLING = 0.80, 0.65
"""Shares of threshold power at which a road's time is estimated: those of the first hill and of the
moderate block of the shipped six hills. A convention; nobody is asked to ride so."""
DOWNHILL_SPEED = 50 / 3.6
"""No faster is a descent estimated [m/s]. A convention."""
_OF_A_DEVICE = {
    "activity", "bike", "biking", "course", "cycle", "cycling", "gravel", "indoor", "mountain",
    "mtb", "outdoor", "ride", "road", "route", "trainer", "turbo", "unnamed", "untitled", "virtual",
}  # fmt: skip
"""Of such words devices and programs make names, and no rider does (in practice: "Bike Indoor",
"ROAD", and "Route", which is "road" in French)."""
SAME_PLACE = SHORTEST / 2
"""A posture that changes so near a change of grade changes there [m]."""


@dataclass(frozen=True, slots=True)
class Climb:
    """A climb of a course."""

    number: int
    """From 1."""
    start: float
    """Of its foot along the course [m]."""
    end: float
    ascent: float
    """From foot to top [m]."""

    @property
    def length(self) -> float:
        """[m]."""
        return self.end - self.start

    @property
    def grade(self) -> float:
        """Mean grade, as a fraction."""
        return self.ascent / sqrt(self.length**2 - self.ascent**2)

    @property
    def label(self) -> str:
        """``Climb 2: 1.3 km at 6.5 %``."""
        return f"Climb {self.number}: {way_text(self.length)} at {100 * self.grade:.1f} %"


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A road to be ridden."""

    workout: Workout
    """By distance: each segment one grade and one posture; those of a climb share a hill number."""
    road: Road
    """What the segments make of it."""
    climbs: tuple[Climb, ...]
    notes: tuple[str, ...] = ()
    """What was mended or rebuilt, and where its postures come from, in words for the rider."""


def course(ride: Ride, rider: Rider, name: str = "") -> Course:
    """Make a course of the road of a ride or a route.

    Parameters
    ----------
    ride : Ride
        As a reader made it; without times it is a route.
    rider : Rider
        At whose pace the time is estimated.
    name : str
        Of the workout, such as the stem of the file; its title too, where the ride has none that
        says more than its sport.

    Returns
    -------
    Course
        The segments follow one another over the whole length of the road.

    Raises
    ------
    RideFileError
        If there is no road in it; the sentence does not name the file.
    """
    found = survey(ride, rider)
    profile, turns = found.profile, found.turns
    reach = SHORTEST / float(profile.distance[1])
    spans = [
        (_snapped(foot, turns, reach), _snapped(top, turns, reach))
        for foot, top in climbs(profile.altitude, profile.distance, window=1)
    ]
    knots = cut(profile, sorted({*turns, *(end for span in spans for end in span)}))
    road = Road(profile.distance[knots], profile.altitude[knots])
    named = [
        Climb(
            number,
            float(profile.distance[foot]),
            float(profile.distance[top]),
            float(profile.altitude[top] - profile.altitude[foot]),
        )
        for number, (foot, top) in enumerate(spans, start=1)
    ]
    changes = along_the_road(track(ride), found.time, found.along)
    notes = list(found.notes)
    stands = sum(posture is Posture.STANDING for _, posture in changes)
    if changes and ride.position_source is not None:
        notes.append(
            f"sit and stand as in that ride ({ride.position_source}): stands {stands}"
            f" time{'s' * (stands != 1)}"
        )
    segments = _segments(road, named, _placed(changes, road), rider)
    title = title_of(ride) or name or "Road"
    return laid(name or "road", title, segments, float(road.altitude[0]), tuple(notes))


def title_of(ride: Ride) -> str:
    """Return what a ride is called; nothing where that is only its sport or its device's word."""
    return "" if set(ride.name.casefold().split()) <= _OF_A_DEVICE else ride.name


def laid(
    name: str, title: str, segments: Iterable[Segment], altitude: float, notes: tuple[str, ...]
) -> Course:
    """Lay segments one behind the other; neighbours that differ in nothing become one.

    Parameters
    ----------
    name, title : str
    segments : iterable of Segment
        By distance; their indices and starts are made anew.
    altitude : float
        At the start [m].
    notes : tuple of str
    """
    row: list[Segment] = []
    for segment in segments:
        length, duration = segment.length or 0.0, segment.duration
        if row and row[-1] == replace(
            segment, index=row[-1].index, start=row[-1].start,
            length=row[-1].length, duration=row[-1].duration,
        ):  # fmt: skip
            before = row.pop()
            length, duration = length + (before.length or 0.0), duration + before.duration
        start = row[-1].end if row else 0.0
        row.append(replace(segment, index=len(row), start=start, length=length, duration=duration))
    lengths = np.array([segment.length or 0.0 for segment in row])
    grades = np.array([segment.grade or 0.0 for segment in row])
    rises = lengths * rise(grades)
    road = Road(
        np.concatenate(([0.0], np.cumsum(lengths))),
        altitude + np.concatenate(([0.0], np.cumsum(rises))),
    )
    workout = Workout(name, title, tuple(row), altitude=altitude)
    return Course(workout, road, tuple(_climbs(row, road)), notes)


def pace(length: float, grade: float, rider: Rider) -> float:
    """Estimate the time for a stretch of road [s], without run-up: a plan needs a time."""
    share = CLIMBING if grade > 0.02 else ROLLING
    speed = speed_for(share * rider.threshold_power, grade, rider.total_mass)
    return length / min(speed, DOWNHILL_SPEED)


def _climbs(segments: Sequence[Segment], road: Road) -> Iterable[Climb]:
    """Yield the climbs of a row of segments."""
    hills = [segment.hill for segment in segments]
    for number in dict.fromkeys(hill for hill in hills if hill is not None):
        first = hills.index(number)
        end = first + hills[first:].count(number)
        foot, top = road.distance[[first, end]].tolist()
        yield Climb(number, foot, top, float(road.altitude[end] - road.altitude[first]))


def _snapped(index: int, corners: Sequence[int], reach: float) -> int:
    """Return the corner nearest to an index, if it is within reach, else the index."""
    nearest = min(corners, key=lambda corner: abs(corner - index))
    return nearest if abs(nearest - index) <= reach else index


def _placed(changes: Sequence[Change], road: Road) -> list[Change]:
    """Move changes of posture to where the grade changes, if that is near."""
    placed: list[Change] = []
    for where, posture in changes:
        nearest = float(road.distance[np.argmin(np.abs(road.distance - where))])
        placed.append((nearest if abs(nearest - where) <= SAME_PLACE else where, posture))
    return placed


def _segments(
    road: Road, named: Sequence[Climb], changes: Sequence[Change], rider: Rider
) -> Iterable[Segment]:
    """Yield one segment for each stretch with one grade and one posture."""
    places = [where for where, _ in changes]
    ends = np.union1d(road.distance, [where for where in places if 0.0 < where < road.length])
    grades = road.grades.tolist()
    knots, feet = road.distance.tolist(), [climb.start for climb in named]
    for start, end in pairwise(ends.tolist()):
        grade = grades[bisect_right(knots, start) - 1]
        before = bisect_right(places, start) - 1
        climb = named[at] if (at := bisect_right(feet, start) - 1) >= 0 else None
        if climb is not None and start >= climb.end:
            climb = None
        yield Segment(
            index=0,
            kind=SegmentKind.ROAD if climb is None else SegmentKind.HILL,
            start=0.0,
            duration=pace(end - start, grade, rider),
            posture=changes[before][1] if before >= 0 else None,
            mode=Mode.GRADE,
            hill=None if climb is None else climb.number,
            grade=grade,
            label="Road" if climb is None else climb.label,
            length=end - start,
        )
