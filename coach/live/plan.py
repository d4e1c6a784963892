"""The plan and what was ridden of it, as JSON: what a page draws its profile from. Pure.

The profile goes by the plan's own time, or on a road by its distance, so that a stretch that was
skipped is a gap and one that was ridden again is drawn anew. The strip of the terminal stands on
the same axis.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from math import ceil
from typing import Any

from coach import physics
from coach.live.view import Frame
from coach.messages import Posture, PostureSource, RiderPosition, RideState, Snapshot
from coach.rider import ZONE_BOUNDS, Rider
from coach.workout import STEEP_RAMP, Segment, SegmentKind, Workout

MOST_CELLS = 8000
"""A trace has no more entries than this."""
ROAD_CELLS = 5400
"""Into so many parts a road is cut for its trace, unless they would be shorter than a metre."""
MOST_KNOTS = 1500
"""A road's heights are told at no more places than about this."""
LEAST_RISE = 1.0
"""A plan whose road rises and falls by less has none worth drawing [m]."""

_UNKNOWN = -1
_POSTURES: tuple[tuple[Posture, PostureSource], ...] = (
    (Posture.SEATED, PostureSource.MEASURED),
    (Posture.STANDING, PostureSource.MEASURED),
    (Posture.SEATED, PostureSource.DECLARED),
    (Posture.STANDING, PostureSource.DECLARED),
)
_POSTURE_OF = {
    (RiderPosition(posture.value), source): code for code, (posture, source) in enumerate(_POSTURES)
}


class Axis:
    """What the profile of a plan goes by: distance on a road, else time.

    Parameters
    ----------
    workout : Workout
        With at least one segment.

    Attributes
    ----------
    road : bool
        Whether the plan goes by distance all the way.
    edges : tuple of float
        Where each segment begins, and the last one ends: [m] on a road, else [s].
    hills : dict of int to tuple of float
        Where each hill begins and ends.
    """

    __slots__ = ("edges", "hills", "road")

    def __init__(self, workout: Workout) -> None:
        segments = workout.segments
        self.road = all(segment.length is not None for segment in segments)
        sizes = ((each.length or 0.0) if self.road else each.duration for each in segments)
        self.edges = tuple(accumulate(sizes, initial=0.0))
        self.hills: dict[int, tuple[float, float]] = {}
        for segment, (start, end) in zip(segments, pairwise(self.edges), strict=True):
            if segment.hill is not None and segment.kind is SegmentKind.HILL:
                first, _ = self.hills.get(segment.hill, (start, 0.0))
                self.hills[segment.hill] = (first, end)

    @property
    def length(self) -> float:
        """Where the last segment ends."""
        return self.edges[-1]

    def at(self, snapshot: Snapshot) -> float:
        """Return where a moment is; who extends a segment goes back in it, never out of it."""
        index = min(snapshot.segment, len(self.edges) - 2)
        start, end = self.edges[index], self.edges[index + 1]
        left = snapshot.segment_way if self.road else snapshot.segment_remaining
        return start if left is None else min(end, max(start, end - left))


@lru_cache(maxsize=8)
def axis_of(workout: Workout) -> Axis:
    """Return the axis of a plan, made once."""
    return Axis(workout)


def road_heights(workout: Workout) -> list[float]:
    """Return how high a road is at each edge of its segments, above its start [m]."""
    rises = ((each.length or 0.0) * physics.rise(each.grade or 0.0) for each in workout.segments)
    return [*accumulate(rises, initial=0.0)]


# --- the plan -----------------------------------------------------------------------------------


def plan_json(workout: Workout, rider: Rider) -> dict[str, Any]:
    """Return a plan as JSON: its stretches with targets and postures, and its road.

    Parameters
    ----------
    workout : Workout
        Any, also one without segments.
    rider : Rider
        Whose threshold power makes zones of its targets, and whose mass the speed of its hills.

    Returns
    -------
    dict
        ``title``; ``unit`` of every place, ``s`` or on a road ``m``; ``length``; ``endless``,
        whether the rider decides how long it goes on; ``ftp_w``; ``highest_w``, the highest
        target or null; ``stretches``; ``elevation``, pairs of a place and a height [m], empty
        where it is flat or nobody knows how fast its grades are ridden.

        A stretch is one or more segments that look the same: ``start``, ``length``, ``segments``
        (index of the first and the last of them), ``kind``, ``label``, ``hill``, ``posture``,
        ``start_w`` and ``end_w`` (null where no power is asked), ``fixed`` (whether the rider's
        intensity leaves them as they are), and ``zones``: pairs of the place where a zone of power
        begins and its number, 1 to 6.
    """
    segments = workout.segments
    if not segments:
        return _head(workout, rider, None) | {"stretches": [], "elevation": []}
    axis = axis_of(workout)
    stretches = [_stretch(group, axis, rider.threshold_power) for group in _alike(segments)]
    return _head(workout, rider, axis) | {
        "stretches": stretches,
        "elevation": _elevation(workout, axis, rider),
    }


def place_json(workout: Workout, snapshot: Snapshot) -> float:
    """Return where in the plan the rider is, in the unit of the plan's stretches."""
    return round(axis_of(workout).at(snapshot), 1) if workout.segments else 0.0


def _head(workout: Workout, rider: Rider, axis: Axis | None) -> dict[str, Any]:
    targets = (
        power
        for each in workout.segments
        for power in (each.target_power_start, each.target_power_end)
        if power is not None
    )
    return {
        "title": workout.title,
        "unit": "m" if axis is not None and axis.road else "s",
        "length": 0.0 if axis is None else round(axis.length, 1),
        "endless": any(segment.endless for segment in workout.segments),
        "ftp_w": round(rider.threshold_power),
        "highest_w": _whole(max(targets, default=None)),
    }


def _alike(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Group neighbours that would be drawn as one: a road has thousands of segments."""
    group = [segments[0]]
    for segment in segments[1:]:
        if _look(group[-1]) == _look(segment) and _level(group[-1]) and _level(segment):
            group.append(segment)
        else:
            yield group
            group = [segment]
    yield group


def _look(each: Segment) -> tuple[object, ...]:
    return (each.kind, each.label, each.hill, each.posture, each.target_power_end)


def _level(each: Segment) -> bool:
    return each.target_power_start == each.target_power_end


def _stretch(group: Sequence[Segment], axis: Axis, threshold: float) -> dict[str, Any]:
    first, last = group[0], group[-1]
    start, end = axis.edges[first.index], axis.edges[last.index + 1]
    return {
        "start": round(start, 1),
        "length": round(end - start, 1),
        "segments": [first.index, last.index],
        "kind": first.kind.value,
        "label": first.label,
        "hill": first.hill,
        "posture": None if first.posture is None else first.posture.value,
        "start_w": _whole(first.target_power_start),
        "end_w": _whole(last.target_power_end),
        "fixed": first.ramp,
        "zones": _zones(first, start, end, threshold),
    }


def _zones(segment: Segment, start: float, end: float, threshold: float) -> list[list[float]]:
    """Return where each zone of a target begins; on a steep ramp only that of where it leads."""
    low, high = segment.target_power_start, segment.target_power_end
    if low is None or high is None:
        return []
    if low == high or abs(high - low) > STEEP_RAMP * segment.duration:
        return [[round(start, 1), _zone(high, threshold)]]
    bounds = [bound * threshold for bound in ZONE_BOUNDS]
    crossed = [bound for bound in bounds if min(low, high) < bound < max(low, high)]
    crossed.sort(reverse=high < low)
    powers = [low, *crossed, high]
    return [
        [
            round(start + (power - low) / (high - low) * (end - start), 1),
            _zone((power + following) / 2, threshold),
        ]
        for power, following in pairwise(powers)
    ]


def _zone(power: float, threshold: float) -> int:
    """Return the zone of a power, 1 to 6."""
    return 1 + bisect_left([bound * threshold for bound in ZONE_BOUNDS], power)


def _elevation(workout: Workout, axis: Axis, rider: Rider) -> list[list[float]]:
    """Return the heights of the plan's road, from its start on."""
    heights = road_heights(workout) if axis.road else _ridden_heights(workout, rider)
    if not heights:
        return []
    above = [workout.altitude + height for height in heights]
    return _knots([*zip(axis.edges, above, strict=True)])


def ridden_elevation(workout: Workout, frames: Iterable[Frame]) -> list[list[float]]:
    """Return the heights of a recording, which is ridden under a plan that may have none.

    Parameters
    ----------
    workout : Workout
    frames : iterable of Frame
        Of the whole recording, in order.

    Returns
    -------
    list
        As ``elevation`` of `plan_json`.
    """
    if not workout.segments:
        return []
    axis = axis_of(workout)
    knots: list[tuple[float, float]] = []
    for frame in frames:
        at = axis.at(frame.snapshot)
        if frame.snapshot.state is RideState.RIDING and (not knots or at > knots[-1][0]):
            knots.append((at, frame.snapshot.altitude))
    return _knots(knots)


def _knots(knots: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Thin a polyline of places and heights out to what can be seen; none where it is flat."""
    heights = [height for _, height in knots]
    if not heights or max(heights) - min(heights) < LEAST_RISE:
        return []
    kept = [*knots[: -1 : ceil(len(knots) / MOST_KNOTS)], knots[-1]]
    return [[round(at, 1), round(height, 1)] for at, height in kept]


def _ridden_heights(workout: Workout, rider: Rider) -> list[float]:
    """Return the heights at the edges of a plan by time; none where a speed is not known."""
    heights = [0.0]
    for each in workout.segments:
        grade = each.grade or 0.0
        speed = 0.0 if grade == 0.0 else each.speed
        if speed is None:
            power = each.target_power(each.duration / 2)
            if power is None:
                return []
            speed = physics.speed_for(power, grade, rider.total_mass)
        heights.append(heights[-1] + each.duration * speed * physics.rise(grade))
    return heights


def _whole(power: float | None) -> int | None:
    return None if power is None else round(power)


# --- what was ridden ----------------------------------------------------------------------------


class Trace:
    """What was ridden, place by place: power, and the posture that is known of.

    Each place keeps what was ridden there last. Where nobody rode, and where the trainer was
    silent, there is nothing.

    Parameters
    ----------
    workout : Workout
        Any, also one without segments: then nothing is kept.

    Attributes
    ----------
    step : float
        How long a place is: 1 s, on a road a metre, and more where there would be too many.
    """

    def __init__(self, workout: Workout) -> None:
        self._axis = Axis(workout) if workout.segments else None
        length = 0.0 if self._axis is None else self._axis.length
        by_road = self._axis is not None and self._axis.road
        self.step = float(max(1, ceil(length / (ROAD_CELLS if by_road else MOST_CELLS))))
        cells = ceil(length / self.step)
        self._powers = array("h", [_UNKNOWN]) * cells
        self._postures = array("b", [_UNKNOWN]) * cells
        self._before: tuple[float, float] | None = None

    def follow(self, frame: Frame) -> None:
        """Take in a moment, as it is shown.

        Where the rider came to since the moment before is filled to there; a jump in the plan is
        a gap.
        """
        snapshot = frame.snapshot
        if self._axis is None or snapshot.state is not RideState.RIDING:
            self._before = None
            return
        # Rounded as the page is told it, so that both find the same place.
        at = round(self._axis.at(snapshot), 1)
        ridden = snapshot.distance if self._axis.road else snapshot.timer_time
        cell = self._cell(at)
        first = cell
        if self._before is not None:
            at_before, ridden_before = self._before
            # Estimates move a little on a plan of roads and times; who skips moves a lot.
            if 0.0 <= at - at_before <= 2 * (ridden - ridden_before) + 1.0:
                first = min(cell, self._cell(at_before) + 1)
        self._before = (at, ridden)
        power = _UNKNOWN if frame.power is None else min(32_000, max(0, int(frame.power + 0.5)))
        posture = _posture(snapshot)
        for each in range(first, cell + 1):
            self._powers[each] = power
            self._postures[each] = posture

    def _cell(self, at: float) -> int:
        return min(len(self._powers) - 1, int(at / self.step))

    def json(self) -> dict[str, Any]:
        """Return all of it, for whoever joins late.

        Returns
        -------
        dict
            ``step``; ``power_w`` of each place from the start on, null where it is not known,
            without what is still to come; ``postures``, runs of places with one known posture:
            the first place, the one after the last, the posture, and whether it was ``measured``
            or ``declared``.
        """
        powers = [None if power == _UNKNOWN else power for power in self._powers]
        while powers and powers[-1] is None:
            powers.pop()
        return {"step": self.step, "power_w": powers, "postures": self._runs()}

    def _runs(self) -> list[list[Any]]:
        runs: list[list[Any]] = []
        first = 0
        for code, group in groupby(self._postures):
            end = first + sum(1 for _ in group)
            if code != _UNKNOWN:
                posture, source = _POSTURES[code]
                runs.append([first, end, posture.value, source.value])
            first = end
        return runs


def _posture(snapshot: Snapshot) -> int:
    """Return the code of a known posture; on the way from one to the other it is neither."""
    if snapshot.position is None or snapshot.position_source is None:
        return _UNKNOWN
    return _POSTURE_OF.get((snapshot.position, snapshot.position_source), _UNKNOWN)
