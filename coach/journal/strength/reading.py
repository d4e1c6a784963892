"""Reading the log of strength sessions, whatever became of it."""

from __future__ import annotations

import json
import os
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import Any

from coach.errors import RideFileError
from coach.journal.strength.log import FORMAT, Asked, Log, LoggedSession, Surprise
from coach.strength.routine import MOST_LOAD, MOST_REPS, MOST_SETS, SetDone, Side

LARGEST = 32 * 1024 * 1024
"""How much of a log is read, from its end [bytes]; ten years of three sessions a week are 10 MB."""

LONGEST_LINE = 64 * 1024
"""[bytes]; the longest routine that can be written begins a session with some 20 KB."""

MOST_WARNINGS = 20
"""More than anybody reads."""

SET_RIGHT = timedelta(minutes=2)
"""By so much a clock is set right without a word: machines do that to themselves."""


def load(path: Path) -> Log:
    """Read a log; one that is not there is empty.

    Raises
    ------
    RideFileError
        If there is something in its place that cannot be read.
    """
    try:
        # A pipe that nobody writes to would be read for ever.
        if not S_ISREG(path.stat().st_mode):
            raise RideFileError(f"{path}: not a file; move it away, or choose another --out")
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = file.seek(max(0, size - LARGEST))
            if start:
                file.readline(LARGEST)
            log = parse(file.read(LARGEST))
    except FileNotFoundError:
        return Log()
    except (OSError, ValueError) as error:
        if isinstance(error, RideFileError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise RideFileError(
            f"{path}: the log cannot be read ({reason}); choose another --out"
        ) from error
    losses = [f"{path}: {each}" for each in log.losses]
    if start:
        losses.insert(
            0,
            f"{path}: larger than {LARGEST // 1024 // 1024} MB; only its end was read, and lines"
            " are counted from there",
        )
    surprises = (Surprise(each.time, f"{path}: {each.text}") for each in log.surprises)
    return Log(log.sessions, tuple(losses), tuple(surprises))


def parse(data: bytes) -> Log:
    """Make sense of a log's bytes, line by line.

    Parameters
    ----------
    data : bytes
        Any: what is no line of a log is skipped and told.

    Returns
    -------
    Log
        Losses and surprises name the line, counted from 1, at most `MOST_WARNINGS` of each.
    """
    reading = _Reading()
    # An editor that put a byte-order mark in front has changed nothing else.
    for number, line in enumerate(BytesIO(data.removeprefix(BOM_UTF8)), 1):
        if line.strip():
            reading.read(number, line)
    return reading.log()


class _NotALine(ValueError):
    """What was expected of a line of the log."""


@dataclass(slots=True)
class _Session:
    """A session while its lines are read."""

    start: datetime
    routine: str = ""
    asked: tuple[Asked, ...] = ()
    sets: dict[tuple[str, int, Side | None], SetDone] = field(default_factory=dict)
    cr10: float | None = None
    ended: bool = False
    finished: bool = False


class _Reading:
    """What the lines so far have told."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}
        self._foreign: set[str] = set()
        self._latest: datetime | None = None
        self._losses: list[str] = []
        self._surprises: list[Surprise] = []
        self._untold = 0

    def log(self) -> Log:
        """Return what is known now."""
        losses = self._losses
        if self._untold:
            losses = [*losses, f"and {self._untold} more such lines"]
        sessions = (
            LoggedSession(
                id=name,
                start=each.start,
                routine=each.routine,
                asked=each.asked,
                sets=tuple(each.sets.values()),
                cr10=each.cr10,
                ended=each.ended,
                finished=each.finished,
            )
            for name, each in self._sessions.items()
            if each.sets
        )
        return Log(tuple(sessions), tuple(losses), tuple(self._surprises))

    def read(self, number: int, line: bytes) -> None:
        """Take one line for what it says."""
        try:
            fact = _fact(line)
            session, time = _text(fact, "session"), _time(fact)
            kind = fact.get("kind")
            if kind == "begin":
                told = self._begin(fact, session, time)
            elif session in self._foreign:
                return
            elif kind == "set":
                told = self._add(session, time, _set_done(fact))
            elif kind == "end":
                told = self._end(session, time, _cr10(fact), _flag(fact, "finished"))
            else:
                raise _NotALine("its kind is none of begin, set and end")
        except _NotALine as problem:
            self._tell(f"line {number} was skipped: {problem}")
            return
        if told:
            self._tell(f"line {number}: {told}")
        latest = self._latest
        if (
            latest is not None
            and latest - time > SET_RIGHT
            and len(self._surprises) < MOST_WARNINGS
        ):
            text = (
                f"line {number}: the clock was set back, from {latest:%Y-%m-%d %H:%M} to"
                f" {time:%Y-%m-%d %H:%M}; the order of the lines counts"
            )
            self._surprises.append(Surprise(time, text))
        self._latest = time

    def _tell(self, loss: str) -> None:
        if len(self._losses) < MOST_WARNINGS:
            self._losses.append(loss)
        else:
            self._untold += 1

    def _begin(self, fact: dict[str, Any], session: str, time: datetime) -> str:
        version = fact.get("v")
        if type(version) is int and version > FORMAT:
            self._foreign.add(session)
            return (
                f"a session in format {str(version)[:20]} was left out, this version reads"
                f" {FORMAT}; update sixhills"
            )
        if version != FORMAT or type(version) is not int:
            raise _NotALine(f"v is not {FORMAT}")
        begun = _Session(time, _text(fact, "routine"), _asked(fact))
        if session in self._sessions:
            return "begins a session that has begun already; the first time counts"
        self._sessions[session] = begun
        return ""

    def _known(self, session: str, time: datetime) -> tuple[_Session, str]:
        """Return the session of a line, and what to tell if its beginning is lost."""
        known = self._sessions.get(session)
        if known is not None:
            return known, ""
        self._sessions[session] = known = _Session(time)
        return known, "the beginning of its session is lost; the rest was kept"

    def _add(self, session: str, time: datetime, done: SetDone) -> str:
        known, told = self._known(session, time)
        known.sets[done.exercise, done.number, done.side] = done
        # Whoever goes on has not ended.
        known.ended = known.finished
        return told

    def _end(self, session: str, time: datetime, cr10: float | None, finished: bool) -> str:
        known, told = self._known(session, time)
        known.cr10, known.ended, known.finished = cr10, True, finished
        return told


def _fact(line: bytes) -> dict[str, Any]:
    """Read one line as JSON."""
    if len(line) > LONGEST_LINE:
        raise _NotALine(f"it is longer than {LONGEST_LINE // 1024} KB")
    try:
        fact = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise _NotALine("it is cut or damaged") from None
    if not isinstance(fact, dict):
        raise _NotALine("it is no line of a strength log")
    return fact


def _text(fact: dict[str, Any], key: str) -> str:
    value = fact.get(key)
    if not isinstance(value, str) or not 1 <= len(value) <= 80 or not value.isprintable():
        raise _NotALine(f"{key} is not a text of up to 80 characters")
    return value


def _time(fact: dict[str, Any]) -> datetime:
    value = fact.get("time")
    try:
        time = datetime.fromisoformat(value if isinstance(value, str) else "")
        # Near the ends of the calendar a time has no place in another zone.
        time.astimezone(None)
    except (ValueError, OverflowError, OSError):
        time = None
    if time is None or time.utcoffset() is None:
        raise _NotALine("time is not a date and time with its offset")
    return time


def _whole(fact: dict[str, Any], key: str, least: int, most: int) -> int:
    value = fact.get(key)
    if type(value) is not int or not least <= value <= most:
        raise _NotALine(f"{key} is not a whole number, {least} to {most}")
    return value


def _number(fact: dict[str, Any], key: str, most: float) -> float | None:
    value: Any = fact.get(key)
    if value is None and key in fact:
        return None
    if type(value) not in (int, float) or not 0 <= value <= most:
        raise _NotALine(f"{key} is not a number, 0 to {most:g}, or null")
    return float(value)


def _cr10(fact: dict[str, Any]) -> float | None:
    return _number(fact, "cr10", 10.0)


def _flag(fact: dict[str, Any], key: str) -> bool:
    value = fact.get(key)
    if type(value) is not bool:
        raise _NotALine(f"{key} is neither true nor false")
    return value


def _set_done(fact: dict[str, Any]) -> SetDone:
    side = fact.get("side", "")
    if side is not None and side not in tuple(Side):
        raise _NotALine("side is none of left, right and null")
    return SetDone(
        exercise=_text(fact, "exercise"),
        number=_whole(fact, "set", 1, MOST_SETS),
        side=None if side is None else Side(side),
        reps=_whole(fact, "reps", 0, MOST_REPS),
        load=_number(fact, "load_kg", MOST_LOAD),
    )


def _asked(fact: dict[str, Any]) -> tuple[Asked, ...]:
    asked = fact.get("asked")
    if not isinstance(asked, list) or not all(isinstance(each, dict) for each in asked):
        raise _NotALine("asked is no list of exercises")
    return tuple(
        Asked(
            _text(each, "exercise"),
            _whole(each, "sets", 1, MOST_SETS),
            _whole(each, "reps", 1, MOST_REPS),
        )
        for each in asked
    )
