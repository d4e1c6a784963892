"""What a rider hears: tones that tell the posture without words, and few words.

Contract (reference notes on the look, section 5): the spoken warning begins twelve seconds before
a change of posture, so that it ends near ten; a tick each at three, two and one; at the moment a
rising pair to stand, a falling pair to sit. The latest word replaces one not yet said; what is more
than a second late is not said at all.

Where the moments come from
---------------------------
What is said comes from cues, but for the warning and the ticks: these are counted down from the
snapshots. A warning that comes late (efforts are announced short before they begin) names the
seconds that are left when it has been said. While other posture words are being said, everything
else waits for a second, then it is dropped: it stands on the screen.

A count-down begins anew when the ride paused, and when the change is at another time than it was:
skipped to, made longer, gone back from. The times of a road are estimates, and may be off by as
much as `coach.guidance.cues` grants them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coach.guidance.cues import ESTIMATE
from coach.live.view import seconds_left
from coach.messages import Cue, CueKind, Posture, RideState, Snapshot

WARNING = 12.0
"""The spoken warning begins this long before a change of posture [s]."""
LATE = 1.0
"""What waited longer is not said any more [s]."""
LONGEST = 240
"""Most characters that are spoken at once: some fifteen seconds of speech."""

_WARNING_LASTS = 2.0
"""Room for the warning: 1.7 s as espeak-ng says it [s]."""
_TURN_LASTS = 3.0
"""Room for the words of a change of posture [s]."""
_TICKS = 3
_LAST_WARNING = _TICKS + _WARNING_LASTS
"""Nearer to the change than this the ticks say it [s]."""
_SLACK = 1.0
"""By less than this a change of posture does not move, but for rounding [s]."""


class Tone(StrEnum):
    """What is heard before words, or instead of them."""

    TICK = "tick"
    STAND = "stand"
    SIT = "sit"
    NOTE = "note"
    """Something else is said."""
    END = "end"


@dataclass(frozen=True, slots=True)
class Sound:
    """One thing to hear."""

    time: float
    """On the ride's clock [s]."""
    tone: Tone | None
    words: str = ""
    """To be spoken where there is a voice; empty for a tone alone."""


_NOTHING = Sound(-math.inf, None)
_TURNS = {CueKind.STAND: Tone.STAND, CueKind.SIT: Tone.SIT, CueKind.FINISHED: Tone.END}
_WARNINGS = (CueKind.STAND_SOON, CueKind.SIT_SOON)


class Sounds:
    """Makes sounds of the moments of one ride."""

    def __init__(self) -> None:
        self._time = -math.inf
        self._change = _Change()
        self._resuming = _CountDown()
        self._found: set[str] = set()
        """What was said while the count-down after a pause ran."""
        self._free_at = -math.inf
        """When the posture words that are being said are over."""
        self._waiting = _NOTHING

    def hear(self, snapshot: Snapshot, cues: Sequence[Cue] = ()) -> list[Sound]:
        """Return what is to be heard at this moment.

        Parameters
        ----------
        snapshot : Snapshot
            After a step back in time everything is counted anew.
        cues : sequence of Cue
            What became due since the moment before.

        Returns
        -------
        list of Sound
            Ticks first; at most one of them has words.
        """
        now = snapshot.time
        if now < self._time:
            self._change, self._free_at, self._waiting = _Change(), -math.inf, _NOTHING
        self._time = now
        sounds = [Sound(now, Tone.TICK)] * self._ticks(snapshot)
        turn, texts = self._texts(snapshot, cues)
        if turn is not None:
            self._free_at = now + _TURN_LASTS
            return [*sounds, Sound(now, turn, _joined(texts))]
        warning = self._change.warning(snapshot) if now >= self._free_at else ""
        if warning:
            self._free_at = now + _WARNING_LASTS
            return [*sounds, Sound(now, Tone.NOTE, _joined([warning, *texts]))]
        if texts:
            tone = None if all(cue.kind in _WARNINGS for cue in cues) else Tone.NOTE
            self._waiting = Sound(now, tone, _joined(texts))
        return [*sounds, *self._waited(now)]

    def _ticks(self, snapshot: Snapshot) -> bool:
        """Count down to a change of posture, or to where a pause ends."""
        self._change.follow(snapshot)
        if snapshot.resumes_in is None:
            self._resuming = _CountDown()
            self._found.clear()
            return self._change.ticks
        return self._resuming.ticks(snapshot.resumes_in)

    def _texts(self, snapshot: Snapshot, cues: Sequence[Cue]) -> tuple[Tone | None, list[str]]:
        """Return the tone of a change of posture or of the end, and all that is to be said."""
        riding = snapshot.state is RideState.RIDING
        said = [cue for cue in cues if riding or cue.kind not in (CueKind.STAND, CueKind.SIT)]
        turns = [cue for cue in said if cue.kind in _TURNS]
        if turns:
            # What led up to it is past.
            said = [cue for cue in said if cue.time >= turns[-1].time]
        # The file of a workout may add words of its own; the coach's stay in front of them.
        ours = [self._text(cue, snapshot) for cue in said if cue.kind is not CueKind.TEXT][-2:]
        texts = [cue.text for cue in said if cue.kind is CueKind.TEXT][-1:]
        spoken_texts = [words for text in (*ours, *texts) if (words := spoken(text))]
        return (_TURNS[turns[-1].kind] if turns else None), spoken_texts

    def _text(self, cue: Cue, snapshot: Snapshot) -> str:
        """Return what a cue says beyond what the count-downs say."""
        if cue.kind in _WARNINGS:
            return cue.text.partition(": ")[2]
        if snapshot.resumes_in is None:
            return cue.text
        text = _COUNTED.sub("", cue.text)
        if text in self._found:
            return ""
        self._found.add(text)
        return text

    def _waited(self, now: float) -> list[Sound]:
        """Return the words that waited, when there is room for them and they are not too late."""
        waiting = self._waiting
        if not waiting.words or now < self._free_at:
            return []
        self._waiting = _NOTHING
        if now - waiting.time > LATE:
            return []
        return [Sound(now, waiting.tone, waiting.words)]


class _CountDown:
    """Three ticks, each once; the newest alone where several have passed."""

    def __init__(self, least: float = math.inf) -> None:
        self._least = least

    def ticks(self, left: float) -> bool:
        count = seconds_left(left)
        passed, self._least = count < self._least, min(count, self._least)
        return passed and 1 <= count <= _TICKS


class _Change:
    """The next change of posture: ticks, and a warning once."""

    def __init__(self) -> None:
        self.ticks = False
        self._posture: Posture | None = None
        self._due = -math.inf
        self._warned = False
        self._count = _CountDown()

    def follow(self, snapshot: Snapshot) -> None:
        """Take in a moment."""
        self.ticks = False
        left, posture = snapshot.next_posture_in, snapshot.next_posture
        if snapshot.state is not RideState.RIDING or left is None:
            self._posture = None
            return
        due = snapshot.time + left
        if posture is not self._posture or self._has_moved(due, snapshot):
            self._posture, self._due, self._warned = posture, due, False
            # The second that is under way is no news.
            self._count = _CountDown(seconds_left(left))
        self.ticks = self._count.ticks(left)

    def _has_moved(self, due: float, snapshot: Snapshot) -> bool:
        later = due - self._due
        if snapshot.segment_way is not None:
            # An estimate: one that comes sooner is the same change, told already.
            return not -WARNING <= later <= ESTIMATE
        return abs(later) > _SLACK

    def warning(self, snapshot: Snapshot) -> str:
        """Return the warning when it is due."""
        left = snapshot.next_posture_in
        if self._posture is None or left is None or self._warned or left > WARNING:
            return ""
        self._warned = True
        self._due = snapshot.time + left
        if left < _LAST_WARNING:
            return ""
        verb = "Stand" if self._posture is Posture.STANDING else "Sit"
        return f"{verb} in {_NUMBERS[math.floor(left - _WARNING_LASTS + 0.5)]} seconds"


_NUMBERS = {
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
}
_COUNTED = re.compile(r": \d+$")

# --- how it is read aloud ----------------------------------------------------------------------


def _named(one: str, many: str) -> Callable[[re.Match[str]], str]:
    return lambda found: f"{found[1]} {one if found[1] == '1' else many}"


def _clock(found: re.Match[str]) -> str:
    """Say a time of ``1:02:05`` or ``4:00``."""
    parts = [int(part) for part in found[0].split(":")]
    names = ("hour", "minute", "second")[-len(parts) :]
    told = [
        f"{part} {name}{'s' * (part != 1)}" for part, name in zip(parts, names, strict=True) if part
    ]
    return " ".join(told) or "0 seconds"


_NUMBER = r"(?<![\w.])(\d+(?:\.\d+)?) ?"
_READINGS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.ASCII), reading)
    for pattern, reading in (
        (r"(?:https?://|www\.)\S*", " "),
        # Its word stands before the number, and is quicker understood.
        (r",? ?\bCR10 \d+(?:-\d+)?", ""),
        (r"(?<![\d:.])\d{1,2}:[0-5]\d(?::[0-5]\d)?(?!:?\d)", _clock),
        (r"(?<=\d) ?[-–] ?(?=\d)", " to "),
        (r"(?<!\w)[-−](?=\d)", "minus "),
        (r"(?<!\w)\+(?=\d)", "plus "),
        (r"(?<=\d) ?[×xX] ?(?=\d)", " by "),
        (r"(?<=\d)/(?=\d)", " of "),
        (_NUMBER + r"W/kg\b", r"\1 watts per kilogram"),
        (_NUMBER + r"W\b", _named("watt", "watts")),
        (_NUMBER + r"%", r"\1 percent "),
        (_NUMBER + r"rpm\b", r"\1 r p m"),
        (_NUMBER + r"bpm\b", _named("beat a minute", "beats a minute")),
        (_NUMBER + r"km/h\b", _named("kilometre an hour", "kilometres an hour")),
        (_NUMBER + r"km\b", _named("kilometre", "kilometres")),
        (_NUMBER + r"m\b", _named("metre", "metres")),
        (_NUMBER + r"kg\b", _named("kilogram", "kilograms")),
        (_NUMBER + r"min\b", _named("minute", "minutes")),
        (_NUMBER + r"s\b", _named("second", "seconds")),
        (r"→", " to "),
        (r" ?· ?", ", "),
        (r" ?& ?", " and "),
        # Commands of some voices, and signs that others spell out.
        (r"[\[\]<>{}|\\`^~_*#=@$…]+", " "),
        (r"\s+", " "),
        (r" (?=[,.;:!?])", ""),
        (r"^[\s,.;:-]+", ""),
        (r"[\s,;:]+$", ""),
    )
)


def spoken(text: str) -> str:
    """Return a text as it is read aloud, in words and numbers that any voice can say.

    Parameters
    ----------
    text : str
        Whatever is shown; control characters and the signs that some voices take for commands
        are left out.

    Returns
    -------
    str
        At most `LONGEST` characters, whole words; empty when nothing can be said.
    """
    text = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * LONGEST])
    for pattern, reading in _READINGS:
        text = pattern.sub(reading, text)
    return _cut(text) if any(sign.isalnum() for sign in text) else ""


def _joined(texts: Sequence[str]) -> str:
    """Join what is said at one moment into sentences."""
    return _cut(". ".join(text.rstrip(".") for text in texts if text))


def _cut(text: str) -> str:
    """Leave out the words beyond `LONGEST`."""
    if len(text) <= LONGEST:
        return text
    whole = text[: LONGEST + 1].rpartition(" ")[0]
    return (whole or text[:LONGEST]).rstrip(" ,.;:")
