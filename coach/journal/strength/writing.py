"""Writing the log of a strength session under way."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from errno import EACCES, EAGAIN
from pathlib import Path
from stat import S_ISREG

from coach.errors import RideFileError
from coach.journal.strength.log import FORMAT
from coach.strength.routine import MOST_LOAD, MOST_REPS, MOST_SETS, SetDone, Work


class StrengthLog:
    """A log that is open for writing, by this program alone.

    Parameters
    ----------
    path : Path
        Made if it is not there; its folder has to be.

    Raises
    ------
    RideFileError
        If it cannot be made or written, or another program is writing it; from every method too:
        disk full, file taken away. What was written before stays.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        new = not path.exists()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            self._file = os.open(path, flags, 0o644)
        except OSError as error:
            raise self._not_written(error) from error
        try:
            if not S_ISREG(os.fstat(self._file).st_mode):
                raise RideFileError(f"{path}: not a file; move it away, or choose another --out")
            self._lock()
            if new:
                _sync_folder(path.parent)
        except BaseException:
            os.close(self._file)
            raise

    def begin(self, now: datetime, routine: str, work: Sequence[Work]) -> str:
        """Begin a session.

        Parameters
        ----------
        now : datetime
            With its time zone.
        routine : str
        work : sequence of Work
            What is asked.

        Returns
        -------
        str
            The session's id, for the other methods.
        """
        session = secrets.token_hex(6)
        asked = [
            {"exercise": each.exercise.name, "sets": each.sets, "reps": each.reps} for each in work
        ]
        name = "".join(c if c.isprintable() else "?" for c in routine)[:80]
        self._write("begin", session, now, v=FORMAT, routine=name, asked=asked)
        return session

    def add(self, session: str, now: datetime, done: SetDone) -> None:
        """Keep a set; one with the same exercise, number and side replaces the earlier one.

        Raises
        ------
        ValueError
            If it is more than anybody does: the log would not be believed.
        """
        load = done.load or 0.0
        if not (
            1 <= done.number <= MOST_SETS
            and 0 <= done.reps <= MOST_REPS
            and 0.0 <= load <= MOST_LOAD
        ):
            raise ValueError(f"no set of a strength session: {done}")
        self._write(
            "set",
            session,
            now,
            exercise=done.exercise,
            set=done.number,
            side=None if done.side is None else done.side.value,
            reps=done.reps,
            load_kg=done.load,
        )

    def end(self, session: str, now: datetime, cr10: float | None, finished: bool) -> None:
        """End a session, finished or not; one that is not may be taken up again by `add`."""
        self._write("end", session, now, cr10=cr10, finished=finished)

    def close(self) -> None:
        """Let go of the file; closing twice does no harm."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _write(self, kind: str, session: str, now: datetime, **facts: object) -> None:
        """Write one line, whole and onto the disk."""
        if now.utcoffset() is None:
            raise ValueError("a line of the log needs a time with its time zone")
        fact = {"kind": kind, "session": session, "time": now.isoformat(), **facts}
        line = json.dumps(fact, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        try:
            status = os.fstat(self._file)
            if not status.st_nlink:
                raise RideFileError(
                    f"{self.path}: the log was taken away; end the session and begin it again"
                )
            if status.st_size:
                os.lseek(self._file, -1, os.SEEK_END)
                if os.read(self._file, 1) != b"\n":
                    # Below a line that was cut, not on it.
                    line = b"\n" + line
            while line:
                line = line[os.write(self._file, line) :]
            os.fsync(self._file)
        except OSError as error:
            raise self._not_written(error) from error

    def _not_written(self, error: OSError) -> RideFileError:
        if isinstance(error, IsADirectoryError):
            return RideFileError(f"{self.path}: not a file; move it away, or choose another --out")
        reason = error.strerror or error
        return RideFileError(
            f"{self.path}: the log cannot be written ({reason}); free some space, or choose"
            " another --out"
        )

    def _lock(self) -> None:
        """Take the file for this program alone; the system lets go of it when the program ends."""
        try:
            _lock_at_once(self._file)
        except OSError as error:
            # A file system that knows no locks is no reason to keep no log.
            if error.errno in (EACCES, EAGAIN):
                raise RideFileError(
                    f"{self.path}: another strength session is under way; end it first"
                ) from None


if sys.platform == "win32":
    import msvcrt

    def _lock_at_once(file: int) -> None:
        # Windows keeps others from reading what is locked: a byte where nothing ever stands.
        os.lseek(file, 2**31 - 2, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock_at_once(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable, where the system knows how (Windows does not)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
