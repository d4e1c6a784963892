"""The archive: which files of a folder count, which do not, and what is said of them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial, partialmethod
from pathlib import Path

import pytest
from timeline import HILLS, RIDER

from coach import archive, journal
from coach.archive import history, newest, survey
from coach.errors import RiderInputError
from coach.formats import fit
from coach.journal import Header, Journal
from coach.journal.strength import LOG_NAME, StrengthLog
from coach.messages import LapStarted, Sample
from coach.strength.routine import Exercise, SetDone, Side, Work

RIDES = Path(__file__).parents[2] / "shared" / "rides"
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")

EAST = timezone(timedelta(hours=9))
START = datetime(2026, 11, 2, 18, 0, tzinfo=UTC)
POINT = (
    '<trkpt lat="50.{n:05}" lon="6"><ele>{n}</ele><time>{time}</time>'
    "<extensions><power>150</power></extensions></trkpt>"
)


def ride(path, start=START, *, finish=True, trainer="ant:12345", seconds=40, power=150.0, **more):
    """A ride that lasts `seconds`; a lap of the first planned segment."""
    kept = Journal(path, Header("Test", start, RIDER, HILLS, trainer, "0.1.0", **more))
    kept.stepped(0.0)
    samples = [Sample(float(n), float(n), 0, power=power) for n in range(1, seconds + 1)]
    kept.told([], [], [LapStarted(0.0, 0)], samples)
    if finish:
        kept.finish(float(seconds), float(seconds))
    else:
        kept.commit()
        kept._db.close()
    return path


def track(path, start=START, seconds=40):
    points = "".join(
        POINT.format(n=n, time=(start + timedelta(seconds=n)).isoformat())
        for n in range(seconds + 1)
    )
    path.write_text(f"<gpx><metadata><time>1999-01-01T00:00:00Z</time></metadata><trk><trkseg>"
                    f"{points}</trkseg></trk></gpx>")  # fmt: skip
    return path


def days(found):
    return [each.start.day for each in found.rides]


# --- whose rides count --------------------------------------------------------------------------


def test_a_ride_is_summed_up_in_the_rider_s_own_time(tmp_path):
    ride(tmp_path / "a.ride", datetime(2026, 11, 3, 0, 30, tzinfo=EAST))
    done, told = history(tmp_path, first=date(2026, 11, 3), last=date(2026, 11, 3))
    assert told == ()
    (one,) = done.rides
    assert one.start.isoformat() == "2026-11-03T00:30:00+09:00"
    assert (one.workout, one.timer_time, one.simulated) == (HILLS.name, 40.0, False)
    assert history(tmp_path, last=date(2026, 11, 2))[0].rides == ()


def test_simulated_rides_and_replays_are_left_out_and_counted(tmp_path):
    ride(tmp_path / "real.ride")
    ride(tmp_path / "sim.ride", START.replace(day=3), trainer="sim:seed=7")
    ride(tmp_path / "stick.ride", START.replace(day=4), simulated=True)
    ride(tmp_path / "replay.ride", START.replace(day=5), recording=True)
    done, told = history(tmp_path)
    assert days(done) == [2]
    assert told == (
        "2 simulated rides left out: --simulated counts them",
        "1 replay of recordings left out",
    )
    done, told = history(tmp_path, simulated=True)
    assert days(done) == [2, 3, 4]
    assert [each.simulated for each in done.rides] == [False, True, True]
    assert told == ("1 replay of recordings left out",)


def test_what_lies_on_other_days_is_not_told(tmp_path):
    ride(tmp_path / "sim.ride", trainer="sim")
    ride(tmp_path / "cut.ride", START.replace(hour=1), finish=False)
    ride(tmp_path / "b.ride", datetime(2026, 10, 1, tzinfo=UTC))
    ride(tmp_path / "a.ride", datetime(2026, 10, 2, tzinfo=UTC))
    found = survey(tmp_path, first=date(2026, 11, 3))
    assert (found.losses, found.notes, found.before) == ([], [], date(2026, 10, 2))
    found = survey(tmp_path, first=date(2026, 11, 3), simulated=True)
    assert found.before == date(2026, 11, 2)


def test_a_ride_that_has_not_ended_is_told(tmp_path):
    path = ride(tmp_path / "a.ride", finish=False)
    done, told = history(tmp_path)
    assert done.rides == ()
    assert [str(path) in each and "coach recover" in each for each in told] == [True]


def test_files_that_were_made_of_a_ride_do_not_count_again(tmp_path):
    path = ride(tmp_path / "a.ride")
    (tmp_path / "a.fit").write_bytes(fit.encode(journal.load(path)))
    (tmp_path / "a-light.png").write_bytes(b"png")
    done, told = history(tmp_path)
    assert (days(done), told) == ([2], ())


def test_the_same_ride_under_another_name_counts_once(tmp_path):
    path = ride(tmp_path / "b.ride")
    shutil.copy(path, tmp_path / "a.ride")
    journal.felt(path, 5)
    (tmp_path / "moved.fit").write_bytes(fit.encode(journal.load(path)))
    done, told = history(tmp_path)
    # Of two copies the one that says how it felt.
    assert [each.cr10 for each in done.rides] == [5]
    assert sorted(told) == [
        f"{tmp_path / 'a.ride'}: the same ride as b.ride, so counted once",
        f"{tmp_path / 'moved.fit'}: the same ride as b.ride, so counted once",
    ]


def test_the_fit_file_of_a_simulated_ride_is_no_ride_from_elsewhere(tmp_path):
    path = ride(tmp_path / "sim.ride", trainer="sim")
    (tmp_path / "moved.fit").write_bytes(fit.encode(journal.load(path)))
    done, told = history(tmp_path)
    assert (done.rides, told) == ((), ("1 simulated ride left out: --simulated counts it",))


@pytest.mark.parametrize(("later", "longer"), [(3, 0), (0, 6)])
def test_another_ride_is_another_ride(tmp_path, later, longer):
    ride(tmp_path / "a.ride")
    ride(tmp_path / "b.ride", START + timedelta(seconds=later), seconds=40 + longer)
    assert len(history(tmp_path)[0].rides) == 2


def test_a_track_from_elsewhere_counts_on_its_own_day(tmp_path):
    track(tmp_path / "ride.gpx")
    done, told = history(tmp_path, first=date(2026, 11, 1), last=date(2026, 11, 3))
    assert told == ()
    assert [each.start for each in done.rides] == [START]
    assert (done.rides[0].workout, done.rides[0].completed) == ("", None)


def test_a_run_is_no_ride(tmp_path):
    path = tmp_path / "run.gpx"
    text = track(path).read_text().replace("<trk>", "<trk><type>running</type>")
    path.write_text(text)
    done, told = history(tmp_path)
    assert (done.rides, told) == ((), ("1 activity of another sport left out",))


def test_a_track_of_another_year_is_not_read(tmp_path, monkeypatch):
    track(tmp_path / "ride.gpx")
    track(tmp_path / "near.gpx", START.replace(day=29))

    def only_near(path):
        assert path.name == "near.gpx"
        return load(path)

    load = archive.load_ride
    monkeypatch.setattr(archive, "load_ride", only_near)
    found = survey(tmp_path, first=date(2026, 11, 30))
    assert (found.history.rides, found.before) == ((), date(2026, 11, 29))


@needs_rides
def test_files_of_many_devices_count_for_what_they_know():
    done, told = history(RIDES)
    told_of = {Path(each.split(":")[0]).name for each in told}
    assert "route_missing_elevation.gpx" in told_of
    assert "hill_repeats_5x_strava.gpx" in told_of
    by_start = {each.start.astimezone(UTC).date(): each for each in done.rides}
    climb = by_start[date(2020, 7, 15)]
    assert (climb.standing, climb.standing_source.value, climb.hills) == (1491, "measured", 1)
    assert climb.workout == ""
    assert climb.completed is None


# --- damage -------------------------------------------------------------------------------------


def test_damaged_files_are_named_and_stop_nothing(tmp_path):
    ride(tmp_path / "good.ride")
    (tmp_path / "junk.ride").write_bytes(b"junk")
    (tmp_path / "empty.fit").write_bytes(b"")
    (tmp_path / "broken.gpx").write_text("<gpx><trk>")
    with closing(sqlite3.connect(ride(tmp_path / "head.ride"), isolation_level=None)) as db:
        db.execute("UPDATE meta SET value = 'once' WHERE key = 'start'")
    with closing(sqlite3.connect(ride(tmp_path / "body.ride", START.replace(day=3)))) as db:
        db.execute("DELETE FROM samples")
        db.commit()
    (tmp_path / LOG_NAME).write_text("what is this\n")
    found = survey(tmp_path)
    assert days(found.history) == [2]
    named = {Path(each.split(":")[0]).name for each in found.losses}
    assert named == {
        "junk.ride", "empty.fit", "broken.gpx", "head.ride", "body.ride", LOG_NAME,
    }  # fmt: skip
    assert found.notes == []


def test_a_name_commands_no_terminal(tmp_path):
    (tmp_path / "a\x1b[2J\nb.ride").write_bytes(b"junk")
    _, told = history(tmp_path)
    assert [each.isprintable() for each in told] == [True]
    assert "a?[2J?b.ride" in told[0]


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar_end_nothing(tmp_path, monkeypatch, year):
    start = (
        datetime(1, 1, 1, tzinfo=UTC) if year == 1 else datetime(9999, 12, 31, 23, 58, tzinfo=UTC)
    )
    track(tmp_path / "a.gpx", start)
    for zone in ("Asia/Tokyo", "America/Lima"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert len(survey(tmp_path).history.rides) == 1
        assert survey(tmp_path, first=date(2026, 1, 1), last=date(2026, 2, 1)).losses == []
    monkeypatch.undo()
    time.tzset()


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    track(tmp_path / "a.gpx")
    track(tmp_path / "b.gpx", START.replace(day=3))
    load, look = archive.load_ride, Path.open

    def refused(path, *arguments, how=None, **options):
        if path.name == "a.gpx":
            raise PermissionError(13, "Permission denied", str(path))
        return how(path, *arguments, **options)

    monkeypatch.setattr(archive, "load_ride", partial(refused, how=load))
    monkeypatch.setattr(Path, "open", partialmethod(refused, how=look))
    done, told = history(tmp_path)
    assert days(done) == [3]
    assert told == (f"{tmp_path / 'a.gpx'}: cannot be read (Permission denied)",)


def test_what_is_no_ride_file_is_passed_by(tmp_path):
    (tmp_path / "plan.toml").write_text("weeks = 8")
    (tmp_path / ".hidden.fit").write_bytes(b"x")
    (tmp_path / "folder.ride").mkdir()
    (tmp_path / "deeper").mkdir()
    ride(tmp_path / "deeper" / "a.ride")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.fit")
    assert survey(tmp_path) == archive.Survey()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    assert survey(tmp_path / "nowhere") == archive.Survey()
    assert newest(tmp_path / "nowhere") is None
    (tmp_path / "file").write_text("")
    with pytest.raises(RiderInputError, match="not a folder"):
        survey(tmp_path / "file")


# --- strength -----------------------------------------------------------------------------------


def exercise(name, *, per_leg):
    return Exercise(name, name, per_leg, "", (), (), "", "")


def test_strength_sessions_count_legs_together(tmp_path):
    work = [
        Work(exercise("lunge", per_leg=True), 2, 15),
        Work(exercise("bridge", per_leg=False), 2, 15),
    ]
    log = StrengthLog(tmp_path / LOG_NAME)
    log.begin(START.replace(month=10), "glutes", work)
    session = log.begin(START, "glutes", work)
    for side in Side:
        log.add(session, START, SetDone("lunge", 1, side, 15, None))
    log.add(session, START, SetDone("lunge", 2, Side.LEFT, 15, None))
    log.add(session, START, SetDone("bridge", 1, None, 12, None))
    log.end(session, START, 4.0, finished=False)
    log.close()
    done, told = history(tmp_path, first=date(2026, 11, 1))
    assert told == ()
    (one,) = done.strength
    assert (one.sets, one.sets_asked, one.repetitions, one.cr10) == (2, 4, 57, 4.0)
    assert not one.finished


def test_a_clock_that_was_set_back_is_told_in_its_own_days_and_is_no_loss(tmp_path):
    log = StrengthLog(tmp_path / LOG_NAME)
    for start in (START, START - timedelta(days=60), START + timedelta(days=1)):
        session = log.begin(start, "glutes", [Work(exercise("bridge", per_leg=False), 1, 15)])
        log.add(session, start, SetDone("bridge", 1, None, 15, None))
    log.close()
    found = survey(tmp_path)
    assert (len(found.history.strength), found.losses) == (3, [])
    assert "the clock was set back" in found.notes[0]
    found = survey(tmp_path, first=START.date() - timedelta(days=7))
    assert (len(found.history.strength), found.losses, found.notes) == (2, [], [])


# --- many ---------------------------------------------------------------------------------------


def test_only_the_days_asked_for_are_loaded(tmp_path, monkeypatch):
    first = ride(tmp_path / "000.ride")
    for day in range(1, 60):
        copy = tmp_path / f"{day:03}.ride"
        shutil.copy(first, copy)
        with closing(sqlite3.connect(copy, isolation_level=None)) as db:
            start = (START - timedelta(days=day)).isoformat()
            db.execute("UPDATE meta SET value = ? WHERE key = 'start'", (start,))
    loaded = []
    whole = archive.Recorded.ride

    def counted(recorded, **options):
        # The pages of a heart-rate strap are most of a file, and of no use here.
        assert options == {"rr_intervals": False}
        loaded.append(recorded.path.name)
        return whole(recorded, **options)

    monkeypatch.setattr(archive.Recorded, "ride", counted)
    done, told = history(tmp_path, first=START.date() - timedelta(days=4))
    assert (len(done.rides), told) == (5, ())
    assert sorted(loaded) == ["000.ride", "001.ride", "002.ride", "003.ride", "004.ride"]
    assert [each.start for each in done.rides] == sorted(each.start for each in done.rides)


def test_the_newest_ride_is_found_by_its_start(tmp_path):
    assert newest(tmp_path) is None
    ride(tmp_path / "z.ride")
    latest = ride(tmp_path / "a.ride", START.replace(day=9), finish=False)
    ride(tmp_path / "b.ride", START.replace(day=10), recording=True)
    (tmp_path / "c.ride").write_bytes(b"junk")
    assert newest(tmp_path) == latest


def test_a_ride_done_is_the_same_from_its_fit_file_but_for_the_word(tmp_path):
    """The plan, its completion, hills and load survive the way through FIT."""
    path = ride(tmp_path / "a.ride", seconds=120)
    journal.felt(path, 5)
    (from_ride,) = history(tmp_path)[0].rides
    (tmp_path / "b.fit").write_bytes(fit.encode(journal.load(path)))
    path.unlink()
    (from_fit,) = history(tmp_path)[0].rides
    assert from_fit == replace(from_ride, cr10=None, start=from_fit.start)
    assert from_fit.start == from_ride.start
