"""A plan on paper: its weeks as lines of 80 columns, and as JSON."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterator
from datetime import date, timedelta

import click

from coach.training.calendar import NOTE, Command, session_text
from coach.training.plan import EASY_EVERY, MOST_WEEKS, Plan, Request, Session, SessionKind, Week

WIDTH = 80
"""The widest line [characters], save for a word that is longer."""


TEXT_AT = 25
"""Where the words on a session begin; what does not fit into a line goes on below [characters]."""


def format_text(
    plan: Plan, request: Request, today: date, command: Command, character: str | None = None
) -> str:
    """Format a plan for people.

    Parameters
    ----------
    plan : Plan
    request : Request
    today : date
        Marks the week that it is in.
    command : callable
        Returns what to type for a session.
    character : str, optional
        Of the made-up rider whose weeks these are: nobody has to type anything.
    """
    days = " ".join(_weekday(day) for day in request.days)
    weeks = f"{request.weeks} week{'' if request.weeks == 1 else 's'}"
    whose = f" of a rider who is {character}" if character else ""
    lines = textwrap.wrap(
        f"{weeks}{whose}, {request.level.value} level: {days} at {request.at:%H:%M}"
        f" ({request.zone})",
        WIDTH,
    )
    for week in plan.weeks:
        lines += ["", *_week_lines(week, today, None if character else command)]
    return "\n".join([*lines, "", NOTE])


def _week_lines(week: Week, today: date, command: Command | None) -> Iterator[str]:
    end = week.start + timedelta(days=6)
    heading = f"Week {week.number}: {_day(week.start)} to {format_date(end)}"
    heading += ", easy" if week.easy else ""
    heading += ", this week" if week.start <= today <= end else ""
    yield click.style(heading, bold=True)
    yield from textwrap.wrap(week.why, WIDTH)
    for session in week.sessions:
        shown = command(session) if command is not None and session.done is None else None
        words = ["" if shown else _which(session), session_text(session)]
        text = ", ".join(filter(None, words))
        kind = session.kind.value.capitalize()
        line = f"  {_day(session.date)}  {kind:<9}  {_when(session, today)}"
        yield from _broken_at_commas(line + text)
        if shown:
            yield from _folded(shown)


def _broken_at_commas(line: str) -> list[str]:
    """Break a long line of a session below its own words, never between a number and its unit."""
    bound = line.replace(" ", "\0").replace(",\0", ", ")
    lines = textwrap.wrap(bound, WIDTH, subsequent_indent=" " * TEXT_AT)
    return [each.replace("\0", " ").rstrip() for each in lines]


def _folded(command: str) -> list[str]:
    """Break a long command line between its words, so that a shell still reads it as one."""
    words = " ".join(shlex.quote(word).replace(" ", "\0") for word in shlex.split(command))
    lines = textwrap.wrap(
        words,
        WIDTH - len(" \\"),
        initial_indent=" " * 4,
        subsequent_indent=" " * 6,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return " \\\n".join(lines).replace("\0", " ").split("\n")


def _when(session: Session, today: date) -> str:
    """Say what became of a session, or that it is due."""
    if session.workout is None:
        return ""
    if session.done is None:
        return "today: " if session.date == today else ""
    return "done: " if session.done else "missed: "


def _which(session: Session) -> str:
    """Name the hills, which differ from level to level, where no command names them."""
    return session.workout or "" if session.kind is SessionKind.HILLS else ""


def _weekday(day: int) -> str:
    return f"{date(2001, 1, 1 + day):%a}"  # a Monday


def _day(day: date) -> str:
    return f"{day:%a} {day.day:2} {day:%b}"


def format_date(day: date) -> str:
    """Format a date as riders read it: ``Mon 23 Nov 2026``."""
    return f"{_day(day)} {day.year}"


def format_outside(request: Request, today: date, monday: date) -> str:
    """Say in a line where today lies outside the kept plan, and what then; nothing within it.

    A new one would begin on `monday`.
    """
    end = request.start + timedelta(days=7 * request.weeks - 1)
    if today < request.start:
        return (
            f"the kept plan begins on {format_date(request.start)}; today is {format_date(today)}\n"
        )
    if today <= end:
        return ""
    weeks = (today - request.start).days // 7 + 1 + EASY_EVERY
    go_on = f"add --weeks {weeks} --save to go on with it, or " if weeks <= MOST_WEEKS else "add "
    return (
        f"the kept plan ended on {format_date(end)}; {go_on}--start {monday} --save to begin anew\n"
    )


def format_json(plan: Plan, request: Request, command: Command) -> str:
    """Format a plan for programs."""
    return json.dumps(
        {
            "level": request.level.value,
            "days": [_weekday(day).lower() for day in request.days],
            "at": f"{request.at:%H:%M}",
            "zone": request.zone,
            "weeks": [
                {
                    "start": week.start.isoformat(),
                    "easy": week.easy,
                    "why": week.why,
                    "sessions": [_session_json(session, command) for session in week.sessions],
                }
                for week in plan.weeks
            ],
            "note": NOTE,
        },
        indent=2,
    )


def _session_json(session: Session, command: Command) -> dict[str, object]:
    raised = session.raised
    return {
        "date": session.date.isoformat(),
        "kind": session.kind.value,
        "workout": session.workout,
        # Two hundredths are 2 %, not the 2.0000000000000004 of binary fractions.
        "hill_power_pct": round(100 * raised.power, 6),
        "hill_time_s": raised.length,
        "stand_time_s": raised.standing,
        "rounds": session.rounds,
        "moderate_min": session.moderate,
        "command": command(session),
        "done": session.done,
    }
