"""What a viewer may say, and what goes to viewers: JSON in and out, checked. Pure.

A text from outside becomes one of a few small objects or a `Refused` with words for a rider;
there is nothing else that it can become, whatever is in it. None of its own words are repeated.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

from coach.errors import CoachError
from coach.messages import Key

LONGEST = 1024
"""Bytes that a message of a viewer may have."""
LATEST = 1_000_000.0
"""No place in a recording that can be asked for is later [s]."""


class Why(StrEnum):
    """Why something was refused; what is counted."""

    NOT_JSON = "not JSON"
    TOO_LARGE = "too large"
    BYTES = "bytes instead of text"
    UNKNOWN = "unknown"
    OUT_OF_RANGE = "out of range"
    TOO_MANY = "too many messages"
    NO_CONTROL = "from a viewer without control"
    NOT_NOW = "at the wrong moment"
    FULL = "too many viewers"
    HOST = "from a stranger (Host)"
    ORIGIN = "from a stranger (Origin)"
    TOKEN = "from a stranger (token)"
    METHOD = "not a method of this page"


class Refused(CoachError):
    """What a viewer asked is not done.

    Parameters
    ----------
    why : Why
        What is counted.
    words : str
        For whoever looks at the page.
    """

    def __init__(self, why: Why, words: str) -> None:
        super().__init__(words)
        self.why = why


@dataclass(frozen=True, slots=True)
class Answers:
    """To the questions before the first ride on a real trainer."""

    any_yes: bool
    bike_checked: bool


@dataclass(frozen=True, slots=True)
class Start:
    """The rider is ready."""

    answers: Answers | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A key of the ride."""

    key: Key


@dataclass(frozen=True, slots=True)
class Sounding:
    """Whether this page makes sound now."""

    on: bool


@dataclass(frozen=True, slots=True)
class Seek:
    """Another place of a recording."""

    at: float
    """[s]."""


@dataclass(frozen=True, slots=True)
class Speed:
    """How many times as fast a recording is to be played."""

    times: int


@dataclass(frozen=True, slots=True)
class Seen:
    """The end screen has all it needs."""


Said = Start | Press | Sounding | Seek | Speed | Seen
Wish = Seek | Speed
"""What can be asked of a recording alone."""


def parse(text: str) -> Said:
    """Read what a viewer says.

    Parameters
    ----------
    text : str
        Any text whatsoever.

    Raises
    ------
    Refused
        If it is none of the messages of `coach.live.web`, to the letter.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        raise Refused(Why.TOO_LARGE, "That message was too large; it was not read.")
    try:
        said = json.loads(text, object_pairs_hook=_object, parse_constant=_not_a_number)
    except (ValueError, RecursionError):
        raise Refused(Why.NOT_JSON, "The coach could not read that message.") from None
    if not isinstance(said, dict):
        raise Refused(Why.NOT_JSON, "The coach could not read that message.")
    kind = said.pop("type", None)
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise _unknown()
    return read(said)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known = dict(pairs)
    if len(known) != len(pairs):
        raise ValueError("the same name twice")
    return known


def _not_a_number(name: str) -> NoReturn:
    raise ValueError(name)


def _unknown() -> Refused:
    return Refused(Why.UNKNOWN, "The coach does not know that message.")


def _only(said: Mapping[str, Any], *names: str) -> None:
    """Hold a message to exactly these fields."""
    if set(said) != set(names):
        raise _unknown()


def _flag(said: Mapping[str, Any], name: str) -> bool:
    value = said[name]
    if not isinstance(value, bool):
        raise _unknown()
    return value


def _number(said: Mapping[str, Any], name: str, highest: float) -> float:
    value = said[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _unknown()
    if not 0 <= value <= highest:  # also what is too large for a float
        raise Refused(Why.OUT_OF_RANGE, "That number is out of range.")
    return float(value)


def _start(said: Mapping[str, Any]) -> Start:
    if not said:
        return Start()
    _only(said, "answers")
    answers = said["answers"]
    if answers is None:
        return Start()
    if not isinstance(answers, dict):
        raise _unknown()
    _only(answers, "any_yes", "bike_checked")
    return Start(Answers(_flag(answers, "any_yes"), _flag(answers, "bike_checked")))


def _press(said: Mapping[str, Any]) -> Press:
    _only(said, "key")
    key = said["key"]
    if not isinstance(key, str) or key not in _KEYS:
        raise Refused(Why.UNKNOWN, "The coach does not know that key.")
    return Press(_KEYS[key])


def _sounding(said: Mapping[str, Any]) -> Sounding:
    _only(said, "on")
    return Sounding(_flag(said, "on"))


def _seek(said: Mapping[str, Any]) -> Seek:
    _only(said, "at_s")
    return Seek(_number(said, "at_s", LATEST))


def _speed(said: Mapping[str, Any]) -> Speed:
    _only(said, "speed")
    times = _number(said, "speed", 1000.0)
    if not times.is_integer():
        raise Refused(Why.OUT_OF_RANGE, "That speed is not offered.")
    return Speed(int(times))


def _seen(said: Mapping[str, Any]) -> Seen:
    _only(said)
    return Seen()


_KEYS = {key.value: key for key in Key}
_READERS: dict[str, Callable[[Mapping[str, Any]], Said]] = {
    "start": _start,
    "key": _press,
    "sound": _sounding,
    "seek": _seek,
    "speed": _speed,
    "seen": _seen,
}


# --- to viewers -----------------------------------------------------------------------------------

_DIGITS = {"w": 0, "rpm": 0, "bpm": 0, "m": 1, "mps": 1, "pct": 1, "s": 2}
"""Decimals on the wire by unit: no display shows more. Rounded here, once, so that no page rounds
halves in another way than the terminal."""
_OTHER_DIGITS = 2
"""Of what has no unit in its name: a place in the plan, which is in metres or seconds."""


def message(kind: str, /, **fields: Any) -> str:  # noqa: ANN401 - JSON is any of many
    """Return a message to viewers as the text that is sent."""
    return json.dumps({"type": kind, **fields}, separators=(",", ":"), allow_nan=False)


def rounded(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a frame's fields as they are sent: no more digits than are shown, no NaN."""
    return {name: _rounded(name, value) for name, value in fields.items()}


def _rounded(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever a frame holds
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    digits = _DIGITS.get(name.rpartition("_")[2], _OTHER_DIGITS)
    # Without decimals an int: shorter, and never -0.0.
    return round(value, digits) + 0.0 if digits else round(value)


def delta(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a frame is not as it was; all of it where nothing was before."""
    if before is None:
        return dict(now)
    return {
        name: value for name, value in now.items() if name not in before or before[name] != value
    }
