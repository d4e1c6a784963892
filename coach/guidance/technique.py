"""How to sit on the bike: saddle height from the inseam, what to look at, and when to stop.

Nothing here is measured by a sensor: it is what riders check by themselves, before the first ride
and before a ride with much force on the pedals. Saddle heights are ranges to begin in; the bend of
the knee decides.

Source: reference notes on training science, sections 2.2 (torque), 5 (saddle height) and 7
(safety), and the papers named below.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass, replace

from coach.errors import RiderInputError
from coach.workout import Segment, Workout

INSEAM_RANGE = (0.600, 1.000)
"""What is taken for an inseam [m]."""
CRANK_RANGE = (0.150, 0.185)
"""What is taken for the length of a crank [m]."""
KNEE = (25, 35)
"""Bend of the knee at the pedal's lowest point, measured at rest [degrees]; 0 is a straight leg.

Source: Holmes, Pruitt and Whalen 1994, Clinics in Sports Medicine 13.
"""
HEAVY_TORQUE = 35.0
"""Mean torque at the crank above which slow pedalling counts as heavy [N m]; a convention."""
SLOW = 65.0
"""Cadence below which it counts so [rpm]; a convention."""

MEASURE_INSEAM = (
    "stand barefoot with your back to a wall, pull a book firmly up between your legs, and measure"
    " from the floor to its upper edge"
)
MEASURE_CRANK = "it is stamped on the inside of the arm"

_MICRO = 1_000_000
_HALF_CENTIMETRE = 5_000
"""[µm]."""


@dataclass(frozen=True, slots=True)
class SaddleHeight:
    """Where to begin with the saddle, by one method; to the top of the saddle."""

    method: str
    percent: tuple[int, int]
    """Of the inseam, lowest and highest."""
    measured_from: str
    """``pedal`` or ``bottom bracket``."""
    low: float
    """[m], rounded down to half a centimetre."""
    high: float
    """[m], rounded up to half a centimetre."""
    compared: SaddleHeight | None = None
    """A height from the pedal as it lies from the bottom bracket, where the crank is known."""


def saddle_heights(inseam: float, crank: float | None = None) -> tuple[SaddleHeight, SaddleHeight]:
    """Return two ranges for the height of the saddle.

    Parameters
    ----------
    inseam : float
        From the floor to the crotch, barefoot [m]; 0.60 to 1.00.
    crank : float, optional
        Length of the crank [m]; 0.150 to 0.185. With it the first range is also told from the
        bottom bracket, where it can be compared with the second.

    Returns
    -------
    tuple of SaddleHeight
        From the pedal's axle, with the pedal down and the crank in line with the seat tube; and
        from the centre of the bottom bracket, along the seat tube.

    Raises
    ------
    RiderInputError
        If a length is outside its range, or no number.

    Notes
    -----
    Each range is rounded outward, down and up to the half centimetre, once and at the very end: the
    one that is compared comes from the unrounded heights less the crank. Reckoned in whole
    micrometres, in which every length that anybody types is exact.

    Sources: 109 % from the pedal, Hamley and Thomas 1967 (Journal of Physiology 191); 88.3 % from
    the bottom bracket, known as LeMond's and Guimard's. That each becomes a range of one percent is
    a convention. In 19 riders the two did not differ (Peveler et al. 2005); no method is well
    established (Bini, Hume and Croft 2011, Sports Medicine 41).
    """
    legs = _micrometres(inseam, INSEAM_RANGE)
    if legs is None:
        raise RiderInputError(f"the inseam must be a number from 60 to 100 cm: {MEASURE_INSEAM}")
    from_pedal = _height("Hamley & Thomas 1967", (108, 109), "pedal", legs)
    from_bracket = _height("LeMond/Guimard", (88, 89), "bottom bracket", legs)
    if crank is not None:
        arm = _micrometres(crank, CRANK_RANGE)
        if arm is None:
            raise RiderInputError(f"the crank must be a number from 150 to 185 mm: {MEASURE_CRANK}")
        compared = _height(from_pedal.method, from_pedal.percent, "bottom bracket", legs, arm)
        from_pedal = replace(from_pedal, compared=compared)
    return from_pedal, from_bracket


def _micrometres(length: float, allowed: tuple[float, float]) -> int | None:
    """Return a length in whole micrometres; ``None`` outside what is allowed."""
    if not 0.0 < length < 10.0:  # nor NaN, nor what no integer is made of
        return None
    low, high = (round(end * _MICRO) for end in allowed)
    whole = round(length * _MICRO)
    return whole if low <= whole <= high else None


def _height(
    method: str, percent: tuple[int, int], measured_from: str, legs: int, less: int = 0
) -> SaddleHeight:
    """Reckon one range from lengths in micrometres."""
    step = 100 * _HALF_CENTIMETRE
    low = (percent[0] * legs - 100 * less) // step
    high = -(-(percent[1] * legs - 100 * less) // step)
    return SaddleHeight(method, percent, measured_from, low / 200, high / 200)


@dataclass(frozen=True, slots=True)
class Heavy:
    """The hardest push of a workout."""

    segment: Segment
    torque: float
    """Mean over a turn of the crank [N m]."""
    cadence: float
    """The lowest that the plan asks there [rpm]."""


def heavy(workout: Workout) -> Heavy | None:
    """Find where a workout asks for the most force at slow legs, if it asks for much.

    Parameters
    ----------
    workout : Workout
        Compiled for the rider.

    Returns
    -------
    Heavy or None
        The first of the segments with the highest torque, reckoned at the low end of the cadence
        that the plan asks; ``None`` if none is above 35 N m below 65 rpm.

    Notes
    -----
    Mean torque is ``P * 60 / (2 * pi * cadence)``. The two limits are conventions (reference notes
    on training science, section 2.2).
    """
    pushes = []
    for segment in workout.segments:
        first, last = segment.target_power_start, segment.target_power_end
        cadence = segment.cadence_low
        if first is None or last is None or not cadence or cadence >= SLOW:
            continue
        torque = max(first, last) * 60.0 / (2.0 * math.pi * cadence)
        if torque > HEAVY_TORQUE:
            pushes.append(Heavy(segment, torque, cadence))
    return max(pushes, key=lambda push: push.torque, default=None)


# --- the words ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, a sentence or two a line."""

    title: str
    lines: tuple[str, ...]


def format_section(section: Section, width: int) -> str:
    """Return a heading and its lines as text; no row is longer than `width` characters."""
    rows = (
        textwrap.fill(
            line, width, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False
        )
        for line in section.lines
    )
    return "\n".join((textwrap.fill(section.title, width), *rows))


DISCLAIMER = (
    "General fitness information for healthy adults, not medical advice. It cannot judge whether"
    " this workout is safe for you. If unsure, ask a doctor before starting; stop at once if you"
    " feel unwell."
)

STOP_RULES = (
    "chest, jaw, neck or arm pain or pressure",
    "faintness",
    "unusual breathlessness",
    "palpitations",
    "sharp joint pain",
    "confusion",
)
"""When to stop for good (reference notes on training science, section 7)."""

BIKE = Section(
    "The bike and the trainer",
    (
        "skewer or axle closed, the trainer's feet level and flat",
        "front wheel on a block, bars and stem tight",
        "a fan, a towel, water",
        "some makers of frames and trainers discourage standing on rigid trainers: ask yours; keep"
        " the bike upright, no all-out standing sprints",
        "on rollers or a three-legged folding trainer: stay seated",
    ),
)

SADDLE = Section(
    "Saddle height: a range to begin in",
    (
        f"Your inseam first: {MEASURE_INSEAM}. Do it twice: a centimetre of error is about a"
        " centimetre of saddle.",
        "108 to 109 % of it from the pedal's axle to the top of the saddle, with the pedal down and"
        " the crank in line with the seat tube; or 88 to 89 % of it from the centre of the bottom"
        " bracket, along the seat tube.",
        "Change it by 3 to 5 mm at a time, ride, and check again.",
        "Your hips must not rock from side to side as you pedal.",
        "With your heel on the pedal the leg is just straight; with the ball of the foot on it,"
        " slightly bent.",
    ),
)

KNEE_CHECK = Section(
    f"The knee decides: {KNEE[0]} to {KNEE[1]} degrees",
    (
        "At the lowest point your knee keeps a soft bend, about 25 to 35 degrees, where a straight"
        " leg has 0.",
        "Sit as you ride, ball of the foot on the pedal, the pedal at its lowest point, and keep"
        " still. Have a photo taken square from the side, the phone at the height of the knee.",
        "Draw a line from hip to knee, and on beyond it; draw another from knee to ankle. The bend"
        " is the angle between the two below the knee.",
        "More than 35: the saddle goes up. Less than 25: down. A centimetre is some five degrees.",
        "This is for a leg at rest. A video of turning legs shows larger angles: do not compare"
        " them with these.",
    ),
)

CRANK_AND_CLEATS = Section(
    "What moves the number",
    (
        "Crank length, cleats, pedals and the soles of your shoes move it: check again when one of"
        " them is new.",
        "Signs of too high: rocking hips, strain at the back of the knee or at the Achilles"
        " tendon.",
        "A sign of too low: pain at the front of the knee.",
        "Pain: stop riding, and see a bike fitter or a clinician.",
    ),
)

RIDING = Section(
    "On the bike: check yourself, no sensor here can",
    (
        "Core tight: as if somebody were about to poke you, at a quarter of your strength, ribs"
        " down; keep breathing.",
        "Light hands: the bars guide, they do not carry you. Elbows soft, shoulders quiet and away"
        " from the ears.",
        "Knees in line with the feet, up and down.",
        "Standing: hips over the pedals, weight on the feet. Let the hips move a little and do not"
        " wrench the bars: the trainer holds the bike.",
        "Slow legs push harder: at 60 rpm the same power takes two fifths more force than at 85.",
    ),
)

STOP = Section("Stop at once, whatever the screen says, at", STOP_RULES)

SECTIONS = (BIKE, SADDLE, KNEE_CHECK, CRANK_AND_CLEATS, RIDING, STOP)
"""In the order in which a rider goes through them."""
