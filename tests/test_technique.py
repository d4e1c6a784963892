"""Saddle heights and heavy pedalling reckoned by hand, and words that hold to the notes."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timeline import RIDER, SEATED, STANDING

from coach import profile
from coach.errors import RiderInputError
from coach.guidance.technique import (
    BIKE,
    CRANK_AND_CLEATS,
    DISCLAIMER,
    KNEE,
    KNEE_CHECK,
    RIDING,
    SADDLE,
    SECTIONS,
    STOP,
    STOP_RULES,
    format_section,
    heavy,
    saddle_heights,
)
from coach.live import plain, screen
from coach.messages import Mode
from coach.workout import Segment, SegmentKind, Workout

# --- saddle height --------------------------------------------------------------------------------

LENGTHS = st.integers(6000, 10000).map(lambda tenths: tenths / 10000)
"""Inseams in tenths of a millimetre, as floats of metres."""
CRANKS = st.integers(1500, 1850).map(lambda tenths: tenths / 10000)


@pytest.mark.parametrize(
    ("inseam", "pedal", "bracket"),
    [
        # Reference notes on training science, section 5: 83 cm gives 90.47 cm by 109 %; by hand
        # 89.64 to 90.47 and 73.04 to 73.87, and rounded outward.
        (0.83, (0.895, 0.905), (0.73, 0.74)),
        # 81.0 to 81.75, of which the first is exact; 66.0 to 66.75.
        (0.75, (0.81, 0.82), (0.66, 0.67)),
        # 108.0 to 109.0 and 88.0 to 89.0: nothing is left to round.
        (1.0, (1.08, 1.09), (0.88, 0.89)),
        # 64.8 to 65.4 and 52.8 to 53.4.
        (0.6, (0.645, 0.655), (0.525, 0.535)),
    ],
)
def test_two_ranges_rounded_outward_to_the_half_centimetre(inseam, pedal, bracket):
    first, second = saddle_heights(inseam)
    assert (first.low, first.high) == pedal
    assert (second.low, second.high) == bracket
    assert (first.measured_from, second.measured_from) == ("pedal", "bottom bracket")
    assert "Hamley" in first.method
    assert "LeMond" in second.method
    assert first.compared is None
    assert second.compared is None


def test_with_the_crank_the_two_can_be_compared():
    first, second = saddle_heights(0.83, 0.170)
    assert (first.low, first.high) == (0.895, 0.905)
    assert second.compared is None
    assert first.compared is not None
    # 72.64 to 73.47, less the crank before the rounding and not after it.
    assert (first.compared.low, first.compared.high) == (0.725, 0.735)
    assert first.compared.measured_from == "bottom bracket"
    assert first.compared.method == first.method


@given(LENGTHS, CRANKS)
def test_each_range_is_the_narrowest_on_half_centimetres_around_its_share(inseam, crank):
    legs = Fraction(round(inseam * 10000), 10000)
    arm = Fraction(round(crank * 10000), 10000)
    first, second = saddle_heights(inseam, crank)
    assert first.compared is not None
    for height, low, high in (
        (first, legs * 108 / 100, legs * 109 / 100),
        (first.compared, legs * 108 / 100 - arm, legs * 109 / 100 - arm),
        (second, legs * 88 / 100, legs * 89 / 100),
    ):
        found = Fraction(round(height.low * 200), 200), Fraction(round(height.high * 200), 200)
        # The floats are those nearest to whole half centimetres.
        assert (float(found[0]), float(found[1])) == (height.low, height.high)
        assert found[0] <= low < found[0] + Fraction(1, 200)
        assert found[1] - Fraction(1, 200) < high <= found[1]


@pytest.mark.parametrize(
    "inseam", [0.08, 0.5999, 1.0001, 0.0, -0.83, 83.0, math.nan, math.inf, -math.inf]
)
def test_an_inseam_out_of_range_is_told_how_to_measure(inseam):
    with pytest.raises(RiderInputError) as refused:
        saddle_heights(inseam)
    sentence = str(refused.value)
    for words in ("60 to 100 cm", "barefoot", "wall", "book", "firmly up"):
        assert words in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("crank", [0.017, 0.1499, 0.1851, 170.0, -0.17, math.nan, math.inf])
def test_a_crank_out_of_range_is_told_where_its_length_stands(crank):
    with pytest.raises(RiderInputError, match="150 to 185 mm") as refused:
        saddle_heights(0.83, crank)
    assert "stamped" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("inseam", "crank"), [(0.6, 0.15), (1.0, 0.185)])
def test_the_ends_of_the_ranges_are_within(inseam, crank):
    assert len(saddle_heights(inseam, crank)) == 2


@given(st.floats())
def test_every_number_gives_two_ranges_or_a_sentence(length):
    try:
        first, second = saddle_heights(length)
    except RiderInputError:
        assert not 0.6 <= length <= 1.0
    else:
        assert 0.5 < second.low < second.high < first.low < first.high < 1.1


# --- heavy pedalling ------------------------------------------------------------------------------


def ride(*pieces: tuple[float, float, float | None]) -> Workout:
    """Make a plan of minutes of hill at ``(watts from, watts to, lowest rpm)``."""
    return Workout(
        "test",
        "Test",
        tuple(
            Segment(
                index, SegmentKind.HILL, 60.0 * index, 60.0, SEATED, Mode.GRADE, index + 1, first,
                last, cadence_low=cadence, cadence_high=85.0, label=f"Hill {index + 1}",
            )
            for index, (first, last, cadence) in enumerate(pieces)
        ),
    )  # fmt: skip


def test_two_hundred_and_twenty_watts_at_sixty_are_just_heavy():
    push = heavy(ride((220.0, 220.0, 60.0)))
    assert push is not None
    # 220 / (2 pi), by hand.
    assert push.torque == pytest.approx(35.014, abs=0.001)
    assert push.cadence == 60.0
    assert heavy(ride((219.0, 219.0, 60.0))) is None


@pytest.mark.parametrize(
    ("watts", "rpm", "torque"),
    # Reference notes on training science, section 1.4, vector T1; 220 W at 65 rpm is 32.321 N m.
    [(250.0, 50.0, 47.746), (220.0 * 64 / 65 * 1.1, 64.0, 32.321 * 1.1)],
)
def test_torque_as_the_notes_have_it(watts, rpm, torque):
    push = heavy(ride((watts, watts, rpm)))
    assert push is not None
    assert push.torque == pytest.approx(torque, abs=0.001)


def test_hard_is_not_heavy_while_the_legs_are_quick():
    assert heavy(ride((400.0, 400.0, 65.0))) is None
    assert heavy(ride((400.0, 400.0, None))) is None
    assert heavy(Workout("test", "Test", ())) is None


def test_the_hardest_push_is_named_the_first_of_equals():
    push = heavy(ride((230.0, 230.0, 60.0), (250.0, 250.0, 60.0), (250.0, 250.0, 60.0)))
    assert push is not None
    assert push.segment.label == "Hill 2"


@pytest.mark.parametrize("watts", [(180.0, 230.0), (230.0, 180.0)])
def test_of_a_ramp_its_upper_end_counts(watts):
    push = heavy(ride((*watts, 60.0)))
    assert push is not None
    assert push.torque == pytest.approx(230.0 / (2 * math.pi))


def test_a_stretch_without_a_target_is_passed_over():
    plan = ride((220.0, 220.0, 60.0))
    (segment,) = plan.segments
    free = Segment(0, SegmentKind.FREE, 0.0, 60.0, STANDING, Mode.GRADE, cadence_low=50.0)
    assert heavy(Workout("test", "Test", (free,))) is None
    assert heavy(Workout("test", "Test", (segment,))) is not None


@pytest.mark.parametrize(
    ("name", "label", "torque"),
    [
        ("hills-starter", None, None),
        # 95 % of 220 W at 60 rpm is 33.3 N m.
        ("hills", None, None),
        # 100 % of it: 35.01 N m.
        ("hills-strong", "Hill 4", 220.0 / (2 * math.pi)),
        # 150 % of it: 52.5 N m.
        ("intervals", "Interval 4", 330.0 / (2 * math.pi)),
    ],
)
def test_which_of_the_shipped_rides_are_heavy(name, label, torque):
    plan = profile.compile_workout(profile.load_workout(profile.find_workout(name)), RIDER)
    push = heavy(plan)
    if torque is None:
        assert push is None
    else:
        assert push is not None
        assert push.segment.label == label
        assert push.torque == pytest.approx(torque)


# --- the words ------------------------------------------------------------------------------------


def everything() -> str:
    return " ".join(line for section in SECTIONS for line in (section.title, *section.lines))


def test_what_must_be_said_is_said():
    for section, words in (
        (BIKE, ("skewer or axle", "front wheel on a block", "stem tight")),
        (SADDLE, ("108 to 109 %", "88 to 89 %", "3 to 5 mm at a time", "must not rock",
                  "heel on the pedal the leg is just straight", "barefoot", "book")),
        (KNEE_CHECK, ("25 to 35 degrees", "photo", "lowest point", "hip to knee", "at rest",
                      "larger angles")),
        (CRANK_AND_CLEATS, ("Crank length, cleats", "rocking hips", "back of the knee", "Achilles",
                            "front of the knee", "stop riding", "clinician")),
        (RIDING, ("Core tight", "no sensor", "ribs down", "Light hands", "shoulders quiet",
                  "hips over the pedals")),
        (STOP, STOP_RULES),
    ):  # fmt: skip
        said = " ".join((section.title, *section.lines))
        assert [each for each in words if each not in said] == []


def test_a_change_of_the_saddle_is_ridden_and_checked():
    (line,) = (line for line in SADDLE.lines if "3 to 5 mm" in line)
    assert "ride" in line
    assert "check again" in line


def test_the_disclaimer_is_the_one_of_the_safety_notes():
    # Reference notes on training science, section 7, to the letter.
    assert DISCLAIMER == (
        "General fitness information for healthy adults, not medical advice. It cannot judge "
        "whether this workout is safe for you. If unsure, ask a doctor before starting; stop at "
        "once if you feel unwell."
    )


def test_nothing_is_promised_and_no_figure_is_told_that_nobody_has_seen():
    said = everything().lower()
    for word in ("watts more", "guarantee", "cure", "heal", "treat", "diagnos", "tone", "slim"):
        assert word not in said
    # How much larger a moving knee reads is not established.
    assert "5-10" not in said
    assert "5 to 10" not in said


def test_two_fifths_more_force():
    more = 85 / 60 - 1
    assert more == pytest.approx(2 / 5, abs=0.02)
    assert any("two fifths" in line for line in RIDING.lines)


def test_a_centimetre_is_some_five_degrees_at_the_knee():
    # Reference notes on training science, section 5: thigh 43 cm, shank to pedal 44 cm; the
    # distance from hip to pedal at both ends of the range.
    def distance(bend: float) -> float:
        return math.sqrt(43**2 + 44**2 + 2 * 43 * 44 * math.cos(math.radians(bend)))

    assert distance(25) == pytest.approx(84.938, abs=0.001)
    assert distance(35) == pytest.approx(82.974, abs=0.001)
    assert (35 - 25) / (distance(25) - distance(35)) == pytest.approx(5, abs=0.2)
    assert KNEE == (25, 35)


def test_the_words_are_plain_and_the_stop_rules_are_kept_once():
    assert everything().isascii()
    assert plain.STOP_RULES is screen.STOP_RULES is STOP.lines is STOP_RULES
    assert all(line.strip() == line for section in SECTIONS for line in section.lines)


@given(st.integers(30, 200))
def test_a_section_is_wrapped_to_the_width_and_loses_no_word(width):
    for section in SECTIONS:
        text = format_section(section, width)
        assert max(map(len, text.splitlines())) <= width
        words = " ".join((section.title, *section.lines)).split()
        assert [word for word in text.split() if word != "-"] == words
