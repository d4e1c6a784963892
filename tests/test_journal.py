"""The journal: what was kept, what survives, what is refused."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import pytest
from timeline import HILLS, RIDER

from coach import journal
from coach.errors import RideFileError
from coach.journal import Header, Journal, Recorded
from coach.messages import (
    Cue,
    CueKind,
    Event,
    EventKind,
    Key,
    LapStarted,
    Page,
    Posture,
    PostureSource,
    Reply,
    ReplyStatus,
    RiderPosition,
    Sample,
    Source,
    TargetPower,
    Telemetry,
    TrackResistance,
)

START = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
HEADER = Header("Test", START, RIDER, HILLS, "sim", "0.1.0")
PAGE = Page(100.2, Source.TRAINER, bytes.fromhex("19015ac800c80030"))


def sample(number, **more):
    return Sample(float(number), float(number), 0, power=100.0 + number, **more)


def written(path, samples=5, finish=True):
    kept = Journal(path, HEADER)
    kept.stepped(100.0)
    kept.received([PAGE, Telemetry(time=100.1, power=5.0)])
    kept.pressed([Key.SKIP])
    kept.stepped(100.25)
    kept.sent([(100.25, TargetPower(150.0)), (100.5, TrackResistance(0.05))])
    kept.replied(Reply(100.6, "target_power", ReplyStatus.PASS, 3))
    kept.told(
        [Cue(101.0, CueKind.STAND, "Stand")],
        [
            Event(100.0, EventKind.STARTED),
            Event(101.0, EventKind.POSITION, "standing", "standing"),
            Event(102.0, EventKind.PAUSED),
            Event(103.5, EventKind.RESUMED),
        ],
        [LapStarted(100.0, 0), LapStarted(102.0, 1)],
        [sample(number, posture=Posture.STANDING) for number in range(1, samples + 1)],
    )
    if finish:
        kept.finish(6.5, 5.0)
    else:
        kept.commit()
    return kept


def test_what_was_kept_comes_back(tmp_path):
    path = tmp_path / "a.ride"
    written(path)
    with Recorded(path) as recorded:
        assert recorded.finished
        assert recorded.header == HEADER
        assert recorded.commands() == [
            (100.25, TargetPower(150.0)),
            (100.5, TrackResistance(0.05)),
        ]
        heard = list(recorded.inputs())
    assert [each.now for each in heard] == [100.0, 100.25]
    assert heard[0].messages == ()
    assert heard[1].messages == (PAGE, Telemetry(time=100.1, power=5.0))
    assert heard[1].keys == (Key.SKIP,)


def test_the_ride_has_columns_laps_timer_and_positions_from_time_zero(tmp_path):
    path = tmp_path / "a.ride"
    written(path)
    ride = journal.load(path)
    assert ride.time.tolist() == [1, 2, 3, 4, 5]
    assert ride.power.tolist() == [101, 102, 103, 104, 105]
    assert ride.prescribed_standing.tolist() == [1] * 5
    assert [(c.time, c.running) for c in ride.timer] == [
        (0, True), (2, False), (3.5, True), (6.5, False),
    ]  # fmt: skip
    assert [(lap.start, lap.elapsed_time, lap.timer_time) for lap in ride.laps] == [
        (0, 2, 2), (2, 4.5, 3),
    ]  # fmt: skip
    assert (ride.elapsed_time, ride.timer_time) == (6.5, 5.0)
    assert [(p.time, p.position) for p in ride.positions] == [(1, RiderPosition.STANDING)]
    assert ride.position_source is PostureSource.MEASURED
    assert (ride.start, ride.threshold_power, ride.workout) == (START, 220.0, HILLS)


def test_declared_posture_counts_only_where_nothing_was_measured(tmp_path):
    kept = Journal(tmp_path / "a.ride", HEADER)
    events = [Event(101.0, EventKind.DECLARED, "standing", "standing")]
    kept.stepped(100.0)
    kept.told([], events, [], [sample(1)])
    kept.finish(1.0, 1.0)
    ride = journal.load(tmp_path / "a.ride")
    assert ride.position_source is PostureSource.DECLARED


def test_a_finished_ride_is_one_plain_file(tmp_path):
    written(tmp_path / "a.ride")
    assert [each.name for each in tmp_path.iterdir()] == ["a.ride"]


def test_what_was_committed_survives_without_a_close(tmp_path):
    kept = written(tmp_path / "a.ride", finish=False)
    kept.told([], [], [], [sample(6)])  # never committed
    with Recorded(tmp_path / "a.ride") as recorded:
        assert not recorded.finished
        ride = recorded.ride()
    assert len(ride) == 5
    assert ride.elapsed_time == 5
    kept.close()


def test_an_existing_ride_is_never_overwritten(tmp_path):
    written(tmp_path / "a.ride")
    before = (tmp_path / "a.ride").read_bytes()
    with pytest.raises(RideFileError, match="nothing was overwritten"):
        Journal(tmp_path / "a.ride", HEADER)
    assert (tmp_path / "a.ride").read_bytes() == before


def test_every_commit_is_forced_to_the_disk(tmp_path):
    kept = Journal(tmp_path / "a.ride", HEADER)
    assert kept._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert kept._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    kept.close()


@pytest.mark.parametrize(
    "content", [b"", b"not a database", b"SQLite format 3\x00" + b"\x07" * 200]
)
def test_what_is_no_ride_is_refused_in_a_sentence(tmp_path, content):
    path = tmp_path / "a.ride"
    path.write_bytes(content)
    with pytest.raises(RideFileError, match=r"a\.ride"):
        journal.load(path)


def test_another_format_is_refused(tmp_path):
    written(tmp_path / "a.ride")
    with sqlite3.connect(tmp_path / "a.ride") as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    db.close()
    with pytest.raises(RideFileError, match="ride format 99"):
        journal.load(tmp_path / "a.ride")


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_cut_file_is_read_as_far_as_it_goes(tmp_path, share):
    path = tmp_path / "a.ride"
    written(path, samples=4000)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    ride = journal.load(path)
    assert 0 < len(ride) < 4000
    assert "cut" in ride.warnings[0]


@pytest.mark.parametrize("share", [0.01, 0.05])
def test_a_file_cut_in_its_head_is_a_sentence(tmp_path, share):
    path = tmp_path / "a.ride"
    written(path, samples=4000)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(RideFileError, match=r"a\.ride"):
        journal.load(path)


def test_a_ride_without_samples_is_said_to_have_none(tmp_path):
    Journal(tmp_path / "a.ride", HEADER).close()
    with pytest.raises(RideFileError, match="no samples"):
        journal.load(tmp_path / "a.ride")


@pytest.mark.parametrize("key", ["rider", "workout", "start"])
def test_a_damaged_head_is_a_sentence(tmp_path, key):
    written(tmp_path / "a.ride")
    with sqlite3.connect(tmp_path / "a.ride") as db:
        db.execute("UPDATE meta SET value = '{]' WHERE key = ?", (key,))
    db.close()
    with pytest.raises(RideFileError, match="damaged"):
        journal.load(tmp_path / "a.ride")


def test_a_nonsense_row_is_a_sentence(tmp_path):
    written(tmp_path / "a.ride")
    with sqlite3.connect(tmp_path / "a.ride") as db:
        db.execute("UPDATE samples SET power = 'much' WHERE time = 3")
    db.close()
    with pytest.raises(RideFileError, match="damaged"):
        journal.load(tmp_path / "a.ride")


def test_a_ride_under_way_cannot_be_recovered(tmp_path):
    kept = written(tmp_path / "a.ride", finish=False)
    with pytest.raises(RideFileError, match="still being ridden"):
        Journal.mend(tmp_path / "a.ride", 1.0, 1.0)
    kept.finish(6.5, 5.0)
    assert journal.load(tmp_path / "a.ride").elapsed_time == 6.5


def test_mending_marks_an_interrupted_ride_as_finished(tmp_path):
    written(tmp_path / "a.ride", finish=False)._db.close()
    Journal.mend(tmp_path / "a.ride", 5.0, 4.0)
    with Recorded(tmp_path / "a.ride") as recorded:
        assert recorded.finished
        assert recorded.ride().timer_time == 4.0
    assert [each.name for each in tmp_path.iterdir()] == ["a.ride"]


def test_a_ride_that_never_began_leaves_nothing(tmp_path):
    Journal(tmp_path / "a.ride", HEADER).discard()
    assert not list(tmp_path.iterdir())
