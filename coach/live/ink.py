"""Text with meaning, and how a terminal shows it: true colour down to bare ASCII.

A `Line` is a list of pieces of text, each in an `Ink`. Only here is an ink turned into escape
codes, and only here is text measured, cut and cleaned, so no rider's name or cue can leave its
cells or speak to the terminal.

Colours: reference notes on the look, section 1 (posture colours, states, contrasts at least 7.5
on the dark ground); the nearest of the 256 and of the eight colours were chosen by hand.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import groupby


class Depth(Enum):
    """How many colours a terminal has."""

    NONE = "none"
    EIGHT = "eight"
    INDEXED = "indexed"
    TRUE = "true"


@dataclass(frozen=True, slots=True)
class _Colour:
    """One colour in the three ways that terminals know."""

    rgb: tuple[int, int, int]
    indexed: int
    eight: int

    def code(self, depth: Depth, ground: int) -> str:
        """Return its code as text colour (`ground` 30) or ground colour (40)."""
        if depth is Depth.TRUE:
            red, green, blue = self.rgb
            return f"{ground + 8};2;{red};{green};{blue}"
        if depth is Depth.INDEXED:
            return f"{ground + 8};5;{self.indexed}"
        return str(ground + self.eight)


_PAPER = _Colour((0x0B, 0x0F, 0x14), 233, 0)
_DARK = _Colour((0x06, 0x12, 0x1C), 16, 0)
_LIGHT = _Colour((0xF4, 0xF7, 0xFA), 255, 7)
_GREY = _Colour((0xA9, 0xB8, 0xC6), 249, 7)
_SEATED = _Colour((0x56, 0xB4, 0xE9), 74, 6)
_STAND = _Colour((0xFF, 0xB0, 0x00), 214, 3)
_FAINT = _Colour((0x5B, 0x6B, 0x7A), 242, 7)
_SEATED_DONE = _Colour((0x2F, 0x6F, 0x9C), 25, 6)
_STAND_DONE = _Colour((0x97, 0x6A, 0x0F), 94, 3)
_ON = _Colour((0x35, 0xC9, 0xA5), 79, 2)
_ABOVE = _Colour((0xFF, 0x8A, 0x5C), 209, 3)


@dataclass(frozen=True, slots=True)
class _Look:
    text: _Colour
    ground: _Colour = _PAPER
    bold: bool = False
    inverse: bool = False
    """Shown inverse where there are no colours."""


class Ink(Enum):
    """What a piece of text means."""

    TEXT = _Look(_LIGHT)
    STRONG = _Look(_LIGHT, bold=True)
    LABEL = _Look(_GREY)
    FAINT = _Look(_FAINT)
    SEATED = _Look(_SEATED)
    STAND = _Look(_STAND)
    SEATED_DONE = _Look(_SEATED_DONE)
    STAND_DONE = _Look(_STAND_DONE)
    ON_TARGET = _Look(_ON, bold=True)
    ABOVE = _Look(_ABOVE, bold=True)
    BELOW = _Look(_SEATED, bold=True)
    ALERT = _Look(_STAND, bold=True)
    SEATED_BAR = _Look(_DARK, _SEATED, bold=True, inverse=True)
    STAND_BAR = _Look(_DARK, _STAND, bold=True, inverse=True)
    REST_BAR = _Look(_DARK, _LIGHT, bold=True, inverse=True)

    def codes(self, depth: Depth) -> str:
        """Return its escape code."""
        look: _Look = self.value
        codes = ["0"]
        if look.bold:
            codes.append("1")
        if depth is Depth.NONE:
            codes += ["7"] if look.inverse else []
        else:
            codes += [look.text.code(depth, 30), look.ground.code(depth, 40)]
        return f"\x1b[{';'.join(codes)}m"


Piece = tuple[str, Ink]
Line = list[Piece]

_ASCII = str.maketrans("█▁▂▃▄▅▆▇▀┃●▲▼▸·—–×→…′−’", "#__.-=++\"|o^v>|--x>.'-'")


@dataclass(frozen=True, slots=True)
class Style:
    """What a terminal can show."""

    depth: Depth = Depth.TRUE
    unicode: bool = True

    def text(self, text: str) -> str:
        """Return `text` in the characters that this terminal has, in as many cells as before."""
        if self.unicode or text.isascii():
            return text
        text = text.translate(_ASCII)
        return "".join(c if c.isascii() else "?" * _cells(c) for c in text)

    def render(self, line: Line) -> str:
        """Return a line with escape codes; it ends in the terminal's own colours."""
        pieces = (f"{_codes(ink, self.depth)}{self.text(text)}" for text, ink in line)
        return f"{''.join(pieces)}\x1b[0m"


BEST = Style()
"""A terminal that shows everything."""


@lru_cache(maxsize=128)
def _codes(ink: Ink, depth: Depth) -> str:
    return ink.codes(depth)


@lru_cache(maxsize=1024)
def clean(text: str) -> str:
    """Return `text` without anything that is not printed: controls, escapes, direction marks."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c in "\n\r\t" else "?" for c in text)


@lru_cache(maxsize=1024)
def cells(text: str) -> int:
    """Return how many cells of a terminal a printable text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """Return as much of a text as fits, with ``…`` where something was left out."""
    text = clean(text)
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    kept, used = [], 0
    for character in text:
        used += _cells(character)
        if used > width - 1:
            break
        kept.append(character)
    return f"{''.join(kept)}…"


def fit(line: Line, width: int, ground: Ink = Ink.TEXT) -> Line:
    """Return a line of exactly `width` cells: cut, or filled up with `ground`.

    Parameters
    ----------
    line : list of (str, Ink)
        May hold anything, from anybody.
    width : int
        Cells.
    ground : Ink
        Fills what is left.
    """
    fitted: Line = []
    left = max(0, width)
    for text, ink in line:
        part = cut(text, left)
        taken = cells(part)
        if taken:
            fitted.append((part, ink))
        left -= taken
        if taken < cells(clean(text)):
            break
    if left:
        fitted.append((" " * left, ground))
    return fitted


def merged(pieces: Iterable[Piece]) -> Line:
    """Return a line in which neighbours of one ink are one piece."""
    return [("".join(text for text, _ in run), ink) for ink, run in groupby(pieces, _ink_of)]


def _ink_of(piece: Piece) -> Ink:
    return piece[1]


def centred(text: str, width: int) -> str:
    """Return a text in the middle of `width` cells, cut when it is longer."""
    text = cut(text, width)
    left = width - cells(text)
    return " " * (left // 2) + text + " " * (left - left // 2)


def wrapped(text: str, width: int, rows: int) -> list[str]:
    """Break a text at spaces into at most `rows` lines of at most `width` cells."""
    words = clean(text).split()
    lines: list[str] = []
    while words and len(lines) < rows - 1:
        line = words.pop(0)
        while words and cells(line) + 1 + cells(words[0]) <= width:
            line = f"{line} {words.pop(0)}"
        lines.append(cut(line, width))
    if words and rows > 0:
        lines.append(cut(" ".join(words), width))
    return lines
