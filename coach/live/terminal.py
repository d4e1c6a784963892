"""The ride in a terminal.

Drawn by ourselves: the picture is text in a fixed grid, so all that a toolkit adds is weight. The
same frames, four a second at 120 × 40 (Python 3.11, one of two shared cores), took

=================  ==============  =======  ===============
drawn by           share of a core memory   to import first
=================  ==============  =======  ===============
ourselves          0.7 %           33 MB    10 ms
Rich `Live`        2.5 %           35 MB    40 ms
Textual            1.5 %           47 MB    290 ms
=================  ==============  =======  ===============

and a toolkit's keys would still have to be kept apart from Ctrl-C, which must stay a signal.
"""

from __future__ import annotations

import atexit
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TextIO

from coach.live.base import Display
from coach.live.ink import BEST, Depth, Style
from coach.live.keyboard import Keyboard, keyboard
from coach.live.output import Output, output
from coach.live.plain import PlainDisplay
from coach.live.screen import Screen
from coach.live.view import Frame, Viewer
from coach.messages import Cue, CueKind, Key, Snapshot
from coach.workout import Workout

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
"""Alternate screen, no cursor, no wrapping at the right edge, empty."""
_LEAVE = "\x1b[0m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l"
_REPAINT = 40
"""Frames between full repaints, which heal what others wrote over the screen."""
_INTERVAL = 0.1
"""Least time between two pictures [s]: a ride faster than life is not drawn whole."""
_BELLS = {CueKind.STAND: 2, CueKind.SIT: 1}


class TerminalDisplay:
    """A full screen that is drawn line by line where it changed.

    The terminal is given back as it was found by `close`, by a ``with`` block and at the end of the
    interpreter. Signals belong to whoever runs the ride and closes its displays.

    Parameters
    ----------
    output : Output
        The terminal.
    keyboard : Keyboard, optional
        Without one the ride goes on without keys.
    style : Style
        What the terminal can show.
    workout : Workout, optional
        The plan, for the strip of hills.
    quiet : bool
        No bell.
    interval : float
        Least real time between two pictures [s].
    """

    def __init__(
        self,
        output: Output,
        keyboard: Keyboard | None = None,
        style: Style = BEST,
        workout: Workout | None = None,
        *,
        quiet: bool = False,
        interval: float = _INTERVAL,
    ) -> None:
        self._output = output
        self._keyboard = keyboard
        self._style = style
        self._workout = workout
        self._quiet = quiet
        self._interval = interval
        self._due = -math.inf
        self._viewer = Viewer()
        self._size = (0, 0)
        self._drawn: list[str] = []
        self._frames = 0
        self._bells = 0
        self._open = False

    def __enter__(self) -> TerminalDisplay:
        self.open()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def open(self) -> None:
        """Take the screen and the keyboard."""
        if self._open:
            return
        self._open = True
        atexit.register(self.close)
        if self._keyboard is not None:
            self._keyboard.open()
        self._output.write(_ENTER)

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Draw what changed; a terminal that does not keep up misses pictures, not the ride."""
        frame = self._viewer.see(snapshot, cues)
        for cue in cues:
            self._bells = _BELLS.get(cue.kind, self._bells)
        now = time.monotonic()
        if not self._open or now < self._due or not self._output.ready():
            return
        self._due = now + self._interval
        text = self._changes(frame) + self._bell()
        if text:
            self._output.write(text)

    def _changes(self, frame: Frame) -> str:
        """Return what turns the picture on the screen into this one."""
        width, height = size = self._output.size()
        text = ""
        if size != self._size:
            self._size, self._drawn, text = size, [], "\x1b[0m\x1b[2J"
        elif self._frames % _REPAINT == 0:
            self._drawn = []
        self._frames += 1
        keys = self._keyboard is not None
        lines = Screen(width, height, self._style, self._workout, keys).lines(frame)
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

    def keys(self) -> Sequence[Key]:
        """Return what the rider asked since the last call."""
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


def display(
    workout: Workout | None = None,
    *,
    quiet: bool = False,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    environ: Mapping[str, str] | None = None,
) -> Display:
    """Return the display for where this program runs.

    A full screen in a terminal; plain lines in a pipe, a file, the background of a terminal or one
    that cannot move its cursor (``TERM`` is dumb or not set). Keys wherever standard input is a
    terminal.

    Parameters
    ----------
    workout : Workout, optional
        The plan, for the strip of hills.
    quiet : bool
        No bell.
    stdin, stdout : TextIO, optional
        By default the program's own.
    environ : mapping of str to str, optional
        By default the program's own.
    """
    stdin = stdin or sys.stdin
    stdout = stdout or sys.stdout
    environ = os.environ if environ is None else environ
    board = keyboard(stdin)
    unicode = _unicode(stdout, environ)
    screen = output(stdout, environ)
    if screen is None:
        return PlainDisplay(stdout, board, unicode=unicode)
    style = Style(_depth(environ), unicode)
    return TerminalDisplay(screen, board, style, workout, quiet=quiet)


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


def _unicode(stdout: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether the terminal takes more than ASCII.

    Python takes the C locale for UTF-8 (PEP 538, PEP 540); a terminal of which its owner says
    ``LC_ALL=C`` is taken at its word.
    """
    encoding = (getattr(stdout, "encoding", None) or "").lower().replace("-", "")
    return encoding == "utf8" and environ.get("LC_ALL") not in ("C", "POSIX")
