"""Who rides: the rider's file, or the example where it may serve."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.errors import RiderInputError

if TYPE_CHECKING:
    from coach.rider import Rider


def own_rider(rider_file: Path | None, *, example_allowed: bool) -> tuple[Rider, Path | None]:
    """Load the rider: the file named, else the rider's own, else the example where it may serve.

    Returns
    -------
    tuple
        The rider and the file, which is ``None`` for the example.

    Raises
    ------
    RiderInputError
        If there is no rider file and the trainer is not a simulated or recorded one.
    """
    from coach import profile

    own = profile.default_rider_path()
    path = rider_file or (own if os.path.exists(own) else None)
    if path is not None:
        return profile.load_rider(path), path
    if not example_allowed:
        raise RiderInputError(
            "no rider file: targets and limits need your weight and FTP; type 'coach rider new'"
        )
    return profile.example_rider(), None


def say_who(rider_file: Path | None) -> None:
    """Say on stderr whose ride it is."""
    who = rider_file or "the example rider (75 kg, FTP 220 W); 'coach rider new' makes yours"
    click.echo(f"rider: {who}", err=True)
