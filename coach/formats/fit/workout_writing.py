"""A `WorkoutPlan` to a FIT workout file: only what every device can read, in Garmin's own fields.

* A step holds one power. Parts keep theirs; a ramp becomes stairs, each at the middle of its
  stretch, at most `STAIR` long and no finer than the percent (or watts) that FIT counts in.
* A change of posture begins a step of its own, so that the device says it at the right second; its
  name ends in ``standing``, and its notes begin with the posture (`coach.formats.fit.notes`).
* Words that come later in a block stand in its notes with their time. Where those are full, the
  block goes on as another step.
* Steps that come round again, names and notes included, become a repeat, as intervals are.
* A power is written as a range from itself to itself: how far off is still on it, devices decide.
* The serial number is the checksum of the content: devices tell files apart by it.

What is lost is said in words for the rider. Sources: Garmin, *FIT Workout File*, and FIT SDK
21.218 (``Profile.xlsx``).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from coach.errors import ProfileError, RiderInputError
from coach.formats.fit import plan as ride_plan
from coach.formats.fit import profile
from coach.formats.fit.encoding import Values, encode_block, encode_file
from coach.formats.fit.notes import LONGEST_TEXT, format_notes
from coach.formats.fit.writer import PRODUCT_NAME
from coach.formats.workouts import Encoded, one_line
from coach.messages import Mode, Posture
from coach.profile.names import kind_name, numbered
from coach.profile.plan import Band, Part, WorkoutPlan
from coach.profile.trial import STEP as RAMP_STEP
from coach.workout import SegmentKind, TextCue

STAIR = 60.0
"""The longest step of a ramp that is written as stairs [s]; a convention, that of ramp tests."""
MOST_STEPS = profile.MESSAGE_INDEX_MASK + 1
"""That can be numbered."""
_LONGEST_ROUND = 16
"""Steps in what is looked for as a repeat."""

_NUMBERED = (SegmentKind.HILL, SegmentKind.DOWNHILL)
_WITHOUT_POWER = (SegmentKind.FREE, SegmentKind.TEST)

_WHOLE_POWERS = "powers are rounded to whole percent of FTP or whole watts"
_WHOLE_CADENCES = "cadences are rounded to whole turns a minute"
_LATE = "words inside a block stand in its notes, with their time in front"
_NO_ROOM = "words that come too late or find no room in the notes of their block are left out"
_CUT = "names and descriptions are cut at 254 bytes"


@dataclass(frozen=True, slots=True)
class _Step:
    """A workout_step message to be; equal ones can be repeated."""

    milliseconds: int
    """Of its length; 0 for a repeat."""
    power: int | None
    """As ``workout_power`` has it."""
    intensity: int
    name: str
    notes: str
    cadence: tuple[int, int] | None
    back: int | None = None
    """The step that a repeat goes back to."""
    times: int = 0
    """How often a repeat rides its steps in all."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Part of a part with one power and one posture."""

    start: float
    """[s] into its part."""
    end: float
    power: float | None
    """As the part has it; ``None`` for none."""
    watts: bool
    posture: Posture | None
    cadence: Band | None


def encode(plan: WorkoutPlan, created: datetime | None = None) -> Encoded:
    """Write a plan as a workout file.

    Parameters
    ----------
    plan : WorkoutPlan
    created : datetime or None
        When the file was made, for devices that sort by it; ``None`` leaves it out.

    Returns
    -------
    Encoded
        The same plan and time always give the same bytes.

    Raises
    ------
    ProfileError
        If the plan has no part.
    RiderInputError
        If a power or the number of steps is beyond what FIT can hold.
    """
    # A dict for its order: each loss is told once.
    lost = dict.fromkeys(_beyond_steps(plan))
    steps = _folded(list(_steps(plan, lost)))
    if not steps:
        raise ProfileError([f"{plan.name}: the workout has no part to write"])
    if len(steps) > MOST_STEPS:
        raise RiderInputError(
            f"{plan.name} would be {len(steps)} steps, and a FIT workout has at most {MOST_STEPS}"
        )
    head: dict[str, Values] = {
        "sport": [profile.SPORT_CYCLING],
        "num_valid_steps": [len(steps)],
        "wkt_name": [one_line(plan.title)],
        "sub_sport": [profile.SUB_SPORT_INDOOR_CYCLING],
        "wkt_description": [one_line(plan.about)],
    }
    if _is_cut(one_line(plan.title)) or _is_cut(one_line(plan.about)):
        lost[_CUT] = None
    content = encode_block(1, profile.WORKOUT, head).encode()
    content += encode_block(2, profile.WORKOUT_STEP, _fields(steps)).encode()
    seconds = None if created is None else (created - profile.EPOCH).total_seconds()
    file_id: dict[str, Values] = {
        "type": [profile.FILE_TYPE_WORKOUT],
        "manufacturer": [profile.MANUFACTURER_DEVELOPMENT],
        "product": [0],
        # Zero would mean "none".
        "serial_number": [1 + zlib.crc32(content) % 0xFFFF_FFFF],
        "time_created": [seconds],
        "product_name": [PRODUCT_NAME],
    }
    body = encode_block(0, profile.FILE_ID, file_id).encode() + content
    return Encoded(encode_file(body), tuple(lost))


def _beyond_steps(plan: WorkoutPlan) -> Iterator[str]:
    """Yield what no step of a FIT workout can say."""
    parts = plan.parts
    if any(p.power_start != p.power_end for p in parts if p.kind not in _WITHOUT_POWER):
        yield "ramps are stairs of up to a minute, each at the middle of its stretch"
    if any(_is_asked_by_road(part) for part in parts):
        yield "what is asked by grade or resistance is asked by its power"
    if any(part.kind is SegmentKind.TEST for part in parts):
        yield "a test lasts its full length, and does not end where the rider ends it"
    if any(part.resistance_steps for part in parts):
        yield "how many steps of resistance a block is from moderate is left out"
    if plan.most_rounds > 1:
        yield "one round is written, and the choice of more is left out"
    if plan.author:
        yield "who wrote the workout is left out"


def _is_asked_by_road(part: Part) -> bool:
    climbs = part.kind in (SegmentKind.HILL, SegmentKind.INTERVAL) and part.mode is not Mode.POWER
    asked = part.mode in (Mode.GRADE, Mode.RESISTANCE) or part.grade is not None
    return climbs or (asked and part.kind not in _WITHOUT_POWER)


def _steps(plan: WorkoutPlan, lost: dict[str, None]) -> Iterator[_Step]:
    """Yield the steps, nothing repeated yet, and add to `lost` what they cannot hold.

    Boundaries are rounded to FIT's milliseconds, not lengths: nothing adds up over the workout.
    """
    begin = 0.0
    for part, number in numbered(plan.parts):
        label = one_line(part.label) or _label(part.kind, number)
        stretches = [
            stretch
            for stretch in _stretches(part)
            if round(1000 * (begin + stretch.start)) < round(1000 * (begin + stretch.end))
        ]
        if part.power_start == part.power_end and any(map(_is_rounded, stretches)):
            lost[_WHOLE_POWERS] = None
        cues = [replace(cue, text=one_line(cue.text)) for cue in part.cues]
        cues = [cue for cue in cues if cue.text]
        if any(cue.at > part.duration for cue in cues):
            lost[_NO_ROOM] = None
        for stretch in stretches:
            mine = [
                cue
                for cue in cues
                if (stretch.start <= cue.at or stretch is stretches[0])
                and (cue.at < stretch.end or (stretch is stretches[-1] and cue.at <= stretch.end))
            ]
            name = label
            if stretch.posture is Posture.STANDING:
                name = f"{label} {stretch.posture}".lstrip()
            if _is_cut(name):
                lost[_CUT] = None
            cadence = stretch.cadence
            whole = None if cadence is None else (_half_up(cadence[0]), _half_up(cadence[1]))
            if whole != cadence:
                lost[_WHOLE_CADENCES] = None
            for piece, notes in _said(stretch, begin, one_line(part.effort), mine, lost):
                first, last = (round(1000 * (begin + at)) for at in (piece.start, piece.end))
                yield _Step(
                    milliseconds=last - first,
                    power=_workout_power(piece, plan.name),
                    intensity=ride_plan.intensity(part.kind),
                    name=name,
                    notes=notes,
                    cadence=whole,
                )
        begin += part.duration


def _said(
    stretch: _Stretch, begin: float, effort: str, cues: list[TextCue], lost: dict[str, None]
) -> Iterator[tuple[_Stretch, str]]:
    """Yield a stretch with its notes, in pieces where one step has no room for all of them.

    `begin` is when its part begins [s]; the times of `cues` count from there.
    """
    if effort and not format_notes(stretch.posture, effort, ())[0].endswith(effort):
        lost[_NO_ROOM] = None
    while True:
        mine = [TextCue(round(max(0.0, cue.at - stretch.start), 3), cue.text) for cue in cues]
        notes, said = format_notes(stretch.posture, effort, mine)
        if any(cue.at > 0 for cue in mine[:said]):
            lost[_LATE] = None
        if said == len(cues):
            yield stretch, notes
            return
        at = cues[said].at
        first, cut, last = (
            round(1000 * (begin + each)) for each in (stretch.start, at, stretch.end)
        )
        if first < cut < last:
            yield replace(stretch, end=at), notes
            stretch, cues = replace(stretch, start=at), cues[said:]
        else:
            lost[_NO_ROOM] = None
            cues = cues[:said] + cues[said + 1 :]


def _is_cut(text: str) -> bool:
    return len(text.encode(errors="replace")) > LONGEST_TEXT


def _label(kind: SegmentKind, number: int) -> str:
    """Return what a part is called that has no name: ``Hill 3``, ``Cool-down``."""
    if kind in (SegmentKind.STEADY, SegmentKind.FREE):
        return ""
    return kind_name(kind, number if kind in _NUMBERED else 0)


def _stretches(part: Part) -> Iterator[_Stretch]:
    """Yield the stretches of a part, in order."""
    if part.kind is SegmentKind.TEST and part.ramp_from is not None:
        for step in range(int(part.duration // RAMP_STEP)):
            watts = part.ramp_from + step * part.ramp_step
            start = step * RAMP_STEP
            yield _Stretch(start, start + RAMP_STEP, watts, True, part.posture, part.cadence)
        return
    no_power = part.kind in _WITHOUT_POWER
    finest = 1.0 if part.absolute else 0.01
    change = 0.0 if no_power else part.power_end - part.power_start
    whole = _Stretch(0.0, part.duration, None, part.absolute, part.posture, part.cadence)
    pieces = [whole]
    if part.stand_from is not None:
        # The second at which `coach.profile.compile` has the rider stand up.
        stands = float(round(part.duration * part.stand_from))
        pieces = [
            replace(whole, end=stands),
            replace(whole, start=stands, posture=Posture.STANDING, cadence=part.standing_cadence),
        ]
    for piece in pieces:
        length = piece.end - piece.start
        size = abs(change) * length / part.duration / finest
        stairs = max(1, min(math.ceil(length / STAIR), math.ceil(size - 1e-9)))
        for stair in range(stairs):
            start = piece.start + length * stair / stairs
            end = piece.start + length * (stair + 1) / stairs
            power = part.power_start + change * (start + end) / 2 / part.duration
            yield replace(piece, start=start, end=end, power=None if no_power else power)


def _is_rounded(stretch: _Stretch) -> bool:
    if stretch.power is None:
        return False
    counted = stretch.power if stretch.watts else 100 * stretch.power
    return abs(counted - round(counted)) > 1e-9


def _workout_power(stretch: _Stretch, name: str) -> int | None:
    """Return a power as ``workout_power``."""
    if stretch.power is None:
        return None
    counted = _half_up(stretch.power if stretch.watts else 100 * stretch.power)
    # No watts at all would read as 1000 % of FTP.
    watts = stretch.watts and counted > 0
    most = 0xFFFF if watts else profile.WATTS_OFFSET
    if not 0 <= counted <= most:
        unit = "W" if watts else "% of FTP"
        raise RiderInputError(
            f"{name} asks for {counted} {unit}, and a FIT workout holds 0 to {most} {unit}"
        )
    return counted + profile.WATTS_OFFSET if watts else counted


def _half_up(value: float) -> int:
    # A share such as 0.575 is a hair less than 57.5 %.
    return math.floor(value + 0.5 + 1e-9)


def _folded(steps: Sequence[_Step]) -> list[_Step]:
    """Write rounds of two and more equal steps once, with a repeat behind them."""
    folded: list[_Step] = []
    at = 0
    while at < len(steps):
        length, times = max(
            ((length, _rounds(steps, at, length)) for length in range(2, _LONGEST_ROUND + 1)),
            # Steps that need not be written; of equals the shortest round.
            key=lambda round_: (round_[0] * (round_[1] - 1), -round_[0]),
        )
        if times == 1:
            folded.append(steps[at])
            at += 1
            continue
        first = len(folded)
        folded += steps[at : at + length]
        folded.append(_Step(0, None, profile.INTENSITY_ACTIVE, "", "", None, first, times))
        at += length * times
    return folded


def _rounds(steps: Sequence[_Step], at: int, length: int) -> int:
    """Return how often the `length` steps from `at` come one behind the other."""
    times = 1
    first = steps[at : at + length]
    while len(first) == length and steps[at + times * length : at + (times + 1) * length] == first:
        times += 1
    return times


def _fields(steps: Sequence[_Step]) -> dict[str, Values]:
    """Return the columns of the workout_step messages."""
    repeats = [step.back is not None for step in steps]
    power, cadence = profile.TARGET_POWER, profile.TARGET_CADENCE

    def target(step: _Step) -> int:
        return profile.TARGET_OPEN if step.power is None else power

    return {
        "message_index": list(range(len(steps))),
        "wkt_step_name": [step.name for step in steps],
        "duration_type": [
            profile.DURATION_REPEAT_STEPS if repeat else profile.DURATION_TIME for repeat in repeats
        ],
        "duration_value": [
            float(step.milliseconds if step.back is None else step.back) for step in steps
        ],
        "target_type": [target(step) for step in steps],
        # Zero: no zone of the rider's, but the range that follows.
        "target_value": [step.times if step.back is not None else 0 for step in steps],
        "custom_target_value_low": [step.power for step in steps],
        "custom_target_value_high": [step.power for step in steps],
        "intensity": [step.intensity for step in steps],
        "notes": [step.notes for step in steps],
        "secondary_target_type": [None if step.cadence is None else cadence for step in steps],
        "secondary_target_value": [None if step.cadence is None else 0 for step in steps],
        "secondary_custom_target_cadence_low": [
            None if step.cadence is None else step.cadence[0] for step in steps
        ],
        "secondary_custom_target_cadence_high": [
            None if step.cadence is None else step.cadence[1] for step in steps
        ],
    }
