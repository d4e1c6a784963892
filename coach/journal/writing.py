"""Writing the journal of a ride under way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from coach.analysis.effort import parse_cr10
from coach.errors import RideFileError
from coach.journal.reading import Recorded
from coach.journal.schema import FORMAT, SCHEMA, Header, dump
from coach.messages import Command, Cue, Event, Key, LapStarted, Page, Reply, Sample


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
        self.header = header
        self._step = 0
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        if path.exists():
            raise RideFileError(f"{path} exists already; nothing was overwritten")
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript("BEGIN;" + SCHEMA + "COMMIT;")
        except sqlite3.Error as error:
            raise RideFileError(
                f"{path}: cannot be written ({error}); choose another --out"
            ) from error
        self._meta = {
            "format": str(FORMAT),
            "name": header.name,
            "start": header.start.isoformat(),
            "rider": dump(header.rider),
            "workout": dump(header.workout),
            "trainer": header.trainer,
            "software": header.software,
            "recording": "1" if header.recording else "",
            "indoor": "1" if header.indoor else "",
            "knob": "1" if header.knob else "",
            "simulated": "1" if header.simulated else "",
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
                # First what fails while the ride is still being ridden: nothing is marked then.
                db.execute("PRAGMA journal_mode=DELETE")
                rows = [*totals.items(), ("finished", "1")]
                db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            raise RideFileError(
                f"{path}: cannot be finished ({error}); is it still being ridden?"
            ) from error

    def begin(self, start: datetime) -> None:
        """Keep when the ride began, where its rider took a while to start.

        Raises
        ------
        RideFileError
            If it cannot be written.
        """
        self.header = replace(self.header, start=start)
        row = ("start", start.isoformat())
        try:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)
        except sqlite3.Error as error:
            raise RideFileError(
                f"{self.path}: cannot be written ({error}); choose another --out"
            ) from error

    def _add(self, table: str, row: tuple[Any, ...]) -> None:
        rows = self._rows.get(table)
        if rows is None:
            rows = self._rows[table] = []
        rows.append(row)

    def received(self, messages: Iterable[Any]) -> None:
        """Keep what the trainer said; it belongs to the engine's next step."""
        for message in messages:
            if type(message) is Page:
                self._add(
                    "pages", (self._step, message.time, message.source.value, message.payload)
                )
            else:
                self._add("received", (self._step, type(message).__name__, dump(message)))

    def pressed(self, keys: Iterable[Key]) -> None:
        """Keep the rider's keys; they belong to the engine's next step."""
        for key in keys:
            self._add("keys", (self._step, key.value))

    def stepped(self, now: float) -> None:
        """Keep the time of an engine's step."""
        self._add("steps", (self._step, now, 0))
        self._step += 1

    def interrupted(self, now: float) -> None:
        """Keep that the ride was ended from outside, not by a step."""
        self._add("steps", (self._step, now, 1))
        self._step += 1

    def sent(self, commands: Iterable[tuple[float, Command]]) -> None:
        """Keep what was asked of the trainer."""
        for time, command in commands:
            self._add("sent", (time, type(command).__name__, dump(command)))

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
                    s.felt_grade,
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

    def discard(self) -> None:
        """Remove the file of a ride that never began."""
        self._db.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Commit, fold the log into one plain file, and let go of it."""
        try:
            self.commit()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.execute("PRAGMA journal_mode=DELETE")
        finally:
            self._db.close()


def felt(path: Path, cr10: float) -> None:
    """Keep in a finished ride how hard its hardest part was; a later word replaces the earlier.

    Nothing else in the file changes.

    Parameters
    ----------
    path : Path
        A ``.ride`` file.
    cr10 : float
        On Borg's scale, 0 to 10 in half steps.

    Raises
    ------
    ValueError
        If `cr10` is not on the scale.
    RideFileError
        If the file is no ride, damaged, still being ridden or interrupted, or cannot be written.
    """
    text = f"{cr10:g}"
    parse_cr10(text)
    with Recorded(path) as recorded:
        if recorded.warnings:
            raise RideFileError(f"{path}: the file is damaged; nothing was written into it")
        if not recorded.finished:
            raise RideFileError(
                f"{path}: still being ridden, or interrupted; end the ride, or make it whole with"
                f" 'coach recover {path}', then say how it felt"
            )
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('cr10', ?)", (text,))
    except sqlite3.Error as error:
        raise RideFileError(
            f"{path}: how it felt cannot be written ({error}); may you write this file?"
        ) from error
