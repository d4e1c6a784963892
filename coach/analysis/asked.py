"""What a ride was asked for, stretch by stretch: which posture, under which segment of the plan.

Laps tell when a segment began and ended; the samples tell which posture was asked at each second,
so that a block which the rider swapped for its seated alternative on the road counts as seated
from that second on, with the alternative's cadence. Where a file has lost its laps or its plan,
the samples alone tell.

All in whole seconds, half up, as FIT writes them: a ride is judged alike from each of its files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from coach.analysis.timer import in_order, pauses, running
from coach.messages import Posture
from coach.ride import Column, Ride
from coach.workout import Segment, Workout


@dataclass(frozen=True, slots=True)
class Asked:
    """A stretch in which one posture was asked."""

    start: float
    """[s]."""
    end: float
    """[s]."""
    posture: Posture | None
    """``None`` where the plan leaves it to the rider."""
    cadence: tuple[float, float] | None = None
    """Lowest and highest that were asked for [rpm]; ``None`` where none was, or nobody knows."""
    segment: Segment | None = None
    """The plan's; ``None`` where only the posture is known."""


def asked(ride: Ride) -> list[Asked]:
    """Return what was asked of a ride.

    Parameters
    ----------
    ride : Ride
        Ridden under a plan, or at least with samples that say which posture was asked.

    Returns
    -------
    list of Asked
        In order, not overlapping, in seconds since the ride's start, without the time for which
        the timer stood still; empty when nothing was asked.
    """
    order = in_order(ride.time)
    time, standing = whole(ride.time[order]), ride.prescribed_standing[order]
    stretches = [*_under_the_plan(ride, time, standing)]
    for stretch in stretches:
        standing = np.where((time >= stretch.start) & (time < stretch.end), np.nan, standing)
    # A file cut short has no lap for its end; one sample on a lap's very end is none of its own.
    rest = _in_samples(time, standing)
    stretches += [each for each in rest if not stretches or each.end - each.start > 1]
    stretches.sort(key=lambda stretch: stretch.start)
    stood_still = whole_pauses(ride)
    found: list[Asked] = []
    for stretch in stretches:
        # Laps of a damaged file may overlap: each second was asked for once.
        start = max(stretch.start, found[-1].end) if found else stretch.start
        found += (
            replace(stretch, start=first, end=last)
            for first, last in running(stood_still, start, stretch.end)
        )
    return found


def whole(seconds: Column) -> Column:
    """Round to whole seconds, half up."""
    return np.floor(seconds + 0.5)


def whole_pauses(ride: Ride) -> list[tuple[float, float]]:
    """Return when the ride's timer stood still, in whole seconds."""
    return pauses(replace(each, time=float(whole(np.array(each.time)))) for each in ride.timer)


def lap_spans(ride: Ride) -> list[tuple[float, float]]:
    """Return start and end of each lap in whole seconds.

    Files round a lap's start but not its length: it ends where the next one begins.
    """
    starts = whole(np.array([lap.start for lap in ride.laps])).tolist()
    ends = whole(np.array([lap.start + lap.elapsed_time for lap in ride.laps])).tolist()
    for index, following in enumerate(starts[1:]):
        if abs(following - ends[index]) <= 1:
            ends[index] = following
    return [*zip(starts, ends, strict=True)]


def _under_the_plan(ride: Ride, time: Column, standing: Column) -> Iterator[Asked]:
    """Yield the stretches of each lap that belongs to a segment of the plan."""
    segments = () if ride.workout is None else ride.workout.segments
    for lap, (start, end) in zip(ride.laps, lap_spans(ride), strict=True):
        if lap.segment is None or not 0 <= lap.segment < len(segments):
            continue
        segment = segments[lap.segment]
        first, last = np.searchsorted(time, (start, end))
        within = [*_in_samples(time[first:last], standing[first:last])]
        # A lone second at an end belongs to the neighbour: times of laps and samples are rounded.
        while len(within) > 1 and within[0].end - within[0].start <= 1:
            del within[0]
        while len(within) > 1 and within[-1].end - within[-1].start <= 1:
            del within[-1]
        edges = [start, *(stretch.start for stretch in within[1:]), end]
        postures = [stretch.posture for stretch in within] or [segment.posture]
        for (since, until), posture in zip(pairwise(edges), postures, strict=True):
            if until > since:
                yield Asked(since, until, posture, _band(ride.workout, segment, posture), segment)


def _band(
    workout: Workout | None, segment: Segment, posture: Posture | None
) -> tuple[float, float] | None:
    """Return the cadence that goes with a segment in a posture: its own, or its alternative's."""
    if workout is not None and segment.posture is Posture.STANDING and posture is Posture.SEATED:
        segment = workout.seated(segment.index)
    if segment.posture is not posture or segment.cadence_low is None:
        return None
    return None if segment.cadence_high is None else (segment.cadence_low, segment.cadence_high)


def _in_samples(time: Column, standing: Column) -> Iterator[Asked]:
    """Yield the stretches of one posture that the samples tell of; each sample is one second."""
    known = np.flatnonzero(np.isfinite(standing))
    if not known.size:
        return
    values = standing[known] == 1
    cuts = np.flatnonzero((np.diff(values) != 0) | (np.diff(known) > 1)) + 1
    for first, end in pairwise([0, *cuts.tolist(), known.size]):
        start, last = float(time[known[first]]), float(time[known[end - 1]]) + 1.0
        following = known[end - 1] + 1
        if following < time.size:
            last = float(time[following])
        yield Asked(start, last, Posture.STANDING if values[first] else Posture.SEATED)
