"""What a strength session asks today, and what the rider is told of why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from coach.errors import CoachError

if TYPE_CHECKING:
    from coach.journal.strength import Log
    from coach.ride import Ride
    from coach.strength.routine import Dose, Routine, Work
    from coach.training.emphasis import Rule
    from coach.training.load import Try

RIDE_MATTERS_FOR = timedelta(days=14)
"""So long a ride says what the routine should emphasise; a convention."""


def choose_today(
    routine: Routine, read: Log, folder: Path, ride: Ride | None, full: bool, now: datetime
) -> tuple[tuple[Work, ...], list[str]]:
    """Choose the work of a new session.

    Parameters
    ----------
    routine : Routine
    read : Log
        What was done so far.
    folder : Path
        Where a kept plan would lie.
    ride : Ride or None
        The ride to go by.
    full : bool
        The routine's full dose, whatever week it is.
    now : datetime
        With its time zone.

    Returns
    -------
    work : tuple of Work
    lines : list of str
        How long it takes, why it is so, and what to leave between it and other training.
    """
    from coach.strength.steps import length
    from coach.training.dose import dose, eased, full_dose, too_soon
    from coach.training.emphasis import choose
    from coach.training.load import with_more_load

    done = [each.to_done() for each in read.sessions]
    today = full_dose(routine) if full else dose(done, now.date(), routine)
    rules = _rules(ride, now)
    work = choose(routine, today, rules)
    work, about_load = with_more_load(routine, today, work, _tries(work, read))
    why = [today.why, *_about_ride(routine, today, ride, rules, now), *about_load]
    if not full and _in_easy_week(folder, now):
        work = eased(work, today)
        most = max(each.sets for each in work)
        why.append(f"An easy week of your plan: no exercise gets more than {counted(most, 'set')}.")
    minutes = ceil(length(work, routine.rest, routine.tempo) / 60)
    lines = [
        f"{routine.title}: {len(work)} exercises, about {counted(minutes, 'minute')}.",
        *why,
        too_soon(done, now),
        "Leave 6 hours between this and the next hills, and 48 to the next session.",
    ]
    return work, [line for line in lines if line]


def named_ride(path: Path) -> Ride:
    """Load the ride that the rider wants to go by."""
    from coach.rides import load_ride

    ride = load_ride(path)
    for each in ride.warnings:
        click.echo(f"read in part: {each}", err=True)
    return ride


def newest_ride(folder: Path, now: datetime) -> Ride | None:
    """Return the newest ride of the rider's own, if it is new enough to matter."""
    from coach.archive import newest
    from coach.rides import load_ride

    path = newest(folder, simulated=False)
    if path is None:
        return None
    try:
        ride = load_ride(path)
    except CoachError as error:
        click.echo(f"{error}; today goes by no ride", err=True)
        return None
    is_new = ride.start is not None and abs(now - ride.start) <= RIDE_MATTERS_FOR
    return ride if is_new else None


def counted(number: int, what: str) -> str:
    """Write a number of things: ``1 set``, ``3 sets``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _rules(ride: Ride | None, now: datetime) -> tuple[Rule, ...]:
    if ride is None:
        return ()
    from coach.training.emphasis import applying
    from coach.training.facts import facts

    ago = timedelta() if ride.start is None else now - ride.start
    return applying(facts(ride), ago)


def _about_ride(
    routine: Routine, today: Dose, ride: Ride | None, rules: Sequence[Rule], now: datetime
) -> list[str]:
    """Say which ride was looked at, and what it changes."""
    from coach.commands.rules import why_lines

    if ride is None:
        return []
    start = None if ride.start is None else ride.start.astimezone(now.tzinfo)
    which = "you named" if start is None else f"of {start:%a} {start.day} {start:%b}, {start:%H:%M}"
    changes = why_lines(routine, today, rules)
    if not changes:
        return [f"The ride {which} changes nothing today."]
    return [f"Today goes by the ride {which}.", *changes]


def _tries(work: Sequence[Work], read: Log) -> dict[str, list[Try]]:
    """Return what was asked and done of each exercise, session by session."""
    from coach.training.load import Try

    per_leg = {each.exercise.name: each.exercise.per_leg for each in work}
    tries: dict[str, list[Try]] = {name: [] for name in per_leg}
    for session in read.sessions:
        for asked in session.asked:
            name = asked.exercise
            if name in tries:
                done = tuple(each for each in session.sets if each.exercise == name)
                tries[name].append(Try(per_leg[name], asked.sets, asked.reps, done))
    return tries


def _in_easy_week(folder: Path, now: datetime) -> bool:
    """Return whether the plan kept in the folder takes it easy today; mistakes in it are told."""
    from coach.commands.plan import kept_plan
    from coach.training.plan import in_easy_week

    try:
        kept = kept_plan(folder)
    except CoachError as error:
        click.echo(f"{error}\nThis session goes by no plan.", err=True)
        return False
    return kept is not None and in_easy_week(kept, now.astimezone(ZoneInfo(kept.zone)).date())
