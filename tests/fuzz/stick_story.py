"""What any stick may say, as a story told by bytes; and what must hold however it goes.

The first byte says how well the stick behaves by itself (`SETTLED`, `ANSWERS`, `DELIVERS`). Each
byte after it is a step, whose upper bits say what happens:

====  ==========================================================================================
bits  what happens, with the lower six bits as a number N
====  ==========================================================================================
00    the next N + 1 bytes come from the stick as they are
01    the next byte is the number of a message, the N + 1 after it its data; it comes whole and true
10    N tenths of a second pass in silence
11    the rider wishes for something
====  ==========================================================================================

What must hold: no exception; what goes out is bounded by what came in; each page that is said
stood in the stream as a whole frame with a true checksum, on its own channel; and what a receiver
makes of the pages is a measurement or nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import reduce
from operator import xor

from coach.messages import (
    BasicResistance,
    Page,
    Source,
    TargetPower,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.receiver import Receiver
from coach.trainers.ant.host import Host
from coach.trainers.ant.serial import EVENT, Code, Framer, Id, Message

SETTLED, ANSWERS, DELIVERS = 1, 2, 4
DEVICES = {Source.TRAINER: 12345, Source.HEART_RATE: 23456, Source.POWER_METER: 34567}
WISHES = (
    UserConfiguration(75.0, 9.0, 0.668),
    WindResistance(0.39),
    TrackResistance(0.06),
    TargetPower(200.0),
    BasicResistance(0.3),
)
CALIBRATION = bytes.fromhex("01 80 ff ff ff ff ff ff")
IDLE = 5
"""A silent line is looked at after so many tenths of a second."""
MOST_PER_MESSAGE = 4
"""Messages that one message may be answered with: the next of a set-up, a page to the trainer."""
MOST_AT_ONCE = 60
"""Messages until the host waits for the stick or the time, wishes not counted: three set-ups."""
PLAUSIBLE = {
    "power": (0.0, 4094.0),
    "cadence": (0.0, 254.0),
    "heart_rate": (1.0, 255.0),
    "speed": (0.0, 65.534),
    "rr_interval": (0.0, 64.0),
}


class Story:
    """A host, a receiver behind it, and all that the stick has said."""

    def __init__(self, manners: int) -> None:
        self.host = Host(DEVICES)
        self.receiver = Receiver()
        self.framer = Framer()
        self.now = 0.0
        self.stream = bytearray()
        self.said: Counter[tuple[Source, bytes]] = Counter()
        self._wished = 0
        self._answers = True
        self._delivers = False
        self.host.start(0.0)
        if manners & SETTLED:
            self._write()
        else:
            self.host.outbox.clear()
        self._answers = bool(manners & ANSWERS)
        self._delivers = bool(manners & DELIVERS)
        self._listen()

    def come(self, data: bytes) -> None:
        """Let bytes come; none is a line that was quiet for a while."""
        self.stream += data
        messages = self.framer.feed(data) if data else self.framer.flush()
        for message in messages:
            before = len(self.host.outbox)
            self.host.receive(message, self.now)
            assert len(self.host.outbox) - before <= MOST_PER_MESSAGE
        self.host.tick(self.now)
        self._write()
        self._listen()

    def wish(self, number: int) -> None:
        """Let the rider, or who calibrates, ask for something."""
        self._wished += 1
        if number < len(WISHES):
            self.host.want(WISHES[number], self.now)
        elif number == len(WISHES):
            self.host.request(CALIBRATION, self.now)
        else:
            self.host.want(TargetPower(10.0 * number), self.now)
        self._write()

    def _write(self) -> None:
        """Take what the host writes; answer it as far as the stick has manners."""
        for _ in range(MOST_AT_ONCE + self._wished):
            if not self.host.outbox:
                return
            message = self.host.outbox.pop(0)
            number = message.data[0]
            if message.id != Id.ACKNOWLEDGED and self._answers:
                self._answer(number, message.id, Code.NO_ERROR)
            elif message.id == Id.ACKNOWLEDGED and self._delivers:
                self._answer(number, EVENT, Code.TX_COMPLETED)
        raise AssertionError("the host has more to say than anybody asked")

    def _answer(self, *data: int) -> None:
        self.host.receive(Message(Id.CHANNEL_RESPONSE, bytes(data)), self.now)

    def _listen(self) -> None:
        while self.host.said:
            message = self.host.said.popleft()
            assert message.time == self.now
            if isinstance(message, Page):
                self.said[message.source, message.payload] += 1
                self.receiver.read(message)
            else:
                self.receiver.heed(message)
        told = self.receiver.telemetry
        for name, (low, high) in PLAUSIBLE.items():
            value = getattr(told, name)
            assert value is None or (math.isfinite(value) and low <= value <= high), (name, value)


def check(data: bytes) -> None:
    """Tell a story, and hold it to the rules.

    Raises
    ------
    AssertionError
        If a rule is broken; anything else that comes out is a fault as well.
    """
    if not data:
        return
    story = Story(data[0])
    at = 1
    while at < len(data):
        step, number = data[at] >> 6, data[at] & 0x3F
        at += 1
        if step == 0:
            story.come(data[at : at + number + 1])
            at += number + 1
        elif step == 1:
            frame = data[at : at + number + 2]
            if len(frame) > 1:
                story.come(Message(frame[0], frame[1:]).encode())
            at += number + 2
        elif step == 2:
            for tenths in range(0, number, IDLE):
                story.now += min(IDLE, number - tenths) / 10
                story.come(b"")
        else:
            story.wish(number)
    invented = story.said - frames(bytes(story.stream))
    assert not invented, f"never came from the stick: {invented}"


def frames(stream: bytes) -> Counter[tuple[Source, bytes]]:
    """Return every page in a stream that stands in a whole frame, wherever it begins."""
    found: Counter[tuple[Source, bytes]] = Counter()
    sources = list(DEVICES)
    at = -1
    while 0 <= (at := stream.find(0xA4, at + 1)) < len(stream) - 12:
        length = stream[at + 1]
        frame = stream[at : at + length + 4]
        if frame[2] not in (0x4E, 0x4F) or not 9 <= length <= 64:
            continue
        channel = frame[3] & 0x1F
        if len(frame) == length + 4 and not reduce(xor, frame) and channel < len(sources):
            found[sources[channel], frame[4:12]] += 1
    return found
