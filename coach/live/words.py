"""The words of a moment: what the bar says, what stands under the numbers, what the keys do now.

Every display writes the same ones, each in its own letters: the terminal takes them from here, the
page gets them with its frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from coach.live.keys import KEYS, Binding, Bindings
from coach.live.view import (
    Frame,
    Json,
    Verdict,
    climbing,
    place,
    seconds_left,
    way_left,
)
from coach.messages import Key, Posture, PostureSource, RideState, Snapshot
from coach.units import clock_text, way_text
from coach.workout import SegmentKind, Workout

ABSENT = "—"
SILENT = "no signal"
VERBS = {Posture.SEATED: "SIT", Posture.STANDING: "STAND"}

_SIGNS = {Verdict.ON_TARGET: "●", Verdict.ABOVE: "▲", Verdict.BELOW: "▼"}
_WORDS = {Posture.SEATED: "SEATED", Posture.STANDING: "STAND", None: "RIDE"}
_SOURCES = {
    PostureSource.PRESCRIBED: "asked",
    PostureSource.MEASURED: "pedals",
    PostureSource.DECLARED: "you",
    PostureSource.ESTIMATED: "guess",
}
RIDE_ON = "ride on"
"""What the pause key does on a paused ride."""
_BEFORE = {Key.PAUSE: "start", Key.QUIT: "leave"}
"""What keys do before the start, where that is something else: there is nothing to save yet."""


@dataclass(frozen=True, slots=True)
class Headline:
    """What the bar says."""

    word: str
    """What to do now, or in the last ten seconds what comes."""
    count: str = ""
    """Time to what changes, or on a road the way there; its unit is in the caption."""
    caption: tuple[str, ...] = ()
    """Where we are, and what else is to be known."""
    then: str = ""
    """What follows."""
    hint: str = ""
    """What the rider may press."""


def headline(frame: Frame, workout: Workout | None) -> Headline:
    """Return what the bar says.

    Parameters
    ----------
    frame : Frame
    workout : Workout or None
        Names what follows.
    """
    snapshot = frame.snapshot
    here = here_text(snapshot)
    if snapshot.state is RideState.READY:
        return Headline("READY", "", (here,), hint="space starts the ride")
    if snapshot.state is RideState.FINISHED:
        return Headline("DONE", "", (f"ridden {clock_text(math.floor(snapshot.timer_time))}",))
    if snapshot.state is RideState.PAUSED:
        time_left = "" if snapshot.endless else f"{clock_text(frame.countdown)} left"
        left = way_left(snapshot) or time_left
        if frame.resumes_in is not None:
            return Headline("RIDE IN", str(frame.resumes_in), ("get ready", left, here))
        if frame.waiting:
            return Headline("PAUSED", "", ("looking for the trainer", left, here))
        return Headline("PAUSED", "", (left, here), hint="space rides on")
    if frame.warning is not None:
        now = () if snapshot.posture is None else (f"now {snapshot.posture.value}",)
        return Headline(f"{VERBS[frame.warning]} IN", str(frame.countdown), (*now, place(snapshot)))
    word = _WORDS[snapshot.posture]
    if snapshot.endless:
        return Headline(word, "", (here,), _following(frame, workout))
    ahead = way_ahead(snapshot, workout)
    if ahead is None:
        count = clock_text(frame.countdown)
        return Headline(word, count, (here,), _following(frame, workout))
    metres, what = ahead
    number, _, unit = way_text(metres).partition(" ")
    return Headline(word, number, (here, f"{unit} {what}"))


def here_text(snapshot: Snapshot) -> str:
    """Name where the rider is; a climb of a road without its length and grade: they are long."""
    if snapshot.segment_way is None or not climbing(snapshot):
        return place(snapshot)
    return f"{snapshot.label.partition(':')[0]} of {snapshot.hills}"


def way_ahead(snapshot: Snapshot, workout: Workout | None) -> tuple[float, str] | None:
    """Return the way to the top, to the next climb or to the road's end [m], and which it is.

    ``None`` where the plan goes by time, or a change of posture comes first.
    """
    way = snapshot.segment_way
    if way is None or workout is None:
        return None
    up = climbing(snapshot)
    for segment in workout.segments[snapshot.segment + 1 :]:
        asked = Posture.SEATED if segment.index in snapshot.swapped else segment.posture
        if asked is not None and asked is snapshot.next_posture:
            return None
        climb = segment.hill if segment.kind is SegmentKind.HILL else None
        if up and climb != snapshot.hill:
            return way, "to the top"
        if climb is not None and not up:
            return way, f"to climb {climb}"
        way += segment.length or 0.0
    return way, "to the top" if up else "to go"


def _following(frame: Frame, workout: Workout | None) -> str:
    """Name what comes after this segment: a posture when it changes, else the segment."""
    snapshot = frame.snapshot
    soon = snapshot.next_posture_in
    changes = soon is not None and seconds_left(soon) <= frame.countdown
    if changes and snapshot.next_posture is not None:
        return VERBS[snapshot.next_posture]
    after = snapshot.segment + 1
    if workout is None or not 0 < after < len(workout.segments):
        return ""
    return workout.segments[after].label


# --- under the numbers --------------------------------------------------------------------------


def number_text(value: float | None, digits: int = 0) -> str:
    """Format a number; what is not known is a dash."""
    if value is None or not math.isfinite(value):
        return ABSENT
    return f"{value:.{digits}f}"


def power_note(frame: Frame) -> str:
    """Judge the power in words: ``● on target``, ``▲ 12 W above``."""
    verdict, target = frame.power_verdict, frame.snapshot.target_power
    if frame.power is None:
        return SILENT
    if verdict is None or target is None:
        return ""
    if verdict is Verdict.ON_TARGET:
        return f"{_SIGNS[verdict]} on target"
    return f"{_SIGNS[verdict]} {number_text(abs(frame.power - target))} W {verdict.value}"


def cadence_note(frame: Frame) -> str:
    """Judge the cadence in words: ``● in 70–85``; unjudged, name its band."""
    low, high = frame.snapshot.cadence_low, frame.snapshot.cadence_high
    if frame.snapshot.cadence is None:
        return SILENT
    if low is None or high is None:
        return ""
    band = f"{number_text(low)}–{number_text(high)}"
    verdict = frame.cadence_verdict
    if verdict is None:
        return f"goal {band}"
    where = "in" if verdict is Verdict.ON_TARGET else verdict.value
    return f"{_SIGNS[verdict]} {where} {band}"


def heart_note(frame: Frame) -> str:
    """Say that no heart rate is heard."""
    return SILENT if frame.snapshot.heart_rate is None else ""


def intensity_note(frame: Frame) -> str:
    """Tell the rider's own factor on the targets."""
    return f"intensity {number_text(100 * frame.snapshot.intensity)} %"


# --- the facts ----------------------------------------------------------------------------------


def times(frame: Frame, workout: Workout | None) -> list[str]:
    """Tell how much is left in the hill, how long it was ridden, how much is to go."""
    snapshot = frame.snapshot
    told = [f"ride {clock_text(math.floor(snapshot.timer_time))}"]
    if snapshot.way is not None:
        told.append(f"{way_text(snapshot.way)} to go")
    elif not snapshot.endless:
        # A ramp is over when the rider's legs are.
        coming = () if workout is None else workout.segments[snapshot.segment :]
        at_most = "at most " * any(segment.ramp for segment in coming)
        told.append(f"{at_most}{_left(snapshot.remaining)} to go")
    if climbing(snapshot) and snapshot.hill_way is not None:
        told.insert(0, way_left(snapshot))
    elif climbing(snapshot) and snapshot.hill_remaining is not None:
        told.insert(0, f"{_left(snapshot.hill_remaining)} left in the hill")
    return told


def facts(frame: Frame) -> list[str]:
    """Tell effort, grade, speed and the rider's position, with whoever knows it."""
    snapshot = frame.snapshot
    told = [_grade(snapshot), f"{number_text(_kmh(snapshot.speed), 1)} km/h"]
    if snapshot.effort:
        told.insert(0, f"effort {snapshot.effort}")
    position = position_text(snapshot)
    return [*told, position] if position else told


def position_text(snapshot: Snapshot) -> str:
    """Tell how the rider rides and who says so: ``standing (pedals)``; nothing if nobody does."""
    if snapshot.position is None or snapshot.position_source is None:
        return ""
    return f"{snapshot.position.value.replace('_', ' ')} ({_SOURCES[snapshot.position_source]})"


def _grade(snapshot: Snapshot) -> str:
    """Tell the grade; on a road also what is felt of it, where that is another."""
    road = f"{number_text(_percent(snapshot.grade), 1)} %"
    felt = f"{number_text(_percent(snapshot.felt_grade), 1)} %"
    other = snapshot.segment_way is not None and snapshot.felt_grade is not None and felt != road
    return f"grade {road}{f', felt {felt}' * other}"


def _left(seconds: float) -> str:
    return clock_text(seconds_left(seconds))


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def _kmh(speed: float | None) -> float | None:
    return None if speed is None else 3.6 * speed


# --- the keys -----------------------------------------------------------------------------------


def does_now(binding: Binding[Any], frame: Frame, workout: Workout | None) -> str:
    """Say what a key does at this moment.

    Parameters
    ----------
    binding : Binding
        Of a ride's key; that of anything else does what it always does.
    frame : Frame
    workout : Workout or None
    """
    snapshot = frame.snapshot
    if binding not in KEYS:
        return binding.does
    if binding.key is Key.SKIP and _in_a_ramp(snapshot, workout):
        return "end"
    if snapshot.state is RideState.READY:
        return _BEFORE.get(binding.key, binding.does)
    if binding.key is not Key.PAUSE:
        return binding.does
    # Who waits for the trainer cannot ride on.
    return RIDE_ON if snapshot.state is RideState.PAUSED and not frame.waiting else binding.does


def _in_a_ramp(snapshot: Snapshot, workout: Workout | None) -> bool:
    segments = () if workout is None else workout.segments
    return snapshot.segment < len(segments) and segments[snapshot.segment].ramp


def words_json(
    frame: Frame, workout: Workout | None, bindings: Bindings[Any] = KEYS
) -> dict[str, Json]:
    """Return the words of a moment, for a display that has only JSON.

    Parameters
    ----------
    frame : Frame
    workout : Workout or None
    bindings : sequence of Binding
        The keys that there are; where they are not a ride's, nothing is said of what to press.

    Returns
    -------
    dict
        ``word``, ``count`` and ``caption`` of the bar; ``place``, ``times``, ``facts``,
        ``position_words``; ``power_note``, ``target_note``, ``cadence_note``, ``heart_note``;
        ``does``, what each key does now.
    """
    bar = headline(frame, workout)
    hint, note = bar.hint, intensity_note(frame)
    if bindings is not KEYS:
        # A film of a ride: nothing in it can be pressed; without a target no factor was on it.
        hint = "in the recording" if frame.snapshot.state is RideState.PAUSED else ""
        note = "" if frame.snapshot.target_power is None else note
    then = f"then {bar.then}" if bar.then else ""
    return {
        "word": bar.word,
        "count": bar.count,
        "caption": [*filter(None, (hint, *bar.caption, then))],
        "place": place(frame.snapshot),
        "times": times(frame, workout),
        "facts": facts(frame),
        "position_words": position_text(frame.snapshot),
        "power_note": power_note(frame),
        "target_note": note,
        "cadence_note": cadence_note(frame),
        "heart_note": heart_note(frame),
        "does": [does_now(each, frame, workout) for each in bindings],
    }
