"""From a plan and a rider to a workout: watts, grades and resistances, one posture a segment.

The grades of the hills follow from one climbing speed, so that a hill that costs more power is
also the steeper one, for every rider: see `climbing_speed`. Intervals are short hills with a speed
of their own: a trainer that holds a power needs 5 s to find it, and they last 10 to 30 s. The
recoveries between them are ridden at that speed too, on an easier grade: one gear for all, and the
load gone within three seconds of the end of the effort.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from coach.errors import RiderInputError
from coach.guidance.gears import gears
from coach.messages import Mode, Posture
from coach.physics import grade_for, speed_for
from coach.profile.names import kind_name, numbered
from coach.profile.others import (
    check_mode,
    cues_within,
    is_of_others,
    shortened,
    speed_of_blocks,
    watts,
)
from coach.profile.plan import Band, Part, WorkoutPlan
from coach.profile.trial import test_segments
from coach.rider import Rider
from coach.workout import AS_IN_FILE, SEATED_CLIMB, Raised, Segment, SegmentKind, Workout

FLAT_CADENCE: Band = (85.0, 95.0)
STANDING_BAND: Band = (60.0, 75.0)

DOWNHILL_GRADE = -0.01
"""As far down as a road goes here: most trainers cannot drive the wheel, and on a real descent a
recovery spin would run out of gears."""

EASIEST_HILL = 0.005
"""A hill flatter than this is none; riders whose lowest gear is too tall climb slower instead."""

HILL_TO_STAND = 4
"""The hill that a rider who can may stand from its foot."""

HARDEST_HILL = 1.05
"""Share of threshold power above which no hill is raised; control caps there too."""

SEATED_SHARE = 0.1
"""Of a hill that begins seated, however early the rider stands up."""

MOST_RAISED = Raised(power=0.25, length=300.0, standing=300.0)
"""The most that can be asked; a convention, wide enough for every weeks' plan."""

_CLIMBS = (SegmentKind.HILL, SegmentKind.INTERVAL)
"""What has one speed for all of its kind, and is ridden by grade."""


def compile_workout(
    plan: WorkoutPlan,
    rider: Rider,
    *,
    mode: Mode | None = None,
    moderate_minutes: float | None = None,
    stand_hill_4: bool = False,
    rounds: int = 1,
    raised: Raised = AS_IN_FILE,
) -> Workout:
    """Fit a plan to a rider.

    Parameters
    ----------
    plan : WorkoutPlan
    rider : Rider
    mode : Mode or None
        Ask for every load this way; ``None`` takes the plan's: hills, and intervals with their
        recoveries, by grade, the rest by power. A free stretch asks for none.
    moderate_minutes : float or None
        Shorten the moderate block to this [min], in whole seconds; 0 leaves it out.
    stand_hill_4 : bool
        Stand hill 4 from its foot.
    rounds : int
        How often to ride what stands between warm-up and cool-down.
    raised : Raised
        How much harder, longer and more standing the hills are than in the plan, in whole seconds.
        It is kept in the workout as it was asked for; the segments have what holds of it: see
        `room_for`.

    Returns
    -------
    Workout
        Its segments cover the time once. Every segment has its load in all three modes; nothing
        is capped here, the limits of rider and machine come last, on the road.

    Raises
    ------
    RiderInputError
        If `mode`, `moderate_minutes`, `stand_hill_4`, `rounds` or `raised` does not suit the plan,
        one climbing speed cannot make a hill of every hill, the rider's limit stops a ramp, or the
        plan of others is to be ridden by resistance.

    Notes
    -----
    A hill raised in power is steeper, as every harder hill is; where the plan fixes its grade it is
    ridden faster. Asked by resistance it stays as it is: no rule turns watts into resistance.
    """
    theirs = is_of_others(plan)
    if theirs:
        check_mode(plan, mode)
    held = room_for(plan, raised)
    chosen_parts = _chosen(plan, moderate_minutes, stand_hill_4)
    parts = _repeated(plan, tuple(_raised(part, held) for part in chosen_parts), rounds)
    chosen = replace(plan, parts=parts)
    speeds = {kind: climbing_speed(chosen, rider, kind) for kind in _CLIMBS}
    speeds[SegmentKind.RECOVERY] = speeds[SegmentKind.INTERVAL]
    if mode is Mode.GRADE:
        speeds[SegmentKind.STEADY] = speed_of_blocks(chosen, rider)
    segments: list[Segment] = []
    start = 0.0
    for part, number in numbered(parts):
        if part.kind is SegmentKind.TEST:
            segments += test_segments(
                plan,
                part,
                rider,
                mode,
                resistance=_basic_resistance(part, rider),
                index=len(segments),
                start=start,
            )
            start = segments[-1].end
            continue
        into = 0.0
        for posture, duration, cadence in _stretches(part, theirs=theirs):
            segment = Segment(
                index=len(segments),
                kind=part.kind,
                start=start,
                duration=duration,
                posture=posture,
                mode=_mode(part, mode, speeds.get(part.kind)),
                hill=number if part.kind is SegmentKind.HILL else None,
                basic_resistance=(None if theirs else _basic_resistance(part, rider)),
                cadence_low=cadence[0] if cadence else None,
                cadence_high=cadence[1] if cadence else None,
                effort=part.effort,
                label=shortened(part.label) or kind_name(part.kind, number),
                cues=cues_within(part, into, into + duration),
            )
            segments.append(_loaded(segment, part, rider, speeds.get(part.kind)))
            start += duration
            into += duration
    return Workout(name=plan.name, title=plan.title, segments=tuple(segments), raised=raised)


def room_for(plan: WorkoutPlan, raised: Raised) -> Raised:
    """Return what a plan has room for of what is asked.

    All hills are raised by the same share of threshold power, by no more than the hardest of them
    can bear below `HARDEST_HILL`: so the second stays harder than the first, and the last the
    hardest. Standing up comes no earlier than `SEATED_SHARE` of each hill allows, raised length
    included; `standing` here is what the hill with the most room takes.

    Parameters
    ----------
    plan : WorkoutPlan
    raised : Raised

    Raises
    ------
    RiderInputError
        If it is below zero or above `MOST_RAISED`, or there are no such hills in the plan.
    """
    if raised == AS_IN_FILE:
        return raised
    for what, value, most, unit in (
        ("hills can be raised by 0 to", 100 * raised.power, 100 * MOST_RAISED.power, "% of FTP"),
        ("hills can be longer by 0 to", raised.length, MOST_RAISED.length, "s"),
        ("standing can begin earlier by 0 to", raised.standing, MOST_RAISED.standing, "s"),
    ):
        if not 0.0 <= value <= most:
            raise RiderInputError(f"{what} {most:g} {unit}, not by {value:g}")
    hills = [part for part in plan.parts if part.kind is SegmentKind.HILL]
    if not hills:
        raise RiderInputError(f"{plan.name} has no hills to raise")
    room = max(0.0, HARDEST_HILL - max(max(h.power_start, h.power_end) for h in hills))
    standing = 0.0
    if raised.standing:
        begin_seated = [h for h in hills if h.stand_from is not None]
        if not begin_seated:
            raise RiderInputError(f"{plan.name} has no hill that begins seated and ends standing")
        standing = max(_earlier(h, raised) for h in begin_seated)
    # Rounded, so that 1.05 - 0.95 is 0.1 and not a hair more.
    return replace(raised, power=min(raised.power, round(room, 6)), standing=standing)


def _raised(part: Part, raised: Raised) -> Part:
    """Return a part, raised if it is a hill."""
    if part.kind is not SegmentKind.HILL or raised == AS_IN_FILE:
        return part
    duration = part.duration + float(round(raised.length))
    stand_from = part.stand_from
    if stand_from is not None and raised.standing:
        stand_from = (round(duration * stand_from) - _earlier(part, raised)) / duration
    return replace(
        part,
        duration=duration,
        power_start=part.power_start + raised.power,
        power_end=part.power_end + raised.power,
        stand_from=stand_from,
    )


def _earlier(part: Part, raised: Raised) -> float:
    """Return how much earlier the rider stands up on a hill that begins seated [s]."""
    duration = part.duration + round(raised.length)
    sitting = round(duration * (part.stand_from or 0.0))
    return float(min(round(raised.standing), max(0, sitting - math.ceil(SEATED_SHARE * duration))))


def climbing_speed(
    plan: WorkoutPlan, rider: Rider, kind: SegmentKind = SegmentKind.HILL
) -> float | None:
    """One speed for all hills, or all intervals, whose grade is solved.

    The plan's own speed, else the rider's seated hill cadence in the lowest gear for which the
    hardest hill stays within the rider's grade limit. Where a hill would be steeper than that all
    the same, it is ridden faster; a rider whose lowest gear is too tall for the easiest hill rides
    slower.

    Parameters
    ----------
    plan : WorkoutPlan
    rider : Rider
    kind : SegmentKind
        Hills or intervals; what is said here of hills holds for both.

    Returns
    -------
    float or None
        [m/s]; ``None`` when no hill needs it.

    Raises
    ------
    RiderInputError
        If at no speed the hardest hill is within the limit and the easiest still goes uphill.
    """
    powers = [
        part.power_start * rider.threshold_power
        for part in plan.parts
        if part.kind is kind and part.grade is None
    ]
    if not powers:
        return None
    mass = rider.total_mass
    steepest = rider.limits.grade
    slowest = speed_for(max(powers), steepest, mass)
    wanted = plan.climbing_speed
    if wanted is None:
        in_gear = (gear.speed(plan.climbing_cadence, rider.bike) for gear in gears(rider.bike))
        uphill = speed_for(min(powers), EASIEST_HILL, mass)
        wanted = min(uphill, next((speed for speed in in_gear if speed >= slowest), slowest))
    speed = max(slowest, wanted)
    if grade_for(min(powers), speed, mass) <= 0.0:
        raise RiderInputError(
            f"{plan.name}: at {3.6 * speed:.1f} km/h the easiest {kind} would not go uphill for"
            f" this rider; give the {kind}s a lower climbing.speed_kmh in the workout, or a higher"
            " limits.grade_pct in the rider file"
        )
    return speed


def _chosen(
    plan: WorkoutPlan, moderate_minutes: float | None, stand_hill_4: bool
) -> tuple[Part, ...]:
    """Return the plan's parts with the rider's choices of the day."""
    parts = list(plan.parts)
    if moderate_minutes is not None:
        blocks = [i for i, part in enumerate(parts) if part.kind is SegmentKind.MODERATE]
        longest = max((parts[i].duration for i in blocks), default=0.0) / 60.0
        if not blocks:
            raise RiderInputError(f"{plan.name} has no moderate block to shorten")
        if moderate_minutes != 0 and not 1.0 <= moderate_minutes <= longest:
            raise RiderInputError(
                f"the moderate block of {plan.name} can be 1 to {longest:g} minutes long,"
                f" not {moderate_minutes:g}; type --moderate {longest:g}, or 0 for none"
            )
        shorter = float(round(60.0 * moderate_minutes))
        for i in blocks:
            parts[i] = replace(parts[i], duration=min(parts[i].duration, shorter))
        parts = [part for part in parts if part.duration]
    if stand_hill_4:
        hills = [i for i, part in enumerate(parts) if part.kind is SegmentKind.HILL]
        if len(hills) < HILL_TO_STAND:
            raise RiderInputError(f"{plan.name} has no hill {HILL_TO_STAND} to stand")
        i = hills[HILL_TO_STAND - 1]
        standing = parts[i].standing_cadence
        if parts[i].posture is Posture.SEATED:
            parts[i] = replace(
                parts[i], posture=Posture.STANDING, stand_from=None, cadence=standing
            )
    return tuple(parts)


def _stretches(part: Part, *, theirs: bool) -> Iterator[tuple[Posture | None, float, Band | None]]:
    """Yield posture, duration [s] and cadence band of each stretch with one posture.

    Others leave a cadence that they do not name to the rider; standing has one all the same.
    """
    seated = SEATED_CLIMB if part.kind in _CLIMBS else FLAT_CADENCE
    usual: Band | None = None
    if part.posture is Posture.STANDING:
        usual = STANDING_BAND
    elif part.posture is Posture.SEATED and not theirs:
        usual = seated
    if part.stand_from is None:
        yield part.posture, part.duration, part.cadence or usual
        return
    sitting = float(round(part.duration * part.stand_from))
    yield part.posture, sitting, part.cadence or usual
    standing = part.standing_cadence or STANDING_BAND
    yield Posture.STANDING, part.duration - sitting, standing


def _repeated(plan: WorkoutPlan, parts: tuple[Part, ...], rounds: int) -> tuple[Part, ...]:
    """Return the parts, those between warm-up and cool-down so many times."""
    if rounds == 1:
        return parts
    if plan.most_rounds == 1:
        raise RiderInputError(f"{plan.name} has no rounds; leave out --rounds")
    if not 1 <= rounds <= plan.most_rounds:
        raise RiderInputError(
            f"{plan.name} has 1 to {plan.most_rounds} rounds, not {rounds};"
            f" type --rounds {plan.most_rounds}"
        )
    kinds = [part.kind for part in parts]
    first = kinds.count(SegmentKind.WARM_UP)
    last = len(parts) - kinds.count(SegmentKind.COOL_DOWN)
    return parts[:first] + rounds * parts[first:last] + parts[last:]


def _mode(part: Part, asked: Mode | None, speed: float | None) -> Mode:
    """Return how a part is asked of the trainer."""
    if part.kind is SegmentKind.FREE:
        return Mode.GRADE
    usual = Mode.GRADE if part.kind in _CLIMBS or speed is not None else Mode.POWER
    return asked or part.mode or usual


def _basic_resistance(part: Part, rider: Rider) -> float:
    """Return the fraction of the trainer's maximum, between its ends."""
    steps = part.resistance_steps * rider.resistance_increment
    return min(1.0, max(0.0, rider.moderate_resistance + steps))


def _loaded(segment: Segment, part: Part, rider: Rider, speed: float | None) -> Segment:
    """Return the segment with its power, its grade and the speed at which the two agree."""
    if part.kind is SegmentKind.FREE:
        return replace(segment, grade=0.0)
    start, end = watts(part, rider)
    grade = part.grade
    if part.kind is SegmentKind.STEADY and speed is not None:
        # One grade for a block that gets harder: that of its middle.
        middle = grade_for((start + end) / 2.0, speed, rider.total_mass)
        grade = max(DOWNHILL_GRADE, middle)
    elif grade is not None:
        speed = speed_for(start, grade, rider.total_mass)
    elif speed is not None:
        grade = max(DOWNHILL_GRADE, grade_for(start, speed, rider.total_mass))
    else:
        grade = DOWNHILL_GRADE if part.kind is SegmentKind.DOWNHILL else 0.0
    return replace(
        segment, target_power_start=start, target_power_end=end, grade=grade, speed=speed
    )
