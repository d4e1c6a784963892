"""One viewer of the page: what is still to be sent to it, and how much it may say."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

MOST_WAITING = 64
"""Messages that wait for one viewer; of more the oldest are gone. Frames do not wait: the latest
replaces the one before."""

BURST, PER_SECOND = 20, 10.0
"""Messages that a viewer may send at once, and from then on."""
BURST_OF_REFUSALS, REFUSALS_PER_SECOND = 100, 10.0
"""Messages beyond that, before the viewer is sent away."""


class Bucket:
    """So many at once, then so many a second.

    Parameters
    ----------
    burst : int
    rate : float
        [1/s].
    """

    def __init__(self, burst: int, rate: float) -> None:
        self._burst = float(burst)
        self._rate = rate
        self._left = float(burst)
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """Take one; return whether there was one.

        Parameters
        ----------
        now : float
            On a clock that never goes back [s].
        """
        passed = 0.0 if self._at is None else now - self._at
        self._at = now
        self._left = min(self._burst, self._left + passed * self._rate)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Viewer:
    """One page that is connected; lives in the server's thread.

    Parameters
    ----------
    control : bool
        Whether its keys count.

    Attributes
    ----------
    sounding, seen : bool
        Whether it makes sound; whether it has all it needs of the end.
    sent : dict or None
        The frame it has, as it was sent.
    """

    def __init__(self, *, control: bool) -> None:
        self.control = control
        self.sounding = False
        self.seen = False
        self.sent: dict[str, Any] | None = None
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._news = asyncio.Event()
        self._messages = Bucket(BURST, PER_SECOND)
        self._refusals = Bucket(BURST_OF_REFUSALS, REFUSALS_PER_SECOND)

    def tell(self, text: str) -> None:
        """Have a message sent after the latest frame."""
        self._waiting.append(text)
        self._news.set()

    def wake(self) -> None:
        """Have the latest frame sent."""
        self._news.set()

    def may_speak(self, now: float) -> bool:
        """Return whether one more message is not too many."""
        return self._messages.take(now)

    def may_stay(self, now: float) -> bool:
        """Return whether one message too many may still be forgiven."""
        return self._refusals.take(now)

    async def write(
        self,
        hello: str,
        send: Callable[[str], Awaitable[None]],
        frame: Callable[[Viewer], str | None],
    ) -> None:
        """Send what is new as fast as it is taken, until cancelled.

        Parameters
        ----------
        hello : str
            Comes before anything else.
        send : callable
            Sends a text; waits while the viewer takes nothing.
        frame : callable
            Returns the latest frame as it is to be sent to this viewer, or ``None`` if it has it.
        """
        await send(hello)
        while True:
            await self._news.wait()
            self._news.clear()
            latest = frame(self)
            texts = [] if latest is None else [latest]
            texts += self._waiting
            self._waiting.clear()
            for text in texts:
                await send(text)
