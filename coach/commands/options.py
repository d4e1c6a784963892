"""Options that several commands take, each with the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from coach.clock import Clock
    from coach.profile import WorkoutPlan
    from coach.trainers.ant.node import StickSource
    from coach.trainers.simulated.model import RiderModel
    from coach.workout import Raised

Option = Callable[[Any], Any]

out: Option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=True),
    default=Path("rides"),
    show_default=True,
    help="Folder for the ride's files.",
)

rider_file: Option = click.option(
    "--rider", "rider_file", type=click.Path(path_type=Path), help="Your rider file."
)

rounds: Option = click.option(
    "--rounds",
    type=click.IntRange(min=1),
    metavar="N",
    default=1,
    show_default=True,
    help="How often to ride what stands between warm-up and cool-down.",
)

_RAISES: tuple[Option, ...] = (
    click.option(
        "--hill-power",
        type=float,
        metavar="PCT",
        default=0.0,
        help="Make every hill harder by so much of FTP.",
    ),
    click.option(
        "--hill-time",
        type=int,
        metavar="S",
        default=0,
        help="Make every hill this much longer.",
    ),
    click.option(
        "--stand-time",
        type=int,
        metavar="S",
        default=0,
        help="Stand up this much earlier on hills that begin seated.",
    ),
)


def raises(command: Any) -> Any:  # noqa: ANN401 - like every option, it takes what it is put on
    """Add the options of `raised_by`."""
    for option in reversed(_RAISES):
        command = option(command)
    return command


def raised_by(plan: WorkoutPlan, hill_power: float, hill_time: int, stand_time: int) -> Raised:
    """Return what the options of `raises` ask for, and say on stderr what cannot be had of it.

    Parameters
    ----------
    plan : WorkoutPlan
        Whose hills are raised.
    hill_power : float
        [% of FTP].
    hill_time, stand_time : int
        [s].

    Raises
    ------
    RiderInputError
        If it does not suit the plan.
    """
    from coach.profile.compile import HARDEST_HILL, SEATED_SHARE, room_for
    from coach.workout import Raised

    asked = Raised(hill_power / 100.0, float(hill_time), float(stand_time))
    held = room_for(plan, asked)
    if held.power < asked.power:
        click.echo(
            f"{plan.name}: its hills are raised by {100 * held.power:g} % of FTP, not by"
            f" {hill_power:g}; no hill goes above {100 * HARDEST_HILL:g} %",
            err=True,
        )
    if held.standing < asked.standing:
        click.echo(
            f"{plan.name}: standing begins at most {held.standing:g} s earlier, not"
            f" {stand_time:g}; {100 * SEATED_SHARE:g} % of each hill that begins seated stay so",
            err=True,
        )
    return asked


def _factor(_: click.Context, __: click.Parameter, value: str) -> float | None:
    """Return how many times as fast as real time; ``None`` for as fast as it goes."""
    if value == "max":
        return None
    try:
        factor = float(value)
    except ValueError:
        factor = 0.0
    if not 0.1 <= factor <= 1000:
        raise click.BadParameter("expected 'max' or a number from 0.1 to 1000")
    return factor


def speed(default: str) -> Option:
    """Return the option ``--speed``; its value is ``None`` for as fast as it goes."""
    return click.option(
        "--speed",
        metavar="1|N|max",
        callback=_factor,
        default=default,
        show_default=True,
        help="1 is real time, N is N times as fast, max as fast as it goes.",
    )


def _checked(_: click.Context, __: click.Parameter, value: str) -> str:
    if value:
        from coach.trainers.stick import check_stick

        check_stick(value)
    return value


stick: Option = click.option(
    "--stick",
    "stick_text",
    metavar="virtual",
    default="",
    callback=_checked,
    help="A pretend ANT stick in place of yours: virtual, virtual:faults=NAME,seed=7.",
)


def _model(_: click.Context, __: click.Parameter, value: str | None) -> RiderModel | None:
    if value is None:
        return None
    from coach.trainers.simulated.model import load_model

    return load_model(value)


rider_model: Option = click.option(
    "--rider-model",
    "model",
    metavar="NAME",
    callback=_model,
    show_default="obedient",
    help="Character of the simulated rider: drops, ignores, obedient, sits_early, slow, stops.",
)


def stick_source(text: str, clock: Clock) -> StickSource:
    """Return where the stick comes from that was chosen with ``--stick``.

    Parameters
    ----------
    text : str
        As typed, and checked; empty for a stick on USB. On a pretend stick's air rides the
        example rider.
    clock : Clock
        The time on its air.
    """
    if not text:
        from coach.trainers.ant import usb

        return usb.stick
    from coach.profile import example_rider
    from coach.trainers.stick import stick_from

    return stick_from(text, example_rider(), clock)
