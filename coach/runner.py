"""The one loop: clock, trainer, engine, journal and displays.

Each quarter of a second the trainer's words and the rider's keys go to the engine, its commands go
to the trainer, everything goes to the journal, and the moment goes to the displays. Whatever ends
the ride (its plan, the rider, a signal, a fault in the code), the load is taken off: ramped by the
engine when there is time, at once and waited for on every other way out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from coach.clock import Clock
from coach.engine import TICK, Engine, Step
from coach.errors import RideFileError
from coach.journal import Inputs, Journal
from coach.live.base import Display
from coach.messages import Cue, Key, Page, RecordingEnded, Reply, Telemetry, TimerEvent
from coach.receiver import Receiver
from coach.trainers.base import Message, Trainer

COMMIT_INTERVAL = 0.75
"""Real seconds between commits; with a tick and the commit itself this stays below one."""
VIRTUAL_COMMIT_INTERVAL = 60.0
RELEASE_PATIENCE = 1.5
"""How long to wait for the trainer to confirm the release [s]."""


class Ears:
    """Turns what a trainer says into what the engine hears.

    A live trainer's pages make one telemetry, read at each step. Each sample of a recording is a
    telemetry of its own, with a step of its own.
    """

    def __init__(self) -> None:
        self._receiver = Receiver()
        self._recorded = Telemetry()
        self._replaying = False

    @property
    def telemetry(self) -> Telemetry:
        """The latest of everything measured."""
        return self._recorded if self._replaying else self._receiver.telemetry

    def hear(self, message: Message) -> tuple[float | None, Reply | None]:
        """Take in a message.

        Returns
        -------
        tuple
            The time of the step that a recording's message asks for, if it does; and the answer
            to a command, if it is one.
        """
        if isinstance(message, Page):
            return None, self._receiver.read(message)
        if isinstance(message, Telemetry):
            running = self._recorded.timer_running
            self._recorded = replace(message, timer_running=running)
            at = message.position_time if message.time is None else message.time
            if message.position_time is not None and at is not None:
                at = max(at, message.position_time)
        elif isinstance(message, TimerEvent):
            self._recorded = replace(self._recorded, timer_running=message.running)
            at = message.time
        elif isinstance(message, RecordingEnded):
            self._recorded = replace(self._recorded, ended=True)
            at = message.time
        elif isinstance(message, Reply):
            return None, message
        else:
            return None, None
        self._replaying = True
        return at, None


class Run:
    """One ride under way.

    Parameters
    ----------
    engine : Engine
    trainer : Trainer
        Not yet open.
    clock : Clock
    journal : Journal
    displays : sequence of Display
        Who watches, and whose keys count.
    """

    def __init__(
        self,
        engine: Engine,
        trainer: Trainer,
        clock: Clock,
        journal: Journal,
        displays: Sequence[Display] = (),
    ) -> None:
        self.engine = engine
        self.trainer = trainer
        self.clock = clock
        self.journal = journal
        self.displays = displays
        self._ears = Ears()
        self._interrupted = False
        self._last_reply: Reply | None = None
        self._committed = -math.inf
        self._last_step = -math.inf

    def interrupt(self) -> None:
        """Ask for the end at the next tick; safe to call from a signal handler."""
        self._interrupted = True

    def ride(self) -> None:
        """Ride until the plan, the rider or an interruption ends it, then close the journal.

        Raises
        ------
        TrainerError
            If the trainer cannot be opened.
        RideFileError
            If the journal cannot be written any more; the load is off by then.
        """
        try:
            self.trainer.open(self.clock.now())
        except BaseException:
            self.journal.discard()
            raise
        try:
            for display in self.displays:
                display.open()
            self._loop()
        except BaseException:
            self._let_go()
            # The fault that ended the ride is the one to tell of, not what it leads to.
            with suppress(Exception):
                self._confirm_release()
            with suppress(RideFileError):
                self.journal.close()
            raise
        else:
            self._confirm_release()
            self.journal.finish(self.engine.elapsed_time, self.engine.timer_time)
        finally:
            self.trainer.close()
            for display in self.displays:
                display.close()

    def _loop(self) -> None:
        if self.engine.recording and not self.clock.real:
            # Nobody watches and nothing is waited for: the recording's own moments are all.
            self._step(self.clock.now(), ())
            for _ in self._hear(math.inf, self.trainer.poll(math.inf)):
                pass
            return
        tick = self.clock.now()
        while not self.engine.done:
            now = self.clock.now()
            if self._interrupted:
                self._let_go()
                return
            keys = [key for display in self.displays for key in display.keys()]  # noqa: SIM118
            self._tick(now, keys)
            self._commit(now)
            # After a delay the ticks go on from here: a rush of late ones would help nobody.
            tick = max(tick + TICK, now)
            self.clock.sleep_until(tick)

    def _tick(self, now: float, keys: Sequence[Key]) -> None:
        messages = self.trainer.poll(now)
        cues = list(self._hear(now, messages))
        if now >= self._last_step and not self.engine.done:
            self.journal.pressed(now, keys)
            cues += self._step(now, keys)
        if self.displays:
            snapshot = self.engine.snapshot()
            for display in self.displays:
                display.show(snapshot, cues)

    def _hear(self, now: float, messages: Sequence[Message]) -> Iterator[Cue]:
        """Take in messages; a recording's own moments are steps of their own."""
        waiting: list[Message] = []
        for message in messages:
            waiting.append(message)
            at, reply = self._ears.hear(message)
            if reply is not None:
                self._last_reply = reply
                self.journal.replied(reply)
            if at is not None:
                self.journal.received(at, waiting)
                waiting.clear()
                yield from self._step(max(at, self._last_step), ())
        if waiting:
            self.journal.received(now, waiting)

    def _step(self, now: float, keys: Sequence[Key]) -> list[Cue]:
        self._last_step = now
        self.journal.stepped(now)
        step = self.engine.step(now, self._ears.telemetry, keys)
        for _, command in step.commands:
            self.trainer.send(command, now)
            self._last_reply = None
        self._keep(step)
        return step.cues

    def _keep(self, step: Step) -> None:
        self.journal.sent(step.commands)
        self.journal.told(step.cues, step.events, step.laps, step.samples)

    def _commit(self, now: float) -> None:
        if self.clock.real:
            now, interval = time.monotonic(), COMMIT_INTERVAL
        else:
            interval = VIRTUAL_COMMIT_INTERVAL
        if now - self._committed >= interval:
            self.journal.commit()
            self._committed = now

    # --- the way out ------------------------------------------------------------------------------

    def _let_go(self) -> None:
        """Take the load off at once and end the ride here."""
        now = max(self.clock.now(), self._last_step)
        command = self.engine.control.release_command()
        self.trainer.send(command, now)
        if self._last_step > -math.inf:
            self._keep(self.engine.finish(now))
        self.journal.sent([(now, command)])
        self._last_reply = None

    def _confirm_release(self) -> None:
        """Wait a moment for the trainer to say that it heard the last command."""
        start = self.clock.now()
        while self._last_reply is None and (now := self.clock.now()) - start < RELEASE_PATIENCE:
            for message in self.trainer.poll(now):
                _, reply = self._ears.hear(message)
                if reply is not None:
                    self._last_reply = reply
                    self.journal.replied(reply)
            self.clock.sleep_until(now + TICK)


def ride_again(engine: Engine, inputs: Iterator[Inputs]) -> Step:
    """Ride recorded inputs through an engine.

    Returns
    -------
    Step
        Everything the engine answered, from start to end.
    """
    ears = Ears()
    answers = Step()
    for heard in inputs:
        for message in heard.messages:
            ears.hear(message)
        step = engine.step(heard.step, ears.telemetry, heard.keys)
        for field in Step.__slots__:
            getattr(answers, field).extend(getattr(step, field))
    return answers
