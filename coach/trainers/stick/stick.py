"""The pretend stick as a driver: what openant and ours open, read and write.

It has no thread of its own: whoever reads it works off what is due by the clock it shares with the
driver. On a real clock a read waits for the next thing to come, a tenth of a second at most. On a
`SteppedClock` the stick is a follower: the clock stops wherever something is due, and goes on when
the reader has taken it and is back for more.
"""

from __future__ import annotations

import errno
import threading
from array import array
from collections.abc import Callable, Iterable

from coach.clock import Clock, SteppedClock
from coach.messages import Source
from coach.trainers.ant.serial import Framer
from coach.trainers.stick.air import Air
from coach.trainers.stick.chip import Chip
from coach.trainers.stick.commands import Commands
from coach.trainers.stick.trouble import Faults

IDLE = 0.1
"""A read waits no longer than this for something to say [real s]."""
SETTLED = 5.0
"""A reader who does not come back within this has died [real s]."""


class PretendStick:
    """An ANT stick that exists only as bytes; speaks openant's driver interface.

    It can be called, and then returns itself: so it stands in openant's list of drivers, and is a
    source of sticks for ours.

    Parameters
    ----------
    clock : Clock
        Shared with the driver. A `SteppedClock` gets the stick as a follower.
    air : Air
    faults : Faults, optional

    Attributes
    ----------
    air : Air
    faults : Faults
    delivered : callable or None
        Told time, source and payload of each page that the host took intact.
    """

    def __init__(self, clock: Clock, air: Air, faults: Faults | None = None) -> None:
        self.air = air
        self.faults = faults or Faults()
        self.delivered: Callable[[float, Source, bytes], None] | None = None
        self._clock = clock
        self._cond = threading.Condition()
        self._chip = Chip(air, self.faults, _network_key(), clock.jump, clock.now())
        self._commands = Commands(self._chip)
        self._framer = Framer()
        self._waiting = False
        self._round = self._seen = 0
        if isinstance(clock, SteppedClock):
            clock.follow(self)

    def __call__(self) -> PretendStick:
        """Return the stick itself."""
        return self

    def find(self) -> bool:
        """Tell that it is there."""
        return True

    @property
    def resets(self) -> int:
        """How often the host reset it."""
        return self._chip.resets

    def open(self) -> None:
        """Make it ready, all channels unassigned; it may be opened again after `close`.

        Raises
        ------
        usb.core.USBError
            While it is unplugged.
        """
        with self._cond:
            self._chip.work(self._clock.now())
            if not self._chip.power_on():
                raise _gone()
            self._framer = Framer()

    def close(self) -> None:
        """Let go of it; the air goes on."""
        with self._cond:
            self._chip.power_off()
            self._cond.notify_all()

    def write(self, data: Iterable[int]) -> None:
        """Take bytes of the host, whole messages or parts of them.

        Raises
        ------
        usb.core.USBError
            If it is not open, or was unplugged since.
        """
        with self._cond:
            self._work()
            for message in self._framer.feed(bytes(data)):
                self._commands.receive(message)
            self._cond.notify_all()

    def read(self) -> array[int]:
        """Return what the stick has to say, after a short wait nothing.

        Raises
        ------
        usb.core.USBError
            If it is not open, or was unplugged since.
        """
        with self._cond:
            self._work()
            if not self._chip.outbox:
                self._wait()
                self._work()
            return array("B", self._take())

    def drain(self) -> bytes:
        """Return what the stick has to say by now, without waiting.

        Raises
        ------
        usb.core.USBError
            If it is not open, or was unplugged since.
        """
        with self._cond:
            self._work()
            return self._take()

    def _work(self) -> None:
        self._chip.work(self._clock.now())
        if not self._chip.powered:
            self._cond.notify_all()
            raise _gone()

    def _wait(self) -> None:
        """Wait for the next thing to say, or for the clock."""
        if self._clock.real:
            self._cond.wait(min(max(-self._clock.late(self._chip.due()), 0.0), IDLE))
            return
        self._seen = self._round
        self._waiting = True
        self._cond.notify_all()
        self._cond.wait_for(self._wanted, IDLE)
        self._waiting = False

    def _wanted(self) -> bool:
        """Tell whether a waiting reader has to go round."""
        chip = self._chip
        is_late = chip.due() <= self._clock.now()
        return bool(chip.outbox) or self._round != self._seen or not chip.powered or is_late

    def _take(self) -> bytes:
        outbox = self._chip.outbox
        if self.delivered is not None:
            for each in outbox:
                if each.page is not None:
                    self.delivered(each.page.time, each.page.source, each.page.payload)
        data = b"".join(each.data for each in outbox)
        outbox.clear()
        return data

    # --- following a stepped clock ---------------------------------------------------------------

    def due(self) -> float:
        """Return when something happens next [s]."""
        with self._cond:
            return self._chip.due()

    def settle(self) -> None:
        """Wait until the reader has taken all that is due by now, and is back for more.

        Raises
        ------
        RuntimeError
            If it does not come back.
        """
        with self._cond:
            self._round += 1
            self._cond.notify_all()
            if not self._cond.wait_for(self._settled, SETTLED):
                raise RuntimeError(f"nobody has read the pretend stick for {SETTLED:.0f} s")

    def _settled(self) -> bool:
        chip, now = self._chip, self._clock.now()
        if not chip.powered:
            chip.work(now)
            return True
        is_back = self._waiting and self._seen == self._round
        return is_back and not chip.outbox and chip.due() > now


def _gone() -> Exception:
    """Return what pyusb raises when there is no such device any more."""
    from usb.core import USBError

    error: Exception = USBError(
        "No such device (it may have been disconnected)", errno=errno.ENODEV
    )
    return error


def _network_key() -> bytes:
    """Return the key of the ANT+ network, from openant, which may publish it."""
    from openant.devices import ANTPLUS_NETWORK_KEY

    return bytes(ANTPLUS_NETWORK_KEY)
