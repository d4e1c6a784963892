"""One strength session, set by set: time and keys in; sets done and sounds out.

Theory of operation
-------------------
The work of a session is a list of steps: every exercise, every set of it, and of a one-legged set
left, then right. The position is an index into that list; what was done is kept by step, so that a
set that is done again replaces what was kept of it. A step with a record is never asked again: the
session walks from one step that is missing to the next. A session that is taken up again differs
in nothing but the records it begins with.

A step is walked through these phases:

READY
    The exercise is shown. Waits for the rider where something is to be read: at the start, before
    a new exercise, after a way back or a skip. Then, and between the legs of a set, it counts down
    ten seconds; the set begins at 0, or when the rider wants.
SET
    Counts repetitions at the tempo. Over when the count is full or when the rider says so.
ASK
    The repetitions done and the load, for the rider to correct and confirm: nothing is kept before.
    The rest has begun meanwhile.
REST
    Follows every set, the last one too: both legs are one set. Its last ten seconds are READY's,
    unless a new exercise waits for the rider.

After the last rest comes EFFORT, the question how hard it was, and then OVER.

Back leads from a set to its beginning, from READY and REST to the record of the set before, and
from a record to doing that set again. Skip leaves a step as it is. A pause stops every count; a
set goes on after it where it was, with ten seconds to get ready. A caller that was silent for more
than `LONGEST_GAP` has slept: that time does not count, and what was counting is paused.

The session has no clock and does no I/O. Everything happens at the moment it is due, whatever the
rate at which `step` is called; keys act at the time of the call that brings them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from coach.strength.entry import CR10, LOAD, Entry
from coach.strength.messages import Event, Phase, Press, SessionSnapshot, Sound
from coach.strength.routine import MOST_REPS, SetDone, Work
from coach.strength.steps import Steps

GET_READY = 10.0
"""From "get ready" to the first repetition [s]."""
LONGEST_GAP = 5.0
"""A silence of the caller longer than this is a sleep of the machine, not training [s]."""
_ALMOST = 1e-6
"""Sums of times are off by less than this [s]."""


class Session:
    """One strength session.

    Parameters
    ----------
    work : sequence of Work
        What is asked, in order.
    rest : float
        After every set [s].
    tempo : float
        Of one repetition [s].
    done : sequence of SetDone
        What was done of it before an interruption; of several records of one set the last counts.

    Attributes
    ----------
    cr10 : float or None
        How hard the session was, once the rider has said it.

    Raises
    ------
    ValueError
        If there is no work, an exercise comes twice, or a number is not above 0 (the rest may be
        0).
    """

    def __init__(
        self, work: Sequence[Work], rest: float, tempo: float, done: Sequence[SetDone] = ()
    ) -> None:
        if not tempo > 0 or not rest >= 0:
            raise ValueError(f"no session has a tempo of {tempo} s and rests of {rest} s")
        self.cr10: float | None = None
        self._rest, self._tempo = rest, tempo
        self._steps = Steps(work, done)
        self._last: Work | None = None
        self._phase = Phase.READY
        self._paused = False
        self._now: float | None = None
        self._lost = 0.0
        # All of these are times of the session itself [s].
        self._starts: float | None = None
        self._first = 0.0
        self._rest_ends = 0.0
        self._counted = 0
        self._reps = 0
        self._entry = Entry(CR10)
        self._at = self._steps.missing(0)
        if self._at == len(self._steps):
            self._phase = Phase.EFFORT

    # --- what is known of it --------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether there is nothing left to step."""
        return self._phase is Phase.OVER

    @property
    def finished(self) -> bool:
        """Whether it was walked to its end, and something was done."""
        end = len(self._steps)
        return bool(self._steps.done) and end in (self._at, self._steps.missing(0))

    @property
    def done(self) -> tuple[SetDone, ...]:
        """What was done, in the order of the work."""
        return self._steps.done

    @property
    def snapshot(self) -> SessionSnapshot:
        """The moment of the last `step`."""
        ahead = self._steps.ahead(self._at)
        elapsed = self._time - self._first
        in_set = self._phase is Phase.SET
        return SessionSnapshot(
            phase=self._phase,
            paused=self._paused,
            step=ahead[0] if ahead else None,
            new=self._new,
            back=self._at > 0 or self._phase is not Phase.READY or self._starts is not None,
            following=ahead[1] if len(ahead) > 1 else None,
            reps=1 + int((elapsed + _ALMOST) / self._tempo) if in_set else self._reps,
            half=int(2 * (elapsed + _ALMOST) / self._tempo) % 2 if in_set else None,
            load=self._entry.text if self._phase is Phase.ASK else "",
            effort=self._entry.text if self._phase is Phase.EFFORT else "",
            seconds_left=self._seconds_left(),
            sets=self._steps.sets,
            sets_done=self._steps.sets_done,
            remaining=self._remaining(),
        )

    # --- time and keys --------------------------------------------------------------------------

    def step(self, now: float, keys: Sequence[Press] = ()) -> list[Event]:
        """Let time pass, then obey keys.

        Parameters
        ----------
        now : float
            Monotonic [s]; a time before that of the last call counts as that one.
        keys : sequence of Press
            Pressed since the last call; those that mean nothing at this moment are passed over.

        Returns
        -------
        list of SetDone or Sound
            In order. A `SetDone` has been confirmed by the rider and replaces an earlier one of the
            same exercise, number and side.
        """
        events: list[Event] = []
        self._pass(now)
        self._run(events)
        for key in keys:
            self._press(key, events)
            self._run(events)
        return events

    @property
    def _time(self) -> float:
        """Time of the session itself: stands still in pauses and while the machine sleeps [s]."""
        return 0.0 if self._now is None else self._now - self._lost

    @property
    def _ticking(self) -> bool:
        """Whether something counts that a pause would stop."""
        waits = self._phase is Phase.READY and self._starts is None
        return self._phase in (Phase.READY, Phase.SET, Phase.REST) and not waits

    def _pass(self, now: float) -> None:
        if self._now is None:
            self._now = self._lost = now
            return
        gap = max(0.0, now - self._now)
        self._now += gap
        if self._paused or gap > LONGEST_GAP:
            self._lost += gap
            self._paused = self._ticking

    def _run(self, events: list[Event]) -> None:
        """Do all that is due by now, each at its own time."""
        while not self._paused:
            if self._phase is Phase.READY and self._is_due(self._starts):
                assert self._starts is not None
                self._begin(self._starts, events)
            elif self._phase is Phase.SET and self._is_due(self._full_at):
                events.append(Sound.FULL)
                self._ask(self._steps[self._at].work.reps, ended=self._full_at)
            elif self._phase is Phase.REST and self._is_due(self._rest_ends - self._lead):
                self._after_rest(events)
            else:
                return

    def _is_due(self, when: float | None) -> bool:
        return when is not None and self._time >= when - _ALMOST

    def _press(self, key: Press, events: list[Event]) -> None:
        if key is Press.QUIT:
            self._phase, self._paused = Phase.OVER, False
        elif self._phase is Phase.OVER:
            return
        elif self._paused:
            if key in (Press.GO, Press.PAUSE):
                self._resume()
        elif key is Press.PAUSE:
            self._paused = self._ticking
        elif key is Press.GO:
            self._go(events)
        elif key is Press.BACK:
            self._back()
        elif key in (Press.SKIP, Press.SKIP_EXERCISE):
            self._skip(whole=key is Press.SKIP_EXERCISE)
        elif key in (Press.MORE, Press.FEWER):
            if self._phase is Phase.ASK:
                more = 1 if key is Press.MORE else -1
                self._reps = min(MOST_REPS, max(1, self._reps + more))
        elif self._phase in (Phase.ASK, Phase.EFFORT):
            if key is Press.ERASE:
                self._entry.erase()
            else:
                self._entry.type(key.value)

    # --- from phase to phase --------------------------------------------------------------------

    def _go(self, events: list[Event]) -> None:
        if self._phase is Phase.READY:
            if self._starts is None:
                self._starts = self._time + GET_READY
            else:
                self._begin(self._time, events)
        elif self._phase is Phase.SET:
            # A repetition that was half done is one: riders press the key as they end it.
            counted = math.floor((self._time - self._first) / self._tempo + 0.5)
            if counted:
                self._ask(counted, ended=self._time)
            else:
                self._wait()
        elif self._phase is Phase.ASK:
            self._confirm(events)
        elif self._phase is Phase.REST:
            if self._at == len(self._steps):
                self._end()
            else:
                self._phase, self._starts = Phase.READY, self._time + GET_READY
        elif self._phase is Phase.EFFORT:
            self.cr10 = self._entry.value
            self._phase = Phase.OVER

    def _wait(self) -> None:
        """Show the step and wait for the rider."""
        self._phase, self._starts, self._counted = Phase.READY, None, 0

    def _begin(self, at: float, events: list[Event]) -> None:
        """Begin the set, or go on with it after a pause."""
        self._phase, self._starts = Phase.SET, None
        self._first = at - self._counted * self._tempo
        self._counted = 0
        events.append(Sound.BEGIN)

    def _ask(self, reps: int, *, ended: float) -> None:
        self._phase, self._reps = Phase.ASK, reps
        self._rest_ends = ended + self._rest
        self._entry = Entry(LOAD, self._steps.load(self._at))

    def _confirm(self, events: list[Event]) -> None:
        step = self._steps[self._at]
        done = SetDone(*step.key, self._reps, self._entry.value)
        self._steps.keep(done)
        self._last = step.work
        events.append(done)
        rests = self._rests
        self._at = self._steps.missing(self._at + 1)
        self._counted = 0
        if not rests:
            self._phase, self._starts = Phase.READY, self._time + GET_READY
            return
        self._phase = Phase.REST
        if self._at < len(self._steps):
            # Whoever took long to answer still gets the time to get ready.
            self._rest_ends = max(self._rest_ends, self._time + min(GET_READY, self._rest))

    @property
    def _lead(self) -> float:
        """How long before the end of the rest the rider is told to get ready [s]."""
        last = self._at == len(self._steps)
        return 0.0 if last or self._new else min(GET_READY, self._rest)

    @property
    def _new(self) -> bool:
        """Whether the position is another exercise than the one that was done last."""
        return self._at < len(self._steps) and self._steps[self._at].work is not self._last

    def _after_rest(self, events: list[Event]) -> None:
        if self._at == len(self._steps):
            self._end()
        elif self._new:
            self._wait()
            events.append(Sound.WAITING)
        else:
            self._phase, self._starts = Phase.READY, self._rest_ends

    def _end(self) -> None:
        """Ask how hard it was, if anything was done."""
        self._phase = Phase.EFFORT if self._steps.done else Phase.OVER
        self._entry = Entry(CR10)

    def _resume(self) -> None:
        self._paused = False
        if self._phase is Phase.SET:
            # The repetition that was broken off is done again, from a proper start.
            self._counted = int((self._time - self._first + _ALMOST) / self._tempo)
            self._phase, self._starts = Phase.READY, self._time + GET_READY

    def _back(self) -> None:
        begun = self._phase is Phase.READY and self._counted > 0
        if self._phase in (Phase.SET, Phase.ASK) or begun or self._at == 0:
            self._wait()
            return
        self._at -= 1
        record = self._steps.record(self._at)
        if record is None:
            self._wait()
        else:
            self._phase, self._reps = Phase.ASK, record.reps
            self._entry = Entry(LOAD, record.load)

    def _skip(self, *, whole: bool) -> None:
        if self._at == len(self._steps):
            return
        work = self._steps[self._at].work
        self._at = self._steps.missing(self._at + 1)
        while whole and self._at < len(self._steps) and self._steps[self._at].work is work:
            self._at = self._steps.missing(self._at + 1)
        if self._phase is Phase.REST:
            return  # the rest goes on: only what follows it is another set
        if self._at == len(self._steps):
            self._end()
        else:
            self._wait()

    # --- bookkeeping ----------------------------------------------------------------------------

    @property
    def _full_at(self) -> float:
        return self._first + self._steps[self._at].work.reps * self._tempo

    @property
    def _rests(self) -> bool:
        """Whether a rest follows this step, not the other leg."""
        ahead = self._steps.ahead(self._at)
        return len(ahead) < 2 or ahead[1].whole_set != ahead[0].whole_set

    def _seconds_left(self) -> float | None:
        ends: float | None = None
        if self._phase is Phase.READY:
            ends = self._starts
        elif self._phase is Phase.SET:
            ends = self._full_at
        elif self._phase is Phase.REST or (self._phase is Phase.ASK and self._rests):
            ends = self._rest_ends
        return None if ends is None else max(0.0, ends - self._time)

    def _remaining(self) -> float:
        """Estimate what is left: as `length` does, from this moment on."""
        if self._phase in (Phase.EFFORT, Phase.OVER):
            return 0.0
        total = self._steps.left(self._at, self._rest, self._tempo)
        left = self._seconds_left() or 0.0
        ahead = self._steps.ahead(self._at)
        if self._phase is Phase.REST or not ahead:
            return total + left
        whole = ahead[0].work.reps * self._tempo
        if self._phase is Phase.SET:
            return total - whole + left
        if self._phase is Phase.ASK:
            return total - whole - (self._rest - left if self._rests else 0.0)
        return total - self._counted * self._tempo + left
