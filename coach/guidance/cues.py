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

An effort of 10 to 30 s is told whole before it begins; within it there is only its first word, and
"5 s more" where it is long enough to hear that. The easy minute after it begins with one line.

On a road, times are estimates, and its many stretches have few words: what is announced counts
as said until it is `ESTIMATE` further away again; a climb, and the road after it, is described
once, however often its grade changes.

What the file of a workout wants said is said at its moment in its stretch, after all of the
coach's own words for that moment, and again when the stretch is ridden again.

A rider who swaps a standing block for its seated alternative hears so at once. Quiet stretches have
reminders of form in them (`coach.guidance.reminders`).

Sources: reference notes on training science, section 2.2 (time-line), and on what riders ask for,
part A, finding 5 (cues that come late, or in the first busy seconds of a rest).
"""

from __future__ import annotations

from math import inf

from coach.guidance.advice import LimitAdvice
from coach.guidance.gears import climbing_gear, gear_hint
from coach.guidance.moment import Moment
from coach.guidance.reminders import Reminders
from coach.messages import Cue, CueKind, Mode, Posture, Telemetry
from coach.rider import Rider
from coach.units import clock_text
from coach.workout import Segment, SegmentKind

ANNOUNCE = 10.0
GEAR = 5.0
QUIET = 5.0
CHECK = 15.0
ESTIMATE = 5.0
"""So much may a slower rider's arrival be put off before it is announced anew [s]."""
LAST = 5.0
"""An effort at least three times as long is told this long before its end [s]."""

_RESTS = (SegmentKind.DOWNHILL, SegmentKind.RECOVERY, SegmentKind.COOL_DOWN)


class Coach:
    """Says each thing once.

    Parameters
    ----------
    rider : Rider
        For the gear hint, and what moderate means on the rider's trainer.
    knob : bool
        The rider sets the load by hand: every stretch says how.
    """

    def __init__(self, rider: Rider, *, knob: bool = False) -> None:
        self._rider = rider
        self._knob = knob
        self._lap: int | None = None
        self._posture: Posture | None = None
        self._label: str | None = None
        """Of the stretch of road that was ridden last."""
        self._at = 0.0
        """Seconds into the segment, at the moment before."""
        self._owed: list[tuple[float, CueKind]] = []
        self._said: set[CueKind] = set()
        self._geared = False
        self._read = 0
        """How many of the stretch's own words have been said."""
        self._is_free = False
        """The file asks for standing no longer, and for nothing else."""
        self._advice = LimitAdvice()
        self._reminders = Reminders()

    def words(self, moment: Moment, telemetry: Telemetry) -> list[Cue]:
        """Return the cues that are due at this moment."""
        cues: list[Cue] = []
        if moment.lap != self._lap:
            cues += self._begin(moment)
        elif moment.segment.posture is not self._posture:
            cues += self._swap(moment)
        for after, kind in tuple(self._owed):
            if moment.at >= after:
                self._owed.remove((after, kind))
                text = self._describe(moment) if kind is CueKind.SEGMENT else _CHECK_TEXT
                cues.append(Cue(moment.time, kind, text))
        if moment.segment.kind is SegmentKind.INTERVAL:
            cues += self._last_seconds(moment)
        elif moment.next_segment and moment.next_segment.kind is SegmentKind.INTERVAL:
            cues += self._warn_of_effort(moment, moment.next_segment, telemetry)
        else:
            cues += self._warn(moment, telemetry)
        cues += self._words_of_the_file(moment)
        if moment.mode is Mode.POWER:
            cues += self._advice.words(moment.time, moment.at, telemetry)
        if cues:
            self.heard(moment.time)
        self._at = moment.at
        return cues + self._reminders.words(moment)

    def heard(self, time: float) -> None:
        """Note that the rider heard something at this time, whoever said it [s]."""
        self._reminders.heard(time)

    def _words_of_the_file(self, moment: Moment) -> list[Cue]:
        cues: list[Cue] = []
        for cue in moment.segment.cues[self._read :]:
            if moment.at < cue.at:
                break
            cues.append(Cue(moment.time, CueKind.TEXT, cue.text))
        self._read += len(cues)
        return cues

    def _begin(self, moment: Moment) -> list[Cue]:
        """Say a change of posture at once, the rest after it."""
        # Who has just come to the bike sits.
        before = Posture.SEATED if self._lap is None else self._posture
        segment, self._lap = moment.segment, moment.lap
        label, self._label = self._label, None if segment.length is None else segment.label
        if label is not None and segment.length is not None and segment.posture is self._posture:
            # What was announced is as far away as before, what was owed as late.
            self._owed = [(max(0.0, after - self._at), kind) for after, kind in self._owed]
            if segment.label != label:
                self._owed.append((0.0, CueKind.SEGMENT))
            return []
        self._posture = segment.posture
        self._said.clear()
        self._owed = []
        self._read = 0
        self._is_free = segment.posture is None and before is Posture.STANDING
        if segment.kind in (SegmentKind.INTERVAL, SegmentKind.RECOVERY):
            return [self._begin_short(moment, before)]
        changes = segment.posture is not None and segment.posture is not before
        # A hand on the knob cannot wait until the rider has settled.
        busy = changes or (segment.kind in _RESTS and not self._knob)
        if label is None or segment.label != label or self._is_free:
            self._owed.append((QUIET if busy else 0.0, CueKind.SEGMENT))
        if not changes:
            return []
        turn = self._and_turn(segment, "; ")
        return [self._change(moment, turn)]

    def _swap(self, moment: Moment) -> list[Cue]:
        """Say that the posture of this stretch changes in the midst of it."""
        self._posture = moment.segment.posture
        self._owed = [each for each in self._owed if each[1] is not CueKind.CHECK]
        return [self._change(moment, "")]

    def _change(self, moment: Moment, turn: str) -> Cue:
        """Tell the rider to change posture now."""
        if moment.segment.posture is Posture.SEATED:
            return Cue(moment.time, CueKind.SIT, f"Sit down, smoothly{turn}")
        self._owed.append((moment.at + CHECK, CueKind.CHECK))
        text = f"Stand: hips over the pedals, core tight, light hands{turn}"
        return Cue(moment.time, CueKind.STAND, text)

    def _begin_short(self, moment: Moment, before: Posture | None) -> Cue:
        """Say an effort's first word, or that it is over: there is no time for a second one."""
        segment, turn = moment.segment, self._and_turn(moment.segment, "; ")
        if segment.kind is SegmentKind.RECOVERY:
            easy = f"easy for {clock_text(moment.remaining)}{turn}"
            if before is Posture.STANDING:
                return Cue(moment.time, CueKind.SIT, f"Sit down, smoothly: {easy}")
            return Cue(moment.time, CueKind.SEGMENT, easy.capitalize())
        if segment.posture is Posture.STANDING:
            return Cue(moment.time, CueKind.STAND, f"Stand and go: hips over the pedals{turn}")
        return Cue(moment.time, CueKind.SEGMENT, f"Go: hard, seated{turn}")

    def _last_seconds(self, moment: Moment) -> list[Cue]:
        cues: list[Cue] = []
        if moment.remaining <= LAST and moment.segment.duration >= 3 * LAST:
            standing = moment.segment.posture is Posture.STANDING
            kind, what = (CueKind.SIT_SOON, ", then sit") if standing else (CueKind.SEGMENT, "")
            self._say(cues, moment.time, kind, f"{moment.remaining:.0f} s more{what}")
        return cues

    def _warn_of_effort(self, moment: Moment, effort: Segment, telemetry: Telemetry) -> list[Cue]:
        """Tell an effort whole, and the gear for the first of them."""
        cues: list[Cue] = []
        if moment.remaining > ANNOUNCE:
            # Further away again, because the rider extended this stretch.
            self._said -= {CueKind.STAND_SOON, CueKind.SEGMENT, CueKind.GEAR}
            return cues
        standing = effort.posture is Posture.STANDING
        kind, verb = (
            (CueKind.STAND_SOON, "Stand") if standing else (CueKind.SEGMENT, "Hard, seated,")
        )
        text = f"{verb} in {moment.remaining:.0f} s: {self._in_short(effort)}"
        self._say(cues, moment.time, kind, text)
        if moment.remaining > GEAR or self._knob:
            return cues
        bike = self._rider.bike
        if standing:
            hint = gear_hint(bike, effort, telemetry.speed, telemetry.cadence)
            text = f"One gear harder: {hint}" if hint else "One gear harder"
            self._say(cues, moment.time, CueKind.GEAR, text)
        elif effort.speed and not self._geared:
            self._geared = True
            gear = climbing_gear(bike, effort.speed)
            self._say(cues, moment.time, CueKind.GEAR, f"Gear for the efforts: {gear}")
        return cues

    def _in_short(self, effort: Segment) -> str:
        watts = effort.target_power_end
        return f"{effort.duration:.0f} s" + (f" at {watts:.0f} W" if watts is not None else "")

    def _warn(self, moment: Moment, telemetry: Telemetry) -> list[Cue]:
        """Announce what comes next."""
        cues: list[Cue] = []
        ahead, following = moment.next_posture_in, moment.next_segment
        # Further away again, because the rider extended this stretch: it will be said anew.
        climb, climb_in, soon = moment.next_climb, moment.next_climb_in, moment.remaining
        forget = ANNOUNCE
        if moment.segment.length is not None:
            forget += ESTIMATE
            soon = inf if climb_in is None else climb_in
        if ahead is None or ahead > forget:
            self._said -= {CueKind.STAND_SOON, CueKind.SIT_SOON, CueKind.GEAR}
        if soon > forget:
            self._said.discard(CueKind.SEGMENT)
        if ahead is not None and ahead <= ANNOUNCE:
            standing = moment.next_posture is Posture.STANDING
            kind, verb = (CueKind.STAND_SOON, "Stand") if standing else (CueKind.SIT_SOON, "Sit")
            self._say(cues, moment.time, kind, f"{verb} in {ahead:.0f} s")
            if standing and ahead <= GEAR and following is not None and not self._knob:
                # The gear of the downhill says nothing about the climb after it.
                measured = telemetry if moment.segment.kind is SegmentKind.HILL else Telemetry()
                hint = gear_hint(self._rider.bike, following, measured.speed, measured.cadence)
                if following.mode is Mode.POWER:
                    # There a shift changes no power, only how fast the flywheel turns.
                    hint = f"{hint}, for a steady flywheel" if measured.speed and hint else None
                text = f"One gear harder: {hint}" if hint else "One gear harder"
                self._say(cues, moment.time, CueKind.GEAR, text)
        elif (
            following is not None
            and following.length is None
            and following.kind is SegmentKind.HILL
            and following.hill != moment.segment.hill
            and moment.remaining <= ANNOUNCE
        ):
            turn = self._and_turn(following, ": ")
            text = f"{following.label} in {moment.remaining:.0f} s{turn}"
            self._say(cues, moment.time, CueKind.SEGMENT, text)
        elif climb is not None and climb_in is not None and climb_in <= ANNOUNCE:
            text = f"In {climb_in:.0f} s: {climb.label}"
            self._say(cues, moment.time, CueKind.SEGMENT, text)
        return cues

    def _say(self, cues: list[Cue], time: float, kind: CueKind, text: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            cues.append(Cue(time, kind, text))

    def _describe(self, moment: Moment) -> str:
        """Say what this stretch is: its name, length, posture and effort."""
        segment = moment.segment
        name = segment.label
        if segment.ramp:
            # What it is was told before it began; what is new every minute is in its name.
            return name
        if segment.kind is SegmentKind.HILL and segment.length is None:
            name = f"{name} of {moment.hills}"
        words: list[str] = []
        if segment.posture is not None:
            words.append(segment.posture.value)
        elif self._is_free:
            words.append("sit or stand as you like")
        first, last = segment.target_power_start, segment.target_power_end
        if first is not None and last is not None:
            words.append(f"{first:.0f} to {last:.0f} W" if first != last else f"{last:.0f} W")
        if segment.effort:
            words.append(segment.effort)
        if self._knob and (turn := self._turn(segment)):
            words.append(turn)
        about = name
        if segment.length is None and not segment.endless:
            left = " left" * (moment.at >= 1.0)
            about = f"{name}, {clock_text(moment.remaining)}{left}"
        return f"{about}: {', '.join(words)}" if words else about

    def _and_turn(self, segment: Segment, link: str) -> str:
        """Say where the knob belongs, after other words."""
        turn = self._turn(segment) if self._knob else ""
        return f"{link}{turn}" if turn else ""

    def _turn(self, segment: Segment) -> str:
        """Say where the knob of a bike without control belongs; nothing where nobody knows."""
        level, rider = segment.basic_resistance, self._rider
        if level is None:
            return ""
        steps = round((level - rider.moderate_resistance) / rider.resistance_increment)
        if steps == 0:
            return "knob at moderate"
        where = "above" if steps > 0 else "below"
        return f"knob {abs(steps)} step{'s' * (abs(steps) > 1)} {where} moderate"


def swap_cue(now: float, block: Segment | None) -> Cue:
    """Tell what became of a block that is still to come, now that the rider swapped it.

    Parameters
    ----------
    now : float
        Ride clock [s].
    block : Segment or None
        As it will be ridden; ``None`` when there was none to swap.
    """
    if block is None:
        text = "No standing block is left to swap"
    elif block.posture is Posture.SEATED:
        text = f"Stay seated: {block.label} without standing"
        if block.cadence_low is not None and block.cadence_high is not None:
            text += f", {block.cadence_low:.0f} to {block.cadence_high:.0f} rpm, same load"
    else:
        text = f"{block.label} standing after all"
    return Cue(now, CueKind.ADVICE, text)


_CHECK_TEXT = "Check: core tight, quiet shoulders, let the hips move, do not wrench the bars"
