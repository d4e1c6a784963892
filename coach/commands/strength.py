"""``coach strength``: the strength routine guided in the terminal, listed, and its log."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from click.core import ParameterSource

from coach.commands import options
from coach.commands.asking import agrees, at_a_terminal
from coach.commands.plan import kept_plan
from coach.commands.saving import writable_folder
from coach.errors import CoachError, RiderInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coach.journal.strength import Log, LoggedSession, StrengthLog
    from coach.ride import Ride
    from coach.strength.routine import Dose, Routine, SetDone, Work
    from coach.training.dose import Try
    from coach.training.emphasis import Rule

DONE_WITH_LOSS = 3

WIDTH = 80
"""Of what is said before a session [characters]."""

USUAL = "glutes"
"""The routine for whoever names none."""

TAKEN_UP_FOR = timedelta(hours=12)
"""So long after its beginning an unfinished session is offered again."""

RIDE_MATTERS_FOR = timedelta(days=14)
"""So long a ride says what the routine should emphasise; a convention."""

_SAFETY = """\
General fitness information for healthy adults, not medical advice. Muscles may
tire; at sharp pain, or pain in a joint or the back, leave that exercise out.
Stop at once at chest, jaw, neck or arm pain or pressure, faintness, unusual
breathlessness, palpitations or confusion. If unsure, ask a doctor first."""


@click.command()
@click.argument("routine_name", metavar="[NAME|FILE]", required=False)
@click.option("--list", "as_list", is_flag=True, help="Print the routine at its full dose.")
@click.option("--how", is_flag=True, help="Print it with how to do it and what to watch.")
@click.option("--log", "as_log", is_flag=True, help="Print the sessions done.")
@click.option("--rules", is_flag=True, help="Print what a ride changes in the routine, and why.")
@click.option(
    "--after",
    type=click.Path(path_type=Path),
    metavar="RIDE",
    help="The ride to go by; else the newest of the last 14 days.",
)
@click.option("--full", is_flag=True, help="The routine's full dose, whatever week it is.")
@click.option("--quiet", is_flag=True, help="No bell.")
@options.out
@click.option("--json", "as_json", is_flag=True, help="Print JSON; alone, that of --list.")
@click.pass_context
def strength(
    ctx: click.Context,
    routine_name: str | None,
    as_list: bool,
    how: bool,
    as_log: bool,
    rules: bool,
    after: Path | None,
    full: bool,
    quiet: bool,
    out: Path,
    as_json: bool,
) -> None:
    """Go through the strength routine, guided in the terminal and logged set by set.

    It begins with little and grows from week to week; a recent ride says which muscle group comes
    first. An interrupted session is taken up again. The log lies beside the rides.
    """
    asked = {"--list": as_list or how, "--log": as_log, "--rules": rules}
    wanted = [name for name, is_asked in asked.items() if is_asked]
    if len(wanted) > 1:
        raise RiderInputError(f"{' and '.join(wanted)} do not go together; choose one")
    if (wanted or as_json) and (after is not None or full):
        option = "--full" if full else "--after"
        other = wanted[0] if wanted else "--json"
        raise RiderInputError(f"{option} is for a session, {other} begins none; leave one out")
    if routine_name is not None and (as_log or rules):
        raise RiderInputError(f"{wanted[0]} is of all routines; leave {routine_name!r} out")
    if as_log:
        if _show_log(out, as_json):
            ctx.exit(DONE_WITH_LOSS)
    elif rules:
        from coach.commands.rules import show_rules

        show_rules(as_json)
    elif as_list or how or as_json:
        from coach import profile
        from coach.commands.strength_shown import show_routine

        show_routine(
            profile.load_routine(profile.find_routine(routine_name or USUAL)), how, as_json
        )
    else:
        again = ["strength", *([routine_name] if routine_name else [])]
        if ctx.get_parameter_source("out") is not ParameterSource.DEFAULT:
            again += ["--out", str(out)]
        _session(routine_name or USUAL, after, full, quiet, out, again)


def _show_log(out: Path, as_json: bool) -> bool:
    """Print the log; return whether something in it could not be read as it was written."""
    from coach.commands.strength_shown import show_log
    from coach.journal.strength import LOG_NAME, load

    log = load(out / LOG_NAME)
    show_log(log, as_json)
    if not log.sessions:
        click.echo(f"{out / LOG_NAME}: no session yet; 'coach strength' begins one", err=True)
    _warn(log.warnings)
    return bool(log.warnings)


def _warn(warnings: Sequence[str]) -> None:
    for each in warnings:
        click.echo(each, err=True)


def _session(
    routine_name: str,
    after: Path | None,
    full: bool,
    quiet: bool,
    out: Path,
    again: Sequence[str],
) -> None:
    """Guide a session, a new one or the one that was interrupted."""
    from coach import profile
    from coach.commands.guided import guide
    from coach.journal.strength import LOG_NAME, StrengthLog, load

    routine = profile.load_routine(profile.find_routine(routine_name))
    if not at_a_terminal():
        raise RiderInputError(
            "a session is guided in a terminal, and this is none; 'coach strength --list' prints"
            " the routine"
        )
    ride = None if after is None else _named_ride(after)
    log = StrengthLog(writable_folder(out) / LOG_NAME)
    try:
        read = load(log.path)
        _warn(read.warnings)
        going = _taken_up(routine, read, log)
        if going is None:
            going = _begun(routine, read, log, ride or _newest_ride(out), full)
        if going is not None:
            guide(routine, going.work, log, going.id, going.done, quiet=quiet, again=again)
    finally:
        log.close()


@dataclass(frozen=True, slots=True)
class _Going:
    """A session to be guided."""

    id: str
    work: tuple[Work, ...]
    done: tuple[SetDone, ...]


def _taken_up(routine: Routine, read: Log, log: StrengthLog) -> _Going | None:
    """Return the last session, if it was interrupted and the rider wants to go on with it."""
    left = read.sessions[-1] if read.sessions else None
    now = _now()
    # Whichever way the clock was set since.
    if left is None or left.finished or not left.sets or abs(now - left.start) > TAKEN_UP_FOR:
        return None
    work = _work_of(left, routine)
    if work is None:
        return None
    done = left.to_done()
    progress = f"{done.sets} of {_counted(done.sets_asked, 'set')} done"
    if agrees(f"Go on with the session of {left.start:%H:%M} ({progress})", "y"):
        return _Going(left.id, work, left.sets)
    if not left.ended:
        log.end(left.id, now, left.cr10, False)
    return None


def _work_of(session: LoggedSession, routine: Routine) -> tuple[Work, ...] | None:
    """Return what a session asked, or nothing where the routine is another one now."""
    from coach.strength.routine import Work

    exercises = {each.name: each for group in routine.groups for each in group.exercises}
    if session.routine != routine.name or not session.asked:
        return None
    if any(each.exercise not in exercises for each in session.asked):
        return None
    return tuple(Work(exercises[each.exercise], each.sets, each.reps) for each in session.asked)


def _begun(
    routine: Routine, read: Log, log: StrengthLog, ride: Ride | None, full: bool
) -> _Going | None:
    """Say what today is and why, and begin if the rider agrees."""
    from coach.commands.rules import why_lines
    from coach.strength.session import Session
    from coach.training.dose import dose, full_dose, too_soon
    from coach.training.emphasis import choose

    now = _now()
    done = [each.to_done() for each in read.sessions]
    today = full_dose(routine) if full else dose(done, now.date(), routine)
    rules = _rules(ride, now)
    work = choose(routine, today, rules)
    work, more = _with_more_load(routine, today, work, read)
    if not full and _in_easy_week(log.path.parent, now):
        most = max(1, today.sets - 1)
        work = tuple(replace(each, sets=min(each.sets, most)) for each in work)
        more.append(
            f"An easy week of your plan: no exercise gets more than {_counted(most, 'set')}."
        )
    minutes = Session(work, routine.rest, routine.tempo).snapshot.remaining / 60
    click.echo(
        f"{routine.title}: {len(work)} exercises, about {_counted(ceil(minutes), 'minute')}."
    )
    for line in (today.why, *why_lines(routine, rules), *more, too_soon(done, now)):
        if line:
            click.echo(textwrap.fill(line, WIDTH))
    click.echo("Leave 6 hours between this and the next hills, and 48 to the next session.")
    click.echo(f"\n{_SAFETY}\n")
    if not agrees("Begin", "y"):
        return None
    return _Going(log.begin(_now(), routine.name, work), work, ())


def _in_easy_week(folder: Path, now: datetime) -> bool:
    """Return whether the plan kept in the folder takes it easy today; mistakes in it are told."""
    from coach.training.plan import in_easy_week

    try:
        kept = kept_plan(folder)
    except CoachError as error:
        click.echo(f"{error}\nThis session goes by no plan.", err=True)
        return False
    return kept is not None and in_easy_week(kept, now.astimezone(ZoneInfo(kept.zone)).date())


def _with_more_load(
    routine: Routine, today: Dose, work: Sequence[Work], read: Log
) -> tuple[tuple[Work, ...], list[str]]:
    """At the full dose: fewer repetitions for what has more load now, and why."""
    from coach.training.dose import LIGHT_REPS, is_light

    if (today.sets, today.reps) != (routine.sets, routine.reps):
        return tuple(work), []
    light = min(LIGHT_REPS, routine.reps)
    chosen: list[Work] = []
    lines: list[str] = []
    for each in work:
        tries = _tries(each, read)
        if not is_light(tries, routine.reps):
            chosen.append(each)
            continue
        chosen.append(replace(each, reps=light))
        exercise = each.exercise
        if tries[-1].beyond():
            harder = exercise.harder[:1].lower() + exercise.harder[1:]
            lines.append(
                f"{exercise.title}: every set went beyond {tries[-1].reps} last time, so take 2 to"
                f" 10 % more load, or the harder variant ({harder}), and {light} repetitions."
            )
        else:
            lines.append(
                f"{exercise.title}: {light} with the load you added, until every set goes beyond."
            )
    if not lines:
        lines.append(
            f"Where one or two more than {routine.reps} go well in every set, do them and count"
            " them: next time that exercise gets more load."
        )
    return tuple(chosen), lines


def _tries(work: Work, read: Log) -> list[Try]:
    """Return what was asked and done of an exercise, session by session."""
    from coach.training.dose import Try

    name = work.exercise.name
    return [
        Try(
            work.exercise.per_leg,
            asked.sets,
            asked.reps,
            tuple(each for each in session.sets if each.exercise == name),
        )
        for session in read.sessions
        for asked in session.asked
        if asked.exercise == name
    ]


def _rules(ride: Ride | None, now: datetime) -> tuple[Rule, ...]:
    if ride is None:
        return ()
    from coach.training.emphasis import applying
    from coach.training.facts import facts

    ago = timedelta() if ride.start is None else max(timedelta(), now - ride.start)
    return applying(facts(ride), ago)


def _named_ride(path: Path) -> Ride:
    from coach.rides import load_ride

    ride = load_ride(path)
    _warn([f"read in part: {each}" for each in ride.warnings])
    return ride


def _newest_ride(folder: Path) -> Ride | None:
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
    is_new = ride.start is not None and abs(_now() - ride.start) <= RIDE_MATTERS_FOR
    return ride if is_new else None


def _now() -> datetime:
    return datetime.now().astimezone()


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
