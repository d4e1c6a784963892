"""A word about form now and then, where the rider has breath and mind for it.

Quiet stretches are warm-ups, ways down, the moderate block and the cool-down, as long as they are
ridden seated. On hills, in short efforts and in the rests between them there is enough to hear
already, and a ride without a plan has not asked for a coach. In a quiet stretch a reminder comes

* 30 s after it began or later, and more than 30 s before it ends (a minute in the cool-down, whose
  end is the rider's own);
* at least 15 s after anything else that was said;
* once on a way down, and every four minutes elsewhere, counted on the ride's timer from whatever
  reminder was the last.

They go round a fixed list in its order, so each is said once before any is said again. The times
are conventions of this program. Source of the words: reference notes on training science, section
5 (core, hands, shoulders, saddle height) and section 7 (water).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coach.messages import Cue, CueKind, Posture
from coach.workout import SegmentKind

if TYPE_CHECKING:
    from coach.guidance.moment import Moment

SETTLED = 30.0
"""Nothing is said in the first seconds of a stretch [s]."""
BEFORE_END = 30.0
"""Nor in its last ones: other words are about to come [s]."""
LAST_MINUTE = 60.0
"""The cool-down's own [s]."""
APART = 15.0
"""Least time after anything else that was said [s]."""
EVERY = 240.0
"""Least time between two reminders in a long block, without pauses [s]."""

_QUIET = (
    SegmentKind.WARM_UP,
    SegmentKind.DOWNHILL,
    SegmentKind.MODERATE,
    SegmentKind.COOL_DOWN,
)

REMINDERS = (
    "Check: core tight, ribs down",
    "Check: light hands, elbows soft",
    "Check: shoulders quiet, away from the ears",
    "Check: knees in line with the feet",
    "Check: hips still? If they rock, the saddle may be too high",
    "Check: drink a little, wipe your face",
)
"""In the order in which they are said; none longer than 60 characters."""


class Reminders:
    """Says the next reminder when a quiet moment for it has come."""

    def __init__(self) -> None:
        self._next = 0
        self._lap: int | None = None
        """In which the last one was said."""
        self._said = float("-inf")
        """When, on the ride's timer [s]."""
        self._heard = float("-inf")
        """When the rider last heard anything, on the ride's clock [s]."""

    def heard(self, time: float) -> None:
        """Note that something was said at `time`, on the ride's clock [s]."""
        self._heard = time

    def words(self, moment: Moment) -> list[Cue]:
        """Return the reminder that is due, if one is.

        Parameters
        ----------
        moment : Moment
            A moment in which the timer runs; never earlier than at the call before.
        """
        if not (_is_quiet(moment) and self._is_due(moment)):
            return []
        if moment.time - self._heard < APART:
            return []
        text = REMINDERS[self._next]
        self._next = (self._next + 1) % len(REMINDERS)
        self._lap, self._said = moment.lap, moment.timer_time
        return [Cue(moment.time, CueKind.CHECK, text)]

    def _is_due(self, moment: Moment) -> bool:
        if moment.segment.kind is SegmentKind.DOWNHILL:
            return moment.lap != self._lap
        return moment.timer_time - self._said >= EVERY


def _is_quiet(moment: Moment) -> bool:
    """Return whether the rider has nothing else to attend to, and will not have for a while."""
    kind = moment.segment.kind
    if kind not in _QUIET or moment.segment.posture is Posture.STANDING:
        return False
    end = LAST_MINUTE if kind is SegmentKind.COOL_DOWN else BEFORE_END
    return moment.at >= SETTLED and moment.remaining > end
