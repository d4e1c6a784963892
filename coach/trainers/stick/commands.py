"""What a host may ask of the pretend stick's radio, and what it is answered.

Source: reference notes on FE-C, sections 1.5 and 3.2.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from coach.trainers.ant.serial import EXTENDED_ALL, EXTENDED_ID, SECOND, Code, Id, Message
from coach.trainers.stick.channel import NEVER, WINDOW, Channel, State

if TYPE_CHECKING:
    from coach.trainers.stick.chip import Chip

CHANNELS, NETWORKS = 8, 3
CAPABILITIES = bytes((CHANNELS, NETWORKS, 0x00, 0xBA, 0x36, 0x00, 0xDF))
VERSION = b"PRETEND1.0\x00"
SERIAL_NUMBER = 0x00006417

_SLAVES = (0x00, 0x20, 0x40)
_LENGTHS: dict[int, int] = {
    Id.UNASSIGN_CHANNEL: 1,
    Id.ASSIGN_CHANNEL: 3,
    Id.CHANNEL_PERIOD: 3,
    Id.SEARCH_TIMEOUT: 2,
    Id.RADIO_FREQUENCY: 2,
    Id.NETWORK_KEY: 9,
    Id.OPEN_CHANNEL: 1,
    Id.CLOSE_CHANNEL: 1,
    Id.REQUEST: 2,
    Id.BROADCAST: 9,
    Id.ACKNOWLEDGED: 9,
    Id.CHANNEL_ID: 5,
    Id.OPEN_SCAN_MODE: 1,
    Id.LOW_PRIORITY_SEARCH_TIMEOUT: 2,
    Id.EXTENDED_MESSAGES: 2,
    Id.LIB_CONFIG: 2,
}
"""Least data of each message."""


class Commands:
    """Reads the host's messages and does what they say.

    Parameters
    ----------
    chip : Chip
        Whose channels are set up.
    """

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._transfers = 0
        self._commands: dict[int, Callable[[Channel, bytes, int], int | None]] = {
            Id.UNASSIGN_CHANNEL: self._unassign,
            Id.ASSIGN_CHANNEL: self._assign,
            Id.CHANNEL_PERIOD: self._set_period,
            Id.SEARCH_TIMEOUT: self._set_search,
            Id.RADIO_FREQUENCY: self._set_frequency,
            Id.OPEN_CHANNEL: self._open,
            Id.CLOSE_CHANNEL: self._close,
            Id.BROADCAST: self._broadcast,
            Id.ACKNOWLEDGED: self._acknowledged,
            Id.CHANNEL_ID: self._set_id,
            Id.OPEN_SCAN_MODE: self._open_scan,
            Id.LOW_PRIORITY_SEARCH_TIMEOUT: self._set_low_search,
        }

    def receive(self, message: Message) -> None:
        """Take a message of the host; the time is that of the last `work`."""
        chip, number, data = self._chip, message.id, message.data
        if number == Id.RESET:
            return chip.reset()
        first = data[0]
        if len(data) < _LENGTHS.get(number, 1):
            return self._respond(first, number, Code.INVALID_MESSAGE)
        match number:
            case Id.NETWORK_KEY:
                if first >= NETWORKS:
                    return self._respond(first, number, Code.INVALID_NETWORK)
                chip.keys[first] = data[1:9]
            case Id.EXTENDED_MESSAGES:
                chip.extended = EXTENDED_ID if data[1] else 0
            case Id.LIB_CONFIG:
                chip.extended = data[1] & EXTENDED_ALL
            case Id.REQUEST:
                return self._requested(first, data[1])
            case Id.BURST:
                return None
            case _:
                command = self._commands.get(number)
                if command is None or first >= CHANNELS:
                    return self._respond(first, number, Code.INVALID_MESSAGE)
                code = command(self._chip.channels[first], data, chip.worked)
                if code is not None:
                    self._respond(first, number, code)
                return None
        return self._respond(first, number, Code.NO_ERROR)

    def _respond(self, channel: int, id: int, code: int) -> None:
        self._chip.say(Id.CHANNEL_RESPONSE, bytes((channel, id, code)))

    def _requested(self, number: int, wanted: int) -> None:
        if wanted == Id.CAPABILITIES:
            return self._chip.say(wanted, CAPABILITIES)
        if wanted == Id.VERSION:
            return self._chip.say(wanted, VERSION)
        if wanted == Id.SERIAL_NUMBER:
            return self._chip.say(wanted, SERIAL_NUMBER.to_bytes(4, "little"))
        if number < CHANNELS:
            channel = self._chip.channels[number]
            if wanted == Id.CHANNEL_STATUS:
                status = channel.state | channel.network << 2 | channel.type
                return self._chip.say(wanted, bytes((number, status)))
            if wanted == Id.CHANNEL_ID:
                # A tracked master's own id, else the one that was set.
                known = channel.master or channel
                return self._chip.say(
                    wanted,
                    bytes((number,))
                    + known.device_number.to_bytes(2, "little")
                    + bytes((known.device_type, known.transmission_type)),
                )
        return self._respond(number, Id.REQUEST, Code.INVALID_MESSAGE)

    def _unassign(self, channel: Channel, data: bytes, tick: int) -> int:
        if channel.state is not State.ASSIGNED:
            return Code.WRONG_STATE
        self._chip.channels[channel.number] = Channel(channel.number)
        return Code.NO_ERROR

    def _assign(self, channel: Channel, data: bytes, tick: int) -> int:
        if channel.state is not State.UNASSIGNED:
            return Code.WRONG_STATE
        if data[1] not in _SLAVES:
            return Code.INVALID_MESSAGE
        if data[2] >= NETWORKS:
            return Code.INVALID_NETWORK
        channel.state, channel.type, channel.network = State.ASSIGNED, data[1], data[2]
        return Code.NO_ERROR

    def _set_period(self, channel: Channel, data: bytes, tick: int) -> int:
        period = data[1] | data[2] << 8
        if period == 0:
            return Code.INVALID_MESSAGE
        if channel.state is State.UNASSIGNED:
            return Code.WRONG_STATE
        if channel.state is State.TRACKING:
            channel.expected += period - channel.period
            channel.deadline = channel.expected + WINDOW
        channel.period = period
        return Code.NO_ERROR

    def _set_search(self, channel: Channel, data: bytes, tick: int) -> int:
        channel.search = data[1]
        return self._unless_unassigned(channel)

    def _set_low_search(self, channel: Channel, data: bytes, tick: int) -> int:
        channel.low_search = data[1]
        return self._unless_unassigned(channel)

    def _set_frequency(self, channel: Channel, data: bytes, tick: int) -> int:
        channel.frequency = data[1]
        return self._unless_unassigned(channel)

    def _unless_unassigned(self, channel: Channel) -> int:
        return Code.WRONG_STATE if channel.state is State.UNASSIGNED else Code.NO_ERROR

    def _set_id(self, channel: Channel, data: bytes, tick: int) -> int:
        if channel.state is not State.ASSIGNED:
            return Code.WRONG_STATE
        channel.device_number = data[1] | data[2] << 8
        # The top bit asks to pair.
        channel.device_type, channel.transmission_type = data[3] & 0x7F, data[4]
        return Code.NO_ERROR

    def _open(self, channel: Channel, data: bytes, tick: int) -> int:
        if channel.state is not State.ASSIGNED or self._chip.channels[0].scanning:
            return Code.WRONG_STATE
        self._chip.search(channel, tick)
        return Code.NO_ERROR

    def _open_scan(self, channel: Channel, data: bytes, tick: int) -> int:
        channel = self._chip.channels[0]
        if any(each.state >= State.SEARCHING for each in self._chip.channels):
            return Code.CLOSE_ALL_CHANNELS
        if channel.state is State.UNASSIGNED:
            return Code.WRONG_STATE
        channel.state, channel.scanning = State.SEARCHING, True
        return Code.NO_ERROR

    def _close(self, channel: Channel, data: bytes, tick: int) -> int:
        if channel.state < State.SEARCHING or channel.closing:
            return Code.WRONG_STATE
        channel.closing, channel.deadline, channel.master = True, NEVER, None
        delay = self._chip.faults.closing_delay(self._chip.time(tick))
        closed = tick + channel.period // 2 + int(delay * SECOND)
        self._chip.later(closed, partial(self._chip.closed, channel))
        return Code.NO_ERROR

    def _broadcast(self, channel: Channel, data: bytes, tick: int) -> int | None:
        return None if self._is_open(channel) else Code.NOT_OPENED

    def _acknowledged(self, channel: Channel, data: bytes, tick: int) -> int | None:
        if not self._is_open(channel):
            return Code.NOT_OPENED
        if channel.scanning:
            return Code.WRONG_STATE
        if self._chip.faults.in_progress(self._chip.time(tick)) or channel.transfer:
            return Code.TRANSFER_IN_PROGRESS
        self._transfers += 1
        channel.transfer, channel.waiting = self._transfers, data[1:9]
        return None

    def _is_open(self, channel: Channel) -> bool:
        return channel.state >= State.SEARCHING and not channel.closing
