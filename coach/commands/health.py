"""What a rider reads and answers before the first ride on a real trainer or spin bike.

The screen follows the questions of the PAR-Q (Physical Activity Readiness Questionnaire); one yes
is one too many, so they are asked as one question, and only its yes or no is kept, with the date,
in a file beside the rider's own. After a yes there is the starter workout, no harder than in its
file, and no other. A file that cannot be read counts as not there: the questions are asked again.
Where the ride is started on the live page, its start screen asks the same.

Whoever must type something else (another workout, or ``--health-check-read`` where there is no
terminal) has misused the command: exit code 2. Whoever leaves the questions unanswered, or the bike
unchecked, has no ride: exit code 1, and nothing is kept.
"""

from __future__ import annotations

import textwrap
import tomllib
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands.asking import agrees, at_a_terminal
from coach.commands.saving import write_whole
from coach.errors import CoachError, RiderInputError
from coach.guidance.technique import BIKE, DISCLAIMER, STOP, format_section

if TYPE_CHECKING:
    from collections.abc import Callable

    from coach.commands.chosen import Chosen
    from coach.live.web.display import WebDisplay
    from coach.training.plan import Request

STARTER = "hills-starter"
"""The workout for whoever should talk to a health professional first."""

FIRST = "talk to a health professional first"
SAID_NO = "Answered before: none of the health questions applies."
SAID_YES = f"{FIRST.capitalize()}, and ride no harder than this until then."

_WIDTH = 79

QUESTIONS = (
    "a heart condition",
    "chest pain in activity, or at rest in the last month",
    "dizziness or loss of consciousness",
    "a joint or bone problem",
    "blood-pressure or heart medicine",
    "pregnancy, recent surgery, illness or fever",
    "little or no exercise for a long time",
    "any other reason not to ride hard",
)
"""Of which one yes is too many."""

_LIST = "\n".join(f"  - {question}" for question in QUESTIONS)
_SCREEN = f"""
Before your first ride on a real trainer

{textwrap.fill(DISCLAIMER, _WIDTH)}

{_LIST}
"""

_STOP_AND_CHECK = f"""
{textwrap.fill(f"{STOP.title}: {'; '.join(STOP.lines)}.", _WIDTH)}

{format_section(BIKE, _WIDTH)}

Saddle height and how to sit: coach technique
"""

_HEADING = "# Answered before the first ride on a real trainer. Remove the file to be asked again."


def screen(workout_file: Path, rider_file: Path, *, harder: bool, read: bool) -> None:
    """Ask once what must be known before a real trainer is ridden, and hold to the answer.

    Parameters
    ----------
    workout_file : Path
        What is to be ridden.
    rider_file : Path
        Who rides; the answer is kept beside it.
    harder : bool
        Whether the options ask for more than the workout's file does.
    read : bool
        ``--health-check-read``: where nothing was answered yet, take it for this ride that
        nothing applies. What was answered stands.

    Raises
    ------
    RiderInputError
        If the answer allows another workout only, or no harder one, or there is no terminal to
        answer in.
    CoachError
        If the questions are left unanswered, or the bike is not checked.
    """
    any_yes = remembered(answers_path(rider_file))
    if any_yes is None:
        if not read:
            answer(workout_file, rider_file, any_yes=_ask(), harder=harder)
    elif any_yes:
        _hold_back(workout_file, answers_path(rider_file), harder)


def answer(workout_file: Path, rider_file: Path, *, any_yes: bool, harder: bool) -> None:
    """Keep what was answered, and hold to it; see `screen`."""
    answers = answers_path(rider_file)
    _remember(answers, any_yes)
    if any_yes:
        _hold_back(workout_file, answers, harder)


class Check:
    """The health questions and what was answered: in the terminal, or on the page's start screen.

    Parameters
    ----------
    chosen : Chosen
        What is to be ridden.
    rider_path : Path
        Whose answer is kept beside it.
    there : bool
        The ride is started on the page, and so the page asks; else the terminal does, here and now.
    read : bool
        ``--health-check-read``.

    Attributes
    ----------
    questions : tuple of str
        What the page has to ask; empty once it was answered, or where it was not to be asked.
    words : str
        What was answered on an earlier day.

    Raises
    ------
    RiderInputError, CoachError
        See `screen`.
    """

    def __init__(self, chosen: Chosen, rider_path: Path, *, there: bool, read: bool) -> None:
        from coach.training.done import asks_more

        self._file, self._rider_path = chosen.file, rider_path
        self._harder = asks_more(chosen.workout, chosen.as_in_file)
        known = remembered(answers_path(rider_path))
        self.questions: tuple[str, ...] = QUESTIONS if there and known is None and not read else ()
        self.words = ""
        if self.questions:
            return
        screen(chosen.file, rider_path, harder=self._harder, read=read)
        if known is not None:
            self.words = SAID_YES if known else SAID_NO

    def hindrance(self, page: WebDisplay) -> Callable[[], str]:
        """Return what tells why the ride may not start yet; nothing once it may.

        Called after a yes on the page, that raises what `screen` does after one in the terminal.
        """

        def told() -> str:
            if self.questions:
                answers = page.answers
                if answers is None:
                    return "Answer the health questions on the page first"
                self.questions = ()
                answer(self._file, self._rider_path, any_yes=answers.any_yes, harder=self._harder)
            return ""

        return told


def held_back(request: Request, rider_file: Path | None) -> Request:
    """Return what may be planned: after a yes, starter hills as in their file.

    Parameters
    ----------
    request : Request
    rider_file : Path or None
        Beside which the answer lies; ``None`` for the rider's own.
    """
    from coach import profile
    from coach.training.plan import Level

    if not remembered(answers_path(rider_file or profile.default_rider_path())):
        return request
    return replace(request, level=Level.STARTER, as_in_file=True)


def answers_path(rider_file: Path) -> Path:
    """Return where a rider's answer is kept: ``rider-health.toml`` beside ``rider.toml``."""
    from coach import profile

    if rider_file.resolve().is_relative_to(profile.profiles_dir()):
        # Whoever rides as the example is somebody else, at home where all riders are.
        rider_file = profile.default_rider_path().with_name(rider_file.name)
    return rider_file.with_name(f"{rider_file.stem}-health.toml")


def _ask() -> bool:
    """Show everything and return whether any of it applies."""
    if not at_a_terminal():
        raise RiderInputError(
            "the questions before the first ride on a real trainer need a terminal; where there is"
            " none, add --health-check-read if you know them and none applies to you"
        )
    try:
        click.echo(_SCREEN, err=True)
        any_yes = agrees("Do any of these apply to you")
        click.echo(_STOP_AND_CHECK, err=True)
        checked = agrees("Is all of this done")
    except click.Abort:
        click.echo(err=True)
        raise CoachError("no ride: the questions were not answered, nothing was kept") from None
    if not checked:
        raise CoachError("no ride: check the bike and the trainer, then type the same again")
    return any_yes


def _hold_back(workout_file: Path, answers: Path, harder: bool) -> None:
    """Let the starter workout through, with a word; refuse every other, and a harder one."""
    from coach import profile

    is_starter = workout_file.resolve() == profile.find_workout(STARTER).resolve()
    if harder or not is_starter:
        what = "harder than in its file" if is_starter else workout_file.stem
        raise RiderInputError(
            f"{what}: {FIRST}; until then there is 'coach ride {STARTER}', as it is"
            f" (remove {answers} to answer again)"
        )
    click.echo(SAID_YES, err=True)


def remembered(path: Path) -> bool | None:
    """Return whether any question was answered with yes; ``None`` if nothing is known."""
    from coach.profile.toml import read_text

    try:
        known = tomllib.loads(read_text(path, "your answers"))
    except (ValueError, RecursionError):  # the errors of `read_text` are ValueErrors too
        return None
    any_yes = known.get("any_yes")
    dated = isinstance(known.get("answered"), date)
    return any_yes if dated and isinstance(any_yes, bool) else None


def _remember(path: Path, any_yes: bool) -> None:
    """Keep the answer; a ride does not fail of a folder that takes no files."""
    today = datetime.now().astimezone().date()
    text = f"{_HEADING}\nanswered = {today.isoformat()}\nany_yes = {str(any_yes).lower()}\n"
    try:
        write_whole(path, text)
    except OSError as error:
        click.echo(
            f"{path} cannot be written ({error.strerror}); you will be asked again", err=True
        )
