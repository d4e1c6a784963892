"""The commands that ride: ``demo``, ``ride``, ``replay``, and ``recover`` after an interruption."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coach import __version__
from coach.commands.saving import (
    readable,
    ride_path,
    save_ride,
    say_saved,
    to_type,
    writable_folder,
)
from coach.errors import CoachError, RideFileError, RideInterrupted, RiderInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coach.clock import Clock
    from coach.journal import Header
    from coach.live.base import Display
    from coach.messages import Cue, Key, Snapshot
    from coach.ride import Ride
    from coach.rider import Rider
    from coach.runner import Run
    from coach.trainers.base import Trainer

MODES = ("grade", "power", "resistance")

_out = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=True),
    default=Path("rides"),
    show_default=True,
    help="Folder for the ride's files.",
)
_rider = click.option(
    "--rider", "rider_file", type=click.Path(path_type=Path), help="Your rider file."
)


def _factor(_: click.Context, __: click.Parameter, value: str) -> float | None:
    """Return how many times as fast as real time; ``None`` for as fast as it goes."""
    if value == "max":
        return None
    try:
        speed = float(value)
    except ValueError:
        speed = 0.0
    if not 0.1 <= speed <= 1000:
        raise click.BadParameter("expected 'max' or a number from 0.1 to 1000")
    return speed


def _speed(default: str) -> Callable[[Any], Any]:
    return click.option(
        "--speed",
        metavar="1|N|max",
        callback=_factor,
        default=default,
        show_default=True,
        help="1 is real time, N is N times as fast, max as fast as it goes.",
    )


def _clock(speed: float | None) -> Clock:
    from coach.clock import ManualClock, MonotonicClock

    return ManualClock() if speed is None else MonotonicClock(speed)


def _go(
    out: Path, stem: str, header: Header, trainer: Trainer, clock: Clock, displays: list[Display]
) -> Path:
    """Ride, and return the path of the closed journal.

    Raises
    ------
    TrainerError
        If the trainer cannot be opened.
    RideInterrupted
        If the program itself failed; the load is off and the ride is kept.
    """
    from coach.journal import Journal
    from coach.runner import Run

    path = ride_path(writable_folder(out), header.start, stem)
    run = Run(Journal(path, header), trainer, clock, displays)
    try:
        with _signals(run):
            run.ride()
    except (Exception, KeyboardInterrupt) as error:
        if not run.began or isinstance(error, RideFileError):
            raise
        fault = error if isinstance(error, CoachError) else f"{type(error).__name__}: {error}"
        raise RideInterrupted(
            f"the ride stopped on a fault ({fault}); the load was taken off; "
            f'run "{to_type("recover", path)}" for what was recorded'
        ) from error
    return path


@contextmanager
def _signals(run: Run) -> Iterator[None]:
    """End the ride in order on whatever would stop the program with the load on."""
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGTSTP", "SIGBREAK")
    wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {each: signal.signal(each, lambda *_: run.interrupt()) for each in wanted}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _own_rider(rider_file: Path | None, *, example_allowed: bool) -> Rider:
    """Load the rider: the file named, else the rider's own, else the example where it may serve.

    Raises
    ------
    RiderInputError
        If there is no rider file and the trainer is not a simulated or recorded one.
    """
    from coach import profile

    own = profile.default_rider_path()
    path = rider_file or (own if os.path.exists(own) else None)
    if path is not None:
        click.echo(f"rider: {path}", err=True)
        return profile.load_rider(path)
    if not example_allowed:
        raise RiderInputError(
            "no rider file: targets and limits need your weight and FTP; type 'coach rider new'"
        )
    click.echo(
        "rider: the example rider (75 kg, FTP 220 W); 'coach rider new' makes yours", err=True
    )
    return profile.example_rider()


class _Progress:
    """The progress bar of a ride that nobody watches second by second."""

    def __init__(self, total: float) -> None:
        self._bar: Any = click.progressbar(
            length=round(total), label="Riding", show_eta=False, file=sys.stderr, width=40
        )
        self._shown = 0

    def open(self) -> None:
        """Draw the empty bar."""
        self._bar.__enter__()

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Move the bar on."""
        done = int(snapshot.timer_time)
        # Drawing is dear: once a minute of the ride is smooth enough at this speed.
        if done - self._shown >= 60 or snapshot.state == "finished":
            self._bar.update(done - self._shown)
            self._shown = done

    def keys(self) -> Sequence[Key]:
        """Return nothing: a bar has no keys."""
        return ()

    def close(self) -> None:
        """End the line."""
        self._bar.__exit__(None, None, None)


def _after(journal: Path) -> Ride | None:
    """Save what the rider keeps, show the hills, say where everything is."""
    from rich.console import Console

    from coach import journal as journals
    from coach.analysis.hills import hills
    from coach.commands.summary import hill_table

    if not journals.has_samples(journal):
        click.echo(f"The ride ended before its first second; {journal} holds what was heard.")
        return None
    with _undisturbed():
        ride = journals.load(journal)
        saved = save_ride(ride, journal)
        climbed = hills(ride)
        if climbed:
            Console().print(hill_table(climbed))
        say_saved(saved)
    return ride


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let an impatient second Ctrl-C wait: saving takes a second or two."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@click.command()
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True)
@_out
def demo(seed: int, out: Path) -> None:
    """Ride the standard six hills with a simulated rider, from start to chart, in seconds."""
    from coach import profile
    from coach.journal import Header
    from coach.trainers.simulated import SimulatedTrainer

    rider = profile.example_rider()
    workout = profile.compile_workout(profile.load_workout(profile.find_workout("hills")), rider)
    trainer = SimulatedTrainer(rider, seed=seed)
    header = Header(workout.title, trainer.start, rider, workout, f"sim:seed={seed}", __version__)
    displays: list[Display] = [trainer.rider, _Progress(workout.duration)]
    journal = _go(out, "hills", header, trainer, _clock(None), displays)
    _after(journal)
    ride_on = to_type("ride", "hills", "--trainer", "sim")
    click.echo(f"Next: {to_type('summary', journal)}, or {ride_on}")


@click.command()
@click.argument("workout", metavar="WORKOUT")
@click.option(
    "--trainer",
    "trainer_text",
    required=True,
    help="sim, sim:seed=7, none (a spin bike with a knob) or replay:FILE.",
)
@_rider
@click.option("--mode", type=click.Choice(MODES), help="Ask for every load in this mode.")
@click.option(
    "--moderate", type=click.FloatRange(1, 180), metavar="MIN", help="Length of the moderate block."
)
@click.option("--stand-hill-4", is_flag=True, help="Stand the whole of hill 4.")
@_speed("1")
@_out
@click.option("--quiet", is_flag=True, help="No bell.")
def ride(
    workout: str,
    trainer_text: str,
    rider_file: Path | None,
    mode: str | None,
    moderate: float | None,
    stand_hill_4: bool,
    speed: float | None,
    out: Path,
    quiet: bool,
) -> None:
    """Ride WORKOUT (a name from 'coach workout list', or a file) on a trainer."""
    from coach import profile, trainers
    from coach.journal import Header
    from coach.live import terminal
    from coach.messages import Mode
    from coach.trainers.replay import ReplayTrainer
    from coach.trainers.simulated import SimulatedTrainer
    from coach.trainers.uncontrolled import UncontrolledTrainer

    kind = trainers.check(trainer_text)
    plan = profile.load_workout(profile.find_workout(workout))
    rider = _own_rider(rider_file, example_allowed=kind in ("sim", "replay"))
    compiled = profile.compile_workout(
        plan,
        rider,
        mode=Mode(mode) if mode else None,
        moderate_minutes=moderate,
        stand_hill_4=stand_hill_4,
    )
    trainer = trainers.make(trainer_text, rider)
    start = datetime.now().astimezone()
    displays: list[Display] = [terminal.display(compiled, quiet=quiet)]
    if isinstance(trainer, SimulatedTrainer):
        start = trainer.start
        displays.append(trainer.rider)
    header = Header(
        compiled.title,
        start,
        rider,
        compiled,
        trainer_text,
        __version__,
        recording=isinstance(trainer, ReplayTrainer),
        knob=isinstance(trainer, UncontrolledTrainer),
    )
    _after(_go(out, compiled.name, header, trainer, _clock(speed), displays))


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--workout", help="Ride it under this plan, to compare asked with done.")
@_rider
@_speed("max")
@_out
@click.pass_context
def replay(
    ctx: click.Context,
    file: Path,
    workout: str | None,
    rider_file: Path | None,
    speed: float | None,
    out: Path,
) -> None:
    """Ride a recorded ride again (.ride .fit .gpx .tcx): same engine, journal and chart."""
    import numpy as np

    from coach import profile
    from coach.analysis.timer import timer_time
    from coach.journal import Header
    from coach.live import terminal
    from coach.ride import as_ridden, lengthened
    from coach.rides import load_ride
    from coach.trainers.replay import ReplayTrainer

    recorded = load_ride(file)
    for warning in recorded.warnings:
        click.echo(warning, err=True)
    stem = readable(file.stem)
    recorded.name = recorded.name or stem
    rider = _rider_of(recorded, rider_file)
    if workout is None:
        plan = as_ridden(recorded)
    else:
        asked = profile.compile_workout(profile.load_workout(profile.find_workout(workout)), rider)
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
    displays: list[Display] = [] if speed is None else [terminal.display(plan, quiet=True)]
    _after(_go(out, stem, header, ReplayTrainer(recorded), _clock(speed), displays))
    if recorded.warnings:
        ctx.exit(3)


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
    _after(file)
    for warning in ride.warnings:
        click.echo(warning, err=True)
    if ride.warnings:
        ctx.exit(3)
