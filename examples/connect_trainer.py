"""Ride up a 3 % road for half a minute: python examples/connect_trainer.py ant:12345."""

import sys

from coach.messages import TrackResistance
from coach.trainers.connection import connect

with connect(sys.argv[1] if len(sys.argv) > 1 else "sim") as trainer:
    trainer.send(TrackResistance(grade=0.03))
    for _ in range(30):
        telemetry = trainer.wait(1.0)
        print(f"{telemetry.power or 0:.0f} W at {telemetry.cadence or 0:.0f} rpm")
# Left in any way, the block has taken the load off.
