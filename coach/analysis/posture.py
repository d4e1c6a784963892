"""Seated or standing: from the positions a ride recorded to time and counts.

Pedals and head units write *changes*: ``seated``, ``standing`` and the two transitions between
them, with whole seconds, repeats included. Their own session total can be had from these events
to the second by one rule, checked against three Garmin recordings:

* each transition already counts as the state that is confirmed next;
* a trailing transition is confirmed by nothing: from there on the posture is not known;
* time during which the ride's timer stood still is left out;
* nothing is known before the first event;
* a whole ride is reckoned in whole seconds, as FIT writes them, so that it stands as long in
  each of its files.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from coach.analysis.timer import in_order, pauses, running
from coach.messages import Posture, PostureSource, RiderPosition
from coach.ride import PositionChange, Ride, TimerChange

_CONFIRMED = {
    RiderPosition.SEATED: Posture.SEATED,
    RiderPosition.STANDING: Posture.STANDING,
}


class PostureInterval(NamedTuple):
    """A stretch of running timer in one posture; times in seconds since the ride's start."""

    start: float
    end: float
    posture: Posture


def settle(
    positions: Iterable[PositionChange], timer: Iterable[TimerChange], end: float
) -> list[PostureInterval]:
    """Turn position changes into intervals of one settled posture.

    Parameters
    ----------
    positions : iterable of PositionChange
        As recorded, transitions and repeats included; in any order.
    timer : iterable of TimerChange
        Starts and stops of the ride's timer; none means that it ran throughout.
    end : float
        Where the ride ends [s]; a confirmed posture holds until here.

    Returns
    -------
    list of PostureInterval
        In order, not overlapping, each longer than nothing; neighbours differ in posture unless a
        pause lies between them.

    Notes
    -----
    Source: the rule was found by comparing position events with the session's ``time_standing``
    in three Garmin files (87.998, 1490.98 and 1073.0 s; this rule: 88, 1491 and 1073 s). The
    second of them ends in a transition of 4 s after standing, which the device does not count.
    """
    stood_still = pauses(timer)
    return [
        PostureInterval(start, stop, stretch.posture)
        for stretch in _settled(sorted(positions, key=lambda change: change.time), end)
        for start, stop in running(stood_still, stretch.start, stretch.end)
    ]


def standing_seconds(intervals: Iterable[PostureInterval], start: float, end: float) -> float:
    """Return how long the rider stood between `start` and `end` [s]."""
    return sum(
        max(0.0, min(interval.end, end) - max(interval.start, start))
        for interval in intervals
        if interval.posture is Posture.STANDING
    )


def time_standing(ride: Ride) -> float | None:
    """Return how long the rider stood [s].

    From the recorded positions by the rule of `settle`, from the ride's start on; where they
    confirm nothing, the device's own session total; ``None`` when neither is there.
    """
    settled = ride_posture(ride)
    if not settled:
        return ride.time_standing
    return standing_seconds(settled, 0.0, float("inf"))


def stand_count(ride: Ride) -> int | None:
    """Return how often the rider stood up.

    The device's own session count where there is one, since devices merge short stands by rules
    of their own; else the confirmed changes to standing; ``None`` where nothing was confirmed.
    """
    if ride.stand_count is not None or not ride_posture(ride):
        return ride.stand_count
    return stands(ride, _seen(ride))


def stands(ride: Ride, positions: Iterable[PositionChange]) -> int:
    """Return how many confirmed changes to standing there are before the ride's end."""
    end = ride_end(ride)
    confirmed = [
        change.position
        for change in sorted(positions, key=lambda change: change.time)
        if change.position in _CONFIRMED and end is not None and _whole(change.time) < end
    ]
    before: list[RiderPosition | None] = [None, *confirmed]
    return sum(
        now is RiderPosition.STANDING and then is not RiderPosition.STANDING
        for then, now in zip(before, confirmed, strict=False)
    )


def ride_posture(
    ride: Ride, positions: Sequence[PositionChange] | None = None
) -> list[PostureInterval]:
    """Return the settled postures of a whole ride; empty when it recorded no position.

    Times are those of the ride's FIT file: rounded to whole seconds, half up.

    Parameters
    ----------
    ride : Ride
        As a reader made it.
    positions : sequence of PositionChange, optional
        The changes to go by; those of the ride by default, unless they are a guess.
    """
    changes = _seen(ride) if positions is None else positions
    end = ride_end(ride)
    if not changes or end is None:
        return []
    return settle(
        [replace(change, time=_whole(change.time)) for change in changes],
        [replace(change, time=_whole(change.time)) for change in ride.timer],
        end,
    )


def _seen(ride: Ride) -> Sequence[PositionChange]:
    """Return the ride's positions; none where they are a guess, or what was asked."""
    unseen = ride.position_source in (PostureSource.ESTIMATED, PostureSource.PRESCRIBED)
    return () if unseen else ride.positions


def ride_end(ride: Ride) -> float | None:
    """Return the time of the last sound sample in whole seconds; ``None`` when there is none."""
    sound = in_order(ride.time)
    return _whole(float(ride.time[sound[-1]])) if sound.size else None


def _whole(seconds: float) -> float:
    """Round to whole seconds, half up."""
    return math.floor(seconds + 0.5)


def _settled(positions: Sequence[PositionChange], end: float) -> list[PostureInterval]:
    """Give every change its posture and merge repeats; `positions` in order of time."""
    postures: list[Posture | None] = []
    following: Posture | None = None
    for change in reversed(positions):
        following = _CONFIRMED.get(change.position, following)
        postures.append(following)
    postures.reverse()

    merged: list[tuple[float, Posture | None]] = []
    for change, posture in zip(positions, postures, strict=True):
        if not merged or merged[-1][1] is not posture:
            merged.append((change.time, posture))
    merged.append((end, None))
    return [
        PostureInterval(start, min(stop, end), posture)
        for (start, posture), (stop, _) in pairwise(merged)
        if posture is not None and min(stop, end) > start
    ]
