"""Reading telemetry: what is still fresh, and what the power was since the last look."""

from __future__ import annotations

from dataclasses import replace

from coach.messages import Telemetry

STALE = 3.0
"""A value not renewed for this long is no longer shown or recorded [s]."""
GONE = 5.0
"""A trainer that is silent for longer is gone: the ride waits, the load is held [s]."""


def fresh(telemetry: Telemetry, now: float) -> Telemetry:
    """Return the telemetry without the values whose device has fallen silent or repeats itself.

    A recording's sample is whole at its own time, and returned as it is.
    """
    if telemetry.sample is not None:
        return telemetry
    limit = now - STALE
    heard = telemetry.time if telemetry.values_time is None else telemetry.values_time
    if telemetry.searching or (heard is not None and heard < limit):
        telemetry = replace(
            telemetry,
            power=None,
            power_total=None,
            power_events=None,
            cadence=None,
            speed=None,
            power_limit=None,
        )
    if telemetry.heart_rate_time is not None and telemetry.heart_rate_time < limit:
        telemetry = replace(telemetry, heart_rate=None, heart_rate_time=None, rr_interval=None)
    if telemetry.position_time is not None and telemetry.position_time < limit:
        telemetry = replace(telemetry, position=None, position_time=None)
    return telemetry


class PowerMean:
    """Mean power since the last look, by the trainer's own counters.

    The counters lose nothing when pages are lost (reference notes on FE-C, section 2.2).
    """

    def __init__(self) -> None:
        self._mark: tuple[float, int] | None = None

    def restart(self) -> None:
        """Forget the last look: what was counted since belongs to no second of the ride."""
        self._mark = None

    def mean(self, telemetry: Telemetry) -> float | None:
        """Return the mean since the last look, else the latest value, in whole watts."""
        power = telemetry.power
        total, events = telemetry.power_total, telemetry.power_events
        if power is None or total is None or events is None:
            self._mark = None
            return None if power is None else float(round(power))
        before, self._mark = self._mark, (total, events)
        if before is not None and events > before[1]:
            power = (total - before[0]) / (events - before[1])
        return float(round(power))
