"""What a ride showed, as far as the strength routine goes by it; what nobody knows is ``None``.

A fact is left unknown rather than guessed: an estimated posture counts for nothing, a hill that
was broken off is not held against anybody, and a few seconds of anything are no fact at all.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from coach.analysis.account import Account, account
from coach.analysis.done import Done
from coach.analysis.heart import decoupling
from coach.analysis.hills import Hill, hills
from coach.analysis.lap_timer import LapTimer
from coach.analysis.posture import ride_posture
from coach.analysis.power import if_known
from coach.analysis.repair import Repaired, repaired
from coach.analysis.target import on_target
from coach.messages import Posture, PostureSource
from coach.ride import PEDALLED, Ride
from coach.workout import SegmentKind

SLOW = 60.0
"""Below it legs turn slowly on a hill [rpm] (reference notes on training science, section 3.6)."""
LEAST_TIME = 60.0
"""Of standing asked for, or of climbing, before a share of it is a fact [s]; a convention."""
WHOLE_HILL = 0.9
"""Share of a hill's planned time from which it counts as ridden; a convention."""
ENDS = 2
"""So many first and last hills are held against each other; a convention."""
SETTLING = 300
"""The moderate block's first seconds do not count for drift (reference notes, section 4.6) [s]."""
LEAST_STEADY = 600
"""What has to be left of the block then [s]; a convention."""
STEADY = 0.8
"""Share on target from which the block was a steady effort; a convention."""


@dataclass(frozen=True, slots=True)
class RideFacts:
    """What one ride showed."""

    source: PostureSource | None = None
    """Who knows the posture, measured or declared; ``None`` when nobody does."""
    cues: int | None = None
    """How often the rider was asked to stand up; ``None`` where posture is not judged."""
    missed: int | None = None
    """How many of these cues were never followed."""
    stood: float | None = None
    """Share of the standing asked for on hills that was stood, 0 to 1, of the time known."""
    sat_down: tuple[int, ...] = ()
    """Numbers of the hills with a sit of more than 5 s between a stand and the standing's end."""
    weakest_hill: float | None = None
    """The smallest of the hills' mean power over mean target; only when every hill was ridden."""
    fade: float | None = None
    """Mean of that ratio over the first two hills, less that over the last two."""
    slow_climbing: float | None = None
    """Share of the pedalled time on hills under 60 rpm, 0 to 1."""
    longest_seated: float | None = None
    """The longest time in the saddle in one go, pauses left out [s]."""
    drift: float | None = None
    """Decoupling of heart rate and power on the moderate block, as a fraction."""
    cr10: float | None = None
    """How hard the hardest part was, by the rider's own word, 0 to 10; ``None`` also after
    intervals, whose few seconds are meant to feel like 7 to 8."""


def facts(ride: Ride) -> RideFacts:
    """Reckon what a ride showed.

    Parameters
    ----------
    ride : Ride
        As a reader made it; with a plan or without.

    Returns
    -------
    RideFacts
        Of a ride without cranks (another sport) no more than the rider's own word.
    """
    if ride.sport not in PEDALLED:
        return RideFacts(cr10=_cr10(ride))
    rows = repaired(ride)
    climbed = hills(ride, rows)
    judged = account(ride, rows, climbed)
    ratios, every_hill = _hill_powers(ride, judged)
    ends = len(ratios) >= 2 * ENDS
    return replace(
        _standing(judged),
        weakest_hill=min(ratios) if every_hill else None,
        fade=statistics.fmean(ratios[:ENDS]) - statistics.fmean(ratios[-ENDS:]) if ends else None,
        slow_climbing=_slow_climbing(rows, climbed),
        longest_seated=_longest_seated(ride),
        drift=_drift(rows, judged),
        cr10=_cr10(ride),
    )


def _cr10(ride: Ride) -> float | None:
    segments = () if ride.workout is None else ride.workout.segments
    return None if any(each.kind is SegmentKind.INTERVAL for each in segments) else ride.cr10


def _standing(judged: Account) -> RideFacts:
    """Tell what became of the cues to stand."""
    whole = judged.ride.posture
    if whole is None:
        return RideFacts()
    asked = unknown = stood = 0.0
    sat_down: list[int] = []
    for stretch, done in judged.stretches:
        hill = None if stretch.segment is None else stretch.segment.hill
        if stretch.posture is not Posture.STANDING or hill is None or done.posture is None:
            continue
        asked += done.asked_standing
        unknown += done.posture.unknown
        stood += done.posture.stood
        if done.posture.aborted:
            sat_down.append(hill)
    known = asked - unknown
    return RideFacts(
        source=judged.source,
        cues=judged.ride.cues,
        missed=whole.missed,
        stood=stood / known if known >= LEAST_TIME else None,
        sat_down=tuple(dict.fromkeys(sat_down)),
    )


def _hill_powers(ride: Ride, judged: Account) -> tuple[list[float], bool]:
    """Return power over target of each hill that was ridden whole, and whether that is every one.

    A hill that was begun and broken off is left out; ridden again after going back, it counts.
    """
    planned: dict[int, float] = {}
    for segment in () if ride.workout is None else ride.workout.segments:
        if segment.hill is not None:
            planned[segment.hill] = planned.get(segment.hill, 0.0) + segment.duration
    whole = [
        (hill.index, ratio)
        for hill, done in judged.hills
        if done.asked >= WHOLE_HILL * planned.get(hill.index, math.inf)
        and (ratio := _ratio(done)) is not None
    ]
    found = {index for index, _ in whole}
    return [ratio for _, ratio in whole], bool(planned) and found == planned.keys()


def _ratio(done: Done) -> float | None:
    if done.average_power is None or not done.average_target:
        return None
    return done.average_power / done.average_target


def _slow_climbing(rows: Repaired, climbed: Sequence[Hill]) -> float | None:
    """Return which share of the pedalling on hills was slow."""
    on_hill = np.zeros(rows.time.shape, dtype=bool)
    for hill in climbed:
        on_hill |= (rows.time >= hill.start) & (rows.time < hill.start + hill.duration)
    cadence = rows.cadence[on_hill]
    cadence = cadence[cadence > 0]
    return float(np.mean(cadence < SLOW)) if cadence.size >= LEAST_TIME else None


def _longest_seated(ride: Ride) -> float | None:
    """Return the longest time seated in one go; ``None`` where nobody knows the posture."""
    postures = LapTimer(ride).intervals(ride_posture(ride))
    if not postures:
        return None
    longest = since = until = 0.0
    for start, end, posture in postures:
        if posture is Posture.SEATED:
            # Two that meet have a pause between them, which on the timer is nothing.
            since = since if start == until else start
            until = end
            longest = max(longest, until - since)
    return longest


def _drift(rows: Repaired, judged: Account) -> float | None:
    """Return the decoupling on the moderate block, if that was one long steady effort."""
    spans: dict[int, tuple[float, float]] = {}
    for stretch, _ in judged.stretches:
        segment = stretch.segment
        if segment is not None and segment.kind is SegmentKind.MODERATE:
            first, _ = spans.get(segment.index, (stretch.start, stretch.end))
            spans[segment.index] = (first, stretch.end)
    if not spans:
        return None
    start, end = max(spans.values(), key=lambda span: span[1] - span[0])
    # Gaps stay in, as the rows of NaN that they are, so that nothing is judged across them.
    block = np.flatnonzero((rows.time >= start) & (rows.time < end))
    block = block[np.cumsum(rows.riding[block]) > SETTLING]
    power, heart_rate = rows.power[block], rows.heart_rate[block]
    known = np.isfinite(power) & np.isfinite(heart_rate)
    # NaN, where there is no target, is no steady effort either.
    steady = on_target(power, rows.target_power[block]) >= STEADY
    if not steady or known.sum() < LEAST_STEADY:
        return None
    return if_known(decoupling(power, heart_rate))
