"""What a plan goes by where nothing is typed and nothing kept: the rider's level, and the zone."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfoNotFoundError

import click

from coach.commands import health
from coach.commands.who import own_rider, say_who

if TYPE_CHECKING:
    from coach.training.plan import Level


def usual_level(rider_file: Path | None, out: Path, today: date, *, simulated: bool) -> Level:
    """Return the level that suits a rider's file, and the hills ridden of late.

    Parameters
    ----------
    rider_file : Path or None
        ``None`` for the rider's own, else the example.
    out : Path
        Where the rides lie.
    today : date
    simulated : bool
        Whether rides of the simulator count.
    """
    from coach import profile
    from coach.training.plan import RECENT, level_for, rode_hills

    rider, path = own_rider(rider_file, example_allowed=True)
    say_who(path)
    usual, gentle = (level_for(rider, used_to_hills=used) for used in (True, False))
    if usual is gentle:
        return usual
    if health.remembered(health.answers_path(rider_file or profile.default_rider_path())):
        return gentle  # and held back to the starter's, so that nothing harder is offered
    from coach.archive import survey

    if rode_hills(survey(out, first=today - RECENT, simulated=simulated).history):
        return usual
    click.echo(
        f"no hill ride of the last {RECENT.days // 7} weeks in {out}, so {gentle} hills;"
        f" --level {usual} asks more",
        err=True,
    )
    return gentle


def zone_here() -> str:
    """Return the name of this computer's time zone; a word where it is not sure, or taken as UTC.

    The variable TZ may hold a rule, or a name that there is not. Such a rule has no name that a
    calendar could go by, and the zone of the rest of the system stands in for it.
    """
    import tzlocal

    from coach.training.kept import to_zone

    try:
        zone = to_zone(tzlocal.get_localzone_name() or "")
    except (ValueError, ZoneInfoNotFoundError):
        click.echo("the time zone of this computer is not known; taking UTC (see --zone)", err=True)
        return "UTC"
    typed = os.environ.get("TZ")
    if typed is not None and not _names(typed, zone):
        click.echo(
            f"TZ is {typed!r}, which names no time zone; taking {zone} (see --zone)", err=True
        )
    return zone


def _names(typed: str, zone: str) -> bool:
    """Tell whether a value of TZ means this zone: its name, or a file in a folder of zones."""
    text = typed.removeprefix(":")
    return text == zone or (os.path.isabs(text) and os.path.realpath(text).endswith(f"/{zone}"))
