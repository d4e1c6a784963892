"""Rides with a test in them, made by hand: one sample a second."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from coach import profile
from coach.ride import Lap, Ride
from coach.rider import Rider
from coach.workout import Workout

RIDER = profile.example_rider()
WARM_UP, COOL_DOWN = 720, 600


def compiled(name: str, rider: Rider = RIDER) -> Workout:
    return profile.compile_workout(profile.load_workout(profile.find_workout(name)), rider)


def ride_of(workout: Workout, pieces: Iterable[tuple[int, int, float]]) -> Ride:
    """Make a ride of ``(segment, seconds, watts)``, one sample a second."""
    power = np.concatenate([np.full(seconds, float(watts)) for _, seconds, watts in pieces])
    ride = Ride.from_columns(np.arange(power.size, dtype=float), power=power)
    at = 0
    for index, seconds, _ in pieces:
        ride.laps.append(Lap(float(at), float(seconds), float(seconds), index))
        at += seconds
    ride.workout = workout
    ride.threshold_power = 220.0
    return ride


RAMP = compiled("ftp-ramp")


def ramp(last_seconds: int = 40, steps: int = 11, cool_down: int = COOL_DOWN) -> Ride:
    """Ride a ramp that fails so many seconds into its last step."""
    pieces = [(0, WARM_UP, 120)]
    pieces += [(1 + n, 60, 100 + 20 * n) for n in range(steps - 1)]
    pieces += [(steps, last_seconds, 100 + 20 * (steps - 1))]
    if cool_down:
        pieces += [(len(RAMP.segments) - 1, cool_down, 90)]
    ride = ride_of(RAMP, pieces)
    ride.cadence = np.full(len(ride), 85.0)
    end = WARM_UP + 60 * (steps - 1) + last_seconds
    ride.cadence[end - 3 : end] = 50.0
    return ride


def twenty(seconds: int = 1200, watts: float = 232.0, five: float | None = 260.0) -> Ride:
    pieces = [(0, 1500, 120), (1, 300, 130)]
    pieces += [] if five is None else [(2, 300, five)]
    pieces += [(3, 600, 110), (4, seconds, watts), (5, 60, 90)]
    return ride_of(compiled("ftp-twenty"), pieces)
