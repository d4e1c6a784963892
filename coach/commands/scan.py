"""``coach scan``: what is on the air."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from coach.commands import options
from coach.commands.saving import to_type
from coach.messages import Source

if TYPE_CHECKING:
    from rich.table import Table

    from coach.trainers.ant.found import Device

LONGEST = 3600.0
"""An hour: long enough to find out when a device falls asleep [s]."""

_COLUMNS = ("Profile", "Number", "Maker", "Battery", "Signal", "")


def _seconds(_: click.Context, __: click.Parameter, value: float) -> float:
    if not 1 <= value <= LONGEST:  # not a number is out of every range too
        raise click.BadParameter(f"expected a number of seconds, 1 to {LONGEST:.0f}")
    return value


@click.command()
@click.option(
    "--seconds",
    type=float,
    callback=_seconds,
    default=10.0,
    show_default=True,
    metavar="N",
    help="How long to listen; makers and batteries are told within a minute.",
)
@options.stick
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scan(seconds: float, stick_text: str, as_json: bool) -> None:
    """List the ANT+ devices on the air: trainers, heart-rate straps, power meters and more.

    Turn the cranks and put the strap on: what sleeps is not heard. Ctrl-C ends it earlier. An
    empty air is an answer too: exit code 0, and an empty list.
    """
    from coach.clock import MonotonicClock
    from coach.trainers.ant.found import in_order
    from coach.trainers.ant.scan import listen

    clock = MonotonicClock()
    source = options.stick_source(stick_text, clock)
    heard: dict[tuple[str, int], Device] = {}
    click.echo(f"listening for {seconds:g} s; turn the cranks and put the strap on", err=True)
    with _Display(live=not as_json and sys.stdout.isatty()) as display:

        def take(device: Device) -> None:
            key = device.profile, device.device_number
            display.show(device, new=key not in heard)
            heard[key] = device
            display.draw(in_order(heard.values()))

        try:
            devices = listen(source, clock, seconds, take, on_note=display.note)
        except KeyboardInterrupt:
            devices = in_order(heard.values())
    if as_json:
        click.echo(json.dumps({"devices": [asdict(device) for device in devices]}, indent=2))
    elif devices:
        display.end(devices)
        trainer = next((each for each in devices if each.profile == Source.TRAINER), None)
        if trainer is not None:
            stick = ("--stick", stick_text) if stick_text else ()
            named = f"ant:{trainer.device_number}"
            ride = to_type("ride", "hills", "--trainer", named, *stick)
            click.echo(f"To ride on this trainer: {ride}", err=True)
    else:
        click.echo(
            "nothing heard: turn the cranks to wake the trainer, put the strap on, "
            "bring the stick nearer on an extension cable, and scan again",
            err=True,
        )


class _Display:
    """Shows what is heard while it is heard.

    Parameters
    ----------
    live : bool
        A table on the terminal that grows; else a line on stderr for each device, and the table
        on stdout in the end.
    """

    def __init__(self, *, live: bool) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(highlight=False)
        self._live = Live(console=self._console, auto_refresh=False) if live else None

    def __enter__(self) -> _Display:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, device: Device, *, new: bool) -> None:
        """Take one device, heard first or heard to say something new."""
        if self._live is None and new:
            click.echo(f"heard {device.profile} {device.device_number}", err=True)

    def draw(self, devices: list[Device]) -> None:
        """Draw all of them."""
        if self._live is not None:
            self._live.update(_table(devices), refresh=True)

    def note(self, text: str) -> None:
        """Say what limits the listening."""
        if self._live is None:
            click.echo(text, err=True)
        else:
            self._console.print(text)

    def end(self, devices: list[Device]) -> None:
        """Leave the table on stdout."""
        if self._live is None:
            self._console.print(_table(devices))


def _table(devices: Iterable[Device]) -> Table:
    from rich.table import Table

    from coach.trainers.ant.found import is_trainers_own

    devices = list(devices)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in _COLUMNS:
        table.add_column(heading, justify="right" if heading == "Number" else "left", no_wrap=True)
    for device in devices:
        table.add_row(
            device.profile,
            str(device.device_number),
            device.manufacturer or "-",
            device.battery or "-",
            "-" if device.rssi is None else f"{device.rssi} dBm",
            "the trainer's own" if is_trainers_own(device, devices) else "",
        )
    return table
