"""The commands that ride: ``demo`` and ``ride``."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from coach import __version__
from coach.commands import felt, health, options, technique, trial
from coach.commands.chosen import Chosen, RoadOptions, choose
from coach.commands.opening import DONE_WITH_LOSS
from coach.commands.riding import Progress, after, clock_for, go
from coach.commands.saving import to_type
from coach.errors import RiderInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from coach.clock import Clock
    from coach.live.base import Display
    from coach.profile import WorkoutPlan
    from coach.rider import Rider
    from coach.trainers.base import Trainer
    from coach.trainers.simulated.model import RiderModel
    from coach.trainers.simulated.rider import SimulatedRider
    from coach.workout import Workout

MODES = ("grade", "power", "resistance")


def own_rider(rider_file: Path | None, *, example_allowed: bool) -> tuple[Rider, Path | None]:
    """Load the rider: the file named, else the rider's own, else the example where it may serve.

    Returns
    -------
    tuple
        The rider and the file, which is ``None`` for the example.

    Raises
    ------
    RiderInputError
        If there is no rider file and the trainer is not a simulated or recorded one.
    """
    from coach import profile

    own = profile.default_rider_path()
    path = rider_file or (own if os.path.exists(own) else None)
    if path is not None:
        return profile.load_rider(path), path
    if not example_allowed:
        raise RiderInputError(
            "no rider file: targets and limits need your weight and FTP; type 'coach rider new'"
        )
    return profile.example_rider(), None


def say_who(rider_file: Path | None) -> None:
    """Say on stderr whose ride it is."""
    who = rider_file or "the example rider (75 kg, FTP 220 W); 'coach rider new' makes yours"
    click.echo(f"rider: {who}", err=True)


@click.command()
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True)
@options.out
def demo(seed: int, out: Path) -> None:
    """Ride the standard six hills with a simulated rider, from start to chart, in seconds."""
    from coach import profile
    from coach.journal import Header
    from coach.trainers.simulated import SimulatedTrainer

    rider = profile.example_rider()
    workout = profile.compile_workout(profile.load_workout(profile.find_workout("hills")), rider)
    trainer = SimulatedTrainer(rider, seed=seed)
    header = Header(workout.title, trainer.start, rider, workout, f"sim:seed={seed}", __version__)
    displays: list[Display] = [trainer.rider, Progress(workout.duration)]
    journal = go(out, "hills", header, trainer, clock_for(None), displays)
    after(journal)
    ride_on = to_type("ride", "hills", "--trainer", "sim")
    click.echo(f"Next: {to_type('summary', journal)}, or {ride_on}")


on_trainer = click.option(
    "--trainer",
    "trainer_text",
    required=True,
    help="ant, ant:12345, ant:12345,heart=none,power=34567, sim, sim:seed=7, "
    "none (a spin bike with a knob) or replay:FILE.",
)
no_bell = click.option("--quiet", is_flag=True, help="No bell.")
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
) -> None:
    """Ride WORKOUT (a name from 'coach workout list', a file, or 'free') on a trainer.

    Workouts are .toml, and others' .zwo, .erg, .mrc and .fit. Roads are .gpx, .tcx, .crs and
    recorded .fit and .ride: they end where they end, however long that takes. A free ride has one
    grade until you end it. Keys that make it harder or easier change what you feel of a road, never
    the road.
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
    )
    if not whole:
        ctx.exit(DONE_WITH_LOSS)


def ride_on(
    choice: Callable[[Rider], Chosen],
    trainer_text: str,
    stick_text: str,
    model: RiderModel | None,
    rider_file: Path | None,
    *,
    speed: float | None,
    out: Path,
    quiet: bool,
    health_check_read: bool,
) -> bool:
    """Ride on a trainer; the options are those of ``coach ride``.

    Parameters
    ----------
    choice : callable
        What is to be ridden by this rider.

    Returns
    -------
    bool
        Whether the whole file of it was read.
    """
    from coach import trainers
    from coach.commands.demands import demands
    from coach.journal import Header
    from coach.live import terminal
    from coach.trainers.replay import ReplayTrainer
    from coach.trainers.uncontrolled import UncontrolledTrainer
    from coach.training.done import asks_more

    kind = trainers.check(trainer_text)
    on_the_road = _on_the_road(kind, stick_text, speed)
    if model is not None and kind != "sim" and not stick_text:
        raise RiderInputError(
            f"--rider-model: nobody is simulated on {trainer_text}; type --trainer sim,"
            " or --stick virtual"
        )
    rider, rider_path = own_rider(
        rider_file, example_allowed=bool(stick_text) or kind in ("sim", "replay")
    )
    chosen = choice(rider)
    compiled = chosen.workout
    trial.check_trainer(compiled, kind)
    if compiled.by_distance and kind in ("none", "replay"):
        why = "tells no power" if kind == "none" else "has a road of its own"
        raise RiderInputError(
            f"--trainer {trainer_text}: {why}, so nobody knows how fast this road is ridden; ride"
            " it on a trainer"
        )
    somebody_rides = on_the_road or (kind == "none" and speed == 1)
    if somebody_rides and rider_path is not None:
        if on_the_road:
            from coach.trainers.ant import usb

            usb.stick().close()
        harder = asks_more(compiled, chosen.as_in_file)
        health.screen(chosen.file, rider_path, harder=harder, read=health_check_read)
        trial.agree(compiled, out, read=health_check_read)
    clock = clock_for(speed, on_air=bool(stick_text))
    trainer, simulated = _trainer(trainer_text, stick_text, rider, clock)
    offered = ""
    if kind != "replay":
        offered = technique.offer(compiled, out, real=simulated is None)
    known = "; ".join(demands(compiled, rider))
    known = f"{compiled.title}: {known}" if known else ""
    # What stands above a full screen cannot be read while it is there.
    first = " · ".join(filter(None, (known, offered)))
    displays: list[Display] = [terminal.display(compiled, quiet=quiet, first=first)]
    start = datetime.now().astimezone()
    if simulated is not None:
        start = simulated.start
        if model is not None:
            simulated.rider.model = model
            trainer_text += f", ridden by {model.name}"
        displays.append(simulated.rider)
    if kind == "ant":
        click.echo("turn the cranks to wake the trainer, and put the strap on", err=True)
    header = Header(
        compiled.title,
        start,
        rider,
        compiled,
        trainer_text,
        __version__,
        recording=isinstance(trainer, ReplayTrainer),
        knob=isinstance(trainer, UncontrolledTrainer),
        simulated=simulated is not None,
    )
    say_who(rider_path)
    for text in filter(None, (known, offered)):
        click.echo(text, err=True)
    journal = go(out, compiled.name, header, trainer, clock, displays)
    ridden = after(journal)
    if ridden is not None and somebody_rides:
        felt.ask(journal)
    if ridden is not None:
        trial.tell(ridden, journal)
    return chosen.whole


def _on_the_road(kind: str, stick_text: str, speed: float | None) -> bool:
    """Return whether the ride is on a real trainer, with a real rider on it.

    Raises
    ------
    RiderInputError
        If the options do not go together.
    """
    if stick_text and kind != "ant":
        raise RiderInputError(
            f"--stick {stick_text}: {kind} needs no ANT stick; type --trainer ant, or no --stick"
        )
    real = kind == "ant" and not stick_text
    if real and speed != 1:
        raise RiderInputError(
            "--speed: a real trainer takes its time; leave it out, or ride the pretend one"
            " with --stick virtual"
        )
    return real


class _Simulated(Protocol):
    """Where a simulated rider sits: alone with its trainer, or on a pretend stick's air."""

    @property
    def start(self) -> datetime: ...
    @property
    def rider(self) -> SimulatedRider: ...


def _trainer(
    text: str, stick_text: str, rider: Rider, clock: Clock
) -> tuple[Trainer, _Simulated | None]:
    """Return the trainer, and the simulation behind it if there is one."""
    from coach import trainers
    from coach.clock import SteppedClock
    from coach.rider import Devices
    from coach.trainers.simulated import SimulatedTrainer

    if not stick_text:
        trainer = trainers.make(text, rider, clock=clock)
        return trainer, trainer if isinstance(trainer, SimulatedTrainer) else None
    from coach.trainers.ant.driver import AntTrainer
    from coach.trainers.stick import stick_from

    stick = stick_from(stick_text, rider, clock)
    # The rider's own machines are not on a pretend air.
    nobody = replace(rider, devices=Devices())
    trainer = trainers.make(text, nobody, clock=clock, stick=stick)
    assert isinstance(trainer, AntTrainer)
    if isinstance(clock, SteppedClock):
        clock.follow(trainer)
    return trainer, stick.air
