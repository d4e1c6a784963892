"""Six climbs where the road has fewer: the last one again, with its downhill between.

Who has one hill rides it six times. The road stays as it is up to its last climb; from the top it
goes down the way it came, and up again, until there are enough climbs; then follows the rest of
the road. The postures are those of a plan by hills, by distance: "standing from half" is half of
the climb's length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from coach.course.build import Course, laid, pace
from coach.errors import RiderInputError
from coach.messages import Posture
from coach.profile.compile import STANDING_BAND
from coach.profile.plan import Part, WorkoutPlan
from coach.rider import Rider
from coach.units import way_text
from coach.workout import SEATED_CLIMB, Segment, SegmentKind


def repeated(course: Course, rider: Rider, plan: WorkoutPlan, times: int = 6) -> Course:
    """Repeat the last climb of a course until there are so many climbs, in a plan's postures.

    Parameters
    ----------
    course : Course
    rider : Rider
        At whose pace the time is estimated.
    plan : WorkoutPlan
        By whose hills the rider sits and stands; the loads are the road's. Between the climbs the
        rider sits, and on climbs beyond those that were asked for nobody says how.
    times : int
        How many climbs, at most as many as the plan has hills.

    Returns
    -------
    Course
        The course itself under those postures, where it has enough climbs.

    Raises
    ------
    RiderInputError
        If the course has no climb, or the plan fewer hills than that.
    """
    hills = [part for part in plan.parts if part.kind is SegmentKind.HILL]
    if not 1 <= times <= len(hills):
        raise RiderInputError(
            f"{plan.name} has {len(hills)} hills, so climbs can be repeated until there are 1 to"
            f" {len(hills)}, not {times}"
        )
    if not course.climbs:
        raise RiderInputError(
            f"{course.workout.title} has no climb to repeat: one takes 500 m at 3 % or more"
        )
    found = len(course.climbs)
    notes = course.notes
    whole = list(_again(course.workout.segments, found, times, rider))
    ridden = laid("", "", _in_posture(whole, hills[:times]), float(course.road.altitude[0]), ())
    if found < times:
        notes += (
            f"{course.climbs[-1].label} ridden {times - found + 1} times: with it the road is"
            f" {way_text(ridden.road.length)} long and climbs {ridden.road.ascent:.0f} m",
        )
    workout = replace(ridden.workout, name=course.workout.name, title=course.workout.title)
    return replace(ridden, workout=workout, notes=notes)


def _again(segments: Sequence[Segment], found: int, times: int, rider: Rider) -> Iterator[Segment]:
    """Yield a road with its last climb repeated."""
    climb = [segment for segment in segments if segment.hill == found]
    top = max(index for index, segment in enumerate(segments) if segment.hill == found)
    yield from segments[: top + 1]
    for number in range(found + 1, times + 1):
        for up in reversed(climb):
            grade = -(up.grade or 0.0)
            yield replace(
                up,
                kind=SegmentKind.DOWNHILL,
                hill=None,
                grade=grade,
                duration=pace(up.length or 0.0, grade, rider),
                label=f"Downhill {number - 1}",
            )
        for up in climb:
            label = up.label.replace(f"Climb {found}:", f"Climb {number}:", 1)
            yield replace(up, hill=number, label=label)
    yield from segments[top + 1 :]


def _in_posture(segments: Iterable[Segment], hills: Sequence[Part]) -> Iterator[Segment]:
    """Yield segments with the postures of a plan's hills."""
    row = list(segments)
    whole: dict[int, float] = {}
    for segment in row:
        if segment.hill is not None:
            whole[segment.hill] = whole.get(segment.hill, 0.0) + (segment.length or 0.0)
    climbed = dict.fromkeys(whole, 0.0)
    for segment in row:
        if segment.hill is None:
            yield replace(segment, posture=Posture.SEATED)
        elif segment.hill > len(hills):
            yield replace(segment, posture=None)
        else:
            part, length = hills[segment.hill - 1], segment.length or 0.0
            from_here = climbed[segment.hill]
            climbed[segment.hill] += length
            stand = (1.0 if part.stand_from is None else part.stand_from) * whole[segment.hill]
            yield from _split(segment, part, stand - from_here)


def _split(segment: Segment, part: Part, stand: float) -> Iterator[Segment]:
    """Yield a piece of a hill, in two where the rider stands up in it.

    A rider who begins the hill standing stays so; `stand` is counted from the piece's start [m].
    """
    length = segment.length or 0.0
    usual = STANDING_BAND if part.posture is Posture.STANDING else SEATED_CLIMB
    first, later = part.cadence or usual, part.standing_cadence or STANDING_BAND
    middle = min(max(stand, 0.0), length)
    for posture, cadence, start, end in (
        (part.posture, first, 0.0, middle),
        (Posture.STANDING, later, middle, length),
    ):
        # What binary fractions leave of a length is no piece of road.
        if end - start > 1e-6 * length:
            yield replace(
                segment,
                posture=posture,
                length=end - start,
                duration=segment.duration * (end - start) / length,
                cadence_low=cadence[0],
                cadence_high=cadence[1],
                effort=part.effort,
            )
