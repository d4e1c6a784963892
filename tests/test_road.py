"""The virtual road: distance and height follow from speed and grade."""

from __future__ import annotations

import pytest

from coach.road import VirtualRoad


def test_at_a_steady_speed_the_way_is_speed_times_time():
    # 220 W on the flat for 84 kg is 35.156 km/h (vector S1 of the notes on training science).
    road = VirtualRoad(84.0)
    road.speed = 35.156 / 3.6
    for _ in range(400):
        road.ride_on(220.0, 0.0, 0.25)
    assert road.distance == pytest.approx(976.6, abs=0.5)
    assert road.altitude == 0


def test_height_is_the_rise_not_the_slope():
    road = VirtualRoad(84.0)
    for _ in range(4000):
        road.ride_on(220.0, 0.08, 0.25)
    assert road.altitude == pytest.approx(road.distance * 0.08 / 1.0064**0.5)


def test_speeding_up_from_rest_counts_the_mean_of_both_ends():
    fine, coarse = VirtualRoad(84.0), VirtualRoad(84.0)
    for _ in range(80):
        fine.ride_on(200.0, 0.0, 0.125)
    for _ in range(40):
        coarse.ride_on(200.0, 0.0, 0.25)
    assert coarse.distance == pytest.approx(fine.distance, rel=0.01)
