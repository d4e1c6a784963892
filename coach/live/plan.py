"""The plan and what was ridden of it, as JSON: what a page draws its profile from. Pure.

The profile goes by the plan's own time, or on a road by its distance, so that a stretch that was
skipped is a gap and one that was ridden again is drawn anew.
"""

from __future__ import annotations

from typing import Any

from coach.messages import Snapshot
from coach.rider import Rider
from coach.workout import Workout


def plan_json(workout: Workout, rider: Rider) -> dict[str, Any]:
    """Return a plan as JSON: its stretches with targets, postures and grades, and its road."""
    raise NotImplementedError


def place_json(workout: Workout, snapshot: Snapshot) -> float:
    """Return where in the plan the rider is, in the unit of the plan's stretches."""
    raise NotImplementedError


class Trace:
    """What was ridden, place by place: power, and the posture that is known of."""

    def __init__(self, workout: Workout) -> None:
        raise NotImplementedError

    def follow(self, snapshot: Snapshot) -> None:
        """Take in a moment."""
        raise NotImplementedError

    def json(self) -> dict[str, Any]:
        """Return all of it, for whoever joins late."""
        raise NotImplementedError
