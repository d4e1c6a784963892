"""What the rider did of what was asked: seconds in the posture, answers to cues, time on target.

Everything here is reckoned on the ride's timer, so that a pause is no time at all. What counts:

* *kept*: seconds in the asked posture, by the settled positions (`coach.analysis.posture`);
* a *cue* is the moment from which another posture is asked than before; where nothing was asked
  before, the rider sits;
* *reaction*: from the cue to the confirmed change into that posture [s]; negative when the rider
  was there before the cue. Who was there before the posture before was asked for has not reacted,
  and neither has one whose first known position tells of no change;
* *early*: stood up more than 3 s before the cue; *late*: more than 5 s after it;
* *missed*: never confirmed standing before the standing ended, with the position known;
* *aborted*: having stood, sat for more than 5 s before the standing ended; counted each time;
* *on target*: as `coach.analysis.target` judges power; *in cadence*: seconds with a known cadence
  within the asked band, both ends included.

The limits of 3 and 5 s are conventions: a rider who is prompted answers within 2 to 5 s (reference
notes on training science, section 1.6).
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from coach.analysis.asked import Asked
from coach.analysis.posture import PostureInterval
from coach.analysis.power import average, if_known
from coach.analysis.target import Mask, judged
from coach.messages import Posture, PostureSource, RiderPosition
from coach.ride import Column, PositionChange

EARLY, LATE, ABORTED = 3.0, 5.0, 5.0
"""[s]."""

SCORED = (PostureSource.MEASURED, PostureSource.DECLARED)
"""Whose word on the rider's posture is judged, the better one first; an estimate never is."""


class Change(NamedTuple):
    """The rider is in a posture from here on."""

    time: float
    """[s] on the timer."""
    posture: Posture
    seen: bool
    """The change itself was seen; the first position of all may be older than its message."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """A ride second by second; a row of NaN stands for each hole.

    Attributes
    ----------
    time, power, target, cadence : ndarray, shape (n_seconds,)
        On the timer [s]; [W], [W], [rpm].
    """

    time: Column
    power: Column
    target: Column
    cadence: Column


@dataclass(frozen=True, slots=True)
class PostureDone:
    """What was done of the postures asked for; seconds."""

    kept: float
    """In the asked posture."""
    stood: float
    """Standing where standing was asked."""
    stood_unasked: float
    """Standing where sitting was asked."""
    unknown: float
    """A posture was asked, and nobody knows the rider's."""
    reactions: tuple[float, ...]
    """To the cues to stand, where there was one."""
    sit_reactions: tuple[float, ...]
    """To the cues to sit, where there was one."""
    early: int
    late: int
    missed: int
    aborted: int

    @property
    def reaction(self) -> float | None:
        """The median reaction to a cue to stand [s]; ``None`` when there was none."""
        return statistics.median(self.reactions) if self.reactions else None

    @property
    def sit_reaction(self) -> float | None:
        """The median reaction to a cue to sit [s]; ``None`` when there was none."""
        return statistics.median(self.sit_reactions) if self.sit_reactions else None


@dataclass(frozen=True, slots=True)
class Done:
    """What was asked and done in one stretch of a ride, or in all of it."""

    asked: float
    """In which a posture was asked [s]."""
    asked_standing: float
    """[s]."""
    cues: int
    """How often the rider was asked to stand up."""
    posture: PostureDone | None
    """``None`` where nobody measured or declared it."""
    on_target: float | None
    """Share of the judged seconds, 0 to 1."""
    in_cadence: float | None
    """Share of the seconds with a cadence and a band for it, 0 to 1."""
    average_power: float | None
    """[W]."""
    average_target: float | None
    """[W]."""


@dataclass(slots=True)
class _Block:
    """A time through which one posture was asked, whatever the segments; and what came of it."""

    start: float
    end: float
    posture: Posture | None
    before: Posture = Posture.SEATED
    """Asked until then."""
    since: float = 0.0
    """From when on `before` was asked."""
    reaction: float | None = None
    missed: bool = False
    sat_down: list[float] = field(default_factory=list)
    """When, for more than 5 s, in a block of standing."""

    @property
    def has_cue(self) -> bool:
        return self.posture not in (None, self.before)


def confirmed(positions: Iterable[PositionChange], source: PostureSource) -> list[Change]:
    """Return the confirmed changes of posture; transitions and repeats are left out.

    Parameters
    ----------
    positions : iterable of PositionChange
        In order of time.
    source : PostureSource
        The first key of a rider who declares is a change. The first word of a pedal is one only
        if a transition went before it.
    """
    changes: list[Change] = []
    seen = source is PostureSource.DECLARED
    for each in positions:
        if each.position in (RiderPosition.SEATED, RiderPosition.STANDING):
            posture = Posture(each.position.value)
            if not changes or changes[-1].posture is not posture:
                changes.append(Change(each.time, posture, seen))
        seen = True
    return changes


class Judge:
    """Judges any stretch of a ride.

    Parameters
    ----------
    asked : sequence of Asked
        In order, not overlapping, in seconds on the timer.
    seconds : Seconds
        What was ridden.
    intervals : sequence of PostureInterval, optional
        The settled postures done, on the timer; ``None`` when nobody knows them.
    changes : sequence of Change
        The confirmed changes of posture.
    """

    def __init__(
        self,
        asked: Sequence[Asked],
        seconds: Seconds,
        intervals: Sequence[PostureInterval] | None,
        changes: Sequence[Change] = (),
    ) -> None:
        self._asked = asked
        self._seconds = seconds
        self._counts, self._hit = judged(seconds.power, seconds.target)
        self._has_band, self._in_band = _cadence(asked, seconds)
        self._intervals = intervals
        self._blocks = _blocks(asked)
        for block in self._blocks if intervals is not None else ():
            _answer(block, intervals or (), changes)

    def between(self, start: float, end: float) -> Done:
        """Judge what was asked and done from `start` to `end` [s on the timer].

        A cue belongs to the stretch in which it was given, and so does what became of it.
        """
        within = [
            replace(each, start=max(each.start, start), end=min(each.end, end))
            for each in self._asked
            if each.posture is not None and min(each.end, end) > max(each.start, start)
        ]
        cues = [each for each in self._blocks if each.has_cue and start <= each.start < end]
        rows = (self._seconds.time >= start) & (self._seconds.time < end)
        return Done(
            asked=sum(each.end - each.start for each in within),
            asked_standing=sum(
                each.end - each.start for each in within if each.posture is Posture.STANDING
            ),
            cues=sum(cue.posture is Posture.STANDING for cue in cues),
            posture=None
            if self._intervals is None
            else self._posture_done(within, cues, self._intervals, start, end),
            on_target=if_known(_share(self._hit, self._counts & rows)),
            in_cadence=if_known(_share(self._in_band, self._has_band & rows)),
            average_power=if_known(average(self._seconds.power[rows])),
            average_target=if_known(average(self._seconds.target[rows])),
        )

    def _posture_done(
        self,
        within: Sequence[Asked],
        cues: Sequence[_Block],
        intervals: Sequence[PostureInterval],
        start: float,
        end: float,
    ) -> PostureDone:
        kept = stood = unasked = known = 0.0
        for part in within:
            standing = _overlap(intervals, part.start, part.end, Posture.STANDING)
            seated = _overlap(intervals, part.start, part.end, Posture.SEATED)
            known += standing + seated
            if part.posture is Posture.STANDING:
                kept += standing
                stood += standing
            else:
                kept += seated
                unasked += standing
        to_stand = [cue for cue in cues if cue.posture is Posture.STANDING]
        reactions = [cue.reaction for cue in to_stand if cue.reaction is not None]
        return PostureDone(
            kept=kept,
            stood=stood,
            stood_unasked=unasked,
            unknown=sum(each.end - each.start for each in within) - known,
            reactions=tuple(reactions),
            sit_reactions=tuple(
                cue.reaction
                for cue in cues
                if cue.posture is Posture.SEATED and cue.reaction is not None
            ),
            early=sum(reaction < -EARLY for reaction in reactions),
            late=sum(reaction > LATE for reaction in reactions),
            missed=sum(cue.missed for cue in to_stand),
            aborted=sum(start <= at < end for block in self._blocks for at in block.sat_down),
        )


def _share(hit: Mask, counts: Mask) -> float:
    return float(np.mean(hit[counts])) if counts.any() else np.nan


def _cadence(asked: Sequence[Asked], seconds: Seconds) -> tuple[Mask, Mask]:
    """Tell which seconds have a cadence and a band for it, and in which of them it lies in it."""
    low = np.full(seconds.time.shape, np.nan)
    high = low.copy()
    for each in asked:
        if each.cadence is not None:
            rows = (seconds.time >= each.start) & (seconds.time < each.end)
            low[rows], high[rows] = each.cadence
    # NaN, whether of the cadence or of the band, makes a comparison false.
    inside = (seconds.cadence >= low) & (seconds.cadence <= high)
    return np.isfinite(seconds.cadence) & np.isfinite(low), inside


def _overlap(
    intervals: Sequence[PostureInterval], start: float, end: float, posture: Posture
) -> float:
    return sum(
        max(0.0, min(each.end, end) - max(each.start, start))
        for each in intervals
        if each.posture is posture
    )


def _blocks(asked: Sequence[Asked]) -> list[_Block]:
    """Put stretches of one posture together: a cue is given where another begins."""
    blocks: list[_Block] = []
    for each in asked:
        if blocks and blocks[-1].posture is each.posture:
            blocks[-1].end = each.end
        else:
            blocks.append(_Block(each.start, each.end, each.posture))
    for earlier, later in pairwise(blocks):
        later.before, later.since = earlier.posture or Posture.SEATED, earlier.start
    return blocks


def _answer(block: _Block, intervals: Sequence[PostureInterval], changes: Sequence[Change]) -> None:
    """Find out what the rider made of a block."""
    if block.posture is None:
        return
    if block.has_cue:
        answer = _answer_to(block, changes)
        if answer is None:
            known = sum(_overlap(intervals, block.start, block.end, each) for each in Posture)
            block.missed = block.end - block.start - known <= LATE
        elif answer.seen and answer.time >= block.since:
            block.reaction = answer.time - block.start
    if block.posture is Posture.STANDING:
        block.sat_down = _sat_down(block, intervals)


def _answer_to(block: _Block, changes: Sequence[Change]) -> Change | None:
    """Return the change that brought the rider into the posture of a block."""
    before = [each for each in changes if each.time <= block.start]
    if before and before[-1].posture is block.posture:
        return before[-1]
    after = (each for each in changes if block.start < each.time < block.end)
    return next((each for each in after if each.posture is block.posture), None)


def _sat_down(block: _Block, intervals: Sequence[PostureInterval]) -> list[float]:
    """Return when the rider, having stood, sat for more than 5 s of a block of standing."""
    within: list[PostureInterval] = []
    for each in intervals:
        start, end = max(each.start, block.start), min(each.end, block.end)
        if end <= start:
            continue
        if within and within[-1].posture is each.posture and within[-1].end == start:
            # A pause lay between: on the timer there is nothing.
            start = within.pop().start
        within.append(PostureInterval(start, end, each.posture))
    stood = False
    times: list[float] = []
    for start, end, posture in within:
        if posture is Posture.STANDING:
            stood = True
        elif stood and end - start > ABORTED:
            times.append(start)
    return times
