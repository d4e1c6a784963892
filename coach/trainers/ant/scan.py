"""What is on the air: every ANT+ device that speaks, and what it tells of itself.

A stick that can listens to all devices at once (continuous scanning, channel 0). Another one gets
a channel for each of the three kinds of device that a ride knows; a channel keeps the first device
that it hears, so others of that kind are not heard, and that is said.

Nothing is sent to the devices.

Source: reference notes on FE-C, section 2.1; ANT Message Protocol and Usage for continuous
scanning. Tried on the pretend stick, on no hardware.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from coach.clock import Clock
from coach.errors import TrainerUnavailable
from coach.trainers.ant import serial
from coach.trainers.ant.channel import ANSWER_TIME, ATTEMPTS, KINDS, Channel
from coach.trainers.ant.found import Device, Found, in_order
from coach.trainers.ant.node import StickSource, Transport
from coach.trainers.ant.serial import EVENT, Code, Id, Message

STEP = 0.25
"""How often `listen` looks at what was heard [s]."""

_SCAN_MODE = 0x04
"""Bit of the advanced options 2 (byte 4 of the capabilities): continuous scanning."""
_RECEIVE_ONLY = 0x40
"""Channel type: a slave that answers nobody, not even to acknowledge what is meant for others."""
_PAIRING = 0x80
"""Bit of a device type: the device asks to be paired."""
_NARROW = (
    "this stick cannot listen to all devices at once: of each kind only the first one is heard"
)


class Scan:
    """A session on a stick that only listens; does no I/O.

    Attributes
    ----------
    outbox : list of Message
        For the stick.
    narrow : bool
        Only the first device of each kind is heard.
    failure : str
        Why the stick does not listen, as a sentence; else empty.
    """

    def __init__(self) -> None:
        self.outbox: list[Message] = []
        self.narrow = False
        self.failure = ""
        self._heard: dict[tuple[int, int], Found] = {}
        self._channels: list[Channel] = []
        self._steps: deque[Message] = deque()
        self._asked: Message | None = None
        self._attempts = 0
        self._deadline = 0.0
        self._scans = False
        self._count = len(KINDS)

    @property
    def devices(self) -> list[Device]:
        """Everything heard so far, the kinds that a ride knows first."""
        return in_order(each.device for each in self._heard.values())

    def start(self, now: float) -> None:
        """Begin on a stick that was just reset."""
        from openant.devices import ANTPLUS_NETWORK_KEY

        self._channels = []
        self._steps = deque(
            [
                Message(Id.REQUEST, bytes((0, Id.CAPABILITIES))),
                Message(Id.NETWORK_KEY, bytes((0, *ANTPLUS_NETWORK_KEY))),
                Message(Id.LIB_CONFIG, bytes((0, serial.EXTENDED_ALL))),
            ]
        )
        self._next(now)

    def receive(self, message: Message, now: float) -> None:
        """Take a message of the stick."""
        data = message.data
        if message.id in (Id.BROADCAST, Id.ACKNOWLEDGED):
            self._hear(data, now)
        elif message.id == Id.CAPABILITIES and self._waits_for(Id.REQUEST):
            if len(data) >= 5:
                self._count = min(self._count, data[0])
                self._scans = bool(data[4] & _SCAN_MODE)
            self._next(now)
        elif message.id == Id.CHANNEL_RESPONSE and len(data) >= 3:
            number, command, code = data[0] & 0x1F, data[1], data[2]
            if self._waits_for(command):
                self._answered(command, code, now)
            elif number < len(self._channels):
                if command == EVENT:
                    self._channels[number].event(code, now)
                else:
                    self._channels[number].answered(command, code, now)

    def tick(self, now: float) -> None:
        """Let time pass."""
        for channel in self._channels:
            channel.tick(now)
        if any(channel.dumb for channel in self._channels):
            self._fail("has stopped answering")
        if self._asked is None or now < self._deadline:
            return
        if self._attempts < ATTEMPTS:
            self._attempts += 1
            self._write(self._asked, now)
        else:
            self._asked = None
            self._fail("does not answer")

    # --- set-up: each message is answered before the next goes out --------------------------------

    def _waits_for(self, command: int) -> bool:
        return self._asked is not None and self._asked.id == command

    def _next(self, now: float) -> None:
        self._asked = self._steps.popleft() if self._steps else None
        if self._asked is not None:
            self._attempts = 1
            self._write(self._asked, now)

    def _write(self, message: Message, now: float) -> None:
        self._deadline = now + ANSWER_TIME
        self.outbox.append(message)

    def _answered(self, command: int, code: int, now: float) -> None:
        # What is sent twice, because the first answer was lost, may come too late the second time.
        well = code == Code.NO_ERROR or (code == Code.WRONG_STATE and self._attempts > 1)
        if command == Id.LIB_CONFIG and not well:
            # An older way to ask who sent a page, without the strength of the signal.
            self._steps.append(Message(Id.EXTENDED_MESSAGES, bytes((0, 1))))
            self._next(now)
        elif command in (Id.LIB_CONFIG, Id.EXTENDED_MESSAGES) and well:
            self._listen(now)
        elif command == Id.UNASSIGN_CHANNEL:
            self._listen_narrowly(now)
        elif well:
            self._next(now)
        elif command in (Id.NETWORK_KEY, Id.EXTENDED_MESSAGES):
            self._asked = None
            self._fail(f"refuses to listen (message {command:#04x}, code {code})")
        else:
            # It said that it could scan and will not: its channel 0 is needed for the other way.
            self._steps = deque([Message(Id.UNASSIGN_CHANNEL, bytes((0,)))])
            self._next(now)

    def _listen(self, now: float) -> None:
        if not self._scans:
            self._listen_narrowly(now)
            return
        self._steps = deque(
            [
                Message(Id.ASSIGN_CHANNEL, bytes((0, _RECEIVE_ONLY, 0))),
                Message(Id.CHANNEL_ID, serial.channel_id(0, serial.ANY, serial.ANY)),
                Message(Id.RADIO_FREQUENCY, bytes((0, serial.RADIO_FREQUENCY))),
                Message(Id.OPEN_SCAN_MODE, bytes((0,))),
            ]
        )
        self._next(now)

    def _listen_narrowly(self, now: float) -> None:
        self._asked = None
        self.narrow = True
        kinds = list(KINDS.values())[: self._count]
        self._channels = [
            Channel(number, kind, serial.ANY, self.outbox.append, lambda _: None)
            for number, kind in enumerate(kinds)
        ]
        for channel in self._channels:
            channel.begin(now)

    def _fail(self, why: str) -> None:
        self.failure = f"the ANT stick {why}; unplug it, plug it in again, or run 'coach doctor'"

    # --- what is heard ----------------------------------------------------------------------------

    def _hear(self, data: bytes, now: float) -> None:
        sender = serial.sender(data)
        if sender is None:
            return
        key = sender.device_type & ~_PAIRING, sender.device_number
        heard = self._heard.get(key)
        if heard is None:
            heard = self._heard[key] = Found(*key)
        if sender.rssi is not None:
            heard.rssi = sender.rssi
        heard.read(data[1:9])


def listen(
    source: StickSource,
    clock: Clock,
    seconds: float,
    on_device: Callable[[Device], None] | None = None,
    until: Callable[[Sequence[Device]], bool] | None = None,
    on_note: Callable[[str], None] | None = None,
) -> list[Device]:
    """Listen to the air for a while.

    Parameters
    ----------
    source : StickSource
    clock : Clock
    seconds : float
        How long, once the stick is open [s].
    on_device : callable, optional
        Told of each device that is new or has told something new.
    until : callable, optional
        Given all devices; true when enough was heard.
    on_note : callable, optional
        Told, in words, what limits the listening.

    Returns
    -------
    list of Device

    Raises
    ------
    TrainerUnavailable
        If there is no stick, or it fails.
    """
    scan = Scan()
    transport = Transport(source, scan, clock)
    told: set[Device] = set()
    noted = False
    try:
        transport.open()
        end = clock.now() + seconds
        while True:
            clock.sleep_until(min(clock.now() + STEP, end))
            with transport.lock:
                devices, failure, narrow = scan.devices, scan.failure, scan.narrow
            if transport.fault is not None:
                raise transport.fault
            if transport.lost:
                raise TrainerUnavailable(
                    "the ANT stick was unplugged while it listened: plug it in and try again"
                )
            if failure:
                raise TrainerUnavailable(failure)
            if narrow and not noted and on_note is not None:
                on_note(_NARROW)
                noted = True
            for device in devices:
                if device not in told and on_device is not None:
                    on_device(device)
            told = set(devices)
            if clock.now() >= end or (until is not None and until(devices)):
                return devices
    finally:
        transport.close()
