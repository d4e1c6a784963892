"""How fast FIT files are read and written, beside the peers, in one run.

Run with ``python -m pytest tests/bench/test_bench_fit.py -s``. Ours checks the checksum and reads
records, events, laps, sessions and plan; fitfast.records gives the columns of the records only,
fitdecode every message, of which records and events are looked at.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import fitdecode
import fitfast
import numpy as np
import pytest

from coach.formats import fit
from coach.ride import Lap, Ride

RIDES = (Path(__file__).parents[3] / "shared" / "rides").resolve()
LARGEST = ("long_6h30_wahoo_bigendian", "mountain_edge530_positions_gears", "hill_repeats_5x")


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median time of `work`, after one round that warms up."""
    if rounds > 1:
        work()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def read_with_fitdecode(data: bytes) -> tuple[int, int]:
    """Return the number of records and the sum of their power."""
    count = total = 0
    with fitdecode.FitReader(data, check_crc=fitdecode.CrcCheck.RAISE) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record":
                count += 1
                total += frame.get_value("power", fallback=None) or 0
            elif isinstance(frame, fitdecode.FitDataMessage) and frame.name == "event":
                frame.get_value("data", fallback=None)
    return count, total


@pytest.mark.skipif(not RIDES.is_dir(), reason=f"no recorded rides in {RIDES}")
@pytest.mark.parametrize("name", LARGEST)
def test_reading_beside_the_peers(name):
    data = (RIDES / f"{name}.fit").read_bytes()
    ride = fit.decode(data)
    assert read_with_fitdecode(data) == (len(ride), np.nansum(ride.power))
    ours = milliseconds(lambda: fit.decode(data), 21)
    fast = milliseconds(lambda: fitfast.records(data), 21)
    pure = milliseconds(lambda: read_with_fitdecode(data), 1)
    print(
        f"\n{name}: {len(ride)} records, {len(ride.positions)} positions: ours {ours:.1f} ms, "
        f"fitfast.records {fast:.1f} ms ({fast / ours:.1f} x), "
        f"fitdecode {pure:.0f} ms ({pure / ours:.0f} x)"
    )
    assert ours <= fast
    assert pure >= 50 * ours


def test_writing_ninety_minutes():
    seconds = np.arange(5400.0)
    ride = Ride.from_columns(
        seconds,
        power=200 + 50 * np.sin(seconds / 60),
        cadence=85 + np.cos(seconds / 30),
        heart_rate=140 + 10 * np.sin(seconds / 300),
        speed=np.full(5400, 8.2),
        distance=8.2 * seconds,
        altitude=100 + 0.3 * seconds,
        grade=np.full(5400, 0.035),
        target_power=np.full(5400, 200.0),
        prescribed_standing=(seconds % 600 > 300).astype(float),
    )
    ride.start = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    ride.laps = [Lap(300.0 * at, 300.0, 300.0) for at in range(18)]
    took = milliseconds(lambda: fit.encode(ride), 21)
    print(f"\n90 minutes, 18 laps: {took:.2f} ms for {len(fit.encode(ride)) / 1000:.0f} KB")
    assert took < 10
