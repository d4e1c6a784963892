"""The bar on top of the screen: what to do now, for how long, and what follows.

SEATED or STAND on the colour of the posture; in the last ten seconds before a change stripes of
the next posture's colour with STAND IN 9 in a dark box, so that the warning is told by shape and
words as well as by colour, and cannot be taken for the moment itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from coach.live.glyphs import big
from coach.live.ink import Ink, Line, cells, centred, cut, fit, merged
from coach.live.view import Frame
from coach.live.words import VERBS, Headline, headline, here_text, way_ahead
from coach.messages import Posture, RideState
from coach.units import way_text
from coach.workout import Workout

_STRIPE = 4
"""Width of a stripe [cells]."""
_BARS = {Posture.SEATED: Ink.SEATED_BAR, Posture.STANDING: Ink.STAND_BAR, None: Ink.REST_BAR}
_STRIPES = {Posture.SEATED: Ink.SEATED, Posture.STANDING: Ink.STAND}


Size = tuple[int, int]
"""How many times block letters are enlarged, down and sideways."""


def bar_lines(frame: Frame, workout: Workout | None, width: int, size: Size | None) -> list[Line]:
    """Draw the bar.

    Parameters
    ----------
    frame : Frame
    workout : Workout or None
        Names what follows.
    width : int
        Cells.
    size : (int, int) or None
        Of its letters; ``None`` for one row of plain text.

    Returns
    -------
    list of Line
        Letters with a row of ground above and below, or one line.
    """
    if size is None:
        return _small_bar(frame, workout, width)
    if frame.warning is not None:
        return _warning_bar(headline(frame, workout), frame.warning, width, size)
    bar, ink = headline(frame, workout), _ink(frame)
    if frame.resumes_in is not None:
        return word_bar(f"{bar.word} {bar.count}", "", _caption(bar), ink, width, size)
    return word_bar(bar.word, bar.count, _caption(bar), ink, width, size)


def word_bar(
    word: str, count: str, caption: Sequence[str], ink: Ink, width: int, size: Size | None
) -> list[Line]:
    """Draw a bar of one colour: a word, small letters in the middle, a count on the right.

    Parameters
    ----------
    word, count : str
        In block letters.
    caption : sequence of str
        In small letters, a row each; at most as many as the letters have.
    ink : Ink
        Of the bar.
    width : int
        Cells.
    size : (int, int) or None
        Of its letters; ``None`` for one row of plain text.
    """
    if size is None:
        text = "  ".join(part for part in (word, count, *caption) if part)
        return [fit([(f" {text}", ink)], width, ink)]
    letters, numerals = big(word, *size), big(count, *size)
    left = width - len(letters[0]) - len(numerals[0]) - 5
    if left < 0:
        numerals, left = ("",) * len(letters), left + len(numerals[0])
    first = (len(letters) - len(caption)) // 2
    ground: Line = [(" " * width, ink)]
    lines: list[Line] = []
    for row, (letter, numeral) in enumerate(zip(letters, numerals, strict=True)):
        text = caption[row - first] if 0 <= row - first < len(caption) else ""
        lines.append([(f"  {letter} {centred(text, left)} {numeral} ", ink)])
    return [ground, *lines, ground]


def _caption(bar: Headline) -> list[str]:
    """Return the rows of small letters: what there is to know, then what follows."""
    first, *more = (bar.hint, *bar.caption) if bar.hint else bar.caption
    rows = [first, *(["", *more] if more else [])]
    return [*rows, "", "then", bar.then] if bar.then else rows


def _ink(frame: Frame) -> Ink:
    riding = frame.snapshot.state is RideState.RIDING
    return _BARS[frame.snapshot.posture] if riding else Ink.REST_BAR


def _warning_bar(bar: Headline, posture: Posture, width: int, size: Size) -> list[Line]:
    """Draw stripes in the colour of what comes, and its count-down in a dark box."""
    letters = big(f"{bar.word} {bar.count}", *size)
    lines = [_striped(posture, row, width, letter) for row, letter in enumerate(letters, 1)]
    return [
        _striped(posture, 0, width),
        *lines,
        _striped(posture, len(letters) + 1, width, " · ".join(bar.caption)),
    ]


def _striped(posture: Posture, row: int, width: int, text: str = "") -> Line:
    """Draw one row of stripes; a text stands on it in a dark box."""
    inks = ((" ", _BARS[posture]), ("/", _STRIPES[posture]))
    stripes = [inks[(column + 2 * row) // _STRIPE % 2] for column in range(width)]
    if not text:
        return merged(stripes)
    box = cut(text, width) if cells(text) + 4 > width else f"  {text}  "
    before = (width - cells(box)) // 2
    return [
        *merged(stripes[:before]),
        (box, Ink.STRONG),
        *merged(stripes[before + cells(box) :]),
    ]


def _small_bar(frame: Frame, workout: Workout | None, width: int) -> list[Line]:
    """Say the same in one row, where block letters have no room."""
    if frame.warning is not None:
        text = f"{VERBS[frame.warning]} in {frame.countdown}"
        if cells(text) > width:
            text = text.replace(" in ", " ")
        return [_striped(frame.warning, 0, width, text)]
    bar, ahead = headline(frame, workout), way_ahead(frame.snapshot, workout)
    word, count, caption = bar.word, bar.count, _caption(bar)
    if frame.resumes_in is not None:
        word, count = f"{word} {count}", ""
    elif count and ahead is not None:
        metres, what = ahead
        count, caption = "", [here_text(frame.snapshot), f"{way_text(metres)} {what}"]
    return word_bar(word, count, caption, _ink(frame), width, None)
