"""``coach strength``: the strength routine guided in the terminal, listed, and its log."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from coach.commands import options
from coach.commands.asking import agrees, at_a_terminal
from coach.commands.opening import DONE_WITH_LOSS
from coach.commands.saving import existing_folder, to_type, writable_folder
from coach.commands.strength_today import counted
from coach.errors import RiderInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coach.journal.strength import Log, LoggedSession, StrengthLog
    from coach.ride import Ride
    from coach.strength.routine import Routine, SetDone, Work

WIDTH = 80
"""Of what is said before a session [characters]."""

USUAL = "glutes"
"""The routine for whoever names none."""

TAKEN_UP_FOR = timedelta(hours=12)
"""So long after its beginning an unfinished session is offered again."""

_PAIN = "Muscles may tire. Leave out an exercise that hurts in a joint or the back."


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

    log = load(existing_folder(out) / LOG_NAME)
    show_log(log, as_json)
    if not log.sessions:
        new = "no session yet; 'coach strength' begins one"
        none = "no session could be read" if log.warnings else new
        click.echo(f"{out / LOG_NAME}: {none}", err=True)
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
    from coach.commands.strength_today import named_ride, newest_ride
    from coach.journal.strength import LOG_NAME, StrengthLog, load
    from coach.live.strength import strength_display

    routine = profile.load_routine(profile.find_routine(routine_name))
    display = strength_display(quiet=quiet)
    if display is None or not at_a_terminal():
        raise RiderInputError(
            "a session is guided on the screen of a terminal, and this is none;"
            f" {to_type('strength', '--list')!r} prints the routine"
        )
    ride = None if after is None else named_ride(after)
    log = StrengthLog(writable_folder(out) / LOG_NAME)
    try:
        read = load(log.path)
        _warn(read.losses)
        going = _taken_up(routine, read, log)
        if going is None:
            going = _begun(routine, read, log, ride or newest_ride(out, _now()), full)
        if going is not None:
            guide(routine, going.work, log, going.id, going.done, display=display, again=again)
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
    if left is None or left.finished or abs(now - left.start) > TAKEN_UP_FOR or not left.asked:
        return None
    done = left.to_done()
    progress = f"{done.sets} of {counted(done.sets_asked, 'set')} done"
    what = f"session of {left.start:%H:%M} ({progress})"
    work = _work_of(left, routine)
    if work is None:
        if left.routine == routine.name:
            why = "the exercises of that routine are others now"
        else:
            why = f"it went by the routine {left.routine!r}"
        click.echo(f"The {what} stays in the log as it is: {why}.", err=True)
        return None
    if not left.ended:
        click.echo("It was cut off. If you do not see what you type: Ctrl-C, 'reset'.", err=True)
    if agrees(f"Go on with the {what}", "y"):
        return _Going(left.id, work, left.sets)
    if not left.ended:
        log.end(left.id, now, left.cr10, False)
    return None


def _work_of(session: LoggedSession, routine: Routine) -> tuple[Work, ...] | None:
    """Return what a session asked, or nothing where the routine is another one now."""
    from coach.strength.routine import Work

    exercises = {each.name: each for group in routine.groups for each in group.exercises}
    known = all(each.exercise in exercises for each in session.asked)
    if session.routine != routine.name or not known:
        return None
    work = tuple(Work(exercises[each.exercise], each.sets, each.reps) for each in session.asked)
    sides = {each.exercise.name: each.exercise.per_leg for each in work}
    same = all(sides.get(each.exercise) is (each.side is not None) for each in session.sets)
    return work if same else None


def _begun(
    routine: Routine, read: Log, log: StrengthLog, ride: Ride | None, full: bool
) -> _Going | None:
    """Say what today is and why, and begin if the rider agrees."""
    from coach import profile
    from coach.commands import health
    from coach.commands.strength_today import choose_today
    from coach.guidance.technique import DISCLAIMER, STOP_RULES

    work, lines = choose_today(routine, read, log.path.parent, ride, full, _now())
    *others, last = STOP_RULES
    stop = f"Stop at once at {', '.join(others)} or {last}."
    width = min(WIDTH, shutil.get_terminal_size().columns)
    for line in (*lines, "", f"{DISCLAIMER} {_PAIN} {stop}", ""):
        click.echo(textwrap.fill(line, width))
    if health.remembered(health.answers_path(profile.default_rider_path())):
        click.echo(f"One of the questions of health was a yes: {health.FIRST}.\n")
    if not agrees("Begin", "y"):
        return None
    return _Going(log.begin(_now(), routine.name, work), work, ())


def _now() -> datetime:
    return datetime.now().astimezone()
