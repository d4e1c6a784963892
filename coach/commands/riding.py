"""A ride from its clock to the files that a rider keeps; what every riding command does alike."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coach.commands.saving import ride_path, save_ride, say_saved, to_type, writable_folder
from coach.errors import CoachError, RideFileError, RideInterrupted, TrainerNotFound
from coach.messages import PauseCause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coach.clock import Clock
    from coach.journal import Header
    from coach.live.base import Display
    from coach.live.web.display import WebDisplay
    from coach.messages import Cue, Key, Snapshot
    from coach.ride import Ride
    from coach.runner import Run
    from coach.trainers.base import Trainer

PATIENCE = 3600.0
"""How long a ride in simulated time waits for its trainer [s]."""


def clock_for(speed: float | None, *, on_air: bool = False) -> Clock:
    """Return the clock of a ride; `on_air` when a pretend stick lives by it too."""
    from coach.clock import ManualClock, MonotonicClock, SteppedClock

    if speed is not None:
        return MonotonicClock(speed)
    return SteppedClock() if on_air else ManualClock()


def go(
    out: Path,
    stem: str,
    header: Header,
    trainer: Trainer,
    clock: Clock,
    displays: list[Display],
    hindrance: Callable[[], str] | None = None,
) -> Path:
    """Ride, and return the path of the closed journal.

    Parameters
    ----------
    out : Path
        Folder of the rides.
    stem : str
        What the ride is called in its files' names.
    header : Header
    trainer : Trainer
    clock : Clock
    displays : list of Display
    hindrance : callable, optional
        See `coach.runner.Run`: the ride waits for its start.

    Raises
    ------
    CoachError
        If the rider leaves before the start.
    TrainerError
        If the trainer cannot be opened, or was never heard; nothing is kept then.
    RideInterrupted
        If the program itself failed; the load is off and the ride is kept.
    """
    from coach.journal import Journal
    from coach.runner import Run

    path = ride_path(writable_folder(out), header.start, stem)
    patience = _Patience()
    if not clock.real and not header.recording:
        displays = [*displays, patience]
    run = Run(Journal(path, header), trainer, clock, displays, hindrance)
    patience.end = run.interrupt
    try:
        with _signals(run):
            run.ride()
    except (Exception, KeyboardInterrupt) as error:
        if not run.began:
            run.journal.discard()
        if not run.began or isinstance(error, RideFileError):
            raise
        if isinstance(error, KeyboardInterrupt):
            why = "was stopped at once"
        elif isinstance(error, CoachError):
            why = f"stopped on a fault ({error})"
        else:
            why = f"stopped on a fault ({type(error).__name__}: {error})"
        # The warning, where there is one, says that nobody knows about the load.
        load = "" if run.warning else "the load was taken off; "
        raise RideInterrupted(
            f'the ride {why}; {load}run "{to_type("recover", path)}" for what was recorded'
        ) from error
    finally:
        if run.warning:
            click.echo(run.warning, err=True)
    if not run.heard:
        path.unlink()
        raise TrainerNotFound(
            "the trainer was never heard, so there was no ride: switch it on, turn the cranks to "
            "wake it, and see with 'coach scan' which number it has"
        )
    return path


def after(journal: Path, page: WebDisplay | None = None) -> Ride | None:
    """Save what the rider keeps, show the hills, say where everything is, on the page too."""
    from rich.console import Console

    from coach import journal as journals
    from coach.analysis.hills import hills
    from coach.commands.summary import hill_table

    if not journals.has_samples(journal):
        click.echo(f"The ride ended before its first second; {journal} holds what was heard.")
        return None
    with _undisturbed():
        ride = journals.load(journal)
        saved = save_ride(ride, journal)
        climbed = hills(ride)
        if climbed:
            Console().print(hill_table(climbed, ride.hill_name))
        say_saved(saved)
        if page is not None:
            from coach.commands.start_and_end import end_of

            page.end(end_of(ride, saved))
    return ride


class _Patience:
    """Ends a ride in simulated time whose trainer does not come back: nobody can wake it there."""

    def __init__(self) -> None:
        self.end: Callable[[], None] | None = None
        self._with_trainer = 0.0

    def open(self) -> None:
        """Do nothing: there is nothing to see."""

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Count how long the ride has been waiting for its trainer."""
        if snapshot.pause is not PauseCause.TRAINER:
            self._with_trainer = snapshot.time
        elif snapshot.time - self._with_trainer > PATIENCE and self.end is not None:
            click.echo("the trainer was not heard for an hour: the ride ends here", err=True)
            self.end()
            self.end = None

    def keys(self) -> Sequence[Key]:
        """Return nothing: it has no keys."""
        return ()

    def close(self) -> None:
        """Do nothing."""


class Progress:
    """The progress bar of a ride that nobody watches second by second."""

    def __init__(self, total: float) -> None:
        self._bar: Any = click.progressbar(
            length=round(total), label="Riding", show_eta=False, file=sys.stderr, width=40
        )
        self._shown = 0

    def open(self) -> None:
        """Draw the empty bar."""
        self._bar.__enter__()

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Move the bar on."""
        done = int(snapshot.timer_time)
        # Drawing is dear: once a minute of the ride is smooth enough at this speed.
        if done - self._shown >= 60 or snapshot.state == "finished":
            self._bar.update(done - self._shown)
            self._shown = done

    def keys(self) -> Sequence[Key]:
        """Return nothing: a bar has no keys."""
        return ()

    def close(self) -> None:
        """End the line."""
        self._bar.__exit__(None, None, None)


@contextmanager
def _signals(run: Run) -> Iterator[None]:
    """End the ride in order on whatever would stop the program with the load on."""
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGTSTP", "SIGBREAK")
    wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {each: signal.signal(each, lambda *_: run.interrupt()) for each in wanted}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let an impatient second Ctrl-C wait: saving takes a second or two."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
