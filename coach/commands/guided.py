"""The guided strength session: the loop between clock, session, screen and log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from coach.clock import Clock, MonotonicClock
from coach.commands.saving import to_type
from coach.commands.signals import ended_by_signals
from coach.errors import RideFileError
from coach.live.strength import StrengthDisplay
from coach.strength.routine import Routine, SetDone, Work
from coach.strength.session import Session

if TYPE_CHECKING:
    from rich.table import Table

    from coach.journal.strength import StrengthLog

TICK = 0.1
"""Between two pictures, and two looks at the keyboard [s]."""
TRIED_AGAIN = 5.0
"""Between two tries to write what could not be written [s]."""


def guide(
    routine: Routine,
    work: Sequence[Work],
    log: StrengthLog,
    session: str,
    done: Sequence[SetDone],
    *,
    display: StrengthDisplay,
    again: Sequence[str],
) -> bool:
    """Guide a rider through a session, and keep each set the moment it is confirmed.

    Ends in order on ``q`` and on whatever asks the program to end; what was done is in the log then
    and is shown.

    Parameters
    ----------
    routine : Routine
        For rest and tempo.
    work : sequence of Work
        What is asked today.
    log : StrengthLog
        Stays open.
    session : str
        Its id in the log.
    done : sequence of SetDone
        What was done of it before an interruption.
    display : StrengthDisplay
        Not yet open.
    again : sequence of str
        The command, after the program's name, that takes the session up again.

    Returns
    -------
    bool
        Whether the session was finished.

    Raises
    ------
    RideFileError
        If something that was done could not be written; it is shown nevertheless.
    """
    walk = Session(work, routine.rest, routine.tempo, done)
    book = _Book(log, session)
    with ended_by_signals() as caught:
        display.open()
        try:
            _walk(walk, display, book, caught, MonotonicClock())
        finally:
            display.close()
        # A second Ctrl-C waits until the log is complete.
        book.end(walk)
    _show(walk, work, to_type(*again))
    if book.trouble:
        raise RideFileError(book.trouble)
    return walk.finished


def _walk(
    walk: Session, display: StrengthDisplay, book: _Book, caught: Sequence[int], clock: Clock
) -> None:
    while not walk.over and not caught:
        now = clock.now()
        events = walk.step(now, display.keys())
        book.keep([each for each in events if isinstance(each, SetDone)], now)
        sounds = [each for each in events if not isinstance(each, SetDone)]
        display.show(walk.snapshot, sounds, book.trouble)
        clock.sleep_until(now + TICK)


class _Book:
    """Writes what was done, in order; what cannot be written waits here and is tried again.

    Attributes
    ----------
    trouble : str
        What the rider has to know of it; empty for nothing.
    """

    def __init__(self, log: StrengthLog, session: str) -> None:
        self.trouble = ""
        self._log = log
        self._session = session
        self._waiting: list[tuple[datetime, SetDone]] = []
        self._due = 0.0

    def keep(self, done: Sequence[SetDone], now: float) -> None:
        """Write sets at once; besides, every few seconds, what is still waiting.

        Parameters
        ----------
        done : sequence of SetDone
        now : float
            On the clock of the loop [s].
        """
        self._waiting += [(_now(), each) for each in done]
        if self._waiting and (done or now >= self._due):
            self._due = now + TRIED_AGAIN
            self._write()

    def end(self, walk: Session) -> None:
        """Write all that is left, and that the session has ended."""
        self._write()
        if self._waiting:
            return
        try:
            self._log.end(self._session, _now(), walk.cr10, walk.finished)
        except RideFileError as error:
            self.trouble = f"the sets are in the log, but not how the session ended: {error}"

    def _write(self) -> None:
        try:
            while self._waiting:
                self._log.add(self._session, *self._waiting[0])
                del self._waiting[0]
            self.trouble = ""
        except RideFileError as error:
            number = len(self._waiting)
            sets = "1 set is" if number == 1 else f"{number} sets are"
            self.trouble = f"{sets} not in the log: {error}"


def _now() -> datetime:
    return datetime.now().astimezone()


# --- what was done -------------------------------------------------------------------------------


def _show(walk: Session, work: Sequence[Work], again: str) -> None:
    """Say what was done and, of a session that is not finished, how to go on with it."""
    from rich.console import Console

    from coach.analysis.effort import cr10_text

    moment = walk.snapshot
    told = [f"{moment.sets_done} of {moment.sets} set{'s' * (moment.sets != 1)} done"]
    if walk.cr10 is not None:
        told.append(f"felt {cr10_text(walk.cr10)}")
    if walk.done:
        Console(highlight=False).print(done_table(work, walk.done))
    click.echo(f"{', '.join(told)}.")
    if walk.done and not walk.finished:
        click.echo(f"Go on with it in the next hours: {again}")


def done_table(work: Sequence[Work], done: Sequence[SetDone]) -> Table:
    """Return a table of what was done: a row for each exercise and leg, a number for each set.

    Parameters
    ----------
    work : sequence of Work
        Names the exercises.
    done : sequence of SetDone
        In the order of the work.
    """
    from rich.table import Table
    from rich.text import Text

    titles = {each.exercise.name: each.exercise.title for each in work}
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Exercise")
    table.add_column("Repetitions")
    said = any(each.load is not None for each in done)
    if said:
        table.add_column("Load, kg")
    rows: dict[str, list[SetDone]] = {}
    for each in done:
        side = "" if each.side is None else f", {each.side.value}"
        rows.setdefault(titles[each.exercise] + side, []).append(each)
    for title, sets in rows.items():
        cells = [title, " ".join(str(each.reps) for each in sets)]
        table.add_row(*map(Text, [*cells, *[_loads(sets)] * said]))
    return table


def _loads(sets: Sequence[SetDone]) -> str:
    """Return the load of all sets, or of each where they differ; a dash for one not said."""
    loads = ["–" if each.load is None else f"{each.load:g}" for each in sets]
    return loads[0] if len(set(loads)) == 1 else " ".join(loads)
