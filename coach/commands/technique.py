"""``coach technique``: the bike, the saddle's height, how to sit; and when it is offered."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.errors import RiderInputError
from coach.guidance.technique import (
    DISCLAIMER,
    KNEE,
    SECTIONS,
    SaddleHeight,
    format_section,
    heavy,
    saddle_heights,
)

if TYPE_CHECKING:
    from coach.workout import Workout

WIDEST = 79
"""Columns of the text, where the terminal has them."""


@click.command()
@click.option("--inseam-cm", "inseam_text", metavar="CM", help="Reckon saddle heights from it.")
@click.option(
    "--crank-mm",
    "crank_text",
    metavar="MM",
    help="Length of your cranks: compare the two heights.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def technique(inseam_text: str | None, crank_text: str | None, as_json: bool) -> None:
    """Check the bike, the saddle's height and how you sit, before you ride."""
    inseam = _number(inseam_text)
    crank = _number(crank_text)
    if inseam is None and crank is not None:
        raise RiderInputError(
            "--crank-mm compares two saddle heights, which come from your inseam: add --inseam-cm"
        )
    heights: tuple[SaddleHeight, ...] = ()
    if inseam is not None:
        heights = saddle_heights(inseam / 100.0, None if crank is None else crank / 1000.0)
    if as_json:
        click.echo(json.dumps(_as_json(heights, crank), indent=2, allow_nan=False))
        return
    if inseam is None:
        # It brings numpy, which nothing else here needs.
        from coach.commands.saving import to_type

        command = to_type("technique", "--inseam-cm", "83")
        first = f"For your own saddle height, with your inseam in place of 83:\n\n  {command}"
    else:
        first = _heights_text(inseam, heights, crank)
    width = max(30, min(WIDEST, shutil.get_terminal_size().columns - 1))
    sections = (format_section(section, width) for section in SECTIONS)
    click.echo("\n\n".join((first, *sections, textwrap.fill(DISCLAIMER, width))))


def _number(text: str | None) -> float | None:
    """Read what was typed; what is no number is in no range either."""
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _as_json(heights: tuple[SaddleHeight, ...], crank: float | None) -> dict[str, object]:
    compared = heights[0].compared if heights else None
    return {
        "saddle": [_height_json(each) for each in heights],
        "saddle_compared": None
        if compared is None
        else {"crank_mm": crank, **_height_json(compared)},
        "knee_deg": {"low": KNEE[0], "high": KNEE[1]},
        "sections": [{"title": each.title, "lines": list(each.lines)} for each in SECTIONS],
        "disclaimer": DISCLAIMER,
    }


def _height_json(height: SaddleHeight) -> dict[str, object]:
    return {
        "method": height.method,
        "measured_from": height.measured_from,
        "low_cm": _cm(height.low),
        "high_cm": _cm(height.high),
    }


def _cm(length: float) -> float:
    """Return a height that stands on a half centimetre [cm]."""
    return round(100.0 * length, 1)


def _heights_text(inseam: float, heights: tuple[SaddleHeight, ...], crank: float | None) -> str:
    rows = [f"Top of the saddle, for an inseam of {inseam:g} cm: a range to begin in", ""]
    for each in heights:
        low, high = each.percent
        place = f"from the {each.measured_from}"
        rows.append(f"  {_range(each):17}  {place:23}  {low}-{high} %, {each.method}")
    compared = heights[0].compared
    if compared is not None:
        rows += [
            "",
            f"With a crank of {crank:g} mm, both from the bottom bracket:",
            *(f"  {_range(each):17}  {each.method}" for each in (compared, heights[1])),
        ]
    return "\n".join(rows)


def _range(height: SaddleHeight) -> str:
    return f"{_cm(height.low):.1f} to {_cm(height.high):.1f} cm"


# --- when it is offered ---------------------------------------------------------------------------


def offer(workout: Workout, out: Path, *, real: bool) -> str:
    """Name the check to a rider who has not ridden yet, or is about to push hard with slow legs.

    Parameters
    ----------
    workout : Workout
        What is to be ridden.
    out : Path
        Folder of the rides; need not be there.
    real : bool
        Somebody rides: what simulated riders rode before does not count. Replays never do.

    Returns
    -------
    str
        A line; empty for everybody else.
    """
    # Numpy comes in with it.
    from coach import archive

    push = heavy(workout)
    if push is not None:
        return (
            f"Hard, slow pushes ahead, up to {push.torque:.0f} N m at {push.cadence:.0f} rpm"
            f" ({push.segment.label}): coach technique"
        )
    if archive.newest(out, simulated=not real) is None:
        return "First ride here: check bike, saddle height and form: coach technique"
    return ""
