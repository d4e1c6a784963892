"""What became of a hill, told in the rest after it.

Riders cannot read in the first seconds of a rest, so the words wait, stay for a while, and are gone
before the next cue. They are reckoned by the same rules as the summary of the finished ride.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from coach.analysis.asked import Asked
from coach.analysis.done import SCORED, Judge, Seconds, confirmed
from coach.analysis.posture import settle
from coach.analysis.report import hill_report
from coach.messages import Posture, PostureSource, RideState, Snapshot
from coach.ride import PositionChange
from coach.workout import SegmentKind

AFTER, FOR = 5.0, 10.0
"""When in a rest a report comes, and how long it stays [s]."""
EFFORTS = (SegmentKind.HILL, SegmentKind.INTERVAL)
"""What is reported on."""
_HOLE = (math.nan,) * 4


class _Part(NamedTuple):
    """What was asked from here on."""

    segment: int
    posture: Posture | None
    cadence: tuple[float, float] | None
    effort: str
    """What a hill or an interval is called; empty in a rest."""


class HillWatch:
    """Watches a ride moment by moment; reports each hill, or interval, in the rest after it."""

    def __init__(self) -> None:
        # Times are whole seconds of the ride's timer.
        self._parts: list[tuple[float, _Part]] = []
        self._positions: dict[PostureSource, list[PositionChange]] = {}
        self._rows: list[tuple[float, ...]] = [_HOLE]
        self._second = -1
        self._effort: tuple[str, float] | None = None
        """The effort under way, or the one before this rest, and when it began."""
        self._ended = math.inf
        self._lines: list[str] = []

    def see(self, snapshot: Snapshot) -> list[str]:
        """Take in a moment of the ride.

        Parameters
        ----------
        snapshot : Snapshot
            Not earlier than the one before.

        Returns
        -------
        list of str
            What to show now of the effort before this rest: two or three short lines of plain
            ASCII, from 5 to 15 s into the rest; empty at any other time.
        """
        now = math.floor(snapshot.timer_time + 0.5)
        self._hear(snapshot, now)
        if snapshot.state is not RideState.RIDING:
            if self._rows[-1] is not _HOLE:
                self._rows.append(_HOLE)
            return []
        self._ride_on(snapshot, now)
        if not AFTER <= snapshot.timer_time - self._ended < AFTER + FOR:
            return []
        self._lines = self._lines or self._report(now)
        return self._lines

    def _hear(self, snapshot: Snapshot, now: float) -> None:
        """Keep each change of the rider's position, apart by who tells of it."""
        position, source = snapshot.position, snapshot.position_source
        if position is None or source not in SCORED:
            return
        told = self._positions.setdefault(source, [])
        if not told or told[-1].position is not position:
            told.append(PositionChange(now, position))

    def _ride_on(self, snapshot: Snapshot, now: float) -> None:
        """Keep what was asked, and each second of what was ridden."""
        low, high = snapshot.cadence_low, snapshot.cadence_high
        part = _Part(
            snapshot.segment,
            snapshot.posture,
            None if low is None or high is None else (low, high),
            snapshot.label if snapshot.kind in EFFORTS else "",
        )
        before = self._parts[-1][1].effort if self._parts else ""
        if not self._parts or self._parts[-1][1] != part:
            self._parts.append((now, part))
        if part.effort != before:
            self._lines = []
            self._ended = math.inf if part.effort else now
            if part.effort:
                self._effort = part.effort, now
        if (second := math.floor(snapshot.timer_time)) > self._second:
            self._second = second
            values = snapshot.power, snapshot.target_power, snapshot.cadence
            self._rows.append((second, *(math.nan if each is None else each for each in values)))

    def _report(self, now: float) -> list[str]:
        """Judge the effort before this rest."""
        if self._effort is None or self._ended <= self._effort[1]:
            return []
        asked = [
            Asked(start, end, part.posture, part.cadence)
            for (start, part), (end, _) in pairwise([*self._parts, (now, None)])
            if end > start and part is not None
        ]
        source = next((each for each in SCORED if each in self._positions), None)
        told = self._positions[source] if source is not None else []
        judge = Judge(
            asked,
            Seconds(*np.array(self._rows).T),
            None if source is None else settle(told, (), now),
            () if source is None else confirmed(told, source),
        )
        name, began = self._effort
        return hill_report(name, judge.between(began, self._ended), source)
