"""The radio chip of the pretend stick: its channels, and what they hear and send.

It behaves as reference notes on FE-C describe ANT sticks (sections 1.5, 2.1 and 3.2), as far as a
display needs it: slave channels with wildcards, the scan mode, acknowledged data. Nothing here was
held against a real chip. Where the notes are silent:

* a master is found in the first slot in which it is looked for;
* what is to be sent waits for the next page heard, through a search too (in practice some sticks
  keep it, reference notes 1.6), and is dropped when the channel is closed;
* an event of a transfer comes 5 ms after it, the start-up message at once;
* bursts and data of slaves that is not acknowledged go nowhere.

What a host may ask of it is in `coach.trainers.stick.commands`. No clock, no thread, no lock here:
`Chip.work` is told the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from math import inf

from coach.messages import Source
from coach.trainers.ant.serial import (
    EVENT,
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
from coach.trainers.stick.channel import NEVER, WINDOW, Channel, State
from coach.trainers.stick.commands import CHANNELS, NETWORKS
from coach.trainers.stick.trouble import Faults

COMMAND_RESET = 0x20
"""Why the chip starts up."""

MISSES = 8
"""So many slots missed in a row, and the master is searched for again."""
RESPONSE_TIME = 164
"""From a transfer to its event [1/32768 s]: 5 ms."""
SEARCH_UNIT = 5 * SECOND // 2
LEAP = 5 * SECOND
"""What is later than this was not waited for: the machine slept."""


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
    channels : list of Channel
    keys : list of bytes
        Of each network, as the host set it.
    extended : int
        What the tail of a page tells.
    worked : int
        All that was due by then is done [1/32768 s].
    """

    def __init__(
        self, air: Air, faults: Faults, key: bytes, jump: Callable[[float], None], now: float
    ) -> None:
        self.outbox: deque[Outgoing] = deque()
        self.powered = False
        self.resets = 0
        self._air = air
        self.faults = faults
        self._key = key
        self._jump = jump
        self._origin = NEVER
        self.worked = int(now * SECOND)
        self._order = 0
        self._timers: list[tuple[int, int, Callable[[int], None]]] = []
        self._forget()
        air.skip(self.worked)

    # --- time ------------------------------------------------------------------------------------

    def due(self) -> float:
        """Return when something happens next [s]."""
        return self._due() / SECOND

    def work(self, now: float) -> None:
        """Do all that is due by `now` [s], in its order."""
        horizon = int(now * SECOND)
        if horizon - self.worked > LEAP:
            self._skip(horizon - self.worked)
        while (tick := self._due()) <= horizon:
            self.worked = max(self.worked, tick)
            if tick == self._change():
                self._begin(tick)
            elif tick == self._air.slot:
                self._hear(tick)
            elif self._timers and tick == self._timers[0][0]:
                heappop(self._timers)[2](tick)
            else:
                for channel in self.channels:
                    if channel.deadline == tick:
                        self._overdue(channel, tick)
        self.worked = max(self.worked, horizon)

    def reset(self) -> None:
        """Forget all that was set up, and say so."""
        self.resets += 1
        self._forget()
        self.say(Id.STARTUP, bytes((COMMAND_RESET,)))

    def power_on(self) -> bool:
        """Begin anew; False if it is unplugged. Faults count from the first time on."""
        if self._origin == NEVER:
            self._origin = self.worked
        if self.faults.unplugged(self.time(self.worked)):
            return False
        self._forget()
        self.outbox.clear()
        self.powered = True
        return True

    def power_off(self) -> None:
        """Fall silent until it is powered again."""
        self._forget()
        self.powered = False

    def _forget(self) -> None:
        self.channels = [Channel(number) for number in range(CHANNELS)]
        self.keys = [b""] * NETWORKS
        self.extended = 0
        self._timers.clear()

    def time(self, tick: int) -> float:
        """Return the time of the faults [s]."""
        return (tick - self._origin) / SECOND

    def _change(self) -> int:
        time = self.faults.next_change()
        return NEVER if time == inf else self._origin + int(time * SECOND)

    def _due(self) -> int:
        due = self._air.slot
        for channel in self.channels:
            if channel.deadline < due:
                due = channel.deadline
        if self._timers and self._timers[0][0] < due:
            due = self._timers[0][0]
        return min(due, self._change())

    def _skip(self, ticks: int) -> None:
        """Let time pass in which nobody was awake: all goes on as it was before."""
        self._air.skip(ticks)
        self._timers = [(tick + ticks, order, action) for tick, order, action in self._timers]
        for channel in self.channels:
            channel.expected += ticks
            if channel.deadline != NEVER:
                channel.deadline += ticks

    def later(self, tick: int, action: Callable[[int], None]) -> None:
        """Do something at a time [1/32768 s], and tell it that time."""
        self._order += 1
        heappush(self._timers, (tick, self._order, action))

    def _begin(self, tick: int) -> None:
        """Let the faults begin that begin now."""
        for fault in self.faults.change():
            if fault.kind is FaultKind.UNPLUGGED:
                self.faults.count(fault.kind)
                self.power_off()
            elif fault.kind is FaultKind.GO_TO_SEARCH:
                for channel in self.channels:
                    master = channel.master
                    if master is not None and master.source in fault.devices:
                        self.faults.count(fault.kind)
                        self._lose(channel, tick)
            elif fault.kind is FaultKind.CLOCK_JUMP:
                self.faults.count(fault.kind)
                self._jump(fault.jump)

    # --- the air ---------------------------------------------------------------------------------

    def _hear(self, tick: int) -> None:
        """Let a master speak, and whoever listens hear it."""
        air, faults, time = self._air, self.faults, self.time(tick)
        master = air.next
        if master is air.masters[0]:
            faults.touch(air, time, tick / SECOND)
        payload = air.speak()
        missed: bool | None = None
        for channel in self.channels:
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
            and self.keys[channel.network] == self._key
            and channel.admits(master)
            and not any(other.master is master for other in self.channels)
        )

    def _transmit(self, channel: Channel, master: Master, payload: bytes, tick: int) -> None:
        """Send what was waiting right after a page of the master."""
        faults, time = self.faults, self.time(tick)
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
        self.later(ends, partial(self._transferred, channel, channel.transfer, code))

    def _transferred(self, channel: Channel, transfer: int, code: Code, tick: int) -> None:
        if channel.transfer == transfer:
            channel.transfer = 0
            self._event(channel, code)

    def _overdue(self, channel: Channel, tick: int) -> None:
        """A slot went by without a page, or a search without success."""
        if channel.state is State.SEARCHING:
            self._event(channel, Code.RX_SEARCH_TIMEOUT)
            return self.closed(channel, tick)
        master = channel.master
        assert master is not None
        self._event(channel, Code.RX_FAIL)
        channel.expected += channel.period
        channel.deadline = channel.expected + WINDOW
        if not self.faults.tracks_on(master.source, self.time(tick)):
            channel.missed += 1
            if channel.missed >= MISSES:
                self._lose(channel, tick)
        return None

    def _lose(self, channel: Channel, tick: int) -> None:
        self._event(channel, Code.GO_TO_SEARCH)
        self.search(channel, tick)

    def search(self, channel: Channel, tick: int) -> None:
        """Let a channel look for its master from now on."""
        channel.state, channel.master, channel.missed = State.SEARCHING, None, 0
        forever = FOREVER in (channel.search, channel.low_search)
        units = channel.search + channel.low_search
        channel.deadline = NEVER if forever else tick + units * SEARCH_UNIT

    def closed(self, channel: Channel, tick: int) -> None:
        """Let a channel be closed, and say so."""
        channel.state, channel.master = State.ASSIGNED, None
        channel.closing = channel.scanning = False
        channel.deadline = NEVER
        channel.waiting, channel.transfer = None, 0
        self._event(channel, Code.CHANNEL_CLOSED)

    # --- to the host -----------------------------------------------------------------------------

    def say(self, id: int, data: bytes, page: Said | None = None) -> None:
        """Put a message in the outbox, and what the faults make of it."""
        encoded = Message(id, data).encode()
        if self.faults.acted:
            time = self.time(self.worked)
            stray = self.faults.stray(time)
            if stray:
                self.outbox.append(Outgoing(stray))
            if self.faults.damages(time):
                encoded, page = encoded[:-1] + bytes((encoded[-1] ^ 0xFF,)), None
        self.outbox.append(Outgoing(encoded, page))

    def _event(self, channel: Channel, code: Code) -> None:
        self.say(Id.CHANNEL_RESPONSE, bytes((channel.number, EVENT, code)))

    def _say_page(self, channel: Channel, master: Master, payload: bytes, tick: int) -> None:
        wanted = self.extended
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
        self.say(Id.BROADCAST, data, Said(tick / SECOND, master.source, payload))
