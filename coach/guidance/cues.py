"""What the coach says, and when: the time-line of a change of posture.

A rider who is out of breath needs to hear of a change before it comes, hear at the moment itself,
and be left alone afterwards:

=========  =====================================================
T − 10 s   "Stand in 10 s" or "Sit in 10 s"
T − 5 s    one gear harder, in the rider's own gears (only before standing)
T          "Stand: ..." or "Sit ..."
T + 5 s    what this stretch is, when it began with a change of posture or is a rest
T + 15 s   a check of form, while standing
=========  =====================================================

Sources: reference notes on training science, section 2.2 (time-line), and on what riders ask for,
part A, finding 5 (cues that come late, or in the first busy seconds of a rest).
"""

from __future__ import annotations

from dataclasses import dataclass

from coach.guidance.gears import gear_hint
from coach.messages import Cue, CueKind, Posture, Telemetry
from coach.rider import Bike
from coach.units import clock_text
from coach.workout import Segment, SegmentKind

ANNOUNCE = 10.0
GEAR = 5.0
QUIET = 5.0
CHECK = 15.0

_RESTS = (SegmentKind.DOWNHILL, SegmentKind.RECOVERY, SegmentKind.COOL_DOWN)


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the ride is, as far as the coach's words go."""

    time: float
    lap: int
    segment: Segment
    at: float
    """Seconds into the segment."""
    remaining: float
    """Seconds left in it."""
    next_segment: Segment | None
    next_posture: Posture | None
    next_posture_in: float | None
    hills: int


class Coach:
    """Says each thing once.

    Parameters
    ----------
    bike : Bike
        For the gear hint.
    """

    def __init__(self, bike: Bike) -> None:
        self._bike = bike
        self._lap: int | None = None
        self._posture: Posture | None = None
        self._owed: list[tuple[float, CueKind]] = []
        self._said: set[CueKind] = set()

    def words(self, moment: Moment, telemetry: Telemetry) -> list[Cue]:
        """Return the cues that are due at this moment."""
        cues: list[Cue] = []
        if moment.lap != self._lap:
            cues += self._begin(moment)
        for after, kind in tuple(self._owed):
            if moment.at >= after:
                self._owed.remove((after, kind))
                text = _describe(moment) if kind is CueKind.SEGMENT else _CHECK_TEXT
                cues.append(Cue(moment.time, kind, text))
        cues += self._warn(moment, telemetry)
        return cues

    def _begin(self, moment: Moment) -> list[Cue]:
        """A lap begins: a change of posture is said at once, the rest after it."""
        segment, self._lap = moment.segment, moment.lap
        before, self._posture = self._posture, segment.posture
        self._said.clear()
        self._owed = []
        changes = segment.posture is not None and segment.posture is not (before or Posture.SEATED)
        busy = changes or segment.kind in _RESTS
        self._owed.append((QUIET if busy else 0.0, CueKind.SEGMENT))
        if not changes:
            return []
        if segment.posture is Posture.SEATED:
            return [Cue(moment.time, CueKind.SIT, "Sit down, smoothly")]
        self._owed.append((CHECK, CueKind.CHECK))
        text = "Stand: hips over the pedals, core tight, light hands"
        return [Cue(moment.time, CueKind.STAND, text)]

    def _warn(self, moment: Moment, telemetry: Telemetry) -> list[Cue]:
        """Announce what comes next."""
        cues: list[Cue] = []
        ahead = moment.next_posture_in
        if ahead is not None and ahead <= ANNOUNCE:
            standing = moment.next_posture is Posture.STANDING
            kind, verb = (CueKind.STAND_SOON, "Stand") if standing else (CueKind.SIT_SOON, "Sit")
            self._say(cues, moment.time, kind, f"{verb} in {ahead:.0f} s")
            if standing and ahead <= GEAR and moment.next_segment is not None:
                # The gear of the downhill says nothing about the climb after it.
                measured = telemetry if moment.segment.kind is SegmentKind.HILL else Telemetry()
                hint = gear_hint(self._bike, moment.next_segment, measured.speed, measured.cadence)
                text = f"One gear harder: {hint}" if hint else "One gear harder"
                self._say(cues, moment.time, CueKind.GEAR, text)
        elif (
            moment.next_segment is not None
            and moment.next_segment.kind is SegmentKind.HILL
            and moment.next_segment.hill != moment.segment.hill
            and moment.remaining <= ANNOUNCE
        ):
            text = f"{moment.next_segment.label} in {moment.remaining:.0f} s"
            self._say(cues, moment.time, CueKind.SEGMENT, text)
        return cues

    def _say(self, cues: list[Cue], time: float, kind: CueKind, text: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            cues.append(Cue(time, kind, text))


_CHECK_TEXT = "Check: core tight, quiet shoulders, let the hips move, do not wrench the bars"


def _describe(moment: Moment) -> str:
    """Say what this stretch is: its name, length, posture and effort."""
    segment = moment.segment
    name = segment.label
    if segment.hill is not None and segment.kind is SegmentKind.HILL:
        name = f"{name} of {moment.hills}"
    words = [f"{name}, {clock_text(segment.duration)}"]
    if segment.posture is not None:
        words.append(segment.posture.value)
    if segment.target_power_end is not None:
        words.append(f"{segment.target_power_end:.0f} W")
    if segment.effort:
        words.append(segment.effort)
    return ": ".join([words[0], ", ".join(words[1:])]) if len(words) > 1 else words[0]
