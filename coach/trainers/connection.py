"""A trainer for programs of your own: tell it what to do, ask what is ridden."""

from __future__ import annotations

from types import TracebackType

from coach import profile, trainers
from coach.clock import Clock, MonotonicClock
from coach.messages import Command, Event, Page, Reply, Telemetry
from coach.receiver import Receiver
from coach.rider import Rider
from coach.trainers.ant.node import StickSource
from coach.trainers.base import Trainer
from coach.wire import CONFIGURATION_INTERVAL, user_configuration

TICK = 0.25


class Connection:
    """A live trainer under the hands of a program; a context that opens and closes it.

    Leaving the context takes the load off a trainer on the air, however it is left.

    Parameters
    ----------
    trainer : Trainer
        Not yet open; a live one, no recording.
    clock : Clock
        The one that the trainer was made with.
    rider : Rider, optional
        Whose weight the trainer is told when it asks for it; without a rider it is told nothing.

    Attributes
    ----------
    events : list of Event
        What was told of the link and of commands that did not pass.
    replies : list of Reply
        What became of the commands (data page 71).
    """

    def __init__(self, trainer: Trainer, clock: Clock, rider: Rider | None = None) -> None:
        self.events: list[Event] = []
        self.replies: list[Reply] = []
        self._trainer = trainer
        self._clock = clock
        self._receiver = Receiver()
        self._rider = rider
        self._configured = float("-inf")

    def __enter__(self) -> Connection:
        self._trainer.open(self._clock.now())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._trainer.close()

    def send(self, command: Command) -> None:
        """Ask the trainer for something; never waits for it.

        Raises
        ------
        EncodeError
            If the command does not fit its data page.
        """
        self._trainer.send(command, self._clock.now())

    def wait(self, seconds: float) -> Telemetry:
        """Listen for a while.

        Parameters
        ----------
        seconds : float
            How long [s]. A trainer is looked after while it is listened to, not in between.

        Returns
        -------
        Telemetry
            The latest of everything; ``telemetry.time`` is ``None`` if nothing was heard yet.
        """
        end = self._clock.now() + seconds
        while True:
            self._clock.sleep_until(min(end, self._clock.now() + TICK))
            now = self._clock.now()
            for message in self._trainer.poll(now):
                if isinstance(message, Page):
                    reply = self._receiver.read(message)
                    if reply is not None:
                        self.replies.append(reply)
                elif isinstance(message, Event):
                    self.events.append(message)
            telemetry = self._receiver.telemetry
            self._configure(telemetry, now)
            if now >= end:
                return telemetry

    def _configure(self, telemetry: Telemetry, now: float) -> None:
        """Tell the trainer who rides, if it asks."""
        if self._rider is None or not telemetry.wants_configuration:
            return
        if now - self._configured >= CONFIGURATION_INTERVAL:
            self._configured = now
            self._trainer.send(user_configuration(self._rider), now)


def connect(
    trainer: str,
    rider: Rider | None = None,
    *,
    clock: Clock | None = None,
    stick: StickSource | None = None,
) -> Connection:
    """Return a connection to a trainer, to be entered with ``with``.

    Parameters
    ----------
    trainer : str
        As after ``--trainer``: ``ant``, ``ant:12345``, ``sim`` ...
    rider : Rider, optional
        Whose devices they are, whose weight a trainer on the air is told, and who sits on a
        simulated one. Without a rider nobody's weight is told, and the example rider sits there.
    clock : Clock, optional
        Real time if not given.
    stick : StickSource, optional
        The first ANT stick on USB if not given.

    Raises
    ------
    RiderInputError
        If there is no such trainer.
    """
    clock = clock or MonotonicClock()
    made = trainers.make(trainer, rider or profile.example_rider(), clock=clock, stick=stick)
    return Connection(made, clock, rider)
