"""What the rider must hear of the load and the sensors, once, when it changes."""

from __future__ import annotations

from coach.messages import Cue, CueKind, Event, EventKind, Word


class Notices:
    """Compares each moment of one ride with the moment before."""

    def __init__(self) -> None:
        self._limits: tuple[str, ...] = ()
        self._sensor_lost = False
        self._heart_alert = False

    def compare(
        self,
        now: float,
        *,
        limits: tuple[str, ...],
        sensor_lost: bool,
        heart_alert: bool,
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
        return said
