"""The ride as a strip: height is effort, the raised line is standing, the bar is now.

Below stand the numbers of the hills. Without a plan there is only how much of the ride is done.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from coach.live.ink import Ink, Line, merged
from coach.messages import Posture, Snapshot
from coach.workout import Segment, SegmentKind, Workout

_BLOCKS = " ▁▂▃▄▅▆▇█"
_NOW = ("┃", Ink.STRONG)
_MARKS = {Posture.STANDING: "▄", Posture.SEATED: "▁", None: " "}

Columns = tuple[tuple[Segment, float], ...]
"""For each column of the strip its segment, and its target as a share of the plan's highest."""


def strip(snapshot: Snapshot, workout: Workout | None, width: int, rows: int) -> list[Line]:
    """Draw the plan with the moment in it.

    Parameters
    ----------
    snapshot : Snapshot
    workout : Workout or None
    width : int
        Cells, at least 1.
    rows : int
        Rows for the profile; two more follow, for postures and for the hills' numbers.

    Returns
    -------
    list of Line
        ``rows + 2`` lines; one line without a plan.
    """
    if workout is None or not workout.segments:
        return [_progress(snapshot, width)]
    columns = _columns(workout, width)
    now = _now(snapshot, workout, width)
    if snapshot.swapped:
        columns = _swapped(columns, snapshot.swapped)
    lines = [_profile(columns, row, rows, now) for row in range(rows)]
    return [*lines, _postures(columns, now), _numbers(workout, snapshot, width)]


def _progress(snapshot: Snapshot, width: int) -> Line:
    total = snapshot.timer_time + snapshot.remaining
    done = round(width * snapshot.timer_time / total) if total > 0 else 0
    done = min(width, max(0, done))
    return [("█" * done, Ink.STRONG), ("▁" * (width - done), Ink.LABEL)]


@lru_cache(maxsize=8)
def _columns(workout: Workout, width: int) -> Columns:
    highest = max(
        (power for each in workout.segments if (power := each.target_power_end) is not None),
        default=0.0,
    )
    columns = []
    index = 0
    for column in range(width):
        at = (column + 0.5) / width * workout.duration
        while index < len(workout.segments) - 1 and at >= workout.segments[index].end:
            index += 1
        segment = workout.segments[index]
        target = segment.target_power(at - segment.start) or 0.0
        columns.append((segment, min(1.0, target / highest) if highest > 0 else 0.0))
    return tuple(columns)


@lru_cache(maxsize=8)
def _swapped(columns: Columns, swapped: frozenset[int]) -> Columns:
    """Return the columns with the stretches that are ridden seated after all."""
    return tuple(
        (replace(segment, posture=Posture.SEATED) if segment.index in swapped else segment, share)
        for segment, share in columns
    )


def _now(snapshot: Snapshot, workout: Workout, width: int) -> int:
    """Return the column of this moment; a segment that was extended waits at its end."""
    segment = workout.segments[min(snapshot.segment, len(workout.segments) - 1)]
    at = max(segment.start, segment.end - snapshot.segment_remaining)
    return min(width - 1, int(at / workout.duration * width))


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
    for hill, (start, end) in _hills(workout).items():
        middle = int((start + end) / 2 / workout.duration * width)
        here = hill == snapshot.hill and snapshot.kind == SegmentKind.HILL.value
        text, ink = (f"[{hill}]", Ink.STRONG) if here else (str(hill), Ink.LABEL)
        first = max(0, middle - len(text) // 2)
        for column, character in enumerate(text[: width - first], first):
            line[column] = (character, ink)
    return merged(line)


@lru_cache(maxsize=8)
def _hills(workout: Workout) -> dict[int, tuple[float, float]]:
    """Return where each hill begins and ends [s]."""
    spans: dict[int, tuple[float, float]] = {}
    for segment in workout.segments:
        if segment.hill is not None and segment.kind is SegmentKind.HILL:
            start, _ = spans.get(segment.hill, (segment.start, 0.0))
            spans[segment.hill] = (start, segment.end)
    return spans


def _ink(segment: Segment, column: int, now: int) -> Ink:
    """Hills wear the colour of their posture, bright while they are to come."""
    if segment.kind is not SegmentKind.HILL:
        return Ink.FAINT
    standing = segment.posture is Posture.STANDING
    if column < now:
        return Ink.STAND_DONE if standing else Ink.SEATED_DONE
    return Ink.STAND if standing else Ink.SEATED
