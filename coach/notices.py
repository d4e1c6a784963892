"""What the rider must hear of the load and the sensors, once, when it changes."""

from __future__ import annotations

from coach.messages import Cue, CueKind, Event, EventKind, Word

NO_POWER = 10.0
"""A road that has stood still for want of a power for so long is told of [s]."""


class Notices:
    """Compares each moment of one ride with the moment before."""

    def __init__(self) -> None:
        self._limits: tuple[str, ...] = ()
        self._sensor_lost = False
        self._heart_alert = False
        self._no_power_since: float | None = None
        self._no_power_told = False

    def compare(
        self,
        now: float,
        *,
        limits: tuple[str, ...],
        sensor_lost: bool,
        heart_alert: bool,
        no_power: bool,
        testing: bool,
    ) -> list[Word]:
        """Return what is new.

        Parameters
        ----------
        now : float
            Ride clock [s].
        limits : tuple of str
            What is capped or eased, and why.
        sensor_lost : bool
            The trainer is silent.
        heart_alert : bool
            The heart is near its maximum.
        no_power : bool
            The rider is on a road, which only a power moves, and the trainer tells none.
        testing : bool
            That is where a test leads: it is told, and nobody is asked to ease.
        """
        said: list[Word] = []
        if limits != self._limits:
            before, self._limits = self._limits, limits
            said += (Event(now, EventKind.CAPPED, text) for text in limits if text not in before)
            said += (Event(now, EventKind.UNCAPPED, text) for text in before if text not in limits)
        if sensor_lost is not self._sensor_lost:
            self._sensor_lost = sensor_lost
            kind = EventKind.SENSOR_LOST if sensor_lost else EventKind.SENSOR_BACK
            said.append(Event(now, kind, "trainer"))
        if heart_alert is not self._heart_alert:
            self._heart_alert = heart_alert
            if heart_alert:
                what = "stop if you feel unwell" if testing else "ease if it feels hard"
                text = f"Heart rate above 90 % of your maximum: {what}"
                said.append(Cue(now, CueKind.ADVICE, text))
        if not no_power:
            self._no_power_since, self._no_power_told = None, False
        elif self._no_power_since is None:
            self._no_power_since = now
        elif now - self._no_power_since >= NO_POWER and not self._no_power_told:
            self._no_power_told = True
            said.append(Cue(now, CueKind.ADVICE, _NO_POWER_TEXT))
        return said


_NO_POWER_TEXT = (
    "The trainer tells no power, so this road does not move: add a power meter, or ride a workout"
    " by time"
)
