"""The ride on a page in the browser: a display like the terminal.

The ride's thread calls it and is never held up: what it shows is left for the server's thread,
what viewers ask is taken from there.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from coach.live.keys import KEYS, Bindings
from coach.live.plan import Trace, plan_json
from coach.live.sound import Sound
from coach.live.view import Frame
from coach.live.web.asked import Asked
from coach.live.web.guard import LOOPBACK, Guard
from coach.live.web.hub import Hub, Shown
from coach.live.web.server import Server
from coach.live.web.wire import Answers, Wish, rounded
from coach.messages import Cue, Key, Snapshot
from coach.rider import Rider
from coach.workout import Workout


@dataclass(frozen=True, slots=True)
class Intro:
    """What the start screen tells; every text is one for riders."""

    title: str
    """Of the workout."""
    minutes: float
    hills: int
    demands: tuple[str, ...] = ()
    """What the workout asks of the rider, and what is worth reading before; lines."""
    rider: str = ""
    ftp_w: float | None = None
    mass_kg: float | None = None
    rider_file: str = ""
    """Or that it is the example."""
    trainer: str = ""
    simulated: bool = False
    questions: tuple[str, ...] = ()
    """To be answered before Start; none where nothing is asked."""
    health: str = ""
    """What was answered before."""
    stop: tuple[str, ...] = ()
    """When to stop; the pause screen shows it too."""
    bike: tuple[str, ...] = ()
    """What to check."""


@dataclass(frozen=True, slots=True)
class Hill:
    """One hill as it was ridden."""

    name: str
    power_w: float | None
    duration_s: float
    standing_s: float | None


@dataclass(frozen=True, slots=True)
class End:
    """What the end screen tells."""

    title: str
    words: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    hills: tuple[Hill, ...] = ()
    chart_light: bytes | None = None
    """PNG; both or none."""
    chart_dark: bytes | None = None


class Reel(Protocol):
    """A recording that is played."""

    @property
    def at(self) -> float:
        """Where in it we are [s]."""
        ...

    @property
    def duration(self) -> float:
        """Of all of it [s]."""
        ...

    @property
    def playing(self) -> bool:
        """Whether it runs."""
        ...

    @property
    def speed(self) -> int:
        """How many times as fast as it was ridden."""
        ...


class WebDisplay:
    """The ride on a page.

    Parameters
    ----------
    workout : Workout
    rider : Rider
    intro : Intro
    mode : {'ride', 'demo', 'replay'}
    port : int or None
        To listen on, or the next that is free; ``None`` begins at 8765, 0 takes any.
    lan, lan_control : bool
        Whether a phone in the network may look, and whether its keys count.
    quiet : bool
        No sound, unless a page asks for it.
    bindings : sequence of Binding
        The keys there are.
    elevation : list, optional
        Of the road that was ridden, where the plan has none: `coach.live.plan.ridden_elevation`.
    ridden : Trace, optional
        All of a recording, which is shown from the start; otherwise what is shown is traced.
    speeds : sequence of int
        What a recording can be played at.

    Attributes
    ----------
    port : int or None
        As given; `url` has the one that it became.
    """

    def __init__(
        self,
        workout: Workout,
        rider: Rider,
        intro: Intro,
        *,
        mode: str = "ride",
        port: int | None = None,
        lan: bool = False,
        lan_control: bool = False,
        quiet: bool = False,
        bindings: Bindings[Key] = KEYS,
        elevation: list[list[float]] | None = None,
        ridden: Trace | None = None,
        speeds: Sequence[int] = (),
    ) -> None:
        self.port = port
        self._token = secrets.token_urlsafe(16)
        plan = plan_json(workout, rider)
        plan["elevation"] = plan["elevation"] or elevation or []
        head = {
            "mode": mode,
            "quiet": quiet,
            "keys": [
                {
                    "key": each.key.value,
                    "characters": each.characters,
                    "name": each.name,
                    "does": each.does,
                }
                for each in bindings
            ],
            "speeds": list(speeds),
            "plan": plan,
            "start": asdict(intro),
        }
        self._asked = Asked(bindings, questions=bool(intro.questions), speeds=speeds)
        self._hub = Hub(workout, head, self._asked, ridden)
        self._server = Server(self._hub, self._token, port, lan=lan, lan_control=lan_control)
        self._guard: Guard | None = None
        self._closed = False

    # --- the server -------------------------------------------------------------------------------

    def serve(self) -> None:
        """Listen, and serve from a thread of its own.

        Raises
        ------
        CoachError
            If it cannot listen.
        """
        self._guard = self._server.start()

    def stop(self) -> None:
        """Serve no more; may be called twice."""
        self._server.stop()

    @property
    def url(self) -> str:
        """The page's address on this machine, once it is served."""
        return f"http://{LOOPBACK}:{self._listening.port}/"

    @property
    def lan_url(self) -> str | None:
        """The page's address for a phone, token included; ``None`` if none may look."""
        guard = self._listening
        return guard.lan and f"http://{guard.lan}:{guard.port}/?token={guard.token}"

    @property
    def _listening(self) -> Guard:
        if self._guard is None:
            raise RuntimeError("the page has no address before it is served")
        return self._guard

    # --- a display --------------------------------------------------------------------------------

    def open(self) -> None:
        """Do nothing: whoever looks, looks already."""

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Have this moment shown to all viewers; costs the ride next to nothing."""
        if not self._closed:
            self._hub.show(Shown(time.monotonic(), snapshot, tuple(cues)))

    def keys(self) -> Sequence[Key]:
        """Return what viewers asked since the last call."""
        return self._asked.keys()

    def close(self) -> None:
        """Show no more moments; the server goes on, for the end screen."""
        self._closed = True

    # --- a recording ------------------------------------------------------------------------------

    def show_frame(
        self, frame: Frame, cues: Sequence[Cue] = (), sounds: Sequence[Sound] = ()
    ) -> None:
        """Have a frame shown that was made before, with what is told and heard in it."""
        now = time.monotonic()
        self._hub.show(Shown(now, frame.snapshot, tuple(cues), frame, tuple(sounds)))

    def show_film(self, reel: Reel) -> None:
        """Tell where in a recording we are."""
        self._hub.film(
            at_s=reel.at, duration_s=reel.duration, playing=reel.playing, speed=reel.speed
        )

    def wishes(self) -> Sequence[Wish]:
        """Return what viewers asked of the recording since the last call."""
        return self._asked.wishes()

    # --- who watches ------------------------------------------------------------------------------

    @property
    def answers(self) -> Answers | None:
        """What was answered with the start; ``None`` until then, or where nothing is asked."""
        return self._asked.answers

    @property
    def viewers(self) -> int:
        """How many pages watch."""
        return len(self._hub.viewers)

    @property
    def sounding(self) -> int:
        """How many of them make sound."""
        return sum(viewer.sounding for viewer in tuple(self._hub.viewers))

    @property
    def refused(self) -> Counter[str]:
        """What was refused, and how often, by why."""
        return Counter(self._hub.refused)

    @property
    def alive(self) -> bool:
        """Whether it is served: before `stop` only a fault can end that."""
        return self._server.alive

    @property
    def fault(self) -> BaseException | None:
        """What went wrong in the page's server, if anything did; the ride knows nothing of it."""
        return self._hub.fault

    # --- the end ----------------------------------------------------------------------------------

    def end(self, end: End) -> None:
        """Have the end screen shown; the first one stays."""
        fields = asdict(end)
        light, dark = fields.pop("chart_light"), fields.pop("chart_dark")
        fields["hills"] = [rounded(each) for each in fields["hills"]]
        there = light is not None and dark is not None
        charts = {"/chart-light.png": light, "/chart-dark.png": dark} if there else {}
        self._hub.end({**fields, "chart": there}, charts)

    def wait_seen(self, seconds: float) -> bool:
        """Wait until every page has what it needs of the end, or has gone.

        Returns
        -------
        bool
            Whether that is so; where nobody watches, at once.
        """
        return self._hub.all_seen.wait(seconds)
