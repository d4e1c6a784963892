"""openant as transport: whatever the stick does, its reader lives and nobody hangs."""

from __future__ import annotations

import errno
import logging
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

import pytest
from openant.base import driver as openant_driver
from openant.base.ant import Ant
from usb.core import USBError

from coach.clock import ManualClock
from coach.errors import TrainerUnavailable
from coach.trainers.ant import node
from coach.trainers.ant.node import FAILURES, Transport
from coach.trainers.ant.serial import Id, Message

STARTUP = Message(Id.STARTUP, b"\x20").encode()
PAGE = Message(Id.BROADCAST, bytes.fromhex("00 19 01 5a c8 00 c8 00 30"))
BAD = bytes((*PAGE.encode()[:-1], PAGE.encode()[-1] ^ 1))
GONE = USBError("gone", errno=errno.ENODEV)
HICCUP = USBError("I/O", errno=errno.EIO)


class FakeStick:
    """A stick that says what it is told to: bytes, or an error, or what a function makes."""

    def __init__(self, *says: bytes | Exception) -> None:
        self.says: SimpleQueue[bytes | Exception] = SimpleQueue()
        for each in (STARTUP, *says):
            self.says.put(each)
        self.written = b""
        self.reads = 0
        self.closed = 0
        self.refuses: Exception | None = None
        self.on_open: Callable[[], object] = lambda: None
        self.on_read: Callable[[], object] = lambda: None

    def open(self) -> None:
        self.on_open()

    def close(self) -> None:
        self.closed += 1

    def read(self) -> array[int]:
        self.reads += 1
        self.on_read()
        try:
            said = self.says.get(timeout=0.01)
        except Empty:
            return array("B")
        if isinstance(said, Exception):
            raise said
        return array("B", said)

    def write(self, data: array[int]) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.written += bytes(data)


class Listener:
    """A session that keeps what it hears, and says one thing at the start."""

    def __init__(self) -> None:
        self.outbox: list[Message] = []
        self.heard: list[Message] = []
        self.ticks = 0
        self.trouble: Exception | None = None

    def start(self, now: float) -> None:
        self.outbox.append(Message(Id.OPEN_CHANNEL, b"\0"))

    def receive(self, message: Message, now: float) -> None:
        if self.trouble is not None:
            raise self.trouble
        if message.id != Id.STARTUP:
            self.heard.append(message)

    def tick(self, now: float) -> None:
        self.ticks += 1


@pytest.fixture
def line() -> Iterator[Callable[..., tuple[Transport, Listener]]]:
    made: list[Transport] = []

    def make(stick: FakeStick) -> tuple[Transport, Listener]:
        session = Listener()
        made.append(Transport(lambda: stick, session, ManualClock()))
        return made[-1], session

    yield make
    for transport in made:
        transport.close()


def soon(true: Callable[[], object], within: float = 2.0) -> None:
    """Wait until something is so; threads need a moment."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "did not become so in time"
        time.sleep(0.005)


Line = Callable[[FakeStick], tuple[Transport, Listener]]


def test_messages_go_both_ways(line: Line) -> None:
    stick = FakeStick(PAGE.encode())
    transport, session = line(stick)
    transport.open()
    soon(lambda: session.heard)
    assert session.heard == [PAGE]
    # openant's reset, and then the session's own first word.
    assert stick.written == bytes.fromhex("a4014a00ef a4014b00ee".replace(" ", ""))


def test_openant_is_left_as_it_was(line: Line) -> None:
    before, wait = list(openant_driver.drivers), Ant._RESET_WAIT
    transport, _ = line(FakeStick())
    transport.open()
    assert openant_driver.drivers == before
    assert wait == Ant._RESET_WAIT


@pytest.mark.parametrize("noise", [b"\x00", b"\xa4", b"\xa4\x30\x4e", BAD, b"\xff" * 100], ids=repr)
def test_noise_costs_no_message_and_no_thread(line: Line, noise: bytes) -> None:
    stick = FakeStick(PAGE.encode() + noise, PAGE.encode(), b"", PAGE.encode())
    transport, session = line(stick)
    transport.open()
    soon(lambda: len(session.heard) >= 3)
    assert session.heard[0] == session.heard[-1] == PAGE
    assert transport.skipped > 0
    assert not transport.lost


def test_a_stick_that_is_pulled_is_lost_at_once_and_costs_nothing(line: Line) -> None:
    stick = FakeStick(GONE)
    transport, session = line(stick)
    transport.open()
    soon(lambda: transport.lost)
    reads, ticks = stick.reads, session.ticks
    time.sleep(0.12)
    assert stick.reads == reads
    assert session.ticks - ticks <= 4
    assert transport.fault is None


def test_hiccups_are_forgiven_and_a_row_of_them_is_not(line: Line) -> None:
    one = [HICCUP] * (FAILURES - 1)
    stick = FakeStick(*one, PAGE.encode(), *one, PAGE.encode())
    transport, session = line(stick)
    transport.open()
    soon(lambda: len(session.heard) == 2)
    assert not transport.lost
    stick.says.put(HICCUP)
    for _ in range(FAILURES):
        stick.says.put(HICCUP)
    soon(lambda: transport.lost)


def test_a_stick_that_takes_nothing_is_lost(line: Line) -> None:
    stick = FakeStick()
    transport, session = line(stick)
    transport.open()
    stick.refuses = GONE
    session.outbox.append(Message(Id.CLOSE_CHANNEL, b"\0"))
    transport.flush()
    assert transport.lost


def test_it_can_be_opened_again_after_it_was_lost(line: Line) -> None:
    stick = FakeStick(GONE)
    transport, session = line(stick)
    transport.open()
    soon(lambda: transport.lost)
    transport.close()
    stick.says.put(STARTUP)
    stick.says.put(PAGE.encode())
    transport.open()
    assert not transport.lost
    soon(lambda: session.heard)


def test_no_stick_is_the_sources_sentence(line: Line) -> None:
    def none() -> FakeStick:
        raise TrainerUnavailable("no ANT stick")

    transport = Transport(none, Listener(), ManualClock())
    with pytest.raises(TrainerUnavailable, match="no ANT stick"):
        transport.open()
    transport.close()


def test_a_stick_that_hangs_while_it_is_opened_is_given_up(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "OPEN_TIME", 0.1)
    stick, go_on = FakeStick(), threading.Event()
    stick.on_open = lambda: go_on.wait(5.0)
    transport, _ = line(stick)
    with pytest.raises(TrainerUnavailable, match="does not answer"):
        transport.open()
    go_on.set()
    soon(lambda: stick.closed)  # what was opened too late is closed again


def test_a_stick_that_hangs_cannot_hold_up_the_end(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "CLOSE_TIME", 0.1)
    stick, go_on = FakeStick(), threading.Event()
    transport, _ = line(stick)
    transport.open()
    stick.on_read = lambda: go_on.wait(5.0)
    soon(lambda: stick.says.empty())
    start = time.monotonic()
    transport.close()
    assert time.monotonic() - start < 1.0
    go_on.set()


def test_a_silent_stick_is_started_all_the_same(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "START_UP_TIME", 0.05)
    stick = FakeStick()
    stick.says = SimpleQueue()
    transport, _ = line(stick)
    transport.open()
    assert stick.written.endswith(bytes.fromhex("a4014b00ee"))


def test_a_fault_of_the_session_is_kept_for_who_can_act_on_it(line: Line) -> None:
    stick = FakeStick(PAGE.encode())
    transport, session = line(stick)
    session.trouble = ZeroDivisionError("a fault of ours")
    transport.open()
    soon(lambda: transport.fault)
    session.trouble = None
    stick.says.put(PAGE.encode())
    soon(lambda: session.heard)


def test_no_thread_keeps_the_program_alive_and_none_is_left(line: Line) -> None:
    before = set(threading.enumerate())
    transport, _ = line(FakeStick())
    transport.open()
    started = set(threading.enumerate()) - before
    assert started
    assert all(each.daemon for each in started)
    transport.close()
    soon(lambda: not any(each.is_alive() for each in started))
    transport.close()


# --- a stick that starts up when nobody asked, and threads that come too late -----------------


def test_a_stick_that_starts_up_again_is_begun_with_again(line: Line) -> None:
    # As one that was just plugged in: it speaks of its power before it speaks of our reset.
    stick = FakeStick(PAGE.encode())
    transport, session = line(stick)
    transport.open()
    soon(lambda: session.heard)
    stick.says.put(STARTUP)
    begun = bytes.fromhex("a4014b00ee")
    soon(lambda: stick.written.count(begun) == 2)


def test_what_a_closed_line_still_reads_is_not_heard(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "CLOSE_TIME", 0.05)
    stick, go_on, waits = FakeStick(), threading.Event(), threading.Event()
    transport, session = line(stick)
    transport.open()

    def hang() -> None:
        waits.set()
        go_on.wait(5.0)

    stick.on_read = hang
    soon(waits.is_set)
    transport.close()
    stick.says.put(PAGE.encode())
    reads, ticks = stick.reads, session.ticks
    go_on.set()
    soon(lambda: stick.says.empty() and stick.closed)
    assert (session.heard, session.ticks) == ([], ticks), reads


def test_a_stick_that_opens_too_late_does_not_disturb_the_next(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "OPEN_TIME", 0.1)
    late, good, go_on = FakeStick(), FakeStick(), threading.Event()
    late.on_open = lambda: go_on.wait(5.0)
    sticks = [late, good]
    session = Listener()
    transport = Transport(lambda: sticks.pop(0), session, ManualClock())
    with pytest.raises(TrainerUnavailable):
        transport.open()
    monkeypatch.setattr(node, "OPEN_TIME", 2.0)
    transport.open()  # while the other one still hangs
    go_on.set()
    soon(lambda: late.closed)
    good.says.put(PAGE.encode())
    soon(lambda: session.heard)
    assert not good.closed
    transport.close()
    assert good.closed


def test_what_is_written_by_two_threads_stays_in_order(line: Line) -> None:
    stick = FakeStick()
    transport, session = line(stick)
    transport.open()
    numbers = [Message(Id.OPEN_CHANNEL, bytes((each,))) for each in range(60)]
    stick.written = b""
    first = threading.Event()
    write = stick.write

    def slowly(data: array[int]) -> None:
        if bytes(data) == numbers[0].encode():
            first.set()
            time.sleep(0.05)
        write(data)

    stick.write = slowly  # type: ignore[method-assign]
    with transport.lock:
        session.outbox += numbers[:30]
    other = threading.Thread(target=transport.flush)
    other.start()
    assert first.wait(2.0)
    with transport.lock:
        session.outbox += numbers[30:]
    transport.flush()
    other.join()
    assert stick.written == b"".join(each.encode() for each in numbers)


def test_the_level_that_a_program_gave_its_log_stays() -> None:
    logger = logging.getLogger("openant.base")
    before = logger.level
    try:
        for level in (logging.DEBUG, logging.WARNING):
            logger.setLevel(level)
            transport = Transport(FakeStick, Listener(), ManualClock())
            transport.open()
            transport.close()
            assert logger.level == level
    finally:
        logger.setLevel(before)
