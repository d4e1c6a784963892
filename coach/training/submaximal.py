"""What a ride below the limit tells of FTP: wide bands, for who has none or should not test.

==============  =============================================================================
method          rule
==============  =============================================================================
heart_rate_80   1.25 of the power at 80 % of the measured maximum heart rate, which is 60 % of
                peak power
heart_rate_90   0.949 of the power at 90 % of it, which is 79 %
effort          power over 0.85 where 8 to 10 minutes felt like CR10 4
hills           FTP as it was; 5 % more where the hills felt like CR10 2 or less, 7 % less where
                they felt like 6 or more
==============  =============================================================================

Each is good for ±15 % at best. Sources: reference notes on training science, section 6 (both rules
by heart rate follow from the stages of Lamberts' submaximal test, 60 and 79 % of peak power at 80
and 90 % of maximum heart rate: Lamberts 2014, 102 trained cyclists) and 3.5 (hills). Effort and
hills are rules of thumb; what a stretch must be like to count is our convention.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coach.analysis.asked import Asked, asked
from coach.analysis.posture import ride_posture, standing_seconds
from coach.analysis.power import average, if_known
from coach.analysis.repair import Repaired, repaired
from coach.messages import Posture
from coach.ride import Ride
from coach.training.threshold import TESTS, Method, ThresholdResult, band
from coach.workout import SegmentKind

ESTIMATED = 0.15
"""Half the width of a band, as a share."""

HEART_RULES = ((0.80, 0.60, Method.HEART_80), (0.90, 0.79, Method.HEART_90))
"""Share of maximum heart rate, and the share of peak power that is ridden there."""
PEAK_SHARE = 0.75
"""FTP as a share of peak power, as in the ramp's rule."""
LONGEST_WAIT = 150.0
"""A stretch must last so long for the heart to have arrived in its last third [s]."""
FURTHEST = 8.0
"""How far from a rule's heart rate a stretch may lie [bpm]."""

FELT = 4.0
FELT_SHARE = 0.85
FELT_LENGTHS = (480.0, 630.0)
"""From 8 to 10 minutes, and half a minute for the rider [s]."""

LIGHT, HEAVY = 2.0, 6.0
LIGHTER, HEAVIER = 1.05, 0.93


def estimates(
    ride: Ride, maximum_heart_rate: float | None, cr10: float | None = None
) -> tuple[ThresholdResult, ...]:
    """Estimate FTP from a ride below the limit.

    Parameters
    ----------
    ride : Ride
        Ridden under a plan: only there is it known what was steady and seated.
    maximum_heart_rate : float or None
        Measured [bpm]; by an estimate from age nothing is reckoned.
    cr10 : float or None
        How hard the hardest part was; by default the ride's own.

    Returns
    -------
    tuple of ThresholdResult
        One for each method, the most telling first; those that say nothing here say why.
    """
    if ride.workout is None:
        why = "it was ridden without a plan, and only a plan says what was steady and seated"
        return tuple(ThresholdResult(method, why=why) for method in Method if method not in TESTS)
    cr10 = ride.cr10 if cr10 is None else cr10
    rows = repaired(ride)
    steady = [*_steady(ride)]
    return (
        *_by_heart(ride, rows, steady, maximum_heart_rate),
        _by_effort(rows, steady, cr10),
        _by_hills(ride, cr10),
    )


def _steady(ride: Ride) -> Iterator[Asked]:
    """Yield the stretches that were asked at one power."""
    for stretch in asked(ride):
        segment = stretch.segment
        if segment is None or segment.kind not in (SegmentKind.HILL, SegmentKind.MODERATE):
            continue
        if segment.target_power_start == segment.target_power_end:
            yield stretch


def _by_heart(
    ride: Ride, rows: Repaired, steady: list[Asked], maximum: float | None
) -> Iterator[ThresholdResult]:
    """Take the power near 80 and 90 % of maximum heart rate for its share of peak power."""
    points = _hearts(ride, rows, steady)
    why = ""
    if maximum is None:
        why = "the rider file has no measured maximum heart rate (hr_max_bpm)"
    elif not points:
        why = (
            f"it takes a steady seated stretch of {LONGEST_WAIT / 60:g} minutes with power and"
            " heart rate, on a hill or before the hills"
        )
    for share, _, method in HEART_RULES:
        if maximum is None or why:
            yield ThresholdResult(method, why=why)
        else:
            yield _near(share * maximum, share, method, maximum, points)


def _hearts(ride: Ride, rows: Repaired, steady: list[Asked]) -> list[tuple[float, float]]:
    """Return heart rate [bpm] and power [W] of the stretches in which the one tells of the other.

    Of each seated stretch counts its last third: a heart is a minute late. Standing raises heart
    rate by itself, and so does having climbed: what comes after the hills and is none does not
    count.
    """
    stood = ride_posture(ride)
    points: list[tuple[float, float]] = []
    climbed = False
    for stretch in steady:
        length = stretch.end - stretch.start
        hill = stretch.segment is not None and stretch.segment.kind is SegmentKind.HILL
        climbed = climbed or hill
        if stretch.posture is not Posture.SEATED or length < LONGEST_WAIT or hill is not climbed:
            continue
        within = (rows.time >= stretch.end - length / 3) & (rows.time < stretch.end)
        power = if_known(average(rows.power[within]))
        rate = if_known(average(rows.heart_rate[within]))
        if power and rate and standing_seconds(stood, stretch.start, stretch.end) < length / 10:
            points.append((rate, power))
    return points


def _near(
    goal: float, share: float, method: Method, maximum: float, points: list[tuple[float, float]]
) -> ThresholdResult:
    """Read the power at a heart rate [bpm] from the stretches near it.

    From there to the rule's own heart rate goes the rule itself: between its two stages, peak power
    per heart rate is a straight line.
    """
    near = [(rate, power) for rate, power in points if abs(rate - goal) <= FURTHEST]
    if not near:
        rates = [f"{rate:.0f}" for rate, _ in (min(points), max(points))]
        return ThresholdResult(
            method,
            why=f"{100 * share:.0f} % of your maximum is {goal:.0f} bpm, and the steady stretches"
            f" were ridden at {' to '.join(dict.fromkeys(rates))}",
        )
    peaks = np.array([power / _peak_share(rate / maximum) for rate, power in near])
    peak = float(peaks.mean())
    if np.abs(peaks / peak - 1.0).max() > ESTIMATED:
        return ThresholdResult(
            method, why="heart rate and power of the stretches contradict each other"
        )
    power = peak * _peak_share(share)
    why = f"{power:.0f} W at {100 * share:.0f} % of your maximum heart rate"
    return band(
        method, PEAK_SHARE * peak, ESTIMATED, why, "the rule was found with trained cyclists"
    )


def _peak_share(heart: float) -> float:
    """Return the share of peak power that is ridden at a share of maximum heart rate."""
    (low, at_low, _), (high, at_high, _) = HEART_RULES
    return at_low + (at_high - at_low) * (heart - low) / (high - low)


def _by_effort(rows: Repaired, steady: list[Asked], cr10: float | None) -> ThresholdResult:
    """Take eight to ten minutes that felt somewhat strong for 85 % of FTP."""
    powers = [
        average(rows.power[(rows.time >= each.start) & (rows.time < each.end)]) for each in steady
    ]
    known = [(power, each) for power, each in zip(powers, steady, strict=True) if power > 0]
    if not known:
        return ThresholdResult(Method.EFFORT, why="it takes a steady stretch with power")
    if cr10 != FELT:
        return ThresholdResult(
            Method.EFFORT, why=f"it takes a hardest part that felt like CR10 {FELT:g}"
        )
    power, hardest = max(known, key=lambda each: each[0])
    length = hardest.end - hardest.start
    if not FELT_LENGTHS[0] <= length <= FELT_LENGTHS[1]:
        return ThresholdResult(
            Method.EFFORT, why="the hardest stretch did not last 8 to 10 minutes"
        )
    return band(
        Method.EFFORT, power / FELT_SHARE, ESTIMATED, f"{power:.0f} W felt like CR10 {FELT:g}"
    )


def _by_hills(ride: Ride, cr10: float | None) -> ThresholdResult:
    """Correct the FTP of the rider file by how the hills felt."""
    before = ride.threshold_power
    segments = () if ride.workout is None else ride.workout.segments
    hills = {each.index for each in segments if each.kind is SegmentKind.HILL}
    ridden = {lap.segment for lap in ride.laps}
    if not hills or before is None:
        return ThresholdResult(Method.HILLS, why="it takes hills ridden by an FTP")
    if not hills <= ridden:
        return ThresholdResult(Method.HILLS, why="not all of the hills were ridden")
    if cr10 is None:
        return ThresholdResult(
            Method.HILLS, why="nobody said how hard the hills were (CR10); add --cr10 N"
        )
    share = LIGHTER if cr10 <= LIGHT else HEAVIER if cr10 >= HEAVY else 1.0
    change = {LIGHTER: "5 % more than", HEAVIER: "7 % less than"}.get(share, "the same as")
    why = f"the hills felt like CR10 {cr10:g}: {change} the {before:.0f} W they were ridden by"
    return band(Method.HILLS, share * before, ESTIMATED, why)
