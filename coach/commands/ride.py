"""The command ``ride``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands import options
from coach.commands.chosen import RoadOptions, choose
from coach.commands.opening import DONE_WITH_LOSS
from coach.commands.ride_on import ride_on
from coach.commands.watching import Watching, page_options

if TYPE_CHECKING:
    from coach.profile import WorkoutPlan
    from coach.rider import Rider
    from coach.trainers.simulated.model import RiderModel
    from coach.workout import Workout

MODES = ("grade", "power", "resistance")


on_trainer = click.option(
    "--trainer",
    "trainer_text",
    required=True,
    help="ant, ant:12345, ant:12345,heart=none,power=34567, sim, sim:seed=7, "
    "none (a spin bike with a knob) or replay:FILE.",
)
no_bell = click.option("--quiet", is_flag=True, help="No sound.")
health_check = click.option(
    "--health-check-read",
    is_flag=True,
    help="For a ride without a terminal: none of the questions before the first ride applies.",
)


@click.command()
@click.argument("workout", metavar="WORKOUT")
@on_trainer
@options.stick
@options.rider_model
@options.rider_file
@click.option(
    "--as",
    "ridden_as",
    type=click.Choice(("grade", "power")),
    help="Ride a road by its grade, as usual, or a ride's own watts again.",
)
@click.option(
    "--climb-scale",
    type=click.IntRange(0, 100),
    metavar="PCT",
    help="How much of a road's climbs is felt; the road stays as it is.  [default: 100]",
)
@click.option(
    "--descent-scale",
    type=click.IntRange(0, 100),
    metavar="PCT",
    help="How much of its descents is felt; never more than 1 % down.  [default: 100]",
)
@click.option(
    "--repeat",
    type=click.IntRange(min=1),
    metavar="N",
    help="Ride a road's last climb again until there are N, sitting and standing as in 'hills'.",
)
@click.option("--grade", type=float, metavar="PCT", help="Of a free ride.  [default: 0]")
@click.option("--mode", type=click.Choice(MODES), help="Ask for every load in this mode.")
@click.option(
    "--moderate",
    type=click.FloatRange(0, 180),
    metavar="MIN",
    help="Shorten the moderate block; 0 leaves it out.",
)
@click.option("--stand-hill-4", is_flag=True, help="Stand the whole of hill 4.")
@options.rounds
@options.raises
@options.speed("1")
@options.out
@no_bell
@health_check
@page_options
@click.pass_context
def ride(
    ctx: click.Context,
    workout: str,
    trainer_text: str,
    stick_text: str,
    model: RiderModel | None,
    rider_file: Path | None,
    ridden_as: str | None,
    climb_scale: int | None,
    descent_scale: int | None,
    repeat: int | None,
    grade: float | None,
    mode: str | None,
    moderate: float | None,
    stand_hill_4: bool,
    rounds: int,
    hill_power: float,
    hill_time: int,
    stand_time: int,
    speed: float | None,
    out: Path,
    quiet: bool,
    health_check_read: bool,
    watching: Watching,
) -> None:
    """Ride WORKOUT (a name from 'coach workout list', a file, or 'free') on a trainer.

    Workouts are .toml, and others' .zwo, .erg, .mrc and .fit. Roads are .gpx, .tcx, .crs and
    recorded .fit and .ride: they end where they end, however long that takes. A free ride has one
    grade until you end it. Keys that make it harder or easier change what you feel of a road, never
    the road.

    The ride is shown here and on a page in the browser, and begins with Start there or space here.
    Where there is no browser to open, it begins at once, unless --no-browser or --lan says that
    somebody looks all the same.
    """
    from coach import profile
    from coach.messages import Mode

    def fit(plan: WorkoutPlan, rider: Rider) -> Workout:
        return profile.compile_workout(
            plan,
            rider,
            mode=Mode(mode) if mode else None,
            moderate_minutes=moderate,
            stand_hill_4=stand_hill_4,
            rounds=rounds,
            raised=options.raised_by(plan, hill_power, hill_time, stand_time),
        )

    of_workouts = {
        "--mode": mode is not None,
        "--moderate": moderate is not None,
        "--stand-hill-4": stand_hill_4,
        "--rounds": rounds != 1,
        "--hill-power": hill_power != 0.0,
        "--hill-time": hill_time != 0,
        "--stand-time": stand_time != 0,
    }
    whole = ride_on(
        choose(
            workout,
            fit,
            RoadOptions(ridden_as, climb_scale, descent_scale, repeat, grade),
            [option for option, given in of_workouts.items() if given],
        ),
        trainer_text,
        stick_text,
        model,
        rider_file,
        speed=speed,
        out=out,
        quiet=quiet,
        health_check_read=health_check_read,
        watching=watching,
    )
    if not whole:
        ctx.exit(DONE_WITH_LOSS)
