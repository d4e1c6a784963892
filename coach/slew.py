"""A value that moves towards its goal at a limited rate: the only way a load may change."""

from __future__ import annotations

EASED = 1.0
"""How long it takes to become lighter when nothing else was said [s]."""


class Slew:
    """One load, or one target, on its way to a goal that may move.

    `set_out` gives the pace of a way; the value keeps that pace until it has arrived, however the
    goal moves meanwhile. Off such a way it rises by `usual` at most, and falls within `EASED`.

    Attributes
    ----------
    value : float
        Where it is, in the unit of the load.
    usual : float
        Greatest rise in a second when no way is under way.
    """

    __slots__ = ("_descending", "_fall", "_rise", "usual", "value")

    def __init__(self, usual: float) -> None:
        self.value = 0.0
        self.usual = usual
        self._rise = usual
        self._fall = 0.0
        self._descending = False

    def enter(self, value: float, usual: float) -> None:
        """Begin anew at `value`, in another unit."""
        self.value, self.usual = value, usual
        self._arrive()

    def set_out(self, goal: float, seconds: float, *, steepest: float | None = None) -> None:
        """Reach `goal` in `seconds`, rising by no more than `steepest` in a second."""
        rate = abs(goal - self.value) / seconds
        self._descending = goal < self.value
        if self._descending:
            self._fall = rate
        else:
            self._rise = rate if steepest is None else min(rate, steepest)

    def hasten(self, goal: float, seconds: float) -> None:
        """Rise faster where that brings it to `goal` in `seconds`, up to the usual rate."""
        self._rise = max(self._rise, min((goal - self.value) / seconds, self.usual))

    def ease(self) -> None:
        """Give up a slow way down: what is above the goal goes within `EASED`."""
        self._descending = False

    def towards(self, goal: float, dt: float) -> float:
        """Move for `dt` seconds and return the value."""
        way = goal - self.value
        if way >= 0:
            way = min(way, self._rise * dt)
        else:
            if not self._descending:
                self._fall = max(self._fall, -way / EASED)
            way = max(way, -self._fall * dt)
        self.value += way
        if abs(goal - self.value) < 1e-9:
            self.value = goal
            self._arrive()
        return self.value

    def _arrive(self) -> None:
        self._descending = False
        self._rise, self._fall = self.usual, 0.0
