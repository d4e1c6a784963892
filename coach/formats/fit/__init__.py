"""FIT, the ride file of sports devices: bytes to `coach.ride.Ride` and back.

The parts, from the bytes up: `crc`, `structure` (headers, definitions, runs of messages),
`messages` (columns of one kind), `reader`; and down again `encoding` and `writer`. `profile` holds
the numbers that Garmin gave to messages and fields, and our own; `plan` the workout inside a ride.
`workout` and `workout_writing` are workout files, a kind of their own, with `targets` and `notes`.
"""

from __future__ import annotations

from pathlib import Path

from coach.errors import RideFileError
from coach.formats.fit.reader import decode
from coach.formats.fit.writer import encode
from coach.ride import Ride

__all__ = ["decode", "encode", "load"]


def load(path: Path) -> Ride:
    """Read a FIT file.

    Raises
    ------
    RideFileError
        If it holds no ride that can be read; the message begins with its name.
    OSError
        If it cannot be opened.
    """
    try:
        return decode(path.read_bytes())
    except RideFileError as error:
        raise RideFileError(f"{path.name}: {error}") from None
