"""FIT workout files: what other devices and programs plan, as a `WorkoutPlan` and back.

A workout file (type 5) is a file_id, a workout and its steps. A step is a block with one length,
one target and one note; a *repeat* step goes back to an earlier one. Read by these rules:

* A target that is a range is asked for at its middle. Percent of FTP stays a share of the rider's
  own; watts stay watts. A power zone is one of Coggan's, at its middle; the seventh, which has no
  upper end, at its lower.
* Without a power (heart rate, speed, cadence, nothing) a block is a free stretch, with the target
  in words.
* A step that does not end by time is given one, by convention: `OPEN_LENGTH`, or for a distance the
  time that it takes at `CONVENTIONAL_SPEED`.
* Repeats are written out; one that points forward, to itself or into another repeat is passed over.
* Warm-up and cool-down are what the file calls so. All else is `SegmentKind.STEADY`, rests and
  recoveries too: ours are the minute between two short efforts, those of others are anything.
* Notes are posture and words (`coach.formats.fit.notes`). A posture holds for its own step.

Whatever is not understood is a warning with step and byte. A file without any workout is refused,
and so is one beyond all bounds or one that is cut short: half of a workout is another workout.

Sources: Garmin, *FIT Protocol*, *FIT Workout File*, and FIT SDK 21.218 (``Profile.xlsx``); Allen,
Coggan, McGregor, *Training and Racing with a Power Meter* (zones).
"""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from coach.errors import ProfileError, RideFileError
from coach.formats.fit import profile
from coach.formats.fit.messages import Messages
from coach.formats.fit.notes import parse_notes
from coach.formats.fit.structure import Contents, Run, read_structure
from coach.formats.fit.targets import Report, Step, Told, cadence_band, power_target, words
from coach.formats.fit.workout_writing import MOST_STEPS, encode
from coach.formats.workouts import LARGEST, MOST_PARTS, Decoded, one_line
from coach.messages import Posture
from coach.profile.plan import Part, WorkoutPlan
from coach.profile.workout_schema import LONGEST_WORKOUT
from coach.units import clock_text
from coach.workout import SegmentKind, TextCue

__all__ = ["decode", "encode", "is_workout"]

OPEN_LENGTH = 300.0
"""Given to a step that ends when the rider presses a key, or by heart rate, energy or power [s]; a
convention."""
CONVENTIONAL_SPEED = 30.0 / 3.6
"""At which a step by distance is given its time [m/s]; a convention."""

_KINDS: dict[float | None, SegmentKind] = {
    profile.INTENSITY_WARM_UP: SegmentKind.WARM_UP,
    profile.INTENSITY_COOL_DOWN: SegmentKind.COOL_DOWN,
}
_LABELS: dict[float | None, str] = {
    profile.INTENSITY_REST: "Rest",
    profile.INTENSITY_RECOVERY: "Recovery",
}
"""Of steps that have no name."""
_OTHER_FILES: dict[float, str] = {
    profile.FILE_TYPE_ACTIVITY: "a recorded ride",
    profile.FILE_TYPE_COURSE: "a course",
}
_NO_VALUE = profile.UINT32.invalid


class _Begin(NamedTuple):
    """A step that a repeat may go back to."""

    step: int
    part: int
    """Where in the parts so far it begins."""


def is_workout(data: bytes) -> bool:
    """Whether bytes are a FIT workout file, and neither a recorded ride nor a course.

    Parameters
    ----------
    data : bytes
        A file, of any kind and however damaged.

    Returns
    -------
    bool
        By the type in its file_id; where that is lost, whether it has steps and no records.
    """
    try:
        contents = read_structure(data)
    except RideFileError:
        return False
    runs = _first_file(contents)
    kind = _file_type(data, runs)
    if kind is not None:
        return kind == profile.FILE_TYPE_WORKOUT
    found = {run.definition.message for run in runs}
    return profile.WORKOUT_STEP.number in found and profile.RECORD.number not in found


def decode(data: bytes, name: str) -> Decoded:
    """Read a FIT workout file; see the module for the rules.

    Parameters
    ----------
    data : bytes
        The whole file; a damaged one is read as long as all its steps are there.
    name : str
        What the file is called, for the errors; the name of the plan is its stem.

    Returns
    -------
    Decoded
        One part for each step that is ridden. The plan's title is the workout's own name, else
        the stem of `name`.

    Raises
    ------
    ProfileError
        If it is no FIT file, no workout file or not whole, or no workout can be made of it.
    """
    try:
        contents = read_structure(data)
    except RideFileError as error:
        raise ProfileError([f"{name}: {error}"]) from None
    runs = _first_file(contents)
    warnings = [*contents.problems]
    if len(contents.files) > 1:
        warnings.append(f"byte {contents.files[1]}: a second file begins here; it was not read")
    kind = _file_type(data, runs)
    if kind is not None and kind != profile.FILE_TYPE_WORKOUT:
        other = _OTHER_FILES.get(kind, f"a FIT file of type {kind:g}")
        raise ProfileError([f"{name}: this is {other} and no workout file (FIT file type 5)"])
    if len(data) > LARGEST:
        raise ProfileError([f"{name}: byte {LARGEST}: a workout is no larger than 1 MB; not read"])
    steps = _read_steps(data, runs, name)
    head = Messages(data, runs, profile.WORKOUT)
    said = head.column("num_valid_steps")[0] if len(head) else np.nan
    if contents.problems and said > len(steps):
        raise ProfileError(
            [
                f"{name}: {contents.problems[0]}; {len(steps)} of its {said:g} steps are left, and"
                " part of a workout is none: copy it from where you got it again"
            ]
        )
    warnings += _about_head(head, len(steps), steps[0].at)
    if any("\ufffd" in step.name + step.notes for step in steps):
        warnings.append(f"byte {steps[0].at}: some names or notes are not UTF-8")
    report = Report(Told(), Told())
    parts = _ridden(steps, name, report)
    warnings += report.warnings.sentences()
    if not parts:
        raise ProfileError(
            [f"{name}: {report.warnings.sentences()[0]}, and no other can be ridden"]
        )
    title, about = (
        one_line((head.text(field) or [""])[0]) for field in ("wkt_name", "wkt_description")
    )
    stem = PurePath(name).stem
    plan = WorkoutPlan(name=stem, title=title or stem, about=about, parts=tuple(parts))
    return Decoded(plan, tuple(warnings), report.notes.sentences())


def _first_file(contents: Contents) -> list[Run]:
    """Return the runs of the first of several chained files."""
    if len(contents.files) == 1:
        return contents.runs
    return [run for run in contents.runs if run.start < contents.files[1]]


def _file_type(data: bytes, runs: list[Run]) -> float | None:
    types = Messages(data, runs, profile.FILE_ID).column("type")
    known = types[np.isfinite(types)]
    return float(known[0]) if known.size else None


def _read_steps(data: bytes, runs: list[Run], name: str) -> list[Step]:
    """Return the steps in the order of their numbers, or of the file where these make no sense."""
    messages = Messages(data, runs, profile.WORKOUT_STEP)
    if not len(messages):
        raise ProfileError([f"{name}: byte {len(data)}: no step of a workout was found to here"])
    if len(messages) > MOST_STEPS:
        raise ProfileError(
            [
                f"{name}: byte {messages.places[MOST_STEPS] - 1}: more than {MOST_STEPS} steps,"
                " and no more can be numbered in a FIT file"
            ]
        )
    columns = {
        field: [
            # A damaged definition can make any number of it; of the profile they are unsigned.
            float(value) if 0 <= value < _NO_VALUE else None
            for value in messages.column(field)
        ]
        for field in Step.NUMBERS
    }
    order = list(range(len(messages)))
    indices = order.copy()
    said = messages.column("message_index")
    if np.isfinite(said).all():
        numbers = [int(number) & profile.MESSAGE_INDEX_MASK for number in said]
        if len(set(numbers)) == len(numbers):
            indices = numbers
            order.sort(key=numbers.__getitem__)
    names, notes = messages.text("wkt_step_name"), messages.text("notes")
    return [
        Step(
            number=position + 1,
            index=indices[row],
            at=int(messages.places[row]) - 1,
            name=one_line(names[row]),
            notes=notes[row],
            numbers={field: column[row] for field, column in columns.items()},
        )
        for position, row in enumerate(order)
    ]


def _about_head(head: Messages, steps: int, at: int) -> list[str]:
    """Return what is strange about the workout message; the first step is at byte `at`."""
    if not len(head):
        return [f"byte {at}: the workout message is missing; the steps were read without it"]
    found = []
    place = f"byte {head.places[0] - 1}:"
    if len(head) > 1:
        found.append(f"{place} {len(head)} workouts are in the file; their steps were read as one")
    said = head.column("num_valid_steps")[0]
    if np.isfinite(said) and said != steps:
        found.append(f"{place} the workout says that it has {said:g} steps; found {steps}")
    sport = head.column("sport")[0]
    if np.isfinite(sport) and sport not in (profile.SPORT_GENERIC, profile.SPORT_CYCLING):
        other = profile.SPORTS.get(int(sport), f"sport {sport:g}").replace("_", " ")
        found.append(f"{place} the workout is meant for {other}, not for cycling")
    return found


def _ridden(steps: list[Step], name: str, report: Report) -> list[Part]:
    """Write all repeats out.

    Each part of the list so far belongs to one step, and a repeat copies the end of the list from
    where its first step began. What lies inside a finished repeat is no place to go back to any
    more: so repeats can be nested, and cannot overlap or run for ever.
    """
    parts: list[Part] = []
    begins: list[_Begin] = []
    total = 0.0
    for step in steps:
        if step.duration_type not in profile.DURATION_REPEATS:
            begins.append(_Begin(step.index, len(parts)))
            part = _part(step, report)
            if part is not None:
                parts.append(part)
                total += part.duration
        else:
            back = [begin.step for begin in begins]
            if step.duration_value not in back:
                report.warnings.tell(step, _misled(step))
                continue
            del begins[back.index(int(step.duration_value)) + 1 :]
            again = parts[begins[-1].part :]
            once = sum(part.duration for part in again)
            times = _times(step, once, report) - 1 if again else 0
            total += times * once
            # Measured before it is built: a few bytes can ask for a billion rounds.
            _check_bounds(name, step, total, len(parts) + times * len(again))
            parts += times * again
        _check_bounds(name, step, total, len(parts))
    return parts


def _misled(step: Step) -> str:
    index = step.duration_value
    if index is None:
        return "repeats no step that it names; what it would repeat is ridden once"
    where = "itself" if index == step.index else "a later one" if index > step.index else "no step"
    if index < step.index:
        where += " that can begin a repeat"
    return f"goes back to {where}; what it would repeat is ridden once"


def _times(step: Step, once: float, report: Report) -> int:
    """Return how often a repeat rides its steps in all, at least once."""
    value = step.target_value
    if step.duration_type == profile.DURATION_REPEAT_STEPS and value is not None and value >= 1:
        return int(value)
    if step.duration_type == profile.DURATION_REPEAT_TIME and value is not None:
        times = max(1, round(min(value / 1000, 10 * LONGEST_WORKOUT) / once))
        report.warnings.tell(
            step, "repeats until a time is over; it is ridden as often as comes nearest"
        )
        return times
    report.warnings.tell(step, "repeats by no number of times; what it would repeat is ridden once")
    return 1


def _check_bounds(name: str, step: Step, total: float, parts: int) -> None:
    if total > LONGEST_WORKOUT or parts > MOST_PARTS:
        raise ProfileError(
            [
                f"{name}: byte {step.at}: with step {step.number} the workout is longer than"
                f" {LONGEST_WORKOUT // 3600} hours or {MOST_PARTS} blocks"
            ]
        )


def _part(step: Step, report: Report) -> Part | None:
    """Return the block of a step, unless it has no length."""
    duration = _duration(step, report)
    if duration is None:
        return None
    notes = parse_notes(step.notes, duration)
    power = power_target(step, report)
    cadence = cadence_band(step, report)
    kind = _KINDS.get(step.intensity, SegmentKind.STEADY)
    cues = notes.cues
    if power is None:
        kind = SegmentKind.FREE
        cues = (*(TextCue(0.0, text) for text in words(step, report)), *cues)
    posture = notes.word.posture if notes.word else None
    label = step.name or _LABELS.get(step.intensity, "")
    if posture is Posture.STANDING and (label == posture or label.endswith(f" {posture}")):
        # As `coach.formats.fit.workout_writing` names the step of a standing stretch.
        label = label[: -len(posture)].rstrip()
    return Part(
        kind=kind,
        duration=duration,
        power_start=power.value if power else 0.0,
        power_end=power.value if power else 0.0,
        effort=notes.effort,
        resistance_steps=0.0,
        posture=posture,
        cadence=cadence or (notes.word.cadence if notes.word else None),
        absolute=power is not None and power.watts,
        label=label,
        cues=cues,
    )


def _duration(step: Step, report: Report) -> float | None:
    """Return the length of a step [s]; ``None`` when it has none."""
    value, kind = step.duration_value, step.duration_type
    if kind in (profile.DURATION_TIME, profile.DURATION_REPETITION_TIME):
        if value is not None and value > 0:
            return value / 1000
        report.warnings.tell(step, "has no length; it is left out")
        return None
    given = f"it is given {clock_text(OPEN_LENGTH)} here, by convention"
    if kind == profile.DURATION_OPEN:
        report.warnings.tell(step, f"ends when the rider presses a key; {given}")
        return OPEN_LENGTH
    if kind == profile.DURATION_DISTANCE and value is not None and value > 0:
        speed = 3.6 * CONVENTIONAL_SPEED
        report.warnings.tell(
            step, f"ends by distance; it is given the time for it at {speed:.0f} km/h here"
        )
        return float(value / 100 / CONVENTIONAL_SPEED)
    report.warnings.tell(step, f"does not end by time; {given}")
    return OPEN_LENGTH
