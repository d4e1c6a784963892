"""``coach calibrate``: the trainer's spin-down, step by step."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from coach.commands import options
from coach.errors import DecodeError, RiderInputError, TrainerNotFound
from coach.messages import Capabilities, Event, EventKind, Page, ReplyStatus, Source

if TYPE_CHECKING:
    from rich.text import Text

    from coach.clock import Clock
    from coach.protocol.fec import CommandStatus
    from coach.rider import Rider
    from coach.trainers.ant.calibration import Calibration
    from coach.trainers.ant.driver import AntTrainer

FAILED = 1
FIND_TIME = 15.0
"""How long a trainer may take to be heard [s]."""
ANSWER_TIME = 1.5
"""How long it may take to tell what it was told last [s]."""
TICK = 0.1

_TOLD = (
    EventKind.LINK_STALE,
    EventKind.LINK_LOST,
    EventKind.LINK_BACK,
    EventKind.STICK_LOST,
    EventKind.STICK_BACK,
    EventKind.CONTROL_LOST,
    EventKind.CONTROL_BACK,
)
"""What the rider is told of the way to the trainer."""


@click.command()
@click.option(
    "--trainer",
    "trainer_text",
    default="ant",
    show_default=True,
    help="ant or ant:12345.",
)
@options.stick
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def calibrate(ctx: click.Context, trainer_text: str, stick_text: str, as_json: bool) -> None:
    """Calibrate a trainer by a spin-down: speed up, stop pedalling, let the wheel coast.

    Ride for ten minutes before it, so that the trainer is warm. Exits with 1 when the trainer calls
    it failed, or has no spin-down.
    """
    from coach import trainers
    from coach.clock import MonotonicClock
    from coach.trainers.ant.driver import AntTrainer

    if trainers.check(trainer_text) != "ant":
        raise RiderInputError(
            f"--trainer {trainer_text}: only a trainer on the air has a spin-down; "
            "type --trainer ant, or ant:12345"
        )
    clock = MonotonicClock()
    trainer = trainers.make(
        _alone(trainer_text),
        _rider(pretend=bool(stick_text)),
        clock=clock,
        stick=options.stick_source(stick_text, clock),
    )
    assert isinstance(trainer, AntTrainer)
    with _stoppable(), Screen() as screen:
        done = ride_spin_down(trainer, clock, screen)
    ok = done.state == "succeeded"
    if as_json:
        result = done.result
        click.echo(
            json.dumps(
                {
                    "ok": ok,
                    "spin_down_time_s": result and result.spin_down_time,
                    "temperature_c": result and result.temperature,
                }
            )
        )
    else:
        click.echo(done.words)
    if not ok:
        ctx.exit(FAILED)


def ride_spin_down(trainer: AntTrainer, clock: Clock, screen: Screen) -> Calibration:
    """Take the rider through a spin-down; the load is off before it and after it.

    Parameters
    ----------
    trainer : AntTrainer
        Not open yet; closed afterwards, whatever happens.
    clock : Clock
    screen : Screen
        Shows the rider what to do.

    Returns
    -------
    Calibration
        It is over.

    Raises
    ------
    TrainerError
        If there is no stick or no trainer, the trainer does not answer, or a climb is under way.
    """
    from coach.trainers.ant.calibration import Calibration

    try:
        trainer.open(clock.now())
        _find(trainer, clock, screen)
        calibration = Calibration(load_on=_on_a_climb(trainer, clock, screen))
        try:
            _release(trainer, clock, screen)
            while not calibration.over:
                request = calibration.next_request(clock.now())
                if request is not None:
                    trainer.request(request, clock.now())
                for payload in _heard(trainer, clock, screen):
                    calibration.step(payload)
                screen.show(calibration)
        finally:
            if not _release(trainer, clock, screen):
                screen.say("the trainer did not confirm that its load is off")
    finally:
        trainer.close()
    return calibration


def _find(trainer: AntTrainer, clock: Clock, screen: Screen) -> None:
    end = clock.now() + FIND_TIME
    while clock.now() < end:
        if any(_heard(trainer, clock, screen)):
            return
    raise TrainerNotFound(
        f"the trainer was not heard within {FIND_TIME:.0f} seconds: switch it on, turn the cranks "
        "to wake it, and try again ('coach scan' shows what is on the air)"
    )


def _on_a_climb(trainer: AntTrainer, clock: Clock, screen: Screen) -> bool:
    """Return whether a rider pedals against a load that somebody else set."""
    from coach.protocol.common import RequestDataPage
    from coach.protocol.fec import CommandStatus, command_from
    from coach.trainers.ant.calibration import is_load

    request = RequestDataPage(requested_page=CommandStatus.number).encode()
    trainer.request(request, clock.now())
    status = _status(trainer, clock, screen)
    if status is None or status.echo is None or not is_load(command_from(status.echo)):
        return False
    return bool(trainer.telemetry.power)


def _release(trainer: AntTrainer, clock: Clock, screen: Screen) -> bool:
    """Take the load off; return whether the trainer has confirmed it."""
    from coach.protocol.fec import command_from
    from coach.wire import release_command

    release = release_command(trainer.telemetry.capabilities or Capabilities())
    trainer.send(release, clock.now())
    end = clock.now() + ANSWER_TIME
    while (status := _status(trainer, clock, screen, end)) is not None:
        told = None if status.echo is None else command_from(status.echo)
        if status.status == ReplyStatus.PASS and told == release:
            return True
    return False


def _status(
    trainer: AntTrainer, clock: Clock, screen: Screen, end: float | None = None
) -> CommandStatus | None:
    """Wait for the trainer to tell what became of its last command."""
    from coach.protocol import fec

    end = clock.now() + ANSWER_TIME if end is None else end
    while clock.now() < end:
        for payload in _heard(trainer, clock, screen):
            try:
                page = fec.decode(payload)
            except DecodeError:
                continue
            if isinstance(page, fec.CommandStatus):
                return page
    return None


def _heard(trainer: AntTrainer, clock: Clock, screen: Screen) -> Iterator[bytes]:
    """Let a moment pass; return the pages that the trainer sent in it."""
    now = clock.now() + TICK
    clock.sleep_until(now)
    pages = []
    for message in trainer.poll(clock.now()):
        if isinstance(message, Page) and message.source is Source.TRAINER:
            pages.append(message.payload)
        elif isinstance(message, Event) and message.kind in _TOLD:
            screen.say(message.text)
    return iter(pages)


def _alone(trainer_text: str) -> str:
    """Return the trainer's text without its sensors: they have no part in this."""
    return f"{trainer_text}{',' if ':' in trainer_text else ':'}heart=none,power=none"


def _rider(*, pretend: bool) -> Rider:
    """Return whose trainer it is: the rider's file may name it."""
    from coach import profile

    own = profile.default_rider_path()
    return (
        profile.example_rider() if pretend or not os.path.exists(own) else profile.load_rider(own)
    )


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let whatever would stop the program do so as Ctrl-C does: with the load taken off."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    wanted = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {each: signal.signal(each, interrupt) for each in wanted}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class Screen:
    """Tells the rider what to do: a picture on a terminal, else a line for each step."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True, highlight=False)
        live = Live(console=self._console, auto_refresh=False, transient=True)
        self._live = live if self._console.is_terminal else None
        self._shown = ""

    def __enter__(self) -> Screen:
        self.say("looking for the trainer; it has to be warm, after ten minutes of riding")
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def say(self, text: str) -> None:
        """Say something once."""
        self._console.print(text)

    def show(self, calibration: Calibration) -> None:
        """Show what is to be done now, and how fast the wheel turns."""
        if self._live is not None:
            self._live.update(picture(calibration, self._console.encoding), refresh=True)
        elif calibration.words != self._shown and not calibration.over:
            self._shown = calibration.words
            self.say(self._shown)


def picture(calibration: Calibration, encoding: str) -> Text:
    """Return what the rider has to do, and under it the wheel's speed to be read from afar.

    Parameters
    ----------
    calibration : Calibration
    encoding : str
        Of the terminal: one that has no blocks gets number signs.
    """
    from rich.text import Text

    from coach.live.glyphs import big

    picture = Text(calibration.words, style="bold")
    if calibration.speed is None:
        return picture
    speed = f"{3.6 * calibration.speed:.0f}"
    block = "█" if encoding.lower().startswith("utf") else "#"
    for row in big(speed, 1, 1):
        picture.append(f"\n  {row.replace('█', block)}", style="not bold")
    return picture.append("  km/h")
