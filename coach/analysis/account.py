"""A whole ride, asked and done: for the ride, for each hill, for each stretch of the plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coach.analysis.asked import Asked, asked
from coach.analysis.done import SCORED, Done, Judge, Seconds, confirmed
from coach.analysis.hills import Hill
from coach.analysis.lap_timer import LapTimer
from coach.analysis.posture import ride_posture
from coach.analysis.repair import Repaired
from coach.messages import PostureSource
from coach.ride import Ride

NO_PLAN = "the ride has no plan, so no posture was asked for"
NO_POSITION = "nobody measured or declared the rider's posture, so it is not judged"
UNCONFIRMED = "no position was confirmed while the ride lasted, so posture is not judged"
ESTIMATED = "the rider's posture is only estimated, and an estimate is never judged"


@dataclass(frozen=True, slots=True)
class Account:
    """What was asked of a ride, and what was done."""

    source: PostureSource | None
    """Who knows the posture done; ``None`` when it is not judged."""
    note: str
    """Why nothing, or no posture, is judged; else empty."""
    ride: Done
    hills: tuple[tuple[Hill, Done], ...]
    """The plan's hills, as they were ridden."""
    stretches: tuple[tuple[Asked, Done], ...]
    """In order; times in seconds since the ride's start."""


def account(ride: Ride, rows: Repaired, hills: Iterable[Hill]) -> Account:
    """Compare what a ride was asked for with what was done.

    Parameters
    ----------
    ride : Ride
        As a reader made it.
    rows : Repaired
        The same ride, repaired.
    hills : iterable of Hill
        The same ride's; those under which nothing was asked are left out.

    Returns
    -------
    Account
        By measured positions, else by declared ones, as the ride has them; never by estimated
        ones.
    """
    stretches = asked(ride)
    timer = LapTimer(ride)
    at = timer.moment
    on_timer = [replace(each, start=at(each.start), end=at(each.end)) for each in stretches]
    seconds = Seconds(
        np.where(rows.riding, timer.at(rows.time), np.nan),
        rows.power,
        rows.target_power,
        rows.cadence,
    )
    source = ride.position_source if ride.positions else None
    intervals = timer.intervals(ride_posture(ride))
    if stretches and intervals and source is not None and source in SCORED:
        positions = sorted(ride.positions, key=lambda change: change.time)
        on_time = (replace(each, time=at(each.time)) for each in positions)
        judge = Judge(on_timer, seconds, intervals, confirmed(on_time, source))
        note = ""
    else:
        judge = Judge(on_timer, seconds, None)
        note = _why_not(stretches, source)
        source = None
    judged = (
        (hill, judge.between(at(hill.start), timer.end(hill.start + hill.duration)))
        for hill in hills
    )
    return Account(
        source=source,
        note=note,
        ride=judge.between(-math.inf, math.inf),
        hills=tuple((hill, done) for hill, done in judged if done.asked > 0),
        stretches=tuple(
            (each, judge.between(here.start, here.end))
            for each, here in zip(stretches, on_timer, strict=True)
        ),
    )


def _why_not(stretches: Sequence[Asked], source: PostureSource | None) -> str:
    """Say why no posture is judged."""
    if not stretches:
        return NO_PLAN
    if source in SCORED:
        return UNCONFIRMED
    return ESTIMATED if source is PostureSource.ESTIMATED else NO_POSITION
