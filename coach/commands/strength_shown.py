"""The strength routine and its log, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from coach.strength.routine import Side

if TYPE_CHECKING:
    from rich.table import Table

    from coach.journal.strength import Log, LoggedSession
    from coach.strength.routine import Exercise, Routine, SetDone


def show_routine(routine: Routine, how: bool, as_json: bool) -> None:
    """Print a routine at its full dose; with `how`, everything about every exercise."""
    if as_json:
        click.echo(json.dumps(_routine_json(routine), indent=2))
        return
    click.echo(routine.title)
    click.echo(routine.about)
    click.echo(f"{routine.tempo:g} s a repetition, {routine.rest:g} s of rest after every set")
    for group in routine.groups:
        click.echo(f"\n{group.title}")
        for exercise in group.exercises:
            click.echo(f"  {exercise.title:<22} {_dose(routine, exercise)}")
            for line in _words(exercise, how):
                click.echo(f"    {line}")


def _dose(routine: Routine, exercise: Exercise) -> str:
    with_each = " with each leg" if exercise.per_leg else ""
    return f"{routine.sets} × {routine.reps}{with_each}"


def _words(exercise: Exercise, how: bool) -> Iterator[str]:
    yield exercise.purpose
    if not how:
        return
    if exercise.needs:
        yield f"needs: {exercise.needs}"
    for number, line in enumerate(exercise.how, 1):
        yield f"{number}. {line}"
    for line in exercise.watch:
        yield f"watch: {line}"
    yield f"easier: {exercise.easier}"
    yield f"harder: {exercise.harder}"


def _routine_json(routine: Routine) -> dict[str, object]:
    return {
        "name": routine.name,
        "title": routine.title,
        "about": routine.about,
        "rest_s": routine.rest,
        "tempo_s": routine.tempo,
        "groups": [
            {
                "name": group.name,
                "title": group.title,
                "exercises": [
                    {
                        "name": each.name,
                        "title": each.title,
                        "sets": routine.sets,
                        "reps": routine.reps,
                        "per_leg": each.per_leg,
                        "purpose": each.purpose,
                        "how": list(each.how),
                        "watch": list(each.watch),
                        "easier": each.easier,
                        "harder": each.harder,
                        "needs": each.needs or None,
                    }
                    for each in group.exercises
                ],
            }
            for group in routine.groups
        ],
    }


def show_log(log: Log, as_json: bool) -> None:
    """Print every session of a log; its warnings only in JSON."""
    if as_json:
        sessions = [_session_json(session) for session in log.sessions]
        click.echo(json.dumps({"sessions": sessions, "warnings": list(log.warnings)}, indent=2))
        return
    from coach import profile

    shipped = set(profile.routine_names()) & {each.routine for each in log.sessions}
    titles = {name: _titles(profile.load_routine(profile.find_routine(name))) for name in shipped}
    for number, session in enumerate(log.sessions):
        if number:
            click.echo()
        _show_session(session, titles.get(session.routine, {}))


def _titles(routine: Routine) -> dict[str, str]:
    return {each.name: each.title for group in routine.groups for each in group.exercises}


def _session_json(session: LoggedSession) -> dict[str, object]:
    return {
        "start": session.start.isoformat(),
        "routine": session.routine or None,
        "finished": session.finished,
        "cr10": session.cr10,
        "asked": [
            {"exercise": each.exercise, "sets": each.sets, "reps": each.reps}
            for each in session.asked
        ],
        "sets": [
            {
                "exercise": each.exercise,
                "set": each.number,
                "side": None if each.side is None else each.side.value,
                "reps": each.reps,
                "load_kg": each.load,
            }
            for each in session.sets
        ],
    }


def _show_session(session: LoggedSession, titles: Mapping[str, str]) -> None:
    from rich.console import Console

    done = session.to_done()
    asked = f"{done.sets} of {done.sets_asked} sets" if session.asked else f"{done.sets} sets"
    facts = [f"{session.start:%Y-%m-%d %H:%M}", session.routine or "routine unknown", asked]
    if not session.finished:
        facts.append("not finished")
    if session.cr10 is not None:
        facts.append(f"felt {session.cr10:g} of 10")
    click.echo(", ".join(facts))
    if not session.sets:
        return
    Console(highlight=False).print(done_table(session.sets, titles))


def done_table(done: Sequence[SetDone], titles: Mapping[str, str]) -> Table:
    """Return a table of what was done: a row for each exercise, its repetitions set by set.

    Parameters
    ----------
    done : sequence of SetDone
        In the order of doing.
    titles : mapping of str to str
        What exercises are called; the log knows no more than their names, and one without a title
        is called by its name.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name in dict.fromkeys(each.exercise for each in done):
        sets = [each for each in done if each.exercise == name]
        title = titles.get(name) or name.replace("_", " ").capitalize()
        legs = "" if sets[0].side is None else ", left/right"
        table.add_row(*map(Text, (f"  {title}{legs}", _reps(sets), _load(sets))))
    return table


def _reps(sets: Sequence[SetDone]) -> str:
    """Write repetitions set by set; those of two legs as ``15/14``, left before right."""
    by_number: dict[int, dict[Side | None, int]] = {}
    for each in sets:
        by_number.setdefault(each.number, {})[each.side] = each.reps
    return "  ".join(_set(by_number[number]) for number in sorted(by_number))


def _set(reps: dict[Side | None, int]) -> str:
    if None in reps:
        return str(reps[None])
    return "/".join(str(reps.get(side, "-")) for side in Side)


def _load(sets: Sequence[SetDone]) -> str:
    """Write the loads that were said, each once; 0 is the body's own weight."""
    loads = dict.fromkeys(each.load for each in sets if each.load)
    return " ".join(f"{load:g} kg" for load in loads)
