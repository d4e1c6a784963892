"""A pseudo-terminal, with a hand on its keyboard and an eye on its screen."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import struct
import termios
from contextlib import suppress

MARK = b"\x00mark\x00"
PATIENCE = 10.0
"""How long a test waits for what must come at once [s]."""


class Terminal:
    """Both ends of a pseudo-terminal."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._marker = os.open(os.ttyname(self.slave), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        self.resize(80, 24)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        """Press keys, and wait until the kernel has handed them over."""
        there = self._waiting() + len(keys)
        os.write(self.master, keys)
        while self._waiting() < there:
            assert select.select([self.slave], [], [], PATIENCE)[0]

    def type_to_program(self, keys: bytes) -> None:
        """Press keys that somebody else reads."""
        os.write(self.master, keys)

    def _waiting(self) -> int:
        count = fcntl.ioctl(self.slave, termios.FIONREAD, b"\0\0\0\0")
        return int(struct.unpack("i", count)[0])

    def printed(self) -> str:
        """All that has been written so far: what comes out before a mark written now."""
        mark, data = MARK, b""
        while MARK not in data:
            ready, room, _ = select.select(
                [self.master], [self._marker] if mark else [], [], PATIENCE
            )
            assert ready or room, f"no mark after {data[-500:]!r}"
            if room:
                mark = mark[os.write(self._marker, mark) :]
            if ready:
                data += os.read(self.master, 65536)
        return self._decoder.decode(data.removesuffix(MARK))

    def wait_for(self, text: str) -> str:
        """All that comes out up to and including a text."""
        data = b""
        while text.encode() not in data:
            ready = select.select([self.master], [], [], PATIENCE)[0]
            assert ready, f"no {text!r} in {data[-500:]!r}"
            try:
                chunk = os.read(self.master, 65536)
            except OSError:
                chunk = b""
            assert chunk, f"no {text!r} before the end of {data[-500:]!r}"
            data += chunk
        return data.decode()

    @property
    def modes(self) -> list[object]:
        return termios.tcgetattr(self.slave)

    def close(self) -> None:
        for fd in (self.master, self.slave, self._marker):
            with suppress(OSError):
                os.close(fd)
