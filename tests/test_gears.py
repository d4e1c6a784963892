"""Gears: developments and shifts by hand, and the hint before standing up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.guidance.gears import (
    Gear,
    climbing_gear,
    gear_at,
    gear_hint,
    gears,
    harder,
)
from coach.messages import Mode, Posture
from coach.rider import Bike
from coach.workout import Segment, SegmentKind

BIKE = Bike()


def hill(speed: float | None) -> Segment:
    return Segment(
        index=0,
        kind=SegmentKind.HILL,
        start=0.0,
        duration=60.0,
        posture=Posture.STANDING,
        mode=Mode.GRADE,
        speed=speed,
    )


def test_a_gear_is_written_as_riders_do():
    assert str(Gear(34, 23)) == "34×23"


@pytest.mark.parametrize(("gear", "metres"), [(Gear(50, 17), 6.1647), (Gear(34, 28), 2.5451)])
def test_development(gear, metres):
    """Vector F1 of the science notes, 1.3."""
    assert gear.development(BIKE) == pytest.approx(metres, abs=5e-5)


@pytest.mark.parametrize(
    ("cog", "by", "cadence"), [(21, 1, 76.905), (21, 2, 68.810), (17, 1, 75.000), (23, 1, 77.609)]
)
def test_cadence_after_a_shift_at_equal_speed(cog, by, cadence):
    """Vectors of the science notes, 2.2: 85 rpm before the shift."""
    before = Gear(34, cog)
    after = harder(BIKE, before, by)
    assert after is not None
    assert before.speed(85.0, BIKE) / after.development(BIKE) * 60 == pytest.approx(
        cadence, abs=5e-4
    )


def test_gears_are_sorted_and_told_once():
    bike = Bike(chainrings=(34, 50, 50), cassette=(28, 17, 25, 28))
    assert [str(gear) for gear in gears(bike)] == [
        "34×28",
        "34×25",
        "50×28",
        "34×17",  # the same ratio as the next, on the smaller ring
        "50×25",
        "50×17",
    ]


def test_the_last_cog_ends_a_shift():
    assert harder(BIKE, Gear(34, 12), by=3) == Gear(34, 11)
    assert harder(BIKE, Gear(34, 11)) is None
    assert harder(Bike(chainrings=(46,), cassette=(16,)), Gear(46, 16)) is None


def test_a_cassette_may_be_told_in_any_order():
    assert harder(Bike(cassette=(28, 11, 23, 25)), Gear(34, 25)) == Gear(34, 23)


@given(
    st.sampled_from(gears(BIKE)),
    st.floats(40.0, 120.0),
    st.floats(-0.015, 0.015),
)
def test_speed_and_cadence_tell_the_gear(gear, cadence, error):
    found = gear_at(BIKE, gear.speed(cadence, BIKE) * (1 + error), cadence)
    assert found is not None
    assert found.ratio == pytest.approx(gear.ratio, rel=0.06)
    assert found.chainring <= gear.chainring
    if gear.chainring == 34:
        assert found == gear


@pytest.mark.parametrize(
    ("speed", "cadence"),
    [
        (None, 80.0),
        (4.0, None),
        (0.0, 80.0),
        (4.0, 0.0),
        (4.0, 29.0),
        (1.0, 100.0),  # a walk: no gear is so low
        (25.0, 60.0),  # a virtual descent: no gear is so high
    ],
)
def test_what_is_no_gear_is_none(speed, cadence):
    assert gear_at(BIKE, speed, cadence) is None


def test_climbing_gear_is_the_nearest():
    assert climbing_gear(BIKE, Gear(34, 23).speed(77.0, BIKE)) == Gear(34, 23)
    assert climbing_gear(BIKE, 1.0) == Gear(34, 28)
    assert climbing_gear(BIKE, 30.0) == Gear(50, 11)


def test_hint_from_what_is_measured():
    speed = Gear(34, 23).speed(76.0, BIKE)
    assert gear_hint(BIKE, hill(3.3), speed, 76.0) == "34×23 → 34×21"


def test_hint_from_the_plan():
    assert gear_hint(BIKE, hill(Gear(34, 28).speed(77.0, BIKE))) == "34×28 → 34×25"


def test_hint_from_the_plan_where_the_measured_speed_is_not_a_wheels():
    assert gear_hint(BIKE, hill(Gear(34, 28).speed(77.0, BIKE)), 25.0, 60.0) == "34×28 → 34×25"


def test_no_hint_where_there_is_no_harder_gear_or_nothing_to_tell_it_from():
    assert gear_hint(Bike(chainrings=(34,)), hill(30.0)) is None
    assert gear_hint(BIKE, hill(None)) is None
