"""A terminal to write to, which never makes the ride wait."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Protocol, TextIO

_USUAL = (80, 24)
"""Columns and rows of a terminal that does not say."""


class Output(Protocol):
    """A terminal to write to. Nothing here waits, but for the last words."""

    def size(self) -> tuple[int, int]:
        """Return columns and rows."""
        ...

    def ready(self) -> bool:
        """Return whether everything written has gone out."""
        ...

    def write(self, text: str) -> None:
        """Hand over a text; a terminal that has gone is written to in vain."""
        ...

    def close(self, last: str) -> None:
        """Write the last words and let go of the terminal."""
        ...


if sys.platform == "win32":

    class Console:
        """The console of Windows, through its stream."""

        def __init__(self, out: TextIO) -> None:
            self._out: TextIO | None = out
            # The console understands escape codes once a child has asked for them.
            os.system("")

        def size(self) -> tuple[int, int]:
            """Return columns and rows."""
            try:
                columns, rows = os.get_terminal_size()
            except OSError:
                return _USUAL
            return columns, rows

        def ready(self) -> bool:
            """Return True: the console takes everything at once."""
            return True

        def write(self, text: str) -> None:
            """Hand over a text."""
            if self._out is None:
                return
            try:
                self._out.write(text)
                self._out.flush()
            except (OSError, ValueError):
                self._out = None

        def close(self, last: str) -> None:
            """Write the last words."""
            self.write(last)
            self._out = None

else:
    import select

    _PATIENCE = 0.2
    """How long the last words may wait for a terminal that does not read [s]."""

    class Tty:
        """A POSIX terminal, through an open file of our own that never blocks.

        The file descriptors of a shell's children are one open file: to make standard output
        non-blocking would make it so for the shell as well.

        Parameters
        ----------
        fd : int
            Any file descriptor of the terminal.
        """

        def __init__(self, fd: int) -> None:
            flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK
            self._fd: int | None = os.open(os.ttyname(fd), flags)
            self._pending = b""

        def size(self) -> tuple[int, int]:
            """Return columns and rows; the usual ones where the terminal does not know."""
            if self._fd is None:
                return _USUAL
            try:
                columns, rows = os.get_terminal_size(self._fd)
            except OSError:
                return _USUAL
            return (columns, rows) if columns > 0 and rows > 0 else _USUAL

        def ready(self) -> bool:
            """Push on what is pending; return whether everything has gone out."""
            if self._fd is not None and self._pending:
                try:
                    self._pending = self._pending[os.write(self._fd, self._pending) :]
                except BlockingIOError:
                    pass
                except OSError:
                    self._hang_up()
            return not self._pending

        def write(self, text: str) -> None:
            """Hand over a text."""
            if self._fd is not None:
                self._pending += text.encode("utf-8", "replace")
                self.ready()

        def close(self, last: str) -> None:
            """Write the last words; a terminal that does not read them in time goes without."""
            if self._fd is None:
                return
            # What is pending is a picture that nobody needs; the next escape ends it cleanly.
            self._pending = b""
            self.write(last)
            while self._fd is not None and self._pending:
                if not select.select([], [self._fd], [], _PATIENCE)[1]:
                    break
                self.ready()
            self._hang_up()

        def _hang_up(self) -> None:
            fd, self._fd, self._pending = self._fd, None, b""
            if fd is not None:
                os.close(fd)


def in_background(fd: int) -> bool:
    """Return whether another program has this terminal now, as after ``coach ride ... &``."""
    if sys.platform == "win32":
        return False
    else:
        try:
            return os.tcgetpgrp(fd) != os.getpgrp()
        except OSError:
            return False  # not the terminal that we are controlled from


def output(stdout: TextIO, environ: Mapping[str, str]) -> Output | None:
    """Return the terminal behind a stream, or ``None`` where there is none to draw on."""
    try:
        if not stdout.isatty():
            return None
        if sys.platform == "win32":
            return Console(stdout)
        else:
            dumb = environ.get("TERM", "dumb") == "dumb"
            return None if dumb or in_background(stdout.fileno()) else Tty(stdout.fileno())
    except (OSError, ValueError):
        return None
