"""``coach simulate``: a trainer, a strap and pedals for people who write clients.

The pretend stick behind a pseudo-terminal: bytes in, bytes out, as from a stick with a serial port.
"""

from __future__ import annotations

import errno
import os
import select
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from coach.commands.signals import ended_by_signals
from coach.errors import CoachError

if TYPE_CHECKING:
    from coach.clock import Clock
    from coach.trainers.stick import PretendStick

LONGEST_WAIT = 0.25
"""[real s]."""
CHUNK = 4096
"""[bytes]."""
MOST_UNREAD = 2048
"""What a client may leave unread before messages are dropped [bytes]; some ten seconds of one."""


@click.command()
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Of all chance in it.")
@click.option("--faults", metavar="FILE", help="What goes wrong: a scenario's name, or a file.")
def simulate(seed: int | None, faults: str | None) -> None:
    """Serve a simulated trainer, strap and pedals as an ANT stick on a pseudo-terminal.

    Prints the path of the terminal, then profile and device number of every device; runs in real
    time until Ctrl-C. Not for Windows, which has no pseudo-terminals.
    """
    from coach import profile
    from coach.clock import MonotonicClock
    from coach.trainers.faults import load_scenario
    from coach.trainers.stick import make_stick

    scenario = load_scenario(faults) if faults is not None else None
    clock = MonotonicClock()
    stick = make_stick(profile.example_rider(), clock, scenario, seed)
    with ended_by_signals() as ended:
        port = Port()
        try:
            click.echo(port.path)
            for master in stick.air.masters:
                click.echo(f"{master.source} {master.device_number}")
            stick.open()
            while not ended:
                _turn(stick, port, clock)
        finally:
            stick.close()
            port.close()


def _turn(stick: PretendStick, port: Port, clock: Clock) -> None:
    """Wait for the client or for the stick, and hand on what there is."""
    wait = min(max(-clock.late(stick.due()), 0.0), LONGEST_WAIT)
    asked = port.receive(wait)
    try:
        if asked:
            before = stick.resets
            stick.write(asked)
            if stick.resets != before:
                port.forget()
        port.send(stick.drain())
    except OSError as error:
        if error.errno != errno.ENODEV:
            raise
        # Unplugged on purpose: nobody hears it, until it is there again.
        with suppress(OSError):
            stick.open()


class Port:
    """The stick's end of a pseudo-terminal; a client opens the other one.

    A client may come and go, and need not read: beyond `MOST_UNREAD` messages are dropped, whole
    ones, so that whoever comes next finds no half of one.

    Attributes
    ----------
    path : str
        What a client opens.

    Raises
    ------
    CoachError
        Where there are no pseudo-terminals.
    """

    def __init__(self) -> None:
        try:
            import termios
            import tty

            self._ours, self._theirs = os.openpty()
        except (ImportError, AttributeError):
            raise CoachError(
                "simulate needs a pseudo-terminal, which Windows does not have; run it on Linux or"
                " macOS, or give any command that uses ANT the option --stick virtual"
            ) from None
        except OSError as error:
            raise CoachError(
                f"no pseudo-terminal can be opened ({error.strerror}); close some terminals first"
            ) from error
        # Our end of theirs stays open: the terminal forgets its settings with the last client.
        tty.setraw(self._theirs, termios.TCSANOW)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(self._theirs)
        self._rest = b""

    @property
    def unread(self) -> int:
        """What no client has read yet [bytes]."""
        import fcntl
        import termios

        return int.from_bytes(fcntl.ioctl(self._theirs, termios.FIONREAD, bytes(4)), sys.byteorder)

    def receive(self, seconds: float) -> bytes:
        """Return what a client wrote, as soon as there is something."""
        readable, _, _ = select.select([self._ours], [], [], seconds)
        return os.read(self._ours, CHUNK) if readable else b""

    def send(self, data: bytes) -> None:
        """Hand on whole messages, or none of them while there is no room."""
        if not self._rest and self.unread <= MOST_UNREAD:
            self._rest = data
        if self._rest:
            with suppress(BlockingIOError):
                self._rest = self._rest[os.write(self._ours, self._rest) :]

    def forget(self) -> None:
        """Drop what no client has read: a client that resets the stick begins anew."""
        import termios

        self._rest = b""
        termios.tcflush(self._theirs, termios.TCIFLUSH)

    def close(self) -> None:
        """Take the terminal away."""
        os.close(self._ours)
        os.close(self._theirs)
