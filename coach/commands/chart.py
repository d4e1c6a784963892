"""``coach chart``: a recorded ride as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands.opening import DONE_WITH_LOSS
from coach.errors import RiderInputError
from coach.rides import load_ride

if TYPE_CHECKING:
    from coach.charts.axis import AxisName
    from coach.charts.style import ThemeName

SUFFIXES = (".png", ".svg", ".pdf")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where to write: .png, .svg or .pdf.  [default: STEM-THEME.png in this folder]",
)
@click.option("--theme", type=click.Choice(("light", "dark")), default="light", show_default=True)
@click.option(
    "--axis",
    type=click.Choice(("time", "distance")),
    help="What lies to the right.  [default: distance for a ride on a road, else time]",
)
@click.option("--smooth", type=float, metavar="S", help="Mean of power over S seconds, 1 to 300.")
@click.pass_context
def chart(
    ctx: click.Context,
    file: Path,
    out: Path | None,
    theme: ThemeName,
    axis: AxisName | None,
    smooth: float | None,
) -> None:
    """Draw a ride: power over target, posture, cadence, heart rate, elevation.

    FILE is a recorded ride: .ride, .fit, .gpx or .tcx.
    """
    out = Path(f"{file.stem}-{theme}.png") if out is None else out
    check_name(out)
    ride = load_ride(file)
    ride.name = ride.name or file.stem
    # matplotlib comes in here: a wrong name should be answered at once.
    from coach.charts.figures import save_chart

    click.echo(save_chart(ride, out, theme, smooth, axis))
    for warning in ride.warnings:
        click.echo(f"read in part: {warning}", err=True)
    if ride.warnings:
        ctx.exit(DONE_WITH_LOSS)


def check_name(out: Path) -> None:
    """Make sure, before matplotlib is there to say so, that a chart can have this name.

    Raises
    ------
    RiderInputError
        If it cannot.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise RiderInputError(f"{out}: a chart is a {', '.join(SUFFIXES)}; end its name in one")
