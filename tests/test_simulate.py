"""``coach simulate``: an ANT stick on a pseudo-terminal."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sticks import EVENT, KEY

from coach import cli
from coach.commands import simulate
from coach.trainers.ant.serial import Framer, Id, Message, channel_id, channel_period, sender

needs_terminals = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
DEVICES = ["trainer 12345", "heart_rate 23456", "power_meter 34567", "power_meter 12345"]


@dataclass
class Served:
    """A running ``coach simulate``."""

    process: subprocess.Popen[str]
    path: str
    devices: list[str]


@contextmanager
def served(*options: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "coach", "simulate", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline().rstrip("\n") for _ in range(5)]
            yield Served(process, lines[0], lines[1:])
        finally:
            process.kill()


@contextmanager
def client(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_channels(descriptor: int) -> None:
    """Open a channel for each profile, with wildcards."""
    messages = [(Id.RESET, b"\0"), (Id.NETWORK_KEY, b"\0" + KEY), (Id.EXTENDED_MESSAGES, b"\0\1")]
    for channel, (type, period) in enumerate(((17, 8192), (120, 8070), (11, 8182))):
        messages += [
            (Id.ASSIGN_CHANNEL, bytes((channel, 0, 0))),
            (Id.CHANNEL_ID, channel_id(channel, 0, type)),
            (Id.CHANNEL_PERIOD, channel_period(channel, period)),
            (Id.RADIO_FREQUENCY, bytes((channel, 57))),
            (Id.SEARCH_TIMEOUT, bytes((channel, 255))),
            (Id.OPEN_CHANNEL, bytes((channel,))),
        ]
    os.write(descriptor, b"".join(Message(id, data).encode() for id, data in messages))


def listen(descriptor: int, seconds: float) -> list[Message]:
    framer, heard, end = Framer(), [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            heard += framer.feed(os.read(descriptor, 4096))
    assert framer.skipped == 0
    return heard


@needs_terminals
@pytest.mark.realtime
def test_clients_come_and_go_and_find_everybody() -> None:
    with served("--seed", "3") as simulated:
        assert os.path.exists(simulated.path)
        assert simulated.devices == DEVICES
        for _ in range(2):
            with client(simulated.path) as descriptor:
                open_channels(descriptor)
                # Time enough to drop what the one before did not read.
                time.sleep(0.3)
                heard = listen(descriptor, 0.4)
            assert heard[0].id == Id.STARTUP
            time.sleep(0.3)
            # Had the terminal changed any byte, the network key would be wrong.
            answers = [m.data for m in heard if m.id == Id.CHANNEL_RESPONSE and m.data[1] != EVENT]
            assert len(answers) == 20
            assert {data[2] for data in answers} == {0}
            senders = {sender(m.data) for m in heard if m.id == Id.BROADCAST}
            assert {each.device_type for each in senders if each} == {17, 120, 11}
        simulated.process.send_signal(signal.SIGINT)
        assert simulated.process.wait(2.0) == 0


@needs_terminals
@pytest.mark.realtime
def test_it_ends_in_order_when_asked_to() -> None:
    with served() as simulated:
        simulated.process.send_signal(signal.SIGTERM)
        assert simulated.process.wait(2.0) == 0
        assert not os.path.exists(simulated.path)


def arrived(port: simulate.Port, least: int) -> int:
    """Return what is unread, as soon as the system has brought it to the other end."""
    end = time.monotonic() + 2.0
    while port.unread < least and time.monotonic() < end:
        pass
    return port.unread


@needs_terminals
def test_who_never_reads_neither_blocks_nor_fills_memory() -> None:
    port = simulate.Port()
    message = Message(Id.BROADCAST, bytes(range(9))).encode()
    room = -(-(simulate.MOST_UNREAD + 1) // len(message)) * len(message)
    try:
        for number in range(1, 1000):
            port.send(message)
            assert arrived(port, min(number * len(message), room)) <= room
        # What is there is whole.
        with client(port.path) as descriptor:
            found = listen(descriptor, 0.05)
        assert len(found) * len(message) == room
        port.send(message)
        assert arrived(port, len(message)) == len(message)
        port.forget()
        assert port.unread == 0
    finally:
        port.close()


@needs_terminals
def test_a_flood_stays_within_what_the_system_keeps() -> None:
    port = simulate.Port()
    try:
        for _ in range(1000):
            port.send(bytes(4096))
    finally:
        port.close()


@needs_terminals
def test_bytes_go_through_as_they_are() -> None:
    port = simulate.Port()
    everything = bytes(range(256))
    try:
        with client(port.path) as descriptor:
            os.write(descriptor, everything)
            assert port.receive(1.0) == everything
            port.send(everything)
            assert os.read(descriptor, 4096) == everything
        assert port.receive(0.0) == b""
    finally:
        port.close()


def test_where_there_are_no_pseudo_terminals_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(os, "openpty", raising=False)
    assert cli.run(["simulate"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "pseudo-terminal" in told.err
    assert "--stick virtual" in told.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--faults", "unpluged"], "did you mean 'unplugged'?"),
        (["--faults", "./nowhere.toml"], "there is no file"),
        (["--seed", "-1"], "seed"),
        (["--seed", "x"], "seed"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["simulate", *options]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err


def test_its_help_names_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["simulate", "--help"]) == 0
    out = capsys.readouterr().out
    assert "--seed" in out
    assert "--faults" in out
