"""FIT files read: real rides against their oracles, made files against the protocol."""

import struct
import time
from datetime import UTC, datetime
from pathlib import Path

import fitdecode
import fitfast
import numpy as np
import pytest
from garmin_fit_sdk import Encoder
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.analysis.summary import summarize
from coach.errors import RideFileError
from coach.formats import fit
from coach.formats.fit.crc import crc16
from coach.messages import PostureSource, RiderPosition
from coach.ride import Lap, PositionChange, TimerChange

RIDES = (Path(__file__).parents[2] / "shared" / "rides").resolve()
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason=f"no recorded rides in {RIDES}")

# --- real rides -------------------------------------------------------------------------------

# Source: README.md beside the rides, "rec" and "power sum" (the spike's sum: fitfast).
COUNTS_AND_POWER_SUMS = {
    "indoor_fenix6_turbo_positions": (3161, 660986),
    "mountain_edge530_positions_gears": (8627, 1181988),
    "hill_repeats_5x": (8357, 1830773),
    "indoor_tiny_paused": (199, 23841),
    "virtual_zwift_16laps": (3168, 667968),
    "long_6h30_wahoo_bigendian": (13471, 1369714),
    "indoor_devfields_power_spike": (4555, 1226163),
    "alpe_dhuez_edge_nopower": (13134, 0),
    "run_compressed_timestamps": (755, 0),
    "chained_4_files": (1773, 0),
    "corrupt_truncated": (14, 0),
    "corrupt_filecrc": (14, 0),
}

# fitfast checks the damaged ones away, and alpe_dhuez because it leaves the header out of the
# checksum where the header's own is 0; of the run it takes no compressed speed.
BY_FITFAST = [
    "indoor_fenix6_turbo_positions",
    "mountain_edge530_positions_gears",
    "hill_repeats_5x",
    "indoor_tiny_paused",
    "virtual_zwift_16laps",
    "long_6h30_wahoo_bigendian",
    "indoor_devfields_power_spike",
    "chained_4_files",
]


def load(name):
    return fit.load(RIDES / f"{name}.fit")


@needs_rides
@pytest.mark.parametrize("name", COUNTS_AND_POWER_SUMS)
def test_every_record_and_every_watt_is_read(name):
    ride = load(name)
    assert (len(ride), np.nansum(ride.power)) == COUNTS_AND_POWER_SUMS[name]


@needs_rides
@pytest.mark.parametrize("name", BY_FITFAST)
def test_columns_equal_fitfast(name):
    theirs = fitfast.records(RIDES / f"{name}.fit")
    ride = load(name)
    absent = np.full(len(ride), np.nan)
    fraction = np.nan_to_num(theirs.get("fractional_cadence", absent))
    pairs = {
        "power": theirs.get("power", absent),
        "cadence": theirs["cadence"] + fraction,
        "heart_rate": theirs.get("heart_rate", absent),
        "speed": theirs.get("speed", absent),  # its enhanced_speed truncates some to a mm/s less
        "distance": theirs["distance"],
        "altitude": theirs.get("enhanced_altitude", absent),
        "grade": theirs.get("grade", absent) / 100,
    }
    for column, expected in pairs.items():
        np.testing.assert_allclose(getattr(ride, column), expected, rtol=1e-12, err_msg=column)
    np.testing.assert_array_equal(ride.time + ride.start.timestamp(), theirs["timestamp"])


@needs_rides
def test_compressed_timestamps_speed_and_distance_equal_fitdecode():
    # The official Garmin SDK reads no record of this file.
    rows = []
    with fitdecode.FitReader(RIDES / "run_compressed_timestamps.fit") as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record":
                names = ("timestamp", "speed", "distance", "heart_rate")
                rows.append([frame.get_value(name, fallback=np.nan) for name in names])
    stamps, speed, distance, heart_rate = np.array(rows, float).T
    ride = load("run_compressed_timestamps")
    np.testing.assert_array_equal(ride.time, stamps - 17_217_864)  # the session's start
    np.testing.assert_allclose(ride.speed, speed)
    np.testing.assert_allclose(ride.distance, distance)
    np.testing.assert_array_equal(ride.heart_rate, heart_rate)
    assert ride.sport == "running"
    assert ride.start is None  # its clock counts from being switched on
    assert len(ride.laps) == 11


@needs_rides
def test_device_totals_and_events_of_an_indoor_ride():
    # Source: README.md beside the rides; times from fitdecode 0.11.
    ride = load("indoor_fenix6_turbo_positions")
    assert ride.start == datetime(2021, 7, 22, 18, 52, 51, tzinfo=UTC)
    assert (ride.elapsed_time, ride.timer_time) == (3159.907, 3158.912)
    assert (ride.time_standing, ride.stand_count) == (87.998, 4)
    assert ride.timer == [
        TimerChange(0.0, True),
        TimerChange(67.0, False),
        TimerChange(68.0, True),
        TimerChange(3160.0, False),
    ]
    assert len(ride.positions) == 17
    assert ride.positions[0].position is RiderPosition.SEATED
    assert ride.position_source is PostureSource.MEASURED
    assert ride.laps == [Lap(0.0, 3159.907, 3158.912)]
    assert (ride.sport, ride.indoor, ride.virtual_altitude) == ("cycling", True, False)
    assert (ride.name, ride.threshold_power) == ("Bike Indoor", 275)
    assert ride.warnings == []


@needs_rides
def test_positions_equal_the_devices_own_order():
    ride = load("mountain_edge530_positions_gears")
    events = fitfast.parse(RIDES / "mountain_edge530_positions_gears.fit")["event"]
    theirs = [e for e in events if e["event"] in (44, "rider_position_change")]
    names = ["seated", "standing", "transition_to_seated", "transition_to_standing"]
    assert [p.position for p in ride.positions] == [names[int(e["data"])] for e in theirs]
    assert len(theirs) == 176
    assert (ride.time_standing, ride.stand_count, ride.ascent) == (1490.98, 36, 1385)
    # The timer started four seconds before the first record.
    assert ride.time[0] == 4.0
    assert ride.timer[0] == TimerChange(0.0, True)


@needs_rides
def test_pauses_and_laps():
    ride = load("indoor_tiny_paused")
    assert [change.running for change in ride.timer] == [True, False, True, False, True, False]
    assert ride.laps == [Lap(0.0, 133.823, 121.183), Lap(133.0, 190.69, 75.046)]
    assert (ride.elapsed_time, ride.timer_time) == (324.513, 196.229)


@needs_rides
def test_a_virtual_ride_says_so():
    ride = load("virtual_zwift_16laps")
    assert ride.virtual_altitude
    assert ride.indoor
    assert len(ride.laps) == 16
    assert ride.laps[1] == Lap(614.0, 119.0, 120.0)
    assert all(lap.segment is None for lap in ride.laps)


@needs_rides
def test_the_spike_survives():
    assert np.nanmax(load("indoor_devfields_power_spike").power) == 47140


@needs_rides
def test_chained_files_and_their_sessions_are_one_ride():
    ride = load("chained_4_files")
    # Five sessions: 1987.521 + 170.269 + 4422.14 + 60.724 + 2850.694 s.
    assert ride.elapsed_time == pytest.approx(9491.348)
    assert ride.timer_time == pytest.approx(9491.348)
    assert (ride.name, ride.sport) == ("Bike", "cycling")  # and not its swim's "Open Water"
    assert len(ride.laps) == 5
    assert np.all(np.diff(ride.time) >= 0)


@needs_rides
@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("corrupt_truncated", "byte 751: the file ends inside a message; 14 records were read"),
        ("corrupt_filecrc", "byte 769: the checksum is wrong"),
    ],
)
def test_damaged_rides_are_read_with_a_warning(name, warning):
    ride = load(name)
    assert len(ride) == 14
    assert len(ride.warnings) == 1
    assert ride.warnings[0].startswith(warning)
    assert ride.elapsed_time == 13.749


@needs_rides
def test_half_a_file_is_half_a_ride():
    data = (RIDES / "hill_repeats_5x.fit").read_bytes()
    half = fit.decode(data[: len(data) // 2])
    assert len(half) == 4158  # what Garmin's SDK reads of it (reference, "cut50")
    assert half.elapsed_time is None
    assert len(half.warnings) == 1
    crashed = fit.decode(data[:4] + b"\0\0\0\0" + data[8 : len(data) // 2])
    np.testing.assert_array_equal(crashed.power, half.power)
    assert crashed.warnings == [
        "byte 4: the file was never closed; it was read to where it ends; 4158 records were read"
    ]


# --- made files -------------------------------------------------------------------------------

ENUM, UINT8, UINT16, UINT32, STRING, FLOAT32 = 0x00, 0x02, 0x84, 0x86, 0x07, 0x88
SINT16, BYTE = 0x83, 0x0D
NOON = 1_000_000_000  # 2021-09-08 01:46:40 UTC


def define(local, message, *fields, big=False, developer=()):
    order = ">" if big else "<"
    head = struct.pack(
        f"{order}BBBHB", 0x40 | local | (0x20 if developer else 0), 0, big, message, len(fields)
    )
    body = b"".join(bytes(f) for f in fields)
    if developer:
        body += bytes([len(developer)]) + b"".join(bytes(f) for f in developer)
    return head + body


def bitwise_crc(data):
    # Source: FIT Protocol, "CRC": the polynomial itself, bit by bit.
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def fit_file(*parts, header=14, size=None):
    body = b"".join(parts)
    size = len(body) if size is None else size
    head = struct.pack("<BBHI4s", header, 0x20, 2132, size, b".FIT")
    if header == 14:
        head += struct.pack("<H", bitwise_crc(head))
    return head + body + struct.pack("<H", bitwise_crc(head + body))


RECORD = define(0, 20, (253, 4, UINT32), (7, 2, UINT16))


def record(stamp, power, order="<"):
    return b"\x00" + struct.pack(f"{order}IH", stamp, power)


def test_checksum_of_the_catalogue():
    # Source: Greg Cook's catalogue of parametrised CRC algorithms, CRC-16/ARC, "check".
    assert crc16(b"123456789") == 0xBB3D


@given(st.binary(max_size=300), st.integers(0, 20), st.integers(0, 300))
def test_checksum_of_any_bytes(data, start, end):
    assert crc16(data, start, end) == bitwise_crc(data[start:end])


@pytest.mark.parametrize("header", [12, 14])
@pytest.mark.parametrize("big", [False, True])
def test_both_headers_and_both_byte_orders(header, big):
    order = ">" if big else "<"
    definition = define(0, 20, (253, 4, UINT32), (7, 2, UINT16), (9, 2, SINT16), big=big)
    rows = [struct.pack(f"{order}BIHh", 0, NOON + at, 200 + at, -350) for at in range(3)]
    ride = fit.decode(fit_file(definition, *rows, header=header))
    np.testing.assert_array_equal(ride.power, [200, 201, 202])
    np.testing.assert_allclose(ride.grade, [-0.035] * 3)
    np.testing.assert_array_equal(ride.time, [0, 1, 2])
    assert ride.start == datetime(2021, 9, 8, 1, 46, 40, tzinfo=UTC)
    assert ride.warnings == []


def test_invalid_is_nan_and_enhanced_fields_come_first():
    definition = define(
        0,
        20,
        *[(253, 4, UINT32), (2, 2, UINT16), (78, 4, UINT32), (6, 2, UINT16), (73, 4, UINT32)],
        *[(3, 1, UINT8), (4, 1, UINT8), (53, 1, UINT8)],
    )
    none8, none16, none32 = 0xFF, 0xFFFF, 0xFFFF_FFFF
    rows = [
        (NOON, 2600, 3000, 5000, 6000, 150, 80, 64),
        (NOON + 1, 2600, none32, 5000, none32, none8, 81, none8),
        (NOON + 2, none16, none32, none16, none32, 0, none8, 64),
    ]
    ride = fit.decode(fit_file(definition, *[struct.pack("<BIHIHIBBB", 0, *row) for row in rows]))
    np.testing.assert_array_equal(ride.altitude, [100, 20, np.nan])  # raw / 5 - 500
    np.testing.assert_array_equal(ride.speed, [6, 5, np.nan])
    np.testing.assert_array_equal(ride.heart_rate, [150, np.nan, 0])
    np.testing.assert_array_equal(ride.cadence, [80.5, 81, np.nan])
    assert np.isnan(ride.power).all()


def test_order_and_duplicates_survive_redefinitions():
    other = define(1, 20, (7, 2, UINT16), (253, 4, UINT32))
    rows = [
        record(NOON, 1),
        record(NOON, 2),
        struct.pack("<BHI", 1, 3, NOON + 1),
        record(NOON + 1, 4),
        struct.pack("<BHI", 1, 5, NOON),
    ]
    ride = fit.decode(fit_file(RECORD, other, *rows))
    np.testing.assert_array_equal(ride.power, [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(ride.time, [0, 0, 1, 1, 0])


def test_a_long_run_ends_where_its_header_does():
    # Longer than the first chunk of headers that is compared at once, and then some.
    heart = define(1, 20, (253, 4, UINT32), (3, 1, UINT8))
    rows = [record(NOON + at, at % 500) for at in range(1000)]
    late = struct.pack("<BIB", 1, NOON + 1000, 140)
    ride = fit.decode(fit_file(RECORD, heart, *rows, late, record(NOON + 1001, 7)))
    np.testing.assert_array_equal(ride.power[:1000], np.arange(1000) % 500)
    np.testing.assert_array_equal(ride.power[1000:], [np.nan, 7])
    np.testing.assert_array_equal(ride.heart_rate[1000:], [140, np.nan])


def test_compressed_timestamps_go_round():
    # Source: FIT Protocol, "Compressed Timestamp Header", table of offsets and rollovers.
    start = 0x3B9A_CA3B  # its low five bits are 27
    definition = define(2, 20, (7, 2, UINT16))
    offsets = [27, 29, 2, 5, 5, 4]
    rows = [struct.pack("<BH", 0x80 | 2 << 5 | low, 100 + at) for at, low in enumerate(offsets)]
    ride = fit.decode(fit_file(RECORD, definition, record(start, 99), *rows))
    np.testing.assert_array_equal(ride.time, [0, 0, 2, 7, 10, 10, 41])
    np.testing.assert_array_equal(ride.power, [99, 100, 101, 102, 103, 104, 105])


def test_a_compressed_timestamp_leans_on_any_message_before():
    event = define(1, 21, (253, 4, UINT32), (0, 1, ENUM), (1, 1, ENUM))
    bare = define(2, 20, (7, 2, UINT16))
    compressed = struct.pack("<BH", 0x80 | 2 << 5 | (NOON + 3) & 0x1F, 5)
    started = struct.pack("<BIBB", 1, NOON, 0, 0)
    ride = fit.decode(fit_file(RECORD, event, bare, record(NOON - 40, 4), started, compressed))
    np.testing.assert_array_equal(ride.time, [0, 43])
    assert ride.timer == [TimerChange(40.0, True)]


def test_misaligned_sizes_arrays_and_unknown_types_are_stepped_over():
    definition = define(
        0,
        20,
        *[(253, 4, UINT32), (7, 3, UINT16), (3, 2, UINT8), (4, 1, 0x1E), (29, 0, UINT32)],
        (9, 2, 0x03),  # in practice: the byte-order bit is missing
    )
    row = struct.pack("<BI3s2sBh", 0, NOON, b"\x01\x02\x03", b"\x8c\x8d", 90, 500)
    ride = fit.decode(fit_file(definition, row))
    assert np.isnan(ride.power[0])
    assert np.isnan(ride.cadence[0])
    assert ride.heart_rate[0] == 140
    assert ride.grade[0] == 0.05


def test_developer_fields_of_others_are_stepped_over():
    developer = define(1, 207, (1, 16, BYTE), (3, 1, UINT8))
    theirs = struct.pack("<B16sB", 1, b"someone else 123", 0)
    definition = define(
        0, 20, (253, 4, UINT32), (7, 2, UINT16), developer=[(0, 2, 0), (1, 1, 0), (5, 4, 3)]
    )
    row = struct.pack("<BIHHBI", 0, NOON, 210, 333, 1, 77)
    ride = fit.decode(fit_file(developer, theirs, definition, row, row))
    np.testing.assert_array_equal(ride.power, [210, 210])
    assert np.isnan(ride.target_power).all()
    assert np.isnan(ride.prescribed_standing).all()


def test_float_powers_and_floats_that_are_no_numbers():
    definition = define(0, 20, (253, 4, UINT32), (7, 4, FLOAT32))
    powers = [200.5, float("nan"), float("inf"), -5.0, 1e30]
    rows = [struct.pack("<BIf", 0, NOON + at, power) for at, power in enumerate(powers)]
    ride = fit.decode(fit_file(definition, *rows))
    np.testing.assert_array_equal(ride.power, [200.5, *[np.nan] * 4])


def test_text_that_is_no_utf8():
    session = define(1, 18, (253, 4, UINT32), (110, 8, STRING), (5, 1, ENUM))
    row = struct.pack("<BI8sB", 1, NOON, b"H\xf6hen\0xx", 1)
    ride = fit.decode(fit_file(RECORD, session, record(NOON, 100), row))
    assert ride.name == "H�hen"
    assert ride.sport == "running"


def test_all_codes_of_the_timer_and_of_positions():
    # Source: FIT SDK 21.218, types event, event_type and rider_position_type.
    event = define(1, 21, (253, 4, UINT32), (0, 1, ENUM), (1, 1, ENUM), (3, 4, UINT32))
    codes = [(0, 0, 0), (0, 1, 0), (0, 0, 0), (0, 4, 0), (0, 0, 0), (0, 8, 0), (0, 9, 0)]
    codes += [(0, 3, 0), (44, 3, 0), (44, 3, 1), (44, 3, 2), (44, 3, 3), (44, 3, 9), (42, 3, 1)]
    rows = [struct.pack("<BIBBI", 1, NOON + at, *code) for at, code in enumerate(codes)]
    ride = fit.decode(fit_file(RECORD, event, record(NOON, 100), *rows))
    running = [True, False, True, False, True, False, False]
    assert ride.timer == [TimerChange(float(at), on) for at, on in enumerate(running)]
    assert ride.positions == [
        PositionChange(8.0, RiderPosition.SEATED),
        PositionChange(9.0, RiderPosition.STANDING),
        PositionChange(10.0, RiderPosition.TRANSITION_TO_SEATED),
        PositionChange(11.0, RiderPosition.TRANSITION_TO_STANDING),
    ]


def test_records_without_a_time_stay_with_the_one_before():
    none = 0xFFFF_FFFF
    years_off = NOON + 40 * 86_400
    stamps = [none, NOON, NOON + 1, none, years_off, NOON + 2]
    ride = fit.decode(fit_file(RECORD, *[record(stamp, 100) for stamp in stamps]))
    np.testing.assert_array_equal(ride.time, [0, 0, 1, 1, 1, 2])
    assert ride.warnings == ["3 of 6 records carry no usable time"]


def test_no_time_at_all():
    definition = define(0, 20, (7, 2, UINT16))
    ride = fit.decode(fit_file(definition, b"\x00\xc8\x00" * 5))
    np.testing.assert_array_equal(ride.time, np.zeros(5))
    np.testing.assert_array_equal(ride.power, np.full(5, 200))
    assert ride.start is None
    assert ride.warnings == ["5 of 5 records carry no usable time"]


def test_laps_with_holes_in_them():
    lap = define(1, 19, (253, 4, UINT32), (2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32))
    none = 0xFFFF_FFFF
    rows = [
        (NOON + 10, NOON, 10_000, 9_000),
        (NOON + 20, none, 10_000, none),
        (NOON + 30, NOON + 20, none, none),
        (none, NOON + 30, none, none),
    ]
    data = fit_file(
        RECORD, lap, record(NOON, 100), *[struct.pack("<BIIII", 1, *row) for row in rows]
    )
    assert fit.decode(data).laps == [Lap(0, 10, 9), Lap(10, 10, 10), Lap(20, 10, 10)]


def test_two_chained_files_add_up_on_one_axis():
    session = define(1, 18, (253, 4, UINT32), (2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32))

    def part(start, totals):
        rows = [record(start + at, 100) for at in range(5)]
        return fit_file(RECORD, session, *rows, struct.pack("<BIIII", 1, start, start, *totals))

    ride = fit.decode(part(NOON, (5000, 4000)) + part(NOON + 60, (6000, 6000)))
    np.testing.assert_array_equal(ride.time, [0, 1, 2, 3, 4, 60, 61, 62, 63, 64])
    assert (ride.elapsed_time, ride.timer_time) == (11.0, 10.0)
    assert ride.warnings == []


SESSION_START = define(1, 18, (253, 4, UINT32), (2, 4, UINT32))


def session_start(start):
    return struct.pack("<BII", 1, NOON, start)


def test_a_session_that_starts_hours_before_its_records_moves_nothing():
    rows = [record(NOON + at, 100) for at in range(5)]
    damaged = fit.decode(fit_file(RECORD, SESSION_START, *rows, session_start(NOON - 2**14)))
    np.testing.assert_array_equal(damaged.time, range(5))
    sound = fit.decode(fit_file(RECORD, SESSION_START, *rows, session_start(NOON - 4)))
    np.testing.assert_array_equal(sound.time, range(4, 9))


def test_a_record_sent_hours_back_moves_nothing():
    stamps = [NOON, NOON + 1, NOON - 2**14, NOON + 3]
    ride = fit.decode(fit_file(RECORD, *[record(stamp, 100) for stamp in stamps]))
    np.testing.assert_array_equal(ride.time[[0, 1, 3]], [0, 1, 3])
    assert ride.start == datetime(2021, 9, 8, 1, 46, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    "later", [0, 3, -86_400, 40 * 86_400], ids=["same", "into", "day", "month"]
)
def test_a_chained_file_that_cannot_follow_in_time_is_laid_behind(later):
    events = define(2, 21, (253, 4, UINT32), (0, 1, ENUM), (1, 1, ENUM))

    def part(start):
        rows = [record(start + at, 100) for at in range(5)]
        timer = [struct.pack("<BIBB", 2, start, 0, 0), struct.pack("<BIBB", 2, start + 6, 0, 4)]
        return fit_file(RECORD, events, timer[0], *rows, timer[1])

    ride = fit.decode(part(NOON) + part(NOON + later))
    np.testing.assert_array_equal(ride.time, [0, 1, 2, 3, 4, 7, 8, 9, 10, 11])
    assert [(change.time, change.running) for change in ride.timer] == [
        (0, True), (6, False), (7, True), (13, False)
    ]  # fmt: skip


@needs_rides
def test_a_ride_chained_to_itself_is_twice_the_ride():
    data = (RIDES / "hill_repeats_5x.fit").read_bytes()
    one, two = summarize(fit.decode(data)), summarize(fit.decode(data + data))
    assert two.samples == 2 * one.samples
    for name in ("power_sum", "work", "elapsed_time", "timer_time", "ascent"):
        assert getattr(two, name) == 2 * getattr(one, name), name
    assert len(two.hills) == 2 * len(one.hills)
    assert [lap.average_power for lap in two.laps] == [one.laps[0].average_power] * 2


def test_of_what_does_not_add_up_the_last_word_counts():
    session = define(1, 18, (253, 4, UINT32), (45, 2, UINT16))
    profile = define(2, 3, (4, 2, UINT16))
    rows = [struct.pack("<BIH", 1, NOON, threshold) for threshold in (200, 230, 0xFFFF)]
    masses = [struct.pack("<BH", 2, mass) for mass in (700, 681)]
    ride = fit.decode(fit_file(RECORD, session, profile, record(NOON, 1), *rows, *masses))
    assert (ride.threshold_power, ride.rider_mass) == (230, 68.1)


def test_damage_in_the_first_of_two_chained_files_spares_the_second():
    broken = bytearray(fit_file(RECORD, record(NOON, 100), record(NOON + 1, 100)))
    broken[-9] = 0x0D  # the second record's header: no kind 13 was ever defined
    ride = fit.decode(bytes(broken) + fit_file(RECORD, record(NOON + 9, 300)))
    np.testing.assert_array_equal(ride.power, [100, 300])
    assert ride.warnings == [
        f"byte {len(broken) - 9}: expected a message of a defined kind, found kind 13; "
        "2 records were read"
    ]


def test_a_long_chain_of_broken_files_is_given_up():
    broken = fit_file(RECORD, record(NOON, 100))[:-2] + b"\0\0"
    ride = fit.decode(broken * 500)
    assert len(ride) == 20
    assert len(ride.warnings) == 21
    assert "too much of the file is damaged" in ride.warnings[-1]


def test_what_stands_behind_the_last_file_is_reported():
    data = fit_file(RECORD, record(NOON, 100))
    ride = fit.decode(data + b"\0" * 40)
    assert len(ride) == 1
    assert ride.warnings[0].startswith(f"byte {len(data)}: expected a FIT header")


def test_a_missing_checksum_is_a_warning():
    data = fit_file(RECORD, record(NOON, 100))
    ride = fit.decode(data[:-2])
    assert len(ride) == 1
    assert ride.warnings == [
        f"byte {len(data) - 2}: the checksum is missing; the end may be lost; 1 records were read"
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "byte 0: the file is empty"),
        (b"hello", "byte 0: expected a FIT header of 12 or 14 bytes, found 5 bytes"),
        (b"PK\x03\x04" * 20, "byte 0: expected a FIT header, with .FIT at byte 8"),
        (fit_file(), "byte 4: the file was never closed; it was read to where it ends; noth"),
        (fit_file(define(0, 26, (8, 4, STRING)), b"\0hill"), "byte 14: expected the records"),
        (fit_file(b"\x05abc"), "byte 14: expected a message of a defined kind, found kind 5"),
        (fit_file(RECORD[:7]), "byte 14: the file ends inside a definition"),
    ],
)
def test_nothing_to_ride_is_an_error_with_its_place(data, message):
    with pytest.raises(RideFileError) as error:
        fit.decode(data)
    assert str(error.value).startswith(message)


def test_the_error_of_a_file_names_it(tmp_path):
    path = tmp_path / "morning.fit"
    path.write_bytes(b"not at all")
    with pytest.raises(RideFileError, match=r"^morning\.fit: byte 0: expected a FIT header"):
        fit.load(path)


def test_a_ride_written_by_garmins_own_encoder():
    # An encoder that shares nothing with ours.
    encoder = Encoder()
    started = datetime(2024, 5, 1, 9, tzinfo=UTC)

    def at(seconds):
        return datetime.fromtimestamp(started.timestamp() + seconds, UTC)

    encoder.write_mesg({"mesg_num": 0, "type": "activity", "time_created": started})
    for second in range(4):
        encoder.write_mesg(
            {
                "mesg_num": 20,
                "timestamp": at(second),
                "power": 180 + second,
                "heart_rate": 120,
                "cadence": 85,
                "enhanced_speed": 7.25,
                "distance": 7.25 * second,
                "enhanced_altitude": 412.4,
                "grade": -1.5,
            }
        )
    encoder.write_mesg(
        {
            "mesg_num": 21,
            "timestamp": at(2),
            "event": "rider_position_change",
            "event_type": "marker",
            "data": 1,
        }
    )
    encoder.write_mesg(
        {
            "mesg_num": 18,
            "timestamp": at(4),
            "start_time": at(-2),
            "total_elapsed_time": 6.5,
            "total_timer_time": 4.25,
            "time_standing": 2.5,
            "stand_count": 1,
            "total_ascent": 12,
            "sport": "cycling",
            "sub_sport": "indoor_cycling",
            "threshold_power": 220,
        }
    )
    ride = fit.decode(bytes(encoder.close()))
    assert ride.start == at(-2)
    np.testing.assert_array_equal(ride.time, [2, 3, 4, 5])
    np.testing.assert_array_equal(ride.power, [180, 181, 182, 183])
    np.testing.assert_allclose(ride.speed, 7.25)
    np.testing.assert_allclose(ride.distance, 7.25 * np.arange(4))
    np.testing.assert_allclose(ride.altitude, 412.4)
    np.testing.assert_allclose(ride.grade, -0.015)
    assert ride.positions == [PositionChange(4.0, RiderPosition.STANDING)]
    assert (ride.elapsed_time, ride.timer_time, ride.time_standing) == (6.5, 4.25, 2.5)
    assert (ride.stand_count, ride.ascent, ride.threshold_power) == (1, 12, 220)
    assert ride.indoor


# --- any bytes --------------------------------------------------------------------------------

EVENT = define(1, 21, (253, 4, UINT32), (0, 1, ENUM), (1, 1, ENUM), (3, 4, UINT32))
SESSION = define(2, 18, (253, 4, UINT32), (2, 4, UINT32), (7, 4, UINT32), (110, 6, STRING))
SOUND = fit_file(
    RECORD,
    EVENT,
    SESSION,
    *[record(NOON + at, 150 + at) for at in range(30)],
    struct.pack("<BIBBI", 1, NOON, 0, 0, 0),
    struct.pack("<BIBBI", 1, NOON + 3, 44, 3, 1),
    struct.pack("<BH", 0x80 | NOON & 0x1F, 0),
    struct.pack("<BIII6s", 2, NOON + 30, NOON, 30_000, b"Six\0\0\0"),
)


def read_or_refuse(data):
    try:
        ride = fit.decode(data)
    except RideFileError as error:
        assert str(error).startswith("byte ")  # noqa: PT017
        return
    assert np.isfinite(ride.time).all()
    assert len(ride) <= len(data)
    fit.encode(ride)


@given(st.data())
def test_mutilated_bytes_are_read_or_refused(data):
    mutilated = bytearray(SOUND)
    places = st.integers(0, len(SOUND) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        mutilated[place] = value
    read_or_refuse(bytes(mutilated[: data.draw(st.integers(0, len(SOUND)))]))


@given(st.binary(max_size=300))
def test_random_bytes_behind_a_header_are_read_or_refused(body):
    read_or_refuse(fit_file(body))
    read_or_refuse(fit_file(RECORD, body))
    read_or_refuse(body)


@needs_rides
@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["indoor_tiny_paused", "corrupt_filecrc", "chained_4_files"]),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=20),
    cut=st.floats(0, 1),
)
def test_mutilated_rides_are_read_or_refused(name, flips, cut):
    data = bytearray((RIDES / f"{name}.fit").read_bytes())
    for place, value in flips:
        data[int(place * len(data))] = value
    read_or_refuse(bytes(data[: int(cut * len(data))]))


@given(st.integers(0, len(SOUND) - 1))
def test_a_cut_never_adds_records(cut):
    try:
        ride = fit.decode(SOUND[:cut])
    except RideFileError:
        return
    whole = fit.decode(SOUND)
    np.testing.assert_array_equal(ride.power, whole.power[: len(ride)])
    assert ride.warnings


def test_a_million_records_of_nothing_take_a_bounded_time():
    empty = fit_file_without_python_crc(define(0, 20) + b"\0" * 1_000_000)
    started = time.process_time()
    ride = fit.decode(empty)
    assert len(ride) == 1_000_000
    assert time.process_time() - started < 10.0


def fit_file_without_python_crc(body):
    return struct.pack("<BBHI4s", 12, 0x20, 2132, len(body), b".FIT") + body
