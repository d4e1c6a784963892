"""The checks of ``coach doctor``: from libusb to the trainer, each with its cause and its cure.

The checks stand in the order in which a ride needs what they ask for. Where one fails that the rest
builds on, the rest is left out: its answers would only be echoes. What is looked at is handed in as
functions, so that each cause can be simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from coach.clock import Clock
from coach.errors import TrainerUnavailable
from coach.messages import Source
from coach.trainers.ant import causes
from coach.trainers.ant.causes import Cause, StickUnavailable
from coach.trainers.ant.found import Device, is_trainers_own
from coach.trainers.ant.node import Driver, StickSource, Transport
from coach.trainers.ant.serial import Id, Message

ANSWER_TIME = 2.0
"""Within this a stick tells what it can do [s]."""
LISTEN_TIME = 8.0
"""How long to wait for a trainer to be heard; four of its pages come each second [s]."""
_STEP = 0.05
_ASK_AGAIN = 0.5


@dataclass(frozen=True, slots=True)
class Check:
    """What came of one check."""

    name: str
    ok: bool
    cause: str | None = None
    remedy: str | None = None
    """What to do; every failed check has one."""
    note: str = ""
    """What was found where all is well."""

    def as_json(self) -> dict[str, str | bool | None]:
        """Return what programs are told."""
        return {"name": self.name, "ok": self.ok, "cause": self.cause, "remedy": self.remedy}


class UsbStick(Driver, Protocol):
    """A driver for a stick that knows which stick it is."""

    name: str

    def manufacturer(self) -> str | None:
        """Return who made it, by its own word."""
        ...


@dataclass(frozen=True, slots=True)
class Bench:
    """What the checks need of the machine."""

    system: str
    """As `sys.platform` has it."""
    prepare: Callable[[], None]
    """Loads libusb, or raises `StickUnavailable`."""
    ask: Callable[[StickSource], int | None]
    """Returns how many channels a stick has; see `ask`."""
    listen: Callable[[StickSource], Sequence[Device]]
    """Returns what is on the air."""


def examine_usb(bench: Bench, stick: Callable[[], UsbStick]) -> Iterator[Check]:
    """Check everything up to the trainer, by way of a stick on USB.

    Parameters
    ----------
    bench : Bench
    stick : callable
        Opens a stick, or raises `StickUnavailable`; see `coach.trainers.ant.usb.stick`.

    Yields
    ------
    Check
        As soon as it is done.
    """
    libusb = _libusb(bench)
    yield libusb
    if not libusb.ok:
        return
    try:
        opened = stick()
    except StickUnavailable as error:
        yield from _until(error.cause, bench.system)
        return
    try:
        yield Check("stick", True, note=opened.name)
        for name in _ways_in(bench.system):
            yield Check(name, True)
        yield _genuine(opened.manufacturer())
    finally:
        opened.close()
    yield from _beyond(bench, stick)


def examine_pretend(bench: Bench, stick: StickSource) -> Iterator[Check]:
    """Check what there is to check of a pretend stick; as `examine_usb`, without USB.

    Parameters
    ----------
    bench : Bench
    stick : StickSource

    Yields
    ------
    Check
    """
    yield _libusb(bench)
    yield Check("stick", True, note="a pretend one")
    yield from _beyond(bench, stick)


def _libusb(bench: Bench) -> Check:
    try:
        bench.prepare()
    except StickUnavailable as error:
        return _failed(error.cause)
    return Check("libusb", True)


def _ways_in(system: str) -> tuple[str, ...]:
    """Return the checks that a stick passes by being opened, in the order of the opening."""
    if system == "win32":
        return "windows_driver", "free"
    if system.startswith("linux"):
        return "permission", "kernel_driver", "free"
    return "kernel_driver", "free"


def _until(cause: Cause, system: str) -> Iterator[Check]:
    """Yield what went well before a stick could not be opened, then what did not."""
    steps = ("stick", *_ways_in(system))
    # An error that has no name of its own may come from any step but the first.
    passed = steps[: steps.index(cause.check)] if cause.check in steps else steps[:1]
    for name in passed:
        yield Check(name, True)
    yield _failed(cause)


def _genuine(manufacturer: str | None) -> Check:
    cause = causes.make(manufacturer)
    return _failed(cause) if cause else Check("genuine", True, note=f"says {manufacturer}")


def _beyond(bench: Bench, stick: StickSource) -> Iterator[Check]:
    """Check that the stick answers, and that a trainer is heard."""
    try:
        channels = bench.ask(stick)
    except StickUnavailable as error:
        yield _failed(error.cause, "answers")
        return
    if channels is None:
        yield _failed(causes.SILENT)
        return
    yield Check("answers", True, note=f"{channels} channels")
    try:
        yield _trainer(bench.listen(stick))
    except StickUnavailable as error:
        yield _failed(error.cause, "trainer")
    except TrainerUnavailable as error:
        yield Check("trainer", False, str(error), causes.SILENT.remedy)


def hears_trainer(heard: Sequence[Device]) -> bool:
    """Return whether a trainer is among what is heard."""
    return any(device.profile == Source.TRAINER for device in heard)


def _trainer(heard: Sequence[Device]) -> Check:
    if hears_trainer(heard):
        others = [device for device in heard if not is_trainers_own(device, heard)]
        return Check("trainer", True, note=f"hears {_named(others)}")
    return _failed(causes.asleep(_named(heard)) if heard else causes.NOTHING_AWAKE)


def _named(devices: Sequence[Device]) -> str:
    return ", ".join(f"{device.profile} {device.device_number}" for device in devices)


def _failed(cause: Cause, name: str | None = None) -> Check:
    return Check(name or cause.check, False, cause.what, cause.remedy)


class _Question:
    """A session that asks a stick what it can do, and no more."""

    def __init__(self) -> None:
        self.outbox: list[Message] = []
        self.channels: int | None = None
        self._again = 0.0

    def start(self, now: float) -> None:
        """Ask."""
        self._again = now + _ASK_AGAIN
        self.outbox.append(Message(Id.REQUEST, bytes((0, Id.CAPABILITIES))))

    def receive(self, message: Message, now: float) -> None:
        """Take the answer."""
        if message.id == Id.CAPABILITIES and message.data:
            self.channels = message.data[0]

    def tick(self, now: float) -> None:
        """Ask again; the first question may have come too early after the reset."""
        if self._again and now >= self._again and self.channels is None:
            self.start(now)


def ask(source: StickSource, clock: Clock) -> int | None:
    """Reset a stick and ask what it can do.

    Parameters
    ----------
    source : StickSource
    clock : Clock

    Returns
    -------
    int or None
        How many channels it has; ``None`` when it does not answer.

    Raises
    ------
    StickUnavailable
        If it cannot be opened.
    """
    question = _Question()
    transport = Transport(source, question, clock)
    try:
        transport.open()
        end = clock.now() + ANSWER_TIME
        while question.channels is None and clock.now() < end and not transport.lost:
            clock.sleep_until(clock.now() + _STEP)
        return question.channels
    except StickUnavailable:
        raise
    except TrainerUnavailable:
        return None
    finally:
        transport.close()
