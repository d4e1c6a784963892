"""What a chart of a ride shows, before anything is drawn: pure arithmetic on columns.

Everything is at 1 Hz, from the repaired ride; gaps stay NaN, and no mean reaches across one.
Figures are reckoned from raw data, never from what was smoothed for the eye.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coach.analysis.hills import Hill
from coach.analysis.power import average
from coach.analysis.repair import Repaired, repaired
from coach.analysis.summary import Summary, summarize
from coach.analysis.target import settled
from coach.analysis.timer import LONGEST_HOLD, pauses
from coach.charts.axis import SHORTEST_WAY, Axis, AxisName, Span, axis_of
from coach.messages import Posture
from coach.ride import Column, Ride
from coach.rider import ZONE_BOUNDS
from coach.workout import STEEP_RAMP

Mask = npt.NDArray[np.bool_]

SHORTFALL = 0.04
"""Missed work: power short of the target by more than this fraction ..."""
SHORTFALL_ABOVE = 0.80
"""... of targets from this fraction of threshold power on, the first of the six hills, ..."""
SHORTFALL_MEAN = 21
"""... judged by the mean over this long [s]."""
ROUND = (5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
"""Durations that a rider reads at once [s]."""


class Stop(NamedTuple):
    """A stretch in which nothing was recorded, or the timer stood still."""

    start: float
    end: float
    paused: bool
    """The timer says so; else the recording is silent and nobody knows why."""


class Run(NamedTuple):
    """Rows ``first`` up to but not including ``end`` that have the same value."""

    first: int
    end: int
    value: int

    @property
    def rows(self) -> slice:
        """The rows as an index."""
        return slice(self.first, self.end)


@dataclass(frozen=True, slots=True)
class Traces:
    """A ride as a chart needs it; see `traces`."""

    ride: Ride
    rows: Repaired
    summary: Summary
    smoothing: int
    """Window of the power trace [s]."""
    duration: float
    """Of what is drawn [s]."""
    stops: tuple[Stop, ...]
    """Pauses and silences longer than 10 s."""
    axis: Axis
    span: Span
    """From the first to the last place drawn, on the axis."""

    @property
    def x(self) -> Column:
        """Where each row begins on the axis, shape (n_rows,)."""
        return self.axis.at

    def smooth(self, name: str, seconds: int) -> Column:
        """Return a column's centred mean; see `centred_mean`."""
        return self.mean(getattr(self.rows, name), seconds)

    def mean(self, values: Column, seconds: int) -> Column:
        """Return the centred mean of values at the rows; see `centred_mean`."""
        return centred_mean(values, seconds, stretches(self.rows))

    def has(self, name: str) -> bool:
        """Tell whether anything is known in a column."""
        return bool(np.isfinite(getattr(self.rows, name)).any())

    def middle(self, hill: Hill) -> float:
        """Return where the middle of a hill lies on the axis."""
        start, end = self.axis.places(hill.start, hill.start + hill.duration)
        return (start + end) / 2

    def within(self, span: Span) -> Mask:
        """Tell which rows begin within a span of time."""
        mask: Mask = (self.rows.time >= span.start) & (self.rows.time < span.end)
        return mask


def traces(ride: Ride, smooth: float | None = None, axis: AxisName | None = None) -> Traces:
    """Work out what to draw of a ride.

    Parameters
    ----------
    ride : Ride
    smooth : float, optional
        Window of the power trace [s]; by default what `smoothing_for` says.
    axis : {'time', 'distance'}, optional
        By default what `axis_of` says.

    Raises
    ------
    RideFileError
        If the axis is to be distance, and the ride has none.
    """
    rows = repaired(ride)
    time = _whole_span(rows)
    duration = time.end - time.start
    smoothing = smoothing_for(duration) if smooth is None else max(1, round(smooth))
    right = axis_of(ride, rows, axis)
    span = time if right.name == "time" else Span(0.0, max(float(right.at[-1]), SHORTEST_WAY))
    stops = tuple(_stops(ride, rows))
    return Traces(ride, rows, summarize(ride), smoothing, duration, stops, right, span)


def _stops(ride: Ride, rows: Repaired) -> Iterator[Stop]:
    pause_starts = np.array([start for start, _ in pauses(ride.timer)])
    still = ~rows.riding & (rows.seconds > LONGEST_HOLD)
    starts, ends = rows.time[still], (rows.time + rows.seconds)[still]
    # A device writes its last record up to a second before or after it stops the timer.
    first = np.searchsorted(pause_starts, starts - 2.0)
    paused = np.searchsorted(pause_starts, ends) > first
    for start, end, timer_stopped in zip(starts, ends, paused, strict=True):
        yield Stop(float(start), float(end), bool(timer_stopped))


def _whole_span(rows: Repaired) -> Span:
    """Return the time from the first to the last sample, at least a second."""
    if not len(rows):
        return Span(0.0, 1.0)
    first, last = float(rows.time[0]), float(rows.time[-1])
    # Devices write their first record a moment after they start; the axis begins at the start.
    start = 0.0 if 0 < first <= LONGEST_HOLD else first
    return Span(start, max(last, start + 1.0))


def smoothing_for(seconds: float) -> int:
    """Return how long a mean suits a ride of this length [s].

    3 s below 20 minutes, 5 s up to 75, 10 s up to 3 hours. From there on a mean that is narrower
    than two pixels would only blacken the picture: 30 s, and a minute above 8 hours.
    """
    for longest, mean in ((20 * 60 - 1, 3), (75 * 60, 5), (3 * 3600, 10), (8 * 3600, 30)):
        if seconds <= longest:
            return mean
    return 60


def stretches(rows: Repaired) -> npt.NDArray[np.intp]:
    """Number the stretches of riding: rows of the same stretch have the same number."""
    return np.cumsum(~rows.riding, dtype=np.intp)


def centred_mean(values: Column, width: int, stretch: npt.NDArray[np.intp]) -> Column:
    """Mean of what is known around each value.

    Parameters
    ----------
    values : ndarray, shape (n_samples,)
        NaN in gaps.
    width : int
        Samples in a window.
    stretch : ndarray of int, shape (n_samples,)
        Rising numbers; no window holds values of two stretches.

    Returns
    -------
    ndarray, shape (n_samples,)
        NaN where `values` is: a gap is never filled. Towards an end the window shrinks.
    """
    at = np.arange(values.size)
    first = np.searchsorted(stretch, stretch, "left")
    end = np.searchsorted(stretch, stretch, "right")
    low, high = np.maximum(at - width // 2, first), np.minimum(at + (width + 1) // 2, end)
    known = np.isfinite(values)
    sums = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
    counts = np.concatenate(([0], np.cumsum(known)))
    means = np.full(values.shape, np.nan)
    np.divide(sums[high] - sums[low], counts[high] - counts[low], out=means, where=known)
    return means


def runs(values: npt.NDArray[np.integer]) -> Iterator[Run]:
    """Yield the runs of equal values that are not negative."""
    if not values.size:
        return
    cuts = np.flatnonzero(np.diff(values)) + 1
    edges = [0, *cuts.tolist(), values.size]
    for first, end in pairwise(edges):
        if values[first] >= 0:
            yield Run(first, end, int(values[first]))


def spans(rows: Repaired, mask: Mask) -> list[Span]:
    """Return the stretches of time whose rows are marked."""
    ends = rows.time + rows.seconds
    return [
        Span(float(rows.time[run.first]), float(ends[run.end - 1]))
        for run in runs(np.where(mask, 0, -1))
    ]


# --- power --------------------------------------------------------------------------------------


def power_zone(power: Column, threshold_power: float) -> npt.NDArray[np.intp]:
    """Return the zone of each power: 0 for Z1 to 5 for Z6, -1 where power is unknown."""
    bounds = np.array(ZONE_BOUNDS) * threshold_power
    return np.where(np.isfinite(power), np.searchsorted(bounds, power, "left"), -1)


def target_zone(target: Column, threshold_power: float) -> npt.NDArray[np.intp]:
    """Return the zone of each target; on a steep ramp that of where it leads.

    A ramp of 20 s from one block to the next would otherwise be a rainbow of slivers.
    """
    zone = power_zone(target, threshold_power)
    moving = np.abs(np.diff(target)) > STEEP_RAMP
    # On a ramp the target moves before and after; a step moves on one side only.
    ramp = np.append(moving[:1], moving) & np.append(moving, moving[-1:])
    following = np.where(ramp, target.size, np.arange(target.size))
    following = np.minimum.accumulate(following[::-1])[::-1]
    return np.where(zone < 0, zone, zone[np.minimum(following, target.size - 1)])


def ridden_zone(shown: Traces, threshold_power: float) -> npt.NDArray[np.intp]:
    """Return the zone that most of the time around each row was ridden in; -1 without power.

    A mean would draw stairs of zones nobody rode beside every interval.
    """
    zone = power_zone(shown.rows.power, threshold_power)
    window = round(_readable(shown.duration / 150))
    known = zone >= 0
    shares = [
        shown.mean(np.where(known, zone == number, np.nan), window)
        for number in range(len(ZONE_BOUNDS) + 1)
    ]
    return np.where(known, np.argmax(np.nan_to_num(shares), axis=0), -1)


def _readable(seconds: float) -> float:
    """Return the shortest of some round durations that is not below this [s]."""
    return next((length for length in ROUND if length >= seconds), ROUND[-1])


def shortfall(shown: Traces) -> tuple[Column, list[Run]]:
    """Return the mean power that targets are judged by, and where it falls short of them.

    The mean does not reach back over a step: nobody is short of a target that was not yet there.
    A dip that is shorter than the mean's own window is how legs are, no missed work.
    """
    rows, threshold = shown.rows, shown.ride.threshold_power
    if threshold is None:
        return rows.power, []
    judged = settled(rows.target_power)
    steps = np.cumsum(~judged, dtype=np.intp)
    mean = centred_mean(np.where(judged, rows.power, np.nan), SHORTFALL_MEAN, steps)
    # Files keep targets in whole watts.
    short = rows.target_power >= SHORTFALL_ABOVE * threshold - 0.5
    short &= mean < (1 - SHORTFALL) * rows.target_power
    missed = runs(np.where(short, 0, -1))
    return mean, [run for run in missed if run.end - run.first >= SHORTFALL_MEAN]


def share_of_target(shown: Traces, hill: Hill) -> float | None:
    """Return a hill's mean power as a fraction of what was asked; ``None`` without a target."""
    within = shown.within(Span(hill.start, hill.start + hill.duration))
    target = average(shown.rows.target_power[within])
    if hill.average_power is None or not target > 0:
        return None
    return hill.average_power / target


# --- posture ------------------------------------------------------------------------------------


class Stretch(NamedTuple):
    """A span in one posture."""

    start: float
    end: float
    posture: Posture


def prescribed(shown: Traces) -> list[Stretch]:
    """Return the postures that were asked for, without the time that the timer stood still."""
    stretches: list[Stretch] = []
    for each, _ in shown.summary.account.stretches:
        if each.posture is None:
            continue
        start = each.start
        if stretches and stretches[-1].end == start and stretches[-1].posture is each.posture:
            start = stretches.pop().start
        stretches.append(Stretch(start, each.end, each.posture))
    return stretches


# --- cadence, heart -------------------------------------------------------------------------------


def pedalling(shown: Traces, seconds: int) -> Column:
    """Return the mean cadence of turning cranks [rpm]; NaN where they mostly stood still."""
    cadence = shown.rows.cadence
    turning = np.where(cadence > 0, 1.0, np.where(np.isfinite(cadence), 0.0, np.nan))
    share = shown.mean(turning, seconds)
    mean = np.full(cadence.shape, np.nan)
    np.divide(shown.mean(cadence, seconds), share, out=mean, where=share >= 0.5)
    return mean


class Goal(NamedTuple):
    """A cadence that was asked for over a span [rpm]."""

    start: float
    end: float
    low: float
    high: float


def cadence_goals(ride: Ride) -> list[Goal]:
    """Return the cadences that the plan asked for, lap by lap."""
    segments = () if ride.workout is None else ride.workout.segments
    goals: list[Goal] = []
    for lap in ride.laps:
        if lap.segment is None or not 0 <= lap.segment < len(segments):
            continue
        low, high = segments[lap.segment].cadence_low, segments[lap.segment].cadence_high
        if low is not None and high is not None and lap.elapsed_time > 0:
            goals.append(Goal(lap.start, lap.start + lap.elapsed_time, low, high))
    return goals


def silences(shown: Traces, name: str) -> list[Span]:
    """Return where the ride went on but nothing is known in a column for more than 10 s."""
    missing = shown.rows.riding & np.isnan(getattr(shown.rows, name))
    return [span for span in spans(shown.rows, missing) if span.end - span.start > LONGEST_HOLD]


def peak_row(shown: Traces, hill: Hill) -> int | None:
    """Return the row of a hill's highest heart rate."""
    within = shown.within(Span(hill.start, hill.start + hill.duration))
    known = np.flatnonzero(within & np.isfinite(shown.rows.heart_rate))
    return int(known[np.argmax(shown.rows.heart_rate[known])]) if known.size else None
