"""A strength session on a full screen: big digits for repetitions and rest, words for the rest.

The bar says what is happening and how long it lasts; below it stand the exercise, how it is done
and what to watch, how far the session is, and the keys that mean something now. When there is
little room the letters shrink first, then the least needed goes.

Source: reference notes on the look, sections 1 and 3; what to say in a pause: reference notes on
training science, section 7; Borg's words: section 3.1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from coach.analysis.effort import ANCHORS
from coach.guidance.technique import STOP_RULES
from coach.live.bar import Size, word_bar
from coach.live.glyphs import ROWS
from coach.live.ink import BEST, Ink, Line, Style, fit, wrapped
from coach.live.keyboard import keyboard
from coach.live.keys import Binding
from coach.live.layout import key_rows, spread, squeezed
from coach.live.output import output
from coach.live.surface import Surface, style_of
from coach.live.view import STOP_FIRST, seconds_left
from coach.strength.messages import Phase, Press, SessionSnapshot, Sound
from coach.strength.routine import Exercise
from coach.strength.steps import Step
from coach.units import clock_text

KEYS = (
    Binding(Press.GO, " \r\n", "space", "go on"),
    Binding(Press.PAUSE, "pP", "p", "pause"),
    Binding(Press.MORE, "+=", "+", "one more"),
    Binding(Press.FEWER, "-_", "-", "one less"),
    Binding(Press.ZERO, "0", "0–9", "number"),
    *(Binding(Press(digit), digit, digit, "number") for digit in "123456789"),
    Binding(Press.POINT, ".,", ".", "point"),
    Binding(Press.ERASE, "\x7f\b", "del", "erase"),
    Binding(Press.BACK, "bB", "b", "back"),
    Binding(Press.SKIP, "nN", "n", "skip set"),
    Binding(Press.SKIP_EXERCISE, "xX", "x", "skip exercise"),
    Binding(Press.QUIT, "qQ", "q", "quit"),
)
"""Every key of a strength session."""

_BINDINGS = {each.key: each for each in KEYS}
_SKIPS = {
    Press.SKIP: "skip set",
    Press.SKIP_EXERCISE: "skip exercise",
    Press.QUIT: "quit, save",
}
_FOOTERS: dict[Phase, dict[Press, str]] = {
    Phase.READY: {Press.GO: "begin", Press.PAUSE: "pause", Press.BACK: "back", **_SKIPS},
    Phase.SET: {Press.GO: "done", Press.PAUSE: "pause", Press.BACK: "anew", **_SKIPS},
    Phase.ASK: {
        Press.GO: "keep it",
        Press.MORE: "one more",
        Press.FEWER: "one less",
        Press.ZERO: "load in kg",
        Press.ERASE: "erase",
        Press.BACK: "do it again",
        Press.SKIP: "drop this set",
        Press.QUIT: "quit without it",
    },
    Phase.REST: {Press.GO: "go on", Press.PAUSE: "pause", Press.BACK: "correct set", **_SKIPS},
    Phase.EFFORT: {
        Press.GO: "done",
        Press.ZERO: "number",
        Press.ERASE: "erase",
        Press.BACK: "correct the last set",
        Press.QUIT: "quit without it",
    },
    Phase.OVER: {},
}
_PAUSED = {Press.GO: "go on", Press.QUIT: "quit, save"}
_BELLS = {Sound.BEGIN: 2, Sound.WAITING: 2, Sound.FULL: 1}
"""Rings: two for the end of a rest, one for the end of a set."""

_SIZES: tuple[Size, ...] = ((3, 2), (2, 1), (1, 1))
_WIDTH = 72
"""Cells in which "REP 20" and its time have room."""
_BODY = 16
"""Rows below the bar in which a usual exercise has room."""
_LEAST = 8
"""Rows that are worth more than block letters: head, how, facts, keys."""
_LABEL = 8
"""Cells of a label."""


@dataclass(frozen=True, slots=True)
class StrengthScreen:
    """A terminal to draw on.

    Parameters
    ----------
    width, height : int
        Columns and rows.
    style : Style
        What it can show.
    """

    width: int
    height: int
    style: Style = BEST

    def lines(self, snapshot: SessionSnapshot, trouble: str = "") -> list[str]:
        """Draw a moment.

        Parameters
        ----------
        snapshot : SessionSnapshot
        trouble : str
            What the rider has to know besides; empty for nothing.

        Returns
        -------
        list of str
            `height` texts of exactly `width` cells, with escape codes.
        """
        sections = _sections(snapshot, trouble, self.width, self.height)
        return [self.style.render(fit(line, self.width)) for line in sections]


def _sections(snapshot: SessionSnapshot, trouble: str, width: int, height: int) -> list[Line]:
    bar = _bar(snapshot, width, _size(width, height))
    told: list[Line] = [[(f" ! {text}", Ink.ALERT)] for text in wrapped(trouble, width - 4, 2)]
    words = _FOOTERS[snapshot.phase]
    if snapshot.paused:
        words = _PAUSED
    else:
        idle = {Press.PAUSE} if snapshot.seconds_left is None else set()
        idle |= set() if snapshot.back else {Press.BACK}
        idle |= set() if snapshot.step else {Press.SKIP, Press.SKIP_EXERCISE}
        words = {key: does for key, does in words.items() if key not in idle}
    bindings = [_BINDINGS[key] for key in words]
    keys = key_rows(bindings, lambda each: words[each.key], width, min(2, height // 4))
    head, text, more = _body(snapshot, width)
    facts = _facts(snapshot, width)
    bar, told, keys, head, text, facts, more = squeezed(
        [bar, told, keys, head, text, facts, more], height
    )
    return spread([bar, head + told, text + more, facts, keys], height)


def _size(width: int, height: int) -> Size | None:
    """Return how large the letters of the bar may be; the moment has no say."""
    for tall, wide in _SIZES:
        if width >= _WIDTH * wide and height >= ROWS * tall + 2 + _BODY:
            return tall, wide
    smallest = _SIZES[-1]
    return smallest if width >= _WIDTH and height >= ROWS + 2 + _LEAST else None


# --- the bar -------------------------------------------------------------------------------------


def _bar(snapshot: SessionSnapshot, width: int, size: Size | None) -> list[Line]:
    word, count, caption, ink = _what(snapshot)
    return word_bar(word, count, caption, ink, width, size)


def _what(snapshot: SessionSnapshot) -> tuple[str, str, list[str], Ink]:
    """Return the word of the moment, its number, small words and the ink of its bar."""
    phase, step = snapshot.phase, snapshot.step
    left = snapshot.seconds_left
    count = "" if left is None else clock_text(seconds_left(left))
    if snapshot.paused:
        return "PAUSED", "", ["space goes on"], Ink.REST_BAR
    if phase is Phase.REST:
        then = ["then one question"] if step is None else ["then", *_where(step)]
        return "REST", count, then, Ink.SEATED_BAR
    if step is None:
        return "DONE", "", ["how hard was it?"], Ink.REST_BAR
    if phase is Phase.SET:
        halves = step.work.exercise.halves
        moves = "  ".join(
            f"{'▸' if snapshot.half == half else ' '}{name}" for half, name in enumerate(halves)
        )
        word = f"REP {snapshot.reps}"
        return word, count, [f"of {step.work.reps}", "", moves], Ink.STAND_BAR
    if phase is Phase.ASK:
        return "REPS", str(snapshot.reps), [*_where(step), "", "space keeps it"], Ink.REST_BAR
    if left is None:
        return "START", "", [*_where(step), "", "space when you are ready"], Ink.REST_BAR
    return "START IN", str(seconds_left(left)), _where(step)[1:], Ink.REST_BAR


def _where(step: Step) -> list[str]:
    """Name a step in few words: exercise, set, leg."""
    leg = [] if step.side is None else [f"{step.side.value} leg"]
    return [step.work.exercise.title, f"set {step.number} of {step.work.sets}", *leg]


# --- below it ------------------------------------------------------------------------------------


def _body(snapshot: SessionSnapshot, width: int) -> tuple[list[Line], list[Line], list[Line]]:
    """Return the headline, the text that matters now, and what may be left out."""
    step = snapshot.step
    if snapshot.paused:
        rules: list[Line] = [[(f"   ● {rule}", Ink.TEXT)] for rule in STOP_RULES]
        return _head(snapshot), [[(f" {STOP_FIRST}", Ink.ALERT)], *rules], []
    if snapshot.phase is Phase.ASK and step is not None:
        return _head(snapshot), _question(snapshot, step), []
    if snapshot.phase is Phase.EFFORT:
        value = snapshot.effort or "not said"
        head: Line = [(" How hard was the session?  ", Ink.STRONG), (value, Ink.ON_TARGET)]
        scale: list[Line] = [
            [(f" {anchor:>7g}  ", Ink.STRONG), (words, Ink.TEXT)] for anchor, words in ANCHORS
        ]
        return [head], scale, [[(" 0 to 10 in half steps; space alone leaves it out", Ink.LABEL)]]
    if step is None:
        return [[(" That was the last set.", Ink.STRONG)]], [], []
    exercise = step.work.exercise
    text = [*_labelled("how", exercise.how, width), *_labelled("watch", exercise.watch, width)]
    return _head(snapshot), text, list(_hints(exercise, width))


def _head(snapshot: SessionSnapshot) -> list[Line]:
    step = snapshot.step
    if step is None:
        return []
    then = "next: " if snapshot.phase is Phase.REST else ""
    reps = step.work.reps
    title, *place = [*_where(step), f"{reps} repetition{'s' * (reps != 1)}"]
    return [
        [
            (f" {then}", Ink.LABEL),
            (title, Ink.STRONG),
            (f" · {' · '.join(place)}", Ink.TEXT),
        ],
    ]


def _hints(exercise: Exercise, width: int) -> Iterable[Line]:
    for label, text in (
        ("for", exercise.purpose),
        ("needs", exercise.needs),
        ("easier", exercise.easier),
        ("harder", exercise.harder),
    ):
        if text:
            yield from _labelled(label, [text], width)


def _labelled(label: str, texts: Sequence[str], width: int) -> list[Line]:
    """Write texts beside a label, each in at most two rows."""
    room = max(1, width - _LABEL - 1)
    rows = [row for text in texts for row in wrapped(text, room, 2)]
    return [
        [(f" {label if index == 0 else '':<{_LABEL - 1}}", Ink.LABEL), (row, Ink.TEXT)]
        for index, row in enumerate(rows)
    ]


def _question(snapshot: SessionSnapshot, step: Step) -> list[Line]:
    """Ask what was done."""
    load = f"{snapshot.load} kg" if snapshot.load else "not said"
    lines: list[Line] = [
        [
            (f" {'done':<{_LABEL}}", Ink.LABEL),
            (f"{snapshot.reps} of {step.work.reps}", Ink.ON_TARGET),
            ("   + and - correct it", Ink.LABEL),
        ],
        [
            (f" {'load':<{_LABEL}}", Ink.LABEL),
            (load, Ink.ON_TARGET),
            ("   type it in kg, 0 for your own weight, or leave it", Ink.LABEL),
        ],
    ]
    if snapshot.seconds_left is not None:
        rest = clock_text(seconds_left(snapshot.seconds_left))
        lines.append([(f" {'rest':<{_LABEL}}", Ink.LABEL), (f"{rest} left", Ink.TEXT)])
    return lines


def _facts(snapshot: SessionSnapshot, width: int) -> list[Line]:
    """Tell how far the session is."""
    done, sets = snapshot.sets_done, snapshot.sets
    minutes = -(-seconds_left(snapshot.remaining) // 60)
    facts = [f"{done} of {sets} set{'s' * (sets != 1)} done"]
    if snapshot.step is not None:
        facts.append(f"about {minutes} min to go")
    if snapshot.following is not None:
        facts.append(f"then {_following(snapshot.following, snapshot.step)}")
    cells = max(0, width - 2)
    full = cells * done // sets
    gauge: Line = [(" ", Ink.TEXT), ("█" * full, Ink.ON_TARGET), ("▁" * (cells - full), Ink.FAINT)]
    return [[(f" {' · '.join(facts)}", Ink.TEXT)], gauge]


def _following(following: Step, step: Step | None) -> str:
    """Name what comes after a step, by what is new in it."""
    if step is None or following.work is not step.work:
        return following.work.exercise.title
    if following.number == step.number and following.side is not None:
        return f"the {following.side.value} leg"
    return f"set {following.number}"


# --- the display ---------------------------------------------------------------------------------


class StrengthDisplay:
    """The session on the full screen of a terminal.

    Parameters
    ----------
    surface : Surface
        The terminal.
    """

    def __init__(self, surface: Surface[Press]) -> None:
        self._surface = surface

    def open(self) -> None:
        """Take the screen and the keyboard."""
        self._surface.open()

    def show(self, snapshot: SessionSnapshot, sounds: Sequence[Sound], trouble: str = "") -> None:
        """Draw what changed, and ring for the last of the sounds.

        Parameters
        ----------
        snapshot : SessionSnapshot
        sounds : sequence of Sound
            Since the last call.
        trouble : str
            What the rider has to know besides; empty for nothing.
        """
        for sound in sounds:
            self._surface.ring(_BELLS[sound])
        if self._surface.ready:
            self._surface.draw(
                lambda width, height: StrengthScreen(width, height, self._surface.style).lines(
                    snapshot, trouble
                )
            )

    def keys(self) -> Sequence[Press]:
        """Return what the rider asked since the last call."""
        return self._surface.keys()

    def close(self) -> None:
        """Give screen and keyboard back as they were; may be called twice."""
        self._surface.close()


def strength_display(
    *,
    quiet: bool = False,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    environ: Mapping[str, str] | None = None,
) -> StrengthDisplay | None:
    """Return the display of this program's terminal.

    Parameters
    ----------
    quiet : bool
        No bell.
    stdin, stdout : TextIO, optional
        By default the program's own.
    environ : mapping of str to str, optional
        By default the program's own.

    Returns
    -------
    StrengthDisplay or None
        ``None`` where there are no keys, or no terminal that can be drawn on.
    """
    stdout = stdout or sys.stdout
    environ = os.environ if environ is None else environ
    board, screen = keyboard(stdin or sys.stdin, KEYS), output(stdout, environ)
    if board is None or screen is None:
        return None
    return StrengthDisplay(Surface(screen, board, style_of(stdout, environ), quiet=quiet))
