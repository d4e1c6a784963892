"""The command ``demo``: the standard six hills with nobody's legs on them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach import __version__
from coach.commands import options
from coach.commands.playing import wants_live
from coach.commands.riding import Progress, after, clock_for, go
from coach.commands.saving import to_type
from coach.commands.watching import Watching, live_options, phone_lines, served

if TYPE_CHECKING:
    from coach.journal import Header
    from coach.live.base import Display
    from coach.trainers.simulated import SimulatedTrainer

SPEED = 20.0
"""How many times as fast as life the demo is ridden on the page."""
_LOOK = 0.1
"""Between two looks whether somebody watches [s]."""


@click.command()
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=7,
    show_default=True,
    metavar="N",
    help="Another seed is another day of the same rider.",
)
@options.out
@click.option("--live", is_flag=True, help="Ride it on the live page, 20 times as fast as life.")
@live_options
def demo(seed: int, out: Path, live: bool, watching: Watching) -> None:
    """Ride the standard six hills with a simulated rider, from start to chart, in seconds.

    With --live it takes some minutes, and begins when somebody looks at the page. It is the same
    ride then, to the last byte of its FIT file, unless somebody presses a key that changes it.
    """
    from coach import profile
    from coach.journal import Header
    from coach.trainers.simulated import SimulatedTrainer

    live = wants_live(watching, live=live)
    rider = profile.example_rider()
    workout = profile.compile_workout(profile.load_workout(profile.find_workout("hills")), rider)
    trainer = SimulatedTrainer(rider, seed=seed)
    header = Header(
        workout.title,
        trainer.start,
        rider,
        workout,
        f"sim:seed={seed}",
        __version__,
        simulated=True,
    )
    displays: list[Display] = [trainer.rider, Progress(workout.duration)]
    if live:
        journal = _ride_live(out, header, trainer, displays, watching)
    else:
        journal = go(out, "hills", header, trainer, clock_for(None), displays)
        after(journal)
    ride_on = to_type("ride", "hills", "--trainer", "sim")
    click.echo(f"Next: {to_type('summary', journal)}, or {ride_on}")


def _ride_live(
    out: Path,
    header: Header,
    trainer: SimulatedTrainer,
    displays: list[Display],
    watching: Watching,
) -> Path:
    """Ride on the live page, from the first look at it to the end screen."""
    from coach.clock import PacedClock
    from coach.commands.start_and_end import intro_of

    intro = intro_of(header, None)
    page = watching.page(header.workout, header.rider, intro, mode="demo")
    with served(page, watching):
        for line in phone_lines(page):
            click.echo(line, err=True)
        click.echo("the demo begins when somebody looks at the page", err=True)
        while page.alive and not page.viewers:
            time.sleep(_LOOK)
        journal = go(out, "hills", header, trainer, PacedClock(SPEED), [*displays, page])
        after(journal, page)
    return journal
