"""The simulated ride's sensors: heart-rate strap, pedals, and the trainer's own power channel.

Each knows what to send in its next slot, in the order and at the period of real ones.

Interleaving: straps 56 pages of heart beats and eight of background in 64, the toggle flipped
every fourth; power meters page 82 every 61 and pages 80 or 81 every 121 slots; pedals with cycling
dynamics power and position in turns.

Source: reference notes on FE-C, sections 2.2, 2.5 and 2.6.
"""

from __future__ import annotations

from collections import deque

from coach import physics
from coach.errors import DecodeError
from coach.protocol import common, heart, power
from coach.trainers.simulated.rider import SimulatedRider

SECOND = 32768
"""ANT+ counts channel periods in these parts of a second."""

DEVELOPMENT = 255
"""Manufacturer number of devices that are nobody's product."""


def identification(model: int) -> tuple[bytes, bytes]:
    """Return pages 80 and 81 of a device."""
    maker = common.ManufacturerIdentification(
        hardware_revision=1, manufacturer=DEVELOPMENT, model=model
    )
    product = common.ProductInformation(software_main=1, serial=model)
    return maker.encode(), product.encode()


class Strap:
    """A heart-rate strap.

    Parameters
    ----------
    rider : SimulatedRider
        Whose heart is heard.
    tells_battery : bool
        Half of the pages 2 make room for page 7.
    """

    MODEL = 2

    def __init__(self, rider: SimulatedRider, *, tells_battery: bool = False) -> None:
        self._heart = rider.heart
        self._tells_battery = tells_battery
        self._slot = 0
        self._beats = 0
        self._beat = self._previous = 0.0

    @property
    def period(self) -> int:
        """Channel period [1/32768 s]."""
        return heart.PERIOD

    def receive(self, payload: bytes) -> None:
        """Take what a display sends: nothing that a strap would heed."""

    def broadcast(self) -> bytes:
        """Return the page of this slot."""
        rate, now = self._heart.rate, self._slot * (heart.PERIOD / SECOND)
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
        if place >= 60:
            return heart.ProductInformation(
                page_toggle=toggle,
                hardware_version=1,
                software_version=1,
                model=self.MODEL,
                beat_time_s=beat,
                beat_count=count,
                heart_rate_bpm=round(rate),
            ).encode()
        if self._tells_battery and place < 58:
            return heart.BatteryStatus(
                page_toggle=toggle,
                battery_level_pct=90,
                voltage_v=3.0,
                status="good",
                beat_time_s=beat,
                beat_count=count,
                heart_rate_bpm=round(rate),
            ).encode()
        return heart.ManufacturerInformation(
            page_toggle=toggle,
            manufacturer=DEVELOPMENT,
            beat_time_s=beat,
            beat_count=count,
            heart_rate_bpm=round(rate),
        ).encode()


def _beat_time(seconds: float) -> float:
    """Return a time as the strap counts it: in 1/1024 s, from 0 again after 64 s."""
    return (round(seconds * 1024) & 0xFFFF) / 1024


class PowerMeter:
    """What power meters have in common: the page with the power, and pages about themselves.

    Parameters
    ----------
    model : int
        Which product it is.
    battery : bool
        Whether there is one to tell of.
    """

    def __init__(self, model: int, *, battery: bool) -> None:
        self._slot = 0
        self._events = 0
        self._power_sum = 0
        self._maker, self._product = identification(model)
        status = common.BatteryStatus(voltage_v=3.0, status="good").encode()
        self._battery = status if battery else None

    def _background(self) -> bytes | None:
        """Begin the next slot; return the page about the meter itself if it is its turn."""
        turn = self._slot
        self._slot += 1
        if turn % 61 == 60 and self._battery is not None:
            return self._battery
        if turn % 121 == 120:
            return self._maker if turn // 121 % 2 == 0 else self._product
        return None

    def _power_only(self, watts: int, cadence: float, share: int | None) -> bytes:
        self._events = (self._events + 1) & 0xFF
        self._power_sum = (self._power_sum + watts) & 0xFFFF
        return power.PowerOnly(
            event_count=self._events,
            pedal_power_pct=share,
            cadence_rpm=min(round(cadence), 254),
            accumulated_power_w=self._power_sum,
            power_w=min(watts, 65535),
        ).encode()


class TrainerPower(PowerMeter):
    """The power channel that trainers keep beside FE-C, under the same device number.

    Parameters
    ----------
    rider : SimulatedRider
        Whose power is measured at the hub.
    model : int
        The trainer's.
    """

    def __init__(self, rider: SimulatedRider, model: int) -> None:
        super().__init__(model, battery=False)
        self._rider = rider

    @property
    def period(self) -> int:
        """Channel period [1/32768 s]."""
        return power.PERIOD

    def receive(self, payload: bytes) -> None:
        """Take what a display sends: nothing, control is on the other channel."""

    def broadcast(self) -> bytes:
        """Return the page of this slot."""
        background = self._background()
        if background is not None:
            return background
        return self._power_only(round(self._rider.power), self._rider.cadence, None)


class Pedals(PowerMeter):
    """Power pedals with cycling dynamics, switched on or waiting to be.

    They measure before the chain has taken its share, so a little more than the trainer. Where on
    the pedal the foot presses is left out: nothing here knows. Asked for sub-page 254 of page 2
    they tell what they can; told by the same page to send the rider's position at 8 Hz they do.
    The bytes of both follow notes that nobody here has tried on pedals.

    Parameters
    ----------
    rider : SimulatedRider
        Whose feet they feel.
    dynamics : bool
        Whether the rider's position is sent from the start.
    refuses : bool
        They have no sense of position, say so when asked, and ignore the switch.
    """

    MODEL = 3
    MOST_ANSWERS = 8
    """No more than so many slots in a row go to answers."""

    def __init__(
        self, rider: SimulatedRider, *, dynamics: bool = True, refuses: bool = False
    ) -> None:
        super().__init__(self.MODEL, battery=True)
        self.dynamics = dynamics
        self._refuses = refuses
        self._rider = rider
        self._turns = 0.0
        self._answers: deque[bytes] = deque()

    @property
    def period(self) -> int:
        """Channel period [1/32768 s]; twice as fast once the position is sent."""
        return power.PERIOD_CYCLING_DYNAMICS if self.dynamics else power.PERIOD

    def receive(self, payload: bytes) -> None:
        """Take what a display sends; what makes no sense is ignored."""
        try:
            page = power.decode(payload, sender="display")
        except DecodeError:
            return
        if isinstance(page, common.RequestDataPage):
            self._answer(page)
        elif (
            isinstance(page, power.AdvancedCapabilities2)
            and page.rider_position is not None
            and page.eight_hz is not None
            and not self._refuses
        ):
            self.dynamics = page.rider_position and page.eight_hz

    def _answer(self, request: common.RequestDataPage) -> None:
        answer = None
        if request.requested_page == power.AdvancedCapabilities2.number:
            if request.descriptor_1 == power.AdvancedCapabilities2.sub_page:
                answer = self._capabilities()
        elif request.requested_page == common.BatteryStatus.number:
            answer = self._battery
        elif request.requested_page == common.ManufacturerIdentification.number:
            answer = self._maker
        elif request.requested_page == common.ProductInformation.number:
            answer = self._product
        if answer is not None:
            self._answers = deque([answer] * min(max(1, request.count), self.MOST_ANSWERS))

    def _capabilities(self) -> bytes:
        if self._refuses:
            return power.AdvancedCapabilities2(four_hz=True).encode()
        return power.AdvancedCapabilities2(
            four_hz=not self.dynamics, eight_hz=self.dynamics, rider_position=self.dynamics
        ).encode()

    def broadcast(self) -> bytes:
        """Return the page of this slot."""
        turn = self._slot
        background = self._background()
        cadence = self._rider.cadence
        self._turns += cadence / 60.0 * (self.period / SECOND)
        if self._answers:
            return self._answers.popleft()
        if background is not None:
            return background
        if self.dynamics and turn & 1:
            return power.PedalPosition(
                crank_cycle_count=int(self._turns) & 0xFF,
                rider_position=self._rider.stance.position,
                cadence_rpm=min(round(cadence), 254),
            ).encode()
        watts = round(self._rider.power / physics.TARMAC.efficiency)
        return self._power_only(watts, cadence, 50)
