"""openant as transport: it opens the stick and reads it in a thread of its own, and no more.

What was seen of openant 1.3.4 says how much of it to use (reference notes on FE-C, part 1). Its
reader dies of a bad byte, spins when the stick is pulled, drops equal broadcasts before anybody
sees them, keeps stale commands in a queue, and hides what the air reports. So a `_Line` stands
between openant's reader and the stick, as a driver slipped into openant's own list. It finds whole
messages in the bytes, hands them to a `Session` and writes what the session wants written. Above it
openant only sees an idle line.

All of a session runs in that one thread, or under `Transport.lock`.
"""

from __future__ import annotations

import errno
import sys
import threading
import time
from array import array
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, Protocol, TypeVar

from coach.clock import Clock
from coach.errors import CoachError, TrainerUnavailable
from coach.trainers.ant.causes import StickUnavailable, of_error
from coach.trainers.ant.serial import Framer, Id, Message

P = ParamSpec("P")
T = TypeVar("T")

OPEN_TIME = 4.0
"""Real seconds within which a stick is open, or is said not to answer."""
CLOSE_TIME = 2.0
START_UP_TIME = 1.0
"""Real seconds to wait for the start-up message; in practice some sticks do not send one."""
FAILURES = 3
"""So many failures of the line in a row, and the stick counts as gone."""
_PAUSE = 0.05
_GONE = (errno.ENODEV, errno.ESHUTDOWN, errno.ENOENT)

# openant walks one list of drivers for the whole program.
_drivers_lock = threading.Lock()


class Driver(Protocol):
    """An ``openant.base.driver.Driver``; openant is untyped, and imported only when used."""

    def open(self) -> None:
        """Open the stick."""
        ...

    def close(self) -> None:
        """Close the stick."""
        ...

    def read(self) -> array[int]:
        """Return what came, at the latest after 0.1 s."""
        ...

    def write(self, data: array[int]) -> None:
        """Write bytes."""
        ...


StickSource = Callable[[], Driver]
"""Returns a driver for the stick, new or fit to be opened again; raises `TrainerUnavailable`."""


class Session(Protocol):
    """What runs on a stick; it does no I/O and knows the time only from its arguments."""

    outbox: list[Message]
    """To be written; emptied by the transport after each call."""

    def start(self, now: float) -> None:
        """Begin: the stick was just reset; again if it resets itself."""
        ...

    def receive(self, message: Message, now: float) -> None:
        """Take a message of the stick."""
        ...

    def tick(self, now: float) -> None:
        """Let time pass; called ten times a second at least while the line is idle."""
        ...


class Transport:
    """One stick with one session on it, from open to close.

    Parameters
    ----------
    source : StickSource
    session : Session
    clock : Clock

    Attributes
    ----------
    lock : threading.RLock
        Held while the session runs; whoever else touches the session takes it too.
    lost : bool
        The stick was there and is gone; there is nothing to do but `close`.
    skipped : int
        Bytes from the stick that belonged to no message.
    fault : Exception or None
        What the session failed with, if it did: a fault of this program.
    """

    def __init__(self, source: StickSource, session: Session, clock: Clock) -> None:
        self.lock = threading.RLock()
        self._source = source
        self._session = session
        self._clock = clock
        self._line: _Line | None = None
        self._ant: _Ant | None = None

    @property
    def lost(self) -> bool:
        """Whether the stick was there and is gone."""
        return self._line is not None and self._line.lost

    @property
    def skipped(self) -> int:
        """How many bytes belonged to no message."""
        return 0 if self._line is None else self._line.framer.skipped

    @property
    def fault(self) -> Exception | None:
        """What the session failed with."""
        return None if self._line is None else self._line.fault

    def open(self) -> None:
        """Open and reset the stick, and start the session on it; again after `close`, if need be.

        Raises
        ------
        TrainerUnavailable
            If there is no stick, or it cannot be opened, or does not answer in time.
        """
        try:
            # openant's threads live as long as the program unless they inherit this from ours.
            line, ant = _within(OPEN_TIME, self._build, lambda late: _let_go(*late))
        except TimeoutError as error:
            raise TrainerUnavailable(
                "the ANT stick does not answer: unplug it, plug it in again, "
                "and run 'coach doctor' if that does not help"
            ) from error
        self._line, self._ant = line, ant
        with self.lock:
            line.started = True
            self._session.start(self._clock.now())
        line.flush()

    def _build(self) -> tuple[_Line, _Ant]:
        line = _Line(self._source(), self._session, self._clock, self.lock)
        try:
            line.wake()
            ant = _ant(line)
        except Exception:
            line.close()
            raise
        line.started_up.wait(START_UP_TIME)
        return line, ant

    def close(self) -> None:
        """Let go of the stick, in bounded time, whatever state it is in."""
        line, ant = self._line, self._ant
        self._ant = None
        if line is not None and ant is not None:
            _let_go(line, ant)

    def flush(self) -> None:
        """Write what the session wants written; for whoever touched it outside its thread."""
        if self._line is not None:
            self._line.flush()


class _Ant(Protocol):
    """What is used of openant's `Ant`, once it is made."""

    def stop(self) -> None: ...


def _let_go(line: _Line, ant: _Ant) -> None:
    """Say no more, and stop reading as soon as the stick comes back from its last read."""
    line.closed = True
    with suppress(Exception):
        _within(CLOSE_TIME, ant.stop)


def _ant(line: _Line) -> _Ant:
    """Return openant's own end of the line: reset, and read in a thread."""
    from openant.base import driver
    from openant.base.ant import Ant

    entry = _Entry(line)
    with _drivers_lock:
        wait = Ant._RESET_WAIT
        Ant._RESET_WAIT = 0  # we wait for the start-up message instead
        driver.drivers.append(entry)
        try:
            made: _Ant = Ant()
            return made
        finally:
            driver.drivers.remove(entry)
            Ant._RESET_WAIT = wait


class _Entry:
    """A place in openant's list of drivers that leads to one line."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def find(self) -> bool:
        return True

    def __call__(self) -> _Line:
        return self._line


class _Line:
    """The driver that openant sees: it never fails, and never has anything to say.

    Parameters
    ----------
    inner : Driver
        The stick.
    session : Session
    clock : Clock
    lock : threading.RLock
        Held while the session runs, and never while the stick is written to.
    """

    def __init__(
        self, inner: Driver, session: Session, clock: Clock, lock: threading.RLock
    ) -> None:
        self.framer = Framer()
        self.lost = False
        self.closed = False
        self.started = False
        self.fault: Exception | None = None
        self.started_up = threading.Event()
        self._inner = inner
        self._session = session
        self._clock = clock
        self._lock = lock
        self._writing = threading.Lock()
        self._failures = 0

    def wake(self) -> None:
        """Open the stick; what is wrong with it is the caller's to hear."""
        try:
            self._inner.open()
        except OSError as error:  # pyusb's errors are of this kind
            raise StickUnavailable(of_error(error, sys.platform)) from error

    def open(self) -> None:
        """Do nothing: it may take long, and openant's list of drivers is held meanwhile."""

    def close(self) -> None:
        """Close the stick, which may be long gone."""
        self.closed = True
        with suppress(Exception):
            self._inner.close()

    def read(self) -> array[int]:
        """Let the stick and the session talk once, and tell openant nothing."""
        if self.lost or self.closed:
            time.sleep(_PAUSE)
            return array("B")
        try:
            data = bytes(self._inner.read())
            self._failures = 0
        except Exception as error:  # whatever a driver throws: the reader must live
            self._failed(error)
            data = b""
        messages = self.framer.feed(data) if data else self.framer.flush()
        with self._lock:
            if self.closed:
                return array("B")  # the session may be on another line by now
            now = self._clock.now()
            for message in messages:
                if message.id == Id.STARTUP:
                    self.started_up.set()
                    if self.started:
                        # Late, or of its own accord: what it was told before is forgotten.
                        self._safely(self._session.start, now)
                self._safely(self._session.receive, message, now)
            self._safely(self._session.tick, now)
        self.flush()
        return array("B")

    def write(self, data: array[int]) -> None:
        """Hand bytes to the stick; a stick that takes none is gone soon enough."""
        with self._writing:
            self._write(data)

    def flush(self) -> None:
        """Write what the session wants written."""
        if not self._session.outbox:
            return
        with self._writing:  # before what is next is taken: two threads flush
            with self._lock:
                waiting = list(self._session.outbox)
                self._session.outbox.clear()
            for message in waiting:
                self._write(array("B", message.encode()))

    def _write(self, data: array[int]) -> None:
        try:
            self._inner.write(data)
        except Exception as error:  # as above; the writer may be openant itself
            self._failed(error)

    def _safely(self, call: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
        try:
            call(*arguments, **named)
        except Exception as error:  # a fault of ours: told where somebody can act on it
            self.fault = self.fault or error

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        number = getattr(error, "errno", None)
        if number in _GONE or self._failures >= FAILURES:
            self.lost = True
        elif not isinstance(error, CoachError):
            time.sleep(_PAUSE)


def _within(seconds: float, work: Callable[[], T], undo: Callable[[T], object] | None = None) -> T:
    """Do something that may hang, but wait for it no longer than so many real seconds.

    Parameters
    ----------
    undo : callable, optional
        Clears up what came too late; given what `work` returned.

    Raises
    ------
    TimeoutError
        If it is not done by then.
    """
    made: list[T] = []
    failure: list[Exception] = []
    done = threading.Event()
    lock = threading.Lock()
    given_up = False

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # raised again in the thread that waits
            failure.append(error)
        else:
            with lock:
                late = given_up
                made.append(result)
            if late and undo is not None:
                undo(result)
        done.set()

    threading.Thread(target=run, name="coach.stick", daemon=True).start()
    try:
        done.wait(seconds)
    finally:  # Ctrl-C too is giving up
        with lock:
            given_up = not made
    if failure:
        raise failure[0]
    if given_up:
        raise TimeoutError
    return made[0]
