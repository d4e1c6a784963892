"""Ride a recorded ride again through today's engine, and compare what went in with what came out.

Usage: python examples/replay_ride.py RIDE.fit [FOLDER]
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from coach import journal, profile
from coach.analysis.summary import summarize
from coach.clock import ManualClock
from coach.journal import Header, Journal
from coach.ride import as_ridden
from coach.rides import load_ride
from coach.runner import Run
from coach.trainers.replay import ReplayTrainer


def main(file: Path, folder: Path) -> None:
    """Replay a ride and print both summaries."""
    recorded = load_ride(file)
    rider, workout = profile.example_rider(), as_ridden(recorded)
    start = recorded.start or datetime.now(UTC)
    path = folder / f"{file.stem}.ride"
    header = Header(file.stem, start, rider, workout, "replay", "example", recording=True)
    Run(Journal(path, header), ReplayTrainer(recorded), ManualClock()).ride()

    before = summarize(recorded).as_json()
    after = summarize(journal.load(path)).as_json()
    for figure in ("samples", "power_sum_w", "timer_time_s", "average_power_w", "time_standing_s"):
        print(f"{figure:16} {before[figure]!s:>10} in {after[figure]!s:>10} out")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()))
