"""A trainer on trial: a real one with a person beside it, or the pretend one with neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coach import profile, trainers
from coach.clock import MonotonicClock, SteppedClock
from coach.messages import Command, Event, EventKind, Page, Reply, ReplyStatus
from coach.protocol.common import RequestDataPage
from coach.trainers.ant.driver import AntTrainer
from coach.trainers.ant.node import StickSource
from coach.trainers.base import Message
from coach.trainers.connection import Connection
from coach.trainers.faults import Fault, load_scenario
from coach.trainers.stick import Air, Faults, PretendStick

FOUND = 30.0
"""A trainer that is awake is found within this [s]; the sensors' scan comes on top."""
CONFIRMED = 8.0
"""How long a command may take to be confirmed [s]."""
A_PERSON = 120.0
"""How long a person may take to do what is asked [s]."""


class Heard:
    """A trainer, and every page that it said."""

    def __init__(self, trainer: AntTrainer) -> None:
        self.pages: list[Page] = []
        self.open = trainer.open
        self.send = trainer.send
        self.request = trainer.request
        self.close = trainer.close
        self._trainer = trainer

    def poll(self, now: float) -> Sequence[Message]:
        said = self._trainer.poll(now)
        self.pages += [each for each in said if isinstance(each, Page)]
        return said


class Session:
    """One connection to the trainer, and what a test asks of it."""

    def __init__(self, connection: Connection, heard: Heard, now: Callable[[], float]) -> None:
        self.connection = connection
        self.heard = heard
        self.now = now

    def until(self, met: Callable[[], object], seconds: float) -> bool:
        """Listen until something is so; return whether it came to that."""
        end = self.now() + seconds
        while not met():
            if self.now() >= end:
                return False
            self.connection.wait(0.25)
        return True

    def find(self) -> None:
        """Listen until the trainer is heard."""
        found = self.until(lambda: self.connection.wait(0.25).time is not None, FOUND)
        assert found, "the trainer was not heard: is it awake, and is this its number?"

    def page(self, number: int) -> str:
        """Return the latest page of this number, in hex."""
        found = [each for each in self.heard.pages if each.payload[0] == number]
        return found[-1].payload.hex(" ") if found else "never"

    def ask(self, page: int) -> None:
        """Ask the trainer for a page."""
        self.heard.request(RequestDataPage(requested_page=page, count=4).encode(), self.now())

    def passed(self, command: Command, since: float = 0.0) -> Reply | None:
        """Return the answer that says that a command was carried out."""
        for reply in self.connection.replies:
            if reply.time >= since and reply.echo == command and reply.status is ReplyStatus.PASS:
                return reply
        return None

    def told(self, kind: EventKind, source: str | None = None) -> Event | None:
        """Return the first event of a kind, of one device or of any."""
        for event in self.connection.events:
            if event.kind is kind and source in (None, event.value):
                return event
        return None


class Trial:
    """Connects to the trainer under test.

    Parameters
    ----------
    trainer, stick : str
        As after ``--trainer`` and ``--stick``.
    say : callable
        Tells the person at the terminal something.
    """

    def __init__(self, trainer: str, stick: str, say: Callable[[str], None]) -> None:
        self._trainer = trainer
        self._say = say
        self._rider = profile.example_rider()
        self._clock = SteppedClock() if stick else MonotonicClock()
        self._stick: StickSource | None = None
        self._scenario = stick.partition("faults=")[2].partition(",")[0]
        self._pretends = bool(stick)

    def pretend(self, *person: Fault) -> None:
        """Let faults of the pretend stick do what a person does to a real one.

        Called before the first connection; on a real stick it does nothing.
        """
        if self._pretends:
            more = load_scenario(self._scenario).faults if self._scenario else ()
            self._stick = PretendStick(self._clock, Air(self._rider), Faults((*person, *more)))

    def connect(self) -> Session:
        """Return a session whose connection is to be entered."""
        if self._pretends and self._stick is None:
            self.pretend()
        trainer = trainers.make(self._trainer, self._rider, clock=self._clock, stick=self._stick)
        assert isinstance(trainer, AntTrainer)
        if isinstance(self._clock, SteppedClock):
            self._clock.follow(trainer)
        heard = Heard(trainer)
        return Session(Connection(heard, self._clock), heard, self._clock.now)

    def tell(self, text: str) -> None:
        """Ask the person to do something now."""
        self._say(f"\n>>> {text}")

    def note(self, text: str) -> None:
        """Write down a fact for the checklist."""
        self._say(f"\n    {text}")
