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

import math
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

from coach.live.base import Display
from coach.live.ink import BEST, Style
from coach.live.keyboard import Keyboard, keyboard
from coach.live.keys import KEYS
from coach.live.output import Output, output
from coach.live.plain import PlainDisplay
from coach.live.screen import Screen
from coach.live.sound import Sound, Sounds, Tone
from coach.live.surface import Surface, has_unicode, style_of
from coach.live.view import Frame, Viewer
from coach.live.voice import Voice, voice
from coach.messages import Cue, Key, Snapshot
from coach.workout import Workout

_INTERVAL = 0.1
"""Least time between two pictures [s]: a ride faster than life is not drawn whole."""
_BELLS = {Tone.STAND: 2, Tone.SIT: 1}
"""Rings of a terminal without a voice."""


def _never() -> bool:
    return False


class TerminalDisplay:
    """The ride on a full screen.

    Signals belong to whoever runs the ride and closes its displays.

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
        No sound.
    first : str
        Words to begin with.
    interval : float
        Least real time between two pictures [s].
    voice : Voice, optional
        Says the words aloud; without one, and when it fails, the bell rings.
    muted : callable
        Whether somebody else is heard now, as a page with its sound on.
    notice : sequence of str
        What stands there before the start, where it has room.
    """

    def __init__(
        self,
        output: Output,
        keyboard: Keyboard[Key] | None = None,
        style: Style = BEST,
        workout: Workout | None = None,
        *,
        quiet: bool = False,
        first: str = "",
        interval: float = _INTERVAL,
        voice: Voice | None = None,
        muted: Callable[[], bool] = _never,
        notice: Sequence[str] = (),
    ) -> None:
        self._surface = Surface(output, keyboard, style, quiet=quiet)
        self._workout = workout
        self._interval = interval
        self._due = -math.inf
        self._viewer = Viewer(first)
        self._sounds = Sounds()
        self._voice = None if quiet else voice
        self._muted = muted
        self._notice = tuple(notice)

    def __enter__(self) -> TerminalDisplay:
        self.open()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def open(self) -> None:
        """Take the screen and the keyboard."""
        self._surface.open()

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Draw what changed; a terminal that does not keep up misses pictures, not the ride."""
        frame = self._viewer.see(snapshot, cues)
        self._sound(self._sounds.hear(snapshot, cues))
        now = time.monotonic()
        if now < self._due or not self._surface.ready:
            return
        self._due = now + self._interval
        self._surface.draw(lambda width, height: self._lines(frame, width, height))

    def _sound(self, sounds: Sequence[Sound]) -> None:
        """Say or ring what is to be heard; words go on being said until others come."""
        voice, muted = self._voice, self._muted()
        if voice is not None:
            if muted:
                voice.hush()
            voice.tend()
        for sound in [] if muted else sounds:
            if voice is not None and not voice.failed:
                if sound.words:
                    voice.say(sound.words)
            elif sound.tone in _BELLS:
                self._surface.ring(_BELLS[sound.tone])

    def _lines(self, frame: Frame, width: int, height: int) -> list[str]:
        surface = self._surface
        screen = Screen(width, height, surface.style, self._workout, surface.has_keys, self._notice)
        return screen.lines(frame)

    def keys(self) -> Sequence[Key]:
        """Return what the rider asked since the last call."""
        return self._surface.keys()

    def close(self) -> None:
        """Give screen and keyboard back as they were; may be called twice."""
        self._surface.close()
        if self._voice is not None:
            self._voice.close()


def display(
    workout: Workout | None = None,
    *,
    quiet: bool = False,
    first: str = "",
    aloud: bool = False,
    muted: Callable[[], bool] = _never,
    notice: Sequence[str] = (),
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
        No sound.
    first : str
        Said on standard error before; a full screen, which covers that, begins with it.
    aloud : bool
        Say the words aloud where there is a voice: not in a ride faster than life.
    muted : callable
        Whether somebody else is heard now, as a page with its sound on.
    notice : sequence of str
        Shown on a full screen before the start, where it has room.
    stdin, stdout : TextIO, optional
        By default the program's own.
    environ : mapping of str to str, optional
        By default the program's own.
    """
    stdin = stdin or sys.stdin
    stdout = stdout or sys.stdout
    environ = os.environ if environ is None else environ
    board = keyboard(stdin, KEYS)
    screen = output(stdout, environ)
    if screen is None:
        return PlainDisplay(stdout, board, unicode=has_unicode(stdout, environ))
    style = style_of(stdout, environ)
    return TerminalDisplay(
        screen,
        board,
        style,
        workout,
        quiet=quiet,
        first=first,
        voice=voice(environ) if aloud and not quiet else None,
        muted=muted,
        notice=notice,
    )
