"""Opening workouts, whatever program wrote them; what is a road and no workout is told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from coach.errors import ProfileError, RiderInputError

if TYPE_CHECKING:
    from coach.formats.workouts import Decoded

SUFFIXES = (".toml", ".zwo", ".erg", ".mrc", ".fit")
ROAD_SUFFIXES = (".crs", ".gpx", ".tcx", ".fit", ".ride")
"""A ``.fit`` is either; its content says which."""


def find_workout(name_or_path: str) -> Path:
    """Return the file of a shipped workout, or the path itself, of a workout or a road.

    Raises
    ------
    RiderInputError
        If it is neither a name nor looks like a path.
    """
    from coach import profile

    path = Path(name_or_path)
    if path.suffix.lower() in (*SUFFIXES, *ROAD_SUFFIXES):
        return path
    return profile.find_workout(name_or_path)


def is_road(path: Path) -> bool:
    """Whether a file is a road to ride, by its suffix; a ``.fit`` unless it holds a workout."""
    suffix = path.suffix.lower()
    if suffix != ".fit" or not path.is_file():
        return suffix != ".fit" and suffix in ROAD_SUFFIXES
    from coach.formats.fit.workout import is_workout

    return not is_workout(_read(path))


def load_plan(path: Path) -> Decoded:
    """Read a workout; its suffix, in upper or lower case, says how.

    Parameters
    ----------
    path : Path
        A ``.toml``, ``.zwo``, ``.erg``, ``.mrc`` or ``.fit`` file; one without a suffix is read as
        TOML.

    Returns
    -------
    Decoded
        Not empty `warnings` mean that it was read in part. They and the notes name the file.

    Raises
    ------
    RiderInputError
        If there is no such file, or its name has another suffix.
    ProfileError
        If it cannot be read, or no workout can be made of it.
    """
    from coach import profile
    from coach.formats.workouts import LARGEST, Decoded

    suffix = path.suffix.lower()
    if suffix in ("", ".toml"):
        return Decoded(profile.load_workout(path))
    if suffix not in SUFFIXES:
        what = "a road and no workout file" if suffix in ROAD_SUFFIXES else "not a workout file"
        raise RiderInputError(f"{path}: {what}; expected one of {', '.join(SUFFIXES)}")
    if path.is_dir():
        raise RiderInputError(f"{path}: this is a folder; name one workout file in it")
    if not path.exists():
        raise RiderInputError(f"{path}: there is no such file; check its name and folder")
    if not path.is_file():
        raise RiderInputError(f"{path}: not a file; name one workout file")
    data = _read(path)
    if not data:
        raise ProfileError([f"{path}: the file is empty; copy it from where you got it again"])
    if suffix != ".fit" and len(data) > LARGEST:
        limit = LARGEST // 1024 // 1024
        raise ProfileError([f"{path}: larger than {limit} MB, which no workout is"])
    decoded = _decoder(suffix)(data, str(path))
    return replace(
        decoded,
        warnings=tuple(f"{path}: {warning}" for warning in decoded.warnings),
        notes=tuple(f"{path}: {note}" for note in decoded.notes),
    )


def _read(path: Path) -> bytes:
    from coach.formats.xml import read_bounded

    try:
        return read_bounded(path)
    except OSError as error:
        raise ProfileError([f"{path}: cannot be read ({error.strerror or error})"]) from error


def _decoder(suffix: str) -> Callable[[bytes, str], Decoded]:
    """Import the reader that is needed, and only that."""
    match suffix:
        case ".zwo":
            from coach.formats.zwo import decode
        case ".fit":
            from coach.formats.fit.workout import decode
        case _:
            from coach.formats.erg import decode
    return decode
