"""No trainer at all: a spin bike with a knob, and a rider who turns it when told."""

from __future__ import annotations

from collections.abc import Sequence

from coach.messages import Command
from coach.trainers.base import Message


class UncontrolledTrainer:
    """Takes every command and says nothing; the cues are the control.

    Attributes
    ----------
    opened, closed : bool
    """

    def __init__(self) -> None:
        self.opened = False
        self.closed = False

    def open(self, now: float) -> None:
        """Begin.

        Raises
        ------
        RuntimeError
            If it was opened before.
        """
        if self.opened:
            raise RuntimeError("a trainer is opened once")
        self.opened = True

    def poll(self, now: float) -> Sequence[Message]:
        """Return nothing: nobody speaks."""
        return ()

    def send(self, command: Command, now: float) -> None:
        """Drop the command: nobody listens."""

    def close(self) -> None:
        """End."""
        self.closed = True
