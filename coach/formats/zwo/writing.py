"""From a plan to the bytes of a ``.zwo``; how posture and names travel is told in the package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import pairwise

from coach.errors import ProfileError
from coach.formats.part_names import MAX_EFFORT, format_name, labels, parse_name
from coach.formats.posture_words import format_posture, parse_posture
from coach.formats.workouts import LONGEST_NAME, LONGEST_TEXT, Encoded, one_line
from coach.formats.zwo.blocks import power_at
from coach.formats.zwo.words import HALF_BAND, interval_name
from coach.guidance.gears import SEATED_HILL_CADENCE
from coach.messages import Mode, Posture
from coach.profile.plan import Band, Part, WorkoutPlan
from coach.workout import SegmentKind

_NUMBERED = (SegmentKind.HILL, SegmentKind.DOWNHILL, SegmentKind.INTERVAL, SegmentKind.RECOVERY)
_BY_GRADE = (SegmentKind.HILL, SegmentKind.INTERVAL, SegmentKind.RECOVERY)
_ELEMENTS = {
    SegmentKind.WARM_UP: "Warmup",
    SegmentKind.COOL_DOWN: "Cooldown",
    SegmentKind.FREE: "FreeRide",
    SegmentKind.TEST: "FreeRide",
}
_STEADY, _RAMP, _FREE, _MAX_EFFORT = "SteadyState", "Ramp", "FreeRide", "MaxEffort"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A piece of a part with one posture, as a reader of the file will have it."""

    element: str
    duration: int
    """[ms]."""
    power: tuple[float, float]
    posture: Posture | None
    cadence: Band | None
    name: str
    """With its effort; as a text event that is understood again, or empty."""
    texts: tuple[tuple[int, str], ...]
    """Moment in the stretch [ms] and message."""


@dataclass(slots=True)
class _Block:
    """Stretches that are one element of the file, with the events in it."""

    stretches: list[_Stretch] = field(default_factory=list)
    events: list[tuple[int, str]] = field(default_factory=list)

    @property
    def first(self) -> _Stretch:
        return self.stretches[0]

    @property
    def duration(self) -> int:
        return sum(stretch.duration for stretch in self.stretches)

    @property
    def power(self) -> tuple[float, float]:
        return (self.first.power[0], self.stretches[-1].power[1])

    def continued_by(self, stretch: _Stretch) -> bool:
        """Whether the block can hold one more stretch and give it back as it is."""
        first, line = self.first, [*self.stretches, stretch]
        if (stretch.element, stretch.name) != (first.element, first.name):
            return False
        if stretch.cadence is None and first.cadence is not None:
            return False
        ends = (first.power[0], stretch.power[1])
        duration, at = sum(each.duration for each in line), 0
        for one, other in pairwise(line):
            at += one.duration
            if not one.power[1] == other.power[0] == power_at(ends, at, duration):
                return False
        return True


def encode(plan: WorkoutPlan, threshold_power: float | None = None) -> Encoded:
    """Write a workout of Zwift.

    Parameters
    ----------
    plan : WorkoutPlan
    threshold_power : float or None
        Of the rider [W]; turns powers in watts into shares of it. Without it such parts become
        free rides that name their watts.

    Returns
    -------
    Encoded
        UTF-8, the same bytes for the same plan; and what of the plan the file does not hold.

    Raises
    ------
    ProfileError
        If the plan has no part.
    """
    if not plan.parts:
        raise ProfileError([f"{plan.name}: the workout has no part to write"])
    lost = _lost(plan, threshold_power)
    writer = _Writer(lost)
    stretches = list(writer.stretches(plan, threshold_power))
    blocks = writer.blocks(stretches)
    head = [
        f"  <{key}>{escape(writer.shown(text, longest), quote=False)}</{key}>"
        for key, text, longest in (
            ("author", plan.author, LONGEST_NAME),
            ("name", plan.title, LONGEST_NAME),
            ("description", plan.about, LONGEST_TEXT),
        )
        if text
    ]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<workout_file>", *head]
    lines += ["  <sportType>bike</sportType>", "  <workout>", *_elements(blocks)]
    lines += ["  </workout>", "</workout_file>", ""]
    return Encoded("\n".join(lines).encode(), tuple(lost))


class _Writer:
    """Brings a plan into the form that a reader will have; collects what is lost on the way."""

    def __init__(self, lost: list[str]) -> None:
        self._lost = lost

    def shown(self, text: str, longest: int = LONGEST_TEXT) -> str:
        """Return a text as the file has it."""
        found = one_line(text)[:longest].rstrip()
        if found != text:
            self._lose(
                "line breaks, signs that cannot be shown and the ends of long texts are left out"
            )
        return found

    def stretches(self, plan: WorkoutPlan, threshold_power: float | None) -> Iterator[_Stretch]:
        """Yield the pieces of all parts; texts at the end of one are said in the next."""
        carried: tuple[tuple[int, str], ...] = ()
        pieces = [
            piece
            for part, label in zip(plan.parts, labels(plan.parts), strict=True)
            for piece in self._pieces(part, label, threshold_power)
            if piece.duration
        ]
        for index, piece in enumerate(pieces):
            within = [text for text in piece.texts if text[0] < piece.duration]
            beyond = [text for text in piece.texts if text[0] >= piece.duration]
            if index == len(pieces) - 1:
                within += [(piece.duration, message) for _, message in beyond]
            texts = [text for text in (*carried, *within) if not self._is_posture(text[1], piece)]
            # A text that reads as a name is one, for whoever reads the file.
            name = piece.name or next((t for at, t in texts if at == 0 and parse_name(t)), "")
            if name and not piece.name:
                texts.remove((0, name))
            free = _MAX_EFFORT if name == MAX_EFFORT else _FREE
            element = free if piece.element == _FREE else piece.element
            yield replace(piece, element=element, name=name, texts=tuple(texts))
            carried = tuple((0, message) for _, message in beyond)

    def _is_posture(self, message: str, piece: _Stretch) -> bool:
        """Whether a text would be read as another posture than the plan's, or as nothing more."""
        word = parse_posture(message)
        if word is None:
            return False
        if word.posture is not piece.posture:
            self._lose("texts that ask for another posture than the plan are left out")
            return True
        return word.alone

    def _pieces(self, part: Part, label: str, threshold: float | None) -> Iterator[_Stretch]:
        element = _ELEMENTS.get(part.kind, _RAMP)
        power = (part.power_start, part.power_end)
        spoken = [(round(1000 * max(0.0, cue.at)), self.shown(cue.text)) for cue in part.cues]
        if part.absolute and element != _FREE:
            if threshold is None:
                ends = dict.fromkeys(f"{watts:g}" for watts in power)
                spoken.insert(0, (0, " to ".join(ends) + " W"))
                element = _FREE
            else:
                power = (power[0] / threshold, power[1] / threshold)
        if element == "Cooldown" and power[0] < power[1]:
            element = _RAMP
        if element == _FREE:
            power = (0.0, 0.0)
        power = (round(power[0], 6), round(power[1], 6))
        if element == _RAMP and power[0] == power[1]:
            element = _STEADY
        name = self.shown(format_name(label, part.effort)) if label or part.effort else ""
        if name and parse_name(name) is None:
            spoken.insert(0, (0, name))
            name = ""
        texts = sorted(((at, text) for at, text in spoken if text), key=lambda text: text[0])
        whole = round(1000 * part.duration)
        if part.stand_from is None:
            yield _Stretch(element, whole, power, part.posture, part.cadence, name, tuple(texts))
            return
        # As the compiler has it: whole seconds in the saddle.
        cut = min(whole, 1000 * round(part.duration * part.stand_from))
        middle = power_at(power, cut, whole)
        before = tuple(text for text in texts if text[0] < cut)
        after = tuple((at - cut, text) for at, text in texts if at >= cut)
        yield _Stretch(element, cut, (power[0], middle), part.posture, part.cadence, name, before)
        yield _Stretch(
            element,
            whole - cut,
            (middle, power[1]),
            Posture.STANDING,
            part.standing_cadence or part.cadence,
            name,
            after,
        )

    def blocks(self, stretches: Sequence[_Stretch]) -> list[_Block]:
        """Join stretches to blocks and set their events, as a reader will follow them."""
        blocks: list[_Block] = []
        held: Posture | None = None
        for stretch in stretches:
            joins = (
                bool(blocks)
                and stretch.posture not in (None, held)
                and not _names_itself(stretch)
                and blocks[-1].continued_by(stretch)
            )
            if not joins:
                blocks.append(_Block())
                held = None if held is Posture.STANDING else held
                if stretch.posture is None and held is not None:
                    self._lose("posture cannot be left to the rider after a seated stretch")
            block = blocks[-1]
            at = block.duration
            said = any(moment == 0 and parse_posture(text) for moment, text in stretch.texts)
            other = bool(block.stretches) and stretch.cadence != block.first.cadence
            if stretch.posture is not None:
                if other:
                    block.events.append((at, format_posture(stretch.posture, stretch.cadence)))
                elif stretch.posture is not held and not said:
                    block.events.append((at, format_posture(stretch.posture)))
                held = stretch.posture
            by_element = stretch.element == _MAX_EFFORT and not _names_itself(stretch)
            if stretch.name and not block.stretches and not by_element:
                block.events.append((at, stretch.name))
            block.events += [(at + moment, text) for moment, text in stretch.texts]
            block.stretches.append(stretch)
        return blocks

    def _lose(self, what: str) -> None:
        if what not in self._lost:
            self._lost.append(what)


def _names_itself(stretch: _Stretch) -> bool:
    """Whether one of its own texts would be read as its name, were that not written before."""
    return any(at == 0 and parse_name(text) is not None for at, text in stretch.texts)


def _lost(plan: WorkoutPlan, threshold_power: float | None) -> list[str]:
    """Return what of a plan no element of the file can hold."""
    parts = plan.parts
    tests = [part for part in parts if part.kind is SegmentKind.TEST]
    rising = any(p.kind is SegmentKind.COOL_DOWN and p.power_start < p.power_end for p in parts)
    by_power = (None, Mode.POWER)
    by_grade = any(p.mode not in by_power or (p.kind in _BY_GRADE and not p.mode) for p in parts)
    named = any(part.kind in _NUMBERED for part in parts)
    speed = (plan.climbing_speed, plan.climbing_cadence) != (None, SEATED_HILL_CADENCE)
    absolute = threshold_power is None and any(part.absolute for part in parts)
    found = {
        "hills, downhills and intervals are blocks, only named so": named,
        "every block is asked by its power, none by grade or resistance": by_grade,
        "the grades of the road are left out": any(part.grade is not None for part in parts),
        "the resistance steps are left out": any(part.resistance_steps for part in parts),
        "the speed and cadence that make the grades of the hills are left out": speed,
        f"one round is written, and the plan has up to {plan.most_rounds}": plan.most_rounds > 1,
        "powers in watts become free rides: in shares they need the rider's FTP": absolute,
        "tests to the limit become free rides": bool(tests),
        "a cool-down that gets harder becomes a ramp": rising,
    }
    return [what for what, is_lost in found.items() if is_lost]


def _elements(blocks: Sequence[_Block]) -> Iterator[str]:
    """Yield the lines of all blocks; pairs that repeat become one ``IntervalsT``."""
    index = pairs = 0
    while index < len(blocks):
        repeats = _repeats(blocks, index, pairs)
        if repeats < 2:
            block = blocks[index]
            yield from _element(block.first.element, _attributes(block), block.events)
            index += 1
            continue
        on, off = blocks[index], blocks[index + 1]
        attributes = {
            "Repeat": str(repeats),
            "OnDuration": _number(on.duration / 1000),
            "OffDuration": _number(off.duration / 1000),
            "OnPower": _number(on.power[0]),
            "OffPower": _number(off.power[0]),
            **_cadence(on.first.cadence),
        }
        if off.first.cadence is not None:
            attributes["CadenceResting"] = _number(_middle(off.first.cadence))
        events: list[tuple[int, str]] = []
        at = 0
        for number, block in enumerate(blocks[index : index + 2 * repeats]):
            own = interval_name(pairs + 1 + number // 2, rest=number % 2 == 1)
            known = block.first.name == own and not _names_itself(block.first)
            events += [
                (at + moment, text)
                for moment, text in block.events
                if not (known and moment == 0 and text == own)
            ]
            at += block.duration
        yield from _element("IntervalsT", attributes, events)
        index += 2 * repeats
        pairs += repeats


def _repeats(blocks: Sequence[_Block], index: int, pairs: int) -> int:
    """Count how often the pair of blocks at `index` follows itself, where a repeat can hold it."""
    pair = blocks[index : index + 2]
    if len(pair) < 2 or any(block.first.element != _STEADY for block in pair):
        return 0
    off = pair[1].first.cadence
    if pair[0].power == pair[1].power or (off is not None and not _one_number(off)):
        return 0
    shape = [_attributes(block) for block in pair]
    end = index + 2
    while [_attributes(block) for block in blocks[end : end + 2]] == shape:
        end += 2
    repeats = (end - index) // 2
    # The blocks of a repeat get names; beside a block of that name they would run into it.
    before = blocks[index - 1].first.name if index else ""
    after = blocks[end].first.name if end < len(blocks) else ""
    clash = before == interval_name(pairs + 1, rest=False)
    return 0 if clash or after == interval_name(pairs + repeats, rest=True) else repeats


def _attributes(block: _Block) -> dict[str, str]:
    first, last = block.power
    duration = {"Duration": _number(block.duration / 1000)}
    if block.first.element == _STEADY:
        duration["Power"] = _number(first)
    elif block.first.element not in (_FREE, _MAX_EFFORT):
        duration |= {"PowerLow": _number(first), "PowerHigh": _number(last)}
    return duration | _cadence(block.first.cadence)


def _cadence(band: Band | None) -> dict[str, str]:
    """Return the attributes of a cadence; programs that know no band have its middle."""
    if band is None:
        return {}
    if _one_number(band):
        return {"Cadence": _number(_middle(band))}
    middle = str(round(_middle(band)))
    return {"Cadence": middle, "CadenceLow": _number(band[0]), "CadenceHigh": _number(band[1])}


def _middle(band: Band) -> float:
    return (band[0] + band[1]) / 2


def _one_number(band: Band) -> bool:
    middle = _middle(band)
    return band == (middle - HALF_BAND, middle + HALF_BAND)


def _element(
    name: str, attributes: dict[str, str], events: Sequence[tuple[int, str]]
) -> Iterator[str]:
    start = " ".join([f"    <{name}", *(f'{key}="{text}"' for key, text in attributes.items())])
    if not events:
        yield f"{start}/>"
        return
    yield f"{start}>"
    for at, message in events:
        offset = _number(at / 1000)
        text = escape(message, quote=False).replace('"', "&quot;")
        yield f'      <textevent timeoffset="{offset}" message="{text}"/>'
    yield f"    </{name}>"


def _number(value: float) -> str:
    """Write a number without an exponent, to 0.000001."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
