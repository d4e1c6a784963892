"""The hills of a ride: from its plan, else from its altitude."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from coach.analysis.climbs import climbs, ridden_altitude, travelled
from coach.analysis.lap_timer import LapTimer
from coach.analysis.posture import ride_posture, standing_seconds
from coach.analysis.power import average, highest, if_known
from coach.analysis.repair import Repaired, repaired
from coach.ride import Column, Lap, Ride


@dataclass(frozen=True, slots=True)
class Hill:
    """One climb; what was not recorded is ``None``.

    `start` + `duration` is its end in seconds since the ride's start, pauses included; averages
    are over the time ridden.
    """

    index: int
    """Number of the hill: the plan's, else counted; from 1."""
    start: float
    """[s]."""
    duration: float
    """[s]."""
    ascent: float | None
    """Altitude at the top minus altitude at the foot [m]."""
    distance: float | None
    """[m]."""
    average_grade: float | None
    """Ascent over distance, as a fraction."""
    average_power: float | None
    """[W]."""
    average_cadence: float | None
    """[rpm], coasting left out."""
    max_heart_rate: float | None
    """[bpm]."""
    standing: float | None
    """Time ridden standing [s], measured or declared."""


def hills(ride: Ride, rows: Repaired | None = None) -> list[Hill]:
    """Find the hills of a ride.

    Parameters
    ----------
    ride : Ride
        With a plan (a workout with hills, and laps that know their segment) the hills are the
        plan's: the laps in a row that belong to one hill number are one hill, a hill ridden
        again after going back is another one with the same index, and a hill that was skipped
        before its first second is none. Without a plan they come from altitude.
    rows : Repaired, optional
        The same ride repaired, if that is at hand.

    Returns
    -------
    list of Hill
        In order of time; empty without plan and altitude.
    """
    rows = repaired(ride) if rows is None else rows
    road = replace(rows, altitude=ridden_altitude(rows), distance=travelled(rows))
    spans = _planned(ride) if _is_planned(ride) else _climbed(road)
    timer = LapTimer(ride)
    postures = timer.intervals(ride_posture(ride))

    def standing(start: float, end: float) -> float | None:
        if not postures:
            return None
        return standing_seconds(postures, timer.moment(start), timer.end(end))

    found = (_hill(index, (start, end), road, standing(start, end)) for index, start, end in spans)
    return [hill for hill in found if hill is not None]


def _hill_number(ride: Ride, lap: Lap) -> int | None:
    segments = () if ride.workout is None else ride.workout.segments
    if lap.segment is None or not 0 <= lap.segment < len(segments):
        return None
    return segments[lap.segment].hill


def _is_planned(ride: Ride) -> bool:
    has_hills = ride.workout is not None and ride.workout.hills > 0
    return has_hills and any(lap.segment is not None for lap in ride.laps)


def _planned(ride: Ride) -> Iterator[tuple[int, float, float]]:
    """Yield number, start and end of each hill of the plan that was ridden."""
    for number, group in groupby(ride.laps, key=lambda lap: _hill_number(ride, lap)):
        if number is not None:
            laps = list(group)
            yield number, laps[0].start, laps[-1].start + laps[-1].elapsed_time


def _climbed(road: Repaired) -> Iterator[tuple[int, float, float]]:
    """Yield number, start and end of each climb found in the altitude."""
    for number, (first, last) in enumerate(climbs(road.altitude, road.distance), start=1):
        yield number, float(road.time[first]), float(road.time[last])


def _hill(
    index: int, span: tuple[float, float], road: Repaired, standing: float | None
) -> Hill | None:
    """Sum up one hill; ``None`` if nobody rode a second of it."""
    start, end = span
    within = road.riding & (road.time >= start) & (road.time < end)
    if not within.any():
        return None
    ascent, distance = _gain(road.altitude[within]), _gain(road.distance[within])
    cadence = road.cadence[within]
    return Hill(
        index=index,
        start=start,
        duration=end - start,
        ascent=ascent,
        distance=distance,
        average_grade=None if ascent is None or not distance else ascent / distance,
        average_power=if_known(average(road.power[within])),
        average_cadence=if_known(average(cadence[cadence > 0])),
        max_heart_rate=if_known(highest(road.heart_rate[within])),
        standing=standing,
    )


def _gain(values: Column) -> float | None:
    known = values[np.isfinite(values)]
    return float(known[-1] - known[0]) if known.size else None
