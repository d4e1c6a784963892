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
    from coach.commands.strength_shown import done_table

    moment = walk.snapshot
    told = [f"{moment.sets_done} of {moment.sets} set{'s' * (moment.sets != 1)} done"]
    if walk.cr10 is not None:
        told.append(f"felt {cr10_text(walk.cr10)}")
    if walk.done:
        titles = {each.exercise.name: each.exercise.title for each in work}
        Console(highlight=False).print(done_table(walk.done, titles))
    click.echo(f"{', '.join(told)}.")
    if walk.done and not walk.finished:
        click.echo(f"Go on with it in the next hours: {again}")
