"""When a test is over: its ramp goes on until the rider cannot, and this is how that is known.

A ramp is over when, after its first minute,

* cadence has been below 60 rpm for 3 s, or
* power has been more than 15 % below the target for 10 s (a trainer at its own limit too), or has
  not been measured for as long: a ramp without power has no result;

and at any time when

* the rider says so: skip, easier and ease off mean the same here;
* the heart has been above its measured maximum for 30 s (`coach.guards.HeartGuard`): so any test
  ends. Below that nothing is eased, for whoever rides to the limit passes 95 % on the way there;
* it was interrupted: a pause of whatever cause gives the legs back what the ramp took from them;
* the trainer denies that it can hold a power.

Then comes what the plan has after the test, which is the cool-down, and the load comes down as
after any short effort.

A ramp is the same for everybody, or its rule would mean nothing: it is ridden at 100 %, and no key
makes it harder, longer, or ridden again. No test begins before the warm-up's time has passed.

The thresholds are conventions: one trainer program ends its test by cadence held under a threshold
for 3 s after a guard time; that power falls short is the same failure in a rider who keeps the
cadence by shifting.
"""

from __future__ import annotations

from coach.messages import Cue, CueKind, Key, Telemetry
from coach.progress import RESTART, Progress
from coach.workout import SegmentKind

GUARD = 60.0
"""At the start of a ramp nobody fails: the brake is still settling [s]."""
LOWEST_CADENCE = 60.0
"""[rpm]."""
SLOW_FOR = 3.0
SHARE = 0.85
"""Of the target; what is below it for `SHORT_FOR` is no wobble."""
SHORT_FOR = 10.0
"""Of power that falls short, and of power that nobody measures [s]."""
ANNOUNCE = 20.0
"""How long before a ramp it is explained [s]."""

BY_RIDER = "ended by the rider"
BY_LEGS = (
    f"cadence below {LOWEST_CADENCE:.0f} rpm",
    f"power more than {100 * (1 - SHARE):.0f} % below the ramp",
)
BY_HEART = "heart rate above your maximum"
BY_PAUSE = "interrupted by a pause"
BY_TRAINER = "the trainer holds no power"
BY_SENSOR = "no power is measured"

_ENDING = (Key.SKIP, Key.EASIER, Key.EASE_OFF)
_FALSIFYING = (Key.BACK, Key.EXTEND, Key.HARDER)


class Exhaustion:
    """Watches one ride's tests."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._slow_since: float | None = None
        self._short_since: float | None = None
        self._blind_since: float | None = None
        self._interrupted = False
        self._explained = False

    def watch(
        self,
        now: float,
        progress: Progress,
        telemetry: Telemetry,
        *,
        target: float | None,
        paused: bool,
        heart_at_ceiling: bool,
        holds_power: bool,
    ) -> str | None:
        """Return why the test is over, if it is.

        Parameters
        ----------
        now : float
            Ride clock [s].
        progress : Progress
            Where in the plan the rider is.
        telemetry : Telemetry
            What is measured; stale values already absent.
        target : float or None
            What the rider should ride now [W].
        paused : bool
            The ride stands still.
        heart_at_ceiling : bool
            The heart has been at its ceiling for too long.
        holds_power : bool
            The trainer has not denied that it can.

        Returns
        -------
        str or None
            In words for the rider.
        """
        segment = progress.segment
        if segment.kind is not SegmentKind.TEST:
            self._since, self._interrupted = None, False
            return None
        if heart_at_ceiling:
            return BY_HEART
        if not segment.ramp:
            return None
        if not holds_power:
            return BY_TRAINER
        if paused:
            self._interrupted = True
            return None
        if self._interrupted:
            return BY_PAUSE
        if self._since is None:
            self._since = now
            self._slow_since = self._short_since = self._blind_since = None
        if now - self._since < GUARD:
            return None
        power, cadence = telemetry.power, telemetry.cadence
        slow = cadence is not None and cadence < LOWEST_CADENCE
        short = power is not None and target is not None and power < SHARE * target
        self._slow_since = _first(now, self._slow_since, slow)
        self._short_since = _first(now, self._short_since, short)
        self._blind_since = _first(now, self._blind_since, power is None)
        if self._slow_since is not None and now - self._slow_since >= SLOW_FOR:
            return BY_LEGS[0]
        if self._short_since is not None and now - self._short_since >= SHORT_FOR:
            return BY_LEGS[1]
        if self._blind_since is not None and now - self._blind_since >= SHORT_FOR:
            return BY_SENSOR
        return None

    def explain(self, now: float, progress: Progress, *, holds_power: bool) -> list[Cue]:
        """Return what a rider must know of a ramp, once, before it begins.

        A trainer that cannot hold a power is told of while there is time for another test.
        """
        if self._explained or progress.segment.ramp:
            return []
        if not holds_power:
            if not any(each.ramp for each in progress.segments[progress.index :]):
                return []
            text = "This trainer holds no power: there will be no ramp; ride ftp-twenty instead"
        else:
            following = progress.following
            if following is None or not following.ramp or progress.remaining > ANNOUNCE:
                return []
            text = (
                "Then the ramp: harder every minute, seated, until you cannot. It ends below"
                f" {LOWEST_CADENCE:.0f} rpm, or with n"
            )
        self._explained = True
        return [Cue(now, CueKind.ADVICE, text)]


def _first(now: float, since: float | None, holds: bool) -> float | None:
    """Return since when something holds."""
    if not holds:
        return None
    return now if since is None else since


def over_cue(now: float, why: str) -> Cue:
    """Tell the rider that the test is over."""
    expected = why in BY_LEGS or why == BY_RIDER
    text = "That is it: spin easy" if expected else f"The test is over, {why}: spin easy"
    return Cue(now, CueKind.ADVICE, text)


def beyond(progress: Progress) -> int | None:
    """Return the index of the first segment after the test; ``None`` if the plan ends with it."""
    segments = progress.segments
    following = range(progress.index + 1, len(segments))
    return next((i for i in following if segments[i].kind is not SegmentKind.TEST), None)


def ends_test(key: Key, progress: Progress) -> bool:
    """Return whether a key is the rider's word that the ramp is over."""
    return progress.segment.ramp and key in _ENDING


def refused(key: Key, progress: Progress, *, warmed_up: bool) -> str:
    """Return why a key does nothing here; empty where it does what it always does.

    Parameters
    ----------
    key : Key
    progress : Progress
    warmed_up : bool
        The warm-up's time has passed.
    """
    segment, following = progress.segment, progress.following
    if segment.ramp:
        return "The ramp is the same for everybody; n ends it" if key in _FALSIFYING else ""
    if key is Key.BACK and progress.at <= RESTART and progress.index > 0:
        before = progress.segments[progress.index - 1]
        return "The ramp is over; ride on easily" if before.ramp else ""
    is_test = following is not None and following.kind is SegmentKind.TEST
    if key is Key.SKIP and is_test and segment.kind is not SegmentKind.TEST and not warmed_up:
        return "Warm up first: no test begins before the warm-up's time has passed"
    return ""
