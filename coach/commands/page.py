"""``coach page``: for people who debug a trainer at midnight."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from coach.errors import RiderInputError

if TYPE_CHECKING:
    from coach.protocol.fields import Value
    from coach.protocol.pages import Profile, Side

PROFILES = ("fec", "power", "heart")
SHOWN = 40
"""Longest piece of what was typed that a message repeats."""

_profile = click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="fec",
    show_default=True,
    help="Kind of device: smart trainer, power meter, heart-rate strap.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def page() -> None:
    """Decode and encode ANT+ data pages."""


@page.command()
@_profile
@click.option(
    "--from",
    "sender",
    type=click.Choice(("device", "display")),
    default="device",
    show_default=True,
    help="Who sent it; matters for page numbers that both sides use.",
)
@_json
@click.argument("digits", metavar="HEX", nargs=-1, required=True)
def decode(profile: str, sender: Side, as_json: bool, digits: tuple[str, ...]) -> None:
    """Say what eight bytes mean, such as 19 01 5a c8 00 c8 00 30."""
    decoded = _load(profile).decode(_payload(" ".join(digits)), sender)
    fields = decoded.fields()
    if as_json:
        plain = {name: _plain(value) for name, value in fields.items()}
        click.echo(json.dumps({"page": decoded.name, "number": decoded.number, "fields": plain}))
        return
    click.echo(f"{profile} page 0x{decoded.number:02x} {decoded.name}")
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        click.echo(f"  {name:<{width}}  {_readable(value)}")


@page.command()
@_profile
@_json
@click.argument("name")
@click.argument("values", metavar="[KEY=VALUE]...", nargs=-1)
def encode(profile: str, as_json: bool, name: str, values: tuple[str, ...]) -> None:
    """Make the bytes of page NAME, such as target_power power_w=200.

    KEY=null is a value that is not there, as decode --json prints it.
    """
    pages = _load(profile).pages
    if name not in pages:
        raise RiderInputError(
            f"no {profile} page is called {name[:SHOWN]!r}{_did_you_mean(name, pages)}"
        )
    payload = pages[name].parse(_keys(name, values, pages[name].keys())).encode()
    if as_json:
        click.echo(json.dumps({"page": name, "hex": payload.hex()}))
    else:
        click.echo(payload.hex(" "))


def _load(profile: str) -> Profile:
    """Return a profile; they are imported only when asked for."""
    from importlib import import_module

    loaded: Profile = import_module(f"coach.protocol.{profile}").PROFILE
    return loaded


def _payload(text: str) -> bytes:
    """Return the bytes of hexadecimal digits, however they were grouped."""
    try:
        return bytes.fromhex(re.sub(r"\b0x|[\s,:]", "", text.lower()))
    except ValueError:
        raise RiderInputError(
            f"these are not bytes in hexadecimal: {text[:SHOWN]!r}; "
            "type eight bytes, such as 31 ff ff ff ff ff 20 03"
        ) from None


def _keys(page_name: str, values: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Take ``key=value`` arguments apart."""
    keys: dict[str, str] = {}
    for argument in values:
        key, equals, value = argument.partition("=")
        if not equals:
            raise RiderInputError(f"expected key=value, found {argument[:SHOWN]!r}")
        if key not in known:
            raise RiderInputError(
                f"page {page_name} has no key {key[:SHOWN]!r}{_did_you_mean(key, known)}"
            )
        if key in keys:
            raise RiderInputError(f"{key} is given twice")
        keys[key] = value
    return keys


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that names the nearest word, or all of them."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"


def _plain(value: Value) -> float | int | str | None:
    """Return a value as JSON has it: a number, a text or null."""
    if isinstance(value, bytes):
        return value.hex()
    return int(value) if isinstance(value, bool) else value


def _readable(value: Value) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.hex(" ") if isinstance(value, bytes) else f"{value}"
