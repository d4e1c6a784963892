"""``coach workout``: which workouts there are, and what one asks of a rider."""

from __future__ import annotations

import json

import click

from coach.commands import options
from coach.commands.opening import DONE_WITH_LOSS
from coach.errors import RiderInputError
from coach.messages import Mode

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def workout() -> None:
    """List and show workouts."""


@workout.command("list")
@_json
def list_(as_json: bool) -> None:
    """List the workouts that come with the program."""
    from coach import profile

    plans = [profile.load_workout(profile.find_workout(name)) for name in profile.workout_names()]
    if as_json:
        click.echo(
            json.dumps(
                [
                    {"name": p.name, "title": p.title, "about": p.about, "total_s": p.duration}
                    for p in plans
                ],
                indent=2,
            )
        )
        return
    widest = max((len(plan.name) for plan in plans), default=0)
    for plan in plans:
        click.echo(f"{plan.name:<{widest}}  {plan.duration / 60:3.0f} min  {plan.about}")


@workout.command()
@click.argument("name", metavar="NAME|FILE")
@click.option(
    "--rider", "rider_file", metavar="FILE", help="Rider file; the example rider if not given."
)
@click.option("--moderate", type=float, metavar="MIN", help="Shorten the moderate block; 0: none.")
@click.option("--stand-hill-4", is_flag=True, help="Stand hill 4 from its foot.")
@options.rounds
@options.raises
@click.option(
    "--mode", type=click.Choice([mode.value for mode in Mode]), help="Ask for every load this way."
)
@_json
@click.pass_context
def show(
    ctx: click.Context,
    name: str,
    rider_file: str | None,
    moderate: float | None,
    stand_hill_4: bool,
    rounds: int,
    hill_power: float,
    hill_time: int,
    stand_time: int,
    mode: str | None,
    as_json: bool,
) -> None:
    """Show what a workout or a road asks of a rider, segment by segment.

    A workout is a name from 'coach workout list' or a .toml, .zwo, .erg, .mrc or .fit file, a road
    a .gpx, .tcx, .crs or recorded .fit.
    """
    from coach import profile, workouts
    from coach.commands.opening import open_plan, open_road
    from coach.commands.workout_shown import print_road, print_workout, road_to_json, to_json

    path = workouts.find_workout(name)
    rider = profile.example_rider() if rider_file is None else profile.load_rider(rider_file)
    if workouts.is_road(path):
        if (
            moderate is not None
            or stand_hill_4
            or mode
            or rounds != 1
            or any((hill_power, hill_time, stand_time))
        ):
            raise RiderInputError(
                f"{path}: a road is as it is; leave out all options but --rider and --json"
            )
        course, whole = open_road(path, rider)
        if as_json:
            click.echo(json.dumps(road_to_json(course), indent=2))
        else:
            print_road(course)
    else:
        plan, whole = open_plan(path)
        compiled = profile.compile_workout(
            plan,
            rider,
            mode=Mode(mode) if mode else None,
            moderate_minutes=moderate,
            stand_hill_4=stand_hill_4,
            rounds=rounds,
            raised=options.raised_by(plan, hill_power, hill_time, stand_time),
        )
        if as_json:
            click.echo(json.dumps(to_json(compiled), indent=2))
        else:
            print_workout(compiled, rider)
    if not whole:
        ctx.exit(DONE_WITH_LOSS)
