"""``coach selftest``: every way in which a link fails, ridden on a pretend stick and judged."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

import click

from coach.commands import options

if TYPE_CHECKING:
    from rich.table import Table

    from coach.selftest import Verdict

FAILED = 1
WIDTH = 100
"""Columns of the matrix where it is not written to a terminal."""


@click.command()
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@options.speed("max")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def selftest(
    ctx: click.Context, scenarios: tuple[str, ...], speed: float | None, as_json: bool
) -> None:
    """Ride through every fault of stick, air and trainer, and tell whether all ends well.

    Needs no hardware: the stick, the trainer and the rider are simulated, all else is what rides on
    the road. With --speed it rides on a real clock, where a busy machine shows as a fault too.

    SCENARIO is the name of a fault, or a fault file of your own; all of the shipped ones
    unless some are named. Exits with 0 if all is as it should be, and with 1 otherwise.
    """
    from coach.selftest import judge, ride_all
    from coach.trainers.faults import load_scenario, scenario_names

    chosen = [load_scenario(name) for name in scenarios or scenario_names()]
    with click.progressbar(
        ride_all(chosen, speed),
        length=len(chosen),
        label="Riding",
        show_eta=False,
        file=sys.stderr,
        width=40,
    ) as rides:
        verdicts = [judge(ridden) for ridden in rides]
    if as_json:
        click.echo(json.dumps({"scenarios": [each.as_json() for each in verdicts]}, indent=2))
    else:
        _show(verdicts)
    if not all(each.ok for each in verdicts):
        ctx.exit(FAILED)


def _show(verdicts: Sequence[Verdict]) -> None:
    """Print the matrix, what is wrong in it, and what was judged."""
    from rich.console import Console

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    with console.capture() as drawn:
        console.print(_table(verdicts))
    for line in drawn.get().splitlines():
        click.echo(line.rstrip())
    for verdict in verdicts:
        for line in _complaints(verdict):
            click.echo(f"{verdict.scenario}: {line}")
    good = sum(verdict.ok for verdict in verdicts)
    click.echo(f"\n{good} of {len(verdicts)} as they should be; held on every ride that is ok:")
    click.echo(fill(", ".join(verdicts[0].invariants), console.width, break_on_hyphens=False))


def _table(verdicts: Sequence[Verdict]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("Scenario", no_wrap=True)
    table.add_column("What happens")
    table.add_column("Events expected = seen")
    table.add_column("Held", no_wrap=True)
    table.add_column("", no_wrap=True)
    for verdict in verdicts:
        held = list(verdict.invariants.values())
        table.add_row(
            verdict.scenario,
            verdict.title,
            ", ".join(verdict.events_seen) or "none",
            f"{sum(held)}/{len(held)}",
            "ok" if verdict.ok else "FAILED",
        )
    return table


def _complaints(verdict: Verdict) -> list[str]:
    """Return what is wrong, a line each."""
    lines = [f"does not hold: {name}" for name, held in verdict.invariants.items() if not held]
    if not verdict.told:
        lines.append(f"expected: {', '.join(verdict.events_expected) or 'no events'}")
    return lines + verdict.failures
