"""What a host and an ANT stick say to each other over the wire: the ANT serial messages.

A message is ``A4 length id data... xor``, the xor over all that is before it. Here are its bytes
and numbers, nothing of what is done with them; the host and the pretend stick both read this page.

Source: reference notes on FE-C, sections 2.1 and 3.2 (openant, FortiusANT and incyclist agree).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor

SYNC = 0xA4
LONGEST = 64
"""No message carries more data than this: a greater length is a damaged byte."""
SECOND = 32768
"""Channel periods are counted in these parts of a second."""
RADIO_FREQUENCY = 57
"""ANT+ lives at 2457 MHz."""
FOREVER = 0xFF
"""A search that never gives up."""
SLAVE = 0x00
ANY = 0
"""As device number, device type or transmission type: whichever comes."""


class Id(IntEnum):
    """Which message it is."""

    CHANNEL_RESPONSE = 0x40
    UNASSIGN_CHANNEL = 0x41
    ASSIGN_CHANNEL = 0x42
    CHANNEL_PERIOD = 0x43
    SEARCH_TIMEOUT = 0x44
    RADIO_FREQUENCY = 0x45
    NETWORK_KEY = 0x46
    RESET = 0x4A
    OPEN_CHANNEL = 0x4B
    CLOSE_CHANNEL = 0x4C
    REQUEST = 0x4D
    BROADCAST = 0x4E
    ACKNOWLEDGED = 0x4F
    BURST = 0x50
    CHANNEL_ID = 0x51
    CHANNEL_STATUS = 0x52
    CAPABILITIES = 0x54
    OPEN_SCAN_MODE = 0x5B
    SERIAL_NUMBER = 0x61
    LOW_PRIORITY_SEARCH_TIMEOUT = 0x63
    EXTENDED_MESSAGES = 0x66
    LIB_CONFIG = 0x6E
    STARTUP = 0x6F
    VERSION = 0x3E


class Code(IntEnum):
    """What a channel response says: of a command of ours, or (after id 1) of the air."""

    NO_ERROR = 0
    RX_SEARCH_TIMEOUT = 1
    RX_FAIL = 2
    TX_COMPLETED = 5
    TX_FAILED = 6
    CHANNEL_CLOSED = 7
    GO_TO_SEARCH = 8
    COLLISION = 9
    WRONG_STATE = 21
    NOT_OPENED = 22
    CLOSE_ALL_CHANNELS = 25
    TRANSFER_IN_PROGRESS = 31
    INVALID_MESSAGE = 40
    INVALID_NETWORK = 41


EVENT = 1
"""In place of the id of a command: the response is an event of the air."""

EXTENDED_ID, EXTENDED_RSSI, EXTENDED_TIMESTAMP = 0x80, 0x40, 0x20
EXTENDED_ALL = EXTENDED_ID | EXTENDED_RSSI | EXTENDED_TIMESTAMP
RSSI_IN_DBM = 0x20
"""Measurement type of a signal strength, before its value; captures of older sticks have 0x10."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, in either direction."""

    id: int
    data: bytes

    def encode(self) -> bytes:
        """Return its bytes on the wire."""
        body = bytes((SYNC, len(self.data), self.id)) + self.data
        return body + bytes((reduce(xor, body),))


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a broadcast, from its extended tail."""

    device_number: int
    device_type: int
    transmission_type: int
    rssi: int | None = None
    """Signal strength [dBm]; ``None`` also where the stick tells it in steps of its own."""


def sender(data: bytes) -> Sender | None:
    """Return who sent a broadcast, or ``None`` when its tail does not tell.

    Parameters
    ----------
    data : bytes
        Of the whole message: channel, eight bytes of payload, tail.
    """
    if len(data) < 14 or not data[9] & EXTENDED_ID:
        return None
    rssi = None
    if data[9] & EXTENDED_RSSI and len(data) >= 16 and data[14] == RSSI_IN_DBM:
        rssi = data[15] - 256 if data[15] > 127 else data[15]
    return Sender(data[10] | data[11] << 8, data[12], data[13], rssi)


def channel_id(channel: int, device_number: int, device_type: int) -> bytes:
    """Return the data of a channel id message; the transmission type is left open."""
    return bytes((channel, device_number & 0xFF, device_number >> 8, device_type, ANY))


def channel_period(channel: int, period: int) -> bytes:
    """Return the data of a channel period message."""
    return bytes((channel, period & 0xFF, period >> 8))


class Framer:
    """Finds messages in a stream of bytes, whatever else is in it.

    A byte that begins no message is skipped; so is a message whose xor is wrong, but only its
    first byte, since a stray byte may have made a message of what was none.

    Attributes
    ----------
    skipped : int
        Bytes that belonged to no message.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self._kept = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes as they come; return the messages that are whole by now.

        Parameters
        ----------
        data : bytes
            Any bytes, cut anywhere.

        Returns
        -------
        list of Message
        """
        kept = self._kept
        kept += data
        found: list[Message] = []
        at, end = 0, len(kept)
        while end - at >= 5:
            length = kept[at + 1]
            if kept[at] != SYNC or not 1 <= length <= LONGEST:
                at += 1
                self.skipped += 1
                continue
            if end - at < length + 4:
                break
            if reduce(xor, kept[at : at + length + 4]):
                at += 1
                self.skipped += 1
                continue
            found.append(Message(kept[at + 2], bytes(kept[at + 3 : at + 3 + length])))
            at += length + 4
        del kept[:at]
        return found

    def flush(self) -> list[Message]:
        """Give up waiting for the rest of a message: the line has been quiet.

        Returns
        -------
        list of Message
            What stands behind the byte that promised more than came.
        """
        found: list[Message] = []
        while self._kept and not found:
            del self._kept[0]
            self.skipped += 1
            found = self.feed(b"")
        return found
