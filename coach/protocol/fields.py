"""Where a value lies in the eight bytes of a data page, and what its bits mean.

A page declares its fields with `number`, `count`, `code`, `flag` and `octets`; the declaration is
all there is. `coach.protocol.pages` asks each field for Python expressions, once, when the module
is imported, and compiles them into one straight-line reader and writer per page. The expressions
see the page read as ``payload`` and ``b0`` … ``b7``, the page written as ``page``, the value as
``v`` and the raw number as ``r``.

Values are exact: scale and offset are fractions, so that raw 16508 at 0.01 % − 200 % reads as
−34.92 and not as −34.919999999999987. Every value is rounded to its step in one place,
`Number.write_raw`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Value = float | int | str | bytes | bool | None
"""What a field may hold."""

Exact = int | str | Fraction
"""A number without rounding error: ``"0.01"``, not ``0.01``."""

WIRE = "wire"
"""Key of the declaration in the metadata of a dataclass field."""


@dataclass(frozen=True)
class Bit:
    """One bit of a page that says whether a field elsewhere is valid."""

    byte: int
    bit: int
    valid_when: bool = True
    """Which state of the bit makes the field valid."""

    def read(self) -> str:
        """Return a condition that is true when the field is valid."""
        return f"{'' if self.valid_when else 'not '}b{self.byte} & {1 << self.bit}"

    def placed(self) -> tuple[int, str]:
        """Return the byte, and the expression of the bit that says whether ``v`` is there."""
        return self.byte, f"(v is {'not ' if self.valid_when else ''}None) << {self.bit}"


@dataclass(frozen=True, kw_only=True)
class Field:
    """What every kind of field has.

    Attributes
    ----------
    byte, bit : int
        The lowest byte and, in it, the lowest bit; multi-byte fields are little-endian.
    bits : int
        Width.
    signed : bool
        Two's complement.
    validity : Bit or None
        A bit elsewhere in the page that says whether the field is valid.
    """

    byte: int
    bit: int = 0
    bits: int = 8
    signed: bool = False
    validity: Bit | None = None

    @property
    def expected(self) -> str:
        """What the field takes, in words: ``0 to 4000 W``."""
        raise NotImplementedError

    def constants(self, name: str) -> dict[str, object]:
        """Return what the expressions of a field called `name` need besides bytes and value."""
        return {}

    def read(self, name: str) -> str:
        """Return the expression that makes the value from the bytes."""
        raise NotImplementedError

    def write(self, name: str) -> list[str]:
        """Return the statements that make ``r`` from ``v``, or raise what ``refuse`` returns."""
        raise NotImplementedError

    def parse(self, text: str) -> Value:
        """Make a value from what somebody typed.

        Raises
        ------
        ValueError
            If the text is no such value; the range is checked on encoding.
        """
        raise NotImplementedError

    def read_raw(self) -> str:
        """Return the expression that gathers the raw bits."""
        parts = []
        for byte, low, width, at in self._pieces():
            part = f"b{byte} >> {low}" if low else f"b{byte}"
            if low + width < 8:
                part = f"({part} & {(1 << width) - 1})"
            parts.append(f"({part} << {at})" if at else part)
        return " | ".join(parts)

    def placed(self) -> list[tuple[int, str]]:
        """Return for each byte that ``r`` touches the expression of what it adds there."""
        placed = []
        for byte, low, width, at in self._pieces():
            part = f"r >> {at}" if at else "r"
            if width < self.bits or self.signed:
                part = f"{part} & {(1 << width) - 1}"
            placed.append((byte, f"({part}) << {low}" if low else part))
        return placed if self.validity is None else [*placed, self.validity.placed()]

    def _pieces(self) -> list[tuple[int, int, int, int]]:
        """Cut the field at byte borders: byte, lowest bit in it, width, place in the raw value."""
        pieces = []
        byte, low, at = self.byte, self.bit, 0
        while at < self.bits:
            width = min(8 - low, self.bits - at)
            pieces.append((byte, low, width, at))
            byte, low, at = byte + 1, 0, at + width
        return pieces


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A number with scale, offset and range.

    Attributes
    ----------
    scale, offset : Fraction
        value = raw · scale + offset.
    low, high : Fraction
        Range of valid values, both ends included; beyond it a received value is absent and a
        sent one an error.
    invalid : int or None
        Raw value that says "absent". Without one an absent value cannot be encoded, unless
        `validity` covers it.
    invalid_with : int or None
        In practice: the invalid value counts only when this other byte has it too.
    unit : str
        For a reader; empty for a plain number.
    """

    scale: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    low: Fraction
    high: Fraction
    invalid: int | None = None
    invalid_with: int | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        """Check that the declaration agrees with itself."""
        first, last = self.raw_range
        least, most = _representable(self.bits, self.signed)
        if not least <= first <= last <= most:
            raise ValueError(f"range {self.expected} does not fit {self.bits} bits")
        if self.invalid is not None and self.invalid_with is None and first <= self.invalid <= last:
            raise ValueError(f"invalid value {self.invalid} lies inside the range {self.expected}")

    @property
    def expected(self) -> str:
        """What the field takes, in words: ``0 to 4000 W``."""
        return f"{_plain(self.low)} to {_plain(self.high)} {self.unit}".rstrip()

    @property
    def raw_range(self) -> tuple[int, int]:
        """Raw values of `low` and `high`."""
        ends = [(value - self.offset) / self.scale for value in (self.low, self.high)]
        if any(end.denominator != 1 for end in ends):
            raise ValueError(f"range {self.expected} does not lie on a step of {self.scale}")
        return ends[0].numerator, ends[1].numerator

    @property
    def _raw_offset(self) -> int:
        """The offset in steps; a whole number on every page of these profiles."""
        return (self.offset / self.scale).numerator

    def read(self, name: str) -> str:
        """Return the expression that makes the value from the bytes."""
        raw = self.read_raw()
        if self.signed:
            sign = 1 << self.bits - 1
            raw = f"(({raw}) ^ {sign}) - {sign}"
        conditions = [self.validity.read()] if self.validity else []
        if self.invalid_with is not None:
            conditions.append(f"not b{self.byte} == {self.invalid} == b{self.invalid_with}")
        if self.raw_range != _representable(self.bits, self.signed):
            first, last = self.raw_range
            conditions.append(f"{first} <= (r := {raw}) <= {last}")
            raw = "r"
        value = self._scaled(f"({raw})")
        return f"({value} if {' and '.join(conditions)} else None)" if conditions else value

    def _scaled(self, raw: str) -> str:
        if self._raw_offset:
            raw = f"({raw} + {self._raw_offset})"
        if self.scale.numerator != 1:
            raw = f"{raw} * {self.scale.numerator}"
        if self.scale.denominator != 1:
            raw = f"{raw} / {self.scale.denominator}"
        return raw

    def write(self, name: str) -> list[str]:
        """Return the statements that make ``r`` from ``v``, or raise what ``refuse`` returns."""
        absent = self.invalid
        if absent is None and self.validity is not None:
            absent = 0
        return [
            # Not a number fails the comparison too.
            f"if v is not None and {_plain(self.low)} <= v <= {_plain(self.high)}:",
            f"    r = {self.write_raw('v')}",
            *([] if absent is None else ["elif v is None:", f"    r = {absent}"]),
            "else:",
            f"    raise refuse(page, {name!r})",
        ]

    def write_raw(self, value: str) -> str:
        """Return the expression of the raw number nearest to a value: rounded, never cut off."""
        if self.scale.denominator != 1:
            value = f"{value} * {self.scale.denominator}"
        if self.scale.numerator != 1:
            value = f"{value} / {self.scale.numerator}"
        return f"round({value}) - {self._raw_offset}" if self._raw_offset else f"round({value})"

    def parse(self, text: str) -> Value:
        """Make a number from what somebody typed; hexadecimal with ``0x``."""
        try:
            return int(text, 0)
        except ValueError:
            pass
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"expected a number, {self.expected}") from None


@dataclass(frozen=True, kw_only=True)
class Code(Field):
    """A number that stands for a word; a number without a word stays a number.

    Attributes
    ----------
    names : mapping of int to str
        The words.
    invalid : int or None
        The number that says "absent".
    """

    names: Mapping[int, str]
    invalid: int | None = None

    @property
    def expected(self) -> str:
        """What the field takes, in words."""
        return f"one of {', '.join(self.names.values())}, or 0 to {(1 << self.bits) - 1}"

    def constants(self, name: str) -> dict[str, object]:
        """Return both directions of the code."""
        words: list[Value] = [self.names.get(raw, raw) for raw in range(1 << self.bits)]
        codes: dict[Value, int] = {word: raw for raw, word in self.names.items()}
        if self.invalid is not None:
            words[self.invalid] = None
            codes[None] = self.invalid
        return {f"words_of_{name}": tuple(words), f"codes_of_{name}": codes}

    def read(self, name: str) -> str:
        """Return the expression that makes the value from the bytes."""
        return f"words_of_{name}[{self.read_raw()}]"

    def write(self, name: str) -> list[str]:
        """Return the statements that make ``r`` from ``v``, or raise what ``refuse`` returns."""
        return [
            f"r = codes_of_{name}.get(v, v)",
            f"if r.__class__ is not int or not 0 <= r <= {(1 << self.bits) - 1}:",
            f"    raise refuse(page, {name!r})",
        ]

    def parse(self, text: str) -> Value:
        """Make a word or a number from what somebody typed."""
        if text in self.names.values():
            return text
        try:
            return int(text, 0)
        except ValueError:
            raise ValueError(f"expected {self.expected}") from None


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """One bit that says yes or no.

    Attributes
    ----------
    yes_when : bool
        Which state of the bit means yes.
    """

    bits: int = 1
    yes_when: bool = True

    @property
    def expected(self) -> str:
        """What the field takes, in words."""
        return "0 or 1"

    def read(self, name: str) -> str:
        """Return the expression that makes the value from the bytes."""
        value = f"b{self.byte} & {1 << self.bit} {'!=' if self.yes_when else '=='} 0"
        return f"({value} if {self.validity.read()} else None)" if self.validity else value

    def write(self, name: str) -> list[str]:
        """Return the statements that make ``r`` from ``v``, or raise what ``refuse`` returns."""
        says_absent = self.validity is not None
        return [
            *([] if says_absent else ["if v is None:", f"    raise refuse(page, {name!r})"]),
            "r = 1 if v else 0" if self.yes_when else "r = 0 if v else 1",
        ]

    def parse(self, text: str) -> Value:
        """Make yes or no from what somebody typed."""
        if text.lower() in ("1", "true", "yes"):
            return True
        if text.lower() in ("0", "false", "no"):
            return False
        raise ValueError(f"expected {self.expected}")


@dataclass(frozen=True, kw_only=True)
class Octets(Field):
    """Bytes that mean something only to whoever knows the context."""

    @property
    def expected(self) -> str:
        """What the field takes, in words."""
        return f"{self.bits // 8} bytes, two hexadecimal digits each"

    def read(self, name: str) -> str:
        """Return the expression that makes the value from the bytes."""
        return f"bytes(payload[{self.byte}:{self.byte + self.bits // 8}])"

    def write(self, name: str) -> list[str]:
        """Return the statements that make ``r`` from ``v``, or raise what ``refuse`` returns."""
        return [
            f"if v.__class__ is not bytes or len(v) != {self.bits // 8}:",
            f"    raise refuse(page, {name!r})",
            'r = int.from_bytes(v, "little")',
        ]

    def parse(self, text: str) -> Value:
        """Make bytes from hexadecimal digits."""
        try:
            return bytes.fromhex(text)
        except ValueError:
            raise ValueError(f"expected {self.expected}") from None


def number(
    byte: int,
    unit: str = "",
    *,
    bit: int = 0,
    bits: int = 8,
    signed: bool = False,
    scale: Exact = 1,
    offset: Exact = 0,
    low: Exact | None = None,
    high: Exact | None = None,
    invalid: int | None = None,
    invalid_with: int | None = None,
    validity: Bit | None = None,
    default: float | None = None,
    kind: type[Number] = Number,
) -> Any:  # noqa: ANN401  (what `dataclasses.field` returns is no type of ours)
    """Declare a number; without `low` and `high` it may be all that its bits can say."""
    step, zero = Fraction(scale), Fraction(offset)
    least, most = _representable(bits, signed)
    least, most = least + (least == invalid), most - (most == invalid)
    wire = kind(
        byte=byte,
        bit=bit,
        bits=bits,
        signed=signed,
        scale=step,
        offset=zero,
        low=least * step + zero if low is None else Fraction(low),
        high=most * step + zero if high is None else Fraction(high),
        invalid=invalid,
        invalid_with=invalid_with,
        validity=validity,
        unit=unit,
    )
    return dataclasses.field(default=default, metadata={WIRE: wire})


def count(byte: int, bits: int = 8, scale: Exact = 1, unit: str = "") -> Any:  # noqa: ANN401
    """Declare a counter that rolls over at the end of its bits; it is always there."""
    return number(byte, unit, bits=bits, scale=scale, default=0)


def code(
    byte: int,
    names: Mapping[int, str],
    *,
    bit: int = 0,
    bits: int = 8,
    invalid: int | None = None,
    default: str | None = None,
) -> Any:  # noqa: ANN401
    """Declare a number that stands for a word; without `default` it is absent, or else 0."""
    wire = Code(byte=byte, bit=bit, bits=bits, names=names, invalid=invalid)
    unsaid: Value = None if invalid is not None else names.get(0, 0)
    return dataclasses.field(default=default or unsaid, metadata={WIRE: wire})


def flag(
    byte: int,
    bit: int,
    *,
    yes_when: bool = True,
    validity: Bit | None = None,
    default: bool | None = False,
) -> Any:  # noqa: ANN401
    """Declare one bit that says yes or no."""
    wire = Flag(byte=byte, bit=bit, yes_when=yes_when, validity=validity)
    return dataclasses.field(default=default, metadata={WIRE: wire})


def octets(byte: int, length: int) -> Any:  # noqa: ANN401
    """Declare bytes that are handed on as they are."""
    wire = Octets(byte=byte, bits=8 * length)
    return dataclasses.field(default=b"\xff" * length, metadata={WIRE: wire})


def _representable(bits: int, signed: bool) -> tuple[int, int]:
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


def _plain(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)
