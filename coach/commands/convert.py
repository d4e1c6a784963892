"""``coach convert``: a workout from one file format to another."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands import options
from coach.commands.asking import agrees
from coach.commands.opening import DONE_WITH_LOSS, open_plan, open_watts
from coach.commands.saving import readable, write_whole
from coach.commands.who import own_rider
from coach.errors import CoachError, RiderInputError
from coach.units import clock_text

if TYPE_CHECKING:
    from coach.formats.workouts import Encoded
    from coach.profile import WorkoutPlan
    from coach.rider import Rider

SUFFIXES = (".zwo", ".erg", ".mrc", ".fit")
_NEEDS_WATTS = "only rides with power can become a workout file"
_ONLY_WATTS = "of the ride only its power, in steps, and its postures are in it, not its road"


@click.command()
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@options.rider_file
@click.pass_context
def convert(ctx: click.Context, source: str, target: Path, rider_file: Path | None) -> None:
    """Write workout IN as OUT, for another program or device.

    IN is a name from 'coach workout list' or a .toml, .zwo, .erg, .mrc or .fit file; OUT ends in
    .zwo, .erg, .mrc or .fit. What OUT cannot hold is told, and the exit code is then 3. Watts in an
    .erg, and watts that become percent, are those of the rider.

    IN can be a recorded ride (.ride, .fit, .gpx or .tcx) too: OUT has its power then, in steps, and
    its postures. No workout file has room for its road.
    """
    from coach import workouts

    path = workouts.find_workout(source)
    _check_target(path, target)
    recorded = workouts.is_road(path)
    plan, whole = open_watts(path, _NEEDS_WATTS) if recorded else open_plan(path)
    encoded = _encode(plan, target.suffix.lower(), rider_file)
    try:
        if target.exists() and not agrees(f"{target} exists. Replace it", "n"):
            click.echo(f"{readable(str(target))} is as it was", err=True)
            return
    except click.Abort:
        click.echo(err=True)
        raise RiderInputError(
            f"{target} exists and was left as it is; remove it, or name another file"
        ) from None
    try:
        write_whole(target, encoded.data)
    except OSError as error:
        reason = error.strerror or error
        raise CoachError(f"{target} cannot be written ({reason}); name another file") from None
    lost = (*((_ONLY_WATTS,) if recorded else ()), *encoded.lost)
    for what in lost:
        click.echo(f"{readable(str(target))}: {what}", err=True)
    click.echo(f"saved: {readable(str(target))} ({clock_text(plan.duration)})")
    if lost or not whole:
        ctx.exit(DONE_WITH_LOSS)


def _check_target(path: Path, target: Path) -> None:
    """Make sure that OUT can be written, and is not IN.

    Raises
    ------
    RiderInputError
        If it cannot be.
    """
    if target.suffix.lower() not in SUFFIXES:
        raise RiderInputError(
            f"{target}: a workout is written as one of {', '.join(SUFFIXES)}; end its name in one"
        )
    if target.is_dir():
        raise RiderInputError(f"{target}: this is a folder; name a file in it")
    if path.exists() and target.exists() and os.path.samefile(path, target):
        raise RiderInputError(f"{target}: this is what would be read; name another file")


def _encode(plan: WorkoutPlan, suffix: str, rider_file: Path | None) -> Encoded:
    """Write a plan in the format of a suffix."""
    in_watts = any(part.absolute for part in plan.parts)
    match suffix:
        case ".erg":
            from coach.formats.erg import encode_erg

            return encode_erg(plan, own_rider(rider_file, example_allowed=False)[0])
        case ".mrc":
            from coach.formats.erg import encode_mrc

            if not in_watts:
                return encode_mrc(plan)
            rider = own_rider(rider_file, example_allowed=False)[0]
            return _for_whoever(encode_mrc(_in_shares(plan, rider)), rider)
        case ".zwo":
            from coach.formats import zwo

            if not in_watts:
                return zwo.encode(plan)
            rider = own_rider(rider_file, example_allowed=False)[0]
            return _for_whoever(zwo.encode(plan, rider.threshold_power), rider)
    from coach.formats.fit import workout

    return workout.encode(plan, datetime.now(UTC))


def _for_whoever(encoded: Encoded, rider: Rider) -> Encoded:
    """Add that watts became shares of one rider's FTP."""
    ftp = f"{rider.threshold_power:.0f} W"
    lost = f"what was in watts is in percent of your FTP of {ftp}, for whoever rides it"
    return replace(encoded, lost=(lost, *encoded.lost))


def _in_shares(plan: WorkoutPlan, rider: Rider) -> WorkoutPlan:
    """Return a plan with its watts as shares of the rider's FTP."""
    ftp = rider.threshold_power
    parts = tuple(
        replace(
            part,
            absolute=False,
            power_start=part.power_start / ftp,
            power_end=part.power_end / ftp,
        )
        if part.absolute
        else part
        for part in plan.parts
    )
    return replace(plan, parts=parts)
