"""The air around the pretend stick: who is on it, and when each of them speaks.

Four masters, made of the parts of the one simulator: the trainer, its power channel under the same
device number (as real trainers keep one), a heart-rate strap and pedals. Each transmits on the
grid of its own period, whether or not anybody listens. Times are counted in 1/32768 s, as ANT does
it, so that they never round.

What there is not: distance, other radios, clocks that drift, transmissions that collide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from coach.messages import Source
from coach.protocol import fec, heart, power
from coach.rider import Rider
from coach.trainers.ant.serial import SECOND
from coach.trainers.simulated.sensors import Pedals, Strap, TrainerPower
from coach.trainers.simulated.simulation import Simulation

TRAINER, STRAP, PEDALS = 12345, 23456, 34567
"""Device numbers."""


class _Device(Protocol):
    """A device of the simulator."""

    @property
    def period(self) -> int: ...

    def broadcast(self) -> bytes: ...

    def receive(self, payload: bytes) -> None: ...


class Master:
    """One device as the radio sees it.

    Parameters
    ----------
    source : Source
        Its profile.
    device : Trainer, strap or pedals of the simulator
    device_number, device_type, transmission_type : int
    rssi : int
        How strong it comes in [dBm].
    start : int
        Its first slot [1/32768 s].
    before : callable, optional
        Told the time before each slot [s].

    Attributes
    ----------
    slot : int
        When it speaks next [1/32768 s].
    repeats : int
        It says each page so many times.
    """

    def __init__(
        self,
        source: Source,
        device: _Device,
        device_number: int,
        device_type: int,
        transmission_type: int,
        rssi: int,
        start: int,
        before: Callable[[float], None] | None = None,
    ) -> None:
        self.source = source
        self.device_number = device_number
        self.device_type = device_type
        self.transmission_type = transmission_type
        self.rssi = rssi
        self.slot = start
        self.repeats = 1
        self._device = device
        self._before = before
        self._said = b""
        self._left = 0

    @property
    def period(self) -> int:
        """Channel period [1/32768 s]."""
        return self._device.period

    def broadcast(self, now: float) -> bytes:
        """Return what is said in this slot [s]; the next one comes a period later."""
        self.slot += self._device.period
        if self._before is not None:
            self._before(now)
        if self._left <= 0:
            self._left = self.repeats
            self._said = self._device.broadcast()
        self._left -= 1
        return self._said

    def receive(self, payload: bytes) -> None:
        """Take what a display sends; a period changed by it counts from the next slot on."""
        self._device.receive(payload)


class Air:
    """The masters, and what is simulated behind them.

    Parameters
    ----------
    rider : Rider
        Who sits on the trainer.
    seed : int
        Where all chance comes from; also sets `start`.
    pedals_refuse : bool
        The pedals have no sense of position.

    Attributes
    ----------
    rider : SimulatedRider
        A display: show it the ride, or it just spins along.
    machine : Machine
    trainer : TrainerDevice
    start : datetime
        Wall clock of the ride, UTC, fixed by the seed.
    masters : tuple of Master
    slot : int
        When somebody speaks next [1/32768 s].
    record : callable or None
        Told time [s] and payload of all that reached the trainer, whichever display sent it: the
        trainer's own record.
    """

    def __init__(self, rider: Rider, seed: int = 7, *, pedals_refuse: bool = False) -> None:
        simulation = Simulation(rider, seed)
        self.rider = simulation.rider
        self.machine = simulation.machine
        self.trainer = simulation.trainer
        self.start = simulation.start
        self.record: Callable[[float, bytes], None] | None = None
        pedals = Pedals(self.rider, dynamics=False, refuses=pedals_refuse)
        strap = Strap(self.rider, tells_battery=True)
        hub = TrainerPower(self.rider, self.trainer.MODEL)
        for sensor, slots in ((strap, 40), (pedals, 110), (hub, 110)):
            # Awake for a while, so that what they tell of themselves is soon to come.
            for _ in range(slots):
                sensor.broadcast()
        self.masters = (
            Master(
                Source.TRAINER,
                self.trainer,
                TRAINER,
                fec.DEVICE_TYPE,
                0x05,
                -58,
                fec.PERIOD,
                simulation.step,
            ),
            Master(Source.HEART_RATE, strap, STRAP, heart.DEVICE_TYPE, 1, -66, 1600),
            Master(Source.POWER_METER, pedals, PEDALS, power.DEVICE_TYPE, 1, -71, 3200),
            Master(Source.POWER_METER, hub, TRAINER, power.DEVICE_TYPE, 0x05, -58, 4800),
        )
        self.slot = 0
        self._next = self.masters[0]
        self._look()

    @property
    def next(self) -> Master:
        """Who speaks at `slot`."""
        return self._next

    def speak(self) -> bytes:
        """Let the next master speak; return what it says."""
        said = self._next.broadcast(self.slot / SECOND)
        self._look()
        return said

    def send(self, master: Master, payload: bytes, now: float) -> None:
        """Let a display's page reach a master at a time [s]."""
        if self.record is not None and master is self.masters[0]:
            self.record(now, payload)
        master.receive(payload)

    def skip(self, ticks: int) -> None:
        """Let time pass in which nothing happens at all."""
        for master in self.masters:
            master.slot += ticks
        self._look()

    def _look(self) -> None:
        """See whose turn it is; at the same time the first of `masters`."""
        first = self.masters[0]
        for master in self.masters:
            if master.slot < first.slot:
                first = master
        self._next, self.slot = first, first.slot
