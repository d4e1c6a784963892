"""The three ANT+ devices of a simulated ride: trainer, heart-rate strap and pedals.

Each knows what to send in its next slot, in the order and at the period of real ones, and the
trainer answers what a display sends. All of it is page bytes of `coach.protocol`.

Interleaving: trainers send 16, 25, 25 and, after ten rounds, their background pages 80 or 81
(as FortiusANT does); straps 56 pages of heart beats and eight of background in 64, the toggle
flipped every fourth; pedals power and position in turns, background pages now and then. An answer
takes the place of the page whose turn it was.

Source: reference notes on FE-C, sections 2.2, 2.3, 2.5 and 2.6.
"""

from __future__ import annotations

from collections import deque

from coach import physics
from coach.errors import DecodeError
from coach.messages import ReplyStatus
from coach.protocol import common, fec, heart, power
from coach.protocol.pages import DataPage
from coach.trainers.simulated.machine import STEP, STRONGEST_FORCE, Machine
from coach.trainers.simulated.rider import SimulatedRider

SECOND = 32768
"""ANT+ counts channel periods in these parts of a second."""

DEVELOPMENT = 255
"""Manufacturer number of devices that are nobody's product."""

_TRAINER_CYCLE = (0x10, 0x19, 0x19) * 10 + (0x50, 0x50) + (0x10, 0x19, 0x19) * 10 + (0x51, 0x51)


def _identification(model: int) -> tuple[bytes, bytes]:
    """Return pages 80 and 81 of a device."""
    maker = common.ManufacturerIdentification(
        hardware_revision=1, manufacturer=DEVELOPMENT, model=model
    )
    product = common.ProductInformation(software_main=1, serial=model)
    return maker.encode(), product.encode()


class TrainerDevice:
    """The trainer's side of its channel, a slot every `STEP`.

    Parameters
    ----------
    machine : Machine
        What obeys the commands that come in.
    rider : SimulatedRider
        Whose power and cadence are measured.
    """

    MODEL = 1

    def __init__(self, machine: Machine, rider: SimulatedRider) -> None:
        self._machine = machine
        self._rider = rider
        self._slot = 0
        self._answers: deque[int] = deque()
        self._events = 0
        self._power = 0
        self._power_sum = 0
        self._distance = 0.0
        self._state = "ready"
        self._configuration: DataPage = fec.UserConfiguration()
        self._configured = False
        self._sequence = -1
        self._status = fec.CommandStatus()
        self._maker, self._product = _identification(self.MODEL)

    def receive(self, payload: bytes) -> None:
        """Take what a display sends; what makes no sense is ignored, as trainers do."""
        try:
            page = fec.decode(payload, sender="display")
        except DecodeError:
            return
        if isinstance(page, common.RequestDataPage):
            self._answer(page)
        elif page.number in fec.COMMANDS:
            self._obey(page)

    def broadcast(self) -> bytes:
        """Return the page of this slot."""
        self._measure()
        turn = self._slot
        self._slot += 1
        if self._answers:
            return self._page(self._answers.popleft())
        return self._page(_TRAINER_CYCLE[turn % len(_TRAINER_CYCLE)])

    def _answer(self, request: common.RequestDataPage) -> None:
        """Queue the page asked for; a new request for the same page replaces the old one."""
        wanted = request.requested_page
        if wanted not in (0x36, 0x37, 0x47, 0x50, 0x51):
            return
        others = [number for number in self._answers if number != wanted]
        self._answers = deque([*others, *([wanted] * max(1, request.count))])

    def _obey(self, page: DataPage) -> None:
        command = fec.command_from(page)
        status = ReplyStatus.FAIL
        if command is not None:
            self._machine.obey(command)
            status = ReplyStatus.PASS
            if isinstance(page, fec.UserConfiguration):
                self._configuration, self._configured = page, True
        # 255 means that there was no command yet.
        self._sequence = (self._sequence + 1) % 255
        self._status = fec.CommandStatus.answering(page, self._sequence, status)

    def _measure(self) -> None:
        """Count what happened since the last slot; counters stand still unless in use."""
        speed = self._machine.speed
        self._power = min(round(self._rider.power), 4094)
        if speed > 0.0:
            self._state = "in_use"
            self._events = (self._events + 1) & 0xFF
            self._power_sum = (self._power_sum + self._power) & 0xFFFF
            self._distance += speed * STEP
        elif self._state == "in_use":
            self._state = "finished"

    def _page(self, number: int) -> bytes:
        if number == 0x19:
            return self._specific_trainer_data()
        if number == 0x10:
            return self._general_fe_data()
        if number == 0x50:
            return self._maker
        if number == 0x51:
            return self._product
        if number == 0x37:
            return self._configuration.encode()
        if number == 0x47:
            return self._status.encode()
        return fec.FeCapabilities(
            maximum_resistance_n=round(STRONGEST_FORCE),
            basic_resistance=True,
            target_power=True,
            simulation=True,
        ).encode()

    def _specific_trainer_data(self) -> bytes:
        return fec.SpecificTrainerData(
            state=self._state,
            event_count=self._events,
            cadence_rpm=min(round(self._rider.cadence), 254),
            accumulated_power_w=self._power_sum,
            power_w=self._power,
            user_configuration_required=not self._configured,
            target_power_limits=self._machine.power_limit or "at_target",
        ).encode()

    def _general_fe_data(self) -> bytes:
        return fec.GeneralFeData(
            state=self._state,
            elapsed_time_s=self._slot % 256 * STEP,
            distance_m=int(self._distance) % 256,
            speed_mps=self._machine.speed,
            heart_rate_source="none",
        ).encode()


class Strap:
    """A heart-rate strap.

    Parameters
    ----------
    rider : SimulatedRider
        Whose heart is heard.
    """

    MODEL = 2
    PERIOD = heart.PERIOD / SECOND

    def __init__(self, rider: SimulatedRider) -> None:
        self._heart = rider.heart
        self._slot = 0
        self._beats = 0
        self._beat = self._previous = 0.0

    def broadcast(self) -> bytes:
        """Return the page of this slot."""
        rate, now = self._heart.rate, self._slot * self.PERIOD
        while self._beat + 60.0 / rate <= now:
            self._previous, self._beat = self._beat, self._beat + 60.0 / rate
            self._beats += 1
        turn = self._slot
        self._slot += 1
        toggle, place = bool(turn & 4), turn % 64
        beat, count = _beat_time(self._beat), self._beats & 0xFF
        if place < 56:
            return heart.PreviousHeartBeat(
                page_toggle=toggle,
                previous_beat_time_s=_beat_time(self._previous),
                beat_time_s=beat,
                beat_count=count,
                heart_rate_bpm=round(rate),
            ).encode()
        if place < 60:
            return heart.ManufacturerInformation(
                page_toggle=toggle,
                manufacturer=DEVELOPMENT,
                beat_time_s=beat,
                beat_count=count,
                heart_rate_bpm=round(rate),
            ).encode()
        return heart.ProductInformation(
            page_toggle=toggle,
            hardware_version=1,
            software_version=1,
            model=self.MODEL,
            beat_time_s=beat,
            beat_count=count,
            heart_rate_bpm=round(rate),
        ).encode()


def _beat_time(seconds: float) -> float:
    """Return a time as the strap counts it: in 1/1024 s, from 0 again after 64 s."""
    return (round(seconds * 1024) & 0xFFFF) / 1024


class Pedals:
    """Power pedals with cycling dynamics switched on.

    They measure before the chain has taken its share, so a little more than the trainer. Where on
    the pedal the foot presses is left out: nothing here knows.

    Parameters
    ----------
    rider : SimulatedRider
        Whose feet they feel.
    """

    MODEL = 3
    PERIOD = power.PERIOD_CYCLING_DYNAMICS / SECOND

    def __init__(self, rider: SimulatedRider) -> None:
        self._rider = rider
        self._slot = 0
        self._events = 0
        self._power_sum = 0
        self._turns = 0.0
        self._maker, self._product = _identification(self.MODEL)
        self._battery = common.BatteryStatus(voltage_v=3.0, status="good").encode()

    def broadcast(self) -> bytes:
        """Return the page of this slot."""
        turn = self._slot
        self._slot += 1
        cadence = self._rider.cadence
        self._turns += cadence / 60.0 * self.PERIOD
        if turn % 61 == 60:
            return self._battery
        if turn % 121 == 120:
            return self._maker if turn // 121 % 2 == 0 else self._product
        if turn & 1:
            return power.PedalPosition(
                crank_cycle_count=int(self._turns) & 0xFF,
                rider_position=self._rider.stance.position,
                cadence_rpm=min(round(cadence), 254),
            ).encode()
        watts = round(self._rider.power / physics.TARMAC.efficiency)
        self._events = (self._events + 1) & 0xFF
        self._power_sum = (self._power_sum + watts) & 0xFFFF
        return power.PowerOnly(
            event_count=self._events,
            pedal_power_pct=50,
            cadence_rpm=min(round(cadence), 254),
            accumulated_power_w=self._power_sum,
            power_w=min(watts, 65535),
        ).encode()
