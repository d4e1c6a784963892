"""Rides that were ridden already: ``replay`` rides one again, ``recover`` finishes one."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from coach import __version__
from coach.commands import options
from coach.commands.opening import DONE_WITH_LOSS, open_plan
from coach.commands.playing import show_film, speed_of_film, wants_live
from coach.commands.riding import after, clock_for, go
from coach.commands.saving import readable, saved_of
from coach.commands.watching import Watching, live_options
from coach.errors import RideFileError, RiderInputError

if TYPE_CHECKING:
    from coach.live.base import Display
    from coach.ride import Ride
    from coach.rider import Rider


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--workout", help="Ride it under this plan, to compare asked with done.")
@options.rider_file
@options.speed("max")
@options.out
@click.option("--live", is_flag=True, help="Then show it on the live page, to play and wind.")
@live_options
@click.pass_context
def replay(
    ctx: click.Context,
    file: Path,
    workout: str | None,
    rider_file: Path | None,
    speed: float | None,
    out: Path,
    live: bool,
    watching: Watching,
) -> None:
    """Ride a recorded ride again (.ride .fit .gpx .tcx): same engine, journal and chart.

    With --live the files are made first; then the page in the browser plays the ride as fast as it
    was ridden, or --speed 1, 2, 5, 10 or 20 times as fast, from wherever you wind it to. Long stops
    are shown for ten seconds. It ends when you close the page, with q or with Ctrl-C.
    """
    import numpy as np

    from coach import profile
    from coach.analysis.timer import timer_time
    from coach.journal import Header
    from coach.live import terminal
    from coach.live.film import Film
    from coach.ride import as_ridden, lengthened
    from coach.rides import load_ride
    from coach.trainers.replay import ReplayTrainer
    from coach.workouts import find_workout

    film = None
    if wants_live(watching, live=live):
        given = ctx.get_parameter_source("speed") is not ParameterSource.DEFAULT
        played_at, speed = speed_of_film(speed, given=given), None
        film = Film()
    recorded = load_ride(file)
    for warning in recorded.warnings:
        click.echo(warning, err=True)
    stem = readable(file.stem)
    recorded.name = recorded.name or stem
    rider = _rider_of(recorded, rider_file)
    whole = not recorded.warnings
    if workout is None:
        plan = as_ridden(recorded)
    else:
        planned, complete = open_plan(find_workout(workout))
        whole = whole and complete
        asked = profile.compile_workout(planned, rider)
        plan = lengthened(asked, timer_time(recorded) or 0.0)
    if not np.isfinite(recorded.time).any():
        raise RideFileError(f"{file}: has no times: a road to ride, not a ride to replay")
    header = Header(
        plan.title,
        recorded.start or datetime.now(UTC),
        rider,
        plan,
        f"replay:{stem}",
        __version__,
        recording=True,
        indoor=recorded.indoor,
    )
    displays: list[Display] = [] if film is None else [film]
    if speed is not None:
        displays.append(terminal.display(plan, quiet=True))
    path = go(out, stem, header, ReplayTrainer(recorded), clock_for(speed), displays)
    ridden = after(path)
    if film is not None and ridden is not None and film.duration > 0:
        show_film(film, header, ridden, saved_of(path), watching, speed=played_at)
    if not whole:
        ctx.exit(DONE_WITH_LOSS)


def _rider_of(recorded: Ride, rider_file: Path | None) -> Rider:
    """Return the rider named, else the example with what the recording knows of its rider."""
    from coach import profile

    if rider_file is not None:
        return profile.load_rider(rider_file)
    rider = profile.example_rider()
    if recorded.threshold_power is not None:
        rider = replace(rider, threshold_power=recorded.threshold_power)
    if recorded.rider_mass is not None:
        rider = replace(rider, mass=recorded.rider_mass)
    return rider


@click.command()
@click.argument("file", metavar="FILE.ride", type=click.Path(path_type=Path))
@click.pass_context
def recover(ctx: click.Context, file: Path) -> None:
    """Finish a ride that was interrupted: its FIT file, charts and table, from what was kept."""
    from coach.journal import Journal, Recorded

    if not os.path.isfile(file):
        raise RiderInputError(f"{file}: no such ride file")
    with Recorded(file) as recorded:
        finished = recorded.finished
        ride = recorded.ride()
    if finished:
        click.echo(f"{file.name} was finished already; its files are made again.", err=True)
    else:
        Journal.mend(file, ride.elapsed_time or 0.0, ride.timer_time or 0.0)
        click.echo(f"{file.name}: {len(ride)} seconds kept.", err=True)
    after(file)
    for warning in ride.warnings:
        click.echo(warning, err=True)
    if ride.warnings:
        ctx.exit(3)
