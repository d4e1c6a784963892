"""Ride the six hills with a simulated trainer and rider, and print what each hill was.

Usage: python examples/ride_simulated.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

from coach import journal, profile
from coach.analysis.hills import hills
from coach.clock import ManualClock
from coach.journal import Header, Journal
from coach.runner import Run
from coach.trainers.simulated import SimulatedTrainer


def main(folder: Path) -> None:
    """Ride, then read the ride back from its journal."""
    rider = profile.example_rider()
    plan = profile.load_workout(profile.find_workout("hills"))
    workout = profile.compile_workout(plan, rider)
    trainer = SimulatedTrainer(rider, seed=7)

    path = folder / "simulated.ride"
    header = Header("Six hills", trainer.start, rider, workout, "sim:seed=7", "example")
    # The simulated rider watches the ride as a display: it rides to what it is shown.
    Run(Journal(path, header), trainer, ManualClock(), [trainer.rider]).ride()

    for hill in hills(journal.load(path)):
        print(f"Hill {hill.index}: {hill.average_power:.0f} W, {hill.standing:.0f} s standing")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()))
