"""Rider, workout and strength files: from TOML to a `Rider`, a `Workout` for one, a `Routine`.

All are written by hand, so every mistake is told with its file, line and key, all at once. What
is read here is small; pydantic is imported only when something is.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from coach.errors import RiderInputError
from coach.profile.compile import climbing_speed, compile_workout
from coach.profile.estimate import estimate_threshold_power
from coach.profile.plan import Part, WorkoutPlan
from coach.profile.toml import parse_document, read_text
from coach.rider import Rider
from coach.strength.routine import Routine

__all__ = [
    "Part",
    "WorkoutPlan",
    "climbing_speed",
    "compile_workout",
    "default_rider_path",
    "estimate_threshold_power",
    "example_rider",
    "find_profile",
    "find_routine",
    "find_workout",
    "load_rider",
    "load_routine",
    "load_workout",
    "parse_rider",
    "parse_routine",
    "parse_workout",
    "profile_names",
    "profiles_dir",
    "routine_names",
    "workout_names",
]


def profiles_dir() -> Path:
    """Return the folder of shipped profiles: inside an installed package, beside a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "profiles"
    return installed if installed.is_dir() else package.parent / "profiles"


def default_rider_path() -> Path:
    """Return where the rider's own file belongs: ``~/.config/sixhills/rider.toml``."""
    configured = os.environ.get("XDG_CONFIG_HOME", "")
    # The XDG base directory specification has relative paths ignored.
    folder = configured if os.path.isabs(configured) else os.path.expanduser("~/.config")
    return Path(folder) / "sixhills" / "rider.toml"


def profile_names(folder: str) -> list[str]:
    """Return the names of what is shipped in a folder of `profiles_dir`."""
    return sorted(path.stem for path in (profiles_dir() / folder).glob("*.toml"))


def find_profile(folder: str, what: str, name_or_path: str | Path) -> Path:
    """Return the file of a shipped profile, or the path itself.

    Parameters
    ----------
    folder : str
        Of `profiles_dir`.
    what : str
        What is looked for, in words for the rider.
    name_or_path : str or Path
        As typed.

    Raises
    ------
    RiderInputError
        If it is neither a name nor looks like a path.
    """
    text = str(name_or_path)
    names = profile_names(folder)
    if text in names:
        return profiles_dir() / folder / f"{text}.toml"
    if text.endswith(".toml") or os.path.basename(text) != text:
        return Path(text)
    close = get_close_matches(text[:80], names, n=1)
    meant = f"; did you mean '{close[0]}'?" if close else "."
    raise RiderInputError(
        f"there is no {what} {text[:80]!r}{meant} There are {', '.join(names)};"
        " your own is named by its path, such as ./mine.toml"
    )


def workout_names() -> list[str]:
    """Return the names of the shipped workouts."""
    return profile_names("workouts")


def find_workout(name_or_path: str | Path) -> Path:
    """Return the file of a shipped workout, or the path itself; see `find_profile`."""
    return find_profile("workouts", "workout", name_or_path)


def routine_names() -> list[str]:
    """Return the names of the shipped strength routines."""
    return profile_names("strength")


def find_routine(name_or_path: str | Path) -> Path:
    """Return the file of a shipped strength routine, or the path itself; see `find_profile`."""
    return find_profile("strength", "strength routine", name_or_path)


def load_rider(path: str | Path) -> Rider:
    """Load a rider file; see `parse_rider`."""
    return parse_rider(read_text(Path(path), "a rider file"), str(path))


def load_workout(path: str | Path) -> WorkoutPlan:
    """Load a workout file; see `parse_workout`."""
    return parse_workout(read_text(Path(path), "a workout file"), str(path))


def load_routine(path: str | Path) -> Routine:
    """Load a strength routine; see `parse_routine`."""
    return parse_routine(read_text(Path(path), "a strength routine"), str(path))


def example_rider() -> Rider:
    """Load the reference rider, for simulated and recorded rides."""
    return load_rider(profiles_dir() / "riders" / "example.toml")


def parse_rider(text: str, file: str) -> Rider:
    """Parse a rider file.

    Parameters
    ----------
    text : str
        TOML with the tables ``[rider]``, ``[bike]``, ``[limits]``, ``[devices]`` and
        ``[resistance]``; only ``rider.mass_kg`` is needed.
    file : str
        Name for the errors.

    Returns
    -------
    Rider
        With an estimate, marked as such, where the file has no threshold power.

    Raises
    ------
    ProfileError
        With all mistakes of the file, each with its line and key.
    """
    from coach.profile.mistakes import validate
    from coach.profile.rider_schema import RiderFile

    return validate(RiderFile, parse_document(text, file)).to_rider()


def parse_workout(text: str, file: str) -> WorkoutPlan:
    """Parse a workout file.

    Parameters
    ----------
    text : str
        TOML with a title and a list of tables ``[[part]]``; the shipped ones show all keys.
    file : str
        Name for the errors; the name of the plan is its stem.

    Returns
    -------
    WorkoutPlan

    Raises
    ------
    ProfileError
        With all mistakes of the file, each with its line and key.
    """
    from coach.profile.mistakes import validate
    from coach.profile.workout_schema import WorkoutFile

    return validate(WorkoutFile, parse_document(text, file)).to_plan(Path(file).stem)


def parse_routine(text: str, file: str) -> Routine:
    """Parse a strength routine.

    Parameters
    ----------
    text : str
        TOML with a title, the full dose, and lists of tables ``[[group]]`` and
        ``[[group.exercise]]``; the shipped one explains all keys.
    file : str
        Name for the errors; the name of the routine is its stem.

    Returns
    -------
    Routine

    Raises
    ------
    ProfileError
        With all mistakes of the file, each with its line and key.
    """
    from coach.profile.mistakes import validate
    from coach.profile.strength_schema import RoutineFile

    return validate(RoutineFile, parse_document(text, file)).to_routine(Path(file).stem)
