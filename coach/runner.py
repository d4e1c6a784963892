"""The one loop: clock, trainer, engine, journal and displays.

Each quarter of a second the trainer's words and the rider's keys go to the engine, its commands go
to the trainer, everything goes to the journal, and the moment goes to the displays. Whatever ends
the ride (its plan, the rider, a signal, a fault in the code), the load is taken off: ramped by the
engine when there is time, at once and waited for on every other way out.

The start
---------
Without a `hindrance` a ride begins at once. With one it is READY first, so that the rider sees what
is heard before anything is felt:

1. The trainer is open, and what it says is kept and shown (`Engine.hear`); it is asked for nothing.
2. Some display gives `Key.PAUSE`: space in the terminal, or Start on the page, where
   `coach.live.web.asked` wants the health questions answered with it.
3. `hindrance` returns what must be done first, which is told as a cue, and it goes on as before; or
   nothing, and the ride begins now. It raises where the answers allow no such ride.

Whoever leaves before that (`Key.QUIT`, a signal) had no ride, and nothing is kept. Which rides wait
is said in `coach.commands.watching`, what hinders them in `coach.commands.ride_on`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from coach.clock import Clock
from coach.engine import TICK, Engine, Step
from coach.errors import CoachError
from coach.guidance.news import News
from coach.journal import Header, Journal, Recorded
from coach.live.base import Display
from coach.messages import (
    Capabilities,
    Command,
    Cue,
    CueKind,
    Event,
    EventKind,
    HeartBeat,
    Key,
    Page,
    Reply,
    ReplyStatus,
    Telemetry,
    TimerEvent,
)
from coach.receiver import Receiver
from coach.trainers.base import Message, Trainer
from coach.wire import release_command

COMMIT_INTERVAL = 0.5
"""Real seconds between commits; with a tick and the commit itself this stays below one."""
VIRTUAL_COMMIT_INTERVAL = 60.0
LONGEST_DELAY = 1.0
"""Real seconds that are made up for; after a longer delay the ride goes on from there."""
RELEASE_PATIENCE = 1.5
"""How long to wait for the trainer to confirm the release [s]."""
RELEASE_AGAIN = 0.5
"""An unconfirmed release is sent again after this long [s]."""


class Ears:
    """Turns what a trainer says into what the engine hears.

    A live trainer's pages and what its driver tells of the link make one telemetry, read at each
    step. Each sample of a recording is a telemetry of its own, with a step of its own.
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
        if isinstance(message, Event):
            self._receiver.heed(message)
            return None, None
        if isinstance(message, Reply):
            self._receiver.answered(message)
            return None, message
        if isinstance(message, HeartBeat):
            # Kept, so that it stays in the rider's file; the engine has no use for it.
            return None, None
        if isinstance(message, Telemetry):
            running = self._recorded.timer_running
            self._recorded = replace(message, timer_running=running)
            at = message.position_time if message.time is None else message.time
            if message.position_time is not None and at is not None:
                at = max(at, message.position_time)
        elif isinstance(message, TimerEvent):
            self._recorded = replace(self._recorded, timer_running=message.running)
            at = message.time
        else:
            self._recorded = replace(self._recorded, ended=True)
            at = message.time
        self._replaying = True
        return at, None


class Run:
    """One ride under way.

    Parameters
    ----------
    journal : Journal
        New and empty; its header says who rides what.
    trainer : Trainer
        Not yet open.
    clock : Clock
    displays : sequence of Display
        Who watches, and whose keys count.
    hindrance : callable, optional
        Returns what must be done before the ride may begin, in words, or none: see The start.

    Attributes
    ----------
    began : bool
        The trainer was opened and the rider has started: what happens from here on is a ride, and
        is kept.
    warning : str or None
        What the rider must know when the ride is over: that the load may still be on.
    """

    def __init__(
        self,
        journal: Journal,
        trainer: Trainer,
        clock: Clock,
        displays: Sequence[Display] = (),
        hindrance: Callable[[], str] | None = None,
    ) -> None:
        self.engine = _engine(journal.header)
        self.journal = journal
        self.trainer = trainer
        self.clock = clock
        self.displays = displays
        self.hindrance = hindrance
        self.began = False
        self.warning: str | None = None
        self._ears = Ears()
        self._news = News()
        self._interruptions = 0
        self._released: Command | None = None
        self._confirmed = False
        self._refused: set[tuple[str, ReplyStatus]] = set()
        self._committed = -math.inf
        self._last_step = -math.inf

    @property
    def heard(self) -> bool:
        """Whether the trainer ever spoke, if it is one that does."""
        is_mute = self.engine.recording or self.journal.header.knob
        return is_mute or self._ears.telemetry.connection > 0

    def interrupt(self) -> None:
        """Ask for the end at the next tick; safe to call from a signal handler.

        Before the rider has started there is no ride to end, and nobody waits. In a ride that is
        so when it is asked a second time. From then on it is on its way out, which takes seconds
        at most and is not to be hindered.

        Raises
        ------
        KeyboardInterrupt
            The first time before the ride began; the second time in it.
        """
        self._interruptions += 1
        if self._interruptions == (2 if self.began else 1):
            raise KeyboardInterrupt

    def ride(self) -> None:
        """Ride until the plan, the rider or an interruption ends it, then close the journal.

        Raises
        ------
        CoachError
            If the rider leaves before the start.
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
            self.began = self.hindrance is None
            for display in self.displays:
                display.open()
            if self.hindrance is not None:
                self._get_ready(self.hindrance)
            self._loop()
            if not self.engine.done:
                self._end_here()
            self._confirm_release()
            self.journal.finish(self.engine.elapsed_time, self.engine.timer_time)
        except BaseException:
            # The fault that ended the ride is the one to tell of, not what it leads to; and each
            # step of the way out is tried, whatever became of the one before.
            way_out = (self._release, self._confirm_release, self.journal.close)
            for step in way_out if self.began else (self.journal.discard,):
                with suppress(Exception):
                    step()
            raise
        finally:
            self.trainer.close()
            for display in self.displays:
                display.close()

    def _get_ready(self, hindrance: Callable[[], str]) -> None:
        """Show what the devices say until the rider starts; ask nothing of the trainer yet."""
        while True:
            now = self.clock.now()
            keys = self._pressed()
            if Key.QUIT in keys:
                raise CoachError("no ride: left before the start; nothing was kept")
            first = hindrance() if Key.PAUSE in keys else None
            if first == "":
                break
            cues = list(self._hear(now, self.trainer.poll(now)))
            if first is not None:
                cues.append(Cue(now, CueKind.ADVICE, first))
            self.engine.hear(now, self._ears.telemetry)
            self._show(cues)
            self._commit(now)
            self.clock.sleep_until(now + TICK)
        self.began = True
        if not self.journal.header.simulated:
            self.journal.begin(datetime.now().astimezone())

    def _pressed(self) -> list[Key]:
        return [key for display in self.displays for key in display.keys()]  # noqa: SIM118

    def _loop(self) -> None:
        first = self.clock.now()
        if self.engine.recording and not self.clock.real:
            # Nothing is waited for: the recording's own moments are all there is to see.
            self._show(self._step(first, ()))
            for message in self.trainer.poll(math.inf):
                self._show(list(self._hear(first, [message])))
                if self._interruptions:
                    return
            return
        ticks = 0
        # One step at least: what was asked to end before it has to begin first.
        while not self.engine.done and not (ticks and self._interruptions):
            # On the engine's own grid, so that what is heard counts at once.
            now = first + ticks * TICK
            self._tick(now, self._pressed())
            self._commit(now)
            ticks += 1
            if self.clock.late(first + ticks * TICK) > LONGEST_DELAY:
                # The machine slept or was held up: a rush of late ticks would help nobody.
                ticks = math.ceil((self.clock.now() - first) / TICK)
            self.clock.sleep_until(first + ticks * TICK)

    def _tick(self, now: float, keys: Sequence[Key]) -> None:
        cues = list(self._hear(now, self.trainer.poll(now)))
        if now >= self._last_step and not self.engine.done:
            self.journal.pressed(keys)
            cues += self._step(now, keys)
        self._show(cues)

    def _show(self, cues: Sequence[Cue]) -> None:
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
                yield from self._answered(reply)
            elif isinstance(message, Event):
                self.journal.told((), [message], (), ())
                yield from self._news.words(message)
            if at is not None:
                self.journal.received(waiting)
                waiting.clear()
                yield from self._step(max(at, self._last_step), ())
        self.journal.received(waiting)

    def _answered(self, reply: Reply) -> Iterator[Cue]:
        """Keep an answer; tell the rider once of each command that the trainer refuses."""
        self.journal.replied(reply)
        if reply.status is ReplyStatus.PASS:
            self._confirmed = self._confirmed or reply.echo == self._released
        refusal = (reply.command, reply.status)
        if reply.status in _REFUSALS and refusal not in self._refused:
            self._refused.add(refusal)
            words = f"The trainer refused {reply.command}: {reply.status}".replace("_", " ")
            yield Cue(reply.time, CueKind.ADVICE, words)

    def _step(self, now: float, keys: Sequence[Key]) -> list[Cue]:
        self._last_step = now
        self.journal.stepped(now)
        step = self.engine.step(now, self._ears.telemetry, keys)
        for _, command in step.commands:
            self._send(command, now)
        self._keep(step)
        return step.cues

    def _send(self, command: Command, now: float) -> None:
        self._confirmed = False
        self._released = command if command == self._release_command() else None
        self.trainer.send(command, now)

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

    def _end_here(self) -> None:
        """End the ride where it is, with the load taken off at once."""
        now = max(self.clock.now(), self._last_step)
        self.journal.interrupted(now)
        self._keep(self.engine.finish(now))
        self._release()

    def _release_command(self) -> Command:
        """Return what takes the load off, by the trainer's latest word on what it can do."""
        return release_command(self._ears.telemetry.capabilities or Capabilities())

    def _release(self) -> None:
        """Take the load off at once."""
        now = max(self.clock.now(), self._last_step)
        command = self._release_command()
        self._send(command, now)
        self.journal.sent([(now, command)])

    def _confirm_release(self) -> None:
        """Wait a moment for the trainer to repeat the release; warn if it does not."""
        if self.engine.recording or self.journal.header.knob:
            return  # nothing there that takes commands or answers
        try:
            self._wait_for_release()
        finally:
            if not self._confirmed and self._ears.telemetry.connection > 0:
                self.warning = _UNCONFIRMED
                now = max(self.clock.now(), self._last_step)
                event = Event(now, EventKind.RELEASE_UNCONFIRMED, _UNCONFIRMED)
                self.journal.told((), [event], (), ())

    def _wait_for_release(self) -> None:
        """Let the trainer answer; ask again while it does not."""
        start = sent = self.clock.now()
        while not self._confirmed and (now := self.clock.now()) - start < RELEASE_PATIENCE:
            if now - sent >= RELEASE_AGAIN:
                self._release()
                sent = now
            for _ in self._hear(now, self.trainer.poll(now)):
                pass
            self.clock.sleep_until(now + TICK)


_UNCONFIRMED = (
    "The trainer did not confirm that the load is off: turn the cranks with care, or unplug it"
)
_REFUSALS = (ReplyStatus.FAIL, ReplyStatus.NOT_SUPPORTED, ReplyStatus.REJECTED)


def _engine(header: Header) -> Engine:
    return Engine(header.workout, header.rider, recording=header.recording, knob=header.knob)


def ride_again(recorded: Recorded) -> Step:
    """Ride a journal's inputs through today's engine.

    Returns
    -------
    Step
        Everything the engine answered, from start to end.

    Raises
    ------
    RideFileError
        If the journal's head cannot be read.
    """
    engine, ears, answers = _engine(recorded.header), Ears(), Step()
    for heard in recorded.inputs():
        for message in heard.messages:
            ears.hear(message)
        if heard.interrupted:
            step = engine.finish(heard.now)
            step.commands.append((heard.now, engine.control.release_command()))
        else:
            step = engine.step(heard.now, ears.telemetry, heard.keys)
        for field in Step.__slots__:
            getattr(answers, field).extend(getattr(step, field))
    return answers
