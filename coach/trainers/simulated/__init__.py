"""A virtual trainer with a virtual rider on it, who speak real data pages.

`trainer` is the whole, a peer of every other trainer. Inside: `simulation` is what is simulated,
made of `machine` (brake and flywheel), `rider` (eyes and legs, with `stance`, `gearbox`, `body` and
a `model` of character) and `devices` (the trainer on the air, with its `spin_down`); `sensors` are
strap and pedals.
"""

from coach.trainers.simulated.trainer import SimulatedTrainer

__all__ = ["SimulatedTrainer"]
