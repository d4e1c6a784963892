"""What lies to the right on a chart: time, or the way that was ridden.

Analysis tells of moments; panels draw at places on the axis. On an axis of distance a stop takes no
room, however long it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from coach.analysis.climbs import travelled
from coach.analysis.repair import Repaired
from coach.errors import RideFileError
from coach.ride import Column, Ride

AxisName = Literal["time", "distance"]

TIME_STEPS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 10800, 21600, 43200, 86400),
)
"""Between two labels [s]."""
WAY_STEPS = tuple(
    digit * 10**power for power in range(1, 7) for digit in (1, 2, 5) if digit * 10**power >= 50
)
"""Between two labels [m]."""
MOST_TICKS = 13
SHORTEST_WAY = 10.0
"""An axis of distance is not shorter [m]."""


class Span(NamedTuple):
    """A stretch of time [s] since the ride's start, or of an axis."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Axis:
    """Where each moment of a ride lies.

    Attributes
    ----------
    name : {'time', 'distance'}
    time, at : ndarray, shape (n_rows,)
        When each row begins [s], and where that is on the axis [s] or [m].
    """

    name: AxisName
    time: Column
    at: Column

    def place(self, seconds: float) -> float:
        """Return where a moment [s] lies; on an axis of distance, within the way ridden."""
        return seconds if self.name == "time" else float(np.interp(seconds, self.time, self.at))

    def places(self, start: float, end: float) -> Span:
        """Return where a stretch of time begins and ends."""
        return Span(self.place(start), self.place(end))

    def ends(self, seconds: Column) -> Column:
        """Return where each row ends, as it lasts so long [s]; shape (n_rows,)."""
        return self.at + seconds if self.name == "time" else np.append(self.at[1:], self.at[-1:])

    def ticks(self, span: Span) -> list[tuple[float, str]]:
        """Return round places in a span of the axis with their labels."""
        return time_ticks(span) if self.name == "time" else way_ticks(span)


def axis_of(ride: Ride, rows: Repaired, name: AxisName | None = None) -> Axis:
    """Return the axis to draw a ride on.

    Parameters
    ----------
    ride : Ride
    rows : Repaired
        The same ride.
    name : {'time', 'distance'}, optional
        By default distance for a ride on a road, where each stretch ends at a place, else time.

    Raises
    ------
    RideFileError
        If it is to be distance, and the ride has none.
    """
    way = travelled(rows)
    known = bool(np.isfinite(way).any())
    if not len(rows):
        # A route without times: there is no ride to draw on any axis.
        name = "time"
    if name == "distance" and not known:
        raise RideFileError(
            f"{ride.name or 'this ride'}: no distance was recorded, so it can only be drawn over"
            " time; leave out --axis distance"
        )
    if name is None:
        name = "distance" if known and ride.by_distance else "time"
    return Axis(name, rows.time, rows.time if name == "time" else _along(rows, way))


def _along(rows: Repaired, way: Column) -> Column:
    """Return where each row begins: a gap where the second before it ended, as far as one knows."""
    along: Column = way - way[0]
    gaps = np.flatnonzero(~rows.riding)
    gaps = gaps[(gaps > 0) & (gaps < along.size - 1)]
    before = along[gaps - 1]
    second = before - along[np.maximum(gaps - 2, 0)]
    along[gaps] = np.minimum(before + second, along[gaps + 1])
    return along


def time_ticks(span: Span) -> list[tuple[float, str]]:
    """Return round times with their labels: minutes, below them m:ss, from 2 h on h:mm."""
    length = span.end - span.start
    step, times = _round_places(span, TIME_STEPS)
    if length > 2 * 3600:
        texts = [f"{at // 3600}:{at % 3600 // 60:02}" for at in times]
        unit = " h"
    elif step % 60:
        texts = [f"{at // 60}:{at % 60:02}" for at in times]
        unit = " min"
    else:
        texts = [str(at // 60) for at in times]
        unit = " min"
    return _labelled(times, texts, unit)


def way_ticks(span: Span) -> list[tuple[float, str]]:
    """Return round distances [m] with their labels in kilometres; in metres below 1 km."""
    step, places = _round_places(span, WAY_STEPS)
    if span.end - span.start < 1000:
        return _labelled(places, [str(at) for at in places], " m")
    digits = 0 if step % 1000 == 0 else 1 if step % 100 == 0 else 2
    return _labelled(places, [f"{at / 1000:.{digits}f}" for at in places], " km")


def _round_places(span: Span, steps: tuple[int, ...]) -> tuple[int, list[int]]:
    """Return the first step that does not make too many labels, and its multiples in a span."""
    length = span.end - span.start
    longest = steps[-1]
    step = next(
        (step for step in steps if length / step <= MOST_TICKS),
        longest * math.ceil(length / longest / MOST_TICKS),
    )
    first = math.ceil(span.start / step)
    return step, [step * number for number in range(first, math.floor(span.end / step) + 1)]


def _labelled(places: list[int], texts: list[str], unit: str) -> list[tuple[float, str]]:
    """Pair places with texts; the first of them has the unit."""
    return [(at, text + unit * (at == places[0])) for at, text in zip(places, texts, strict=True)]
