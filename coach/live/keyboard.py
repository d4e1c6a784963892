"""Keys without Enter and without waiting, on Linux, macOS and Windows.

`coach.live.keys` says what each of them means. Ctrl-C is not a key: it stays a signal, for whoever
runs the program.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Generic, Protocol, TextIO, TypeVar

from coach.live.keys import Bindings, K, keys_of
from coach.live.output import in_background

K_co = TypeVar("K_co", covariant=True)

_ESCAPED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[^\x1b\[O])")
"""What cursor and function keys, mouse and Alt send (ECMA-48, section 5.4, and xterm's SS3): they
hold letters that the rider did not type."""
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|O)?$")
_MOST = 1024
"""Bytes looked at in one go."""


class Decoder(Generic[K]):
    """Bytes of a terminal in, keys out; an escape sequence may come in two parts.

    Parameters
    ----------
    bindings : sequence of Binding
        The keys there are.
    """

    def __init__(self, bindings: Bindings[K]) -> None:
        self._bindings = bindings
        self._kept = b""

    def decode(self, data: bytes) -> list[K]:
        """Return the keys in what was typed since the last call; whatever else is there, is not.

        Call it also with nothing: an Escape that was pressed alone is let go then, instead of
        taking the next key with it.
        """
        kept, self._kept = self._kept, b""
        if not data:
            return []
        data = _ESCAPED.sub(b"", (kept + data)[-_MOST:])
        unfinished = _UNFINISHED.search(data)
        if unfinished:
            self._kept = unfinished.group()
            data = data[: unfinished.start()]
        return keys_of(data.decode("utf-8", "ignore"), self._bindings)


class Keyboard(Protocol[K_co]):
    """A source of keys. Nothing here waits."""

    def open(self) -> None:
        """Take the keyboard: keys come one by one, without echo."""
        ...

    def read(self) -> Sequence[K_co]:
        """Return the keys pressed since the last call."""
        ...

    def close(self) -> None:
        """Give the keyboard back as it was; may be called twice."""
        ...


if sys.platform == "win32":
    import msvcrt

    class WindowsKeyboard(Generic[K]):
        """The console's keys."""

        def __init__(self, bindings: Bindings[K]) -> None:
            self._bindings = bindings

        def open(self) -> None:
            """Do nothing: the console hands over keys as it is."""

        def read(self) -> Sequence[K]:
            """Return the keys pressed since the last call."""
            typed: list[str] = []
            while len(typed) < _MOST and msvcrt.kbhit():
                character = msvcrt.getwch()
                if character in "\x00\xe0":
                    msvcrt.getwch()  # the second half of a function or cursor key
                else:
                    typed.append(character)
            return keys_of("".join(typed), self._bindings)

        def close(self) -> None:
            """Do nothing: nothing was changed."""

else:
    import select
    import termios

    _INPUT_MODES, _LOCAL_MODES, _CHARACTERS = 0, 3, 6
    """Places in what `termios.tcgetattr` returns."""

    _Modes = list[int | list[bytes | int]]

    class PosixKeyboard(Generic[K]):
        """The keys of a terminal.

        Parameters
        ----------
        fd : int
            File descriptor of a terminal in whose foreground this program runs.
        bindings : sequence of Binding
            The keys there are.
        """

        def __init__(self, fd: int, bindings: Bindings[K]) -> None:
            self._fd = fd
            self._before: _Modes | None = None
            self._decoder = Decoder(bindings)

        def open(self) -> None:
            """Switch off lines and echo; leave Ctrl-C the signal that it is.

            Ctrl-Z and Ctrl-Backslash are switched off: a program that is stopped or killed by them
            could not take the load off the trainer. So is Ctrl-S, which would freeze the screen.
            """
            if self._before is not None:
                return
            modes = termios.tcgetattr(self._fd)
            self._before = termios.tcgetattr(self._fd)
            modes[_INPUT_MODES] &= ~termios.IXON
            modes[_LOCAL_MODES] &= ~(termios.ICANON | termios.ECHO)
            disabled = bytes([os.fpathconf(self._fd, "PC_VDISABLE") & 0xFF])
            for special in (termios.VSUSP, termios.VQUIT):
                modes[_CHARACTERS][special] = disabled
            modes[_CHARACTERS][termios.VMIN] = 0
            modes[_CHARACTERS][termios.VTIME] = 0
            termios.tcsetattr(self._fd, termios.TCSANOW, modes)

        def read(self) -> Sequence[K]:
            """Return the keys pressed since the last call; none once the terminal has gone."""
            if self._before is None:
                return ()
            try:
                ready, _, _ = select.select([self._fd], [], [], 0)
                data = os.read(self._fd, _MOST) if ready else b""
            except (OSError, ValueError):
                return ()
            return self._decoder.decode(data)

        def close(self) -> None:
            """Bring back lines and echo; what was typed last does not reach the shell."""
            if self._before is None:
                return
            before, self._before = self._before, None
            try:
                termios.tcflush(self._fd, termios.TCIFLUSH)
                termios.tcsetattr(self._fd, termios.TCSANOW, before)
            except termios.error:
                pass  # the terminal has gone, and its modes with it


def keyboard(stdin: TextIO, bindings: Bindings[K]) -> Keyboard[K] | None:
    """Return the keyboard behind an input, or ``None`` where there is nobody to press keys.

    Without a terminal, or in the background of one, the ride goes on without keys: to touch the
    modes of a terminal from its background would stop the program.
    """
    try:
        if not stdin.isatty():
            return None
        if sys.platform == "win32":
            return WindowsKeyboard(bindings)
        else:
            fd = stdin.fileno()
            return None if in_background(fd) else PosixKeyboard(fd, bindings)
    except (OSError, ValueError):
        return None
