"""From a ride to one profile of its road: heights at even steps, no wall in it, no noise.

The ascent of a profile is a matter of what counts as a rise. Here it is what counts in a ride's
summary (`coach.analysis.climbs.total_ascent`): 3 m, and half a metre where the heights come from a
model and have no noise. What goes up and down by less is evened out, so that the profile only rises
between a low and the next high, and adding up its rises gives that ascent and no other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from coach.analysis.climbs import (
    ASCENT_HYSTERESIS,
    STEEPEST_ROAD,
    ridden_altitude,
    smoothed,
    travelled,
    turning_points,
)
from coach.analysis.repair import Repaired, repaired
from coach.analysis.summary import MODEL_STEP
from coach.analysis.timer import in_order
from coach.course import rebuild
from coach.course.mending import (
    FURTHEST,
    standing_still,
    without_gaps,
    without_leaps,
    without_spikes,
)
from coach.course.road import STEEPEST_RISE, Road
from coach.errors import RideFileError
from coach.ride import PEDALLED, Column, Ride
from coach.rider import Rider
from coach.units import way_text

STEP = 10.0
"""Between two heights of a profile [m]; more on roads above 200 km."""
MOST_STEPS = 20_000
MOST_SAMPLES = 300_000
"""Of a ride: 83 hours of a second each."""
SHORTEST_ROAD = 100.0
"""[m]."""
LONGEST_ROAD = 2_000_000.0
"""[m]."""
ROUTE_SMOOTHING = 50.0
"""Window of the centred mean over the heights of a route [m]: they come from a map, whose squares
make steps. A convention."""
WALL = 1.0
"""By so much a profile must have been eased to be worth a word [m]."""


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A road, measured.

    Attributes
    ----------
    profile : Road
        At even steps.
    turns : list of int
        Its lows and highs, and both ends.
    time, along : ndarray, shape (n_rows,)
        When the ride was where [s], [m]; empty for a route without times.
    notes : tuple of str
        What was mended, in words for the rider.
    """

    profile: Road
    turns: list[int]
    time: Column
    along: Column
    notes: tuple[str, ...]


def survey(ride: Ride, rider: Rider) -> Survey:
    """Make the profile of a ride's or a route's road.

    Parameters
    ----------
    ride : Ride
        As a reader made it; stays as it is.
    rider : Rider
        Whose mass makes heights of powers where nobody measured any.

    Returns
    -------
    Survey

    Raises
    ------
    RideFileError
        If there is no road in it: no distance, no heights and nothing to make them of, or it is
        too long for anybody.
    """
    if len(ride) > MOST_SAMPLES:
        raise RideFileError(
            f"{len(ride)} points are more than a road may have ({MOST_SAMPLES});"
            " export it with fewer points"
        )
    notes: list[str] = []
    timed = in_order(ride.time).size >= len(ride) / 2
    if timed:
        distance, notes = without_leaps(ride)
        notes += standing_still(ride)
        ride = replace(ride, distance=distance)
        rows = repaired(_of_the_road(ride))
        notes += rows.notes
        along, heights, noise = _ridden(ride, rows, rider, notes)
        time = rows.time
    else:
        along, heights = _planned(ride, notes)
        noise = MODEL_STEP if ride.virtual_altitude else ASCENT_HYSTERESIS
        time = along[:0]
        if np.isfinite(ride.time).any():
            notes.append("its times make no sense and are left out; the road is that of its points")
    if ride.sport not in PEDALLED:
        notes.append("not recorded as cycling; its road is taken as it is")
    profile = _even(along, heights)
    if not (timed or ride.virtual_altitude):
        window = 2 * round(0.5 * ROUTE_SMOOTHING / float(profile.distance[1])) + 1
        profile = replace(profile, altitude=smoothed(profile.altitude, window))
    profile = _without_walls(profile, notes)
    profile, turns = _without_noise(profile, noise)
    return Survey(profile, turns, time, along[: time.size], tuple(notes))


def _of_the_road(ride: Ride) -> Ride:
    """Return a ride without what says nothing about its road, nor needs a word then."""
    nothing = np.full(ride.time.shape, np.nan)
    measured = np.isfinite(ride.altitude).any()
    return replace(
        ride,
        cadence=nothing,
        heart_rate=nothing,
        target_power=nothing,
        power=nothing if measured else ride.power,
    )


def _ridden(
    ride: Ride, rows: Repaired, rider: Rider, notes: list[str]
) -> tuple[Column, Column, float]:
    """Return distance and height of each second, and what rises count for noise [m]."""
    if not np.nanmax(rows.distance, initial=0.0) > 0.0:
        rows = replace(rows, distance=np.full(rows.time.shape, np.nan))
    along = travelled(rows)
    if not along.size or not np.isfinite(along).all() or not along[-1] > along[0]:
        return _paced(ride, rows, rider, notes)
    along = along - along[0]
    _long_enough(along)
    if _mostly(rows.altitude, rows.riding):
        altitude, told = without_spikes(along, rows.altitude)
        notes += told
        heights = ridden_altitude(replace(rows, distance=along, altitude=altitude))
        # Bridged before they are smoothed: a mean over both sides of a hole would be a step.
        known = np.isfinite(heights)
        heights = np.interp(along, along[known], heights[known])
        _tell_unknown(ride.altitude, notes)
        if ride.virtual_altitude:
            return along, heights, MODEL_STEP
        return along, smoothed(heights), ASCENT_HYSTERESIS
    if _mostly(rows.grade, rows.riding):
        notes.append("no elevation in it: rebuilt from the recorded grade")
        return along, rebuild.from_grade(rows, along), ASCENT_HYSTERESIS
    power = repaired(ride) if np.isfinite(ride.altitude).any() else rows
    if _mostly(power.power, rows.riding):
        notes.append(
            "no elevation in it: rebuilt from power, speed and mass, as if there had been no wind"
        )
        heights = rebuild.from_power(power, along, _mass(ride, rider))
        return along, heights, ASCENT_HYSTERESIS
    raise RideFileError(
        "no elevation, no grade and no power in it, so nobody knows how its road goes up and down"
    )


def _paced(
    ride: Ride, rows: Repaired, rider: Rider, notes: list[str]
) -> tuple[Column, Column, float]:
    """Return a road for a ride that knows only its power; see `_ridden`."""
    if not _mostly(rows.power, rows.riding):
        raise RideFileError("no distance, no speed and no power in it, so there is no road")
    mass = _mass(ride, rider)
    along = rebuild.at_one_speed(rows, mass)
    _long_enough(along)
    speed = float(along[-1]) / float(rows.seconds[rows.riding].sum())
    notes.append(
        "no elevation, distance or speed in it: its road goes up where its power was above the"
        f" mean, at one speed of {3.6 * speed:.0f} km/h"
    )
    return along, rebuild.from_power(rows, along, mass), ASCENT_HYSTERESIS


def _mass(ride: Ride, rider: Rider) -> float:
    """Return what was moved up the road, rider and bike [kg]."""
    body = rider.mass if ride.rider_mass is None else ride.rider_mass
    return body + rider.bike.mass


def _planned(ride: Ride, notes: list[str]) -> tuple[Column, Column]:
    """Return distance and height of each point of a route."""
    placed = np.isfinite(ride.distance)
    if placed.size and not placed.all():
        lost = int(placed.size - placed.sum())
        notes.append(f"{lost} point{'s' * (lost != 1)} without a place left out")
    # Whoever writes down a length means it; points are only where somebody set them.
    furthest = np.inf if ride.virtual_altitude else FURTHEST
    along, told = without_gaps(ride.distance[placed], furthest)
    notes += told
    _long_enough(along)
    heights = ride.altitude[placed]
    if not _mostly(heights, np.ones(heights.shape, dtype=bool)):
        raise RideFileError(
            "most of its points have no elevation, so nobody knows how its road goes up and down;"
            " let the program that made it add elevations"
        )
    _tell_unknown(heights, notes)
    heights, told = without_spikes(along, heights)
    notes += told
    return along, heights


def _long_enough(along: Column) -> None:
    length = float(along[-1]) if along.size else 0.0
    if length < SHORTEST_ROAD:
        raise RideFileError(
            f"its road is {length:.0f} m long, too short to ride; it takes {SHORTEST_ROAD:.0f} m"
        )
    if length > LONGEST_ROAD:
        raise RideFileError(
            f"its road is {way_text(length)} long; no more than {way_text(LONGEST_ROAD)} can be"
            " ridden"
        )


def _mostly(values: Column, within: npt.NDArray[np.bool_]) -> bool:
    """Tell whether a column is known in at least half of some rows, and two of them."""
    known = int(np.isfinite(values[within]).sum())
    return known >= max(2, int(within.sum()) / 2)


def _tell_unknown(altitude: Column, notes: list[str]) -> None:
    unknown = int(np.isnan(altitude).sum())
    if unknown:
        notes.append(
            f"{unknown} point{'s' * (unknown != 1)} without elevation bridged between the others"
        )


def _even(along: Column, heights: Column) -> Road:
    """Return heights at even steps; where the ride stood still, their mean."""
    known = np.isfinite(heights)
    places, which = np.unique(along[known], return_inverse=True)
    means = np.bincount(which, heights[known]) / np.bincount(which)
    length = float(along[-1])
    steps = round(length / max(STEP, length / MOST_STEPS))
    even = np.linspace(0.0, length, steps + 1)
    return Road(even, np.interp(even, places, means))


def _without_walls(profile: Road, notes: list[str]) -> Road:
    """Ease what is steeper than any road, foot and top staying as high as they are.

    The mean of the lowest profile above and the highest below that are nowhere steeper.
    """
    # A hair less, so that rounding makes nothing steeper.
    way, heights = (1.0 - 1e-6) * STEEPEST_RISE * profile.distance, profile.altitude
    above = np.maximum(
        np.maximum.accumulate(heights + way) - way,
        np.maximum.accumulate((heights - way)[::-1])[::-1] + way,
    )
    below = np.minimum(
        np.minimum.accumulate(heights - way) + way,
        np.minimum.accumulate((heights + way)[::-1])[::-1] - way,
    )
    # To the micrometre: a flat road stays flat, whatever was added and taken away.
    eased = np.round(0.5 * (above + below), 6)
    places = np.diff(np.abs(eased - heights) > WALL, prepend=False)
    if places.any():
        number = int((places.sum() + 1) // 2)
        notes.append(
            f"{number} place{'s' * (number != 1)} steeper than {100 * STEEPEST_ROAD:.0f} % eased"
        )
    return replace(profile, altitude=eased)


def _without_noise(profile: Road, noise: float) -> tuple[Road, list[int]]:
    """Let a profile only rise between a low and the next high, and only fall after it.

    What dips on the way up, by less than `noise`, becomes the mean of what the highest point
    before and the lowest point after would make of it: no steeper, and the turns stay as they are.
    """
    heights = profile.altitude.copy()
    turns = turning_points(heights, noise)
    if len(turns) == 1 or (turns and heights[turns[0]] > heights[turns[1]]):
        # What leads up to a first high is no rise, or the low before it were a turn as well.
        turns = turns[1:]
    ends = [0, *(turn for turn in turns if 0 < turn < heights.size - 1), heights.size - 1]
    for first, last in pairwise(ends):
        # Only at the start and at the end of a road are the ends not its lowest and highest.
        part = heights[first : last + 1]
        part = np.clip(part, min(part[0], part[-1]), max(part[0], part[-1]))
        rising = 1.0 if part[-1] >= part[0] else -1.0
        risen = np.maximum.accumulate(rising * part)
        to_rise = np.minimum.accumulate((rising * part)[::-1])[::-1]
        heights[first : last + 1] = 0.5 * rising * (risen + to_rise)
    return replace(profile, altitude=heights), ends
