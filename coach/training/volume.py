"""How much a planned ride is: minutes, and training load."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from coach import profile
from coach.analysis.power import intensity_factor, normalized_power, training_load
from coach.rider import Rider
from coach.training.planned import Session, SessionKind
from coach.workout import Raised, SegmentKind, Workout


@dataclass(frozen=True, slots=True)
class Volume:
    """What one ride, or all rides of a week, come to."""

    minutes: float
    load: float
    """An hour at threshold is 100."""


def volume(sessions: Iterable[Session]) -> Volume:
    """Return the volume of all rides among some sessions; strength has none here."""
    each = [
        _of_ride(s.workout, s.raised, s.rounds, s.moderate)
        for s in sessions
        if s.workout is not None and s.kind is not SessionKind.STRENGTH
    ]
    return Volume(sum(one.minutes for one in each), sum(one.load for one in each))


def moderate_minutes(workout: str) -> float:
    """Return the length of a workout's own moderate block [min]."""
    parts = _plan(workout).parts
    return sum(part.duration for part in parts if part.kind is SegmentKind.MODERATE) / 60.0


def compiled(session: Session, rider: Rider) -> Workout:
    """Compile a planned ride for a rider.

    Raises
    ------
    ValueError
        If the session is no ride.
    RiderInputError
        If the ride is not possible for this rider.
    """
    if session.workout is None or session.kind is SessionKind.STRENGTH:
        raise ValueError(f"{session.kind} is no ride")
    return profile.compile_workout(
        _plan(session.workout),
        rider,
        raised=session.raised,
        rounds=session.rounds,
        moderate_minutes=session.moderate,
    )


@cache
def _plan(workout: str) -> profile.WorkoutPlan:
    return profile.load_workout(profile.find_workout(workout))


@cache
def _example() -> Rider:
    return profile.example_rider()


@lru_cache(maxsize=1024)
def _of_ride(workout: str, raised: Raised, rounds: int, moderate: float | None) -> Volume:
    """Return the volume of a ride that is ridden as planned.

    Targets are shares of threshold power, so the load is the same for every rider.
    """
    rider = _example()
    plan = profile.compile_workout(
        _plan(workout), rider, raised=raised, rounds=rounds, moderate_minutes=moderate
    )
    power = np.concatenate(
        [
            np.linspace(s.target_power_start or 0.0, s.target_power_end or 0.0, int(s.duration))
            for s in plan.segments
        ]
    )
    intensity = intensity_factor(normalized_power(power), rider.threshold_power)
    return Volume(plan.duration / 60.0, training_load(plan.duration, intensity))
