"""A page whose ride is told by hand."""

from __future__ import annotations

import io
import queue
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from PIL import Image

from browser.rides import wait_for
from browser.scenes import RIDER, Moment, hills, ridden
from coach.commands.demands import demands
from coach.guidance.technique import BIKE, STOP
from coach.live.web.display import End, Hill, Intro, WebDisplay
from coach.messages import Cue, Key
from coach.workout import Workout

BEAT = 0.25
"""How often a ride tells its displays [s]."""


class Stage:
    """A display, and a thread that tells it the same moment four times a second until the next.

    Parameters
    ----------
    workout : Workout, optional
        The six hills unless given.
    start : Intro, optional
        What the start screen tells.
    options
        As `WebDisplay` takes them.
    """

    def __init__(
        self, workout: Workout | None = None, start: Intro | None = None, **options: Any
    ) -> None:
        self.pressed: queue.SimpleQueue[Key] = queue.SimpleQueue()
        self.display = WebDisplay(
            workout or hills(), RIDER, start or intro(), **{"port": 0, **options}
        )
        self.display.serve()
        self.display.open()
        self._moment: Moment | None = None
        self._cues: list[Cue] = []
        self._changed = threading.Event()
        self._over = False
        self._lock = threading.Lock()
        self._teller = threading.Thread(target=self._tell, name="stage", daemon=True)
        self._teller.start()

    @property
    def url(self) -> str:
        """Where the page is."""
        return self.display.url

    def show(self, moment: Moment) -> None:
        """Let this be the moment from now on."""
        with self._lock:
            self._moment = moment
            self._cues += moment.cues
        self._changed.set()

    def hush(self) -> None:
        """Tell nothing from now on, as a ride's thread that hangs."""
        with self._lock:
            self._moment = None

    def ride_to(self, moment: Moment) -> None:
        """Tell all that came before a moment, as fast as it goes, then the moment itself."""
        for each in ridden():
            if each.snapshot.time >= moment.snapshot.time:
                break
            self.display.show(each.snapshot, each.cues)
        self.show(moment)

    def key(self, within: float = 5.0) -> Key:
        """Return the next key that was pressed on the page."""
        return self.pressed.get(timeout=within)

    def wait(self, what: Callable[[], bool], within: float = 5.0) -> None:
        """Wait until the coach knows something that the page told it."""
        wait_for(what, within)

    def end(self, end: End) -> None:
        """Let the ride be over and saved."""
        self.hush()
        self.display.close()
        self.display.end(end)

    def close(self, *, refused: Collection[str] = ()) -> None:
        """Let the coach go; nothing may have gone wrong in it.

        Parameters
        ----------
        refused : collection of str
            What must have been refused, and nothing else.
        """
        if self._over:
            return
        self._over = True
        self._teller.join()
        self.display.stop()
        assert self.display.fault is None
        assert set(self.display.refused) == set(refused)

    def _tell(self) -> None:
        due = 0.0
        while not self._over:
            # Keys are taken sooner than a ride takes them: tests press many.
            self._changed.wait(BEAT / 10)
            # The lock is held while it is told, so that nothing is told once hush() is back.
            with self._lock:
                if self._moment is not None and (self._changed.is_set() or time.monotonic() > due):
                    cues, self._cues = self._cues, []
                    self.display.show(self._moment.snapshot, cues)
                    due = time.monotonic() + BEAT
                self._changed.clear()
            for key in self.display.keys():  # noqa: SIM118
                self.pressed.put(key)


def intro(**changes: Any) -> Intro:
    """Return what the start screen tells before the six hills, changed."""
    workout = hills()
    told = Intro(
        title=workout.title,
        minutes=workout.duration / 60,
        hills=workout.hills,
        demands=(*demands(workout, RIDER), "You are asked to stand: coach technique standing"),
        rider=RIDER.name,
        ftp_w=RIDER.threshold_power,
        mass_kg=RIDER.mass,
        rider_file="the example rider",
        trainer="sim:seed=7",
        simulated=True,
        health="Nothing applied when you were asked.",
        stop=STOP.lines,
        bike=BIKE.lines,
    )
    return replace(told, **changes)


def ending(**changes: Any) -> End:
    """Return what the end screen tells after three of six hills, changed."""
    told = End(
        title="Six hills",
        words=("1:23:45 h, 32.4 km, 412 m up", "169 W on average, 2 W under what was asked"),
        files=("2026-11-22-1830-hills.fit", "2026-11-22-1830-hills.png"),
        hills=tuple(Hill(f"Hill {each}", 198.0, 240.0, 119.0) for each in range(1, 4)),
        chart_light=_picture("white"),
        chart_dark=_picture("black"),
    )
    return replace(told, **changes)


def _picture(colour: str) -> bytes:
    """Return a chart with nothing on it, of the size of those that there are."""
    kept = io.BytesIO()
    Image.new("RGB", (1920, 1080), colour).save(kept, "png")
    return kept.getvalue()
