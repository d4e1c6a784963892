"""A virtual trainer with a virtual rider on it, who speak real data pages.

`trainer` is the whole, a peer of every other trainer. Inside: `machine` (brake and flywheel),
`rider` (eyes and legs, with `stance`, `gearbox` and `body`) and `devices` (what trainer, strap and
pedals say on the air).
"""

from coach.trainers.simulated.trainer import SimulatedTrainer

__all__ = ["SimulatedTrainer"]
