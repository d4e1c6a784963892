"""Points of a track on their way from text to a `Ride`; what GPX and TCX have in common."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from coach.analysis.power import recorded
from coach.errors import RideFileError
from coach.ride import Column, Ride

LARGEST = 1e9
"""No number in a ride is larger; what is, is damage."""


def parse_time(text: str) -> datetime | None:
    """Parse an ISO 8601 time; without a zone it is UTC, as both formats demand.

    Returns
    -------
    datetime or None
        In UTC; ``None`` if the text is no time.
    """
    try:
        stamp = datetime.fromisoformat(text)
        return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_number(text: str) -> float | None:
    """Parse a decimal number.

    Returns
    -------
    float or None
        NaN if there is no text (or it says NaN); ``None`` if the text is no number, or one that no
        ride can hold.
    """
    try:
        number = float(text or "nan")
    except ValueError:
        return None
    return None if abs(number) > LARGEST else number


class Track:
    """Collects points; text that is not what it should be is counted and left out."""

    def __init__(self) -> None:
        self._times: list[datetime | None] = []
        self._values: dict[str, list[float]] = {}
        self._spoilt = 0

    def __len__(self) -> int:
        return len(self._times)

    def add(self, texts: Mapping[str, str]) -> None:
        """Add a point.

        Parameters
        ----------
        texts : mapping of str to str
            ``time``, and numbers by the name of their column; absent or empty where unknown.
        """
        for name, text in texts.items():
            if name == "time":
                continue
            column = self._values.setdefault(name, [])
            column.extend([math.nan] * (len(self) - len(column)))
            number = parse_number(text)
            self._spoilt += number is None
            column.append(math.nan if number is None else number)
        stamp = texts.get("time", "")
        time = parse_time(stamp) if stamp else None
        self._spoilt += bool(stamp) and time is None
        self._times.append(time)

    def column(self, name: str) -> Column:
        """Return a column, shape (n_points,); NaN where no point had the number."""
        values = self._values.get(name, [])
        return np.array(values + [math.nan] * (len(self) - len(values)))

    @property
    def start(self) -> datetime | None:
        """Time of the first point that has one."""
        return next((time for time in self._times if time is not None), None)

    def ride(self, *names: str) -> Ride:
        """Make a ride with the named columns; times are NaN where a point has none."""
        start = self.start
        seconds = [
            math.nan if time is None or start is None else (time - start).total_seconds()
            for time in self._times
        ]
        ride = Ride.from_columns(np.array(seconds), **{name: self.column(name) for name in names})
        ride.power = recorded(ride.power)
        ride.start = start
        return ride

    def warnings(self, problem: str | None) -> list[str]:
        """Tell what could not be read, given what ended the reading before the file's end."""
        told = []
        if self._spoilt:
            told.append(f"numbers or times that cannot be read: {self._spoilt}")
        if problem is not None:
            told.append(f"{problem}; {len(self)} point{'' if len(self) == 1 else 's'} read")
        return told


def nothing_read(problem: str | None, kind: str, data: bytes) -> RideFileError:
    """Make the error for a document without a single point."""
    last = 1 + data.rstrip().count(b"\n")
    found = problem or f"line {last}: the document ends"
    return RideFileError(f"{found}; no track point could be read; export the ride again as {kind}")
