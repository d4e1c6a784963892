"""Opening workouts and roads for a command: what could not be read is told on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.errors import RideFileError

if TYPE_CHECKING:
    from coach.course import Course
    from coach.profile import WorkoutPlan
    from coach.rider import Rider

DONE_WITH_LOSS = 3
"""Exit code of a command that did its work with what could be read."""


def open_plan(path: Path) -> tuple[WorkoutPlan, bool]:
    """Load a workout.

    Returns
    -------
    tuple
        The plan, and whether the whole file was read.
    """
    from coach.workouts import load_plan

    decoded = load_plan(path)
    for text in (*decoded.warnings, *decoded.notes):
        click.echo(text, err=True)
    return decoded.plan, not decoded.warnings


def open_road(path: Path, rider: Rider) -> tuple[Course, bool]:
    """Load a road and make a course of it.

    Returns
    -------
    tuple
        The course, and whether the whole file was read.

    Raises
    ------
    RideFileError
        If there is no road in it.
    """
    from coach.course import course
    from coach.rides import load_road

    ride = load_road(path)
    try:
        made = course(ride, rider, path.stem)
    except RideFileError as error:
        raise RideFileError(f"{path}: {error}") from None
    for text in (*ride.warnings, *(f"{path}: {note}" for note in made.notes)):
        click.echo(text, err=True)
    return made, not ride.warnings
