"""All that is simulated, whoever listens to it: machine, rider, and the trainer on the air.

There is one simulator. `SimulatedTrainer` drives it in the program's own loop, the pretend ANT
stick puts it on a pretend air.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from coach.rider import Rider
from coach.trainers.simulated.devices import TrainerDevice
from coach.trainers.simulated.machine import RESPONSES, Machine
from coach.trainers.simulated.rider import SimulatedRider

FIRST_START = datetime(2025, 1, 1, 9, 0, tzinfo=UTC)
"""Wall clock of seed 0; each seed rides on a day of its own."""


class Simulation:
    """A rider on a trainer.

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
    machine : Machine
    rider : SimulatedRider
        A display: show it the ride, or it just spins along.
    trainer : TrainerDevice
        The trainer's side of its channel.
    start : datetime
        Wall clock of the ride, UTC, fixed by the seed.

    Raises
    ------
    KeyError
        If there is no such response.
    """

    def __init__(self, rider: Rider, seed: int = 7, response: str = "medium") -> None:
        self.machine = Machine(RESPONSES[response])
        self.rider = SimulatedRider(rider, seed)
        self.trainer = TrainerDevice(self.machine, self.rider)
        self.start = FIRST_START + timedelta(days=seed % 365)

    def step(self, now: float) -> None:
        """Live through the `STEP` that ends now."""
        self.machine.brake()
        push = self.rider.push(now, self.machine)
        self.rider.feel(self.machine.turn(push))
