"""From data pages to telemetry: what the trainer, the strap and the pedals said last.

A receiver knows no clock. What it tells is a function of the pages it has read, and of what the
driver told of the link, and of nothing else, so that pages from the air, from the simulator and
from a journal give the same ride.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from coach.errors import DecodeError
from coach.messages import (
    Capabilities,
    Event,
    EventKind,
    Page,
    PowerLimit,
    Reply,
    ReplyStatus,
    RiderPosition,
    Source,
    Telemetry,
)
from coach.protocol import fec, heart, power
from coach.protocol.counters import PowerSum
from coach.protocol.pages import DataPage

REACQUIRED_AFTER = 5.0
"""A trainer that was silent for longer [s] counts as found again."""
POWER_GAP = 30.0
"""Longest way between two trainer pages on which accumulated power is counted [s]: the event
count rolls over after 64 s at 4 Hz, and some trainers count faster."""
BEATLESS = 10.0
"""A strap that counts no beat for so long [s] lies on a table and repeats what it said last."""

_LOST = (EventKind.LINK_SEARCHING, EventKind.LINK_LOST)
_FOUND = (EventKind.LINK_FOUND, EventKind.LINK_BACK)
_CAPABILITIES = {
    fec.BasicResistance.name: "basic_resistance",
    fec.TargetPower.name: "target_power",
    fec.TrackResistance.name: "simulation",
}
"""The capability without which a trainer does not support a set-point."""


class Receiver:
    """Reads the pages of one ride's devices.

    Attributes
    ----------
    ignored : int
        How many pages it could make nothing of: damaged ones, and those of manufacturers.
    """

    def __init__(self) -> None:
        self.ignored = 0
        self._told: dict[str, Any] = {}
        self._telemetry: Telemetry | None = None
        self._connection = 0
        self._heard: float | None = None
        self._strap = heart.Strap()
        self._strap_heard = False
        self._beats = heart.Beats()
        self._power = PowerSum()
        self._power_heard: float | None = None
        self._values: tuple[int | float | None, ...] = ()
        self._denied: dict[str, bool] = {}
        self._readers: dict[Source, Callable[[Page], Reply | None]] = {
            Source.TRAINER: self._read_trainer,
            Source.HEART_RATE: self._read_strap,
            Source.POWER_METER: self._read_power_meter,
        }
        self._trainer_readers: dict[type[DataPage], Callable[[float, Any], Reply | None]] = {
            fec.GeneralFeData: self._general,
            fec.SpecificTrainerData: self._trainer_data,
            fec.FeCapabilities: self._capabilities,
            fec.CommandStatus: _reply,
        }

    @property
    def telemetry(self) -> Telemetry:
        """The latest of everything; the same object until a page changes something."""
        if self._telemetry is None:
            self._telemetry = Telemetry(**self._told)
        return self._telemetry

    def read(self, page: Page) -> Reply | None:
        """Take a page; pages are read in the order of their time.

        Returns
        -------
        Reply or None
            What became of a command, when the page tells that.
        """
        self._telemetry = None
        try:
            reply = self._readers[page.source](page)
        except DecodeError:
            self.ignored += 1
            return None
        if reply is not None:
            self.answered(reply)
        return reply

    def answered(self, reply: Reply) -> None:
        """Learn from an answer what the trainer cannot do, whatever its page 54 says."""
        capability = _CAPABILITIES.get(reply.command)
        if reply.status is ReplyStatus.NOT_SUPPORTED and capability is not None:
            self._denied[capability] = False
            self._tell_capabilities(self._told.get("capabilities") or Capabilities())

    def heed(self, event: Event) -> None:
        """Take what the driver tells of the link to the trainer; other events mean nothing here."""
        of_trainer = event.value == Source.TRAINER
        if event.kind is EventKind.STICK_LOST or (event.kind in _LOST and of_trainer):
            self._told["searching"] = True
            # Whatever was counted meanwhile, and however short the silence: it is found anew.
            self._heard = None
        elif event.kind in _FOUND and of_trainer:
            self._told["searching"] = False
        self._telemetry = None

    def _read_trainer(self, page: Page) -> Reply | None:
        # Any page shows that the trainer is there, also one that we do not know.
        if self._heard is None or page.time - self._heard > REACQUIRED_AFTER:
            self._connection += 1
            self._power.restart()
        self._heard = page.time
        self._told.update(time=page.time, connection=self._connection)
        decoded = fec.decode(page.payload)
        reader = self._trainer_readers.get(type(decoded))
        return reader(page.time, decoded) if reader is not None else None

    def _general(self, time: float, page: fec.GeneralFeData) -> None:
        self._told["speed"] = page.speed_mps
        if page.heart_rate_source != "none" and not self._strap_heard:
            # In practice: 0 is sent while the strap has no contact.
            self._told.update(heart_rate=page.heart_rate_bpm or None, heart_rate_time=time)

    def _trainer_data(self, time: float, page: fec.SpecificTrainerData) -> None:
        if self._power_heard is not None and time - self._power_heard > POWER_GAP:
            self._power.restart()
        self._power_heard = time
        self._power.update(page.event_count, page.accumulated_power_w)
        # In practice: a page comes three or four times before its values are renewed
        # (GoldenCheetah issue 2259). Without power there is nothing to count and all stands still.
        values = page.event_count, page.power_w, page.cadence_rpm
        if values != self._values or not page.power_w:
            self._values = values
            self._told["values_time"] = time
        limit = page.target_power_limits
        self._told.update(
            power=page.power_w,
            power_total=self._power.total,
            power_events=self._power.events,
            cadence=page.cadence_rpm,
            power_limit=limit if isinstance(limit, PowerLimit) else None,
            wants_configuration=page.user_configuration_required,
        )

    def _capabilities(self, time: float, page: fec.FeCapabilities) -> None:
        self._tell_capabilities(
            Capabilities(
                basic_resistance=page.basic_resistance,
                target_power=page.target_power,
                simulation=page.simulation,
                maximum_resistance=page.maximum_resistance_n,
            )
        )

    def _tell_capabilities(self, said: Capabilities) -> None:
        self._told["capabilities"] = replace(said, **self._denied)
        self._telemetry = None

    def _read_strap(self, page: Page) -> None:
        strap = self._strap.read(page.payload)
        self._strap_heard = True
        self._beats.update(page.time, strap)
        rate, interval, beat = strap.heart_rate_bpm, self._beats.interval, self._beats.heard
        if beat is not None and page.time - beat > BEATLESS:
            rate = interval = None
        self._told.update(heart_rate=rate, heart_rate_time=page.time, rr_interval=interval)

    def _read_power_meter(self, page: Page) -> None:
        decoded = power.decode(page.payload)
        if isinstance(decoded, power.PedalPosition):
            position = RiderPosition(decoded.rider_position)
            self._told.update(position=position, position_time=page.time)


def _reply(time: float, page: fec.CommandStatus) -> Reply | None:
    """Return the reply, unless the trainer has had no command yet."""
    if page.command is None or not isinstance(page.status, ReplyStatus):
        return None
    command = page.command if isinstance(page.command, str) else f"page_0x{page.command:02x}"
    repeated = page.echo
    echo = None if repeated is None else fec.command_from(repeated)
    return Reply(time, command, page.status, page.sequence, echo)
