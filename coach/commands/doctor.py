"""``coach doctor``: what stands between a rider and a ride on a trainer, and the cure."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from coach.commands import options
from coach.errors import RiderInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coach.trainers.ant.doctor import Check
    from coach.trainers.ant.found import Device
    from coach.trainers.ant.node import StickSource

FAILED = 1
_MARGIN = 24
"""Columns before the words of a check."""


@click.command()
@options.stick
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--install-udev",
    is_flag=True,
    help="On Linux, write the rule that lets you open the stick; show it first.",
)
@click.pass_context
def doctor(ctx: click.Context, stick_text: str, as_json: bool, install_udev: bool) -> None:
    """Check the ANT stick and the way to the trainer; name what is wrong, and the cure.

    Exits with 0 when everything is ready for a ride, and with 1 otherwise.
    """
    if install_udev:
        if stick_text or as_json:
            raise RiderInputError("--install-udev goes with no other option of doctor")
        ctx.exit(_install_udev())
    checks = _examine(stick_text)
    ready = _as_json(checks) if as_json else _as_text(checks)
    if not ready:
        ctx.exit(FAILED)


def _examine(stick_text: str) -> Iterator[Check]:
    """Yield the checks of the stick that was asked for, each as soon as it is done."""
    from coach.clock import MonotonicClock
    from coach.trainers.ant import usb
    from coach.trainers.ant.doctor import (
        LISTEN_TIME,
        Bench,
        ask,
        examine_pretend,
        examine_usb,
        hears_trainer,
    )
    from coach.trainers.ant.scan import listen

    clock = MonotonicClock()

    def heard(stick: StickSource) -> Sequence[Device]:
        click.echo(f"listening for {LISTEN_TIME:.0f} s: turn the cranks", err=True)
        return listen(stick, clock, LISTEN_TIME, until=hears_trainer)

    bench = Bench(sys.platform, usb.prepare, lambda stick: ask(stick, clock), heard)
    if not stick_text:
        return examine_usb(bench, usb.stick)
    return examine_pretend(bench, options.stick_source(stick_text, clock))


def _as_json(checks: Iterable[Check]) -> bool:
    done = list(checks)
    click.echo(json.dumps({"checks": [check.as_json() for check in done]}, indent=2))
    return all(check.ok for check in done)


def _as_text(checks: Iterable[Check]) -> bool:
    failed = 0
    for check in checks:
        failed += not check.ok
        for line in _lines(check):
            click.echo(line)
    click.echo("")
    click.echo("not ready yet" if failed else "ready to ride")
    return not failed


def _lines(check: Check) -> Iterator[str]:
    """Yield a check as lines of 80 columns: the verdict, what was found, what to do."""
    words = check.note if check.ok else f"{check.cause}\n-> {check.remedy}"
    beside = [part for line in words.splitlines() for part in wrap(line, 80 - _MARGIN)] or [""]
    head = f"{'ok' if check.ok else 'FAILED':<8}{check.name}"
    for line in beside:
        yield f"{head:<{_MARGIN}}{line}".rstrip()
        head = ""


def _install_udev() -> int:
    """Write the rule and say what was done; return the exit code."""
    from coach.profile import profiles_dir
    from coach.trainers.ant import udev

    if not sys.platform.startswith("linux"):
        raise RiderInputError(
            "--install-udev is for Linux only: other systems need no rule to open the stick"
        )
    source, target = profiles_dir() / "udev" / udev.RULE_NAME, udev.RULES / udev.RULE_NAME
    text = source.read_text(encoding="utf-8")
    click.echo(f"{target}:\n\n{text}")
    try:
        kept = udev.place(text, target)
    except OSError as error:
        click.echo(f"not written ({error.strerror}); type these yourself:\n")
        for line in udev.by_hand(source, target):
            click.echo(f"  {line}")
        click.echo("\nthen unplug the stick and plug it in again")
        return FAILED
    click.echo("written" if kept is None else f"written; what was there before is now {kept}")
    if not udev.reload():
        click.echo("udev did not read it yet; it will when the computer starts again", err=True)
    click.echo("now unplug the stick and plug it in again")
    return 0
