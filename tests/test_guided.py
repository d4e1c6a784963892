"""The guided session: its loop on a manual clock, and the whole of it in a pseudo-terminal."""

from __future__ import annotations

import errno
import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console
from screens import Glass
from terminals import PATIENCE, Terminal

from coach.clock import ManualClock
from coach.commands import guided
from coach.commands.strength_shown import done_table
from coach.errors import RideFileError
from coach.journal.strength import load
from coach.strength.messages import Phase, Press, SessionSnapshot, Sound
from coach.strength.routine import Exercise, Group, Routine, SetDone, Side, Work
from coach.strength.session import GET_READY, Session

LUNGE = Exercise("lunge", "Lunge", True, "For.", ("How.",), ("Watch.",), "Easier.", "Harder.")
BRIDGE = Exercise("bridge", "Bridge", False, "For.", ("How.",), ("Watch.",), "Easier.", "Harder.")
WORK = (Work(LUNGE, 1, 2), Work(BRIDGE, 2, 2))
ROUTINE = Routine("quick", "Quick", "", (Group("all", "All", (LUNGE, BRIDGE)),), 2, 2, 0.0, 0.1)
LEFT, RIGHT = Side.LEFT, Side.RIGHT


class Rider:
    """Stands where the display is: presses what the phase asks for, and remembers what it saw."""

    def __init__(self, *plan: Press, until: int = 10_000) -> None:
        self.plan = list(plan)
        self.seen: list[tuple[SessionSnapshot, str]] = []
        self.sounds: list[Sound] = []
        self._until = until

    def keys(self) -> Sequence[Press]:
        if len(self.seen) >= self._until:
            return [Press.QUIT]
        if self.plan:
            return [self.plan.pop(0)]
        if not self.seen:
            return []
        moment = self.seen[-1][0]
        waits = moment.phase is Phase.READY and moment.seconds_left is None
        return [Press.GO] if waits or moment.phase in (Phase.ASK, Phase.EFFORT) else []

    def show(self, snapshot: SessionSnapshot, sounds: Sequence[Sound], trouble: str) -> None:
        self.seen.append((snapshot, trouble))
        self.sounds += sounds


class Disk:
    """A log whose disk is full at times."""

    def __init__(self) -> None:
        self.full = False
        self.sets: list[SetDone] = []
        self.tries = 0
        self.ended: tuple[float | None, bool] | None = None

    def add(self, session: str, now: object, done: SetDone) -> None:
        self.tries += 1
        if self.full:
            raise RideFileError(os.strerror(errno.ENOSPC))
        self.sets.append(done)

    def end(self, session: str, now: object, cr10: float | None, finished: bool) -> None:
        if self.full:
            raise RideFileError(os.strerror(errno.ENOSPC))
        self.ended = cr10, finished


def walk(rider: Rider, disk: Disk, caught: Sequence[int] = ()) -> tuple[Session, guided._Book]:
    session, book = Session(WORK, 20.0, 1.0), guided._Book(disk, "id")  # type: ignore[arg-type]
    guided._walk(session, rider, book, caught, ManualClock())  # type: ignore[arg-type]
    book.end(session)
    return session, book


ALL = [
    SetDone("lunge", 1, LEFT, 2, None),
    SetDone("lunge", 1, RIGHT, 2, None),
    SetDone("bridge", 1, None, 2, None),
    SetDone("bridge", 2, None, 2, None),
]


def test_a_session_is_walked_to_its_end_and_kept_set_by_set():
    rider, disk = Rider(), Disk()
    session, book = walk(rider, disk)
    assert disk.sets == ALL
    assert disk.ended == (None, True)
    assert session.finished
    assert book.trouble == ""
    assert rider.sounds.count(Sound.BEGIN) == rider.sounds.count(Sound.FULL) == 4
    assert rider.sounds.count(Sound.WAITING) == 1
    # Ten pictures a second: 4 sets of 2 s, 3 rests of 20 s, and 10 s to get ready for each of
    # two new exercises and a change of legs, give or take a tick for each key.
    assert len(rider.seen) == pytest.approx(10 * (4 * 2 + 3 * 20 + 3 * GET_READY), abs=15)


def test_what_is_confirmed_is_written_before_the_next_picture():
    rider, disk = Rider(), Disk()
    written = []
    rider.show = lambda snapshot, *_: (  # type: ignore[method-assign]
        Rider.show(rider, snapshot, (), ""),
        written.append(len(disk.sets)),
    )
    walk(rider, disk)
    for (moment, _), sets in zip(rider.seen, written, strict=True):
        assert sets >= moment.sets_done


def test_a_signal_ends_the_loop_and_the_log():
    disk = Disk()
    session, _ = walk(Rider(), disk, caught=[signal.SIGTERM])
    assert disk.ended == (None, False)
    assert not session.finished


def test_a_full_disk_loses_nothing_and_is_told_at_once():
    rider, disk = Rider(), Disk()
    usual = Rider.show

    def show(snapshot: SessionSnapshot, sounds: Sequence[Sound], trouble: str) -> None:
        usual(rider, snapshot, sounds, trouble)
        # Full from the first set to the middle of the rest after the second.
        disk.full = not len(rider.seen) - 400 > 0 and snapshot.sets_done < 2

    rider.show = show  # type: ignore[method-assign]
    _, book = walk(rider, disk)
    told = [trouble for _, trouble in rider.seen if trouble]
    assert told[0] == "1 set is not in the log: No space left on device"
    assert any(each.startswith("2 sets are not in the log") for each in told)
    assert disk.sets == ALL
    assert disk.ended == (None, True)
    assert book.trouble == ""
    assert rider.seen[-1][1] == ""


def test_a_full_disk_is_not_tried_at_every_tick():
    rider, disk = Rider(until=2000), Disk()
    disk.full = True
    walk(rider, disk)
    assert disk.tries <= 4 + len(rider.seen) * guided.TICK / guided.TRIED_AGAIN + 2


def test_what_could_not_be_written_is_told_at_the_end():
    rider, disk = Rider(), Disk()
    disk.full = True
    _, book = walk(rider, disk)
    assert book.trouble == "4 sets are not in the log: No space left on device"
    assert disk.ended is None
    disk = Disk()
    usual = disk.add
    disk.add = lambda *args: (usual(*args), setattr(disk, "full", len(disk.sets) == 4))[0]  # type: ignore[method-assign, assignment]
    _, book = walk(Rider(), disk)
    assert "but not how the session ended: No space left" in book.trouble


def test_the_table_of_what_was_done(capsys):
    done = [
        SetDone("lunge", 1, LEFT, 20, 8.0),
        SetDone("lunge", 1, RIGHT, 19, 8.0),
        SetDone("lunge", 2, RIGHT, 20, 12.5),
        SetDone("one_more", 1, None, 15, None),
        SetDone("one_more", 2, None, 15, 0.0),
    ]
    Console(width=80).print(done_table(done, {"lunge": "Lunge [b]"}))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "  Lunge [b], left/right  20/19  -/20  8 kg 12.5 kg",
        "  One more               15  15",
    ]


# --- in a terminal -------------------------------------------------------------------------------

PROGRAM = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.path.insert(0, {tests!r})
from pathlib import Path
from test_guided import ROUTINE, WORK
from coach.commands.guided import _now, guide
from coach.journal.strength import StrengthLog, load
from coach.live.strength import strength_display
path = Path({log!r})
before = load(path).sessions if path.exists() else ()
log = StrengthLog(path)
session = before[-1].id if before else log.begin(_now(), "quick", WORK)
try:
    display, again = strength_display(), ["strength"]
    done = before[-1].sets if before else ()
    finished = guide(ROUTINE, WORK, log, session, done, display=display, again=again)
    print("finished", finished)
finally:
    log.close()
"""


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


@contextmanager
def start(terminal: Terminal, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    program = PROGRAM.format(tests=str(Path(__file__).parent), log=str(log))
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=terminal.slave,
        stdout=terminal.slave,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm-256color"},
        cwd=Path(__file__).parents[1],
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


LINE_END = b"\x1b[0m"


class Watcher:
    """Reads the screen until it says something."""

    def __init__(self, terminal: Terminal) -> None:
        self.glass = Glass(80, 24)
        self._terminal = terminal
        self._data = b""

    def until(self, text: str, *keys: bytes) -> None:
        """Press keys, then wait for a text on the screen."""
        for each in keys:
            self._terminal.type_to_program(each)
        end = time.monotonic() + PATIENCE
        while not any(text in row for row in self.glass.text):
            ready = select.select(
                [self._terminal.master], [], [], max(0.0, end - time.monotonic())
            )[0]
            assert ready, "\n".join(self.glass.text)
            self._data += os.read(self._terminal.master, 65536)
            # Every line ends in these codes; what comes after the last of them is not whole yet.
            whole = self._data.rfind(LINE_END) + len(LINE_END)
            if whole >= len(LINE_END):
                self.glass.feed(self._data[:whole].decode())
                self._data = self._data[whole:]

    def do_set(self, text: str) -> None:
        """Walk through a set of a fifth of a second, to what comes after it."""
        self.until("p pause", b" ")
        self.until("space keeps it", b" ")
        self.until(text, b" ")


@pytest.mark.realtime
def test_a_session_is_interrupted_in_every_way_and_taken_up_again(terminal, tmp_path):
    log, before = tmp_path / "strength.jsonl", terminal.modes

    def sets() -> list[SetDone]:
        return list(load(log).sessions[-1].sets)

    # Killed: what was confirmed is there, and whoever comes next begins behind it.
    with start(terminal, log) as process:
        watcher = Watcher(terminal)
        watcher.until("set 1 of 1 · left leg")
        watcher.do_set("set 1 of 1 · right leg")
        process.kill()
    terminal.printed()
    termios.tcsetattr(terminal.slave, termios.TCSANOW, before)
    assert sets() == ALL[:1]
    assert not load(log).sessions[0].ended

    # Ctrl-C: the terminal is given back, the log says how it ended.
    with start(terminal, log) as process:
        watcher = Watcher(terminal)
        watcher.until("set 1 of 1 · right leg")
        watcher.do_set("Bridge · set 1 of 2")
        terminal.type_to_program(b"\x03")
        told = terminal.wait_for("finished False\r\n")
        assert process.wait(PATIENCE) == 0
    assert "1 of 3 sets done.\r\nGo on with it in the next hours: coach strength\r\n" in told
    assert sets() == ALL[:2]
    (session,) = load(log).sessions
    assert (session.ended, session.finished) == (True, False)

    # A kill that asks, in the middle of a set.
    with start(terminal, log) as process:
        watcher = Watcher(terminal)
        watcher.until("Bridge · set 1 of 2")
        watcher.until("p pause", b" ")
        process.terminate()
        assert "\x1b[?1049l" in terminal.wait_for("finished False\r\n")
        assert process.wait(PATIENCE) == 0
    assert sets() == ALL[:2]

    # And to the end.
    with start(terminal, log) as process:
        watcher = Watcher(terminal)
        watcher.until("Bridge · set 1 of 2")
        watcher.until("p pause", b" ")
        watcher.until("space keeps it", b" ")
        # No rest in this routine: the second set begins by itself.
        watcher.until("set 2 of 2", b"+8 ")
        watcher.until("space keeps it")
        watcher.until("How hard was the session?", b" ")
        watcher.until("7.5", b"7.5")
        terminal.type_to_program(b"\r")
        told = terminal.wait_for("finished True\r\n")
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert "3 of 3 sets done, felt 7.5 of 10" in told
    assert re.search(r"Bridge +3  2  8 kg *\r\n", told)
    assert sets() == [
        *ALL[:2],
        SetDone("bridge", 1, None, 3, 8.0),
        SetDone("bridge", 2, None, 2, 8.0),
    ]
    (session,) = load(log).sessions
    assert (session.cr10, session.ended, session.finished) == (7.5, True, True)
    assert load(log).warnings == ()
    assert terminal.modes == before
