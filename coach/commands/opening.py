"""Opening workouts and roads for a command: what could not be read is told on stderr."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.errors import RideFileError, RiderInputError

if TYPE_CHECKING:
    from coach.course import Course
    from coach.profile import WorkoutPlan
    from coach.ride import Ride
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

    ride = _read(path)
    try:
        made = course(ride, rider, path.stem)
    except RideFileError as error:
        raise RideFileError(f"{path}: {error}") from None
    _tell(path, made.notes)
    return made, not ride.warnings


def open_watts(path: Path, otherwise: str) -> tuple[WorkoutPlan, bool]:
    """Load a recorded ride and make a workout of its power.

    Parameters
    ----------
    path : Path
    otherwise : str
        What to tell a rider to do where there is none.

    Returns
    -------
    tuple
        The plan, in watts, and whether the whole file was read.

    Raises
    ------
    RiderInputError
        If there is no power in it.
    """
    from coach.course import as_power

    ride = _read(path)
    try:
        decoded = as_power(ride, path.stem)
    except RiderInputError as error:
        raise RiderInputError(f"{path}: {error}; {otherwise}") from None
    _tell(path, (*decoded.warnings, *decoded.notes))
    return decoded.plan, not ride.warnings


def _read(path: Path) -> Ride:
    """Read a ride or a road; what could not be read is told whatever becomes of the rest."""
    from coach.rides import load_road

    ride = load_road(path)
    for text in ride.warnings:
        click.echo(text, err=True)
    return ride


def _tell(path: Path, notes: Iterable[str]) -> None:
    for note in notes:
        click.echo(f"{path}: {note}", err=True)
