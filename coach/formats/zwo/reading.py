"""From the bytes of a ``.zwo`` to a plan; what it says is told in the package."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from coach.errors import ProfileError
from coach.formats.part_names import MAX_EFFORT
from coach.formats.posture_words import FASTEST, SLOWEST
from coach.formats.workouts import (
    LARGEST,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_PARTS,
    Decoded,
    one_line,
)
from coach.formats.xml import Item, Walk
from coach.formats.zwo.blocks import Block, Text, parts_of
from coach.formats.zwo.words import HALF_BAND, MOST_SHARE, interval_name
from coach.profile.plan import Band, WorkoutPlan
from coach.workout import SegmentKind

LONGEST_WORKOUT = 12 * 3600
"""[s]; as for the workouts of this program."""

MOST_WATTS = 3000.0
"""A target above this is damage; a convention, above any sprint that is asked of a trainer."""

MOST_WARNINGS = 50
"""More than anybody reads."""

_KINDS = {
    "warmup": SegmentKind.WARM_UP,
    "cooldown": SegmentKind.COOL_DOWN,
    "ramp": SegmentKind.STEADY,
    "steadystate": SegmentKind.STEADY,
    "intervalst": SegmentKind.STEADY,
    "freeride": SegmentKind.FREE,
    "maxeffort": SegmentKind.FREE,
}
_CADENCE = {"cadence", "cadencelow", "cadencehigh", "cadenceresting"}
_RAMP = {"duration", "power", "powerlow", "powerhigh"} | _CADENCE
_INTERVALS = {
    "repeat", "onduration", "offduration", "onpower", "offpower",
    "poweronlow", "poweronhigh", "powerofflow", "poweroffhigh",
} | _CADENCE  # fmt: skip
_ATTRIBUTES = dict.fromkeys(_KINDS, _RAMP) | {"intervalst": _INTERVALS}
_OF_A_GAME = {
    "show_avg", "flatroad", "quantize", "overunder", "neverfails", "failthresholdduration",
    "forced_performance_test", "ramptest", "ftptest", "replacement_prescription",
    "replacement_verb", "slop", "target", "units", "pace", "zone", "poweronzone", "poweroffzone",
}  # fmt: skip
"""Attributes that change nothing of the load while a power stands beside them."""
_TEXT = {"timeoffset", "message", "duration", "textscale", "x", "y", "font_size"}
_HEAD = {
    "activitysavename", "author_alias", "authoricon", "category", "categoryindex", "entid",
    "overridehash", "painindex", "showcp20", "skippable", "subcategory", "tags", "test_details",
    "visibleaftertime", "visibleoutsideplan", "workout", "workoutlength", "workoutplan",
}  # fmt: skip
"""Elements of the head that say nothing of what is ridden."""


def decode(data: bytes, name: str) -> Decoded:
    """Read a workout of Zwift.

    Parameters
    ----------
    data : bytes
        The file; its own encoding declaration decides.
    name : str
        Of the file, for errors; the name of the plan is its stem.

    Returns
    -------
    Decoded
        A plan in normal form: see the package. Each warning has its line.

    Raises
    ------
    ProfileError
        If the XML is broken or no block can be ridden, it goes by distance, or it is too long.

    Notes
    -----
    In practice: names of elements and attributes differ in case between programs; a ``Cooldown``
    names its two powers in either order, and is read as falling; ``SteadyState`` with
    ``PowerLow`` and ``PowerHigh`` is a ramp; powers above `MOST_SHARE` are watts.
    """
    return _Reader(name).read(data)


class _Reader:
    """Collects blocks and texts of one file, with what is to be said of them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._blocks: list[Block] = []
        self._texts: list[Text] = []
        self._pending: list[Text] = []
        self._head: dict[str, str] = {}
        self._notes: list[str] = []
        self._warnings: list[tuple[int, str]] = []
        self._reported: set[str] = set()
        self._end = 0
        self._pairs = 0

    def read(self, data: bytes) -> Decoded:
        """Read the whole file."""
        if len(data) > LARGEST:
            raise self._error(1, f"size: expected at most {LARGEST // 1024} KB, found more")
        walk = Walk(data, announced=())
        root, line = "", 1
        for item in walk:
            self._take(item)
            root, line = item.name, item.line
        if walk.problem is not None:
            line_and_problem = f"1: {walk.problem}".removeprefix("1: line ")
            raise ProfileError([f"{self._name}:{line_and_problem}; export the workout again"])
        if root.lower() != "workout_file":
            what = f"expected <workout_file>, with which workouts of Zwift begin, found <{root}>"
            raise self._error(line, what)
        if not self._blocks:
            raise self._error(line, "; ".join(["it has no block to ride", *self._told(3)]))
        texts = self._texts_in_order()
        warnings = self._told(MOST_WARNINGS)
        if more := len(self._warnings) - len(warnings):
            warnings.append(f"and {more} more")
        stem = Path(self._name).stem
        plan = WorkoutPlan(
            name=stem,
            title=self._head.get("name") or one_line(stem),
            about=self._head.get("description", ""),
            parts=tuple(parts_of(self._blocks, texts)),
            author=self._head.get("author", ""),
        )
        return Decoded(plan, tuple(warnings), tuple(self._notes))

    def _take(self, item: Item) -> None:
        name, parent = item.name.lower(), item.parent.lower()
        if parent == "workout_file":
            self._take_head(item, name)
        elif name == "textevent" and parent in (*_KINDS, "workout"):
            self._take_text(item, in_block=parent != "workout")
        elif parent == "workout" and name in _KINDS:
            self._take_block(item, name)
            self._pending.clear()
        elif parent and parent != "tags" and name != "gameplayevent":
            self._unknown(item.line, f"<{item.name}>")

    def _take_head(self, item: Item, name: str) -> None:
        if name in ("name", "description", "author"):
            longest = LONGEST_TEXT if name == "description" else LONGEST_NAME
            self._head[name] = self._text(item.text, item.line, longest)
        elif name == "sporttype" and item.text.lower() == "run":
            self._warn(
                item.line, "it is a workout for runners; its powers are read as shares of FTP"
            )
        elif name == "durationtype" and item.text.lower() == "distance":
            raise self._error(
                item.line, "its blocks are by distance; only workouts by time can be ridden"
            )
        elif name == "ftpoverride":
            watts = _number(item.text)
            if watts:
                self._notes.append(
                    f"line {item.line}: it was made for an FTP of {watts:g} W; its powers are read"
                    " as shares of your own"
                )
        elif name not in _HEAD | {"sporttype", "durationtype"}:
            self._unknown(item.line, f"<{item.name}>")

    def _take_text(self, item: Item, in_block: bool) -> None:
        attributes = _lower(item.attributes)
        messages = sorted(
            (int(key[7:] or 0), text)
            for key, text in attributes.items()
            if key.startswith("message") and (key[7:] or "0").isdecimal() and len(key) < 10
        )
        known = _TEXT | {key for key in attributes if key.startswith("message")}
        self._check_attributes(item, known)
        offset = _number(attributes.get("timeoffset", "0"))
        if offset is None or not 0 <= offset <= LONGEST_WORKOUT:
            self._warn(item.line, f"<{item.name}> has no time that can be read and is left out")
            return
        for text in [text for _, text in messages] or [item.text]:
            if len(self._texts) + len(self._pending) >= MOST_PARTS:
                self._warn_once(item.line, f"texts after the first {MOST_PARTS} are left out")
            elif message := self._text(text, item.line):
                found = Text(_ms(offset), item.line, message)
                (self._pending if in_block else self._texts).append(found)

    def _take_block(self, item: Item, name: str) -> None:
        attributes = _lower(item.attributes)
        self._check_attributes(item, _ATTRIBUTES[name] | _OF_A_GAME)
        made = list(
            self._intervals(item, attributes)
            if name == "intervalst"
            else self._single(item, attributes, name)
        )
        if len(self._blocks) + len(made) > MOST_PARTS:
            raise self._error(item.line, f"the workout has more than {MOST_PARTS} blocks")
        start, self._end = self._end, self._end + sum(block.duration for block in made)
        if self._end > 1000 * LONGEST_WORKOUT:
            raise self._error(
                item.line, f"the workout is longer than {LONGEST_WORKOUT // 3600} hours"
            )
        self._blocks += made
        if not made and self._pending:
            self._warn(self._pending[0].line, "its texts are left out with it")
        for text in self._pending if made else ():
            at = start + text.at
            if at > self._end:
                self._warn(text.line, "a text after the end of its block is said at that end")
            self._texts.append(Text(min(at, self._end), text.line, text.message))

    def _single(self, item: Item, attributes: Mapping[str, str], name: str) -> Iterator[Block]:
        duration = self._duration(item, attributes, "duration")
        if not duration:
            what = "length that can be read" if duration is None else "length"
            self._warn(item.line, f"<{item.name}> has no {what} and is left out")
            return
        kind, label = _KINDS[name], MAX_EFFORT if name == "maxeffort" else ""
        power, absolute = (0.0, 0.0), False
        if kind is not SegmentKind.FREE:
            found = self._power(item, attributes, "powerlow", "powerhigh", "power")
            if found is None:
                kind = SegmentKind.FREE
            else:
                power, absolute = found
            if name == "cooldown":
                power = (max(power), min(power))
        cadence = self._cadence(item, attributes)
        yield Block(kind, self._end, duration, power, absolute, cadence, label)

    def _intervals(self, item: Item, attributes: Mapping[str, str]) -> Iterator[Block]:
        repeat = _number(attributes.get("repeat", "1"))
        lengths = [self._duration(item, attributes, key) for key in ("onduration", "offduration")]
        if repeat is None or repeat < 1 or repeat != int(repeat) or None in lengths:
            self._warn(item.line, f"<{item.name}> has no number of repeats or no length that can"
                       " be read and is left out")  # fmt: skip
            return
        on, off = (length or 0 for length in lengths)
        if not on + off:
            self._warn(item.line, f"<{item.name}> has no length and is left out")
            return
        if repeat * (on + off) > 1000 * LONGEST_WORKOUT:
            hours = LONGEST_WORKOUT // 3600
            raise self._error(item.line, f"its repeats are longer than {hours} hours")
        if 2 * repeat > MOST_PARTS:
            raise self._error(item.line, f"its repeats are more than {MOST_PARTS} blocks")
        efforts = self._power(item, attributes, "poweronlow", "poweronhigh", "onpower")
        rests = self._power(item, attributes, "powerofflow", "poweroffhigh", "offpower")
        resting = self._rpm(item, attributes, "cadenceresting")
        cadences = (self._cadence(item, attributes), None if resting is None else _around(resting))
        start = self._end
        for _ in range(int(repeat)):
            self._pairs += 1
            for rest, duration, found, cadence in zip(
                (False, True), (on, off), (efforts, rests), cadences, strict=True
            ):
                if duration:
                    kind = SegmentKind.FREE if found is None else SegmentKind.STEADY
                    power, absolute = found or ((0.0, 0.0), False)
                    label = interval_name(self._pairs, rest)
                    yield Block(kind, start, duration, power, absolute, cadence, label)
                start += duration

    def _duration(self, item: Item, attributes: Mapping[str, str], key: str) -> int | None:
        """Return a length [ms]; 0 where it is not said, ``None`` where it makes no sense."""
        seconds = _number(attributes.get(key, "0"))
        if seconds is None or seconds < 0:
            return None
        if seconds > LONGEST_WORKOUT:
            hours = LONGEST_WORKOUT // 3600
            raise self._error(item.line, f"<{item.name}> is longer than {hours} hours")
        return _ms(seconds)

    def _power(
        self, item: Item, attributes: Mapping[str, str], low: str, high: str, one: str
    ) -> tuple[tuple[float, float], bool] | None:
        """Return the powers at both ends and whether they are watts.

        ``None``, with a warning, leaves the block to the rider: its time stays what it is.
        """
        keys = (low, high) if low in attributes and high in attributes else (one, low, high)
        texts = [attributes[key] for key in keys if key in attributes]
        ends = [_number(text) for text in (texts if len(keys) == 2 else texts[:1])]
        values = [round(value, 6) for value in ends if value is not None]
        if not values or len(values) < len(ends):
            what = "no power that can be read"
        elif min(values) < 0 or max(values) > MOST_WATTS:
            what = "a power that nobody rides"
        elif min(values) <= MOST_SHARE < max(values):
            what = "one power in watts and one that is none"
        else:
            absolute = values[0] > MOST_SHARE
            if absolute:
                self._warn_once(
                    item.line, f"powers above {MOST_SHARE:g} are read as watts, not shares of FTP"
                )
            return (values[0], values[-1]), absolute
        self._warn(item.line, f"<{item.name}> has {what}; it is left to the rider")
        return None

    def _cadence(self, item: Item, attributes: Mapping[str, str]) -> Band | None:
        low = self._rpm(item, attributes, "cadencelow")
        high = self._rpm(item, attributes, "cadencehigh")
        if low is not None and high is not None and low <= high:
            return (low, high)
        one = self._rpm(item, attributes, "cadence")
        return None if one is None else _around(one)

    def _rpm(self, item: Item, attributes: Mapping[str, str], key: str) -> float | None:
        text = attributes.get(key)
        rpm = None if text is None else _number(text)
        # in practice: 0 stands for no wish.
        if text is None or rpm == 0:
            return None
        if rpm is None or not SLOWEST <= rpm <= FASTEST:
            self._warn(item.line, f"a cadence of <{item.name}> makes no sense and is left out")
            return None
        return round(rpm, 3)

    def _texts_in_order(self) -> list[Text]:
        for text in self._texts:
            if text.at > self._end:
                self._warn(text.line, "a text after the end of the workout is left out")
        kept = (text for text in self._texts if text.at <= self._end)
        return sorted(kept, key=lambda text: text.at)

    def _text(self, text: str, line: int, longest: int = LONGEST_TEXT) -> str:
        shown = one_line(text)
        if len(shown) > longest:
            self._warn(line, f"a text is cut after {longest} characters")
        return shown[:longest].rstrip()

    def _check_attributes(self, item: Item, known: set[str]) -> None:
        for key in item.attributes:
            if key.rpartition("}")[2].lower() not in known:
                self._unknown(item.line, f"{key[-40:]} of <{item.name[:30]}>")

    def _unknown(self, line: int, what: str) -> None:
        self._warn_once(line, f"{what[:80]} is not understood and is left out")

    def _warn_once(self, line: int, what: str) -> None:
        if what not in self._reported and len(self._reported) < 10 * MOST_WARNINGS:
            self._reported.add(what)
            self._warn(line, what)

    def _told(self, most: int) -> list[str]:
        """Return the first warnings in the order of the file."""
        in_order = sorted(self._warnings, key=lambda warning: warning[0])
        return [f"line {line}: {what}" for line, what in in_order[:most]]

    def _warn(self, line: int, what: str) -> None:
        self._warnings.append((line, what))

    def _error(self, line: int, what: str) -> ProfileError:
        return ProfileError([f"{self._name}:{line}: {what}"])


def _lower(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return attributes by their name in small letters; of two that differ in case the first."""
    found: dict[str, str] = {}
    for key, text in attributes.items():
        found.setdefault(key.rpartition("}")[2].lower(), text)
    return found


def _number(text: str) -> float | None:
    """Read a finite number; in practice some programs write a decimal comma."""
    try:
        number = float(text.replace(",", ".")) if "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def _around(rpm: float) -> Band:
    return (max(SLOWEST, rpm - HALF_BAND), min(FASTEST, rpm + HALF_BAND))
