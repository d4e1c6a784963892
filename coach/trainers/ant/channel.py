"""One slave channel of the stick, from its set-up to the device on it, and back after a failure.

A channel is set up message by message, each answered by the stick before the next goes out. Then it
searches until it hears its device. A stick that loses a device searches by itself and finds it
again; the channel tells what became of the link:

========= =======================================================================
searching opened, and nothing heard yet
good      heard
stale     silent for `STALE` seconds: what is known is getting old
lost      silent for `LOST` seconds, or the stick says that it searches again
========= =======================================================================

To re-open a channel is to close it, to wait for the air to say that it is closed, and to unassign
it; whoever does not wait is told that it is in the wrong state. None of this was tried on hardware.

Source: reference notes on FE-C, sections 1.3, 1.6 and 2.1.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum

from coach.messages import Event, EventKind, Source
from coach.protocol import fec, heart, power
from coach.trainers.ant import serial
from coach.trainers.ant.serial import Code, Id, Message

STALE = 3.0
LOST = 5.0
ANSWER_TIME = 1.0
"""A stick answers within milliseconds; after this long [s] it is asked again."""
ATTEMPTS = 3
CLOSING_TIME = 5.0
"""How long a closing channel may take to be closed [s]; then it is unassigned all the same."""
PATIENCE = 1.0
"""Before a set-up that was refused is begun anew [s]."""
PROBE = 15.0
"""After a search of so long [s] the trainer's channel is opened anew: a stick that hangs, or has
forgotten its channels, says nothing either until it is asked."""

WINDOW = 120
"""Slots over which the reception is judged: half a minute of a trainer."""
ENOUGH = 40
POOR, GOOD = 0.25, 0.10
"""Share of missed slots at which the reception is called poor, and good again."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of device, and how its channel is opened."""

    source: Source
    name: str
    device_type: int
    period: int
    """Channel period [1/32768 s]."""
    first: bool
    """Its search goes before what other channels receive."""


TRAINER = Kind(Source.TRAINER, "trainer", fec.DEVICE_TYPE, fec.PERIOD, first=True)
STRAP = Kind(Source.HEART_RATE, "heart-rate strap", heart.DEVICE_TYPE, heart.PERIOD, first=False)
PEDALS = Kind(Source.POWER_METER, "power meter", power.DEVICE_TYPE, power.PERIOD, first=False)
KINDS = {kind.source: kind for kind in (TRAINER, STRAP, PEDALS)}


class Link(StrEnum):
    """How well a device is heard."""

    SEARCHING = "searching"
    GOOD = "good"
    STALE = "stale"
    LOST = "lost"


class _State(Enum):
    SETTING_UP = "setting up"
    OPEN = "open"
    CLOSING = "closing"
    UNASSIGNING = "unassigning"
    WAITING = "waiting"


class Channel:
    """One channel and the device on it.

    Parameters
    ----------
    number : int
        Of the channel on the stick.
    kind : Kind
    device_number : int
    write : callable
        Takes a message for the stick.
    say : callable
        Takes an event.

    Attributes
    ----------
    link : Link
    heard : float or None
        When the device was heard last.
    dumb : bool
        The stick has stopped answering.
    forgotten : bool
        The stick knows nothing of a channel that was open: it has lost its power for a moment, and
        with it all that it was told.
    """

    def __init__(
        self,
        number: int,
        kind: Kind,
        device_number: int,
        write: Callable[[Message], None],
        say: Callable[[Event], None],
    ) -> None:
        self.number = number
        self.kind = kind
        self.device_number = device_number
        self.period = kind.period
        self.link = Link.SEARCHING
        self.heard: float | None = None
        self.dumb = self.forgotten = False
        self._write = write
        self._say = say
        self._state = _State.WAITING
        self._steps: deque[Message] = deque()
        self._asked: Message | None = None
        self._attempts = 0
        self._was_open = False
        self._deadline = float("inf")
        self._probe_at = float("inf")
        self._slots: deque[bool] = deque(maxlen=WINDOW)
        self._poor = False

    @property
    def open(self) -> bool:
        """Whether it is set up: what is written to it reaches the air."""
        return self._state is _State.OPEN

    def begin(self, now: float) -> None:
        """Set it up on a stick that knows nothing of it."""
        self.forget()
        self._begin(now)

    def forget(self) -> None:
        """Nothing is set up any more: the stick was reset."""
        self.dumb = self.forgotten = False
        self._state, self._deadline, self._asked = _State.WAITING, float("inf"), None

    def reopen(self, now: float) -> None:
        """Close it and set it up again."""
        if self._state is _State.OPEN:
            self._close(now)

    def answered(self, command: int, code: int, now: float) -> None:
        """Take the stick's answer to a command on this channel."""
        if self._asked is None or command != self._asked.id:
            return
        self._asked = None
        if self._state is _State.CLOSING:
            # Closed only when the air says so; a channel that was closed already never will be.
            self._deadline = now + CLOSING_TIME
            if code != Code.NO_ERROR:
                self.forgotten = self._was_open and self._attempts == 1
                self._unassign(now)
        elif self._state is _State.UNASSIGNING:
            self._begin(now)
        elif code == Code.NO_ERROR or command == Id.LOW_PRIORITY_SEARCH_TIMEOUT:
            if code != Code.NO_ERROR:
                # In practice: not every stick knows this search. The other kind serves as well.
                self._steps[0] = self._search(serial.FOREVER)
            self._next(now)
        else:
            self._state = _State.WAITING
            self._deadline = now + PATIENCE

    def event(self, code: int, now: float) -> None:
        """Take what the stick tells of the air."""
        if code == Code.RX_FAIL:
            if self.link is not Link.LOST:  # of nobody at all there is no reception
                self._slot(now, heard=False)
        elif code == Code.GO_TO_SEARCH:
            self._lose(now)
        elif code == Code.CHANNEL_CLOSED and self._state in (_State.CLOSING, _State.OPEN):
            # Asked for or not (a search that gave up): it is to be open again.
            self._unassign(now)

    def hear(self, now: float) -> bool:
        """Take note that the device was heard; return whether it was found or found again."""
        if self.heard is not None and now - self.heard >= LOST:
            self._lose(now)  # nobody let the time pass: the machine slept
        self.heard = now
        self._slot(now, heard=True)
        before, self.link = self.link, Link.GOOD
        if before is Link.SEARCHING:
            self._tell(now, EventKind.LINK_FOUND, "found")
        elif before is not Link.GOOD:
            self._tell(now, EventKind.LINK_BACK, "back")
        return before in (Link.SEARCHING, Link.LOST)

    def tick(self, now: float) -> None:
        """Let time pass."""
        if now >= self._deadline:
            self._overdue(now)
        if self.heard is None:
            return
        silent = now - self.heard
        if silent >= LOST:
            self._lose(now)
        elif silent >= STALE and self.link is Link.GOOD:
            self.link = Link.STALE
            self._tell(now, EventKind.LINK_STALE, f"silent for {STALE:.0f} seconds")

    def probe(self, now: float) -> None:
        """Open it anew where the search takes long."""
        if self.link in (Link.SEARCHING, Link.LOST) and now >= self._probe_at:
            self.reopen(now)

    def stick_lost(self, now: float) -> None:
        """The stick is gone, and with it everything set up on it."""
        dumb = self.dumb
        self.forget()
        self.dumb = dumb  # until it is begun with again
        self._lose(now)

    # --- setting up and closing ---------------------------------------------------------------

    def _begin(self, now: float) -> None:
        number = self.number
        self._state = _State.SETTING_UP
        self._steps = deque(
            [
                Message(Id.ASSIGN_CHANNEL, bytes((number, serial.SLAVE, 0))),
                Message(
                    Id.CHANNEL_ID,
                    serial.channel_id(number, self.device_number, self.kind.device_type),
                ),
                Message(Id.CHANNEL_PERIOD, serial.channel_period(number, self.period)),
                Message(Id.RADIO_FREQUENCY, bytes((number, serial.RADIO_FREQUENCY))),
            ]
        )
        if self.kind.first:
            self._steps.append(self._search(serial.FOREVER))
        else:
            # While one channel searches the common way, the others miss what is sent to them.
            low = bytes((number, serial.FOREVER))
            self._steps.append(Message(Id.LOW_PRIORITY_SEARCH_TIMEOUT, low))
            self._steps.append(self._search(0))
        self._steps.append(Message(Id.OPEN_CHANNEL, bytes((number,))))
        self._next(now)

    def _search(self, timeout: int) -> Message:
        return Message(Id.SEARCH_TIMEOUT, bytes((self.number, timeout)))

    def _next(self, now: float) -> None:
        if self._steps:
            self._ask(self._steps.popleft(), now)
        else:
            self._state, self._deadline = _State.OPEN, float("inf")
            self._probe_at = now + PROBE

    def _close(self, now: float) -> None:
        self._was_open = self._state is _State.OPEN
        self._state = _State.CLOSING
        self._ask(Message(Id.CLOSE_CHANNEL, bytes((self.number,))), now)

    def _unassign(self, now: float) -> None:
        self._state = _State.UNASSIGNING
        self._ask(Message(Id.UNASSIGN_CHANNEL, bytes((self.number,))), now)

    def _ask(self, message: Message, now: float) -> None:
        self._asked, self._attempts = message, 1
        self._deadline = now + ANSWER_TIME
        self._write(message)

    def _overdue(self, now: float) -> None:
        if self._state is _State.WAITING:
            # Open for all that is known: the answer that said so may have been lost.
            self._close(now)
        elif self._asked is None:
            self._unassign(now)  # the air never said that the channel was closed
        elif self._attempts < ATTEMPTS:
            self._attempts += 1
            self._deadline = now + ANSWER_TIME
            self._write(self._asked)
        else:
            self.dumb, self._deadline = True, float("inf")

    # --- the link -------------------------------------------------------------------------------

    def _lose(self, now: float) -> None:
        if self.link in (Link.GOOD, Link.STALE):
            self.link = Link.LOST
            self._probe_at = now + PROBE
            self._slots.clear()
            self._tell(now, EventKind.LINK_LOST, "lost: looking for it")

    def _slot(self, now: float, *, heard: bool) -> None:
        """Judge the reception by the slots of the last half minute; the trainer's only."""
        if not self.kind.first:
            return
        self._slots.append(heard)
        if len(self._slots) < ENOUGH:
            return
        missed = self._slots.count(False) / len(self._slots)
        if missed >= POOR and not self._poor:
            self._poor = True
            text = (
                f"poor reception: {missed:.0%} of the trainer's pages are missed; "
                "move the stick nearer to it, on an extension cable"
            )
            self._say(Event(now, EventKind.RECEPTION_POOR, text, missed))
        elif missed <= GOOD and self._poor:
            self._poor = False
            self._say(Event(now, EventKind.RECEPTION_GOOD, "reception is good again", missed))

    def _tell(self, now: float, kind: EventKind, what: str) -> None:
        text = f"{self.kind.name} {self.device_number} {what}"
        self._say(Event(now, kind, text, self.kind.source.value))
