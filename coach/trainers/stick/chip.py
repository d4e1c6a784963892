"""The radio chip of the pretend stick: channels, and the messages that set them up.

It behaves as reference notes on FE-C describe ANT sticks (sections 1.5, 2.1 and 3.2), as far as a
display needs it: slave channels with wildcards, the scan mode, acknowledged data. Nothing here was
held against a real chip. Where the notes are silent:

* a master is found in the first slot in which it is looked for;
* what is to be sent waits for the next page heard, through a search too (in practice some sticks
  keep it, reference notes 1.6), and is dropped when the channel is closed;
* an event of a transfer comes 5 ms after it, the start-up message at once;
* bursts and data of slaves that is not acknowledged go nowhere.

No clock, no thread, no lock: `Chip.work` is told the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from heapq import heappop, heappush
from math import inf

from coach.messages import Source
from coach.trainers.ant.serial import (
    ANY,
    EVENT,
    EXTENDED_ALL,
    EXTENDED_ID,
    EXTENDED_RSSI,
    EXTENDED_TIMESTAMP,
    FOREVER,
    RADIO_FREQUENCY,
    RSSI_IN_DBM,
    SECOND,
    Code,
    Id,
    Message,
)
from coach.trainers.faults import FaultKind
from coach.trainers.stick.air import Air, Master
from coach.trainers.stick.trouble import Faults

CHANNELS, NETWORKS = 8, 3
CAPABILITIES = bytes((CHANNELS, NETWORKS, 0x00, 0xBA, 0x36, 0x00, 0xDF))
VERSION = b"PRETEND1.0\x00"
SERIAL_NUMBER = 0x00006417
COMMAND_RESET = 0x20
"""Why the chip starts up."""

MISSES = 8
"""So many slots missed in a row, and the master is searched for again."""
WINDOW = 64
"""How far off a slot may be and is still heard [1/32768 s]: 2 ms."""
RESPONSE_TIME = 164
"""From a transfer to its event [1/32768 s]: 5 ms."""
SEARCH_UNIT = 5 * SECOND // 2
DEFAULT_SEARCH, DEFAULT_LOW_SEARCH = 10, 2
DEFAULT_PERIOD = 8192
DEFAULT_FREQUENCY = 66
LEAP = 5 * SECOND
"""What is later than this was not waited for: the machine slept."""
NEVER = 1 << 62

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


class State(IntEnum):
    """What a channel does; the numbers are those of the channel status."""

    UNASSIGNED = 0
    ASSIGNED = 1
    SEARCHING = 2
    TRACKING = 3


@dataclass(slots=True)
class Channel:
    """One channel; times in 1/32768 s."""

    number: int
    state: State = State.UNASSIGNED
    closing: bool = False
    scanning: bool = False
    type: int = 0
    network: int = 0
    device_number: int = ANY
    device_type: int = ANY
    transmission_type: int = ANY
    period: int = DEFAULT_PERIOD
    frequency: int = DEFAULT_FREQUENCY
    search: int = DEFAULT_SEARCH
    low_search: int = DEFAULT_LOW_SEARCH
    master: Master | None = None
    expected: int = 0
    """When the next page should come."""
    missed: int = 0
    deadline: int = NEVER
    """When something happens by itself: a slot is over, a search is given up."""
    waiting: bytes | None = None
    """To be sent after the next page."""
    transfer: int = 0
    """Number of the transfer under way; 0 for none."""

    def admits(self, master: Master) -> bool:
        """Tell whether the channel's id fits a master."""
        return (
            self.device_number in (ANY, master.device_number)
            and self.device_type in (ANY, master.device_type)
            and self.transmission_type in (ANY, master.transmission_type)
        )


@dataclass(frozen=True, slots=True)
class Said:
    """A data page on its way to the host."""

    time: float
    source: Source
    payload: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes for the host."""

    data: bytes
    page: Said | None = None
    """The page in them, if it is whole."""


class Chip:
    """The chip, the air before it and the faults between.

    Parameters
    ----------
    air : Air
    faults : Faults
    key : bytes
        Network key of the masters.
    jump : callable
        Lets the shared clock leap ahead by seconds.
    now : float
        When the air begins [s].

    Attributes
    ----------
    powered : bool
        Whether it is plugged in and open.
    outbox : deque of Outgoing
        What the host has not taken yet.
    resets : int
        How often the host reset it.
    """

    def __init__(
        self, air: Air, faults: Faults, key: bytes, jump: Callable[[float], None], now: float
    ) -> None:
        self.outbox: deque[Outgoing] = deque()
        self.powered = False
        self.resets = 0
        self._air = air
        self._faults = faults
        self._key = key
        self._jump = jump
        self._origin = NEVER
        self._worked = int(now * SECOND)
        self._order = 0
        self._timers: list[tuple[int, int, Callable[[int], None]]] = []
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
        self._forget()
        air.skip(self._worked)

    # --- time ------------------------------------------------------------------------------------

    def due(self) -> float:
        """Return when something happens next [s]."""
        return self._due() / SECOND

    def work(self, now: float) -> None:
        """Do all that is due by `now` [s], in its order."""
        horizon = int(now * SECOND)
        if horizon - self._worked > LEAP:
            self._skip(horizon - self._worked)
        while (tick := self._due()) <= horizon:
            self._worked = max(self._worked, tick)
            if tick == self._change():
                self._begin(tick)
            elif tick == self._air.slot:
                self._hear(tick)
            elif self._timers and tick == self._timers[0][0]:
                heappop(self._timers)[2](tick)
            else:
                for channel in self._channels:
                    if channel.deadline == tick:
                        self._overdue(channel, tick)
        self._worked = max(self._worked, horizon)

    def power_on(self) -> bool:
        """Begin anew; False if it is unplugged. Faults count from the first time on."""
        if self._origin == NEVER:
            self._origin = self._worked
        if self._faults.unplugged(self._time(self._worked)):
            return False
        self._forget()
        self.outbox.clear()
        self.powered = True
        return True

    def power_off(self) -> None:
        """Forget everything, and what was on its way to the host."""
        self._forget()
        self.outbox.clear()
        self.powered = False

    def _forget(self) -> None:
        self._channels = [Channel(number) for number in range(CHANNELS)]
        self._keys = [b""] * NETWORKS
        self._extended = 0
        self._timers.clear()

    def _time(self, tick: int) -> float:
        """Return the time of the faults [s]."""
        return (tick - self._origin) / SECOND

    def _change(self) -> int:
        time = self._faults.next_change()
        return NEVER if time == inf else self._origin + int(time * SECOND)

    def _due(self) -> int:
        due = self._air.slot
        for channel in self._channels:
            if channel.deadline < due:
                due = channel.deadline
        if self._timers and self._timers[0][0] < due:
            due = self._timers[0][0]
        return min(due, self._change())

    def _skip(self, ticks: int) -> None:
        """Let time pass in which nobody was awake: all goes on as it was before."""
        self._air.skip(ticks)
        self._timers = [(tick + ticks, order, action) for tick, order, action in self._timers]
        for channel in self._channels:
            channel.expected += ticks
            if channel.deadline != NEVER:
                channel.deadline += ticks

    def _later(self, tick: int, action: Callable[[int], None]) -> None:
        self._order += 1
        heappush(self._timers, (tick, self._order, action))

    def _begin(self, tick: int) -> None:
        """Let the faults begin that begin now."""
        for fault in self._faults.change():
            if fault.kind is FaultKind.UNPLUGGED:
                self._faults.count(fault.kind)
                self.power_off()
            elif fault.kind is FaultKind.GO_TO_SEARCH:
                for channel in self._channels:
                    master = channel.master
                    if master is not None and master.source in fault.devices:
                        self._faults.count(fault.kind)
                        self._lose(channel, tick)
            elif fault.kind is FaultKind.CLOCK_JUMP:
                self._faults.count(fault.kind)
                self._jump(fault.jump)

    # --- the air ---------------------------------------------------------------------------------

    def _hear(self, tick: int) -> None:
        """Let a master speak, and whoever listens hear it."""
        air, faults, time = self._air, self._faults, self._time(tick)
        master = air.next
        if master is air.masters[0]:
            faults.touch(air, time, tick / SECOND)
        payload = air.speak()
        missed: bool | None = None
        for channel in self._channels:
            if channel.state < State.SEARCHING or channel.closing:
                continue
            if channel.state is State.TRACKING:
                if channel.master is not master or abs(tick - channel.expected) > WINDOW:
                    continue
            elif not self._finds(channel, master):
                continue
            if missed is None:
                missed = faults.misses(master.source, time)
            if missed:
                continue
            if not channel.scanning:
                channel.state, channel.master, channel.missed = State.TRACKING, master, 0
                channel.expected = tick + channel.period
                channel.deadline = channel.expected + WINDOW
            self._say_page(channel, master, payload, tick)
            if channel.waiting is not None:
                self._transmit(channel, master, channel.waiting, tick)

    def _finds(self, channel: Channel, master: Master) -> bool:
        """Tell whether a search finds a master: one that no other channel has."""
        return (
            channel.frequency == RADIO_FREQUENCY
            and self._keys[channel.network] == self._key
            and channel.admits(master)
            and not any(other.master is master for other in self._channels)
        )

    def _transmit(self, channel: Channel, master: Master, payload: bytes, tick: int) -> None:
        """Send what was waiting right after a page of the master."""
        faults, time = self._faults, self._time(tick)
        channel.waiting = None
        code, delay = Code.TX_COMPLETED, 0.0
        if faults.transfer_fails(time):
            code = Code.TX_FAILED
        else:
            delay = faults.completion_delay(time)
            if master is self._air.masters[0]:
                faults.reached(payload, time)
            self._air.send(master, payload, tick / SECOND)
        ends = tick + RESPONSE_TIME + int(delay * SECOND)
        self._later(ends, partial(self._transferred, channel, channel.transfer, code))

    def _transferred(self, channel: Channel, transfer: int, code: Code, tick: int) -> None:
        if channel.transfer == transfer:
            channel.transfer = 0
            self._event(channel, code)

    def _overdue(self, channel: Channel, tick: int) -> None:
        """A slot went by without a page, or a search without success."""
        if channel.state is State.SEARCHING:
            self._event(channel, Code.RX_SEARCH_TIMEOUT)
            return self._closed(channel, tick)
        master = channel.master
        assert master is not None
        self._event(channel, Code.RX_FAIL)
        channel.expected += channel.period
        channel.deadline = channel.expected + WINDOW
        if not self._faults.tracks_on(master.source, self._time(tick)):
            channel.missed += 1
            if channel.missed >= MISSES:
                self._lose(channel, tick)
        return None

    def _lose(self, channel: Channel, tick: int) -> None:
        self._event(channel, Code.GO_TO_SEARCH)
        self._search(channel, tick)

    def _search(self, channel: Channel, tick: int) -> None:
        channel.state, channel.master, channel.missed = State.SEARCHING, None, 0
        forever = FOREVER in (channel.search, channel.low_search)
        units = channel.search + channel.low_search
        channel.deadline = NEVER if forever else tick + units * SEARCH_UNIT

    def _closed(self, channel: Channel, tick: int) -> None:
        channel.state, channel.master = State.ASSIGNED, None
        channel.closing = channel.scanning = False
        channel.deadline = NEVER
        channel.waiting, channel.transfer = None, 0
        self._event(channel, Code.CHANNEL_CLOSED)

    # --- to the host -----------------------------------------------------------------------------

    def _say(self, id: int, data: bytes, page: Said | None = None) -> None:
        encoded = Message(id, data).encode()
        if self._faults.acted:
            time = self._time(self._worked)
            stray = self._faults.stray(time)
            if stray:
                self.outbox.append(Outgoing(stray))
            if self._faults.damages(time):
                encoded, page = encoded[:-1] + bytes((encoded[-1] ^ 0xFF,)), None
        self.outbox.append(Outgoing(encoded, page))

    def _event(self, channel: Channel, code: Code) -> None:
        self._say(Id.CHANNEL_RESPONSE, bytes((channel.number, EVENT, code)))

    def _say_page(self, channel: Channel, master: Master, payload: bytes, tick: int) -> None:
        wanted = self._extended
        if channel.scanning:
            wanted |= EXTENDED_ID | EXTENDED_RSSI
        data = bytes((channel.number,)) + payload
        if wanted:
            data += bytes((wanted,))
        if wanted & EXTENDED_ID:
            number = master.device_number.to_bytes(2, "little")
            data += number + bytes((master.device_type, master.transmission_type))
        if wanted & EXTENDED_RSSI:
            # In captures four bytes: type, value, threshold, nothing.
            data += bytes((RSSI_IN_DBM, master.rssi & 0xFF, 0x80, 0x00))
        if wanted & EXTENDED_TIMESTAMP:
            data += (tick & 0xFFFF).to_bytes(2, "little")
        self._say(Id.BROADCAST, data, Said(tick / SECOND, master.source, payload))

    # --- from the host ---------------------------------------------------------------------------

    def receive(self, message: Message) -> None:
        """Take a message of the host; the time is that of the last `work`."""
        number, data = message.id, message.data
        if number == Id.RESET:
            self.resets += 1
            self._forget()
            return self._say(Id.STARTUP, bytes((COMMAND_RESET,)))
        first = data[0]
        if len(data) < _LENGTHS.get(number, 1):
            return self._respond(first, number, Code.INVALID_MESSAGE)
        match number:
            case Id.NETWORK_KEY:
                if first >= NETWORKS:
                    return self._respond(first, number, Code.INVALID_NETWORK)
                self._keys[first] = data[1:9]
            case Id.EXTENDED_MESSAGES:
                self._extended = EXTENDED_ID if data[1] else 0
            case Id.LIB_CONFIG:
                self._extended = data[1] & EXTENDED_ALL
            case Id.REQUEST:
                return self._requested(first, data[1])
            case Id.BURST:
                return None
            case _:
                command = self._commands.get(number)
                if command is None or first >= CHANNELS:
                    return self._respond(first, number, Code.INVALID_MESSAGE)
                code = command(self._channels[first], data, self._worked)
                if code is not None:
                    self._respond(first, number, code)
                return None
        return self._respond(first, number, Code.NO_ERROR)

    def _respond(self, channel: int, id: int, code: int) -> None:
        self._say(Id.CHANNEL_RESPONSE, bytes((channel, id, code)))

    def _requested(self, number: int, wanted: int) -> None:
        if wanted == Id.CAPABILITIES:
            return self._say(wanted, CAPABILITIES)
        if wanted == Id.VERSION:
            return self._say(wanted, VERSION)
        if wanted == Id.SERIAL_NUMBER:
            return self._say(wanted, SERIAL_NUMBER.to_bytes(4, "little"))
        if number < CHANNELS:
            channel = self._channels[number]
            if wanted == Id.CHANNEL_STATUS:
                status = channel.state | channel.network << 2 | channel.type
                return self._say(wanted, bytes((number, status)))
            if wanted == Id.CHANNEL_ID:
                # A tracked master's own id, else the one that was set.
                known = channel.master or channel
                return self._say(
                    wanted,
                    bytes((number,))
                    + known.device_number.to_bytes(2, "little")
                    + bytes((known.device_type, known.transmission_type)),
                )
        return self._respond(number, Id.REQUEST, Code.INVALID_MESSAGE)

    def _unassign(self, channel: Channel, data: bytes, tick: int) -> int:
        if channel.state is not State.ASSIGNED:
            return Code.WRONG_STATE
        self._channels[channel.number] = Channel(channel.number)
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
        if channel.state is not State.ASSIGNED or self._channels[0].scanning:
            return Code.WRONG_STATE
        self._search(channel, tick)
        return Code.NO_ERROR

    def _open_scan(self, channel: Channel, data: bytes, tick: int) -> int:
        channel = self._channels[0]
        if any(each.state >= State.SEARCHING for each in self._channels):
            return Code.CLOSE_ALL_CHANNELS
        if channel.state is State.UNASSIGNED:
            return Code.WRONG_STATE
        channel.state, channel.scanning = State.SEARCHING, True
        return Code.NO_ERROR

    def _close(self, channel: Channel, data: bytes, tick: int) -> int:
        if channel.state < State.SEARCHING or channel.closing:
            return Code.WRONG_STATE
        channel.closing, channel.deadline = True, NEVER
        channel.master, channel.waiting, channel.transfer = None, None, 0
        delay = self._faults.closing_delay(self._time(tick))
        closed = tick + channel.period // 2 + int(delay * SECOND)
        self._later(closed, partial(self._closed, channel))
        return Code.NO_ERROR

    def _broadcast(self, channel: Channel, data: bytes, tick: int) -> int | None:
        return None if self._is_open(channel) else Code.NOT_OPENED

    def _acknowledged(self, channel: Channel, data: bytes, tick: int) -> int | None:
        if not self._is_open(channel):
            return Code.NOT_OPENED
        if channel.scanning:
            return Code.WRONG_STATE
        if self._faults.in_progress(self._time(tick)) or channel.transfer:
            return Code.TRANSFER_IN_PROGRESS
        self._order += 1
        channel.transfer, channel.waiting = self._order, data[1:9]
        return None

    def _is_open(self, channel: Channel) -> bool:
        return channel.state >= State.SEARCHING and not channel.closing


def bytes_of(outgoing: Sequence[Outgoing]) -> bytes:
    """Return all the bytes."""
    return b"".join(each.data for each in outgoing)
