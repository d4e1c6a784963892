"""A ride in a process of its own, as a rider starts it, and its journal while it is written."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

STARTS_WITHIN = 30.0
ENDS_WITHIN = 60.0
"""Real seconds, on a machine that does much else."""

_LIVE = re.compile(r"^live: (http://127\.0\.0\.1:\d+/)$", re.MULTILINE)


class Ride:
    """``coach`` under way.

    Parameters
    ----------
    out : Path
        Where it keeps its ride; the rider's own folders are out of reach.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self._words = out.parent / "said.txt"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> str:
        """What it told its rider so far, apart from its results."""
        return self._words.read_text(encoding="utf-8")

    def start(self, *words: str) -> str:
        """Start ``coach`` with these words, and return where its page is."""
        self.out.mkdir(parents=True, exist_ok=True)
        # The riders of this machine are none of its business.
        surroundings = {**os.environ, "XDG_CONFIG_HOME": str(self.out.parent / "home")}
        with self._words.open("wb") as told:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "coach", *words, "--out", str(self.out)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=told,
                env=surroundings,
            )
        return wait_for(self._address, STARTS_WITHIN)

    def ride(self, *words: str, speed: float = 1) -> str:
        """Start the six hills on the simulated trainer."""
        return self.start(
            *("ride", "hills", "--trainer", "sim:seed=7", "--port", "0", "--no-browser"),
            *("--speed", str(speed), *words),
        )

    def _address(self) -> str | None:
        assert self._process is not None
        found = _LIVE.search(self.said)
        assert found or self._process.poll() is None, f"it ended before it began: {self.said}"
        return found and found[1]

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(ENDS_WITHIN)

    def wait(self) -> int:
        """Wait until it is over, and return its exit code."""
        assert self._process is not None
        return self._process.wait(ENDS_WITHIN)

    def end(self) -> None:
        """Leave nothing behind."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows of the newest journal, as far as it is written."""
        journals = sorted(self.out.glob("*.ride"), key=lambda each: each.stat().st_mtime)
        if not journals:
            return []
        journal = sqlite3.connect(f"file:{journals[-1]}?mode=ro", uri=True)
        try:
            return journal.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            # Not made yet, or just being written; anything else is a mistake of the test.
            if "no such table" in str(error) or "locked" in str(error):
                return []
            raise
        finally:
            journal.close()

    def commands(self) -> list[tuple[float, str, dict[str, Any]]]:
        """Return what the trainer was asked so far: when, in which way, and what."""
        rows = self.rows("SELECT time, kind, command FROM sent ORDER BY rowid")
        return [(at, kind, json.loads(command)) for at, kind, command in rows]


def wait_for(what: Callable[[], T], within: float = 10.0) -> T:
    """Look again and again until there is something, and return it.

    For what has no event to wait for, as a journal on the disk.
    """
    deadline = time.monotonic() + within
    while not (found := what()):
        assert time.monotonic() < deadline, f"not within {within:.0f} s"
        time.sleep(0.02)
    return found
