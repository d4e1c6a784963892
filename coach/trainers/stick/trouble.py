"""What the faults of a scenario do to stick, air and trainer.

The stick asks here whenever a fault could make a difference, with the time since it was first
opened. All chance comes from the seed, of each fault its own, so that faults do not disturb one
another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from random import Random

from coach.messages import ReplyStatus, Source
from coach.protocol import common, fec
from coach.trainers.faults import Fault, FaultKind
from coach.trainers.stick.air import Air


@dataclass(slots=True)
class _Live:
    """A fault with its own chance."""

    fault: Fault
    random: Random
    next: float
    """When it happens next, of those that happen at a rate."""

    def on(self, time: float) -> bool:
        return self.fault.start <= time < self.fault.end


_VERDICTS = (
    (FaultKind.BRAKE_FAULT, ReplyStatus.FAIL),
    (FaultKind.COMMAND_REJECTED, ReplyStatus.REJECTED),
    (FaultKind.COMMAND_PENDING, ReplyStatus.PENDING),
)
_LOADS = {number for number in fec.COMMANDS if number != fec.UserConfiguration.number}
"""Commands that a verdict concerns."""


class Faults:
    """The faults of one ride.

    Parameters
    ----------
    faults : sequence of Fault
    seed : int

    Attributes
    ----------
    acted : dict of str to int
        How often each kind made a difference.
    """

    def __init__(self, faults: Sequence[Fault] = (), seed: int = 1) -> None:
        self.acted: dict[str, int] = {fault.kind: 0 for fault in faults}
        self._all = tuple(faults)
        self._live: dict[FaultKind, list[_Live]] = {}
        for index, fault in enumerate(faults):
            random = Random(f"{seed} {index} {fault.kind}")
            self._live.setdefault(fault.kind, []).append(_Live(fault, random, fault.start))
        times = {each.start for each in faults} | {each.end for each in faults}
        self._changes = sorted(times)

    # --- when ------------------------------------------------------------------------------------

    def next_change(self) -> float:
        """Return when the next fault begins or ends [s]; ``inf`` after the last."""
        return self._changes[0] if self._changes else inf

    def change(self) -> tuple[Fault, ...]:
        """Pass the next change; return the faults that begin with it."""
        time = self._changes.pop(0)
        return tuple(each for each in self._all if each.start == time)

    # --- on the air ------------------------------------------------------------------------------

    def misses(self, source: Source, time: float) -> bool:
        """Tell whether the stick does not hear this page."""
        for kind in (FaultKind.GO_TO_SEARCH, FaultKind.ASLEEP, FaultKind.RX_FAIL_BURST):
            if self._hits(kind, source, time):
                self.count(kind)
                return True
        missed = False
        for live in self._live.get(FaultKind.LOST_PAGES, ()):
            hit = live.on(time) and source in live.fault.devices
            if hit and live.random.random() < live.fault.share:
                self.count(FaultKind.LOST_PAGES)
                missed = True
        return missed

    def tracks_on(self, source: Source, time: float) -> bool:
        """Tell whether the stick keeps to a channel, however much it misses."""
        return self._hits(FaultKind.RX_FAIL_BURST, source, time)

    # --- what is sent ----------------------------------------------------------------------------

    def in_progress(self, time: float) -> bool:
        """Tell whether the stick says that it is busy sending."""
        return self._happens(FaultKind.TRANSFER_IN_PROGRESS, time)

    def transfer_fails(self, time: float) -> bool:
        """Tell whether what is sent does not get through."""
        return self._happens(FaultKind.TRANSFER_FAILED, time)

    def completion_delay(self, time: float) -> float:
        """Return how late the stick says that it got through [s]."""
        return self._delay(FaultKind.LATE_COMPLETION, time)

    def closing_delay(self, time: float) -> float:
        """Return how late the stick says that a channel is closed [s]."""
        return self._delay(FaultKind.DELAYED_CHANNEL_CLOSED, time)

    # --- the trainer -----------------------------------------------------------------------------

    def touch(self, air: Air, time: float, now: float) -> None:
        """Give the trainer the faults of this moment; done before each of its slots."""
        if not self._live:
            return
        trainer, master = air.trainer, air.masters[0]
        verdict = ReplyStatus.PASS
        for kind, status in _VERDICTS:
            if self._on(kind, time):
                verdict = status
        trainer.judge(verdict)
        air.machine.broken = self._happens(FaultKind.BRAKE_FAULT, time)
        trainer.frozen = self._happens(FaultKind.FROZEN_VALUES, time)
        mute = self._on(FaultKind.CAPABILITIES_UNANSWERED, time) is not None
        trainer.unanswered = {fec.FeCapabilities.number} if mute else set()
        repeating = self._on(FaultKind.REPEATED_PAGES, time)
        master.repeats = repeating.times if repeating is not None else 1
        if repeating is not None:
            self.count(FaultKind.REPEATED_PAGES)
        for live in self._live.get(FaultKind.FOREIGN_CONTROLLER, ()):
            if live.on(time) and time >= live.next:
                live.next = time + 1.0 / live.fault.rate
                self.count(FaultKind.FOREIGN_CONTROLLER)
                page = fec.TargetPower(power_w=live.fault.target_power)
                air.send(master, page.encode(), now)

    def reached(self, payload: bytes, time: float) -> None:
        """See what gets through to the trainer, and count what it will make nothing of."""
        if payload[0] in _LOADS:
            for kind in (FaultKind.COMMAND_REJECTED, FaultKind.COMMAND_PENDING):
                self._happens(kind, time)
        request = (common.RequestDataPage.number, fec.FeCapabilities.number)
        if (payload[0], payload[6]) == request:
            self._happens(FaultKind.CAPABILITIES_UNANSWERED, time)

    # --- the bytes -------------------------------------------------------------------------------

    def unplugged(self, time: float) -> bool:
        """Tell whether the stick is not there."""
        return self._on(FaultKind.UNPLUGGED, time) is not None

    def stray(self, time: float) -> bytes:
        """Return what comes before a message and belongs to none."""
        live = self._strikes(FaultKind.STRAY_BYTE, time)
        return bytes((live.random.randrange(256),)) if live is not None else b""

    def damages(self, time: float) -> bool:
        """Tell whether a message comes with a wrong checksum."""
        return self._strikes(FaultKind.BAD_CHECKSUM, time) is not None

    def count(self, kind: FaultKind) -> None:
        """Count that a fault made a difference."""
        self.acted[kind] += 1

    def _on(self, kind: FaultKind, time: float) -> Fault | None:
        return next((live.fault for live in self._live.get(kind, ()) if live.on(time)), None)

    def _hits(self, kind: FaultKind, source: Source, time: float) -> bool:
        return any(
            live.on(time) and source in live.fault.devices for live in self._live.get(kind, ())
        )

    def _happens(self, kind: FaultKind, time: float) -> bool:
        if self._on(kind, time) is None:
            return False
        self.count(kind)
        return True

    def _delay(self, kind: FaultKind, time: float) -> float:
        fault = self._on(kind, time)
        if fault is None:
            return 0.0
        self.count(kind)
        return fault.delay

    def _strikes(self, kind: FaultKind, time: float) -> _Live | None:
        for live in self._live.get(kind, ()):
            if live.on(time) and time >= live.next:
                live.next = time + live.random.expovariate(live.fault.rate)
                self.count(kind)
                return live
        return None
