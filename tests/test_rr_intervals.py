"""RR intervals, from the strap's pages to the rider's file and back."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

import fitdecode
import numpy as np
import pytest
from garmin_fit_sdk import Decoder, Encoder, Stream
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fit_reading import NOON, RECORD, define, fit_file, record
from timeline import HILLS, RIDER

from coach import journal
from coach.clock import ManualClock
from coach.formats import fit
from coach.journal import Header, Journal, Recorded
from coach.messages import HeartBeat, Page, Sample, Source
from coach.protocol import heart
from coach.ride import Ride, RrIntervals, TimerChange, as_ridden
from coach.runner import Run
from coach.trainers.replay import ReplayTrainer
from coach.trainers.simulated import SimulatedTrainer

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PAGE_4 = bytes.fromhex("84ff00000004098c")
"""Reference notes on FE-C, section 3.3: beat 9 at 1.0 s, the one before at 0.0 s."""

PLAIN, FOUR = heart.DefaultOrUnknownPage, heart.PreviousHeartBeat


# --- out of pages -----------------------------------------------------------------------------


def page(count, at, before=None):
    """Return a page of a beat; page 4 if it tells of the beat before."""
    common = {"page_toggle": False, "beat_time_s": at % 64, "beat_count": count % 256}
    if before is None:
        return PLAIN(heart_rate_bpm=80, **common)
    return FOUR(heart_rate_bpm=80, previous_beat_time_s=before % 64, **common)


def told(*pages):
    """Return what each page tells, given those before it; they come 0.25 s apart."""
    beats = heart.Beats()
    return [beats.update(0.25 * number, each) for number, each in enumerate(pages)]


def test_the_vector_of_page_4_is_told_once():
    beats, four = heart.Beats(), heart.decode(PAGE_4)
    assert beats.update(0.0, page(8, 0.0)) is None
    assert [beats.update(time, four) for time in (1.0, 1.25, 1.5, 1.75)] == [1.0, None, None, None]
    assert (beats.interval, beats.heard) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("before", "after", "interval"),
    [
        pytest.param(page(8, 10.0), page(9, 10.75), 0.75, id="a strap without page 4"),
        pytest.param(page(255, 10.0), page(0, 10.75), 0.75, id="the count goes round"),
        pytest.param(page(8, 63.5), page(9, 64.25), 0.75, id="the clock goes round"),
        pytest.param(page(8, 62.0), page(9, 64.25, 63.5), 0.75, id="so does that of page 4"),
        pytest.param(page(8, 10.0), page(9, 10.8, 10.05), 0.75, id="the strap knows best"),
        pytest.param(page(8, 10.0), page(11, 12.5), None, id="lost beats have no interval"),
        pytest.param(page(8, 10.0), page(11, 12.5, 11.75), 0.75, id="but the last one, on page 4"),
        pytest.param(page(8, 10.0), page(9, 10.25), 0.25, id="shortest"),
        pytest.param(page(8, 10.0), page(9, 10.25 - 1 / 1024), None, id="too short"),
        pytest.param(page(8, 10.0), page(9, 12.0), 2.0, id="longest"),
        pytest.param(page(8, 10.0), page(9, 12.0 + 1 / 1024), None, id="too long"),
        pytest.param(page(8, 10.0), page(9, 10.75, 10.75), None, id="page 4 without a time"),
        pytest.param(page(8, 10.0), page(8, 10.75, 10.0), None, id="the same beat"),
    ],
)
def test_the_interval_between_two_pages(before, after, interval):
    assert told(before, after) == [None, interval]


def test_what_was_beaten_before_the_first_page_is_no_part_of_the_ride():
    assert told(heart.decode(PAGE_4)) == [None]


def test_of_lost_beats_a_later_page_4_tells():
    pages = page(8, 10.0), page(11, 12.5), page(11, 12.5, 11.75), page(11, 12.5, 11.75)
    assert told(*pages) == [None, None, 0.75, None]


def test_the_interval_is_unknown_again_with_the_next_beat():
    beats = heart.Beats()
    beats.update(0.0, page(8, 10.0))
    beats.update(1.0, page(9, 11.0))
    beats.update(3.0, page(11, 12.5))
    assert (beats.interval, beats.heard) == (None, 3.0)


@pytest.mark.parametrize("silence", [32.0, 64.75])
def test_after_long_silence_the_strap_s_clock_tells_nothing(silence):
    beats = heart.Beats()
    beats.update(0.0, page(8, 10.0))
    # 64.75 s look like 0.75 s.
    assert beats.update(silence, page(9, 10.75, 10.0)) is None
    assert beats.update(silence + 0.25, page(9, 10.75, 10.0)) is None
    assert beats.update(silence + 1.0, page(10, 11.5)) == 0.75


def test_no_pages_no_beats():
    beats = heart.Beats()
    assert (beats.heard, beats.interval) == (None, None)


SLOT = heart.PERIOD / 32768

hearts = st.lists(st.integers(256, 2048), min_size=1, max_size=80)


def broadcasts(ticks, kinds):
    """Return the pages of a heart, four a second: when, which beat is its last one, and the page.

    `ticks` are the times between its beats [1/1024 s]; `kinds` tell which pages are page 4.
    """
    ends = np.cumsum([0, *ticks])
    pages = []
    for slot in range(math.ceil(float(ends[-1]) / 1024 / SLOT) + 2):
        beat = int(np.searchsorted(ends, slot * SLOT * 1024, "right")) - 1
        at, before = ends[beat] / 1024, ends[max(beat - 1, 0)] / 1024
        tells = kinds[slot % len(kinds)]
        pages.append((slot * SLOT, beat, page(250 + beat, at + 60, before + 60 if tells else None)))
    return pages


@given(ticks=hearts, kinds=st.lists(st.booleans(), min_size=1, max_size=7))
def test_every_beat_that_is_heard_is_told_once(ticks, kinds):
    beats = heart.Beats()
    said = [beats.update(time, each) for time, _, each in broadcasts(ticks, kinds)]
    assert [each * 1024 for each in said if each is not None] == ticks


@given(
    ticks=st.lists(st.integers(256, 40_000), min_size=1, max_size=20),
    kinds=st.lists(st.booleans(), min_size=1, max_size=7),
    lost=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 200)), max_size=6),
)
def test_whatever_is_lost_no_interval_is_made_up(ticks, kinds, lost):
    gone = {slot for first, count in lost for slot in range(first, first + count)}
    beats = heart.Beats()
    last = 0
    for slot, (time, beat, each) in enumerate(broadcasts(ticks, kinds)):
        said = None if slot in gone else beats.update(time, each)
        if said is not None:
            assert beat > last
            assert said * 1024 == ticks[beat - 1] <= 2048
            last = beat


# --- in the journal ---------------------------------------------------------------------------


def kept(path, messages, length=10):
    """Keep a ride of so many seconds, whose first step is at 100 s."""
    book = Journal(path, Header("Test", START, RIDER, HILLS, "sim", "test"))
    book.stepped(100.0)
    book.received(messages)
    book.told((), (), (), [Sample(float(at), float(at), 0) for at in range(1, length + 1)])
    book.finish(float(length), float(length))
    return journal.load(path)


def test_a_ride_has_the_intervals_of_its_strap_s_pages(tmp_path):
    def strap(time, payload):
        return Page(time, Source.HEART_RATE, payload)

    ride = kept(
        tmp_path / "a.ride",
        [
            strap(100.5, page(8, 0.0).encode()),
            Page(100.6, Source.TRAINER, PAGE_4),
            strap(100.75, b"damaged!"),
            strap(101.0, bytes([0x80]) + page(8, 0.0).encode()[1:]),  # the toggle: not an old one
            *(strap(101.5 + 0.25 * again, PAGE_4) for again in range(3)),
            strap(109.5, page(10, 1.75, 1.0).encode()),
            strap(110.25, page(11, 2.5, 1.75).encode()),  # the ride is over
        ],
    )
    np.testing.assert_array_equal(ride.rr_intervals.time, [1.5, 9.5])
    np.testing.assert_array_equal(ride.rr_intervals.interval, [1.0, 0.75])


def test_of_an_old_strap_only_the_last_bytes_count(tmp_path):
    # It never flips the toggle; what would be page 4's time is anything.
    beats = [(100.5, "84ff000000000850"), (101.5, "84ff100200040950")]
    pages = [Page(time, Source.HEART_RATE, bytes.fromhex(each)) for time, each in beats]
    ride = kept(tmp_path / "a.ride", pages)
    np.testing.assert_array_equal(ride.rr_intervals.interval, [1.0])


def test_a_ride_without_a_strap_has_none(tmp_path):
    assert len(kept(tmp_path / "a.ride", []).rr_intervals) == 0


def test_a_recording_s_own_intervals_are_kept_as_they_are(tmp_path):
    beats = [HeartBeat(101.0, 0.8), HeartBeat(101.0, 3.5), HeartBeat(104.0, 0.81)]
    ride = kept(tmp_path / "a.ride", beats)
    np.testing.assert_array_equal(ride.rr_intervals.time, [1.0, 1.0, 4.0])
    np.testing.assert_array_equal(ride.rr_intervals.interval, [0.8, 3.5, 0.81])


# --- in FIT -----------------------------------------------------------------------------------


def ride_of(times, intervals, records=range(1, 6)):
    ride = Ride.from_columns(np.array(list(records), float))
    ride.start = START
    ride.rr_intervals = RrIntervals(np.array(times, float), np.array(intervals, float))
    return ride


def by_garmin(data):
    """Return the hrv messages as Garmin's SDK reads them, what stands for "no value" left out."""
    assert Decoder(Stream.from_byte_array(bytearray(data))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(data))).read()
    assert errors == []
    rows = [message["time"] for message in messages.get("hrv_mesgs", [])]
    rows = [row if isinstance(row, list) else [row] for row in rows]
    return [[value for value in row if value is not None] for row in rows]


def by_fitdecode(data):
    """Return names of the messages behind the first event, and times of those that have one."""
    with fitdecode.FitReader(
        data, check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    ) as reader:
        frames = [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]
    names = [frame.name for frame in frames]
    stream = []
    for frame in frames[names.index("event") : names.index("session")]:
        if frame.name == "hrv":
            stream.append(tuple(value for value in frame.get_value("time") if value is not None))
        else:
            stream.append((frame.name, (frame.get_value("timestamp") - START).total_seconds()))
    return stream


def test_the_bytes_of_an_hrv_message():
    # FIT Protocol: definition of message 78, little-endian, field 0 of 10 bytes as uint16. By FIT
    # SDK 21.218 the scale is 1000 s; 0xFFFF is no value.
    data = fit.encode(ride_of([2.0, 2.2], [0.8125, 0.7]))
    at = data.index(bytes.fromhex("00004e0001000a84"))
    local = data[at - 1] & 0x0F
    assert data[at - 1] == 0x40 | local
    assert bytes([local]) + bytes.fromhex("2d03bc02ffffffffffff") in data


def test_garmins_sdk_reads_what_was_written():
    data = fit.encode(ride_of([1.2, 2.0, 2.2, 4.9], [0.8125, 0.7, 0.701, 2.0]))
    assert by_garmin(data) == [[0.813], [0.7, 0.701], [2.0]]


def test_intervals_stand_behind_the_record_of_their_second():
    ride = ride_of([0.2, 1.4, 1.5, 2.4, 3.0, 3.1, 5.6], [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1])
    ride.timer = [TimerChange(0.0, True), TimerChange(3.0, False), TimerChange(4.0, True)]
    assert by_fitdecode(fit.encode(ride)) == [
        ("event", 0),
        (0.5,),
        ("record", 1),
        (0.6,),
        ("record", 2),
        (0.7, 0.8),
        ("record", 3),
        ("event", 3),
        (0.9, 1.0),
        ("event", 4),
        ("record", 4),
        ("lap", 4),
        ("record", 5),
        ("event", 5),
        (1.1,),
    ]


def test_a_message_is_full_with_five():
    ride = ride_of([2.0] * 12 + [3.0], [0.001 * number for number in range(1, 14)])
    assert [len(row) for row in by_garmin(fit.encode(ride))] == [5, 5, 2, 1]
    np.testing.assert_allclose(
        fit.decode(fit.encode(ride)).rr_intervals.interval, np.arange(1, 14) / 1000
    )


def test_a_ride_without_intervals_says_nothing_of_them():
    assert bytes.fromhex("00004e00") not in fit.encode(ride_of([], []))
    assert len(fit.decode(fit.encode(ride_of([], []))).rr_intervals) == 0


def test_there_and_back_the_times_are_whole_seconds():
    back = fit.decode(fit.encode(ride_of([1.2, 2.0, 2.2, 4.9], [0.8125, 0.7, 0.701, 2.0])))
    assert back.warnings == []
    # Time 0 of a file is its start, not its first record.
    np.testing.assert_array_equal(back.rr_intervals.time, [1, 2, 2, 5])
    np.testing.assert_array_equal(back.rr_intervals.interval, [0.813, 0.7, 0.701, 2.0])


def test_in_a_pause_the_last_event_tells_the_time():
    ride = ride_of([3.2, 8.0, 12.2], [0.8, 0.9, 1.0], records=[1, 2, 3, 20])
    ride.timer = [TimerChange(7.0, False), TimerChange(11.0, True)]
    beats = fit.decode(fit.encode(ride)).rr_intervals
    np.testing.assert_array_equal(beats.time, [3, 7, 11])


def test_intervals_written_by_garmins_own_encoder():
    encoder = Encoder()
    encoder.write_mesg({"mesg_num": 0, "type": "activity", "time_created": START})
    rows = [[0.8, 0.75], [], [0.7, None, None, None, None], [0.65, 0.64, 0.63, 0.62, 0.61]]
    for second, row in enumerate(rows):
        stamp = START + timedelta(seconds=second)
        encoder.write_mesg({"mesg_num": 20, "timestamp": stamp, "power": 200})
        if row:
            row = [65.535 if value is None else value for value in row]
            encoder.write_mesg({"mesg_num": 78, "time": row})
    ride = fit.decode(bytes(encoder.close()))
    np.testing.assert_array_equal(ride.rr_intervals.time, [0, 0, 2, 3, 3, 3, 3, 3])
    expected = [0.8, 0.75, 0.7, 0.65, 0.64, 0.63, 0.62, 0.61]
    np.testing.assert_array_equal(ride.rr_intervals.interval, expected)


@pytest.mark.parametrize("big", [False, True])
def test_arrays_of_any_length_in_both_byte_orders(big):
    order = ">" if big else "<"
    values = [820, 0xFFFF, 790]
    data = fit_file(
        RECORD,
        record(NOON, 100),
        define(1, 78, (0, 2, 0x84), big=big),
        b"\x01" + values[0].to_bytes(2, "big" if big else "little"),
        record(NOON + 1, 100),
        define(2, 78, (0, 6, 0x84), (9, 1, 0x02), big=big),
        b"\x02" + np.array(values, order + "u2").tobytes() + b"\x07",
        define(3, 78, (0, 3, 0x84), big=big),  # no whole number of items
        b"\x03\x01\x02\x03",
        define(4, 78, (9, 1, 0x02), big=big),  # no intervals
        b"\x04\x07",
    )
    beats = fit.decode(data).rr_intervals
    np.testing.assert_array_equal(beats.time, [0, 1, 1])
    np.testing.assert_array_equal(beats.interval, [0.82, 0.82, 0.79])


def test_intervals_ahead_of_everything_and_behind_damaged_times():
    hrv = define(1, 78, (0, 2, 0x84))

    def beat(milliseconds):
        return b"\x01" + milliseconds.to_bytes(2, "little")

    data = fit_file(
        *(RECORD, hrv, beat(801)),
        *(record(NOON, 100), beat(802), record(NOON + 1, 100), record(NOON + 5000, 100), beat(803)),
        *(record(0xFFFFFFFF, 100), beat(804), record(NOON + 2, 100), beat(805)),
        *(record(NOON + 3, 100), beat(806)),
    )
    beats = fit.decode(data).rr_intervals
    np.testing.assert_array_equal(beats.interval * 1000, [801, 802, 803, 804, 805, 806])
    # Neither the leap ahead nor the missing time tells when the beats behind them were.
    np.testing.assert_array_equal(beats.time, [0, 0, 1, 1, 2, 3])


@settings(max_examples=60, deadline=None)
@given(
    times=st.lists(st.floats(0, 60), max_size=20),
    beats=st.lists(st.tuples(st.floats(0, 60), st.floats(0, 65.5)), max_size=40),
    timer=st.lists(st.tuples(st.floats(0, 60), st.booleans()), max_size=6),
)
def test_any_intervals_come_back_and_stay(times, beats, timer):
    ride = ride_of(sorted(at for at, _ in beats), [each for _, each in beats], sorted(times))
    ride.timer = [TimerChange(*change) for change in timer]
    written = fit.encode(ride)
    back = fit.decode(written)
    np.testing.assert_allclose(back.rr_intervals.interval, ride.rr_intervals.interval, atol=5.1e-4)
    assert list(chain(*by_garmin(written))) == back.rr_intervals.interval.tolist()
    # Once through FIT's resolution, nothing changes any more.
    again = fit.decode(fit.encode(back))
    np.testing.assert_array_equal(again.rr_intervals.time, back.rr_intervals.time)
    np.testing.assert_array_equal(again.rr_intervals.interval, back.rr_intervals.interval)


# --- ridden again -----------------------------------------------------------------------------


def test_a_recording_says_its_beats_in_their_place():
    ride = ride_of([1.5, 3.0, 9.0], [0.8, 0.81, 0.82], records=[1, 2, 3])
    ride.timer = [TimerChange(3.0, False)]
    trainer = ReplayTrainer(ride)
    trainer.open(100.0)
    heard = list(trainer.poll(1e9))
    assert [(type(each).__name__, each.time) for each in heard] == [
        ("Telemetry", 101.0),
        ("HeartBeat", 101.5),
        ("Telemetry", 102.0),
        ("Telemetry", 103.0),
        ("HeartBeat", 103.0),
        ("TimerEvent", 103.0),
        ("HeartBeat", 109.0),
        ("RecordingEnded", 109.0),
    ]
    assert heard[1] == HeartBeat(101.5, 0.8)


def ridden(path, trainer, plan, recording=False):
    header = Header("Test", START, RIDER, plan, "x", "test", recording=recording)
    Run(Journal(path, header), trainer, ManualClock()).ride()
    return journal.load(path)


def test_a_ride_replayed_keeps_its_intervals_in_both_files(tmp_path):
    trainer = SimulatedTrainer(RIDER, seed=1)
    first = ridden(tmp_path / "a.ride", trainer, HILLS)
    # The simulated heart beats without a gap: its intervals are all of the time it was heard.
    assert len(first.rr_intervals) > 100
    heard = first.rr_intervals.time[-1] - first.rr_intervals.time[0]
    assert first.rr_intervals.interval[1:].sum() == pytest.approx(heard, abs=2.1 * SLOT)
    for number, source in enumerate((first, fit.decode(fit.encode(first)))):
        path = tmp_path / f"{number}.ride"
        again = ridden(path, ReplayTrainer(source), as_ridden(source), recording=True)
        written = fit.decode(fit.encode(again))
        np.testing.assert_array_equal(again.rr_intervals.interval, source.rr_intervals.interval)
        np.testing.assert_allclose(again.rr_intervals.time, source.rr_intervals.time, atol=1e-9)
        thousandths = np.floor(source.rr_intervals.interval * 1000 + 0.5) / 1000
        np.testing.assert_array_equal(written.rr_intervals.interval, thousandths)
        assert np.abs(written.rr_intervals.time - source.rr_intervals.time).max() <= 1.0


def test_heart_beats_change_nothing_of_a_replay(tmp_path):
    ride = ridden(tmp_path / "a.ride", SimulatedTrainer(RIDER, seed=1), HILLS)
    steps = []
    for number, beats in enumerate((ride.rr_intervals, RrIntervals())):
        path = tmp_path / f"{number}.ride"
        source = replace(ride, rr_intervals=beats)
        ridden(path, ReplayTrainer(source), as_ridden(source), recording=True)
        with Recorded(path) as recorded:
            steps.append([recorded.rows(table) for table in ("steps", "samples", "sent")])
    assert steps[0] == steps[1]
