"""``coach summary``: what a ride was, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands.bands import result_lines
from coach.commands.opening import DONE_WITH_LOSS
from coach.rides import load_ride
from coach.workout import SegmentKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console
    from rich.table import Table

    from coach.analysis.account import Account
    from coach.analysis.hills import Hill
    from coach.analysis.summary import Summary
    from coach.ride import Ride
    from coach.training.threshold import ThresholdResult


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def summary(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Tell what a ride was: time, power, heart rate, hills.

    FILE is a recorded ride: .ride, .fit, .gpx or .tcx.
    """
    ride = load_ride(file)
    # numpy comes in here: a wrong file name should be answered at once.
    from coach.analysis.summary import summarize
    from coach.training.threshold import of_test

    figures, test = summarize(ride), of_test(ride)
    if as_json:
        threshold = {"threshold_power": None if test is None else test.as_json()}
        click.echo(json.dumps(figures.as_json() | threshold, indent=2, allow_nan=False))
    else:
        _show(ride, figures, test, file.name)
    for warning in ride.warnings:
        click.echo(f"read in part: {warning}", err=True)
    for note in figures.notes:
        click.echo(f"{file}: {note}", err=True)
    if ride.warnings:
        ctx.exit(DONE_WITH_LOSS)


def _show(ride: Ride, figures: Summary, test: ThresholdResult | None, file_name: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(_printable(ride.name or file_name), style="bold"))
    about = [_printable(ride.sport)]
    if ride.start is not None:
        about.append(f"{ride.start:%Y-%m-%d %H:%M} UTC")
    console.print(Text(" · ".join(about), style="dim"))
    console.print()

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for label, value in figure_lines(figures):
        table.add_row(label, value)
    console.print(table)
    if test is not None:
        console.print()
        console.print(Text("\n".join(result_lines(test))))
    if figures.hills:
        console.print()
        console.print(hill_table(figures.hills, ride.hill_name))
    # A replay without a plan has one free stretch, in which nothing is asked.
    if any(each.posture is not None for each, _ in figures.account.stretches):
        console.print()
        _show_account(console, figures.account, ride.hill_name)


def figure_lines(figures: Summary) -> Iterator[tuple[str, str]]:
    """Yield label and value of all that is known."""
    from coach.analysis.effort import cr10_text

    yield "Samples", str(figures.samples)
    for label, value, unit in (
        ("Time", _clock(figures.elapsed_time), ""),
        ("Time riding", _clock(figures.timer_time), ""),
        ("Average power", _whole(figures.average_power), " W"),
        ("Weighted power", _whole(figures.normalized_power), " W"),
        ("Work", _scaled(figures.work, 1 / 1000, 0), " kJ"),
        ("Average cadence", _whole(figures.average_cadence), " rpm"),
        ("Average heart rate", _whole(figures.average_heart_rate), " bpm"),
        ("Highest heart rate", _whole(figures.max_heart_rate), " bpm"),
        ("Ascent", _whole(figures.ascent), " m"),
        ("Standing", _clock(figures.time_standing), ""),
        ("Stood up", _whole(figures.stand_count), " time" + "s" * (figures.stand_count != 1)),
        ("Felt", "" if figures.cr10 is None else cr10_text(figures.cr10), ""),
    ):
        if value:
            yield label, value + unit


def hill_table(hills: Sequence[Hill], name: str) -> Table:
    """Return a table of hills, called so, in 80 columns; what no hill has is left out."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    columns = {
        name: [str(hill.index) for hill in hills],
        "Start": [_clock(hill.start) for hill in hills],
        "Time": [_clock(hill.duration) for hill in hills],
        "Up\nm": [_whole(hill.ascent) for hill in hills],
        "Way\nkm": [_scaled(hill.distance, 1 / 1000, 2) for hill in hills],
        "Grade\n%": [_scaled(hill.average_grade, 100, 1) for hill in hills],
        "Power\nW": [_whole(hill.average_power) for hill in hills],
        "Cadence\nrpm": [_whole(hill.average_cadence) for hill in hills],
        "Max HR\nbpm": [_whole(hill.max_heart_rate) for hill in hills],
        "Standing": [_clock(hill.standing) for hill in hills],
    }
    known = {heading: cells for heading, cells in columns.items() if any(cells)}
    for heading in known:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in zip(*known.values(), strict=True):
        table.add_row(*row)
    return table


def _show_account(console: Console, account: Account, hill_name: str) -> None:
    """Show what was asked, cue by cue, and what was done of it."""
    from rich.text import Text

    from coach.analysis.report import SOURCES, cue_words

    told = account.note
    if account.source is not None:
        told = f"posture {SOURCES[account.source]}; {cue_words(account.ride)}"
    console.print(Text("Asked and done"))
    console.print(Text(told, style="dim"))
    console.print(_account_table(account, hill_name))


def _account_table(account: Account, hill_name: str) -> Table:
    """Return a table of hills, of intervals, and of all; what nothing has is left out."""
    from rich.table import Table

    rows = [(f"{hill_name} {hill.index}", done) for hill, done in account.hills]
    rows += [
        (stretch.segment.label, done)
        for stretch, done in account.stretches
        if stretch.segment is not None and stretch.segment.kind is SegmentKind.INTERVAL
    ]
    rows.append(("Ride", account.ride))
    columns = {
        "": [name for name, _ in rows],
        "Stand\nasked": [_clock(done.asked_standing or None) for _, done in rows],
        "\nStood": [
            _clock(done.posture.stood) if done.posture and done.asked_standing else ""
            for _, done in rows
        ],
        "Stood\nunasked": [
            _clock(done.posture.stood_unasked or None) if done.posture else "" for _, done in rows
        ],
        "Up after\nthe cue": [
            _signed(done.posture.reaction) if done.posture else "" for _, done in rows
        ],
        "Sat\ndown": [
            _whole(done.posture.aborted or None) if done.posture else "" for _, done in rows
        ],
        "On target\n%": [_scaled(done.on_target, 100, 0) for _, done in rows],
        "In cadence\n%": [_scaled(done.in_cadence, 100, 0) for _, done in rows],
    }
    table = Table(box=None, pad_edge=False, header_style="dim")
    known = {heading: cells for heading, cells in columns.items() if any(cells)}
    for heading in known:
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for row in zip(*known.values(), strict=True):
        table.add_row(*row)
    return table


def _signed(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:+.0f} s"


def _clock(seconds: float | None) -> str:
    """Format a duration as h:mm:ss, or m:ss below an hour; empty when unknown."""
    if seconds is None:
        return ""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def _whole(value: float | None) -> str:
    return _scaled(value, 1, 0)


def _scaled(value: float | None, factor: float, digits: int) -> str:
    return "" if value is None else f"{value * factor:.{digits}f}"


def _printable(text: str) -> str:
    """Leave out what a terminal would take for a command: names come from strangers' files."""
    return "".join(character for character in text if character.isprintable())
