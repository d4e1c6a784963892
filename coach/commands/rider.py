"""``coach rider``: make a rider file by answering a few questions."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click

from coach.commands.asking import agrees, answer_to
from coach.commands.saving import write_whole
from coach.errors import CoachError, ProfileError, RiderInputError

_HEADING = "# Who rides. Made by `coach rider new`; change what you like."
_TABLE = re.compile(r"\[(\w+)\]")
_SETTING = re.compile(r"(?:# )?(\w+) = (.*?)\s*(# .*)?")
_COMMENTS_AT = 24
"""Column of the comments."""

Answers = dict[str, str]
"""TOML values by key, such as ``rider.mass_kg``."""


@click.group()
def rider() -> None:
    """Make a rider file."""


@rider.command()
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where to write it; by default where `coach ride` looks for it.",
)
def new(out: Path | None) -> None:
    """Ask who rides and write it down.

    An empty answer takes what stands in brackets, or leaves open what nobody knows.
    """
    from coach import profile

    path = out or profile.default_rider_path()
    # Unlike those of `Path`, these answer no where we may not even look.
    if os.path.isdir(path):
        raise RiderInputError(f"{path} is a folder; name a file in it, such as rider.toml")
    try:
        if os.path.exists(path) and not agrees(f"{path} exists. Replace it", "n"):
            click.echo(f"{path} is as it was", err=True)
            return
        answers = _ask_all()
    except click.Abort:
        click.echo(err=True)
        raise RiderInputError(
            "nothing was written; answer the questions in a terminal, or copy"
            f" {profile.profiles_dir() / 'riders' / 'example.toml'} to {path} and change it"
        ) from None
    _save(path, render(answers))
    made = profile.load_rider(path)
    if made.threshold_estimated:
        click.echo(f"FTP estimated at {made.threshold_power:.0f} W, on the safe side", err=True)
    where = "" if out is None else f" --rider {shlex.quote(str(path))}"
    click.echo(f"saved: {path}")
    click.echo(f"next:  coach ride hills --trainer sim{where}")


def render(answers: Answers) -> str:
    """Write a rider file: the example, with these answers and everything else commented out."""
    from coach.profile import profiles_dir
    from coach.profile.toml import read_text

    example = read_text(profiles_dir() / "riders" / "example.toml", "the example rider")
    rows = [_HEADING]
    table = ""
    for row in example.splitlines()[1:]:
        if heading := _TABLE.fullmatch(row):
            table = heading[1]
        elif setting := _SETTING.fullmatch(row):
            key, usual, comment = setting.groups()
            answer = answers.get(f"{table}.{key}")
            row = f"# {key} = {usual}" if answer is None else f"{key} = {answer}"
            row = f"{row:<{_COMMENTS_AT - 1}} {comment}" if comment else row
        rows.append(row)
    return "\n".join(rows) + "\n"


def _ask_all() -> Answers:
    answers: Answers = {}

    def ask(
        key: str,
        question: str,
        to_toml: Callable[[str], str],
        usual: str = "",
        needed: bool = False,
    ) -> None:
        """Ask until the answer is a value for this key beside the answers so far."""

        def check(text: str) -> None:
            if text or needed:
                _check({**answers, key: to_toml(text)})

        text = answer_to(question, check, usual)
        if text:
            answers[key] = to_toml(text)

    ask("rider.name", "Your name", _text, "Rider")
    ask("rider.mass_kg", "Your weight in kg", _number, needed=True)
    ask("rider.ftp_w", "Your FTP in watts (empty if you do not know it)", _number)
    if "rider.ftp_w" not in answers:
        ask(
            "rider.activity",
            "How active are you: inactive, some, regular or trained",
            _text,
            "some",
        )
        ask("rider.age", "Your age (empty to leave it out)", _number)
        ask("rider.sex", "Your sex: female, male or other (empty to leave it out)", _text)
    ask("rider.hr_max_bpm", "Highest heart rate, if it was measured (else empty)", _number)
    ask("bike.chainrings", "Teeth of your chainrings", _teeth, "50 34")
    ask("bike.cassette", "Teeth of your cassette", _teeth, "11 12 13 14 15 17 19 21 23 25 28")
    ask("devices.trainer", "ANT+ number of your trainer (empty takes the only one heard)", _number)
    return answers


def _check(answers: Answers) -> None:
    """Raise a ``ValueError`` that says what was expected of the latest answer."""
    from coach.profile import parse_rider

    try:
        parse_rider(render({"rider.mass_kg": "75", **answers}), "")
    except ProfileError as error:
        raise ValueError(error.mistakes[0].split(": ", 2)[-1]) from None


def _number(text: str) -> str:
    """Return a number as TOML has it, also from a decimal comma; else the text in quotes."""
    plain = text.replace(",", ".")
    return plain if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", plain) else _text(text)


def _teeth(text: str) -> str:
    """Return a list of numbers from ``50 34`` or ``[50, 34]``."""
    return f"[{', '.join(_number(word) for word in re.findall(r'[^][, ]+', text))}]"


def _text(text: str) -> str:
    """Return a text as TOML has it; JSON's quotes and escapes are among TOML's own."""
    return json.dumps(text, ensure_ascii=False)


def _save(path: Path, text: str) -> None:
    try:
        write_whole(path, text)
    except OSError as error:
        raise CoachError(
            f"{path} cannot be written ({error.strerror}); name another place with --out"
        ) from None
