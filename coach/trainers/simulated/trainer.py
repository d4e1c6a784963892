"""A virtual trainer with a virtual rider on it, heard and told through real page bytes.

Every command becomes the bytes of its data page, crosses to the trainer's side, is decoded there
and obeyed; everything measured comes back as the broadcasts of a trainer, a heart-rate strap and
pedals, at their true periods. What the trainer thinks of a command comes back in data page 71,
which is asked for after a command, once a second at most: each answer costs a slot.

`Simulation` is all that is simulated; this is the driver for it. The same seed, told and shown the
same at the same times, says the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace

from coach.messages import Command, Page, Source
from coach.protocol import common, fec
from coach.rider import Rider
from coach.trainers.base import Message
from coach.trainers.simulated.machine import STEP
from coach.trainers.simulated.sensors import SECOND, Pedals, Strap
from coach.trainers.simulated.simulation import Simulation

STATUS_INTERVAL = 1.0
"""Least time between two requests for the command status [s]."""


@dataclass(slots=True)
class _Channel:
    """When one device speaks: at `start`, and then every `period` seconds."""

    source: Source
    start: float
    period: float
    broadcast: Callable[[], bytes]
    slot: int = 0


class SimulatedTrainer:
    """A trainer, strap and pedals that exist only as pages.

    Parameters
    ----------
    rider : Rider
        Who sits on it.
    seed : int
        Where all chance comes from; also sets `start`.
    response : str
        How fast the brake follows a power target: one of `RESPONSES`.

    Attributes
    ----------
    rider : SimulatedRider
        A display: show it the ride, or it just spins along.
    machine : Machine
    device : TrainerDevice
        The trainer's side of the channel, for whoever brings bytes of their own.
    start : datetime
        Wall clock of the opening, UTC, fixed by the seed.

    Raises
    ------
    KeyError
        If there is no such response.
    """

    def __init__(self, rider: Rider, seed: int = 7, response: str = "medium") -> None:
        self._simulation = Simulation(rider, seed, response)
        self.machine = self._simulation.machine
        self.rider = self._simulation.rider
        self.device = self._simulation.trainer
        self.start = self._simulation.start
        self._on_air: deque[tuple[float, bytes]] = deque()
        self._status_request = common.RequestDataPage(requested_page=0x47, count=1).encode()
        self._commands_unanswered = False
        self._status_asked = float("-inf")
        self._opened = False
        # Whose turn it is when: a heap of (time, order at the same time, channel).
        self._turns: list[tuple[float, int, _Channel]] = []

    def open(self, now: float) -> None:
        """Begin; the trainer is asked for its capabilities at once.

        Raises
        ------
        RuntimeError
            If it was opened before.
        """
        if self._opened:
            raise RuntimeError("a simulated trainer is opened once")
        self._opened = True
        strap, pedals = Strap(self.rider), Pedals(self.rider)
        channels = (
            _Channel(Source.TRAINER, now + STEP, STEP, self.device.broadcast),
            _Channel(Source.HEART_RATE, now + 0.05, strap.period / SECOND, strap.broadcast),
            _Channel(Source.POWER_METER, now + 0.03, pedals.period / SECOND, pedals.broadcast),
        )
        self._turns = [(each.start, order, each) for order, each in enumerate(channels)]
        heapify(self._turns)
        # Once is enough on an air that loses nothing; the road needs four.
        number = fec.FeCapabilities.number
        self.device.receive(common.RequestDataPage(requested_page=number, count=1).encode())

    def poll(self, now: float) -> Sequence[Message]:
        """Return the pages of all three devices up to and including `now`."""
        said: list[Message] = []
        turns = self._turns
        while turns and turns[0][0] <= now:
            at, order, channel = turns[0]
            if channel.source is Source.TRAINER:
                self._step(at)
            said.append(Page(at, channel.source, channel.broadcast()))
            channel.slot += 1
            heapreplace(turns, (channel.start + channel.slot * channel.period, order, channel))
        return said

    def send(self, command: Command, now: float) -> None:
        """Put a command on the air; it counts from the next step of the trainer on.

        Raises
        ------
        EncodeError
            If the command does not fit its data page.
        """
        payload = fec.page_for(command).encode()
        if self._turns:
            self._on_air.append((now, payload))

    def close(self) -> None:
        """Fall silent."""
        self._opened = True
        self._turns = []

    def _step(self, now: float) -> None:
        """Let trainer and rider live through the `STEP` that ends now."""
        while self._on_air and self._on_air[0][0] < now:
            self.device.receive(self._on_air.popleft()[1])
            self._commands_unanswered = True
        if self._commands_unanswered and now - self._status_asked >= STATUS_INTERVAL:
            self._commands_unanswered = False
            self._status_asked = now
            self.device.receive(self._status_request)
        self._simulation.step(now)
