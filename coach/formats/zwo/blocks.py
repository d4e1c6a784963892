"""Blocks of a ``.zwo`` and the texts in them, cut into the parts of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from coach.formats.part_names import parse_name
from coach.formats.posture_words import parse_posture
from coach.messages import Posture
from coach.profile.plan import Band, Part
from coach.workout import SegmentKind, TextCue


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the file with one line of power."""

    kind: SegmentKind
    start: int
    """[ms]."""
    duration: int
    """[ms]."""
    power: tuple[float, float]
    """At its start and its end, linear between them."""
    absolute: bool
    """Whether the powers are watts."""
    cadence: Band | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text event."""

    at: int
    """[ms]; from the start of its block while that is read, then of the workout."""
    line: int
    message: str


@dataclass(slots=True)
class _Open:
    """The part that is being read."""

    block: Block
    since: int
    posture: Posture | None
    cadence: Band | None
    label: str
    effort: str
    cues: list[TextCue]

    def part(self, end: int) -> Part:
        block = self.block
        return Part(
            kind=block.kind,
            duration=(end - self.since) / 1000,
            power_start=power_at(block.power, self.since - block.start, block.duration),
            power_end=power_at(block.power, end - block.start, block.duration),
            effort=self.effort,
            resistance_steps=0.0,
            posture=self.posture,
            cadence=self.cadence,
            absolute=block.absolute,
            label=self.label,
            cues=tuple(self.cues),
        )


def parts_of(blocks: Sequence[Block], texts: Iterable[Text]) -> Iterator[Part]:
    """Yield the parts of a plan: blocks, cut where a text changes posture or cadence.

    Parameters
    ----------
    blocks : sequence of Block
        One after the other, from 0.
    texts : iterable of Text
        In order, none after the end of the last block.
    """
    moments = [(at, [text.message for text in found]) for at, found in groupby(texts, _moment)]
    position = 0
    posture: Posture | None = None
    for number, block in enumerate(blocks):
        end = block.start + block.duration
        # Who was asked to stand in one block was not asked to in the next.
        posture = None if posture is Posture.STANDING else posture
        now = _Open(block, block.start, posture, block.cadence, block.label, "", [])
        while position < len(moments) and moments[position][0] < end:
            at, messages = moments[position]
            position += 1
            posture, cadence = _asked(messages, now)
            if (posture, cadence) != (now.posture, now.cadence):
                if at > now.since:
                    yield now.part(at)
                    now = _Open(block, at, posture, cadence, now.label, now.effort, [])
                now.posture, now.cadence = posture, cadence
            _say(messages, at, now)
        if number == len(blocks) - 1:
            for at, messages in moments[position:]:
                now.cues += [TextCue((at - now.since) / 1000, message) for message in messages]
        yield now.part(end)


def _moment(text: Text) -> int:
    return text.at


def _asked(messages: Iterable[str], now: _Open) -> tuple[Posture | None, Band | None]:
    """Return posture and cadence after the messages of one moment, the last word counting."""
    posture, cadence = now.posture, now.cadence
    for word in map(parse_posture, messages):
        if word is not None:
            cadence = word.cadence or (cadence if word.posture is posture else now.block.cadence)
            posture = word.posture
    return posture, cadence


def _say(messages: Iterable[str], at: int, now: _Open) -> None:
    """Keep what is more than a posture; the first name at the start of a part is its name."""
    named = at > now.since
    for message in messages:
        word, own = parse_posture(message), parse_name(message)
        if own is not None and not named:
            (now.label, now.effort), named = own, True
        elif word is None or not word.alone:
            now.cues.append(TextCue((at - now.since) / 1000, message))


def power_at(ends: tuple[float, float], at: int, duration: int) -> float:
    """Return the power at a moment of a straight line; to 0.000001, as files have it."""
    if at == duration:
        return ends[1]
    return round(ends[0] + (ends[1] - ends[0]) * at / duration, 6)
