"""A recorded ride as a workout by time: the same watts again, sitting and standing as then."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coach.analysis.repair import repaired
from coach.course.build import title_of
from coach.course.postures import track
from coach.errors import RiderInputError
from coach.formats.workouts import Decoded
from coach.messages import Mode, Posture
from coach.profile.plan import Part, WorkoutPlan
from coach.ride import Column, Ride
from coach.workout import SegmentKind, power_tolerance

BLOCK = 30
"""About so many seconds make one power, and more while it stays the same. A convention, after the
window of normalized power."""


def as_power(ride: Ride, name: str = "") -> Decoded:
    """Make a workout of the watts of a ride.

    Parameters
    ----------
    ride : Ride
        As a reader made it.
    name : str
        Of the workout, such as the stem of the file; its title too, where the ride has none.

    Returns
    -------
    Decoded
        A plan in absolute watts, as long as the ride was ridden, with the ride's work in it, and
        what was mended.

    Raises
    ------
    RiderInputError
        If less than half of the ride has a power; the sentence does not name the file.
    """
    rows = repaired(ride)
    known = rows.riding & np.isfinite(rows.power)
    if not known.any() or known.sum() < rows.riding.sum() / 2:
        raise RiderInputError("it has no power to ride again")
    seconds = np.flatnonzero(rows.riding)
    power = np.interp(seconds, np.flatnonzero(known), rows.power[known])
    notes = [note for note in rows.notes if "power" in note]
    unknown = int(seconds.size - known.sum())
    if unknown:
        notes.append(f"{unknown} s without power bridged between the others")

    changes = track(ride) or [(0.0, None)]
    starts = np.searchsorted(rows.time[seconds], [when for when, _ in changes]).tolist()
    parts: list[Part] = []
    for (_, posture), first, last in zip(changes, starts, [*starts[1:], seconds.size], strict=True):
        parts += _parts(power[first:last], posture)
    title = title_of(ride) or name or "Ride"
    about = "a ride's own watts"
    return Decoded(WorkoutPlan(name or "ride", title, about, tuple(parts)), tuple(notes))


def _parts(power: Column, posture: Posture | None) -> Iterator[Part]:
    """Yield steps of one power each."""
    total, length = 0.0, 0
    for block in np.array_split(power, max(1, round(power.size / BLOCK))):
        if length and abs(block.mean() - total / length) > power_tolerance(total / length):
            yield _part(total, length, posture)
            total, length = 0.0, 0
        total, length = total + float(block.sum()), length + block.size
    if length:
        yield _part(total, length, posture)


def _part(total: float, length: int, posture: Posture | None) -> Part:
    watts = total / length
    return Part(
        kind=SegmentKind.STEADY,
        duration=float(length),
        power_start=watts,
        power_end=watts,
        effort="",
        resistance_steps=0.0,
        posture=posture,
        mode=Mode.POWER,
        absolute=True,
    )
