"""Opening recorded rides, whatever program wrote them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coach.errors import RideFileError, RiderInputError

if TYPE_CHECKING:
    from coach.ride import Ride

SUFFIXES = (".ride", ".fit", ".gpx", ".tcx")
ROAD_SUFFIXES = (*SUFFIXES, ".crs")


def load_ride(path: Path) -> Ride:
    """Read a recorded ride; its suffix says how.

    Parameters
    ----------
    path : Path
        A ``.ride``, ``.fit``, ``.gpx`` or ``.tcx`` file, in upper or lower case.

    Returns
    -------
    Ride
        Not empty `warnings` mean that it was read in part; each names the file.

    Raises
    ------
    RiderInputError
        If there is no such file, or its name has another suffix.
    RideFileError
        If nothing of a ride can be read from it.
    """
    return _load(path, SUFFIXES, "ride")


def load_road(path: Path) -> Ride:
    """Read what has a road in it: a recorded ride, a route, or a ``.crs``; see `load_ride`."""
    return _load(path, ROAD_SUFFIXES, "road")


def _load(path: Path, suffixes: tuple[str, ...], what: str) -> Ride:
    if path.is_dir():
        raise RiderInputError(f"{path}: this is a folder; name one {what} file in it")
    if not path.exists():
        raise RiderInputError(f"{path}: there is no such file; check its name and folder")
    suffix = path.suffix.lower()
    if suffix not in suffixes or not path.is_file():
        raise RiderInputError(f"{path}: not a {what} file; expected one of {', '.join(suffixes)}")
    if suffix == ".ride":
        from coach import journal

        return journal.load(path)
    return _decode(path, suffix)


def _decode(path: Path, suffix: str) -> Ride:
    from coach.formats.xml import MAX_BYTES, read_bounded

    try:
        data = read_bounded(path)
    except OSError as error:
        raise RideFileError(f"{path}: cannot be read ({error.strerror})") from error
    if not data:
        raise RideFileError(f"{path}: the file is empty; copy it from the device again")
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise RideFileError(
            f"{path}: larger than {limit} MB, which no ride is; is it another file?"
        )
    try:
        ride = _decoder(suffix)(data)
    except RideFileError as error:
        raise RideFileError(f"{path}: {error}") from error
    ride.warnings = [f"{path}: {warning}" for warning in ride.warnings]
    return ride


def _decoder(suffix: str) -> Callable[[bytes], Ride]:
    """Import the reader that is needed, and only that."""
    match suffix:
        case ".fit":
            from coach.formats.fit.reader import decode
        case ".gpx":
            from coach.formats.gpx import decode
        case ".crs":
            from coach.formats.crs import decode
        case _:
            from coach.formats.tcx import decode
    return decode
