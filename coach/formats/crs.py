"""Read a .crs file: a road as its legs, each with a length, a grade and a wind.

Rows are legs, one behind the other, with lengths in miles (``UNITS = ENGLISH``) or kilometres
(``UNITS = METRIC``) and grades in percent. In practice some programs write how far the road has
come instead; such a file begins at 0 and never goes back.

Sources: GoldenCheetah, issues 1835 and 3288, pull request 17 (legs, and the unit of their length);
`coach.formats.course_text` for the text.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from coach.analysis.climbs import STEEPEST_ROAD
from coach.errors import RideFileError
from coach.formats.course_text import CourseText, Row, parse_number
from coach.formats.xml import MAX_BYTES, read_bounded
from coach.physics import rise
from coach.ride import Column, Ride

MILE = 1609.344
"""International mile [m]."""
LONGEST_ROAD = 2_000_000.0
"""What goes on for longer is damage [m]; a convention."""
STEEPEST = 1.0
"""What is steeper is damage, as a fraction; a convention."""

_UNIT = {"ENGLISH": MILE, "METRIC": 1000.0}


class _Leg(NamedTuple):
    row: Row
    length: float
    """As the file has it."""
    grade: float
    """As a fraction."""


def load(path: str | Path) -> Ride:
    """Read a .crs file; see `decode`."""
    return decode(read_bounded(path))


def decode(data: bytes) -> Ride:
    """Read a course by distance and grade.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    Ride
        A sample where each leg begins and where the last one ends, with `distance` and, counted
        from 0 at the start, `altitude`; no times. Not empty `warnings` mean that the file was read
        in part.

    Raises
    ------
    RideFileError
        If there is no leg to be read.
    """
    if len(data) > MAX_BYTES:
        raise RideFileError(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB")
    course = CourseText(data)
    if course.columns is not None and course.columns.text.startswith("MINUTES"):
        raise RideFileError(
            f"line {course.columns.line}: {course.columns.text} is a workout by time and no road;"
            " name the file .erg or .mrc"
        )
    unit = _unit(course)
    legs = _legs(course)
    if not legs:
        raise RideFileError(
            f"line {course.end.line}: no leg of a road was found to here, expected rows of"
            " distance, grade and wind in [COURSE DATA]"
        )
    # Whatever is too long stays so, and adds up to a number.
    lengths = np.minimum(_lengths(course, legs), LONGEST_ROAD) * unit
    grades = np.array([leg.grade for leg in legs])
    ends = np.cumsum(lengths)
    # Every leg after one that is too long is too long itself, and a leg of no length is no leg.
    kept = (lengths > 0) & (ends <= LONGEST_ROAD)
    if (ends > LONGEST_ROAD).any():
        first = legs[int(np.argmax(ends > LONGEST_ROAD))].row
        course.warnings.tell(first, f"is over {LONGEST_ROAD / 1000:.0f} km; the road ends before")
    if not kept.any():
        raise RideFileError(f"line {legs[0].row.line}: no leg of the road has a length to ride")
    ride = Ride.from_columns(
        np.full(int(kept.sum()) + 1, np.nan),
        distance=np.concatenate(([0.0], np.cumsum(lengths[kept]))),
        altitude=np.concatenate(([0.0], np.cumsum((lengths * rise(grades))[kept]))),
    )
    ride.name = course.value("DESCRIPTION")
    ride.virtual_altitude = True
    ride.warnings = course.warnings.sentences()
    return ride


def _unit(course: CourseText) -> float:
    """Return the metres of one unit of length."""
    said = course.header.get("UNITS")
    if said is None:
        row = Row(course.end.line, "[COURSE HEADER]")
        course.warnings.tell(row, "names no UNITS; lengths were taken as kilometres")
        return _UNIT["METRIC"]
    unit = _UNIT.get(said.text.upper())
    if unit is None:
        row = Row(said.line, f"UNITS = {said.text}")
        course.warnings.tell(row, "names no unit that is known; lengths were taken as kilometres")
        return _UNIT["METRIC"]
    return unit


def _legs(course: CourseText) -> list[_Leg]:
    """Return what reads as legs, and tell of the rest."""
    legs: list[_Leg] = []
    for row in course.rows:
        columns = row.fields(3)
        if columns[0].upper().strip("[]") == "LAP" or columns[1:2] == ["LAP"]:
            continue
        columns += [""] * (3 - len(columns))
        length, grade, wind = (parse_number(each.removesuffix("%")) for each in columns[:3])
        if length is None or grade is None or length < 0 or abs(grade) > 100 * STEEPEST:
            course.warnings.tell(row, "is no leg with a length and a grade; left out")
            continue
        if abs(grade) > 100 * STEEPEST_ROAD:
            steepest = 100 * STEEPEST_ROAD
            course.warnings.tell(row, f"is steeper than any road; taken as {steepest:.0f} %")
            grade = min(max(grade, -steepest), steepest)
        if wind:
            course.warnings.tell(row, "has wind, and there is none here")
        legs.append(_Leg(row, length, grade / 100))
    for row in course.texts[:1]:
        course.warnings.tell(row, "and all of [COURSE TEXT] was left out: a road has no words here")
    return legs


def _lengths(course: CourseText, legs: list[_Leg]) -> Column:
    """Return the length of each leg in the unit of the file."""
    column = np.array([leg.length for leg in legs])
    steps = np.diff(column)
    if len(legs) < 3 or column[0] != 0 or (steps < 0).any():
        return column
    course.warnings.tell(
        legs[0].row, "begins a course that never goes back: read as distances from the start"
    )
    # Each row's grade holds up to the next; the last one ends the road.
    return np.append(steps, 0.0)
