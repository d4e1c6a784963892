"""What a test tells of FTP: always a band, never a number alone.

=================  =========================================================  =================
method             rule                                                       band
=================  =========================================================  =================
ramp               0.75 of the best minute of a ramp                          ±8 %
twenty_minutes     0.95 of the mean of twenty minutes to the limit            ±8 %; begins at
                                                                              0.92 without the
                                                                              five hard minutes
=================  =========================================================  =================

A ride below the limit is the business of `coach.training.submaximal`.

Sources: reference notes on training science, section 6. The ramp's share is a convention that
differs widely between riders; twenty minutes are reliable (variation 2.9 %, Borszcz 2020), their
share is a rule of thumb.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from coach.analysis.power import average, mean_max
from coach.analysis.repair import Repaired, repaired
from coach.analysis.timer import pauses
from coach.ride import Lap, Ride
from coach.rider import TEST_CEILING
from coach.workout import Segment, SegmentKind

TESTED = 0.08
"""Half the width of a band, as a share."""

RAMP_SHARE = 0.75
MINUTE = 60
FEWEST_STEPS = 3
"""A ramp that ends before so many full minutes began too hard for its rule; a convention."""

TWENTY_SHARE = 0.95
UNPREPARED_SHARE = 0.92
"""What the band of twenty minutes begins with where the five hard minutes are missing."""
TWENTY = 1200
SLACK = 5
"""So many seconds may be missing of a test: files round the ends of laps."""
PREPARING = 240.0
"""An effort before the twenty minutes counts as hard from this length on [s]."""

_BY_RIDER_SLACK = 15
"""Legs that fail are seen in so many last seconds of a ramp [s]."""
_UNKNOWN = 5
"""So many last seconds without power leave the end of a ramp unknown [s]."""
_BEHIND = 1.5
"""Steps that the best minute may lie below the last one: whoever fails in it has ridden nearly all
of the one before. Further behind is a trainer that did not follow; a convention."""


class Method(StrEnum):
    """How a threshold power was found."""

    RAMP = "ramp"
    TWENTY = "twenty_minutes"
    HEART_80 = "heart_rate_80"
    HEART_90 = "heart_rate_90"
    EFFORT = "effort"
    HILLS = "hills"


TESTS = (Method.RAMP, Method.TWENTY)
"""The rest are estimates."""


@dataclass(frozen=True, slots=True)
class ThresholdResult:
    """A threshold power (FTP) with its band, or why there is none."""

    method: Method
    value: float | None = None
    """[W]; ``None`` without a result."""
    low: float | None = None
    """[W]."""
    high: float | None = None
    """[W]."""
    why: str = ""
    """Why there is no result; else what it was reckoned from. One sentence for the rider."""
    notes: tuple[str, ...] = ()
    """What makes it worth less than its band says."""

    @property
    def valid(self) -> bool:
        """Whether there is a result."""
        return self.value is not None

    def as_json(self) -> dict[str, object]:
        """Return plain values, whole watts."""
        return {
            "method": self.method.value,
            "low_w": _whole(self.low),
            "value_w": _whole(self.value),
            "high_w": _whole(self.high),
            "why": self.why,
            "notes": list(self.notes),
        }


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def band(method: Method, value: float, half: float, why: str, *notes: str) -> ThresholdResult:
    """Return a result with a band of `half` of its value either way."""
    return ThresholdResult(method, value, value * (1 - half), value * (1 + half), why, notes)


def of_test(ride: Ride) -> ThresholdResult | None:
    """Return what a test says; ``None`` for a ride whose plan has none.

    Parameters
    ----------
    ride : Ride
        As a reader made it.
    """
    segments = _tests(ride)
    if not segments:
        return None
    return from_ramp(ride) if any(each.ramp for each in segments) else from_twenty(ride)


def from_ramp(ride: Ride) -> ThresholdResult:
    """Reckon FTP from a ramp.

    Parameters
    ----------
    ride : Ride
        Ridden under a plan with a ramp.

    Returns
    -------
    ThresholdResult
        Without a result where the ramp was not ridden to the rider's limit: not begun, ended with
        the ride, interrupted by a pause, out of steps, over within `FEWEST_STEPS` minutes, or held
        by a trainer that did less than it was asked.
    """
    steps = [each for each in _tests(ride) if each.ramp]
    laps = _laps(ride, steps)
    why = _why_no_ramp(ride, steps, laps)
    if why:
        return ThresholdResult(Method.RAMP, why=why)
    start, end = laps[0].start, laps[-1].start + laps[-1].elapsed_time
    rows = repaired(ride)
    power = rows.power[(rows.time >= start) & (rows.time < end)]
    best = float(mean_max(power, [MINUTE])[0])
    # A damaged file may have its laps and have lost the last samples of the ramp.
    lost = not (rows.time >= end - _UNKNOWN).any()
    if lost or math.isnan(best) or np.isnan(power[-_UNKNOWN:]).all():
        return ThresholdResult(Method.RAMP, why="power is missing in the ramp or at its end")
    asked = next(each for each in steps if each.index == laps[-1].segment).target_power_end or 0.0
    if best < asked - _BEHIND * _step(steps):
        return ThresholdResult(
            Method.RAMP,
            why=f"your best minute was {best:.0f} W and the ramp was at {asked:.0f} W by then: the"
            " trainer did not hold what it was asked",
        )
    notes = []
    if (steps[0].target_power_start or 0.0) < 100.0:
        notes.append(
            f"the ramp began at {steps[0].target_power_start:.0f} W; the rule's own begins at 100 W"
        )
    if not _legs_failed(rows, end):
        notes.append("it was over before your legs were; if there was more, FTP is higher")
    return band(
        Method.RAMP, RAMP_SHARE * best, TESTED, f"75 % of the best minute, {best:.0f} W", *notes
    )


def _why_no_ramp(ride: Ride, steps: list[Segment], laps: list[Lap]) -> str:
    """Return why a ramp was not ridden to the rider's limit; empty if it was."""
    if not laps:
        if any((lap.segment or 0) > steps[-1].index for lap in ride.laps):
            return "no step of the ramp was ridden; it takes a trainer that holds a power"
        return "the ride ended before the ramp began"
    start, end = laps[0].start, laps[-1].start + laps[-1].elapsed_time
    if any(start < stop < end - 1.0 for stop, _ in pauses(ride.timer)):
        return "the ramp was interrupted by a pause, in which legs recover"
    last = steps[-1]
    # A ride that was ridden again has the steps as they were ridden, the last one cut.
    full = laps[-1].timer_time >= max(MINUTE, last.duration) - 1.0
    if laps[-1].segment == last.index and full:
        highest = last.target_power_end or 0.0
        told = f"the ramp ended at {highest:.0f} W and you did not"
        if TEST_CEILING * (ride.threshold_power or 0.0) >= highest + _step(steps):
            return f"{told}: this ramp has no more steps; ride ftp-twenty instead"
        return (
            f"{told}: FTP is above the one in the rider file; write a higher one there and ride it"
            " again"
        )
    if ride.laps[-1] is laps[-1]:
        return (
            "the ride was ended in the ramp; when you can no more, let it end by itself, or press n"
        )
    if end - start < FEWEST_STEPS * MINUTE:
        return (
            f"the ramp was over within {FEWEST_STEPS} minutes, too soon for its rule; if it was too"
            " hard for you, write a lower FTP into the rider file and ride it again"
        )
    return ""


def _step(steps: list[Segment]) -> float:
    """Return from what to what a ramp goes in a step [W]."""
    watts = [each.target_power_end or 0.0 for each in steps[:2]]
    return watts[-1] - watts[0]


def _legs_failed(rows: Repaired, end: float) -> bool:
    """Tell whether cadence or power gave way at the end of a ramp.

    From what was recorded, so that every file of a ride says the same.
    """
    last = (rows.time >= end - _BY_RIDER_SLACK) & (rows.time <= end)
    short = rows.power[last] < 0.85 * rows.target_power[last]
    return bool((rows.cadence[last] < 60.0).any() or short.sum() >= 8)


def from_twenty(ride: Ride) -> ThresholdResult:
    """Reckon FTP from twenty minutes at the rider's own pace.

    Parameters
    ----------
    ride : Ride
        Ridden under a plan with a test of twenty minutes or more.

    Returns
    -------
    ThresholdResult
        Without a result where the twenty minutes are not full, or were interrupted. The value is
        95 % of their mean. The band is 8 % either way; where no hard effort of five minutes came
        before, it begins 8 % below 92 % of the mean, and so covers both rules.
    """
    tests = [each for each in _tests(ride) if not each.ramp]
    long = [each for each in tests if each.duration >= TWENTY]
    laps = _laps(ride, long)
    if not long:
        return ThresholdResult(Method.TWENTY, why="the plan has no test of twenty minutes")
    if not laps:
        return ThresholdResult(Method.TWENTY, why="the ride ended before the twenty minutes began")
    lap = max(laps, key=lambda each: each.timer_time)
    start, end = lap.start, lap.start + lap.elapsed_time
    if lap.timer_time < TWENTY - SLACK:
        minutes = int(lap.timer_time // 60)
        return ThresholdResult(
            Method.TWENTY, why=f"the twenty minutes are not full: {minutes} were ridden"
        )
    if any(start < stop < end - 1.0 for stop, _ in pauses(ride.timer)):
        return ThresholdResult(
            Method.TWENTY,
            why="the twenty minutes were interrupted by a pause, in which legs recover",
        )
    rows = repaired(ride)
    power = rows.power[(rows.time >= start) & (rows.time < end)]
    mean = float(mean_max(power, [min(TWENTY, max(TWENTY - SLACK, power.size))])[0])
    if math.isnan(mean):
        return ThresholdResult(Method.TWENTY, why="power is missing in the twenty minutes")
    result = band(
        Method.TWENTY, TWENTY_SHARE * mean, TESTED, f"95 % of the mean of 20 minutes, {mean:.0f} W"
    )
    if _prepared(ride, rows, tests, start, mean):
        return result
    return ThresholdResult(
        Method.TWENTY,
        result.value,
        UNPREPARED_SHARE * mean * (1 - TESTED),
        result.high,
        result.why,
        (
            "no five hard minutes came before, and without them the twenty come out too high: the"
            " band begins at 92 %",
        ),
    )


def _prepared(ride: Ride, rows: Repaired, tests: list[Segment], start: float, mean: float) -> bool:
    """Tell whether an effort at least as hard as the twenty minutes came before them."""
    for lap in _laps(ride, tests):
        if lap.start < start and lap.timer_time >= PREPARING:
            within = (rows.time >= lap.start) & (rows.time < lap.start + lap.elapsed_time)
            if average(rows.power[within]) >= mean:
                return True
    return False


def _tests(ride: Ride) -> list[Segment]:
    segments = () if ride.workout is None else ride.workout.segments
    return [each for each in segments if each.kind is SegmentKind.TEST]


def _laps(ride: Ride, segments: list[Segment]) -> list[Lap]:
    """Return the laps ridden in these segments, in order."""
    wanted = {each.index for each in segments}
    return [lap for lap in ride.laps if lap.segment in wanted and lap.elapsed_time > 0]
