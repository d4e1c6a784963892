"""``coach plan``: the weeks ahead, in the terminal, for programs, and for a calendar.

Kept is only what the rider asked for; the weeks are made anew each time, from that and from the
rides and strength sessions that lie in the same folder. What is not typed comes from the kept plan,
unless weeks and days are both typed: that is a plan of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import click

from coach.commands import health, options
from coach.commands.saving import readable, to_type, write_whole
from coach.commands.who import own_rider
from coach.errors import CoachError, RiderInputError

if TYPE_CHECKING:
    from coach.training.calendar import Command
    from coach.training.history import History
    from coach.training.plan import Level, Plan, Request, Session

LEVELS = ("starter", "standard", "strong")
EXAMPLE = ("plan", "--weeks", "8", "--days", "mon,wed,sat")
READ_IN_PART = 3

TO_STDOUT = Path("-")

_Value = TypeVar("_Value")


@click.command()
@click.option("--weeks", metavar="N", help="How many weeks, 1 to 52.")
@click.option("--days", metavar="DAY,...", help="Days with time to train, such as mon,wed,sat.")
@click.option("--start", metavar="DATE", help="First day of week 1; else the coming Monday.")
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    help="Which hills; else what suits the rider's file and rides.",
)
@click.option("--at", metavar="TIME", help="When sessions begin; else 18:00.")
@click.option("--zone", metavar="NAME", help="Time zone, such as Europe/Berlin; else this one.")
@click.option(
    "--ics",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a calendar with one event per session; - writes it, and nothing else, to stdout.",
)
@click.option(
    "--save", is_flag=True, help="Keep the plan beside the rides; 'coach plan' goes on with it."
)
@click.option(
    "--simulate",
    "character",
    metavar="obedient|tired",
    help="Show how the plan answers to such a rider.",
)
@click.option("--simulated", is_flag=True, help="Count rides of the simulator as done.")
@options.out
@options.rider_file
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def plan(
    ctx: click.Context,
    weeks: str | None,
    days: str | None,
    start: str | None,
    level: str | None,
    at: str | None,
    zone: str | None,
    ics: Path | None,
    save: bool,
    character: str | None,
    simulated: bool,
    out: Path,
    rider_file: Path | None,
    as_json: bool,
) -> None:
    """Plan the weeks: hills, intervals, strength and rest.

    Without --weeks and --days it is the kept plan, as it stands after what was done.
    """
    _check_together(ics, save, character, as_json)
    if ics is not None and ics != TO_STDOUT:
        _check_calendar(ics)
    # Pydantic comes in here: `--help` needs none.
    from coach.commands import timetable
    from coach.training import kept
    from coach.training.plan import Level, make_plan, simulate

    typed = _Typed(
        _read("--weeks", weeks, kept.to_weeks),
        _read("--days", days, lambda text: kept.to_days(text.split(","))),
        _read("--start", start, kept.to_date),
        None if level is None else Level(level),
        _read("--at", at, kept.to_time),
        _read("--zone", zone, kept.to_zone),
    )
    now = _now()
    if rider_file is not None:
        own_rider(rider_file, example_allowed=True)  # whose name every command of a ride will have
    request = _request(typed, out, rider_file, now, simulated=simulated)
    request = _held_back(request, typed, rider_file)
    today = now.astimezone(ZoneInfo(request.zone)).date()
    whole = True
    if character is None:
        history, whole = _history(out, request, today, simulated)
        made = make_plan(request, history, today)
    else:
        made = simulate(request, character)
    if not typed.names_a_plan and typed.start is None:
        click.echo(
            timetable.format_outside(request, today, _coming_monday(today)), err=True, nl=False
        )
    command = partial(_command, out=out, rider_file=rider_file)
    # Kept before a word of it is printed: what comes after a pipe may close it, as `head` does.
    saved = []
    if ics is not None and ics != TO_STDOUT:
        saved.append(_write_calendar(ics, made, request, now, command))
    if save:
        saved.append(_save(out / kept.KEPT_NAME, request))
    if as_json:
        click.echo(timetable.format_json(made, request, command))
    elif ics == TO_STDOUT:
        from coach.training.calendar import encode

        click.echo(encode(made, request, now, command), nl=False)
    else:
        click.echo(timetable.format_text(made, request, today, command, character))
    for each in saved:
        click.echo(each, err=as_json or ics == TO_STDOUT)
    if typed.names_a_plan and character is None and not save:
        click.echo("nothing is kept; add --save, and 'coach plan' goes on with it", err=True)
    if not whole:
        ctx.exit(READ_IN_PART)


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class _Typed:
    """What the command line says of a plan; ``None`` where it says nothing."""

    weeks: int | None
    days: tuple[int, ...] | None
    start: date | None
    level: Level | None
    at: time | None
    zone: str | None

    @property
    def names_a_plan(self) -> bool:
        """Whether this is a plan of its own, whatever is kept."""
        return self.weeks is not None and self.days is not None


def _read(option: str, text: str | None, parse: Callable[[str], _Value]) -> _Value | None:
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise RiderInputError(f"{option}: expected {error}") from None


def _check_together(ics: Path | None, save: bool, character: str | None, as_json: bool) -> None:
    if character is not None and (save or ics is not None):
        option = "--save" if save else "--ics"
        raise RiderInputError(
            f"{option}: with --simulate the weeks are those of somebody made up; leave out one"
        )
    if ics == TO_STDOUT and as_json:
        raise RiderInputError("--ics -: stdout takes the calendar or --json; leave out one")


def _check_calendar(path: Path) -> None:
    """Refuse what is no place for a calendar, before anything is made."""
    name = readable(str(path))
    if os.path.isdir(path):
        raise RiderInputError(f"--ics: {name} is a folder; name a file in it, such as plan.ics")
    if path.suffix.lower() != ".ics":
        raise RiderInputError(
            f"--ics: {name} does not end in .ics, as calendars do; name it so, such as plan.ics"
        )
    if os.path.exists(path) and not os.path.isfile(path):
        raise RiderInputError(f"--ics: {name} is not a file; name another, such as plan.ics")
    if not os.path.isdir(path.parent):
        folder = readable(str(path.parent))
        raise RiderInputError(f"--ics: there is no folder {folder}; make it, or name another")


def _request(
    typed: _Typed, out: Path, rider_file: Path | None, now: datetime, *, simulated: bool
) -> Request:
    """Return what is to be planned: what was typed, above what is kept, above what is usual.

    Raises
    ------
    RiderInputError
        If it is not known how many weeks, or on which days.
    ProfileError
        If the kept plan has a mistake.
    """
    from coach.commands.plan_usual import usual_level, zone_here
    from coach.training.plan import Request

    weeks, days = typed.weeks, typed.days
    if weeks is not None and days is not None:
        zone = typed.zone or zone_here()
        today = now.astimezone(ZoneInfo(zone)).date()
        level = typed.level or usual_level(rider_file, out, today, simulated=simulated)
        request = Request(typed.start or _coming_monday(today), weeks, days, level=level, zone=zone)
        return request if typed.at is None else replace(request, at=typed.at)
    kept = kept_plan(out)
    if kept is None:
        missing = "--days" if weeks else "--weeks" if days else "--weeks and --days"
        raise RiderInputError(
            f"no plan is kept in {out}, and {missing} must be known to make one; type"
            f" '{to_type(*EXAMPLE, *_out_words(out))}', and add --save to keep it"
        )
    return Request(
        typed.start or kept.start,
        weeks or kept.weeks,
        days or kept.days,
        typed.level or kept.level,
        typed.at or kept.at,
        typed.zone or kept.zone,
    )


def kept_plan(folder: Path) -> Request | None:
    """Load the plan kept in a folder of rides; ``None`` where none is.

    Raises
    ------
    ProfileError
        With all its mistakes.
    RiderInputError
        If it cannot be read.
    """
    from coach.profile.toml import read_text
    from coach.training.kept import KEPT_NAME, parse_request

    path = folder / KEPT_NAME
    if not os.path.exists(path):
        return None
    return parse_request(read_text(path, "a kept plan"), str(path))


def _coming_monday(today: date) -> date:
    return today + timedelta(days=-today.weekday() % 7)


def _held_back(request: Request, typed: _Typed, rider_file: Path | None) -> Request:
    """Return the request, of starter hills for whoever should ask a health professional first.

    Raises
    ------
    RiderInputError
        If other hills were typed.
    """
    from coach import profile

    held = health.held_back(request, rider_file)
    if not held.as_in_file:
        return request
    answers = health.answers_path(rider_file or profile.default_rider_path())
    first = f"{health.FIRST} (remove {answers} to answer again)"
    if typed.level not in (None, held.level):
        raise RiderInputError(f"--level {request.level}: {first}; until then there is starter")
    click.echo(
        f"{first.capitalize()}; until then these are starter hills, and nothing is raised.",
        err=True,
    )
    return held


def _history(out: Path, request: Request, today: date, simulated: bool) -> tuple[History, bool]:
    """Return what was done since the plan began, and whether all of it could be read and is past.

    What could not be read, and what was left out, is told.
    """
    from coach.archive import survey

    found = survey(out, first=request.start, simulated=simulated)
    for text in (*found.losses, *found.notes):
        click.echo(text, err=True)
    rides = [ride.start.date() for ride in found.history.rides]
    strength = [session.start.date() for session in found.history.strength]
    newest = max(rides + strength, default=today)
    # A ride east of here may be of tomorrow.
    if ahead := newest > today + timedelta(days=1):
        click.echo(
            f"{out}: the newest ride or strength session is of {newest}, but this computer says it"
            f" is {today}: set its clock right, or the plan takes what is done for still to come",
            err=True,
        )
    return found.history, not (found.losses or ahead)


def _command(session: Session, out: Path, rider_file: Path | None) -> str | None:
    """Return what to type for a session; ``None`` for rest."""
    from coach.training.plan import command_words

    words = command_words(session)
    if not words:
        return None
    if words[0] == "ride":
        words += ("--trainer", "ant")
        words += ("--rider", readable(str(rider_file))) if rider_file else ()
    return to_type(*words, *_out_words(out))


def _out_words(out: Path) -> tuple[str, ...]:
    return () if out == Path("rides") else ("--out", readable(str(out)))


def _write_calendar(
    path: Path, made: Plan, request: Request, now: datetime, command: Command
) -> str:
    """Write a calendar whole or not at all, and return the words for it.

    Raises
    ------
    CoachError
        If it cannot be written.
    """
    from coach.training.calendar import encode

    _write(path, encode(made, request, now, command), "name another place with --ics")
    events = sum(len(week.sessions) for week in made.weeks)
    plural = "" if events == 1 else "s"
    return f"saved: {readable(str(path))}, {events} event{plural}"


def _save(path: Path, request: Request) -> str:
    """Keep a plan, say what was kept before, and return the words for what is kept now.

    Raises
    ------
    CoachError
        If it cannot be written.
    """
    from coach.training.kept import format_request

    try:
        before = kept_plan(path.parent)
    except CoachError:
        before = None
    text = format_request(request)
    if before is not None and format_request(before) != text:
        click.echo(f"kept before: {_as_typed(before)}", err=True)
    _write(path, text, "name another folder with --out")
    return f"saved: {readable(str(path))}"


def _as_typed(request: Request) -> str:
    """Return the command line of a request."""
    from coach.training.kept import DAYS

    words = {
        "--weeks": request.weeks,
        "--days": ",".join(DAYS[day] for day in request.days),
        "--start": request.start,
        "--level": request.level,
        "--at": f"{request.at:%H:%M}",
        "--zone": request.zone,
    }
    return to_type("plan", *(str(word) for pair in words.items() for word in pair))


def _write(path: Path, content: str | bytes, otherwise: str) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        name = readable(str(path))
        raise CoachError(
            f"{name} cannot be written ({error.strerror or error}); {otherwise}"
        ) from None
