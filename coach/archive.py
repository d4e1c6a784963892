"""The rider's own files, as a history: every ride and strength session in one folder.

Of a ``.ride`` file only the head is read until its date is known to matter; columns are loaded
ride by ride and let go again, so that a folder of years needs no more memory than one ride. A file
from elsewhere has no head that can be trusted and is read whole. What is left out is told: rides
of the simulator, replays of recordings, copies, other sports, damaged files, and rides that have
not ended.

Measured on two shared cores: eight weeks out of 500 rides of 90 minutes in 0.6 s, all 500 in 8 s,
both in 53 MB; so nothing is cached.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from coach.errors import CoachError, RideFileError, RiderInputError
from coach.formats.track import parse_time
from coach.journal import Recorded
from coach.journal import strength as strength_log
from coach.ride import PEDALLED, Ride
from coach.rides import SUFFIXES, load_ride
from coach.training.done import ride_done
from coach.training.history import History, RideDone, StrengthDone

_SAME_START, _SAME_LENGTH = 2.0, 5.0
"""Two files that differ by no more are the same ride: files round, and end where they like [s]."""
_PEEKED = 65536
"""So much of a track is read to learn its date [bytes]."""
_FIRST_POINT = re.compile(rb"<(?:trkpt|Trackpoint)\b.*?<[Tt]ime>([^<]{1,40})<", re.DOTALL)
_DOUBT = timedelta(days=2)
"""A track whose first point is further than this from the days asked for is not read at all."""


@dataclass(slots=True)
class Survey:
    """What a folder holds."""

    history: History = field(default_factory=History)
    losses: list[str] = field(default_factory=list)
    """What could not be read, or only in part."""
    notes: list[str] = field(default_factory=list)
    """What was left out on purpose, and why."""
    before: date | None = None
    """The last day with a ride before those asked for."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What is known of a ``.ride`` file before its columns are loaded."""

    path: Path
    start: datetime
    elapsed: float | None
    """[s]; ``None`` until the ride has ended."""
    recording: bool
    simulated: bool
    rated: bool


def history(
    folder: Path,
    *,
    first: date | None = None,
    last: date | None = None,
    simulated: bool = False,
) -> tuple[History, tuple[str, ...]]:
    """Return what was done, from the files in a folder; see `survey`.

    Returns
    -------
    History
    tuple of str
        What could not be read, and what was left out, for the rider.
    """
    found = survey(folder, first=first, last=last, simulated=simulated)
    return found.history, (*found.losses, *found.notes)


def survey(
    folder: Path,
    *,
    first: date | None = None,
    last: date | None = None,
    simulated: bool = False,
) -> Survey:
    """Walk a folder, not deeper.

    Parameters
    ----------
    folder : Path
        Where rides and the log of strength sessions lie. One that does not exist holds nothing.
    first, last : date, optional
        The days that matter, both included, each by the clock where the rider was.
    simulated : bool
        Whether rides of the simulator count.

    Raises
    ------
    RiderInputError
        If `folder` is a file.
    OSError
        If it cannot be listed.
    """
    found = Survey()
    if not folder.exists():
        return found
    if not folder.is_dir():
        raise RiderInputError(f"{folder}: not a folder; name the one with your rides by --out")
    walk = _Walk(found, first, last, simulated)
    paths = sorted(each for each in folder.iterdir() if not each.name.startswith("."))
    own = [each for each in paths if each.suffix == ".ride" and each.is_file()]
    rides = list(walk.own(own))
    stems = {each.stem for each in own}
    for suffix in SUFFIXES[1:]:
        for path in paths:
            if path.suffix.lower() == suffix and path.stem not in stems and path.is_file():
                rides += walk.foreign(path)
    walk.tell()
    log = folder / strength_log.LOG_NAME
    sessions = [session for session in _sessions(log, walk) if walk.matters(session.start)]
    found.history = History(
        tuple(sorted(rides, key=lambda ride: ride.start)),
        tuple(sorted(sessions, key=lambda session: session.start)),
    )
    # Names of files may hold what a terminal takes for a command.
    found.losses = [_printable(text) for text in found.losses]
    found.notes = [_printable(text) for text in found.notes]
    return found


def newest(folder: Path, *, simulated: bool = True) -> Path | None:
    """Return the ride of ours that began last; ``None`` if there is none.

    Parameters
    ----------
    folder : Path
    simulated : bool
        Whether rides of the simulator count; replays of recordings never do.
    """
    if not folder.is_dir():
        return None
    heads: list[_Head] = []
    for path in sorted(folder.glob("*.ride")):
        try:
            heads.append(_head(path))
        except (RideFileError, OSError):
            # Whatever it was, nothing can be written into it.
            continue
    ridden = [head for head in heads if not head.recording and (simulated or not head.simulated)]
    latest = max(ridden, key=lambda head: (head.start, head.path.stat().st_mtime_ns), default=None)
    return None if latest is None else latest.path


class _Walk:
    """Decides about each file of a folder, and keeps count of what it leaves out."""

    def __init__(
        self, found: Survey, first: date | None, last: date | None, simulated: bool
    ) -> None:
        self.found = found
        self._first = first
        self._last = last
        self._count_simulated = simulated
        self._known: list[tuple[datetime, float, Path, bool]] = []
        """Start, length, file, and whether it counts."""
        self._simulated = self._replays = self._other_sports = 0

    def matters(self, start: datetime) -> bool:
        """Tell whether a day is one of those asked for."""
        day = start.date()
        early = self._first is not None and day < self._first
        return not early and (self._last is None or day <= self._last)

    def _counts(self, start: datetime) -> bool:
        """Tell whether a ride that may count does; remember the last one before the days."""
        day = start.date()
        if self._first is not None and day < self._first:
            before = self.found.before
            self.found.before = day if before is None else max(before, day)
        return self.matters(start)

    def own(self, paths: list[Path]) -> Iterator[RideDone]:
        """Yield the rides of our own files that count."""
        heads: list[_Head] = []
        for path in paths:
            try:
                heads.append(_head(path))
            except (CoachError, OSError) as error:
                self.found.losses.append(_sentence(path, error))
        # Of two copies the one counts whose rider said how it felt.
        for head in sorted(heads, key=lambda head: (not head.rated, head.path.name)):
            if head.elapsed is None:
                if self.matters(head.start):
                    self.found.notes.append(
                        f"{head.path}: not finished, so not counted: still being ridden, or"
                        f" interrupted ('coach recover {head.path}' makes it whole)"
                    )
                continue
            counts = not head.recording and (self._count_simulated or not head.simulated)
            if self._is_copy(head.start, head.elapsed, head.path, counts):
                continue
            if not counts:
                if self.matters(head.start):
                    self._replays += head.recording
                    self._simulated += not head.recording
                continue
            if not self._counts(head.start):
                continue
            try:
                with Recorded(head.path) as recorded:
                    ride = recorded.ride(rr_intervals=False)
            except (CoachError, OSError) as error:
                self.found.losses.append(_sentence(head.path, error))
                continue
            self.found.losses += ride.warnings
            yield ride_done(ride, head.start)

    def foreign(self, path: Path) -> Iterator[RideDone]:
        """Yield the ride of a file from elsewhere, if it counts."""
        peeked = _first_point(path)
        if peeked is not None and self._is_far(peeked):
            self._counts(peeked)
            return
        try:
            ride = load_ride(path)
        except (CoachError, OSError) as error:
            self.found.losses.append(_sentence(path, error))
            return
        if ride.start is None:
            self.found.notes.append(f"{path}: has no date, so not counted")
            return
        try:
            start = ride.start.astimezone()
        except (ValueError, OverflowError, OSError):
            # Near the ends of the calendar there is no time in another zone.
            start = ride.start
        length = _length(ride)
        if self._is_copy(start, length, path, counts=True):
            return
        if ride.sport not in PEDALLED:
            self._other_sports += self.matters(start)
            return
        if not self._counts(start):
            return
        self.found.losses += ride.warnings
        yield ride_done(ride, start)

    def tell(self) -> None:
        """Say how many were left out."""
        notes = self.found.notes
        if self._simulated:
            notes.append(
                f"{_counted(self._simulated, 'simulated ride')} left out: --simulated counts"
                f" {'it' if self._simulated == 1 else 'them'}"
            )
        if self._replays:
            notes.append(f"{_counted(self._replays, 'replay')} of recordings left out")
        if self._other_sports:
            notes.append(f"{_counted(self._other_sports, 'activity')} of another sport left out")

    def _is_copy(self, start: datetime, length: float, path: Path, counts: bool) -> bool:
        """Tell whether the same ride was met before; it is told of where both would count."""
        for begun, lasted, other, counted in self._known:
            apart = abs((begun - start).total_seconds())
            if apart <= _SAME_START and abs(lasted - length) <= _SAME_LENGTH:
                if counts and counted and self.matters(start):
                    self.found.notes.append(
                        f"{path}: the same ride as {other.name}, so counted once"
                    )
                return True
        self._known.append((start, length, path, counts))
        return False

    def _is_far(self, start: datetime) -> bool:
        day = start.date()
        too_early = self._first is not None and self._first - day > _DOUBT
        return too_early or (self._last is not None and day - self._last > _DOUBT)


def _head(path: Path) -> _Head:
    """Read the head of one of our files.

    Raises
    ------
    RideFileError
        If it is no ride, or its head is damaged.
    """
    with Recorded(path) as recorded:
        meta = recorded.meta
        try:
            start = datetime.fromisoformat(meta["start"])
            return _Head(
                path,
                start.astimezone() if start.tzinfo is None else start,
                float(meta["elapsed_time"]) if recorded.finished else None,
                bool(meta["recording"]),
                recorded.simulated,
                "cr10" in meta,
            )
        except (KeyError, ValueError) as error:
            raise RideFileError(f"{path}: the head of the ride is damaged ({error})") from error


def _first_point(path: Path) -> datetime | None:
    """Return the time of a track's first point, without reading the rest of it."""
    if path.suffix.lower() not in (".gpx", ".tcx"):
        return None
    try:
        with path.open("rb") as file:
            found = _FIRST_POINT.search(file.read(_PEEKED))
    except OSError:
        return None
    return parse_time(found[1].decode("ascii", "replace").strip()) if found else None


def _length(ride: Ride) -> float:
    """Return how long a ride took, pauses included [s]; 0 where nobody knows."""
    from coach.analysis.timer import elapsed_time

    return elapsed_time(ride) or 0.0


def _sessions(path: Path, walk: _Walk) -> Iterator[StrengthDone]:
    try:
        log = strength_log.load(path)
    except CoachError as error:
        walk.found.losses.append(_sentence(path, error))
        return
    walk.found.losses += log.losses
    walk.found.notes += (each.text for each in log.surprises if walk.matters(each.time))
    yield from (session.to_done() for session in log.sessions)


def _sentence(path: Path, error: Exception) -> str:
    """Return an error's words, with the file's name in them."""
    if isinstance(error, OSError) and not isinstance(error, CoachError):
        return f"{path}: cannot be read ({error.strerror or error})"
    text = str(error)
    return text if str(path) in text else f"{path}: {text}"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)


def _counted(number: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number} {what if number == 1 else plural}"
