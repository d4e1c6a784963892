"""FIT files written: valid for others' readers, and the same ride when read back."""

import struct
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fitdecode
import numpy as np
import pytest
from garmin_fit_sdk import Decoder, Stream
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coach.analysis.posture import time_standing
from coach.formats import fit
from coach.messages import Mode, Posture, PostureSource, RiderPosition
from coach.ride import COLUMNS, Lap, PositionChange, Ride, TimerChange
from coach.workout import Raised, Segment, SegmentKind, Workout

RIDES = (Path(__file__).parents[2] / "shared" / "rides").resolve()
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason=f"no recorded rides in {RIDES}")

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

PLAN = Workout(
    "hills-test",
    "Two hills, très court",
    (
        Segment(
            0,
            SegmentKind.WARM_UP,
            0.0,
            120.0,
            Posture.SEATED,
            Mode.POWER,
            target_power_start=88.0,
            target_power_end=143.7,
            cadence_low=85,
            cadence_high=95,
            effort="easy (CR10 2)",
            label="Warm-up",
        ),
        Segment(
            1,
            SegmentKind.HILL,
            120.0,
            60.0,
            Posture.SEATED,
            Mode.GRADE,
            hill=1,
            target_power_start=187.0,
            target_power_end=187.0,
            grade=0.0412345678,
            speed=4.123456789,
            basic_resistance=0.25,
            cadence_low=70,
            cadence_high=85,
            effort="moderate (CR10 3)",
            label="Hill 1",
        ),
        Segment(
            2,
            SegmentKind.HILL,
            180.0,
            60.0,
            Posture.STANDING,
            Mode.GRADE,
            hill=1,
            target_power_start=205.5,
            target_power_end=205.5,
            grade=0.05,
            speed=4.1,
            label="Hill 1",
        ),
        Segment(3, SegmentKind.DOWNHILL, 240.0, 45.5, None, Mode.RESISTANCE, label="Downhill"),
        Segment(4, SegmentKind.COOL_DOWN, 285.5, 14.5, Posture.SEATED, Mode.POWER, label="Easy"),
    ),
)


def sample_ride():
    """Six minutes with a pause of 60 s, a spike, gaps, a doubled second, two laps in a segment."""
    running = [np.arange(0, 150), np.arange(210, 361), [300.0]]
    time = np.sort(np.concatenate(running)).astype(float)
    count = time.size
    rng = np.random.default_rng(6)
    power = rng.integers(0, 400, count).astype(float)
    power[20] = 47140
    power[-1] = 1500  # where the last lap ends to the second
    power[30:40] = np.nan
    ride = Ride.from_columns(
        time,
        power=power,
        cadence=np.where(np.arange(count) % 7 == 0, 0.0, 80.25),
        heart_rate=rng.integers(90, 180, count).astype(float),
        speed=np.full(count, 7.125),
        distance=np.arange(count) * 7.12,
        altitude=np.arange(count) * 0.2 + 100,
        grade=np.full(count, 0.0375),
        target_power=np.where(time < 60, np.nan, 187.0),
        prescribed_standing=np.where(time < 60, np.nan, (time > 200).astype(float)),
    )
    ride.start = START
    ride.name = "Six Hills – été"
    ride.indoor = ride.virtual_altitude = True
    ride.elapsed_time, ride.timer_time = 360.25, 300.25
    ride.time_standing, ride.stand_count = 102.0, 1
    ride.ascent = 59.0
    ride.threshold_power, ride.rider_mass = 220.0, 75.0
    ride.timer = [
        TimerChange(0.0, True),
        TimerChange(150.0, False),
        TimerChange(210.0, True),
        TimerChange(360.0, False),
    ]
    ride.positions = [
        PositionChange(0.0, RiderPosition.SEATED),
        PositionChange(238.0, RiderPosition.TRANSITION_TO_STANDING),
        PositionChange(240.0, RiderPosition.STANDING),
        PositionChange(340.0, RiderPosition.TRANSITION_TO_SEATED),
        PositionChange(341.0, RiderPosition.SEATED),
    ]
    ride.position_source = PostureSource.MEASURED
    ride.laps = [
        Lap(0.0, 120.0, 120.0, 0),
        Lap(120.0, 120.0, 60.0, 1),
        Lap(240.0, 60.0, 60.0, 2),
        Lap(300.0, 15.0, 15.0, 2),
        Lap(315.0, 45.0, 45.0, 3),
    ]
    ride.workout = PLAN
    return ride


def read_with_garmin(data):
    assert Decoder(Stream.from_byte_array(bytearray(data))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(data))).read()
    assert errors == []
    return messages


def read_with_fitdecode(data):
    with fitdecode.FitReader(
        data, check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    ) as reader:
        return [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]


def assert_same_ride(ours, theirs):
    """Equal but for the resolution of FIT's fields."""
    resolution = {"speed": 5e-4, "distance": 5e-3, "altitude": 0.1, "grade": 5e-5}
    resolution |= {"cadence": 1 / 256, "target_power": 0.5, "power": 0.5, "heart_rate": 0.5}
    for name in (*COLUMNS, "prescribed_standing"):
        np.testing.assert_allclose(
            getattr(ours, name),
            getattr(theirs, name),
            rtol=0,
            atol=resolution.get(name, 0) + 1e-9,
            err_msg=name,
        )
    np.testing.assert_array_equal(ours.time, np.floor(theirs.time + 0.5))
    whole = ("start", "sport", "indoor", "virtual_altitude", "name", "timer", "positions")
    for name in (*whole, "position_source", "workout", "stand_count", "ascent"):
        assert getattr(ours, name) == getattr(theirs, name), name
    for name in ("elapsed_time", "timer_time", "threshold_power", "rider_mass"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), abs=5e-4), name
    # By the changes of position, which have whole seconds.
    assert ours.time_standing == pytest.approx(theirs.time_standing, abs=0.5)
    assert ours.warnings == []


# --- others read it ---------------------------------------------------------------------------


def test_garmins_sdk_finds_everything():
    ride = sample_ride()
    messages = read_with_garmin(fit.encode(ride))
    (file_id,) = messages["file_id_mesgs"]
    assert (file_id["type"], file_id["manufacturer"]) == ("activity", "development")
    assert file_id["time_created"] == START
    (device,) = messages["device_info_mesgs"]
    assert (device["product_name"], device["device_index"]) == ("Six Hills", "creator")
    (session,) = messages["session_mesgs"]
    assert (session["sport"], session["sub_sport"]) == ("cycling", "indoor_cycling")
    assert session["start_time"] == START
    assert (session["total_elapsed_time"], session["total_timer_time"]) == (360.25, 300.25)
    assert (session["time_standing"], session["stand_count"]) == (102.0, 1)
    assert (session["max_power"], session["num_laps"]) == (47140, 5)
    assert (session["total_ascent"], session["threshold_power"]) == (59, 220)
    assert session["total_distance"] == pytest.approx(ride.distance[-1], abs=0.01)
    (activity,) = messages["activity_mesgs"]
    assert (activity["num_sessions"], activity["total_timer_time"]) == (1, 300.25)
    names = {d["field_name"]: d.get("units") for d in messages["field_description_mesgs"]}
    assert names["target_power"] == "W"
    assert "posture_prescribed" in names
    assert messages["user_profile_mesgs"] == [{"weight": 75.0}]
    events = messages["event_mesgs"]
    assert [e["rider_position"] for e in events if e["event"] == "rider_position_change"] == [
        "seated",
        "transition_to_standing",
        "standing",
        "transition_to_seated",
        "seated",
    ]
    timer = [(e["timestamp"] - START, e["event_type"]) for e in events if e["event"] == "timer"]
    assert timer == [
        (timedelta(seconds=0), "start"),
        (timedelta(seconds=150), "stop_all"),
        (timedelta(seconds=210), "start"),
        (timedelta(seconds=360), "stop_all"),
    ]


def test_garmins_sdk_reads_the_plan():
    messages = read_with_garmin(fit.encode(sample_ride()))
    (workout,) = messages["workout_mesgs"]
    assert (workout["wkt_name"], workout["num_valid_steps"]) == (PLAN.title, 5)
    steps = messages["workout_step_mesgs"]
    assert [step["wkt_step_name"] for step in steps] == [
        "Warm-up",
        "Hill 1 seated",
        "Hill 1 standing",
        "Downhill",
        "Easy",
    ]
    assert [step["intensity"] for step in steps] == [
        "warmup",
        "active",
        "active",
        "recovery",
        "cooldown",
    ]
    assert [step["duration_time"] for step in steps] == [120, 60, 60, 45.5, 14.5]
    assert [step["target_type"] for step in steps] == ["power"] * 3 + ["open"] * 2
    # Watts stand above 1000 in workout_power; 143.7 and 205.5 W are rounded half up.
    powers = [(s["custom_target_value_low"], s["custom_target_value_high"]) for s in steps[:3]]
    assert powers == [(1088, 1144), (1187, 1187), (1206, 1206)]
    assert steps[1]["notes"] == "moderate (CR10 3)"
    assert steps[1]["secondary_target_type"] == "cadence"
    assert steps[1]["secondary_custom_target_value_low"] == 70


@pytest.mark.parametrize(
    ("kind", "intensity"),
    [
        *[(SegmentKind.WARM_UP, "warmup"), (SegmentKind.HILL, "active")],
        *[(SegmentKind.DOWNHILL, "recovery"), (SegmentKind.MODERATE, "active")],
        *[(SegmentKind.COOL_DOWN, "cooldown"), (SegmentKind.INTERVAL, "interval")],
        *[(SegmentKind.RECOVERY, "recovery"), (SegmentKind.FREE, "active")],
    ],
)
def test_every_kind_of_segment_has_its_intensity(kind, intensity):
    plan = Workout("n", "t", (Segment(0, kind, 0.0, 360.0, None, Mode.POWER),))
    ride = replace(sample_ride(), workout=plan, laps=[Lap(0.0, 360.0, 300.0, 0)])
    messages = read_with_garmin(fit.encode(ride))
    assert messages["workout_step_mesgs"][0]["intensity"] == intensity
    assert messages["lap_mesgs"][0]["intensity"] == intensity


def test_laps_say_what_was_ridden():
    ride = sample_ride()
    laps = read_with_garmin(fit.encode(ride))["lap_mesgs"]
    assert [lap["wkt_step_index"] for lap in laps] == [0, 1, 2, 2, 3]
    assert [lap["intensity"] for lap in laps] == ["warmup"] + ["active"] * 3 + ["recovery"]
    assert [lap["total_timer_time"] for lap in laps] == [120, 60, 60, 15, 45]
    second = (ride.time >= 120) & (ride.time < 240)
    assert laps[1]["start_time"] == START + timedelta(seconds=120)
    assert laps[1]["timestamp"] == START + timedelta(seconds=240)
    assert laps[1]["avg_power"] == round(np.nanmean(ride.power[second]))
    assert laps[1]["max_power"] == np.nanmax(ride.power[second])
    assert laps[1]["avg_heart_rate"] == round(np.nanmean(ride.heart_rate[second]))
    assert laps[1]["max_heart_rate"] == np.nanmax(ride.heart_rate[second])
    assert laps[1]["avg_cadence"] == 80  # of 80.25 rpm, zeros left out
    assert sum(lap["total_distance"] for lap in laps) == pytest.approx(ride.distance[-1], abs=0.05)
    last = ride.time >= 315
    assert laps[4]["avg_power"] == round(np.nanmean(ride.power[last]))
    assert laps[4]["max_power"] == 1500


def test_fitdecode_counts_and_sums_the_same():
    ride = sample_ride()
    records = [m for m in read_with_fitdecode(fit.encode(ride)) if m.name == "record"]
    assert len(records) == len(ride)

    def total(name):
        values = [m.get_value(name, fallback=None) for m in records]
        return sum(value for value in values if value is not None)

    assert total("power") == np.nansum(ride.power)
    assert total("heart_rate") == np.nansum(ride.heart_rate)
    assert total("cadence") + total("fractional_cadence") == np.nansum(ride.cadence)
    assert total("target_power") == np.nansum(ride.target_power)
    assert total("posture_prescribed") == np.nansum(ride.prescribed_standing)
    assert total("enhanced_speed") == pytest.approx(np.nansum(ride.speed))


def test_messages_stand_in_the_order_of_time():
    messages = read_with_fitdecode(fit.encode(sample_ride()))
    names = [message.name for message in messages]
    assert names[0] == "file_id"
    assert names[-2:] == ["session", "activity"]
    first = names.index("event")
    stamps = [message.get_value("timestamp") for message in messages[first:]]
    assert stamps == sorted(stamps)
    # The stop of the pause comes behind the records of its second, the start before.
    stream = [(m.name, (m.get_value("timestamp") - START).seconds) for m in messages[first:]]
    assert stream[0] == ("event", 0)
    assert stream.index(("event", 150)) == stream.index(("record", 149)) + 1
    assert stream.index(("event", 210)) == stream.index(("record", 210)) - 1
    assert stream.index(("lap", 300)) > stream.index(("record", 300))


def test_names_of_developer_fields_are_known_to_fitdecode():
    steps = [m for m in read_with_fitdecode(fit.encode(sample_ride())) if m.name == "workout_step"]
    assert steps[2].get_value("segment_kind") == "hill"
    assert steps[2].get_value("posture") == "standing"
    assert steps[1].get_value("road_grade") == 0.0412345678


# --- posture is never made up -----------------------------------------------------------------


@pytest.mark.parametrize("source", [None, PostureSource.ESTIMATED, PostureSource.PRESCRIBED])
def test_posture_nobody_saw_is_not_written(source):
    ride = sample_ride()
    ride.position_source = source
    messages = read_with_garmin(fit.encode(ride))
    assert {event["event"] for event in messages["event_mesgs"]} == {"timer"}
    (session,) = messages["session_mesgs"]
    assert "time_standing" not in session
    assert "stand_count" not in session
    back = fit.decode(fit.encode(ride))
    assert back.positions == []
    assert back.position_source is None


def test_declared_posture_reads_back_as_declared():
    ride = sample_ride()
    ride.position_source = PostureSource.DECLARED
    assert fit.decode(fit.encode(ride)).position_source is PostureSource.DECLARED


def test_standing_is_counted_where_the_ride_has_no_total():
    ride = sample_ride()
    ride.time_standing = ride.stand_count = None
    back = fit.decode(fit.encode(ride))
    # Up at 238 s (a transition counts as what follows), down at 340 s.
    assert (back.time_standing, back.stand_count) == (102.0, 1)


def test_a_file_agrees_with_itself_and_with_the_ride_about_standing():
    # A device's own total may differ by a fraction from the whole seconds of its changes.
    ride = sample_ride()
    ride.time_standing = 101.6
    ride.positions[1] = PositionChange(237.6, RiderPosition.TRANSITION_TO_STANDING)
    ride.positions[3] = PositionChange(339.5, RiderPosition.TRANSITION_TO_SEATED)
    back = fit.decode(fit.encode(ride))
    assert back.time_standing == time_standing(back) == time_standing(ride) == 102


# --- what FIT cannot hold ---------------------------------------------------------------------


def test_values_out_of_range_are_no_values():
    ride = Ride.from_columns(
        np.arange(6.0),
        power=np.array([65534, 65535, -1, 70000, np.inf, 0.4]),
        heart_rate=np.array([254, 255, 0, -5, 300, 61.5]),
        cadence=np.array([254.99, 255, 0, 254.999, -3, 0.5]),
        grade=np.array([3.2766, 3.2767, -3.2768, -3.3, 0, 0.12345]),
        altitude=np.array([-500, -500.2, 8848.4, 0, 1, 2]),
        target_power=np.array([1, 65534, 65535, 2, -1, 3]),
    )
    ride.start = START
    back = fit.decode(fit.encode(ride))
    nan = np.nan
    np.testing.assert_array_equal(back.power, [65534, nan, nan, nan, nan, 0])
    np.testing.assert_array_equal(back.heart_rate, [254, nan, 0, nan, nan, 62])
    np.testing.assert_allclose(back.cadence, [254.9921875, nan, 0, nan, nan, 0.5])
    np.testing.assert_allclose(back.grade, [3.2766, nan, -3.2768, nan, 0, 0.1235])
    np.testing.assert_allclose(back.altitude, [-500, nan, 8848.4, 0, 1, 2])
    np.testing.assert_array_equal(back.target_power, [1, 65534, nan, 2, nan, 3])
    read_with_garmin(fit.encode(ride))


def test_a_model_may_go_down_a_mountain_from_nothing():
    """FIT has no height below -500 m, and where a model counts from is nobody's business."""
    down = -2.0 * np.arange(600.0)
    ride = Ride.from_columns(np.arange(600.0), altitude=down)
    ride.start = START
    assert np.isnan(fit.decode(fit.encode(ride)).altitude).sum() == 349
    ride.virtual_altitude = True
    back = fit.decode(fit.encode(ride))
    np.testing.assert_allclose(back.altitude, down + 1198.0)
    ride.altitude = np.maximum(down, -500.0)
    np.testing.assert_allclose(fit.decode(fit.encode(ride)).altitude, ride.altitude)


def test_times_are_rounded_to_whole_seconds_half_up():
    ride = Ride.from_columns(np.array([0.0, 0.98, 2.03, 2.5, 3.5, 3.51]))
    ride.start = START + timedelta(seconds=0.6)
    back = fit.decode(fit.encode(ride))
    np.testing.assert_array_equal(back.time, [0, 1, 2, 3, 4, 4])
    assert back.start == START + timedelta(seconds=1)


def test_a_ride_without_a_wall_clock():
    ride = Ride.from_columns(np.arange(3.0), power=np.full(3, 100.0))
    back = fit.decode(fit.encode(ride))
    assert back.start is None
    np.testing.assert_array_equal(back.power, ride.power)


def test_a_bare_ride_gets_a_timer_and_a_lap():
    ride = Ride.from_columns(np.arange(10.0), power=np.full(10, 100.0))
    ride.start = START
    back = fit.decode(fit.encode(ride))
    assert back.timer == [TimerChange(0.0, True), TimerChange(9.0, False)]
    assert back.laps == [Lap(0.0, 9.0, 9.0)]
    assert (back.elapsed_time, back.timer_time) == (9.0, 9.0)
    assert back.name == ""


def test_no_sample_at_all_is_still_a_file():
    ride = Ride.from_columns(np.empty(0))
    ride.start = START
    ride.elapsed_time = ride.timer_time = 60.0
    messages = read_with_garmin(fit.encode(ride))
    assert not messages.get("record_mesgs")
    assert fit.decode(fit.encode(ride)).elapsed_time == 60.0


def test_a_stop_and_a_start_within_one_second_keep_their_order():
    ride = sample_ride()
    ride.timer = [
        TimerChange(0.0, True),
        TimerChange(100.1, False),
        TimerChange(100.3, True),
        TimerChange(360.0, False),
    ]
    back = fit.decode(fit.encode(ride))
    assert back.timer == [
        TimerChange(0.0, True),
        TimerChange(100.0, False),
        TimerChange(100.0, True),
        TimerChange(360.0, False),
    ]


def test_names_too_long_are_cut_between_characters():
    ride = sample_ride()
    ride.name = "é" * 200
    assert fit.decode(fit.encode(ride)).name == "é" * 127
    read_with_garmin(fit.encode(ride))


# --- and back ---------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [PostureSource.MEASURED, PostureSource.DECLARED])
def test_there_and_back(source):
    ride = sample_ride()
    ride.position_source = source
    back = fit.decode(fit.encode(ride))
    assert_same_ride(back, ride)
    assert back.laps == ride.laps


def test_the_plan_comes_back_to_the_last_bit():
    assert fit.decode(fit.encode(sample_ride())).workout == PLAN


def test_how_far_a_plan_is_raised_comes_back_too():
    raised = replace(PLAN, raised=Raised(power=0.06, length=30.0, standing=15.0))
    data = fit.encode(replace(sample_ride(), workout=raised))
    assert fit.decode(data).workout == raised
    read_with_garmin(data)
    assert b"raised_" not in fit.encode(sample_ride())


def test_a_plan_by_distance_comes_back_as_one():
    lengths = [250.5 + each.index for each in PLAN.segments]
    lengths[-1] = None
    road = replace(
        PLAN,
        segments=tuple(
            replace(each, length=length)
            for each, length in zip(PLAN.segments, lengths, strict=True)
        ),
    )
    assert fit.decode(fit.encode(replace(sample_ride(), workout=road))).workout == road
    # Nothing is said of lengths where there are none: older files are like this too.
    assert b"road_length" not in fit.encode(sample_ride())


def test_steps_of_other_programs_are_no_plan():
    # The same file, but for the mark that says whose the developer fields are.
    data = bytearray(fit.encode(sample_ride()))
    at = data.index(b"Six Hills", data.index(b"Six Hills") + 1)
    while data[at - 7] != 0x1F:
        at = data.index(b"Six Hills", at + 1)
    data[at] = ord("X")
    back = fit.decode(bytes(data))
    assert back.workout is None
    assert all(lap.segment is None for lap in back.laps)
    assert np.isnan(back.target_power).all()


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        (b"cool_down", b"kool_down"),
        (struct.pack("<I", 45_500), b"\xff\xff\xff\xff"),  # the length of the downhill [ms]
        (struct.pack("<I", 45_500), b"\0\0\0\0"),
    ],
)
def test_a_damaged_plan_costs_the_plan_only(whole, broken):
    back = fit.decode(fit.encode(sample_ride()).replace(whole, broken, 1))
    assert back.workout is None
    assert len(back) == len(sample_ride())
    assert any("plan" in warning for warning in back.warnings)


@needs_rides
@pytest.mark.parametrize(
    "name",
    [
        "indoor_fenix6_turbo_positions",
        "mountain_edge530_positions_gears",
        "hill_repeats_5x",
        "indoor_tiny_paused",
        "virtual_zwift_16laps",
        "long_6h30_wahoo_bigendian",
        "indoor_devfields_power_spike",
        "alpe_dhuez_edge_nopower",
        "run_compressed_timestamps",
        "chained_4_files",
    ],
)
def test_real_rides_there_and_back(name):
    ride = fit.load(RIDES / f"{name}.fit")
    back = fit.decode(fit.encode(ride))
    # The one thing that is added: a file that stops without a last stop gets one.
    if ride.timer[-1].running:
        assert back.timer.pop().running is False
    assert_same_ride(back, ride)
    for ours, theirs in zip(back.laps, ride.laps, strict=True):
        assert ours.start == np.floor(theirs.start + 0.5)
        assert ours.elapsed_time == pytest.approx(theirs.elapsed_time, abs=5e-4)
        assert ours.timer_time == pytest.approx(theirs.timer_time, abs=5e-4)


@needs_rides
def test_garmins_sdk_reads_a_rewritten_ride_as_it_reads_the_original():
    path = RIDES / "indoor_tiny_paused.fit"
    theirs, _ = Decoder(Stream.from_file(str(path))).read()
    ours = read_with_garmin(fit.encode(fit.load(path)))
    for name in ("timestamp", "power", "heart_rate", "cadence", "fractional_cadence", "distance"):
        original = [record.get(name) for record in theirs["record_mesgs"]]
        rewritten = [record.get(name) for record in ours["record_mesgs"]]
        if name == "fractional_cadence":  # left out where it is zero throughout
            assert set(original) <= {0, None}
            assert set(rewritten) == {None}
        else:
            assert rewritten == original
    for name in ("start_time", "total_elapsed_time", "total_timer_time", "max_heart_rate"):
        original = [lap[name] for lap in theirs["lap_mesgs"]]
        assert [lap[name] for lap in ours["lap_mesgs"]] == original


numbers = st.one_of(st.just(np.nan), st.floats(-100, 70_000, width=32))


def columns(size):
    return hnp.arrays(np.float64, size, elements=numbers)


@settings(max_examples=50, deadline=None)
@given(data=st.data(), size=st.integers(0, 40))
def test_any_ride_is_valid_and_stable(data, size):
    times = data.draw(st.lists(st.floats(0, 5000), min_size=size, max_size=size))
    ride = Ride.from_columns(
        np.array(sorted(times)), **{name: data.draw(columns(size)) for name in COLUMNS}
    )
    ride.start = START
    moments = st.floats(0, 5000)
    ride.timer = [
        TimerChange(time, on) for time, on in data.draw(st.lists(st.tuples(moments, st.booleans())))
    ]
    for elapsed, paused in data.draw(st.lists(st.tuples(moments, st.floats(0, 1)))):
        start = ride.laps[-1].start + ride.laps[-1].elapsed_time if ride.laps else 0.0
        ride.laps.append(Lap(start, elapsed, elapsed * paused))
    written = fit.encode(ride)
    assert fit.encode(ride) == written
    back = fit.decode(written)
    assert back.warnings == []
    assert len(back) == size
    # Once through FIT's resolution, nothing changes any more.
    again = fit.decode(fit.encode(back))
    for name in ("time", *COLUMNS):
        np.testing.assert_array_equal(getattr(again, name), getattr(back, name), err_msg=name)
    assert (again.timer, again.laps) == (back.timer, back.laps)
    read_with_garmin(written)


@given(st.lists(st.floats(0.001, 5000), min_size=1, max_size=30))
def test_plans_of_any_lengths_come_back_whole(durations):
    segments: list[Segment] = []
    for index, duration in enumerate(durations):
        start = segments[-1].end if segments else 0.0
        segments.append(
            Segment(index, SegmentKind.INTERVAL, start, duration, None, Mode.POWER, label="x")
        )
    ride = replace(sample_ride(), workout=Workout("n", "t", tuple(segments)), laps=[])
    plan = fit.decode(fit.encode(ride)).workout
    assert plan is not None
    assert len(plan.segments) == len(durations)
    # Lengths are whole milliseconds; starts follow from them.
    assert plan.duration == pytest.approx(sum(durations), abs=5.1e-4 * len(durations))


def test_two_processes_write_the_same_bytes(tmp_path):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_fit_writing as t;"
        "from coach.formats import fit; import hashlib;"
        "print(hashlib.sha256(fit.encode(t.sample_ride())).hexdigest())"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent)]
    hashes = {
        subprocess.run(
            command, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1
