"""What a rider can do when the trainer cannot hold the load that it is asked for.

Trainers say so with every page 25; for a moment that means nothing, and again and again it is
noise. Source: reference notes on FE-C, part 4 (limits: say nothing of less than three seconds).
"""

from __future__ import annotations

from coach.messages import Cue, CueKind, PowerLimit, Telemetry

LASTING = 3.0
"""How long the trainer must say the same before the rider hears of it [s]."""
AGAIN = 30.0
"""Least time before it is said again [s]."""
SETTLING = 5.0
"""A segment's load is on its way for so long [s]: what the trainer says of it then is no news."""

_TEXTS = {
    PowerLimit.SPEED_TOO_LOW: (
        "Spin faster or shift up: too slow for the trainer to hold the load"
    ),
    PowerLimit.SPEED_TOO_HIGH: "Shift down: the flywheel is too fast for this load",
    PowerLimit.LIMIT_REACHED: "The trainer is at its limit",
}


class LimitAdvice:
    """Says what would help, once it lasts; for power targets only."""

    def __init__(self) -> None:
        self._limit: PowerLimit | None = None
        self._since = 0.0
        self._said: dict[PowerLimit, float] = {}

    def words(self, now: float, at: float, telemetry: Telemetry) -> list[Cue]:
        """Return the advice that is due.

        Parameters
        ----------
        now : float
            Ride clock [s].
        at : float
            Seconds into the segment.
        telemetry : Telemetry
            What is measured; stale values already absent.
        """
        # At rest every wheel is too slow.
        limit = None if telemetry.cadence == 0 else telemetry.power_limit
        if limit is not self._limit:
            self._limit, self._since = limit, now
        if limit is None or now - self._since < LASTING or at < SETTLING:
            return []
        if now - self._said.get(limit, float("-inf")) < AGAIN:
            return []
        self._said[limit] = now
        return [Cue(now, CueKind.ADVICE, _TEXTS[limit])]
