"""What a workout or a road asks of a rider, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Literal

from coach.live.ink import clean
from coach.messages import Posture
from coach.physics import rise
from coach.units import clock_text, way_text
from coach.workout import SegmentKind

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from coach.course import Course
    from coach.rider import Rider
    from coach.workout import Segment, Workout

WIDTH = 100
"""Of the table where there is no terminal to ask [characters]."""

Columns = tuple[tuple[str, Literal["left", "right"]], ...]

_COLUMNS: Columns = (
    ("Start", "right"),
    ("Segment", "left"),
    ("Length", "right"),
    ("Posture", "left"),
    ("Power\nW", "right"),
    ("Grade\n%", "right"),
    ("Res.\n%", "right"),
    ("Cad.\nrpm", "right"),
    ("Effort\nCR10", "left"),
)
"""Narrow enough for a terminal of 80 characters."""
_WORD_COLUMNS: Columns = (("At", "right"), ("Words", "left"))

_LEG_COLUMNS: Columns = (
    ("km", "right"),
    ("", "left"),
    ("Length", "right"),
    ("Up\nm", "right"),
    ("Down\nm", "right"),
    ("Steepest\n%", "right"),
    ("Stand", "right"),
)
_ROAD_COLUMNS: Columns = (
    ("km", "right"),
    ("Segment", "left"),
    ("Length\nm", "right"),
    ("Grade\n%", "right"),
    ("Posture", "left"),
)
MOST_ROWS = 40
"""Of a road's segments in a table; more are only counted. A convention, some two screens."""


def to_json(workout: Workout) -> dict[str, object]:
    """Return a workout as plain data, keys with their units, absent as ``None``."""
    return {
        "name": workout.name,
        "total_s": workout.duration,
        "segments": [_segment_json(segment) for segment in workout.segments],
    }


def _segment_json(segment: Segment) -> dict[str, object]:
    return {
        "index": segment.index,
        "kind": segment.kind.value,
        "hill": segment.hill,
        "start_s": segment.start,
        "duration_s": segment.duration,
        "posture": segment.posture.value if segment.posture else None,
        "target_power_start_w": _rounded(segment.target_power_start),
        "target_power_end_w": _rounded(segment.target_power_end),
        "grade_pct": _percent(segment.grade),
        "basic_resistance_pct": _percent(segment.basic_resistance),
        "cadence_low_rpm": segment.cadence_low,
        "cadence_high_rpm": segment.cadence_high,
        "effort": segment.effort,
        **_of_others(segment),
    }


def _of_others(segment: Segment) -> dict[str, object]:
    """Return what only workouts that others made have: names and words of their own."""
    found: dict[str, object] = {}
    if segment.kind in (SegmentKind.STEADY, SegmentKind.FREE):
        found["label"] = segment.label
    if segment.cues:
        found["cues"] = [{"at_s": cue.at, "text": cue.text} for cue in segment.cues]
    return found


def road_to_json(course: Course) -> dict[str, object]:
    """Return a road as plain data, keys with their units, absent as ``None``."""
    starts = _along(course.workout)
    return {
        "name": course.workout.name,
        "distance_m": _rounded(course.road.length),
        "ascent_m": _rounded(course.road.ascent),
        "segments": [
            {
                "index": segment.index,
                "kind": segment.kind.value,
                "hill": segment.hill,
                "start_m": _rounded(start),
                "length_m": _rounded(segment.length),
                "grade_pct": _percent(segment.grade),
                "posture": segment.posture.value if segment.posture else None,
                "label": segment.label,
            }
            for start, segment in zip(starts, course.workout.segments, strict=True)
        ],
    }


def _along(workout: Workout) -> list[float]:
    """Return where each segment begins [m]."""
    lengths = [segment.length or 0.0 for segment in workout.segments]
    return list(accumulate(lengths[:-1], initial=0.0))


def _rounded(value: float | None) -> float | None:
    """Four decimals: less than any trainer can tell, and none of the dust of binary fractions."""
    return None if value is None else round(value, 4)


def _percent(value: float | None) -> float | None:
    return None if value is None else _rounded(100 * value)


def print_workout(workout: Workout, rider: Rider) -> None:
    """Print a workout as a table, then what its file wants said."""
    guess = ", estimated" if rider.threshold_estimated else ""
    _print(
        f"{clean(workout.title)}, {clock_text(workout.duration)}{_climbs(workout)}",
        f"for {rider.name}, {rider.mass:g} kg, FTP {rider.threshold_power:.0f} W{guess}",
        _COLUMNS,
        [_row(segment) for segment in workout.segments],
    )
    words = [
        (clock_text(segment.start + cue.at), clean(cue.text))
        for segment in workout.segments
        for cue in segment.cues
    ]
    if words:
        _console().print(_table(_WORD_COLUMNS, words))


def print_road(course: Course) -> None:
    """Print a road: its climbs and the roads between, then its segments where they are few."""
    workout, road = course.workout, course.road
    estimated = clock_text(workout.duration)
    placed = list(zip(_along(workout), workout.segments, strict=True))
    legs = [_leg(list(leg)) for _, leg in groupby(placed, lambda each: each[1].hill)]
    _print(
        f"{clean(workout.title)}, {road.length / 1000:.1f} km, {road.ascent:.0f} m up",
        f"{_climbs_of(course)}; some {estimated} at the pace of this rider",
        _LEG_COLUMNS,
        legs,
    )
    if len(placed) == len(legs):
        return
    console = _console()
    console.print()
    if len(placed) > MOST_ROWS:
        console.print(f"{len(placed)} segments of one grade each; --json prints them")
        return
    rows = []
    before = ""
    for start, segment in placed:
        label = clean(segment.label)
        rows.append(
            (
                f"{start / 1000:.2f}",
                "" if label == before else label,
                f"{segment.length or 0.0:.0f}",
                "" if segment.grade is None else f"{100 * segment.grade:z.1f}",
                segment.posture.value if segment.posture else "",
            )
        )
        before = label
    console.print(_table(_ROAD_COLUMNS, rows))


def _leg(placed: Sequence[tuple[float, Segment]]) -> tuple[str, ...]:
    """Return the row of a climb, or of the road between two."""
    start, first = placed[0]
    grades = [segment.grade or 0.0 for _, segment in placed]
    lengths = [segment.length or 0.0 for _, segment in placed]
    rises = [length * rise(grade) for length, grade in zip(lengths, grades, strict=True)]
    standing = sum(s.length or 0.0 for _, s in placed if s.posture is Posture.STANDING)
    return (
        f"{start / 1000:.1f}",
        clean(first.label),
        way_text(sum(lengths)),
        f"{sum(max(gain, 0.0) for gain in rises):.0f}",
        f"{sum(max(-gain, 0.0) for gain in rises):.0f}",
        f"{100 * max(grades, key=abs):z.1f}",
        way_text(standing) if standing else "",
    )


def _climbs_of(course: Course) -> str:
    count = len(course.climbs)
    return f"{count or 'no'} climb{'s' * (count != 1)}"


def _print(title: str, about: str, columns: Columns, rows: Iterable[tuple[str, ...]]) -> None:
    console = _console()
    console.print(title, style="bold")
    console.print(about)
    console.print(_table(columns, rows))


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = WIDTH
    return console


def _table(columns: Columns, rows: Iterable[tuple[str, ...]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading, justify in columns:
        table.add_column(heading, justify=justify)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _climbs(workout: Workout) -> str:
    """Say how fast the hills are ridden, and the intervals, where all are at one speed."""
    text = ""
    for kind in (SegmentKind.HILL, SegmentKind.INTERVAL):
        speeds = {s.speed for s in workout.segments if s.kind is kind and s.speed}
        if len(speeds) == 1:
            text += f", {kind}s at {3.6 * speeds.pop():.1f} km/h"
    return text


def _row(segment: Segment) -> tuple[str, ...]:
    grade, resistance = segment.grade, segment.basic_resistance
    return (
        clock_text(segment.start),
        clean(segment.label),
        clock_text(segment.duration),
        segment.posture.value if segment.posture else "",
        _span(segment.target_power_start, segment.target_power_end),
        "" if grade is None else f"{100 * grade:.1f}",
        "" if resistance is None else f"{100 * resistance:g}",
        _span(segment.cadence_low, segment.cadence_high),
        clean(segment.effort).replace(", CR10", ""),
    )


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{low:.0f}" if low == high else f"{low:.0f}-{high:.0f}"
