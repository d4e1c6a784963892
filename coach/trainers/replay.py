"""A recorded ride as a trainer: it says again what was recorded, each sample at its own time.

Nothing is repaired and nothing left out: repeated and backward time stamps are handed on one by
one, at the last sound time. A pause is what the recording calls one; where it has no timer
events, a silence of more than 10 s is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf, isfinite
from operator import itemgetter

import numpy as np

from coach.analysis.timer import LONGEST_HOLD, elapsed_time, pauses, sound_times, timer_time
from coach.messages import (
    Command,
    HeartBeat,
    RecordingEnded,
    RiderPosition,
    Telemetry,
    TimerEvent,
)
from coach.ride import Column, Ride
from coach.trainers.base import Message

_MEASURED = ("power", "cadence", "speed", "distance", "altitude", "grade", "heart_rate")

# What comes first at one and the same moment: the timer starts, the rider moves, a sample is
# taken, the heart beats, the timer stops.
_START, _POSITION, _SAMPLE, _BEAT, _STOP = range(5)


class ReplayTrainer:
    """Hands on a recording; takes commands and does nothing with them.

    Time 0 of the ride is the moment of `open`. Each sample becomes one `Telemetry`, numbered; a
    change of position is one more, with the number of the sample before it, so that none is lost
    between two samples. Heart beats come as `HeartBeat`. At the end comes `RecordingEnded` with
    the recording's own totals.

    Parameters
    ----------
    ride : Ride
        As read, unrepaired.
    """

    def __init__(self, ride: Ride) -> None:
        self.ride = ride
        self._messages: Iterator[tuple[float, Message]] | None = None
        self._next: tuple[float, Message] | None = None

    def open(self, now: float) -> None:
        """Begin at the recording's first moment.

        Raises
        ------
        RuntimeError
            If it was opened before.
        """
        if self._messages is not None:
            raise RuntimeError("a recording is opened once")
        self._messages = _spoken(self.ride, now)
        self._next = next(self._messages, None)

    def poll(self, now: float) -> Sequence[Message]:
        """Return what was recorded up to and including `now`."""
        said: list[Message] = []
        while self._messages is not None and self._next is not None and self._next[0] <= now:
            said.append(self._next[1])
            self._next = next(self._messages, None)
        return said

    def send(self, command: Command, now: float) -> None:
        """Take a command; what was ridden stays as it was."""

    def close(self) -> None:
        """Stop; what was not handed on yet is not."""
        self._messages = iter(())
        self._next = None


def _spoken(ride: Ride, opened: float) -> Iterator[tuple[float, Message]]:
    """Yield everything the recording says, with the time at which it is said."""
    columns = [getattr(ride, name).tolist() for name in _MEASURED]
    positions = [change for change in ride.positions if isfinite(change.time)]
    telemetry = Telemetry()
    at = opened
    for moment, kind, index in _moments(ride, [change.time for change in positions]):
        at = max(at, opened + moment)
        if kind == _SAMPLE:
            telemetry = _sample(telemetry, at, index, [column[index] for column in columns])
            yield at, telemetry
        elif kind == _POSITION:
            telemetry = _moved(telemetry, at, positions[index].position)
            yield at, telemetry
        elif kind == _BEAT:
            yield at, HeartBeat(at, float(ride.rr_intervals.interval[index]))
        else:
            yield at, TimerEvent(at, running=kind == _START)
    yield at, _ended(ride, at)


def _ended(ride: Ride, at: float) -> RecordingEnded:
    """Return the recording's last word: its own totals, else what its samples amount to."""
    return RecordingEnded(
        at,
        elapsed_time=elapsed_time(ride) or 0.0,
        timer_time=timer_time(ride) or 0.0,
        time_standing=ride.time_standing,
        stand_count=ride.stand_count,
        ascent=ride.ascent,
    )


def _moments(ride: Ride, positions: list[float]) -> list[tuple[float, int, int]]:
    """Return when something is said, what kind of thing, and which one of its kind; in order."""
    samples = sound_times(ride.time)
    moments = [(at, _SAMPLE, index) for index, at in enumerate(samples.tolist())]
    moments += [(at, _POSITION, index) for index, at in enumerate(positions)]
    moments += [(at, _BEAT, index) for index, at in enumerate(ride.rr_intervals.time.tolist())]
    for index, (stop, start) in enumerate(pauses(ride.timer) if ride.timer else _gaps(samples)):
        moments.append((stop, _STOP, index))
        if start < inf:
            moments.append((start, _START, index))
    return sorted(moments, key=itemgetter(0, 1))


def _gaps(time: Column) -> list[tuple[float, float]]:
    """Return the silences that are too long to be lost messages."""
    long = np.flatnonzero(np.diff(time) > LONGEST_HOLD)
    return [(float(time[index]), float(time[index + 1])) for index in long]


def _sample(before: Telemetry, at: float, number: int, values: list[float]) -> Telemetry:
    """Return the telemetry of a sample; the position stays what it was."""
    # In the order of `_MEASURED`.
    power, cadence, speed, distance, altitude, grade, heart_rate = (
        None if value != value else value for value in values
    )
    return Telemetry(
        time=at,
        power=power,
        cadence=cadence,
        speed=speed,
        distance=distance,
        altitude=altitude,
        grade=grade,
        heart_rate=heart_rate,
        heart_rate_time=None if heart_rate is None else at,
        position=before.position,
        position_time=before.position_time,
        sample=number,
    )


def _moved(before: Telemetry, at: float, position: RiderPosition) -> Telemetry:
    return replace(before, position=position, position_time=at)
