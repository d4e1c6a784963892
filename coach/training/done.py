"""What a ride was, as far as the weeks need it; and what a workout asks, in the same figures.

* The *share completed* is counted segment by segment of the plan: as long as the timer ran in it,
  at most its own length. A segment that was skipped is not made up for by another one that was
  ridden longer or twice.
  The steps of a ramp are asked for as long as the rider can: what was ridden of them is all there
  was to ride, once the ramp was begun.
* *Hills* are the plan's; without a plan, the climbs in a recorded altitude. The altitude of a
  ride that has a plan without hills comes from a model, and makes none.
* *Standing* is measured or declared, never estimated. A device's own total counts as measured.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from coach.analysis.hills import Hill, hills
from coach.analysis.posture import ride_posture, time_standing
from coach.analysis.power import (
    average,
    if_known,
    intensity_factor,
    normalized_power,
    training_load,
)
from coach.analysis.repair import Repaired, repaired
from coach.analysis.timer import timer_time
from coach.messages import Posture, PostureSource
from coach.ride import Ride
from coach.training.history import RideDone
from coach.workout import AS_IN_FILE, SegmentKind, Workout


@dataclass(frozen=True, slots=True)
class Asks:
    """What a workout asks of its rider."""

    hill_power: float | None
    """Mean target over the time on hills [W]; ``None`` without hills or targets."""
    hill_time: float
    """[s]."""
    standing: float
    """[s]."""


def asks(workout: Workout) -> Asks:
    """Sum up what a workout asks."""
    climbing = [each for each in workout.segments if each.hill is not None]
    targeted = [
        (each.duration, (each.target_power_start + each.target_power_end) / 2)
        for each in climbing
        if each.target_power_start is not None and each.target_power_end is not None
    ]
    seconds = sum(duration for duration, _ in targeted)
    return Asks(
        hill_power=sum(duration * power for duration, power in targeted) / seconds
        if seconds
        else None,
        hill_time=sum(each.duration for each in climbing),
        standing=sum(
            each.duration for each in workout.segments if each.posture is Posture.STANDING
        ),
    )


def asks_more(workout: Workout, than: Workout) -> bool:
    """Return whether a workout has more power or time on its hills than another, or more standing.

    The lengths are whole seconds and compare exactly; mean powers may differ in their last bits.
    """
    one, other = asks(workout), asks(than)
    return (
        one.hill_time > other.hill_time
        or one.standing > other.standing
        or (one.hill_power or 0.0) > (other.hill_power or 0.0) + 1e-6
    )


def ride_done(ride: Ride, start: datetime) -> RideDone:
    """Sum up a ride.

    Parameters
    ----------
    ride : Ride
        As a reader made it; stays as it is. A plan that was made of its own laps
        (`coach.ride.as_ridden`) is a plan like any other: whoever replays a recording knows it.
    start : datetime
        When it began, with the time zone in which the rider lived it.

    Returns
    -------
    RideDone
        What was not recorded is ``None``.
    """
    rows = repaired(ride)
    plan = ride.workout
    climbed = hills(ride, rows) if plan is None or plan.hills else []
    seconds = timer_time(ride) or 0.0
    power, time = _on_hills(climbed, rows)
    standing, source = _standing(ride)
    return RideDone(
        start=start,
        workout="" if plan is None else plan.name,
        raised=AS_IN_FILE if plan is None else plan.raised,
        timer_time=seconds,
        completed=_completed(ride),
        cr10=ride.cr10,
        hills=len({hill.index for hill in climbed}),
        hill_power=power,
        last_hill_cadence=climbed[-1].average_cadence if climbed else None,
        standing=standing,
        standing_source=source,
        load=_load(ride, rows, seconds),
        simulated=ride.simulated,
        hill_time=time,
        threshold_power=ride.threshold_power,
    )


def _completed(ride: Ride) -> float | None:
    """Return which share of the plan was ridden; ``None`` where there is none, or no lap of it."""
    planned = () if ride.workout is None else ride.workout.segments
    asked = {each.index: each.duration for each in planned if each.kind is not SegmentKind.FREE}
    ridden: defaultdict[int, float] = defaultdict(float)
    for lap in ride.laps:
        if lap.segment in asked:
            ridden[lap.segment] += lap.timer_time
    if not ridden:
        return None
    ramp = [each.index for each in planned if each.ramp]
    if any(ridden[index] > 0 for index in ramp):
        asked.update({index: min(ridden[index], asked[index]) for index in ramp})
    done = sum(min(max(ridden[index], 0.0), length) for index, length in asked.items())
    return done / sum(asked.values())


def _on_hills(climbed: list[Hill], rows: Repaired) -> tuple[float | None, float]:
    """Return the mean power over the time ridden on hills, and that time."""
    within = np.zeros(len(rows), dtype=bool)
    for hill in climbed:
        within |= (rows.time >= hill.start) & (rows.time < hill.start + hill.duration)
    power = rows.power[within]
    return if_known(average(power)), float(np.isfinite(power).sum())


def _standing(ride: Ride) -> tuple[float | None, PostureSource | None]:
    """Return how long the rider stood, and who says so."""
    if ride_posture(ride):
        return time_standing(ride), ride.position_source
    if ride.time_standing is None:
        return None, None
    return ride.time_standing, PostureSource.MEASURED


def _load(ride: Ride, rows: Repaired, seconds: float) -> float | None:
    """Return the training load, by the threshold power that the ride itself was ridden with."""
    normalized = if_known(normalized_power(rows.power))
    if normalized is None or not ride.threshold_power:
        return None
    return training_load(seconds, intensity_factor(normalized, ride.threshold_power))
