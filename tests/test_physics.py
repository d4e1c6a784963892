"""The road: vectors of two independent calculations, then properties.

S1 and S2 were each computed twice outside this program (cubic roots and bisection; Runge-Kutta at
a tolerance of 1e-11 and 1 ms energy steps). M1 is the worked example of Martin et al. 1998.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.physics import (
    GRAVITY,
    TARMAC,
    Road,
    advance,
    grade_for,
    power_for,
    resisting_force,
    speed_for,
)

MASS = 84.0
KMH = 1 / 3.6
VACUUM = Road(drag_area=0.0, crr=0.0, efficiency=1.0, rotating_mass=0.0)

GRADES = (0.0, 0.02, 0.04, 0.05, 0.06, 0.08, 0.10)
S1 = {
    110: (26.996, 16.263, 10.225, 8.491, 7.235, 5.566, 4.518),
    176: (32.346, 22.532, 15.515, 13.146, 11.333, 8.815, 7.188),
    200: (33.933, 24.416, 17.257, 14.729, 12.757, 9.971, 8.148),
    220: (35.156, 25.866, 18.639, 16.004, 13.914, 10.921, 8.941),
    300: (39.390, 30.854, 23.610, 20.705, 18.276, 14.600, 12.054),
}

powers = st.floats(5.0, 2000.0)
speeds = st.floats(0.5, 25.0)
grades = st.floats(-0.12, 0.20)
masses = st.floats(40.0, 200.0)


@pytest.mark.parametrize(
    ("power", "grade", "kmh"),
    [(p, g, v) for p, row in S1.items() for g, v in zip(GRADES, row, strict=True)],
)
def test_steady_speed(power, grade, kmh):
    assert speed_for(power, grade, MASS) / KMH == pytest.approx(kmh, abs=5e-4)


@pytest.mark.parametrize(
    ("grade", "kmh"), [(-0.02, 29.518), (-0.03, 37.624), (-0.04, 44.264), (-0.06, 55.180)]
)
def test_coasting_speed(grade, kmh):
    assert speed_for(0.0, grade, MASS) / KMH == pytest.approx(kmh, abs=5e-4)


@pytest.mark.parametrize(("kmh", "grade", "power"), [(15, 0.06, 239.194), (30, 0.0, 144.349)])
def test_power_that_holds_a_speed(kmh, grade, power):
    assert power_for(kmh * KMH, grade, MASS) == pytest.approx(power, abs=5e-4)


@pytest.mark.parametrize(
    ("rider", "expected"),
    [
        (60, (63, 86, 109, 132, 155, 201)),
        (75, (75, 103, 131, 159, 187, 243)),
        (90, (87, 120, 153, 186, 219, 285)),
        (105, (99, 137, 175, 213, 251, 327)),
    ],
)
def test_power_at_12_kmh_for_four_riders(rider, expected):
    """Table of the science notes, 3.4; the bike weighs 9 kg."""
    found = [power_for(12 * KMH, g, rider + 9.0) for g in (0.02, 0.03, 0.04, 0.05, 0.06, 0.08)]
    assert found == pytest.approx(expected, abs=0.51)


@pytest.mark.parametrize(
    ("power", "kmh", "grade_pct"), [(176, 14.5, 4.3959), (176, 12.0, 5.6008), (200, 12.0, 6.4588)]
)
def test_grade_for_a_power_vector_g1(power, kmh, grade_pct):
    assert 100 * grade_for(power, kmh * KMH, MASS) == pytest.approx(grade_pct, abs=5e-5)


def test_martin_1998_example_without_bearings_and_acceleration():
    """Vector M1: air 158.803, roll 23.626 and gravity 22.149 W, for g = 9.81 m/s²."""
    wind = 2.94 * math.cos(math.radians(340 - 310))
    road = Road(0.2565 + 0.0044, 0.0032, 1.2234, head_wind=wind, efficiency=0.97698)
    power = power_for(471.8 / 56.42, 0.003, 90.0, road)
    weight_w = (23.626 + 22.149) * GRAVITY / 9.81
    assert power == pytest.approx((158.803 + weight_w) / 0.97698, abs=0.01)


@pytest.mark.parametrize(
    ("start", "grade", "expected"),
    [
        (5.0, 0.0, {1: 5.38339, 5: 6.57215, 10: 7.57050, 30: 9.24696, 60: 9.70450}),
        (9.76556, 0.06, {1: 9.20835, 5: 7.34690, 10: 5.73261, 30: 3.93127, 60: 3.86533}),
    ],
)
def test_acceleration_vector_s2(start, grade, expected):
    speed = start
    for second in range(1, 61):
        for _ in range(4):
            speed = advance(speed, 220.0, grade, MASS, 0.25)
        if second in expected:
            assert speed == pytest.approx(expected[second], abs=1e-4)


def test_without_resistance_a_slope_accelerates_as_galileo_says():
    speed = 0.0
    for _ in range(40):
        speed = advance(speed, 0.0, -0.1, MASS, 0.25, VACUUM)
    assert speed == pytest.approx(10.0 * GRAVITY * math.sin(math.atan(0.1)), rel=1e-12)


def test_without_resistance_all_work_becomes_speed():
    speed = advance(0.0, 200.0, 0.0, MASS, 10.0, VACUUM)
    assert 0.5 * MASS * speed**2 == pytest.approx(2000.0, rel=1e-12)


def test_rotating_mass_takes_its_share_of_the_work():
    heavy = Road(drag_area=0.0, crr=0.0, efficiency=1.0, rotating_mass=16.0)
    speed = advance(0.0, 200.0, 0.0, MASS, 10.0, heavy)
    assert 0.5 * (MASS + 16.0) * speed**2 == pytest.approx(2000.0, rel=1e-12)


def test_a_bike_that_nobody_pedals_uphill_comes_to_rest_and_stays():
    speed = 3.0
    for _ in range(200):
        speed = advance(speed, 0.0, 0.05, MASS, 0.25)
    assert speed == 0.0


def test_no_time_changes_nothing():
    assert advance(7.3, 220.0, 0.05, MASS, 0.0) == 7.3


def test_tail_wind_pushes():
    assert resisting_force(2.0, 0.0, MASS, Road(crr=0.0, head_wind=-6.0)) == pytest.approx(
        -0.5 * 1.225 * 0.32 * 16.0
    )


@given(powers, grades, masses)
def test_speed_and_power_are_inverse(power, grade, mass):
    speed = speed_for(power, grade, mass)
    assert power_for(speed, grade, mass) == pytest.approx(power, rel=1e-5, abs=1e-5)


@given(st.floats(0.5, 18.0), grades, masses)
def test_grade_and_power_are_inverse(speed, grade, mass):
    assert grade_for(power_for(speed, grade, mass), speed, mass) == pytest.approx(grade, abs=1e-9)


@given(st.floats(0.0, 20.0), powers, grades, masses)
def test_the_rate_of_calling_changes_nothing(speed, power, grade, mass):
    quarters = speed
    for _ in range(4):
        quarters = advance(quarters, power, grade, mass, 0.25)
    assert advance(speed, power, grade, mass, 1.0) == quarters


@given(powers, grades, masses)
def test_the_steady_speed_is_kept(power, grade, mass):
    speed = speed_for(power, grade, mass)
    assert advance(speed, power, grade, mass, 5.0) == pytest.approx(speed, abs=1e-6)


@given(st.floats(0.0, 5.0), st.floats(20.0, 1500.0), st.floats(-0.08, 0.15), masses)
def test_every_start_ends_at_the_steady_speed(start, power, grade, mass):
    speed = advance(start, power, grade, mass, 1200.0)
    assert speed == pytest.approx(speed_for(power, grade, mass), rel=1e-3)


@given(st.floats(0.0, 30.0), st.floats(0.0, 50_000.0), st.floats(-0.3, 0.4), masses)
def test_speed_is_never_negative_and_never_runs_away(speed, power, grade, mass):
    later = advance(speed, power, grade, mass, 0.25)
    gain = 0.25 * TARMAC.efficiency * power + mass * GRAVITY * 0.4 * (speed + later)
    assert later >= 0.0
    assert 0.5 * mass * later**2 <= 0.5 * (mass + 2.0) * speed**2 + gain


@given(st.floats(-0.12, 0.2), masses)
def test_more_power_is_never_slower(grade, mass):
    found = [advance(4.0, power, grade, mass, 2.0) for power in (0.0, 50.0, 200.0, 1000.0)]
    assert found == sorted(found)
    assert speed_for(100.0, grade, mass) < speed_for(101.0, grade, mass)


@pytest.mark.parametrize("power", [-1.0, math.nan, math.inf])
def test_speed_for_nonsense_is_refused(power):
    with pytest.raises(ValueError, match="power"):
        speed_for(power, 0.0, MASS)


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan])
def test_grade_at_no_speed_is_refused(speed):
    with pytest.raises(ValueError, match="speed"):
        grade_for(200.0, speed, MASS)


def test_no_road_is_steep_enough_for_a_sprint_at_walking_pace():
    with pytest.raises(ValueError, match="steep enough"):
        grade_for(1000.0, 0.5, MASS)
