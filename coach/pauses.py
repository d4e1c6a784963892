"""Why a ride stands still, and when it goes on.

A live ride's timer stops for three causes, and each ends in its own way:

=======  ================================================  =======================================
cause    begins                                            ends
=======  ================================================  =======================================
rider    the pause key                                     the pause key
rest     three seconds without pedalling, unless the bike  the first turn of the cranks
         rolls down a road
trainer  the radio looks for the trainer, or five seconds  the trainer is heard again, and a
         of its silence                                    count-down of three seconds
=======  ================================================  =======================================

The trainer's absence outlasts a rest; the rider's own pause outlasts both. The pause key while
the trainer is gone, or while the count-down runs, makes the pause the rider's own.

Source: reference notes on FE-C, part 4 (drop-out: stop the timer, count down to go on).
"""

from __future__ import annotations

import math

from coach.messages import Cue, CueKind, Event, EventKind, PauseCause, Telemetry, Word
from coach.telemetry import GONE

REST = 3.0
COUNTDOWN = 3.0
"""From the trainer's first word until the ride goes on [s]."""
FALTERING = 2.0
"""A silence during the count-down after which it was none: the wait begins again [s]."""


class Pauses:
    """Stops the timer of one ride and lets it run again.

    Each call is at most one change, told in the words that it returns.

    Parameters
    ----------
    live : bool
        Somebody rides now; a recording has no trainer to wait for.

    Attributes
    ----------
    cause : PauseCause or None
        Why the ride stands still; ``None`` while it rides.
    """

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self.cause: PauseCause | None = None
        self._rest_since: float | None = None
        self._resumes_at: float | None = None
        self._counted: int | None = None
        self._found = ""

    def resumes_in(self, now: float) -> float | None:
        """Return what is left of the count-down [s]; ``None`` when none runs."""
        return None if self._resumes_at is None else max(0.0, self._resumes_at - now)

    def press(self, now: float, telemetry: Telemetry) -> list[Word]:
        """Pause or go on as the rider asks."""
        if self.cause is None:
            return self._stop(now, PauseCause.RIDER)
        if self.cause is PauseCause.TRAINER:
            self._wait()
            self.cause = PauseCause.RIDER
        elif self._gone(now, telemetry):
            self.cause = PauseCause.TRAINER
        else:
            return self._go_on(now)
        return []

    def follow(self, now: float, running: bool | None) -> list[Word]:
        """Do as a recording's own timer; ``None`` is nothing said."""
        if running is False and self.cause is None:
            return self._stop(now, PauseCause.RIDER)
        if running is True and self.cause is not None:
            return self._go_on(now)
        return []

    def watch(self, now: float, telemetry: Telemetry, *, rolling: bool = False) -> list[Word]:
        """Watch whether the trainer is there, and whether the rider pedals; for live rides.

        Parameters
        ----------
        now : float
            Ride clock [s].
        telemetry : Telemetry
            What is measured; stale values already absent.
        rolling : bool
            The bike goes on by itself: who does not pedal there is not at rest.
        """
        if self._gone(now, telemetry):
            self._rest_since = None
            self._wait()
            known = telemetry.connection > 0
            self._found = "Trainer is back" if known else "Trainer found"
            if self.cause is None:
                text = "trainer lost" if known else "looking for the trainer"
                return self._stop(now, PauseCause.TRAINER, text)
            if self.cause is PauseCause.REST:
                self.cause = PauseCause.TRAINER
            return []
        if self.cause is PauseCause.TRAINER:
            return self._count_down(now, telemetry)
        return self._watch_rest(now, telemetry, rolling=rolling)

    def _watch_rest(self, now: float, telemetry: Telemetry, *, rolling: bool) -> list[Word]:
        resting = _resting(telemetry)
        if not resting:
            self._rest_since = None
            # Silence is neither rest nor pedalling.
            if resting is False and self.cause is PauseCause.REST:
                return self._go_on(now)
        elif self._rest_since is None or (rolling and self.cause is None):
            self._rest_since = now
        elif now - self._rest_since >= REST and self.cause is None:
            return self._stop(now, PauseCause.REST, "at rest")
        return []

    def _count_down(self, now: float, telemetry: Telemetry) -> list[Word]:
        """Give a rider whose trainer is back the time to be ready."""
        if telemetry.time is None or now - telemetry.time > FALTERING:
            self._wait()
            return []
        if self._resumes_at is None:
            self._resumes_at = now + COUNTDOWN
        left = math.ceil(self._resumes_at - now)
        if left > 0:
            if left == self._counted:
                return []
            self._counted = left
            return [Cue(now, CueKind.ADVICE, f"{self._found}: {left}")]
        self._wait()
        if _resting(telemetry):
            self.cause = PauseCause.REST
            return []
        return self._go_on(now)

    def _gone(self, now: float, telemetry: Telemetry) -> bool:
        """Return whether the trainer cannot be heard; one that never speaks is not gone."""
        if not self._live:
            return False
        return telemetry.searching or (telemetry.time is not None and now - telemetry.time > GONE)

    def _wait(self) -> None:
        """Let no count-down run."""
        self._resumes_at = self._counted = None

    def _stop(self, now: float, cause: PauseCause, text: str = "") -> list[Word]:
        self.cause = cause
        return [Event(now, EventKind.PAUSED, text)]

    def _go_on(self, now: float) -> list[Word]:
        self.cause = self._rest_since = None
        return [Event(now, EventKind.RESUMED)]


def _resting(telemetry: Telemetry) -> bool | None:
    """Return whether the rider does not pedal; ``None`` when nobody knows."""
    if telemetry.cadence is None and telemetry.power is None:
        return None
    return not (telemetry.cadence or telemetry.power)
