"""The plan inside a FIT file: a `Workout` to workout and workout_step messages, and back.

What the profile has a field for goes there, so that other programs show the steps: name, length,
power range, cadence range, intensity, and the effort as notes. The rest (kind, hill, posture,
mode, the exact loads) is in our developer fields, and only a file that has them gives a plan
back. Starts are not written: they follow from the lengths, which are whole milliseconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from coach.formats.fit import profile
from coach.formats.fit.encoding import Values
from coach.formats.fit.messages import Messages
from coach.messages import Mode, Posture
from coach.workout import AS_IN_FILE, Raised, Segment, SegmentKind, Workout

_INTENSITIES = {
    SegmentKind.WARM_UP: profile.INTENSITY_WARM_UP,
    SegmentKind.COOL_DOWN: profile.INTENSITY_COOL_DOWN,
    SegmentKind.DOWNHILL: profile.INTENSITY_RECOVERY,
    SegmentKind.RECOVERY: profile.INTENSITY_RECOVERY,
    SegmentKind.INTERVAL: profile.INTENSITY_INTERVAL,
}

_EXACT = {
    "target_power_start": "target_power_start",
    "target_power_end": "target_power_end",
    "road_grade": "grade",
    "road_speed": "speed",
    "basic_resistance": "basic_resistance",
    "cadence_low": "cadence_low",
    "cadence_high": "cadence_high",
}
"""Developer fields of a step, and the numbers of a `Segment` that they keep to the last bit."""

_LENGTH = "road_length"
"""The same of a step on a road, which ends where it ends; only a road has it."""

_RAISED = {
    "raised_power": "power",
    "raised_length": "length",
    "raised_standing": "standing",
}
"""Developer fields of the workout, and the numbers of a `Raised` that they keep."""


def intensity(kind: SegmentKind) -> int:
    """Return FIT's intensity for a kind of segment."""
    return _INTENSITIES.get(kind, profile.INTENSITY_ACTIVE)


def workout_fields(workout: Workout, sport: int, sub_sport: int) -> dict[str, Values]:
    """Return the fields of the workout message."""
    fields: dict[str, Values] = {
        "sport": [sport],
        "num_valid_steps": [len(workout.segments)],
        "wkt_name": [workout.title],
        "sub_sport": [sub_sport],
        "plan_name": [workout.name],
    }
    if workout.raised != AS_IN_FILE:
        for name, attribute in _RAISED.items():
            fields[name] = [getattr(workout.raised, attribute)]
    return fields


def step_fields(workout: Workout) -> dict[str, Values]:
    """Return the fields of the workout_step messages, one step for each segment."""
    segments = workout.segments
    powers = [_ordered(s.target_power_start, s.target_power_end) for s in segments]
    cadences = [_ordered(s.cadence_low, s.cadence_high) for s in segments]
    steps: dict[str, Values] = {
        "message_index": [s.index for s in segments],
        "wkt_step_name": [_step_name(s) for s in segments],
        "duration_type": [profile.DURATION_TIME] * len(segments),
        "duration_time": [s.duration for s in segments],
        "target_type": [_target(profile.TARGET_POWER, low) for low, _ in powers],
        # Zero: no zone of the rider's, but the custom range that follows.
        "target_value": [None if low is None else 0 for low, _ in powers],
        "custom_target_power_low": [low for low, _ in powers],
        "custom_target_power_high": [high for _, high in powers],
        "intensity": [intensity(s.kind) for s in segments],
        "notes": [s.effort for s in segments],
        "secondary_target_type": [_target(profile.TARGET_CADENCE, low) for low, _ in cadences],
        "secondary_target_value": [None if low is None else 0 for low, _ in cadences],
        "secondary_custom_target_cadence_low": [low for low, _ in cadences],
        "secondary_custom_target_cadence_high": [high for _, high in cadences],
        "segment_kind": [s.kind for s in segments],
        "segment_label": [s.label for s in segments],
        "hill": [s.hill for s in segments],
        "posture": [s.posture or "" for s in segments],
        "mode": [s.mode for s in segments],
    }
    for name, attribute in _EXACT.items():
        steps[name] = [getattr(s, attribute) for s in segments]
    if any(s.length is not None for s in segments):
        steps[_LENGTH] = [s.length for s in segments]
    return steps


def read_plan(workouts: Messages, steps: Messages) -> Workout | None:
    """Rebuild the plan from its messages.

    Returns
    -------
    Workout or None
        ``None`` when the steps are not ours: a foreign step says nothing about hills or posture.

    Raises
    ------
    ValueError
        If the steps are ours but damaged.
    """
    kinds = steps.text("segment_kind")
    if not len(workouts) or not any(kinds):
        return None
    durations = steps.column("duration_time")
    if not np.isfinite(durations).all():
        raise ValueError("a step has no length")
    exact_fields = {**_EXACT, _LENGTH: "length"}
    numbers = [(at, steps.column(name)) for name, at in exact_fields.items()]
    texts = zip(
        kinds,
        steps.text("mode"),
        steps.text("posture"),
        steps.text("segment_label"),
        steps.text("notes"),
        strict=True,
    )
    hills = steps.column("hill")
    segments: list[Segment] = []
    for index, (kind, mode, posture, label, effort) in enumerate(texts):
        exact: dict[str, Any] = {name: _number(column[index]) for name, column in numbers}
        segments.append(
            Segment(
                index=index,
                kind=SegmentKind(kind),
                start=segments[-1].end if segments else 0.0,
                duration=float(durations[index]),
                posture=Posture(posture) if posture else None,
                mode=Mode(mode),
                hill=None if np.isnan(hills[index]) else int(hills[index]),
                effort=effort,
                label=label,
                **exact,
            )
        )
    return Workout(
        workouts.text("plan_name")[0],
        workouts.text("wkt_name")[0],
        tuple(segments),
        Raised(**{at: _number(workouts.column(name)[0]) or 0.0 for name, at in _RAISED.items()}),
    )


def _ordered(first: float | None, last: float | None) -> tuple[float | None, float | None]:
    """Return two numbers as low and high, or nothing when one is missing."""
    if first is None or last is None:
        return None, None
    return min(first, last), max(first, last)


def _target(kind: int, low: float | None) -> int:
    return profile.TARGET_OPEN if low is None else kind


def _step_name(segment: Segment) -> str:
    """Return the name that other programs show: ``Hill 3 standing``."""
    if segment.hill is None or segment.posture is None:
        return segment.label
    return f"{segment.label} {segment.posture}"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
