"""What every display shows of a moment: one frame, whatever it is drawn with.

A `Snapshot` is what the engine knows; a `Frame` adds what an eye needs from the moments before
it: power over three seconds, a judgement that does not flicker, the words last said. The terminal
draws frames, other displays take them as flat JSON, so all of them always agree.

Source: reference notes on the look, section 1 (three-second power, hysteresis, words and signs,
ten seconds of warning).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from coach.messages import Cue, CueKind, PauseCause, Posture, RideState, Snapshot
from coach.units import way_text
from coach.workout import SegmentKind, power_tolerance

POWER_WINDOW = 3.0
"""Power is shown as its mean over this long [s]."""
WARNING = 10.0
"""How long before a change of posture the display warns of it [s]."""
GEAR_SHOWN = 20.0
"""How long a hint on the gear stands beside the cadence [s]: it comes five before the change."""
CADENCE_MARGIN = 2.0
"""How far cadence may leave its band before that is said [rpm]."""

STOP_FIRST = "Stop for today, and get help, if you feel any of these:"

Json = str | int | float | list[str] | list[int] | None


class Verdict(StrEnum):
    """How something measured stands to what was asked."""

    ON_TARGET = "on_target"
    ABOVE = "above"
    BELOW = "below"


def judge(
    before: Verdict | None,
    value: float | None,
    low: float | None,
    high: float | None,
    margin: float,
) -> Verdict | None:
    """Judge a value against a band, with hysteresis so that the word does not flicker.

    Parameters
    ----------
    before : Verdict or None
        What was said a moment ago.
    value, low, high : float or None
        The value and its band; ``None`` where there is none.
    margin : float
        On target, the value may be this far outside before it is called off target; off target,
        it must come back inside the band.

    Returns
    -------
    Verdict or None
        ``None`` when there is nothing to judge.
    """
    if value is None or low is None or high is None:
        return None
    slack = margin if before in (None, Verdict.ON_TARGET) else 0.0
    if value > high + slack:
        return Verdict.ABOVE
    if value < low - slack:
        return Verdict.BELOW
    return Verdict.ON_TARGET


@dataclass(frozen=True, slots=True)
class Frame:
    """All that is shown of one moment."""

    snapshot: Snapshot
    power: float | None
    """Mean of the last three seconds [W]; ``None`` as soon as the trainer is silent."""
    power_verdict: Verdict | None
    cadence_verdict: Verdict | None
    cue: str
    """What was said last; stays until something else is said."""
    gear: str = ""
    """What was said of the gear, for some seconds."""

    @property
    def warning(self) -> Posture | None:
        """The posture that is asked for within ten seconds, while riding."""
        snapshot = self.snapshot
        soon = snapshot.next_posture_in
        if snapshot.state is not RideState.RIDING or soon is None or soon > WARNING:
            return None
        return snapshot.next_posture

    @property
    def waiting(self) -> bool:
        """Whether the ride waits for its trainer, rather than for its rider."""
        return self.snapshot.pause is PauseCause.TRAINER

    @property
    def resumes_in(self) -> int | None:
        """Whole seconds until the ride goes on by itself; ``None`` if no count-down runs."""
        left = self.snapshot.resumes_in
        return None if left is None else seconds_left(left)

    @property
    def countdown(self) -> int:
        """Whole seconds to whatever changes first, posture or segment; 0 is the moment itself.

        The grade of a road changes all the time: there it is posture, or the climb's or road's end.
        """
        snapshot = self.snapshot
        soon = snapshot.next_posture_in
        left = snapshot.segment_remaining
        if snapshot.segment_way is not None:
            top = snapshot.hill_remaining if climbing(snapshot) else None
            left = snapshot.remaining if top is None else top
        return seconds_left(left if soon is None else min(left, soon))


def seconds_left(seconds: float) -> int:
    """Round a count-down up, so that 0 is shown when its moment comes and not before."""
    return max(0, math.ceil(seconds - 1e-6))


def climbing(snapshot: Snapshot) -> bool:
    """Return whether this is a hill: the way down after it bears the same number."""
    return snapshot.hill is not None and snapshot.kind == SegmentKind.HILL.value


def place(snapshot: Snapshot) -> str:
    """Name where the rider is: ``Hill 3 of 6``, ``Warm-up``."""
    name = snapshot.label or snapshot.kind.replace("_", " ")
    # A climb of a road has its length and grade in its name.
    by_time = snapshot.segment_way is None
    return f"{name} of {snapshot.hills}" if climbing(snapshot) and by_time else name


def way_left(snapshot: Snapshot) -> str:
    """Say how far: ``850 m to the top``, off the climbs ``12.4 km to go``; by time nothing."""
    if climbing(snapshot) and snapshot.hill_way is not None:
        return f"{way_text(snapshot.hill_way)} to the top"
    return "" if snapshot.way is None else f"{way_text(snapshot.way)} to go"


class Viewer:
    """Makes frames of snapshots; remembers only what the next frame needs.

    Parameters
    ----------
    first : str
        Stands before the first words that are said, for whoever could not read it earlier.
    """

    def __init__(self, first: str = "") -> None:
        self._powers: deque[tuple[float, float]] = deque(maxlen=256)
        self._power_verdict: Verdict | None = None
        self._cadence_verdict: Verdict | None = None
        self._first = first
        self._cue = first
        self._gear: Cue | None = None

    def see(self, snapshot: Snapshot, cues: Sequence[Cue] = ()) -> Frame:
        """Return the frame of this moment.

        Parameters
        ----------
        snapshot : Snapshot
            Not earlier than the one before; after a step back in time its power stands alone.
        cues : sequence of Cue
            What was said since; several at once are shown together.
        """
        if cues:
            # The file of a workout may add words of its own; the coach's stay in front of them.
            ours = [cue for cue in cues if cue.kind is not CueKind.TEXT][-2:]
            texts = [cue for cue in cues if cue.kind is CueKind.TEXT][-2:]
            first, self._first = [self._first] * bool(self._first), ""
            self._cue = " · ".join([*first, *(cue.text for cue in [*ours, *texts])])
            self._gear = next((each for each in cues if each.kind is CueKind.GEAR), self._gear)
        power = self._mean_power(snapshot)
        riding = snapshot.state is RideState.RIDING
        target = snapshot.target_power if riding else None
        half = None if target is None else power_tolerance(target) / 2
        self._power_verdict = judge(
            self._power_verdict,
            power,
            None if target is None or half is None else target - half,
            None if target is None or half is None else target + half,
            half or 0.0,
        )
        self._cadence_verdict = judge(
            self._cadence_verdict,
            snapshot.cadence if riding else None,
            snapshot.cadence_low,
            snapshot.cadence_high,
            CADENCE_MARGIN,
        )
        # Gone too after a step back in time.
        gear = self._gear
        if gear is not None and not 0.0 <= snapshot.time - gear.time <= GEAR_SHOWN:
            gear = self._gear = None
        hint = "" if gear is None else gear.text
        return Frame(snapshot, power, self._power_verdict, self._cadence_verdict, self._cue, hint)

    def _mean_power(self, snapshot: Snapshot) -> float | None:
        """Mean the last three seconds; what is stale is never shown on."""
        powers = self._powers
        if snapshot.power is None or (powers and snapshot.time < powers[-1][0]):
            powers.clear()
        if snapshot.power is None:
            return None
        powers.append((snapshot.time, snapshot.power))
        while powers[0][0] <= snapshot.time - POWER_WINDOW:
            powers.popleft()
        return sum(power for _, power in powers) / len(powers)


def as_json(frame: Frame) -> dict[str, Json]:
    """Return a frame as flat JSON, units in the keys, absent as null.

    Parameters
    ----------
    frame : Frame

    Returns
    -------
    dict
        Ready for `json.dumps`; the same keys every time.
    """
    snapshot = frame.snapshot
    ends = not snapshot.endless
    return {
        "time_s": snapshot.time,
        "state": snapshot.state.value,
        "pause": _text(snapshot.pause),
        "resumes_in_s": snapshot.resumes_in,
        "elapsed_time_s": snapshot.elapsed_time,
        "timer_time_s": snapshot.timer_time,
        "endless": snapshot.endless,
        "remaining_s": snapshot.remaining if ends else None,
        "segment": snapshot.segment,
        "kind": snapshot.kind,
        "label": snapshot.label,
        "effort": snapshot.effort,
        "segment_remaining_s": snapshot.segment_remaining if ends else None,
        "countdown_s": frame.countdown if ends else None,
        "hill": snapshot.hill,
        "hills": snapshot.hills,
        "hill_remaining_s": snapshot.hill_remaining,
        "segment_way_m": snapshot.segment_way,
        "hill_way_m": snapshot.hill_way,
        "way_m": snapshot.way,
        "posture": _text(snapshot.posture),
        "next_posture": _text(snapshot.next_posture),
        "next_posture_in_s": snapshot.next_posture_in,
        "warning": _text(frame.warning),
        "mode": snapshot.mode.value,
        "target_power_w": snapshot.target_power,
        "power_w": frame.power,
        "power_verdict": _text(frame.power_verdict),
        "cadence_rpm": snapshot.cadence,
        "cadence_low_rpm": snapshot.cadence_low,
        "cadence_high_rpm": snapshot.cadence_high,
        "cadence_verdict": _text(frame.cadence_verdict),
        "heart_rate_bpm": snapshot.heart_rate,
        "speed_mps": snapshot.speed,
        "distance_m": snapshot.distance,
        "altitude_m": snapshot.altitude,
        "grade_pct": _percent(snapshot.grade),
        "felt_grade_pct": _percent(snapshot.felt_grade),
        "position": _text(snapshot.position),
        "position_source": _text(snapshot.position_source),
        "intensity_pct": _percent(snapshot.intensity),
        "limits": list(snapshot.limits),
        "swapped": sorted(snapshot.swapped),
        "report": list(snapshot.report),
        "cue": frame.cue,
        "gear": frame.gear,
    }


def _text(word: StrEnum | None) -> str | None:
    return None if word is None else word.value


def _percent(fraction: float | None) -> float | None:
    """Return a fraction in percent, without the dust of binary arithmetic."""
    return None if fraction is None else round(100 * fraction, 6)
