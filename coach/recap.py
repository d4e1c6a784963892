"""What was made of a hill, told in the recovery after it: the live side of asked and done.

The rules are those of `coach.analysis.done`, and so is the clock: the timer, for which a pause is
no time at all. A posture that pedals measured comes before one that the rider declared; with
neither, only power and cadence are told. Nothing is ever estimated here.

Kept is no more than the hill and what little came before it.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise
from typing import TypeVar

from coach.messages import PostureSource, RiderPosition, Sample
from coach.workout import Segment, SegmentKind

QUIET = 5.0
"""The first seconds of a rest belong to the rider [s]."""
SHOWN = 15.0
"""How long the report stands then [s]."""
LEAD = 30.0
"""What is kept of the time before a hill, for who stood up early [s]."""
_MOST = 3600
"""Rows that are kept of a hill that is made longer and longer."""

_Said = TypeVar("_Said")


class Recap:
    """Follows the ride, and has a few lines ready after each hill.

    Attributes
    ----------
    lines : tuple of str
        To be shown now; empty most of the time.
    """

    def __init__(self) -> None:
        self.lines: tuple[str, ...] = ()
        self._rows: deque[Sample] = deque(maxlen=_MOST)
        # What was asked from when on, and who was where from when on: times on the timer.
        self._asked: list[tuple[float, Segment]] = []
        self._positions: dict[PostureSource, list[tuple[float, RiderPosition]]] = {
            PostureSource.MEASURED: [],
            PostureSource.DECLARED: [],
        }
        self._began: float | None = None
        self._over: tuple[str, float, float] | None = None

    def keep(self, row: Sample) -> None:
        """Take in a row of the ride."""
        self._rows.append(row)

    def moved(self, timer_time: float, position: RiderPosition, source: PostureSource) -> None:
        """Take in where the rider is from now on, and who says so."""
        # In whole seconds, as a finished ride is judged: the two say the same, but for a second
        # or two on a hill with pauses, whose length files round.
        self._positions[source].append((math.floor(timer_time + 0.5), position))

    def follow(self, timer_time: float, segment: Segment, *, finished: bool) -> None:
        """Go on with the ride.

        Parameters
        ----------
        timer_time : float
            [s]; never earlier than at the call before.
        segment : Segment
            What is asked now.
        finished : bool
            There is no rest to wait for: the report stands at once.
        """
        before = self._asked[-1][1] if self._asked else None
        if segment is not before:
            self._asked.append((timer_time, segment))
        hill = _hill(segment)
        if self._began is not None and before is not None and (finished or hill != _hill(before)):
            self._over, self.lines = (before.label, self._began, timer_time), ()
            self._began = None
        if hill is not None and self._began is None and not finished:
            self._began = timer_time
            # Who is back on a hill at once has not read of the last one yet.
            needed = timer_time if self._over is None else self._over[1]
            self._forget(needed - LEAD)
        if self._over is not None:
            since = timer_time - self._over[2]
            if finished or since >= QUIET:
                self.lines = self.lines or self._report(*self._over, timer_time)
            if since >= QUIET + SHOWN:
                self.lines, self._over = (), None

    def _forget(self, time: float) -> None:
        """Drop what is older, but for the last word of each."""
        while self._rows and self._rows[0].timer_time < time:
            self._rows.popleft()
        _drop(self._asked, time)
        for said in self._positions.values():
            _drop(said, time)

    def _report(self, name: str, start: float, end: float, now: float) -> tuple[str, ...]:
        # Numbers come with the first hill: a program that only asks for help does without.
        import numpy as np

        from coach.analysis.asked import Asked
        from coach.analysis.done import Judge, Seconds, confirmed
        from coach.analysis.posture import settle
        from coach.analysis.report import hill_report
        from coach.ride import PositionChange

        edges = [*self._asked, (now, self._asked[-1][1])]
        asked = [
            Asked(since, until, segment.posture, _band(segment))
            for (since, segment), (until, _) in pairwise(edges)
            if until > since
        ]
        columns = np.array(
            [(row.timer_time, row.power, row.target_power, row.cadence) for row in self._rows],
            dtype=np.float64,
        ).reshape(-1, 4)
        seconds = Seconds(*(columns[:, i] for i in range(4)))
        for source, said in self._positions.items():
            if said:
                positions = [PositionChange(time, position) for time, position in said]
                known = settle(positions, (), now)
                judge = Judge(asked, seconds, known, confirmed(positions, source))
                return tuple(hill_report(name, judge.between(start, end), source))
        return tuple(hill_report(name, Judge(asked, seconds, None).between(start, end), None))


def _drop(said: list[tuple[float, _Said]], time: float) -> None:
    """Drop what was said before a time, but for the last word, which still holds."""
    while len(said) > 1 and said[1][0] <= time:
        del said[0]


def _band(segment: Segment) -> tuple[float, float] | None:
    """Return the cadence asked for [rpm]."""
    if segment.cadence_low is None or segment.cadence_high is None:
        return None
    return segment.cadence_low, segment.cadence_high


def _hill(segment: Segment) -> int | None:
    """Return the hill that is climbed; the way down after it bears the same number."""
    return segment.hill if segment.kind is SegmentKind.HILL else None
