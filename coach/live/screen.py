"""A frame as lines of text for a terminal of any size: what is read from the saddle comes first.

Under the bar come power, target, cadence and heart rate with their verdicts in sign, word and
colour, what was said last, the facts, the plan, the keys. When there is little room the letters
shrink first, then the least needed goes; no line is ever longer than the terminal is wide.

Source: reference notes on the look, sections 1 and 3; what to say on the paused screen: reference
notes on training science, section 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.guidance.technique import STOP_RULES
from coach.live import words
from coach.live.bar import Size, bar_lines
from coach.live.glyphs import ROWS, big, big_width
from coach.live.ink import BEST, Ink, Line, Style, fit, wrapped
from coach.live.keys import KEYS, Binding
from coach.live.layout import key_rows, spread, squeezed
from coach.live.strip import strip
from coach.live.view import STOP_FIRST, Frame, Verdict, place
from coach.messages import Key, RideState
from coach.workout import Workout

_SIZES: tuple[tuple[Size, Size | None], ...] = (
    ((3, 2), (3, 2)),
    ((3, 2), (2, 2)),
    ((2, 2), (2, 2)),
    ((2, 2), (1, 1)),
    ((2, 1), (2, 1)),
    ((2, 1), (1, 1)),
    ((1, 1), (1, 1)),
    ((1, 1), None),
)
"""Letters of the bar and of the numbers, largest first; the numbers shrink before the word."""
_WIDTH = 72
"""Cells in which the widest words in block letters, and four tiles, have room."""
_CUE_ROWS = 2
_FACT_ROWS = 3
_PROFILE_ROWS = 6
"""Most rows that the profile may take."""
_PLAN_ROWS = 3
"""Fewest rows of the plan: one of profile, one of postures, one of numbers."""
_NUMERALS = frozenset("0123456789—")

_VERDICT_INKS = {
    Verdict.ON_TARGET: Ink.ON_TARGET,
    Verdict.ABOVE: Ink.ABOVE,
    Verdict.BELOW: Ink.BELOW,
    None: Ink.STRONG,
}


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal to draw on.

    Parameters
    ----------
    width, height : int
        Columns and rows.
    style : Style
        What it can show.
    workout : Workout, optional
        The plan, for the strip and for what comes next.
    keys : bool
        Whether there is a keyboard, for the footer.
    notice : tuple of str
        What stands in place of the numbers before the start, where all of it has room.
    """

    width: int
    height: int
    style: Style = BEST
    workout: Workout | None = None
    keys: bool = True
    notice: tuple[str, ...] = ()

    def lines(self, frame: Frame) -> list[str]:
        """Draw a frame.

        Returns
        -------
        list of str
            `height` texts of exactly `width` cells, with escape codes.
        """
        return [self.style.render(fit(line, self.width)) for line in _sections(frame, self)]


def _sections(frame: Frame, screen: Screen) -> list[Line]:
    """Lay out the screen in the largest letters that leave room for all the rest."""
    width, height = screen.width, screen.height
    # A rider who waits for the trainer does not rest: what is measured shows when it is back.
    state = RideState.RIDING if frame.waiting else frame.snapshot.state
    paused = state is RideState.PAUSED
    tiles, cue = _values(frame), _cue(frame, width)
    facts = _facts(frame, screen.workout)
    words = len(cue) + len(facts) + _PLAN_ROWS
    most = height - 1 - len(tiles) - words
    footer = _footer(frame, screen, most)
    bar_size, number_size = _sizes(width, height, len(tiles), words, len(footer))
    bar = bar_lines(frame, screen.workout, width, bar_size)
    numbers = [_small_tile(tile) for tile in tiles]
    if number_size:
        numbers = _big_tiles(tiles, width, *number_size)
    middle = [cue, _stop_rules(), facts[:1]] if paused else [cue, numbers, facts]
    room = height - sum(map(len, (bar, *middle, footer))) - 2
    plan = strip(frame.snapshot, screen.workout, width, min(_PROFILE_ROWS, max(1, room)))
    notice = screen.notice if state is RideState.READY else ()
    if notice and len(notice) + 2 <= height and max(map(len, notice)) < width:
        bar = bar_lines(frame, screen.workout, width, None)
        middle = [cue, [[(f" {line}", Ink.STRONG)] for line in notice], []]
        plan = []
    # On a small screen the last of these is given up first, line by line.
    bar, numbers, footer, cue, facts, plan = squeezed(
        [bar, middle[1], footer, cue, middle[2], plan], height
    )
    return spread([bar, cue, numbers, facts, plan, footer], height)


def _sizes(
    width: int, height: int, numbers: int, words: int, keys: int
) -> tuple[Size | None, Size | None]:
    """Return how large the letters of the bar and of the numbers may be; the frame has no say.

    So the picture keeps its shape from one frame to the next.

    Parameters
    ----------
    width, height : int
        Of the screen.
    numbers : int
        How many numbers there are: their rows in plain text.
    words, keys : int
        Rows of what is always in plain text, and of the footer.
    """
    for bar, number in _SIZES:
        rows = _rows(bar, 1) + _rows(number, numbers) + words + keys
        if width >= _WIDTH * bar[1] and height >= rows:
            return bar, number
    # The word of the moment in the smallest letters is worth more than the facts and the plan.
    smallest, _ = _SIZES[-1]
    rows = _rows(smallest, 1) + max(numbers + _CUE_ROWS, len(_stop_rules())) + keys
    return (smallest if width >= _WIDTH * smallest[1] and height >= rows else None), None


def _rows(size: Size | None, plain: int) -> int:
    """Return the rows of block letters with one above and one below, or those of plain text."""
    return plain if size is None else ROWS * size[0] + 2


# --- the numbers --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tile:
    """One number with its name and what is to be said of it."""

    name: str
    unit: str
    value: str
    note: str = ""
    ink: Ink = Ink.STRONG


def _values(frame: Frame) -> list[_Tile]:
    snapshot = frame.snapshot
    return [
        _Tile(
            "power",
            "W",
            words.number_text(frame.power),
            words.power_note(frame),
            _VERDICT_INKS[frame.power_verdict],
        ),
        _Tile(
            "target",
            "W",
            words.number_text(snapshot.target_power),
            words.intensity_note(frame),
        ),
        _Tile(
            "cadence",
            "rpm",
            words.number_text(snapshot.cadence),
            words.cadence_note(frame),
            _VERDICT_INKS[frame.cadence_verdict],
        ),
        _Tile(
            "heart",
            "bpm",
            words.number_text(snapshot.heart_rate),
            words.heart_note(frame),
        ),
    ]


def _big_tiles(tiles: Sequence[_Tile], width: int, tall: int, wide: int) -> list[Line]:
    """Draw the numbers in block letters side by side: name above, note below."""
    each = width // len(tiles)
    rows: list[Line] = [[] for _ in range(ROWS * tall + 2)]
    for tile in tiles:
        column = [f"{tile.name.upper()} {tile.unit}", *_numerals(tile, each, tall, wide), tile.note]
        inks = [Ink.LABEL, *[tile.ink] * (ROWS * tall), tile.ink]
        for row, text, ink in zip(rows, column, inks, strict=True):
            row += fit([(" ", Ink.TEXT), (text, ink)], each)
    return rows


def _numerals(tile: _Tile, width: int, tall: int, wide: int) -> tuple[str, ...]:
    """Return a tile's number in block letters; in plain ones where it is too long for them."""
    if _NUMERALS.issuperset(tile.value) and big_width(tile.value, wide) < width - 1:
        return big(tile.value, tall, wide)
    rows = [""] * (ROWS * tall)
    rows[len(rows) // 2] = tile.value
    return tuple(rows)


def _small_tile(tile: _Tile) -> Line:
    return [
        (f" {tile.name:<8}", Ink.LABEL),
        (f"{tile.value:>4} {tile.unit:<4}", tile.ink),
        (f" {tile.note}", tile.ink),
    ]


# --- the words ----------------------------------------------------------------------------------


def _cue(frame: Frame, width: int) -> list[Line]:
    """Keep what was said last; always two rows, so that nothing below it jumps."""
    texts = wrapped(frame.cue, width - 4, _CUE_ROWS)
    lines: list[Line] = [
        [(" ▸ " if row == 0 else "   ", Ink.ALERT), (text, Ink.STRONG)]
        for row, text in enumerate(texts)
    ]
    return lines + [[] for _ in range(_CUE_ROWS - len(lines))]


def _facts(frame: Frame, workout: Workout | None) -> list[Line]:
    """Tell place and time, then effort and road, then what was capped and why.

    For some seconds after a hill, what was made of it instead; a cap still comes first.
    """
    snapshot = frame.snapshot
    limits = "; ".join(snapshot.limits)
    cap: Line = [(f" ! {limits}", Ink.ALERT)] if limits else []
    if snapshot.report and snapshot.state is not RideState.PAUSED:
        first, *more = snapshot.report
        report: list[Line] = [
            [(f" {first}", Ink.STRONG)],
            *([(f" {each}", Ink.TEXT)] for each in more),
        ]
        report += [[] for _ in range(_FACT_ROWS - len(report))]
        return [*report[: _FACT_ROWS - 1], cap or report[_FACT_ROWS - 1]]
    return [
        [
            (f" {place(snapshot)}", Ink.STRONG),
            (f" · {' · '.join(words.times(frame, workout))}", Ink.TEXT),
        ],
        [(f" {' · '.join(words.facts(frame))}", Ink.TEXT)],
        cap,
    ]


def _stop_rules() -> list[Line]:
    """Say when not to ride on."""
    return [
        [(f" {STOP_FIRST}", Ink.ALERT)],
        *([(f"   ● {rule}", Ink.TEXT)] for rule in STOP_RULES),
    ]


def _footer(frame: Frame, screen: Screen, most: int) -> list[Line]:
    """List the keys and what they do, in at most `most` rows."""
    if not screen.keys:
        ready = frame.snapshot.state is RideState.READY
        does = "leaves; nothing is kept" if ready else "ends the ride and saves it"
        return [[(f" Ctrl-C {does}", Ink.LABEL)]]
    return key_rows(KEYS, lambda each: _does(each, frame, screen.workout), screen.width, most)


def _does(binding: Binding[Key], frame: Frame, workout: Workout | None) -> str:
    """Say what a key does now, in as many cells as ever, so that no key moves."""
    room = max(len(binding.does), len(words.RIDE_ON) if binding.key is Key.PAUSE else 0)
    return words.does_now(binding, frame, workout).ljust(room)
