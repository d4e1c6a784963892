"""What viewers ask of the ride: which of it counts, and where it waits to be taken.

Lives in the server's thread, but for `keys`, `wishes` and `answers`, which belong to the ride's.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Any

from coach.live.keys import Bindings
from coach.live.web.wire import Answers, Press, Refused, Seek, Speed, Start, Why, Wish
from coach.messages import Key, RideState

_MOST_KEYS = 32
"""Keys that wait for the ride, which takes them all four times a second."""
_START_TAKES = 2.0
"""In this time after a start the ride begins, or has told what must be done first [s]."""


class Asked:
    """Keys and wishes that wait for the ride.

    Parameters
    ----------
    bindings : sequence of Binding
        The keys there are.
    questions : bool
        Whether the start screen asks any.
    speeds : sequence of int
        What a recording can be played at.

    Attributes
    ----------
    bindings : sequence of Binding
        As given.
    answers : Answers or None
        To the questions, as soon as there are any.
    state : RideState or None
        What the ride's last moment said.
    duration : float or None
        Of the recording [s], once one is played.
    """

    def __init__(
        self, bindings: Bindings[Key], *, questions: bool = False, speeds: Sequence[int] = ()
    ) -> None:
        self.answers: Answers | None = None
        self.state: RideState | None = None
        self.duration: float | None = None
        self.bindings = bindings
        self._there = {each.key for each in bindings}
        self._questions = questions
        self._speeds = tuple(speeds)
        self._keys: deque[Key] = deque()
        self._wishes: deque[Wish] = deque(maxlen=_MOST_KEYS)
        self._started = -math.inf

    def keys(self) -> list[Key]:
        """Take the keys that were pressed since the last call."""
        return _taken(self._keys)

    def wishes(self) -> list[Wish]:
        """Take what was asked of a recording since the last call."""
        return _taken(self._wishes)

    def heed(self, said: Start | Press | Wish, now: float) -> None:
        """Leave for the ride what a viewer asks of it.

        Parameters
        ----------
        said : Start, Press, Seek or Speed
        now : float
            Real time [s].

        Raises
        ------
        Refused
            If that cannot be asked, or not now.
        """
        if isinstance(said, Start):
            self._start(said.answers, now)
        elif isinstance(said, Press):
            self._press(said.key, now)
        else:
            self._wish(said)

    def _press(self, key: Key, now: float) -> None:
        if key not in self._there:
            raise Refused(Why.NOT_NOW, "That key does nothing here.")
        if key is Key.PAUSE and self.state is RideState.READY:
            self._start(None, now)
        else:
            self._leave(key)

    def _start(self, answers: Answers | None, now: float) -> None:
        """Have the ride begin: a second press on Start is no pause."""
        if self.state is None:
            raise Refused(Why.NOT_NOW, "The coach is not ready yet; wait a moment.")
        if self.state is not RideState.READY or now < self._started + _START_TAKES:
            raise Refused(Why.NOT_NOW, "The ride has begun already.")
        if self._questions:
            if answers is None:
                raise Refused(Why.NOT_NOW, "Answer the questions on this page first.")
            if not answers.bike_checked:
                raise Refused(Why.NOT_NOW, "Check the bike and the trainer first.")
            # The ride looks at the answers as soon as it has the key.
            self.answers = answers
        self._leave(Key.PAUSE)
        self._started = now

    def _leave(self, key: Key) -> None:
        if len(self._keys) >= _MOST_KEYS:
            raise Refused(Why.TOO_MANY, "The ride is not listening just now; press again.")
        self._keys.append(key)

    def _wish(self, wish: Wish) -> None:
        if self.duration is None:
            raise Refused(Why.NOT_NOW, "Only a recorded ride can be wound.")
        if isinstance(wish, Seek) and wish.at > self.duration:
            raise Refused(Why.OUT_OF_RANGE, "The recording is not that long.")
        if isinstance(wish, Speed) and wish.times not in self._speeds:
            raise Refused(Why.OUT_OF_RANGE, "That speed is not offered.")
        self._wishes.append(wish)


def _taken(waiting: deque[Any]) -> list[Any]:
    """Take what is there now; what comes meanwhile waits for the next time."""
    return [waiting.popleft() for _ in range(len(waiting))]
