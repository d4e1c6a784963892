"""The ride as a strip: height is effort, the raised line is standing, the bar is now.

Below stand the numbers of the hills. On a road the strip goes by distance, and height is height.
Without a plan there is only how much of the ride is done.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from coach import physics
from coach.live.ink import Ink, Line, merged
from coach.live.plan import axis_of, road_heights
from coach.messages import Posture, Snapshot
from coach.workout import Segment, SegmentKind, Workout

_BLOCKS = " ▁▂▃▄▅▆▇█"
_NOW = ("┃", Ink.STRONG)
_MARKS = {Posture.STANDING: "▄", Posture.SEATED: "▁", None: " "}

Columns = tuple[tuple[Segment, float], ...]
"""For each column of the strip its segment, and how high it is as a share of the highest."""

_LEAST_RISE = 30.0
"""A road is not drawn finer than this from low to high, or a flat one would have hills [m]."""


def strip(snapshot: Snapshot, workout: Workout | None, width: int, rows: int) -> list[Line]:
    """Draw the plan with the moment in it.

    Parameters
    ----------
    snapshot : Snapshot
    workout : Workout or None
    width : int
        Cells, at least 1.
    rows : int
        Rows for the profile; two more follow, for postures and for the hills' numbers. Where no
        posture is asked for, the profile has that row too.

    Returns
    -------
    list of Line
        ``rows + 2`` lines; one line without a plan, an empty one where it has no end.
    """
    if snapshot.endless:
        return [[]]
    if workout is None or not workout.segments:
        return [_progress(snapshot, width)]
    columns = _columns(workout, width)
    now = _now(snapshot, workout, width)
    if snapshot.swapped:
        columns = _swapped(columns, snapshot.swapped)
    numbers = _numbers(workout, snapshot, width)
    if all(segment.posture is None for segment in workout.segments):
        rows += 1
        return [*(_profile(columns, row, rows, now) for row in range(rows)), numbers]
    lines = [_profile(columns, row, rows, now) for row in range(rows)]
    return [*lines, _postures(columns, now), numbers]


def _progress(snapshot: Snapshot, width: int) -> Line:
    total = snapshot.timer_time + snapshot.remaining
    done = round(width * snapshot.timer_time / total) if total > 0 else 0
    done = min(width, max(0, done))
    return [("█" * done, Ink.STRONG), ("▁" * (width - done), Ink.LABEL)]


@lru_cache(maxsize=8)
def _columns(workout: Workout, width: int) -> Columns:
    axis = axis_of(workout)
    edges = axis.edges
    places = [(column + 0.5) / width * axis.length for column in range(width)]
    last = len(workout.segments) - 1
    indices = [min(last, bisect_right(edges, at) - 1) for at in places]
    inside = [at - edges[index] for at, index in zip(places, indices, strict=True)]
    shares = _heights if axis.road else _efforts
    segments = [workout.segments[index] for index in indices]
    return tuple(zip(segments, shares(workout, indices, inside), strict=True))


def _efforts(workout: Workout, indices: Sequence[int], inside: Sequence[float]) -> Iterator[float]:
    """Yield the targets at some places, as shares of the plan's highest."""
    highest = max(
        (power for each in workout.segments if (power := each.target_power_end) is not None),
        default=0.0,
    )
    for index, seconds in zip(indices, inside, strict=True):
        target = workout.segments[index].target_power(seconds) or 0.0
        yield min(1.0, target / highest) if highest > 0 else 0.0


def _heights(workout: Workout, indices: Sequence[int], inside: Sequence[float]) -> Iterator[float]:
    """Yield the heights of a road at some places, as shares of its highest above its lowest."""
    rises = [physics.rise(each.grade or 0.0) for each in workout.segments]
    knots = road_heights(workout)
    low, high = min(knots), max(knots)
    for index, metres in zip(indices, inside, strict=True):
        height = knots[index] + metres * rises[index] - low
        yield min(1.0, max(0.0, height / max(high - low, _LEAST_RISE)))


@lru_cache(maxsize=8)
def _swapped(columns: Columns, swapped: frozenset[int]) -> Columns:
    """Return the columns with the stretches that are ridden seated after all."""
    return tuple(
        (replace(segment, posture=Posture.SEATED) if segment.index in swapped else segment, share)
        for segment, share in columns
    )


def _now(snapshot: Snapshot, workout: Workout, width: int) -> int:
    """Return the column of this moment."""
    axis = axis_of(workout)
    return min(width - 1, int(axis.at(snapshot) / axis.length * width))


def _profile(columns: Columns, row: int, rows: int, now: int) -> Line:
    """Draw one row of the profile, counted from the top."""
    line = []
    for column, (segment, share) in enumerate(columns):
        eighths = max(1, round(8 * rows * share)) - 8 * (rows - 1 - row)
        block = _BLOCKS[min(8, max(0, eighths))]
        line.append(_NOW if column == now else (block, _ink(segment, column, now)))
    return merged(line)


def _postures(columns: Columns, now: int) -> Line:
    """Draw a raised line where the rider stands, a low one where the rider sits."""
    line = []
    for column, (segment, _) in enumerate(columns):
        mark = _MARKS[segment.posture]
        line.append(_NOW if column == now else (mark, _ink(segment, column, now)))
    return merged(line)


def _numbers(workout: Workout, snapshot: Snapshot, width: int) -> Line:
    """Write each hill's number under its middle; the one being climbed stands out."""
    line: Line = [(" ", Ink.LABEL)] * width
    axis = axis_of(workout)
    for hill, (start, end) in axis.hills.items():
        middle = int((start + end) / 2 / axis.length * width)
        here = hill == snapshot.hill and snapshot.kind == SegmentKind.HILL.value
        text, ink = (f"[{hill}]", Ink.STRONG) if here else (str(hill), Ink.LABEL)
        first = max(0, middle - len(text) // 2)
        for column, character in enumerate(text[: width - first], first):
            line[column] = (character, ink)
    return merged(line)


def _ink(segment: Segment, column: int, now: int) -> Ink:
    """Hills wear the colour of their posture, bright while they are to come."""
    if segment.kind is not SegmentKind.HILL:
        return Ink.FAINT
    if segment.posture is None:
        return Ink.FAINT if column < now else Ink.LABEL
    standing = segment.posture is Posture.STANDING
    if column < now:
        return Ink.STAND_DONE if standing else Ink.SEATED_DONE
    return Ink.STAND if standing else Ink.SEATED
