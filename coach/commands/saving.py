"""From a ride's journal to the files a rider keeps: where they go and what they are called."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from errno import EACCES
from pathlib import Path
from stat import S_IMODE, S_IWUSR
from typing import TYPE_CHECKING

import click

from coach.errors import RideFileError, RiderInputError

if TYPE_CHECKING:
    from coach.ride import Ride

LONGEST_NAME = 80
"""Of a ride, in its files' names [characters]: file systems allow some 255 bytes in all."""


def readable(text: str) -> str:
    """Return a text that can be written anywhere, whatever bytes its file name was made of."""
    return text.encode("utf-8", "replace").decode("utf-8")


def writable_folder(out: Path) -> Path:
    """Make the folder for rides, and make sure before the ride that it takes files.

    Raises
    ------
    RideFileError
        If it cannot be made or written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        reason = error.strerror or error
        raise RideFileError(
            f"{out}: rides cannot be written there ({reason}); choose another --out"
        ) from error
    return out


def existing_folder(out: Path) -> Path:
    """Return the folder with the rider's rides and log, if there is one.

    Raises
    ------
    RiderInputError
        If there is nothing of this name, or a file.
    """
    if not os.path.exists(out):
        raise RiderInputError(
            f"{readable(str(out))}: there is no such folder; the first ride or strength session"
            " makes it, and --out names another"
        )
    if not os.path.isdir(out):
        raise RiderInputError(
            f"{readable(str(out))}: not a folder; name the one with your rides by --out"
        )
    return out


def ride_path(out: Path, start: datetime, name: str) -> Path:
    """Return a path for a new ride: ``DATE_TIME_NAME.ride``, numbered when it is taken."""
    plain = re.sub(r"[^\w-]+", "-", readable(name)).strip("-")[:LONGEST_NAME] or "ride"
    stem = f"{start:%Y-%m-%d_%H%M%S}_{plain}"
    path = out / f"{stem}.ride"
    number = 2
    while path.exists():
        path = out / f"{stem}-{number}.ride"
        number += 1
    return path


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, in a folder that is made for it; text as UTF-8.

    Whoever may read the file there may read the new one, and nobody else.

    Raises
    ------
    OSError
        If it cannot be written, or is there and marked as not to be written.
    """
    # Two that write at once write each a file of their own; the later one stays.
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = S_IMODE(path.stat().st_mode) if path.is_file() else None
    if mode is not None and not mode & S_IWUSR:
        raise PermissionError(EACCES, "it is read-only")
    try:
        with part.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            part.chmod(mode)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def write_fit(ride: Ride, path: Path) -> Path:
    """Write a ride's FIT file, whole or not at all.

    Raises
    ------
    RideFileError
        If it cannot be written.
    """
    from coach.formats import fit

    try:
        write_whole(path, fit.encode(ride))
    except OSError as error:
        reason = error.strerror or error
        raise RideFileError(f"{path}: cannot be written ({reason})") from error
    return path


def save_ride(ride: Ride, journal: Path) -> list[Path]:
    """Make everything a rider keeps of a ride: FIT first, then the pictures.

    Returns
    -------
    list of Path
        ``.ride``, ``.fit``, ``-light.png``, ``-dark.png``; without pictures where there is
        nothing to draw.

    Raises
    ------
    RideFileError
        If the FIT file cannot be written.
    """
    saved = [journal, write_fit(ride, journal.with_suffix(".fit"))]
    from coach.charts.figures import save_charts

    try:
        saved += save_charts(ride, journal.with_suffix(""))
    except RideFileError as error:
        click.echo(str(error), err=True)
    return saved


def saved_of(journal: Path) -> list[Path]:
    """Return the files that `save_ride` left of a ride, its journal first."""
    names = [journal.name, *(f"{journal.stem}{end}" for end in (".fit", "-light.png", "-dark.png"))]
    return [path for path in map(journal.with_name, names) if path.exists()]


def say_saved(saved: Sequence[Path]) -> None:
    """End a ride's output: which files there are, and which one to upload."""
    for path in saved:
        click.echo(f"saved: {path}")
    upload = next((path for path in saved if path.suffix == ".fit"), None)
    if upload is not None:
        click.echo(f"Upload {upload.name} to your training log.")


def to_type(*words: str | Path) -> str:
    """Return a command line that can be typed as it stands, after this program's own name."""
    called = sys.argv[0]
    # Called by a relative path, as in the README, it is not found by its name alone.
    near = os.sep in called and not os.path.isabs(called) and Path(called).name == "coach"
    return shlex.join([called if near else "coach", *map(str, words)])
