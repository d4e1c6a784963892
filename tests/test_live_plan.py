"""The plan and the trace as a page gets them: zones, merging, heights, gaps, late joiners."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screens import moment
from timeline import (
    DOWNHILL,
    HILLS,
    RIDER,
    SEATED,
    SEATED_HILL,
    STANDING,
    STANDING_HILL,
    WARM_UP,
    workout,
)

from coach import physics, profile
from coach.charts.traces import power_zone
from coach.course.free import free
from coach.live.plan import MOST_CELLS, Trace, place_json, plan_json, ridden_elevation
from coach.live.view import Frame
from coach.messages import Mode, PostureSource, RiderPosition, RideState
from coach.workout import Segment, SegmentKind, Workout


def road(*pieces: tuple[float, float], altitude: float = 0.0, **more: object) -> Workout:
    """Make a road of ``(metres, grade)``, ridden at 5 m/s."""
    segments: list[Segment] = []
    start = 0.0
    for index, (metres, grade) in enumerate(pieces):
        segments.append(
            Segment(
                index, SegmentKind.ROAD, start, metres / 5.0, None, Mode.GRADE,
                grade=grade, label="Road", length=metres, **more,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        start += metres / 5.0
    return Workout("road", "Road", tuple(segments), altitude=altitude)


def ramp(first: float, last: float, seconds: float = 100.0) -> Workout:
    return workout((SegmentKind.WARM_UP, seconds, SEATED, first, last, 0.0, Mode.POWER, None))


def stretches(plan: Workout) -> list[dict[str, object]]:
    return plan_json(plan, RIDER)["stretches"]  # type: ignore[no-any-return]


EMPTY = Workout("none", "None", ())
ROADS = [road((1000.0, 0.05), (500.0, -0.03)), road((90_000.0, 0.02))]
SHIPPED = [
    profile.compile_workout(profile.load_workout(path), RIDER)
    for path in sorted(profile.find_workout("hills").parent.glob("*.toml"))
]


# --- the plan -----------------------------------------------------------------------------------


def test_a_plan_tells_all_of_itself():
    told = plan_json(HILLS, RIDER)
    assert {key: told[key] for key in ("title", "unit", "length", "endless", "ftp_w")} == {
        "title": "Test", "unit": "s", "length": 360.0, "endless": False, "ftp_w": 220,
    }  # fmt: skip
    assert told["highest_w"] == 198
    assert told["stretches"][2] == {
        "start": 120.0,
        "length": 60.0,
        "segments": [2, 2],
        "kind": "hill",
        "label": "Hill 1",
        "hill": 1,
        "posture": "standing",
        "start_w": 198,
        "end_w": 198,
        "fixed": False,
        # 198 W are 90 % of 220 W, and a bound belongs to the zone below.
        "zones": [[120.0, 3]],
    }


@pytest.mark.parametrize("plan", [*SHIPPED, *ROADS, HILLS, free(0.03)], ids=lambda p: p.title)
def test_stretches_cover_the_plan_once(plan):
    told = plan_json(plan, RIDER)
    at, segment = 0.0, 0
    for each in told["stretches"]:
        assert each["start"] == pytest.approx(at, abs=0.11)
        assert each["segments"][0] == segment
        at, segment = each["start"] + each["length"], each["segments"][1] + 1
    assert (at, segment) == (pytest.approx(told["length"], abs=0.11), len(plan.segments))


def test_a_plan_without_segments_is_empty():
    told = plan_json(EMPTY, RIDER)
    assert (told["stretches"], told["elevation"], told["length"]) == ([], [], 0.0)
    assert told["highest_w"] is None


def test_a_slow_ramp_changes_its_colour_where_it_crosses_a_zone():
    # 55 % of 220 W are 121 W, 75 % are 165 W.
    up, down = stretches(ramp(88.0, 176.0, 200.0)), stretches(ramp(176.0, 88.0, 200.0))
    assert up[0]["zones"] == [[0.0, 1], [75.0, 2], [175.0, 3]]
    assert down[0]["zones"] == [[0.0, 3], [25.0, 2], [125.0, 1]]


def test_a_steep_ramp_has_the_colour_of_where_it_leads():
    assert stretches(ramp(110.0, 240.0, 20.0))[0]["zones"] == [[0.0, 5]]
    assert stretches(ramp(110.0, 170.0, 115.0))[0]["zones"] == [[0.0, 3]]
    assert stretches(ramp(88.0, 143.0, 110.0))[0]["zones"][0] == [0.0, 1]


@given(st.floats(0.0, 2000.0))
def test_zones_are_those_of_the_charts(power):
    (((_, zone),),) = (each["zones"] for each in stretches(ramp(power, power)))
    assert zone == power_zone(power, RIDER.threshold_power) + 1


def test_what_looks_the_same_is_one_stretch():
    told = stretches(road((100.0, 0.02), (300.0, 0.06), (100.0, 0.0)))
    assert [(each["segments"], each["length"]) for each in told] == [([0, 2], 500.0)]
    assert told[0]["start_w"] is None
    assert told[0]["zones"] == []


@pytest.mark.parametrize("other", [DOWNHILL, STANDING_HILL, (*SEATED_HILL[:-1], 2)])
def test_what_looks_different_stays_apart(other):
    assert len(stretches(workout(SEATED_HILL, other))) == 2


def test_two_hills_stay_two_whatever_they_are_called():
    plan = workout(SEATED_HILL, (*SEATED_HILL[:-1], 2))
    named = tuple(replace(each, label="Hill") for each in plan.segments)
    assert len(stretches(replace(plan, segments=named))) == 2


def test_a_ramp_is_never_joined_with_what_it_leads_to():
    level = (*WARM_UP[:3], 143.0, *WARM_UP[4:])
    told = stretches(workout(WARM_UP, level, level))
    assert [each["segments"] for each in told] == [[0, 0], [1, 2]]
    assert [(each["start_w"], each["end_w"]) for each in told] == [(88, 143), (143, 143)]


def test_the_ramp_of_a_test_is_the_same_for_everybody():
    test = (SegmentKind.TEST, 60.0, SEATED, 200.0, 200.0, 0.0, Mode.POWER, None)
    assert [each["fixed"] for each in stretches(workout(test, SEATED_HILL))] == [True, False]


def test_a_road_has_the_heights_of_its_grades():
    # Height over the way ridden: 1000 m at 10 % rise 1000 * 0.1 / sqrt(1.01).
    told = plan_json(road((1000.0, 0.10), (500.0, -0.10), altitude=300.0), RIDER)
    assert told["unit"] == "m"
    assert told["elevation"] == [[0.0, 300.0], [1000.0, 399.5], [1500.0, 349.8]]


def test_hills_by_time_rise_at_the_speed_of_their_grade():
    told = plan_json(HILLS, RIDER)["elevation"]
    hill = 60.0 * 3.3 * physics.rise(0.06)
    down = 60.0 * physics.speed_for(110.0, -0.01, RIDER.total_mass) * physics.rise(-0.01)
    heights = [0.0, 0.0, hill, 2 * hill, 2 * hill + down, 3 * hill + down, 3 * hill + 2 * down]
    assert [height for _, height in told] == pytest.approx(heights, abs=0.051)
    assert [at for at, _ in told] == [0.0, 60.0, 120.0, 180.0, 240.0, 300.0, 360.0]


def test_nothing_is_made_up_about_heights():
    flat = ramp(100.0, 100.0)
    unknown = replace(flat.segments[0], grade=0.05, target_power_start=None)
    assert plan_json(flat, RIDER)["elevation"] == []
    assert plan_json(replace(flat, segments=(unknown,)), RIDER)["elevation"] == []
    assert plan_json(free(0.05), RIDER)["elevation"] == []


def test_a_ride_without_an_end_says_so():
    told = plan_json(free(0.05), RIDER)
    assert (told["endless"], told["highest_w"]) == (True, None)


def test_a_long_road_stays_small():
    plan = road(*((100.0, 0.1 if index % 7 else -0.1) for index in range(5000)))
    told, trace = plan_json(plan, RIDER), Trace(plan)
    for step in range(5000):
        trace.follow(seen(segment=step, segment_way=0.0, power=1999.0, distance=100.0 * step + 99))
    assert max(height for _, height in told["elevation"]) > 30_000.0
    assert told["elevation"][-1][0] == 500_000.0
    assert len(json.dumps({"plan": told, "trace": trace.json()})) < 100_000


# --- where the rider is -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "segment", "left", "place"),
    [
        (HILLS, 0, 60.0, 0.0),
        (HILLS, 1, 45.0, 75.0),
        (HILLS, 1, 0.0, 120.0),
        (HILLS, 1, 100.0, 60.0),  # extended: back in its stretch, but not out of it
        (HILLS, 99, 0.0, 360.0),
        (HILLS, 5, -3.0, 360.0),
        (EMPTY, 0, 10.0, 0.0),
    ],
)
def test_a_place_by_time(plan, segment, left, place):
    # What is left of the way does not count in a plan by time.
    now = moment(segment=segment, segment_remaining=left, segment_way=17.0)
    assert place_json(plan, now) == place


def test_a_place_on_a_road_goes_by_the_way():
    now = moment(segment=1, segment_remaining=1.0, segment_way=123.456)
    assert place_json(ROADS[0], now) == 1376.5
    assert place_json(ROADS[0], replace(now, segment_way=None)) == 1000.0


# --- what was ridden ----------------------------------------------------------------------------


def seen(*, power: float | None = 200.0, **changes: object) -> Frame:
    """Make a frame that shows so much power."""
    changes.setdefault("position", None)
    changes.setdefault("position_source", None)
    return Frame(moment(**changes), power, None, None, "")


def at(seconds: float, timer: float | None = None, **changes: object) -> Frame:
    """Make a frame of a moment in `HILLS`, ridden without a detour unless told."""
    segment = min(5, int(seconds // 60))
    left = 60.0 * (segment + 1) - seconds
    timer = seconds if timer is None else timer
    return seen(segment=segment, segment_remaining=left, timer_time=timer, **changes)


def followed(*frames: Frame, plan: Workout = HILLS) -> list[int | None]:
    trace = Trace(plan)
    for frame in frames:
        trace.follow(frame)
    return trace.json()["power_w"]  # type: ignore[no-any-return]


def test_a_second_keeps_its_last_power():
    frames = [at(each / 4, power=100.0 + each) for each in range(10)]
    assert followed(*frames) == [103, 107, 109]


def test_what_was_skipped_is_a_gap():
    assert followed(at(0.0), at(1.0), at(5.0, timer=1.25)) == [200, 200, None, None, None, 200]


def test_an_estimate_that_moves_a_little_is_no_skip():
    assert followed(at(0.0), at(2.5, timer=0.75)) == [200, 200, 200]


def test_a_page_that_keeps_its_own_trace_finds_the_same_places_and_numbers():
    # It gets the place with one digit, and rounds halves up.
    assert followed(at(0.0), at(1.96, timer=1.9, power=100.5)) == [200, 101, 101]


def test_what_is_ridden_again_is_drawn_anew():
    frames = [at(0.0), at(1.0), at(2.0), at(0.0, timer=2.25, power=90.0)]
    assert followed(*frames, at(1.0, timer=3.25, power=95.0)) == [90, 95, 200]


def test_a_silent_trainer_leaves_a_gap_where_it_was_ridden_before():
    frames = [at(0.0), at(1.0), at(2.0), at(0.0, timer=2.25), at(1.0, timer=3.25, power=None)]
    assert followed(*frames) == [200, None, 200]
    assert followed(at(0.0, power=0.0)) == [0]


@pytest.mark.parametrize("state", [each for each in RideState if each is not RideState.RIDING])
def test_nothing_is_ridden_while_it_stands_still(state):
    assert followed(at(0.0), at(1.0, state=state)) == [200]
    assert followed(at(0.0), at(1.0, state=state), at(3.0)) == [200, None, None, 200]


def test_moments_that_were_left_out_are_filled():
    # Of a ride at twenty times its speed a display sees few moments of each second.
    assert followed(at(0.0, power=100.0), at(4.0, power=150.0)) == [100, 150, 150, 150, 150]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=100))
def test_how_often_it_is_looked_at_leaves_no_gap(quarters):
    places = [sum(quarters[:count]) / 4 for count in range(len(quarters) + 1)]
    powers = followed(*(at(place) for place in places if place < 360.0))
    assert None not in powers


def test_the_end_of_the_plan_is_its_last_place():
    powers = followed(at(359.0), at(359.999), at(360.0, timer=360.5))
    assert (len(powers), powers[-1]) == (360, 200)


def test_a_road_is_cut_by_its_way():
    plan = road((54_000.0, 0.0))
    trace = Trace(plan)
    for gone in (0.0, 25.0, 45.0):
        trace.follow(seen(segment=0, segment_way=54_000.0 - gone, distance=gone, timer_time=9.0))
    trace.follow(seen(segment=0, segment_way=53_900.0, distance=47.0))
    told = trace.json()
    assert told["step"] == 10.0
    assert told["power_w"] == [200] * 5 + [None] * 5 + [200]


@pytest.mark.parametrize(
    ("plan", "step"),
    [
        (HILLS, 1.0),
        (ramp(100.0, 100.0, 8000.0), 1.0),
        (ramp(100.0, 100.0, 6 * 3600.0), 3.0),
        (road((500.0, 0.01)), 1.0),
        (road((54_001.0, 0.01)), 11.0),
        (EMPTY, 1.0),
    ],
)
def test_places_are_no_shorter_than_they_can_be_seen(plan, step):
    assert Trace(plan).step == step


def test_no_trace_has_more_places_than_allowed():
    plan = free(0.0)
    trace = Trace(plan)
    trace.follow(seen(segment=0, segment_remaining=0.0))
    assert 0.8 * MOST_CELLS < len(trace.json()["power_w"]) <= MOST_CELLS


def test_a_ride_without_a_plan_leaves_no_trace():
    assert followed(at(0.0), plan=EMPTY) == []


def test_nonsense_from_a_trainer_is_kept_within_what_can_be_kept():
    assert followed(at(0.0, power=1e9), at(1.0, power=-5.0)) == [32_000, 0]


# --- the posture that was done ------------------------------------------------------------------

MEASURED, DECLARED = PostureSource.MEASURED, PostureSource.DECLARED


def postures(*seconds: tuple[RiderPosition | None, PostureSource | None]) -> list[list[object]]:
    trace = Trace(HILLS)
    for index, (position, source) in enumerate(seconds):
        trace.follow(at(float(index), position=position, position_source=source))
    return trace.json()["postures"]  # type: ignore[no-any-return]


def test_postures_are_runs_of_what_is_known_and_from_whom():
    sits, stands = RiderPosition.SEATED, RiderPosition.STANDING
    assert postures(
        (sits, MEASURED), (sits, MEASURED), (stands, MEASURED), (None, None),
        (stands, DECLARED), (sits, DECLARED),
    ) == [
        [0, 2, "seated", "measured"],
        [2, 3, "standing", "measured"],
        [4, 5, "standing", "declared"],
        [5, 6, "seated", "declared"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("position", "source"),
    [
        (None, None),
        (RiderPosition.TRANSITION_TO_STANDING, MEASURED),
        (RiderPosition.TRANSITION_TO_SEATED, MEASURED),
        (RiderPosition.STANDING, PostureSource.ESTIMATED),
        (RiderPosition.STANDING, PostureSource.PRESCRIBED),
    ],
)
def test_what_nobody_knows_is_left_empty(position, source):
    assert postures((position, source)) == []


def test_a_posture_is_overwritten_by_not_knowing():
    trace = Trace(HILLS)
    trace.follow(at(0.0, position=RiderPosition.STANDING, position_source=MEASURED))
    trace.follow(at(0.25))
    assert trace.json()["postures"] == []


def test_standing_is_what_is_asked_of_standing_stretches():
    assert [each["posture"] for each in stretches(workout(STANDING_HILL, DOWNHILL))] == [
        STANDING.value,
        SEATED.value,
    ]


def test_a_recording_shows_the_heights_that_were_ridden():
    """Also where it was ridden under a plan without any; what is no riding moves nothing."""
    workout = free(0.0)
    whole = workout.duration

    def at(second: float, state: RideState = RideState.RIDING) -> Frame:
        left = whole - second
        height = 200.0 + second if state is RideState.RIDING else 999.0
        snapshot = moment(segment=0, segment_remaining=left, altitude=height, state=state)
        return Frame(snapshot, None, None, None, "")

    ridden = [at(float(second)) for second in range(101)]
    frames = [*ridden[:5], at(4.5, RideState.PAUSED), *ridden[5:], ridden[-1]]
    wanted = [[float(second), 200.0 + second] for second in range(101)]
    assert ridden_elevation(workout, frames) == wanted
    assert ridden_elevation(workout, ridden[:1] * 3) == []
    assert ridden_elevation(workout, []) == []
