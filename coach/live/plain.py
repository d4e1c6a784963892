"""A ride told in lines, for a pipe, a log or a terminal that cannot move its cursor."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from coach.guidance.technique import STOP_RULES
from coach.live.ink import Style, clean
from coach.live.keyboard import Keyboard
from coach.live.keys import KEYS, in_rows
from coach.live.view import STOP_FIRST, climbing, place, way_left
from coach.messages import Cue, CueKind, Key, PauseCause, Posture, RideState, Snapshot
from coach.units import clock_text, way_text

_STATES = {
    RideState.PAUSED: "Paused",
    RideState.RIDING: "Riding on",
    RideState.FINISHED: "Ride finished",
}
_WIDTH = 68
"""Cells in which the list of keys is written."""
_AS_GOOD_AS_REACHED = 100.0
"""[m]."""


class PlainDisplay:
    """The keys, where there are any; then a line for each segment, cue, pause and cap.

    After a hill, what was made of it; at the first rest, when to stop for good. No control codes.

    Parameters
    ----------
    out : TextIO
        Where to write. When nobody reads it any more, the ride goes on in silence.
    keyboard : Keyboard, optional
        Whose keys count, where there is one.
    unicode : bool
        Whether `out` takes more than ASCII.
    """

    def __init__(
        self, out: TextIO, keyboard: Keyboard[Key] | None = None, *, unicode: bool = True
    ) -> None:
        self._out: TextIO | None = out
        self._keyboard = keyboard
        self._style = Style(unicode=unicode)
        self._segment: int | None = None
        self._heading: tuple[str, Posture | None] | None = None
        # A ride that begins at once needs no word for it.
        self._state: tuple[RideState, PauseCause | None] = RideState.RIDING, None
        self._capped: set[str] = set()
        self._report: tuple[str, ...] = ()
        self._kilometre: int | None = None
        self._told_when_to_stop = False

    def open(self) -> None:
        """Take the keyboard, where there is one, and say what its keys do."""
        if self._keyboard is not None:
            self._keyboard.open()
            self._write([f"{'':>8}  {self._style.text(row)}\n" for row in _keys()])

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Write what is new."""
        texts: list[str] = []
        if snapshot.state is not RideState.READY and snapshot.segment != self._segment:
            self._segment = snapshot.segment
            heading = snapshot.label, snapshot.posture
            # A road changes its grade every few seconds.
            if snapshot.segment_way is None or heading != self._heading:
                self._capped.clear()
                texts.append(_heading(snapshot))
            self._heading = heading
        milestone = self._milestone(snapshot)
        # A heading has it.
        texts = texts or milestone
        begins = self._state[0] is RideState.READY
        if (snapshot.state, snapshot.pause) != self._state:
            self._state = snapshot.state, snapshot.pause
            waiting = ": looking for the trainer" * (snapshot.pause is PauseCause.TRAINER)
            texts += [f"{self._named(snapshot.state)}{waiting}"] * (not begins)
            if snapshot.state is RideState.PAUSED and not waiting and not self._told_when_to_stop:
                self._told_when_to_stop = True
                texts += [STOP_FIRST, ", ".join(STOP_RULES)]
        texts += [cue.text for cue in cues if not _in_heading(cue, snapshot)]
        if snapshot.report != self._report:
            self._report = snapshot.report
            texts += self._report
        # Each cap once in a segment: some carry numbers that change every second.
        for limit in snapshot.limits:
            what = limit.partition(":")[0].rstrip("0123456789. W%")
            if what not in self._capped:
                self._capped.add(what)
                texts.append(f"! {limit}")
        at = clock_text(math.floor(snapshot.timer_time))
        self._write([f"{at:>8}  {self._style.text(clean(text))}\n" for text in texts])

    def keys(self) -> Sequence[Key]:
        """Return what the rider asked since the last call."""
        return self._keyboard.read() if self._keyboard is not None else ()

    def close(self) -> None:
        """Give the keyboard back; may be called twice."""
        if self._keyboard is not None:
            self._keyboard.close()

    def _named(self, state: RideState) -> str:
        """Say where the ride is; before its start, what begins it."""
        here = ", or space here," * (self._keyboard is not None)
        return _STATES.get(state, f"Ready: Start on the page{here} begins the ride")

    def _milestone(self, snapshot: Snapshot) -> list[str]:
        """Say on a climb how far the top is and how steep it is here, at each full kilometre."""
        left = snapshot.hill_way if climbing(snapshot) else None
        before, self._kilometre = self._kilometre, None
        if left is None:
            return []
        # Where the climb begins, a kilometre that is as good as reached is no news.
        if before is None or left > 1000 * before + _AS_GOOD_AS_REACHED:
            self._kilometre = math.ceil((left - _AS_GOOD_AS_REACHED) / 1000)
            return []
        self._kilometre = full = min(before, math.ceil(left / 1000))
        if not 0 < full < before or snapshot.grade is None:
            return []
        return [f"{way_text(1000 * full)} to the top, {100 * snapshot.grade:.1f} %"]

    def _write(self, lines: Sequence[str]) -> None:
        if self._out is None or not lines:
            return
        try:
            self._out.write("".join(lines))
            self._out.flush()
        except (OSError, ValueError):
            self._fall_silent()

    def _fall_silent(self) -> None:
        """Nobody reads any more: that must end neither the ride nor what is said after it."""
        out, self._out = self._out, None
        if out is sys.stdout:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, out.fileno())
            os.close(nowhere)


def _keys() -> list[str]:
    """List the keys and what they do, in rows that no terminal breaks."""
    rows = in_rows(KEYS, _WIDTH, lambda each: len(f"{each.name} {each.does} · "))
    return [" · ".join(f"{each.name} {each.does}" for each in row) for row in rows]


def _in_heading(cue: Cue, snapshot: Snapshot) -> bool:
    """Tell whether the heading has said all of this: name and posture; a road has no more."""
    name, _, more = cue.text.rpartition(": ")
    posture = None if snapshot.posture is None else snapshot.posture.value
    is_all = cue.text == snapshot.label or (name == snapshot.label and more == posture)
    is_road = snapshot.segment_way is not None or snapshot.endless
    return cue.kind is CueKind.SEGMENT and is_road and is_all


def _heading(snapshot: Snapshot) -> str:
    """Name a segment: where, which posture, how long; on a road how far that goes."""
    posture = [] if snapshot.posture is None else [snapshot.posture.value]
    length = way_left(snapshot) or clock_text(snapshot.segment_remaining)
    return f"== {', '.join([place(snapshot), *posture, *[length] * (not snapshot.endless)])} =="
