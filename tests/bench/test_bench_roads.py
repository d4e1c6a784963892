"""Every shared road and workout ridden to its end by the simulated rider, and how long that takes.

Not part of the default run: ``python -m pytest tests/bench/test_bench_roads.py -s``.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import simulated_ride

from coach.course import course
from coach.errors import RideFileError
from coach.profile import compile_workout
from coach.rides import load_road
from coach.workouts import is_road, load_plan

RIDES = Path(__file__).parents[3] / "shared" / "rides"
FILES = sorted(path for path in RIDES.glob("*.*") if path.suffix != ".md")
ROADLESS = {
    # Fourteen records, on which nobody moved.
    "corrupt_filecrc.fit", "corrupt_truncated.fit",
    # A run without elevation, grade and power.
    "run_compressed_timestamps.fit",
}  # fmt: skip
FASTEST = 250.0
"""Seconds of a ride in a second of the bench; a busy machine does 1200."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_is_ridden_to_its_end(path):
    rider = simulated_ride.RIDER
    if path.name in ROADLESS:
        with pytest.raises(RideFileError):
            course(load_road(path), rider)
        return
    began = time.perf_counter()
    found = course(load_road(path), rider, path.stem) if is_road(path) else None
    workout = compile_workout(load_plan(path).plan, rider) if found is None else found.workout
    ridden = simulated_ride.ride(workout, "obedient", 1)
    took, last = time.perf_counter() - began, ridden.samples[-1]
    print(f"\n{path.name}: {last.timer_time:.0f} s of riding in {took:.1f} s")
    assert last.timer_time > FASTEST * took
    if found is not None:
        assert last.distance == pytest.approx(found.road.length, abs=20.0)
        assert last.altitude == pytest.approx(found.road.altitude[-1], abs=2.0)
