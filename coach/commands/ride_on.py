"""A ride on a trainer, from what was chosen to what is saved; ``ride`` and ``ftp`` end here."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from coach import __version__
from coach.commands import felt, health, technique, trial
from coach.commands.chosen import Chosen
from coach.commands.riding import after, clock_for, go
from coach.commands.watching import Watching, phone_lines, served
from coach.commands.who import own_rider, say_who
from coach.errors import RiderInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coach.clock import Clock
    from coach.journal import Header
    from coach.live.base import Display
    from coach.live.web.display import WebDisplay
    from coach.rider import Rider
    from coach.trainers.base import Trainer
    from coach.trainers.simulated.model import RiderModel
    from coach.trainers.simulated.rider import SimulatedRider
    from coach.workout import Workout


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
    watching: Watching,
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

    kind = trainers.check(trainer_text)
    on_the_road = _on_the_road(kind, stick_text, speed)
    with_page = watching.wants_page(speed)
    _check_model(model, kind, trainer_text, stick_text)
    rider, rider_path = own_rider(
        rider_file, example_allowed=bool(stick_text) or kind in ("sim", "replay")
    )
    chosen = choice(rider)
    _check_trainer(chosen.workout, kind, trainer_text)
    somebody_rides = on_the_road or (kind == "none" and speed == 1)
    check = None
    if somebody_rides and rider_path is not None:
        if on_the_road:
            _find_stick()
        there = with_page and watching.starts_there
        check = health.Check(chosen, rider_path, there=there, read=health_check_read)
        trial.agree(chosen.workout, out, read=health_check_read)
    clock = clock_for(speed, on_air=bool(stick_text))
    trainer, simulated = _trainer(trainer_text, stick_text, rider, clock, model)
    header = _header(chosen.workout, rider, trainer, simulated, trainer_text, model)
    notes = _notes(header, kind, out)
    page = _page(header, rider_path, notes, check, watching, quiet=quiet) if with_page else None
    with nullcontext() if page is None else served(page, watching):
        displays = [_terminal(header.workout, notes, page, quiet=quiet, aloud=speed == 1)]
        hindrance = None
        if page is not None:
            displays.append(page)
            # A recording is ridden in its own time, and nobody on it has to get ready.
            if watching.waits and kind != "replay":
                hindrance = _nothing_hinders if check is None else check.hindrance(page)
        if simulated is not None:
            displays.append(simulated.rider)
        if kind == "ant":
            click.echo("turn the cranks to wake the trainer, and put the strap on", err=True)
        say_who(rider_path)
        for text in notes:
            click.echo(text, err=True)
        journal = go(out, chosen.workout.name, header, trainer, clock, displays, hindrance)
        ridden = after(journal, page)
        if ridden is not None and somebody_rides:
            felt.ask(journal)
        if ridden is not None:
            trial.tell(ridden, journal)
    return chosen.whole


# --- before it: does what was chosen go together? -------------------------------------------------


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


def _check_model(model: RiderModel | None, kind: str, trainer_text: str, stick_text: str) -> None:
    """Refuse a simulated rider's character where nobody is simulated.

    Raises
    ------
    RiderInputError
    """
    if model is not None and kind != "sim" and not stick_text:
        raise RiderInputError(
            f"--rider-model: nobody is simulated on {trainer_text}; type --trainer sim,"
            " or --stick virtual"
        )


def _check_trainer(workout: Workout, kind: str, trainer_text: str) -> None:
    """Refuse a trainer on which this workout cannot be ridden.

    Raises
    ------
    RiderInputError
    """
    trial.check_trainer(workout, kind)
    if workout.by_distance and kind in ("none", "replay"):
        why = "tells no power" if kind == "none" else "has a road of its own"
        raise RiderInputError(
            f"--trainer {trainer_text}: {why}, so nobody knows how fast this road is ridden; ride"
            " it on a trainer"
        )


def _find_stick() -> None:
    """Look for the ANT stick: who has none is told so before any question is asked."""
    from coach.trainers.ant import usb

    usb.stick().close()


# --- what it is ridden on -------------------------------------------------------------------------


class _Simulated(Protocol):
    """Where a simulated rider sits: alone with its trainer, or on a pretend stick's air."""

    @property
    def start(self) -> datetime: ...
    @property
    def rider(self) -> SimulatedRider: ...


def _trainer(
    text: str, stick_text: str, rider: Rider, clock: Clock, model: RiderModel | None
) -> tuple[Trainer, _Simulated | None]:
    """Return the trainer, and the simulation behind it if there is one."""
    trainer, simulated = _made(text, stick_text, rider, clock)
    if simulated is not None and model is not None:
        simulated.rider.model = model
    return trainer, simulated


def _made(
    text: str, stick_text: str, rider: Rider, clock: Clock
) -> tuple[Trainer, _Simulated | None]:
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


def _header(
    workout: Workout,
    rider: Rider,
    trainer: Trainer,
    simulated: _Simulated | None,
    trainer_text: str,
    model: RiderModel | None,
) -> Header:
    """Return what the journal keeps of who rides what on which trainer."""
    from coach.journal import Header
    from coach.trainers.replay import ReplayTrainer
    from coach.trainers.uncontrolled import UncontrolledTrainer

    return Header(
        workout.title,
        datetime.now().astimezone() if simulated is None else simulated.start,
        rider,
        workout,
        trainer_text if model is None else f"{trainer_text}, ridden by {model.name}",
        __version__,
        recording=isinstance(trainer, ReplayTrainer),
        knob=isinstance(trainer, UncontrolledTrainer),
        simulated=simulated is not None,
    )


# --- who watches, and what they are told before the start -----------------------------------------


def _notes(header: Header, kind: str, out: Path) -> list[str]:
    """Return what the workout asks of the rider, and what is worth reading before it."""
    from coach.commands.demands import demands

    workout = header.workout
    asked = "; ".join(demands(workout, header.rider))
    offered = ""
    if kind != "replay":
        offered = technique.offer(workout, out, real=not header.simulated)
    return [text for text in (f"{workout.title}: {asked}" * bool(asked), offered) if text]


def _page(
    header: Header,
    rider_path: Path | None,
    notes: Sequence[str],
    check: health.Check | None,
    watching: Watching,
    *,
    quiet: bool,
) -> WebDisplay:
    """Return the page, not yet served, with its start screen."""
    from coach.commands.start_and_end import intro_of

    intro = intro_of(
        header,
        rider_path,
        notes=notes,
        questions=() if check is None else check.questions,
        health="" if check is None else check.words,
    )
    return watching.page(header.workout, header.rider, intro, quiet=quiet)


def _terminal(
    workout: Workout, notes: Sequence[str], page: WebDisplay | None, *, quiet: bool, aloud: bool
) -> Display:
    """Return the terminal's display, which is silent while a page is heard."""
    from coach.live import terminal

    return terminal.display(
        workout,
        quiet=quiet,
        # What stands above a full screen cannot be read while it is there.
        first=" · ".join(notes),
        aloud=aloud,
        muted=lambda: page is not None and page.sounding > 0,
        notice=() if page is None else phone_lines(page),
    )


def _nothing_hinders() -> str:
    """Let the ride begin as soon as the rider wants."""
    return ""
