"""``coach ftp``: test FTP, read it from a ride as a band, and write it into the rider file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands import options
from coach.commands.bands import lines_of, name_of, wrapped
from coach.commands.chosen import workout_of
from coach.commands.opening import DONE_WITH_LOSS
from coach.commands.ride import health_check, no_bell, on_trainer
from coach.commands.ride_on import ride_on
from coach.commands.saving import to_type, write_whole
from coach.commands.watching import page_options
from coach.errors import CoachError, ProfileError, RiderInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from coach.ride import Ride
    from coach.rider import Rider
    from coach.trainers.simulated.model import RiderModel
    from coach.training.threshold import ThresholdResult


@click.group()
def ftp() -> None:
    """Test FTP, or estimate it from a ride: always as a band."""


def _test_options(command: Callable[..., None]) -> Any:  # noqa: ANN401 - as click's decorators are
    for option in (
        page_options,
        health_check,
        no_bell,
        options.out,
        options.speed("1"),
        options.rider_file,
        options.rider_model,
        options.stick,
        on_trainer,
    ):
        command = option(command)
    return command


@ftp.command()
@_test_options
def ramp(**chosen: Any) -> None:  # noqa: ANN401 - the options above
    """Ride harder every minute until you cannot; some 35 minutes in all."""
    _ride("ftp-ramp", **chosen)


@ftp.command()
@_test_options
def twenty(**chosen: Any) -> None:  # noqa: ANN401
    """Ride twenty minutes as hard as you can hold them; 75 minutes in all."""
    _ride("ftp-twenty", **chosen)


def _ride(
    workout: str,
    *,
    trainer_text: str,
    stick_text: str,
    model: RiderModel | None,
    rider_file: Path | None,
    **chosen: Any,  # noqa: ANN401
) -> None:
    from coach.profile import compile_workout

    if trainer_text.startswith("replay"):
        raise RiderInputError(
            f"--trainer {trainer_text}: a recorded ride is no test; type 'coach ftp result FILE'"
        )
    choice = workout_of(workout, compile_workout)
    ride_on(choice, trainer_text, stick_text, model, rider_file, **chosen)


# --- the result -----------------------------------------------------------------------------------


def _cr10(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    from coach.analysis.effort import parse_cr10

    try:
        return None if value is None else parse_cr10(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@ftp.command()
@click.argument("file", metavar="RIDE", type=click.Path(path_type=Path))
@click.option("--save", is_flag=True, help="Write it into the rider file.")
@click.option(
    "--cr10",
    callback=_cr10,
    metavar="N",
    help="How hard the hardest part was, on Borg's scale of 0 to 10.",
)
@options.rider_file
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def result(
    ctx: click.Context,
    file: Path,
    save: bool,
    cr10: float | None,
    rider_file: Path | None,
    as_json: bool,
) -> None:
    """Tell what a ride says of FTP: a test by its rule, any other ride as far as it goes.

    RIDE is a recorded ride: .ride, .fit, .gpx or .tcx. --save takes the first result.
    """
    from coach import profile
    from coach.rides import load_ride

    ride = load_ride(file)
    own = profile.default_rider_path()
    path = rider_file or (own if own.exists() else None)
    rider = None if path is None else profile.load_rider(path)
    if rider is None and ride.simulated:
        rider = profile.example_rider()
    found = results(ride, rider, cr10)
    best = next((each for each in found if each.valid), None)
    if save:
        saved = _save(path, best, found)
    if as_json:
        click.echo(json.dumps({"threshold_power": [each.as_json() for each in found]}, indent=2))
    else:
        for line in lines_of(found):
            click.echo(line)
    if save:
        click.echo(saved, err=as_json)
    elif best is not None and not as_json:
        words: list[str | Path] = [] if rider_file is None else ["--rider", rider_file]
        words += [] if cr10 is None else ["--cr10", f"{cr10:g}"]
        if path is not None and rider is not None and _says_nothing_new(best, rider):
            kept = f"{path} has {rider.threshold_power:.0f} W, which lies in this band: keep it."
            click.echo("\n".join(wrapped(kept)))
        else:
            which = "it" if len(found) == 1 else "the first"
            click.echo(f"To use {which}: {to_type('ftp', 'result', file, *words, '--save')}")
    for warning in ride.warnings:
        click.echo(f"read in part: {warning}", err=True)
    if ride.warnings:
        ctx.exit(DONE_WITH_LOSS)


def _says_nothing_new(result: ThresholdResult, rider: Rider) -> bool:
    """Tell whether an estimate is no reason to change what the rider file says."""
    from coach.training.threshold import TESTS

    if rider.threshold_estimated or result.method in TESTS:
        return False
    assert result.low is not None
    assert result.high is not None
    return result.low <= rider.threshold_power <= result.high


def results(ride: Ride, rider: Rider | None, cr10: float | None) -> tuple[ThresholdResult, ...]:
    """Return what a ride says of FTP: the test's word, or the estimates of any other ride."""
    from coach.training.submaximal import estimates
    from coach.training.threshold import of_test

    test = of_test(ride)
    if test is not None:
        return (test,)
    return estimates(ride, None if rider is None else rider.maximum_heart_rate, cr10)


# --- the rider file -------------------------------------------------------------------------------


def _save(path: Path | None, best: ThresholdResult | None, found: Sequence[ThresholdResult]) -> str:
    """Write a threshold power into a rider file; return what was changed, in words.

    Raises
    ------
    RiderInputError
        If there is nothing to save, or no file of the rider's own to save it in.
    CoachError
        If it cannot be written.
    """
    from coach import profile
    from coach.profile.toml import read_text

    if best is None or best.value is None:
        raise RiderInputError(f"nothing was saved: {found[0].why}")
    if path is None:
        raise RiderInputError(
            "nothing was saved: there is no rider file; type 'coach rider new' and then the same"
            " again"
        )
    if path.is_symlink():
        raise RiderInputError(
            f"nothing was saved: {path} is a link to {path.resolve()}; name that file with --rider"
        )
    if path.resolve().is_relative_to(profile.profiles_dir().resolve()):
        raise RiderInputError(
            f"nothing was saved: {path} is the example that comes with the program; type 'coach"
            " rider new' for a file of your own"
        )
    before = profile.load_rider(path)
    watts = round(best.value)
    text = with_threshold_power(read_text(path, "a rider file"), watts)
    try:
        profile.parse_rider(text, str(path))
    except ProfileError as error:
        raise RiderInputError(f"nothing was saved: {error}") from None
    try:
        write_whole(path, text)
    except OSError as error:
        raise CoachError(
            f"{path} cannot be written ({error.strerror}); nothing was saved"
        ) from None
    was = f"{before.threshold_power:.0f} W"
    was = f"estimated at {was}" if before.threshold_estimated else was
    return f"{path}: ftp_w is {watts} W ({name_of(best)}), was {was}"


def with_threshold_power(text: str, watts: int) -> str:
    """Return the text of a rider file with another FTP [W], comments and all else as they were."""
    import tomlkit

    document = tomlkit.parse(text)
    if "ftp_w" not in document["rider"]:
        # Below the mass, and not below the comment on the table that follows.
        at = _after_mass(text)
        if at is not None:
            end = "\r\n" if text[:at].endswith("\r\n") else "\n"
            return f"{text[:at]}ftp_w = {watts}{end}{text[at:]}"
    document["rider"]["ftp_w"] = watts
    return tomlkit.dumps(document)


def _after_mass(text: str) -> int | None:
    """Return where the line after the mass in ``[rider]`` begins; ``None`` if it is written else.

    Every rider has a mass.
    """
    at, inside = 0, False
    for line in text.splitlines(keepends=True):
        at += len(line)
        words = line.partition("#")[0].split()
        if line.lstrip().startswith("["):
            inside = "".join(words) == "[rider]"
        elif inside and line.endswith("\n") and "".join(words).startswith("mass_kg="):
            return at
    return None
