"""One ride, one SQLite file: what came in, what went out, and what the ride was.

The file (``.ride``) holds the inputs (pages or samples as they came, keys) beside the answers
(commands, replies, cues, events, laps, samples), so that an old ride can be ridden again through
today's engine and compared. The FIT file is made from it and never written beside it.

On the road the journal is committed at least once a second, durably (write-ahead log,
``synchronous=FULL``), so that a killed process loses at most the last second; `close` folds the log
back into one plain file. A file without the mark ``finished`` was interrupted: `load` reads it all
the same, and ``coach recover`` finishes it.

Nothing here knows the engine: rows are messages (`coach.messages`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.errors import RideFileError
from coach.messages import (
    BasicResistance,
    Command,
    Cue,
    Event,
    EventKind,
    Key,
    LapStarted,
    Mode,
    Page,
    PostureSource,
    RecordingEnded,
    Reply,
    RiderPosition,
    Sample,
    Source,
    TargetPower,
    Telemetry,
    TimerEvent,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.rider import Rider
from coach.workout import Workout

if TYPE_CHECKING:
    from coach.ride import Ride

FORMAT = 1
"""Version of the schema below; a reader refuses what it does not know."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE steps (now REAL);
CREATE TABLE pages (step REAL, time REAL, source TEXT, payload BLOB);
CREATE TABLE received (step REAL, kind TEXT, message TEXT);
CREATE TABLE keys (step REAL, key TEXT);
CREATE TABLE sent (time REAL, kind TEXT, command TEXT);
CREATE TABLE replies (time REAL, command TEXT, status TEXT, sequence INTEGER);
CREATE TABLE cues (time REAL, kind TEXT, text TEXT);
CREATE TABLE events (time REAL, kind TEXT, text TEXT, value TEXT);
CREATE TABLE laps (time REAL, segment INTEGER);
CREATE TABLE samples (
    time REAL, timer_time REAL, segment INTEGER, power REAL, cadence REAL, heart_rate REAL,
    speed REAL, distance REAL, altitude REAL, grade REAL, target_power REAL, posture TEXT
);
"""

_COMMANDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (BasicResistance, TargetPower, WindResistance, TrackResistance, UserConfiguration)
}
_MESSAGES: dict[str, type] = {
    kind.__name__: kind for kind in (Telemetry, Reply, Event, TimerEvent, RecordingEnded)
}


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a ride before it begins.

    Attributes
    ----------
    name : str
        What the ride is called, by its rider.
    start : datetime
        Wall clock of the ride's time 0, UTC.
    origin : float
        The ride clock's time 0 [s]: every time in the file counts from the same clock.
    recording : bool
        The telemetry came from a recorded ride.
    """

    name: str
    start: datetime
    origin: float
    rider: Rider
    workout: Workout
    trainer: str
    software: str
    mode: Mode | None = None
    recording: bool = False
    indoor: bool = True


class Journal:
    """The journal of a ride under way.

    Rows are kept in memory until `commit`; the caller decides how often that is.

    Raises
    ------
    RideFileError
        If the file cannot be made, or (from `commit` and `close`) not be written: disk full,
        folder gone. What was committed before stays.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        if path.exists():
            raise RideFileError(f"{path} exists already; nothing was overwritten")
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript("BEGIN;" + _SCHEMA + "COMMIT;")
        except sqlite3.Error as error:
            raise RideFileError(
                f"{path}: cannot be written ({error}); choose another --out"
            ) from error
        self._meta = {
            "format": str(FORMAT),
            "name": header.name,
            "start": header.start.isoformat(),
            "origin": repr(header.origin),
            "rider": _dump(header.rider),
            "workout": _dump(header.workout),
            "trainer": header.trainer,
            "software": header.software,
            "mode": header.mode.value if header.mode else "",
            "recording": "1" if header.recording else "",
            "indoor": "1" if header.indoor else "",
        }
        for item in self._meta.items():
            self._add("meta", item)
        self.commit()

    @staticmethod
    def mend(path: Path, elapsed_time: float, timer_time: float) -> None:
        """Mark an interrupted ride as finished, and fold its log back into one file.

        Raises
        ------
        RideFileError
            If it cannot be written.
        """
        totals = {"elapsed_time": repr(elapsed_time), "timer_time": repr(timer_time)}
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as db:
                rows = [*totals.items(), ("finished", "1")]
                db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                db.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise RideFileError(f"{path}: cannot be written ({error})") from error

    def _add(self, table: str, row: tuple[Any, ...]) -> None:
        rows = self._rows.get(table)
        if rows is None:
            rows = self._rows[table] = []
        rows.append(row)

    def stepped(self, now: float) -> None:
        """Keep the time of an engine's step."""
        self._add("steps", (now,))

    def received(self, step: float, messages: Iterable[Any]) -> None:
        """Keep what the trainer said, and the engine's step that heard it."""
        for message in messages:
            if type(message) is Page:
                row = (step, message.time, message.source.value, message.payload)
                self._add("pages", row)
            else:
                self._add("received", (step, type(message).__name__, _dump(message)))

    def pressed(self, step: float, keys: Iterable[Key]) -> None:
        """Keep the rider's keys."""
        for key in keys:
            self._add("keys", (step, key.value))

    def sent(self, commands: Iterable[tuple[float, Command]]) -> None:
        """Keep what was asked of the trainer."""
        for time, command in commands:
            self._add("sent", (time, type(command).__name__, _dump(command)))

    def replied(self, reply: Reply) -> None:
        """Keep what became of a command."""
        self._add("replies", (reply.time, reply.command, reply.status.value, reply.sequence))

    def told(
        self,
        cues: Iterable[Cue],
        events: Iterable[Event],
        laps: Iterable[LapStarted],
        samples: Iterable[Sample],
    ) -> None:
        """Keep what the engine said."""
        for cue in cues:
            self._add("cues", (cue.time, cue.kind.value, cue.text))
        for event in events:
            value = None if event.value is None else json.dumps(event.value)
            self._add("events", (event.time, event.kind.value, event.text, value))
        for lap in laps:
            self._add("laps", (lap.time, lap.segment))
        for s in samples:
            self._add(
                "samples",
                (
                    s.time,
                    s.timer_time,
                    s.segment,
                    s.power,
                    s.cadence,
                    s.heart_rate,
                    s.speed,
                    s.distance,
                    s.altitude,
                    s.grade,
                    s.target_power,
                    None if s.posture is None else s.posture.value,
                ),
            )

    def commit(self) -> None:
        """Make everything so far durable."""
        if not self._rows:
            return
        try:
            self._db.execute("BEGIN")
            for table, rows in self._rows.items():
                marks = ",".join("?" * len(rows[0]))
                self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise RideFileError(
                f"{self.path}: cannot be written ({error}); free some space, then "
                f"'coach recover {self.path}' finishes what was kept"
            ) from error
        self._rows.clear()

    def finish(self, elapsed_time: float, timer_time: float) -> None:
        """Mark the ride as finished, with its totals, and close the file."""
        self._add("meta", ("elapsed_time", repr(elapsed_time)))
        self._add("meta", ("timer_time", repr(timer_time)))
        self._add("meta", ("finished", "1"))
        self.close()

    def close(self) -> None:
        """Commit, fold the log into one plain file, and let go of it."""
        try:
            self.commit()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.execute("PRAGMA journal_mode=DELETE")
        finally:
            self._db.close()


# --- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the engine heard at one step."""

    step: float
    messages: tuple[Any, ...]
    keys: tuple[Key, ...]


class Recorded:
    """A journal opened for reading, finished or not.

    Raises
    ------
    RideFileError
        If the file is no ride, or of a format this version does not know.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []
        if not path.is_file():
            raise RideFileError(f"{path}: no such ride file")
        try:
            # An interrupted ride has its last seconds in a log beside it; folding that in needs
            # write access. A finished ride is opened so that nothing can change it.
            waiting = path.with_name(path.name + "-wal").exists()
            mode = "rw" if waiting else "ro"
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)
            self.meta: dict[str, str] = dict(self._db.execute("SELECT key, value FROM meta"))
        except sqlite3.Error as error:
            raise RideFileError(f"{path}: not a ride of this program ({error})") from error
        found = self.meta.get("format")
        if found != str(FORMAT):
            raise RideFileError(
                f"{path}: ride format {found}, this version reads {FORMAT}; update sixhills"
            )

    def __enter__(self) -> Recorded:
        """Use as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @property
    def finished(self) -> bool:
        """The ride came to its end and was closed."""
        return "finished" in self.meta

    @property
    def header(self) -> Header:
        """What was known before the ride began.

        Raises
        ------
        RideFileError
            If it cannot be read.
        """
        meta = self.meta
        try:
            return Header(
                name=meta["name"],
                start=datetime.fromisoformat(meta["start"]).astimezone(UTC),
                origin=float(meta["origin"]),
                rider=_load(Rider, meta["rider"]),
                workout=_load(Workout, meta["workout"]),
                trainer=meta["trainer"],
                software=meta["software"],
                mode=Mode(meta["mode"]) if meta["mode"] else None,
                recording=bool(meta["recording"]),
                indoor=bool(meta["indoor"]),
            )
        except (KeyError, ValueError) as error:
            raise RideFileError(
                f"{self.path}: the head of the ride is damaged ({error})"
            ) from error

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Return a table's rows in the order of writing, as far as they can be read."""
        rows: list[tuple[Any, ...]] = []
        try:
            rows.extend(self._db.execute(f"SELECT * FROM {table} ORDER BY rowid"))
        except sqlite3.Error as error:
            self.warnings.append(f"{self.path.name}: {table} read in part ({error})")
        return rows

    def inputs(self) -> Iterator[Inputs]:
        """Return what the engine heard, step by step, pages before the rest."""
        steps: dict[float, tuple[list[Any], list[Key]]] = {}
        for (now,) in self.rows("steps"):
            steps[now] = ([], [])
        for step, time, source, payload in self.rows("pages"):
            heard = steps.setdefault(step, ([], []))
            heard[0].append(Page(time, Source(source), payload))
        for step, kind, message in self.rows("received"):
            steps.setdefault(step, ([], []))[0].append(_load(_MESSAGES[kind], message))
        for step, key in self.rows("keys"):
            steps.setdefault(step, ([], []))[1].append(Key(key))
        for step in sorted(steps):
            messages, keys = steps[step]
            yield Inputs(step, tuple(messages), tuple(keys))

    def commands(self) -> list[tuple[float, Command]]:
        """Return what was asked of the trainer, with the time."""
        return [(t, _load(_COMMANDS[kind], text)) for t, kind, text in self.rows("sent")]

    def ride(self) -> Ride:
        """Return the ride as columns.

        Raises
        ------
        RideFileError
            If not one sample can be read.
        """
        import numpy as np

        from coach.ride import Lap, PositionChange, Ride, TimerChange

        header = self.header
        origin = header.origin
        rows = self.rows("samples")
        if not rows:
            raise RideFileError(f"{self.path}: the ride holds no samples")
        standing = {"standing": 1.0, "seated": 0.0}
        numbers = np.array([row[:11] for row in rows], dtype=np.float64)
        ride = Ride.from_columns(
            numbers[:, 0],
            power=numbers[:, 3],
            cadence=numbers[:, 4],
            heart_rate=numbers[:, 5],
            speed=numbers[:, 6],
            distance=numbers[:, 7],
            altitude=numbers[:, 8],
            grade=numbers[:, 9],
            target_power=numbers[:, 10],
            prescribed_standing=np.array([standing.get(row[11], np.nan) for row in rows]),
        )
        last = float(numbers[-1, 0])
        ride.elapsed_time = float(self.meta.get("elapsed_time", last))
        ride.timer_time = float(self.meta.get("timer_time", numbers[-1, 1]))
        measured: list[PositionChange] = []
        declared: list[PositionChange] = []
        running = {
            EventKind.STARTED: True,
            EventKind.RESUMED: True,
            EventKind.PAUSED: False,
            EventKind.FINISHED: False,
        }
        for time, kind, _, value in self.rows("events"):
            at = time - origin
            if kind in running:
                ride.timer.append(TimerChange(at, running[EventKind(kind)]))
            elif kind == EventKind.POSITION:
                measured.append(PositionChange(at, RiderPosition(json.loads(value))))
            elif kind == EventKind.DECLARED:
                declared.append(PositionChange(at, RiderPosition(json.loads(value))))
        if ride.timer and ride.timer[-1].running:
            ride.timer.append(TimerChange(ride.elapsed_time, False))
        if measured or declared:
            ride.positions = measured or declared
            ride.position_source = PostureSource.MEASURED if measured else PostureSource.DECLARED
        starts = [(time - origin, segment) for time, segment in self.rows("laps")]
        ends = [start for start, _ in starts[1:]] + [ride.elapsed_time]
        for (start, segment), end in zip(starts, ends, strict=True):
            rested = _rested(ride.timer, start, end)
            ride.laps.append(Lap(start, end - start, end - start - rested, segment))
        ride.start = header.start
        ride.name = header.name
        ride.indoor = header.indoor
        ride.virtual_altitude = not header.recording
        ride.workout = header.workout
        ride.threshold_power = header.rider.threshold_power
        ride.rider_mass = header.rider.mass
        ride.warnings = list(self.warnings)
        return ride


def _rested(timer: Sequence[Any], start: float, end: float) -> float:
    """Seconds between `start` and `end` in which the timer stood still."""
    rested, since = 0.0, None
    for change in timer:
        if not change.running and since is None:
            since = change.time
        elif change.running and since is not None:
            rested += max(0.0, min(end, change.time) - max(start, since))
            since = None
    if since is not None:
        rested += max(0.0, end - max(start, since))
    return rested


def load(path: Path) -> Ride:
    """Read a ``.ride`` file.

    Raises
    ------
    RideFileError
        If it is no ride, or holds no samples.
    """
    with closing(Recorded(path)) as recorded:
        return recorded.ride()


_adapters: dict[type, Any] = {}


def _adapter(kind: type) -> Any:  # noqa: ANN401 - pydantic's adapters are generic
    adapter = _adapters.get(kind)
    if adapter is None:
        from pydantic import TypeAdapter

        adapter = _adapters[kind] = TypeAdapter(kind)
    return adapter


def _dump(message: object) -> str:
    return str(_adapter(type(message)).dump_json(message).decode())


def _load(kind: type, text: str) -> Any:  # noqa: ANN401
    return _adapter(kind).validate_json(text)
