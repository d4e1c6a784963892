"""What stands before and after a ride with a test of FTP in it, however it was typed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands.asking import agrees, at_a_terminal
from coach.commands.bands import result_lines
from coach.commands.saving import to_type
from coach.errors import CoachError, RiderInputError
from coach.workout import SegmentKind

if TYPE_CHECKING:
    from coach.ride import Ride
    from coach.workout import Workout

RIDES_BEFORE = 3
"""Whoever has ridden less often should not ride to the limit yet: reference notes on training
science, section 6 (offer the ramp after three or four rides)."""


def _is_test(workout: Workout) -> bool:
    return any(each.kind is SegmentKind.TEST for each in workout.segments)


def check_trainer(workout: Workout, kind: str) -> None:
    """Refuse a test on what tells no power.

    Raises
    ------
    RiderInputError
        If it is so.
    """
    if kind == "none" and _is_test(workout):
        raise RiderInputError(
            f"{workout.name}: a bike with a knob tells no power, and no FTP comes of it;"
            " ride it on a trainer"
        )


def agree(workout: Workout, out: Path, *, read: bool) -> None:
    """Ask whoever has hardly ridden here yet whether a test is wise.

    Parameters
    ----------
    workout : Workout
        Nothing is asked where it holds no test.
    out : Path
        Where the rides are.
    read : bool
        ``--health-check-read``: the rider knows what is asked.

    Raises
    ------
    RiderInputError
        If there is no terminal to answer in.
    CoachError
        If the rider does not want to, or leaves the question unanswered.
    """
    if read or not _is_test(workout) or _ridden(out) >= RIDES_BEFORE:
        return
    told = (
        f"There are fewer than {RIDES_BEFORE} rides of yours in {out}. A test goes to your limit,"
        " which is too early for a first ride: ride hills-starter, and 'coach ftp result' of that"
        " ride estimates your FTP without one."
    )
    if not at_a_terminal():
        raise RiderInputError(
            f"{told} If you know that and want it, add --health-check-read where there is no"
            " terminal."
        )
    click.echo(told, err=True)
    try:
        wanted = agrees("Ride the test all the same", "n")
    except click.Abort:
        click.echo(err=True)
        wanted = False
    if not wanted:
        raise CoachError("no test was ridden")


def _ridden(out: Path) -> int:
    """Count the rider's own rides in a folder, as far as it matters."""
    from coach.errors import RideFileError
    from coach.journal import Recorded

    count = 0
    for path in sorted(out.glob("*.ride"), reverse=True):
        try:
            with Recorded(path) as recorded:
                count += recorded.finished and not recorded.simulated
        except RideFileError:
            continue
        if count == RIDES_BEFORE:
            break
    return count


def tell(ride: Ride, journal: Path) -> None:
    """Show after a ride what its test says, where it had one."""
    from coach.training.threshold import of_test

    result = of_test(ride)
    if result is None:
        return
    for line in result_lines(result):
        click.echo(line)
    if result.valid:
        click.echo(f"To use it: {to_type('ftp', 'result', journal, '--save')}")
