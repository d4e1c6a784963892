"""A full screen of a terminal: taken, drawn line by line where it changed, given back as it was.

What is drawn belongs to others: the ride (`coach.live.terminal`) and the strength session
(`coach.live.strength`) draw on the same surface.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TextIO

from coach.live.ink import BEST, Depth, Style
from coach.live.keyboard import Keyboard
from coach.live.keys import K
from coach.live.output import Output

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
"""Alternate screen, no cursor, no wrapping at the right edge, empty."""
_LEAVE = "\x1b[0m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l"
_REPAINT = 40
"""Frames between full repaints, which heal what others wrote over the screen."""

Picture = Callable[[int, int], list[str]]
"""Draws so many columns and rows: a text with escape codes for each row."""


class Surface(Generic[K]):
    """The screen and the keyboard of one terminal.

    The terminal is given back as it was found by `close`, by a ``with`` block and at the end of the
    interpreter. Signals belong to whoever opened it and closes it.

    Parameters
    ----------
    output : Output
        The terminal.
    keyboard : Keyboard, optional
        Without one there are no keys.
    style : Style
        What the terminal can show.
    quiet : bool
        No bell.
    """

    def __init__(
        self,
        output: Output,
        keyboard: Keyboard[K] | None = None,
        style: Style = BEST,
        *,
        quiet: bool = False,
    ) -> None:
        self.style = style
        self._output = output
        self._keyboard = keyboard
        self._quiet = quiet
        self._size = (0, 0)
        self._drawn: list[str] = []
        self._frames = 0
        self._bells = 0
        self._open = False

    @property
    def has_keys(self) -> bool:
        """Whether there is a keyboard."""
        return self._keyboard is not None

    @property
    def ready(self) -> bool:
        """Whether it is open and the last picture has gone out."""
        return self._open and self._output.ready()

    def open(self) -> None:
        """Take the screen and the keyboard."""
        if self._open:
            return
        self._open = True
        atexit.register(self.close)
        if self._keyboard is not None:
            self._keyboard.open()
        self._output.write(_ENTER)

    def ring(self, times: int) -> None:
        """Owe so many rings instead of those not yet rung."""
        self._bells = times

    def draw(self, picture: Picture) -> None:
        """Draw what changed since the last picture, and ring once if a ring is owed."""
        text = self._changes(picture) + self._bell()
        if text:
            self._output.write(text)

    def _changes(self, picture: Picture) -> str:
        """Return what turns the picture on the screen into this one."""
        width, height = size = self._output.size()
        text = ""
        if size != self._size:
            self._size, self._drawn, text = size, [], "\x1b[0m\x1b[2J"
        elif self._frames % _REPAINT == 0:
            self._drawn = []
        self._frames += 1
        lines = picture(width, height)
        before, self._drawn = self._drawn or [""] * height, lines
        for row, (old, new) in enumerate(zip(before, lines, strict=True), 1):
            if new != old:
                text += f"\x1b[{row};1H{new}"
        return text

    def _bell(self) -> str:
        """Return one ring of those owed: terminals make one of two that come at once."""
        if self._bells == 0:
            return ""
        self._bells -= 1
        return "" if self._quiet else "\a"

    def keys(self) -> Sequence[K]:
        """Return what was pressed since the last call."""
        return self._keyboard.read() if self._keyboard is not None and self._open else ()

    def close(self) -> None:
        """Give screen and keyboard back as they were; may be called twice."""
        if not self._open:
            return
        self._output.close(_LEAVE)
        if self._keyboard is not None:
            self._keyboard.close()
        atexit.unregister(self.close)
        self._open = False


def style_of(stdout: TextIO, environ: Mapping[str, str]) -> Style:
    """Return what a terminal can show, as it and its variables say.

    Parameters
    ----------
    stdout : TextIO
        The stream to the terminal.
    environ : mapping of str to str
        The program's environment.
    """
    return Style(_depth(environ), has_unicode(stdout, environ))


def _depth(environ: Mapping[str, str]) -> Depth:
    """Return how many colours there are, as the terminal's variables say.

    Sources: the NO_COLOR convention (no-color.org: set and not empty); COLORTERM as terminals
    set it (truecolor or 24bit).
    """
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term.startswith("vt"):
        return Depth.NONE
    if environ.get("COLORTERM") in ("truecolor", "24bit") or "direct" in term:
        return Depth.TRUE
    if sys.platform == "win32":
        return Depth.TRUE
    return Depth.INDEXED if "256color" in term else Depth.EIGHT


def has_unicode(stdout: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether the terminal takes more than ASCII.

    Python takes the C locale for UTF-8 (PEP 538, PEP 540); a terminal of which its owner says
    ``LC_ALL=C`` is taken at its word.
    """
    encoding = (getattr(stdout, "encoding", None) or "").lower().replace("-", "")
    return encoding == "utf8" and environ.get("LC_ALL") not in ("C", "POSIX")
