"""The one interface of every trainer, hardware or not.

None of the four calls blocks. A driver that needs a thread owns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from coach.messages import (
    Command,
    Event,
    HeartBeat,
    Page,
    RecordingEnded,
    Reply,
    Telemetry,
    TimerEvent,
)

Message = Page | Telemetry | Reply | Event | TimerEvent | HeartBeat | RecordingEnded
"""What a trainer may say, each with the time at which it was said."""


class Trainer(Protocol):
    """A machine that takes commands and tells what the rider does.

    The contract, which one test module holds every trainer to:

    * `open` makes it ready or raises `TrainerError`; opening twice is an error of the caller.
    * `poll` returns everything heard up to and including `now`, in the order of its time, each
      message once. It never waits.
    * `send` hands over a command; the latest set-point wins, and the answer comes back as a
      `Reply` through `poll`. It never waits, and never raises for what the trainer thinks of it.
    * `close` may be called twice, and at any time. Nothing is said after it.
    """

    def open(self, now: float) -> None:
        """Make the trainer ready."""
        ...

    def poll(self, now: float) -> Sequence[Message]:
        """Return what was said since the last call."""
        ...

    def send(self, command: Command, now: float) -> None:
        """Ask the trainer for something."""
        ...

    def close(self) -> None:
        """Let go of the trainer."""
        ...
