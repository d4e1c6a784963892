"""Between the ride and its viewers: what is shown goes out, what is asked comes in.

The ride's thread only leaves things here; all work (frames, trace, sounds, JSON) is done in the
server's thread, so that no viewer and no fault here holds up the ride. What belongs to the ride's
thread stands under a heading of its own; all else is the server's.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import Any

from coach.live import view
from coach.live.plan import Trace, place_json
from coach.live.sound import Sound, Sounds
from coach.live.view import Frame
from coach.live.web.asked import Asked
from coach.live.web.viewers import Viewer
from coach.live.web.wire import Refused, Said, Seen, Sounding, Why, delta, message, rounded
from coach.live.words import words_json
from coach.messages import Cue, Snapshot
from coach.workout import Workout

MOST_VIEWERS = 64
FRAME_INTERVAL = 0.1
"""Least real time between two frames [s]; of those in between only words and sounds are sent."""
_MOST_MOMENTS = 16384
"""Moments that wait for the server's thread; it takes them all ten times a second."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One moment as the ride's thread left it."""

    clock: float
    """Real time [s]."""
    snapshot: Snapshot
    cues: tuple[Cue, ...] = ()
    frame: Frame | None = None
    """Where it was made before ..."""
    sounds: tuple[Sound, ...] = ()
    """... with what is heard."""


class Hub:
    """The meeting place of a ride and those who watch it.

    Parameters
    ----------
    workout : Workout
    head : dict
        What never changes of ``hello``.
    asked : Asked
        Takes what viewers ask of the ride.
    ridden : Trace or None
        All of a recording; otherwise what is shown is traced.

    Attributes
    ----------
    asked : Asked
        As given.
    viewers : set of Viewer
        Who watches now.
    refused : Counter
        What was refused, and how often, by why.
    fault : BaseException or None
        The first fault of the server.
    all_seen : Event
        Set when every viewer has what it needs of the end, or has gone.
    charts : dict of str to bytes
        Pictures of the end, by their path.
    """

    def __init__(
        self,
        workout: Workout,
        head: dict[str, Any],
        asked: Asked,
        ridden: Trace | None,
    ) -> None:
        self.asked = asked
        self.viewers: set[Viewer] = set()
        self.refused: Counter[str] = Counter()
        self.fault: BaseException | None = None
        self.all_seen = Event()
        self.charts: dict[str, bytes] = {}
        self._workout = workout
        self._head = head
        self._loop: asyncio.AbstractEventLoop | None = None
        self._moments: deque[Shown] = deque(maxlen=_MOST_MOMENTS)
        self._coming = False
        self._next = 0.0
        self._eyes = view.Viewer()
        self._sounds = Sounds()
        self._trace = Trace(workout) if ridden is None else ridden
        self._follows = ridden is None
        self._frame: dict[str, Any] | None = None
        self._clock = 0.0
        self._film: dict[str, Any] | None = None
        self._end: dict[str, Any] | None = None
        self._deltas: dict[int, str] = {}

    # --- the ride's thread ------------------------------------------------------------------------

    def show(self, shown: Shown) -> None:
        """Leave a moment to be shown."""
        self._moments.append(shown)
        # Set before the server's thread can clear it; and it clears it before it takes moments, so
        # that whoever finds it set is sure that its own is still to be taken.
        if not self._coming:
            self._coming = True
            if not self._call(self._due):
                self._coming = False

    def film(self, **fields: float | bool) -> None:
        """Tell where in a recording we are."""
        self._call(self._set_film, fields)

    def end(self, fields: dict[str, Any], charts: dict[str, bytes]) -> None:
        """Tell that the ride is over and saved."""
        self._call(self._set_end, fields, charts)

    def attach(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Work in this loop from here on (the server's thread); ``None``: it is gone."""
        self._loop = loop

    def _call(self, function: Any, *arguments: Any) -> bool:  # noqa: ANN401 - any call at all
        loop = self._loop
        if loop is None:
            return False
        with suppress(RuntimeError):  # the loop has been closed since
            loop.call_soon_threadsafe(self._safely, function, *arguments)
            return True
        return False

    # --- what goes out ----------------------------------------------------------------------------

    def _safely(self, function: Any, *arguments: Any) -> None:  # noqa: ANN401 - any call at all
        """Do something that must not end the server, whatever goes wrong in it."""
        try:
            function(*arguments)
        except Exception as error:
            self.note(error)

    def note(self, fault: BaseException) -> None:
        """Keep the first fault of the server, for whoever runs the ride to tell of at its end."""
        self.fault = self.fault or fault

    def _due(self) -> None:
        """Publish now, or as soon as it is not too soon after the frame before."""
        wait = self._next - time.monotonic()
        if wait <= 0.0 or self._loop is None:
            self._publish()
        else:
            self._loop.call_later(wait, self._safely, self._publish)

    def _publish(self) -> None:
        """Take in all moments that wait, and have the last of them sent."""
        self._coming = False
        self._next = time.monotonic() + FRAME_INTERVAL
        last: tuple[Shown, Frame] | None = None
        while self._moments:
            shown = self._moments.popleft()
            frame = shown.frame or self._eyes.see(shown.snapshot, shown.cues)
            last = shown, frame
            if self._follows:
                self._safely(self._trace.follow, frame)
            self._safely(self._say, shown)
        if last is None:
            return
        shown, frame = last
        words = words_json(frame, self._workout, self.asked.bindings)
        at = {"at": place_json(self._workout, shown.snapshot)}
        fields = rounded(view.as_json(frame) | words | at)
        self.asked.state = shown.snapshot.state
        self._frame, self._clock = fields, shown.clock
        self._deltas.clear()
        for viewer in self.viewers:
            viewer.wake()

    def _say(self, shown: Shown) -> None:
        """Tell and sound what became due in a moment."""
        for cue in shown.cues:
            self._tell_all(message("cue", kind=cue.kind.value, text=cue.text))
        sounds = self._sounds.hear(shown.snapshot, shown.cues) if shown.frame is None else ()
        for sound in (*shown.sounds, *sounds):
            tone = None if sound.tone is None else sound.tone.value
            text = message("sound", tone=tone, words=sound.words, clock_ms=_ms(shown.clock))
            self._tell_all(text)

    def _set_film(self, fields: dict[str, Any]) -> None:
        film = rounded(fields)
        if film != self._film:
            self._film, self.asked.duration = film, film["duration_s"]
            self._tell_all(message("film", **film))

    def _set_end(self, fields: dict[str, Any], charts: dict[str, bytes]) -> None:
        if self._end is not None:
            return  # nothing follows the end
        self._publish()
        self._end, self.charts = fields, charts
        self._tell_all(message("end", **fields))
        self._look_who_has_seen()

    def _tell_all(self, text: str) -> None:
        for viewer in self.viewers:
            viewer.tell(text)

    def hello(self, viewer: Viewer) -> str:
        """Return the first message to a viewer: all there is."""
        viewer.sent = self._frame
        return message(
            "hello",
            **self._head,
            control=viewer.control,
            trace=self._trace.json(),
            frame=self._frame and {**self._frame, "clock_ms": _ms(self._clock)},
            film=self._film,
            end=self._end,
        )

    def frame(self, viewer: Viewer) -> str | None:
        """Return what is new in the latest frame for a viewer; ``None`` if it has it."""
        before, now = viewer.sent, self._frame
        if now is None or now is before:
            return None
        # Most viewers have the same frame: what is new since then is said once for all of them.
        text = self._deltas.get(id(before))
        if text is None:
            text = message("frame", clock_ms=_ms(self._clock), **delta(before, now))
            self._deltas[id(before)] = text
        viewer.sent = now
        return text

    # --- what comes in ----------------------------------------------------------------------------

    def enter(self, viewer: Viewer) -> None:
        """Let a viewer in.

        Raises
        ------
        Refused
            If there are too many.
        """
        if len(self.viewers) >= MOST_VIEWERS:
            raise Refused(Why.FULL, f"{MOST_VIEWERS} pages watch this ride already; close one.")
        self.viewers.add(viewer)

    def leave(self, viewer: Viewer) -> None:
        """Let a viewer go; the ride goes on."""
        self.viewers.discard(viewer)
        self._look_who_has_seen()

    def refuse(self, viewer: Viewer, refused: Refused) -> None:
        """Count what is not done, and say why."""
        self.count(refused.why)
        viewer.tell(message("refused", why=str(refused)))

    def count(self, why: Why) -> None:
        """Count what is not done."""
        self.refused[why.value] += 1

    def heed(self, viewer: Viewer, said: Said) -> None:
        """Do what a viewer asks.

        Raises
        ------
        Refused
            If it may not ask that, or not now.
        """
        if isinstance(said, Sounding):
            viewer.sounding = said.on
        elif isinstance(said, Seen):
            viewer.seen = True
            self._look_who_has_seen()
        elif not viewer.control:
            raise Refused(Why.NO_CONTROL, "This page may only look; ride with the computer's keys.")
        else:
            self.asked.heed(said, time.monotonic())

    def _look_who_has_seen(self) -> None:
        if self._end is not None and all(viewer.seen for viewer in self.viewers):
            self.all_seen.set()


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
