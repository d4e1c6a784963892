"""A host at the pretend stick, for tests: no thread, a clock moved by hand."""

from __future__ import annotations

from collections.abc import Sequence

from openant.devices import ANTPLUS_NETWORK_KEY

from coach import profile
from coach.clock import ManualClock
from coach.trainers.ant.serial import Code, Framer, Id, Message, channel_id, channel_period
from coach.trainers.faults import Fault
from coach.trainers.stick import Air, Faults, PretendStick

RIDER = profile.example_rider()
KEY = bytes(ANTPLUS_NETWORK_KEY)
TRAINER, STRAP, PEDALS = (12345, 17, 8192), (23456, 120, 8070), (34567, 11, 8182)
"""Device number, device type and period."""
EVENT = 1


class Host:
    """Writes messages, and collects what comes back with the time at which it came."""

    def __init__(self, *faults: Fault, seed: int = 1, now: float = 0.0, air: Air | None = None):
        self.clock = ManualClock(now)
        self.stick = PretendStick(self.clock, air or Air(RIDER), Faults(faults, seed))
        self.framer = Framer()
        self.heard: list[tuple[float, Message]] = []
        self.stick.open()

    def say(self, id: int, *data: int) -> list[Message]:
        """Write a message; return what is answered at once."""
        return self.write(Message(id, bytes(data)).encode())

    def write(self, data: bytes) -> list[Message]:
        self.stick.write(data)
        return self._take()

    def live(self, seconds: float) -> list[tuple[float, Message]]:
        """Let time pass; return what came."""
        before, end = len(self.heard), self.clock.now() + seconds
        while (due := self.stick.due()) <= end:
            self.clock.sleep_until(due)
            self._take()
        self.clock.sleep_until(end)
        self._take()
        return self.heard[before:]

    def _take(self) -> list[Message]:
        found = self.framer.feed(self.stick.drain())
        self.heard += [(self.clock.now(), message) for message in found]
        return found

    def set_up(
        self,
        device: Sequence[int] = TRAINER,
        channel: int = 0,
        *,
        period: int | None = None,
        key: bytes = KEY,
        frequency: int = 57,
        search: int = 255,
    ) -> None:
        """Assign a channel and set it up."""
        self.say(Id.NETWORK_KEY, 0, *key)
        self.say(Id.ASSIGN_CHANNEL, channel, 0, 0)
        self.say(Id.CHANNEL_ID, *channel_id(channel, device[0], device[1]))
        self.say(Id.CHANNEL_PERIOD, *channel_period(channel, period or device[2]))
        self.say(Id.RADIO_FREQUENCY, channel, frequency)
        self.say(Id.LOW_PRIORITY_SEARCH_TIMEOUT, channel, 0)
        self.say(Id.SEARCH_TIMEOUT, channel, search)

    def track(self, device: Sequence[int] = TRAINER, channel: int = 0, **more: int) -> None:
        """Set a channel up and open it."""
        self.set_up(device, channel, **more)  # type: ignore[arg-type]
        assert answers(self.say(Id.OPEN_CHANNEL, channel)) == [(Id.OPEN_CHANNEL, Code.NO_ERROR)]

    def send(self, payload: bytes, channel: int = 0) -> list[Message]:
        """Send acknowledged data."""
        return self.say(Id.ACKNOWLEDGED, channel, *payload)


def answers(messages: list[Message]) -> list[tuple[int, int]]:
    """Return id and code of each channel response that is no event."""
    return [
        (each.data[1], each.data[2])
        for each in messages
        if each.id == Id.CHANNEL_RESPONSE and each.data[1] != EVENT
    ]


def events(heard: list[tuple[float, Message]], channel: int = 0) -> list[int]:
    """Return the codes of a channel's events."""
    return [
        message.data[2]
        for _, message in heard
        if message.id == Id.CHANNEL_RESPONSE and message.data[:2] == bytes((channel, EVENT))
    ]


def pages(heard: list[tuple[float, Message]], channel: int = 0) -> list[tuple[float, bytes]]:
    """Return times and payloads of a channel's pages."""
    return [
        (at, message.data[1:9])
        for at, message in heard
        if message.id == Id.BROADCAST and message.data[0] == channel
    ]
