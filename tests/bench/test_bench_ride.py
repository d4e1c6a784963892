"""How fast a ride goes: whole rides, one page to one command, the program's own start.

Run with ``python -m pytest tests/bench -s``. The default test run leaves this folder out: these
are measurements on whatever machine runs them, not promises.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.sync.client import connect

from coach import journal, profile
from coach.clock import ManualClock
from coach.engine import Engine
from coach.formats import fit
from coach.journal import Header, Journal
from coach.messages import Page, Source
from coach.protocol import fec
from coach.runner import Ears, Run
from coach.trainers.simulated import SimulatedTrainer

COACH = Path(sys.executable).with_name("coach")


def ride_once(folder: Path, seed: int) -> float:
    """Ride the standard hills from pages to FIT; return the seconds it took."""
    rider = profile.example_rider()
    plan = profile.load_workout(profile.find_workout("hills"))
    workout = profile.compile_workout(plan, rider)
    path = folder / f"{seed}-{time.monotonic_ns()}.ride"
    began = time.perf_counter()
    trainer = SimulatedTrainer(rider, seed=seed)
    kept = Journal(path, Header("Bench", trainer.start, rider, workout, "sim", "bench"))
    Run(kept, trainer, ManualClock(), (trainer.rider,)).ride()
    fit.encode(journal.load(path))
    return time.perf_counter() - began


def test_standard_ride_against_real_time(tmp_path):
    took = [ride_once(tmp_path, seed) for seed in range(1, 6)]
    speeds = sorted(5400 / each for each in took)
    low, middle, high = speeds[0], speeds[2], speeds[-1]
    print(f"\nstandard ride: {middle:.0f} x real time (median of 5, {low:.0f} to {high:.0f})")
    assert middle >= 2500


def test_from_a_pages_arrival_to_the_commands_bytes():
    """Time each quarter second in which a page arrives and a command leaves."""
    rider = profile.example_rider()
    workout = profile.compile_workout(profile.load_workout(profile.find_workout("hills")), rider)
    engine, ears = Engine(workout, rider), Ears()
    took: list[float] = []
    for tick in range(4 * 1200):
        now = tick / 4
        payload = fec.SpecificTrainerData(
            event_count=tick % 256,
            cadence_rpm=80,
            accumulated_power_w=150 * tick % 65536,
            power_w=150,
        ).encode()
        began = time.perf_counter()
        ears.hear(Page(now, Source.TRAINER, payload))
        sent = [fec.page_for(c).encode() for _, c in engine.step(now, ears.telemetry).commands]
        if sent:
            took.append(1000 * (time.perf_counter() - began))
    took.sort()
    p99 = took[int(0.99 * len(took))]
    middle = statistics.median(took)
    print(f"\npage to command: median {middle:.3f} ms, p99 {p99:.3f} ms of {len(took)}")
    assert p99 < 2.0


def test_help_against_bare_python():
    def fastest(*command: str) -> float:
        runs = []
        for _ in range(10):
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            runs.append(1000 * (time.perf_counter() - began))
        return statistics.median(runs)

    bare, helped = fastest(sys.executable, "-c", "pass"), fastest(str(COACH), "--help")
    print(f"\ncoach --help {helped:.0f} ms, bare Python {bare:.0f} ms: {helped - bare:.0f} ms more")
    assert helped - bare < 100


_NO_ACCOUNT = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="reads a process's own account"
)


@_NO_ACCOUNT
def test_a_real_ride_is_light(tmp_path):
    """Memory and processor time of a ride on the real clock, without its chart."""
    with riding(tmp_path, "--terminal-only") as process:
        used, megabytes = weighed(process)[0]
    print(f"\nreal ride: {100 * used:.1f} % of a core, peak {megabytes:.0f} MB")
    assert megabytes < 90
    assert used < 0.03


@_NO_ACCOUNT
def test_the_page_is_light_beside_it(tmp_path):
    """The same ride without a page and with one that is watched, side by side."""
    with (
        riding(tmp_path / "without", "--terminal-only") as without,
        riding(tmp_path / "with", "--port", "0") as watched,
    ):
        address = next(line for line in watched.stderr if line.startswith("live: "))
        own = address.removeprefix("live: http://").strip().rstrip("/")
        with connect(f"ws://{own}/socket", origin=f"http://{own}", proxy=None) as viewer:
            threading.Thread(target=lambda: list(viewer), daemon=True).start()
            (alone, lean), (used, megabytes) = weighed(without, watched)
    print(
        f"\npage with one viewer: {100 * (used - alone):+.2f} % of a core,"
        f" {megabytes - lean:+.0f} MB, above a ride's {100 * alone:.2f} %, {lean:.0f} MB"
    )
    assert megabytes - lean < 40
    assert used - alone < 0.01


@contextmanager
def riding(out, *words):
    """Ride in real time in a process of its own, without what comes after the ride."""
    program = (
        "import coach.commands.ride_on as r, coach.cli, sys;"
        "r.after = lambda path, page: None;"
        "sys.exit(coach.cli.run(['ride', 'hills', '--trainer', 'sim', *sys.argv[1:]]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, "--out", str(out), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    with process:
        yield process
        process.send_signal(2)
    assert process.returncode == 0


def weighed(*processes, seconds=30):
    """Return what share of a core each uses, and how much memory it had at most [MB]."""
    time.sleep(5)
    ready = [_cpu(each.pid) for each in processes]
    time.sleep(seconds)
    used = [
        (_cpu(each.pid) - before) / seconds for each, before in zip(processes, ready, strict=True)
    ]
    # The process's own high water mark: what wait4 tells may be its parent's.
    peaks = [
        Path(f"/proc/{each.pid}/status").read_text().partition("VmHWM:")[2] for each in processes
    ]
    return [(share, int(peak.split()[0]) / 1024) for share, peak in zip(used, peaks, strict=True)]


def _cpu(pid: int) -> float:
    """Processor seconds a running process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_demo_as_a_whole_process(tmp_path):
    command = [str(COACH), "demo", "--out", str(tmp_path)]
    took = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append(time.perf_counter() - began)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\ncoach demo: {sorted(took)[1]:.1f} s (median of 3), peak {children:.0f} MB")
    assert sorted(took)[1] < 7
