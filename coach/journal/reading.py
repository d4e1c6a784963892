"""Reading a journal: the ride it holds, and the inputs to ride it again."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.analysis.effort import parse_cr10
from coach.errors import DecodeError, RideFileError
from coach.journal.schema import COMMANDS, FORMAT, MESSAGES, Header
from coach.journal.schema import load as load_message
from coach.messages import (
    Command,
    Event,
    EventKind,
    HeartBeat,
    Key,
    Page,
    PostureSource,
    RecordingEnded,
    RiderPosition,
    Source,
)
from coach.rider import Rider
from coach.workout import Workout

if TYPE_CHECKING:
    from coach.ride import Ride


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the engine heard at one step, or that the ride was interrupted there."""

    now: float
    messages: tuple[Any, ...]
    keys: tuple[Key, ...]
    interrupted: bool


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
        if not os.path.isfile(path):
            raise RideFileError(f"{path}: no such ride file")
        try:
            self._db, self.meta = self._open()
        except sqlite3.Error:
            try:
                self._db, self.meta = self._salvage()
            except (sqlite3.Error, ValueError, OSError, MemoryError) as error:
                raise RideFileError(f"{path}: not a ride of this program ({error})") from error
        found = self.meta.get("format")
        if found != str(FORMAT):
            self.close()
            if found is None:
                raise RideFileError(f"{path}: the ride ended before its first second")
            raise RideFileError(
                f"{path}: ride format {found}, this version reads {FORMAT}; update sixhills"
            )

    def _open(self) -> tuple[sqlite3.Connection, dict[str, str]]:
        # An interrupted ride has its last seconds in a log beside it; folding that in needs
        # write access. A finished ride is opened so that nothing can change it.
        waiting = self.path.with_name(self.path.name + "-wal").exists()
        mode = "rw" if waiting else "ro"
        db = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode={mode}", uri=True)
        try:
            return db, dict(db.execute("SELECT key, value FROM meta"))
        except sqlite3.Error:
            db.close()
            raise

    def _salvage(self) -> tuple[sqlite3.Connection, dict[str, str]]:
        """Open what is left of a cut file: in memory, with its head made to tell the truth.

        SQLite refuses a file that is shorter than its head says (file format, section 1.3.8); the
        pages that are there can still be read.
        """
        data = bytearray(self.path.read_bytes())
        size = int.from_bytes(data[16:18], "big")
        if data[:16] != b"SQLite format 3\0" or not 512 <= size <= len(data):
            raise ValueError("it does not begin like one")
        data[28:32] = (len(data) // size).to_bytes(4, "big")
        db = sqlite3.connect(":memory:")
        try:
            db.deserialize(bytes(data[: len(data) // size * size]))
            meta = dict(db.execute("SELECT key, value FROM meta NOT INDEXED"))
        except BaseException:
            db.close()
            raise
        self.warnings.append(f"{self.path.name}: the file is cut; read as far as it goes")
        return db, meta

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
    def simulated(self) -> bool:
        """A simulated rider rode it; older files tell only by the name of their trainer."""
        by_name = self.meta.get("trainer", "").partition(":")[0] == "sim"
        return by_name or bool(self.meta.get("simulated"))

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
                rider=load_message(Rider, meta["rider"]),
                workout=load_message(Workout, meta["workout"]),
                trainer=meta["trainer"],
                software=meta["software"],
                recording=bool(meta["recording"]),
                indoor=bool(meta["indoor"]),
                knob=bool(meta["knob"]),
                simulated=bool(meta.get("simulated")),
            )
        except (KeyError, ValueError) as error:
            raise RideFileError(
                f"{self.path}: the head of the ride is damaged ({error})"
            ) from error

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Return a table's rows in the order of writing, as far as they can be read."""
        return list(self._each(table))

    def _each(self, table: str) -> Iterator[tuple[Any, ...]]:
        try:
            # One by one: what came before a damaged page is kept.
            yield from self._db.execute(f"SELECT * FROM {table} ORDER BY rowid")
        except sqlite3.Error as error:
            self.warnings.append(f"{self.path.name}: {table} read in part ({error})")

    def inputs(self) -> Iterator[Inputs]:
        """Return what the engine heard, step by step, in the order in which it was said."""
        messages: dict[int, list[Any]] = defaultdict(list)
        keys: dict[int, list[Key]] = defaultdict(list)
        for step, time, source, payload in self.rows("pages"):
            messages[step].append(Page(time, Source(source), payload))
        mixed: set[int] = set()
        for step, kind, message in self.rows("received"):
            if kind == Event.__name__:
                mixed.add(step)
            messages[step].append(load_message(MESSAGES[kind], message))
        for step in mixed:
            # Pages and events are kept in two tables, but were said in the order of their time.
            messages[step].sort(key=attrgetter("time"))
        for step, key in self.rows("keys"):
            keys[step].append(Key(key))
        for number, now, interrupted in self.rows("steps"):
            yield Inputs(now, tuple(messages[number]), tuple(keys[number]), bool(interrupted))

    def commands(self) -> list[tuple[float, Command]]:
        """Return what was asked of the trainer, with the time."""
        return [(t, load_message(COMMANDS[kind], text)) for t, kind, text in self.rows("sent")]

    def ride(self, *, rr_intervals: bool = True) -> Ride:
        """Return the ride as columns.

        Parameters
        ----------
        rr_intervals : bool
            Whether to read the times between heart beats too: three quarters of all the reading.

        Raises
        ------
        RideFileError
            If not one sample can be read, or what was read makes no sense.
        """
        try:
            return self._ride(rr_intervals)
        except RideFileError:
            raise
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise RideFileError(f"{self.path}: the ride is damaged ({error})") from error

    def _ride(self, rr_intervals: bool) -> Ride:
        import numpy as np

        from coach.ride import Ride

        header = self.header
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
            # Rides from before roads have no such column.
            felt_grade=np.array([(*row, None)[12] for row in rows], dtype=np.float64),
        )
        ride.elapsed_time = float(self.meta.get("elapsed_time", numbers[-1, 0]))
        ride.timer_time = float(self.meta.get("timer_time", numbers[-1, 1]))
        for _, kind, text in self.rows("received"):
            if kind == RecordingEnded.__name__:
                ended: RecordingEnded = load_message(RecordingEnded, text)
                ride.elapsed_time, ride.timer_time = ended.elapsed_time, ended.timer_time
                ride.time_standing, ride.stand_count = ended.time_standing, ended.stand_count
                ride.ascent = ended.ascent
        # Time 0 of the ride is the engine's first step.
        origin = next((now for _, now, _ in self._each("steps")), 0.0)
        self._add_events(ride, origin)
        if rr_intervals:
            self._add_beats(ride, origin)
        self._add_laps(ride, origin)
        ride.start = header.start
        ride.name = header.name
        ride.indoor = header.indoor
        ride.simulated = self.simulated
        ride.virtual_altitude = not header.recording
        ride.workout = header.workout
        ride.threshold_power = header.rider.threshold_power
        ride.rider_mass = header.rider.mass
        ride.cr10 = self._felt()
        ride.warnings = list(self.warnings)
        return ride

    def _felt(self) -> float | None:
        text = self.meta.get("cr10")
        if text is None:
            return None
        try:
            return parse_cr10(text)
        except ValueError as error:
            self.warnings.append(f"{self.path.name}: how hard it felt cannot be read: {error}")
            return None

    def _add_events(self, ride: Ride, origin: float) -> None:
        """Add the timer's changes and the rider's positions; measured ones before declared."""
        from coach.ride import PositionChange, TimerChange

        measured: list[PositionChange] = []
        declared: list[PositionChange] = []
        positions = {EventKind.POSITION: measured, EventKind.DECLARED: declared}
        running = {
            EventKind.STARTED: True,
            EventKind.RESUMED: True,
            EventKind.PAUSED: False,
            EventKind.FINISHED: False,
        }
        for time, kind, _, value in self.rows("events"):
            if kind in running:
                ride.timer.append(TimerChange(time - origin, running[EventKind(kind)]))
            elif kind in positions:
                position = RiderPosition(json.loads(value))
                positions[EventKind(kind)].append(PositionChange(time - origin, position))
        if ride.timer and ride.timer[-1].running:
            ride.timer.append(TimerChange(ride.elapsed_time or 0.0, False))
        ride.declared = declared
        if measured or declared:
            ride.positions = measured or declared
            ride.position_source = PostureSource.MEASURED if measured else PostureSource.DECLARED

    def _add_beats(self, ride: Ride, origin: float) -> None:
        """Add the intervals between heart beats: out of a strap's pages, or a recording's own."""
        import numpy as np

        from coach.protocol import heart
        from coach.ride import RrIntervals

        strap, beats = heart.Strap(), heart.Beats()
        told: list[tuple[float, float]] = []
        # Pages come from before the rider starts until the trainer has let go, which is after the
        # ride's last moment.
        end = origin + (ride.elapsed_time or 0.0)
        for _, time, source, payload in self.rows("pages"):
            if source == Source.HEART_RATE and time <= end:
                with suppress(DecodeError):
                    interval = beats.update(time, strap.read(payload))
                    if interval is not None and time >= origin:
                        told.append((time, interval))
        for _, kind, text in self.rows("received"):
            if kind == HeartBeat.__name__:
                beat: HeartBeat = load_message(HeartBeat, text)
                told.append((beat.time, beat.rr_interval))
        if told:
            times, intervals = np.array(told).T
            ride.rr_intervals = RrIntervals(times - origin, intervals)

    def _add_laps(self, ride: Ride, origin: float) -> None:
        from coach.analysis.timer import pauses
        from coach.ride import Lap

        rests = pauses(ride.timer)
        starts = [(time - origin, segment) for time, segment in self.rows("laps")]
        ends = [*(start for start, _ in starts[1:]), ride.elapsed_time or 0.0]
        for (start, segment), end in zip(starts, ends, strict=False):
            rested = sum(max(0.0, min(end, b) - max(start, a)) for a, b in rests)
            ride.laps.append(Lap(start, end - start, end - start - rested, segment))


def load(path: Path) -> Ride:
    """Read a ``.ride`` file.

    Raises
    ------
    RideFileError
        If it is no ride, or holds no samples.
    """
    with closing(Recorded(path)) as recorded:
        return recorded.ride()


def has_samples(path: Path) -> bool:
    """Tell whether a ride lasted long enough to hold a sample.

    Raises
    ------
    RideFileError
        If it is no ride.
    """
    with closing(Recorded(path)) as recorded:
        return bool(recorded.rows("samples"))
