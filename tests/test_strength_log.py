"""The log of strength sessions: nothing written is lost, whatever is read is told."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach import profile
from coach.errors import RideFileError
from coach.journal import strength
from coach.journal.strength import reading, writing
from coach.journal.strength.log import Asked, LoggedSession
from coach.strength.routine import SetDone, Side, Work
from coach.training.history import StrengthDone

ROUTINE = profile.load_routine(profile.find_routine("glutes"))
LUNGE, BRIDGE = ROUTINE.groups[0].exercises[0], ROUTINE.groups[2].exercises[1]
WORK = (Work(LUNGE, 2, 15), Work(BRIDGE, 1, 12))
NOW = datetime(2025, 1, 8, 18, 0, tzinfo=timezone(timedelta(hours=1)))
SETS = (
    SetDone("skater_lunge", 1, Side.LEFT, 15, 0.0),
    SetDone("skater_lunge", 1, Side.RIGHT, 14, 2.5),
    SetDone("bridge", 1, None, 12, None),
)


def minute(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def write(path: Path, *, end: bool = True) -> str:
    log = strength.StrengthLog(path)
    session = log.begin(NOW, "glutes", WORK)
    for number, each in enumerate(SETS, 1):
        log.add(session, minute(number), each)
    if end:
        log.end(session, minute(4), 4.5, True)
    log.close()
    return session


def lines(*facts: dict[str, object]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in facts)


def begin(**changes: object) -> dict[str, object]:
    fact = {"kind": "begin", "v": 1, "session": "a", "time": NOW.isoformat(), "routine": "glutes"}
    return {**fact, "asked": [{"exercise": "bridge", "sets": 3, "reps": 20}], **changes}


def one_set(**changes: object) -> dict[str, object]:
    fact = {"kind": "set", "session": "a", "time": minute(1).isoformat(), "exercise": "bridge"}
    return {**fact, "set": 1, "side": None, "reps": 20, "load_kg": 0, **changes}


def end(**changes: object) -> dict[str, object]:
    time = minute(2).isoformat()
    fact = {"kind": "end", "session": "a", "time": time, "cr10": None, "finished": True}
    return {**fact, **changes}


# --- what is written is read --------------------------------------------------------------------


def test_a_session_comes_back_as_it_was_done(tmp_path):
    path = tmp_path / strength.LOG_NAME
    session = write(path)
    assert strength.load(path) == strength.Log(
        (
            LoggedSession(
                id=session,
                start=NOW,
                routine="glutes",
                asked=(Asked("skater_lunge", 2, 15), Asked("bridge", 1, 12)),
                sets=SETS,
                cr10=4.5,
                ended=True,
                finished=True,
            ),
        ),
        (),
    )
    assert strength.load(path).sessions[0].start.utcoffset() == timedelta(hours=1)


def test_the_lines_are_what_the_pages_say(tmp_path):
    """Golden: other programs read these lines."""
    path = tmp_path / "log"
    session = write(path)
    first, second, *_, last = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(first) == {
        "kind": "begin",
        "session": session,
        "time": "2025-01-08T18:00:00+01:00",
        "v": 1,
        "routine": "glutes",
        "asked": [
            {"exercise": "skater_lunge", "sets": 2, "reps": 15},
            {"exercise": "bridge", "sets": 1, "reps": 12},
        ],
    }
    assert json.loads(second) == {
        "kind": "set",
        "session": session,
        "time": "2025-01-08T18:01:00+01:00",
        "exercise": "skater_lunge",
        "set": 1,
        "side": "left",
        "reps": 15,
        "load_kg": 0.0,
    }
    assert json.loads(last) == {
        "kind": "end",
        "session": session,
        "time": "2025-01-08T18:04:00+01:00",
        "cr10": 4.5,
        "finished": True,
    }


def test_a_log_that_is_not_there_is_empty(tmp_path):
    assert strength.load(tmp_path / "no" / "log") == strength.Log((), ())
    assert strength.parse(b"") == strength.Log((), ())


def test_sessions_follow_one_another(tmp_path):
    path = tmp_path / "log"
    ids = [write(path), write(path), write(path, end=False)]
    log = strength.load(path)
    assert [each.id for each in log.sessions] == ids
    assert len(set(ids)) == 3
    assert [each.ended for each in log.sessions] == [True, True, False]


def test_a_set_done_again_replaces_the_earlier_one(tmp_path):
    path = tmp_path / "log"
    log = strength.StrengthLog(path)
    session = log.begin(NOW, "glutes", WORK)
    for each in (*SETS, SetDone("skater_lunge", 1, Side.LEFT, 9, 5.0)):
        log.add(session, minute(1), each)
    log.close()
    (read,) = strength.load(path).sessions
    assert read.sets == (SetDone("skater_lunge", 1, Side.LEFT, 9, 5.0), *SETS[1:])
    assert path.read_bytes().count(b"skater_lunge") == 4, "nothing is ever taken back"


def test_a_session_may_be_taken_up_again(tmp_path):
    path = tmp_path / "log"
    log = strength.StrengthLog(path)
    session = log.begin(NOW, "glutes", WORK)
    log.add(session, minute(1), SETS[0])
    log.end(session, minute(2), None, False)
    assert (strength.load(path).sessions[0].ended, strength.load(path).sessions[0].finished) == (
        True,
        False,
    )
    log.add(session, minute(60), SETS[1])
    assert not strength.load(path).sessions[0].ended
    log.end(session, minute(61), 3, True)
    log.close()
    (read,) = strength.load(path).sessions
    assert (read.ended, read.finished, read.cr10, read.sets) == (True, True, 3.0, SETS[:2])


def test_what_a_plan_needs_of_a_session():
    """Both legs of a set are one; one leg alone, or a set of none, is not yet a set."""
    sets = (
        SetDone("skater_lunge", 1, Side.LEFT, 15, 0.0),
        SetDone("skater_lunge", 1, Side.RIGHT, 15, 0.0),
        SetDone("skater_lunge", 2, Side.LEFT, 11, 0.0),
        SetDone("bridge", 1, None, 12, None),
        SetDone("bridge", 2, None, 0, None),
    )
    asked = (Asked("skater_lunge", 3, 15), Asked("bridge", 2, 15))
    session = LoggedSession("a", NOW, "glutes", asked, sets, 5.0, True, True)
    assert session.to_done() == StrengthDone(
        start=NOW,
        routine="glutes",
        sets=2,
        sets_asked=5,
        repetitions=53,
        cr10=5.0,
        finished=True,
    )


def test_a_name_from_a_strange_file_is_made_printable(tmp_path):
    log = strength.StrengthLog(tmp_path / "log")
    log.add(log.begin(NOW, "a\n\x1b[2J" + "\udcff" + "é" * 100, WORK), NOW, SETS[0])
    log.close()
    read = strength.load(tmp_path / "log")
    assert (read.sessions[0].routine, read.warnings) == ("a??[2J?" + "é" * 73, ())


def test_the_longest_routine_fits_a_line(tmp_path):
    name = "x" * 38
    work = [Work(replace(BRIDGE, name=f"{name}{n:02}"), 10, 50) for n in range(200)]
    log = strength.StrengthLog(tmp_path / "log")
    log.add(log.begin(NOW, "r" * 80, work), NOW, SetDone(f"{name}00", 1, None, 1, None))
    log.close()
    read = strength.load(tmp_path / "log")
    assert len(read.sessions[0].asked) == 200
    assert read.warnings == ()


def test_nothing_unbelievable_is_written(tmp_path):
    log = strength.StrengthLog(tmp_path / "log")
    session = log.begin(NOW, "glutes", WORK)
    before = log.path.read_bytes()
    for bad in (
        SetDone("bridge", 0, None, 1, None),
        SetDone("bridge", 100, None, 1, None),
        SetDone("bridge", 1, None, 1000, None),
        SetDone("bridge", 1, None, 1, 500.5),
        SetDone("bridge", 1, None, 1, float("nan")),
    ):
        with pytest.raises(ValueError, match="no set of a strength session"):
            log.add(session, NOW, bad)
    with pytest.raises(ValueError, match="time zone"):
        log.add(session, datetime(2025, 1, 8), SETS[0])
    log.close()
    assert log.path.read_bytes() == before


# --- what befalls a file ------------------------------------------------------------------------


def test_a_log_cut_at_any_byte_keeps_every_whole_line_and_takes_the_next(tmp_path):
    path = tmp_path / "log"
    write(path)
    whole = path.read_bytes()
    ends = [n for n, byte in enumerate(whole) if byte == 10]
    path = tmp_path / "cut"
    later = NOW + timedelta(days=2)
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        cut = strength.load(path)
        # A line that lost only its end of line is whole.
        kept = sum(end <= size for end in ends)
        assert len(cut.sessions) == (kept > 1)
        assert sum(len(each.sets) for each in cut.sessions) == min(3, max(0, kept - 1))
        fragment = whole[whole[:size].rfind(b"\n") + 1 : size]
        damaged = bool(fragment) and size not in ends
        assert len(cut.warnings) == damaged
        if damaged:
            assert f"line {kept + 1} was skipped: it is cut or damaged" in cut.warnings[0]
        if size % 7:
            continue
        log = strength.StrengthLog(path)
        session = log.begin(later, "glutes", WORK)
        log.add(session, later, SETS[0])
        log.close()
        again = strength.load(path)
        assert path.read_bytes()[:size] == whole[:size], "what is there is never overwritten"
        assert [each.id for each in again.sessions][-1] == session
        assert again.sessions[:-1] == cut.sessions
        assert again.warnings == cut.warnings


WRITER = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from coach.journal.strength import StrengthLog
from coach.strength.routine import SetDone
log = StrengthLog(Path(sys.argv[1]))
session = log.begin(datetime.now(timezone.utc), "glutes", ())
for number in range(1, 100):
    log.add(session, datetime.now(timezone.utc), SetDone("bridge", number, None, 20, None))
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_program_loses_nothing_it_had_confirmed(tmp_path):
    path = tmp_path / "log"
    for stop in (1, 17, 60):
        path.unlink(missing_ok=True)
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        confirmed = 0
        while confirmed < stop:
            confirmed = int(child.stdout.readline())
        child.kill()
        rest = child.stdout.read().split()
        child.stdout.close()
        child.wait()
        confirmed = int(rest[-1]) if rest else confirmed
        (read,) = strength.load(path).sessions
        assert len(read.sets) >= confirmed
        assert not read.ended
        # The lock died with the program.
        strength.StrengthLog(path).close()


def test_each_line_is_on_the_disk_when_the_call_returns(tmp_path, monkeypatch):
    """And a new file's name too."""
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        real(descriptor)

    monkeypatch.setattr(writing.os, "fsync", fsync)
    write(tmp_path / "log")
    assert synced.count("file") == 5
    if os.path.isdir("/proc/self/fd"):
        assert synced[0] == "folder"


def test_two_programs_do_not_write_at_once(tmp_path):
    first = strength.StrengthLog(tmp_path / "log")
    with pytest.raises(RideFileError, match="another strength session is under way; end it first"):
        strength.StrengthLog(tmp_path / "log")
    session = first.begin(NOW, "glutes", WORK)
    first.close()
    first.close()
    second = strength.StrengthLog(tmp_path / "log")
    second.add(session, minute(1), SETS[0])
    second.close()
    assert len(strength.load(tmp_path / "log").sessions[0].sets) == 1


def test_a_file_system_without_locks_still_keeps_a_log(tmp_path, monkeypatch):
    def fails(_: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(writing, "_lock_at_once", fails)
    write(tmp_path / "log")
    assert len(strength.load(tmp_path / "log").sessions) == 1


def test_a_full_disk_is_told_and_the_rest_is_kept(tmp_path, monkeypatch):
    path = tmp_path / "log"
    log = strength.StrengthLog(path)
    session = log.begin(NOW, "glutes", WORK)
    log.add(session, minute(1), SETS[0])
    real = os.write
    room = 30

    def write_some(descriptor: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(28, "No space left on device")
        size = min(room, len(data))
        room -= size
        return real(descriptor, data[:size])

    monkeypatch.setattr(writing.os, "write", write_some)
    with pytest.raises(RideFileError, match=r"cannot be written \(No space left on device\)"):
        log.add(session, minute(2), SETS[1])
    room = 10**6
    log.add(session, minute(2), SETS[1])
    log.close()
    read = strength.load(path)
    assert read.sessions[0].sets == SETS[:2]
    assert read.warnings == (f"{path}: line 3 was skipped: it is cut or damaged",)


def test_a_log_taken_away_is_told(tmp_path):
    log = strength.StrengthLog(tmp_path / "log")
    session = log.begin(NOW, "glutes", WORK)
    log.path.unlink()
    with pytest.raises(RideFileError, match="the log was taken away"):
        log.add(session, NOW, SETS[0])
    log.close()


def test_what_stands_in_its_place_is_told(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(RideFileError, match="cannot be written"):
        strength.StrengthLog(tmp_path / "no/such/folder")
    for opened in (strength.StrengthLog, strength.load):
        with pytest.raises(RideFileError, match="not a file; move it away"):
            opened(tmp_path / "folder")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RideFileError, match="cannot be read"):
        strength.load(tmp_path / "file" / "log")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for opened in (strength.StrengthLog, strength.load):
        with pytest.raises(RideFileError, match="not a file"):
            opened(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do all")
def test_a_log_without_the_right_to_write_is_told(tmp_path):
    (tmp_path / "log").touch(0o444)
    with pytest.raises(RideFileError, match="Permission denied"):
        strength.StrengthLog(tmp_path / "log")


def test_a_clock_that_was_set_back_is_told_and_loses_nothing():
    back = (NOW - timedelta(hours=3)).isoformat()
    log = strength.parse(
        lines(begin(), one_set(time=back), one_set(set=2, time=minute(-100).isoformat()), end())
    )
    assert len(log.sessions[0].sets) == 2
    assert log.losses == ()
    (surprise,) = log.surprises
    assert surprise.time == NOW - timedelta(hours=3)
    assert log.warnings == (
        "line 2: the clock was set back, from 2025-01-08 18:00 to 2025-01-08 15:00; the order of"
        " the lines counts",
    )


@pytest.mark.parametrize(("seconds", "told"), [(120, 0), (121, 1)])
def test_a_clock_that_sets_itself_right_is_no_surprise(seconds, told):
    back = (NOW - timedelta(seconds=seconds)).isoformat()
    assert len(strength.parse(lines(begin(), one_set(time=back))).surprises) == told


def test_a_change_of_time_zone_is_no_clock_set_back():
    later = minute(5).astimezone(UTC).isoformat()
    assert strength.parse(lines(begin(), one_set(time=later))).warnings == ()


# --- hostile bytes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"\xff\xfe\n", "it is cut or damaged"),
        (b"{\n", "it is cut or damaged"),
        (b"[" * 60_000 + b"\n", "it is cut or damaged"),
        (b'{"a": "' + b"x" * 70_000 + b'"}\n', "it is longer than 64 KB"),
        (b"[1]\n", "it is no line of a strength log"),
        (lines({}), "session is not a text"),
        (lines(one_set(kind="dance")), "its kind is none of begin, set and end"),
        (lines(one_set(session="")), "session is not a text"),
        (lines(one_set(session="x" * 81)), "session is not a text"),
        (lines(one_set(exercise="\x1b[2J")), "exercise is not a text"),
        (lines(one_set(exercise=["bridge"])), "exercise is not a text"),
        (lines(one_set(time="yesterday")), "time is not a date and time with its offset"),
        (lines(one_set(time="2025-01-08T18:00:00")), "time is not a date and time with"),
        (lines(one_set(time="0001-01-01T00:00:00+14:00")), "time is not a date and time with"),
        (lines(one_set(time=5)), "time is not a date and time with its offset"),
        (lines(one_set(set=0)), "set is not a whole number, 1 to 99"),
        (lines(one_set(set=True)), "set is not a whole number"),
        (lines(one_set(set=1.0)), "set is not a whole number"),
        (lines(one_set(reps=-1)), "reps is not a whole number, 0 to 999"),
        (lines(one_set(reps=10**400)), "reps is not a whole number"),
        (lines(one_set(reps=7)).replace(b"7", b"7" * 5000), "it is cut or damaged"),
        (lines(one_set(side="both")), "side is none of left, right and null"),
        (lines(one_set(side=[])), "side is none of left, right and null"),
        (lines(one_set(load_kg=float("nan"))), "load_kg is not a number, 0 to 500, or null"),
        (lines(one_set(load_kg=float("inf"))), "load_kg is not a number"),
        (lines(one_set(load_kg=10**400)), "load_kg is not a number"),
        (lines(one_set(load_kg=True)), "load_kg is not a number"),
        (lines(one_set(load_kg=-0.5)), "load_kg is not a number"),
        (lines(end(cr10=10.5)), "cr10 is not a number, 0 to 10, or null"),
        (lines(end(cr10="5")), "cr10 is not a number"),
        (lines(end(finished=1)), "finished is neither true nor false"),
        (lines(begin(session="b", v=None)), "v is not 1"),
        (lines(begin(session="b", v=True)), "v is not 1"),
        (lines(begin(session="b", asked=5)), "asked is no list of exercises"),
        (lines(begin(session="b", asked=[5])), "asked is no list of exercises"),
        (lines(begin(session="b", routine=None)), "routine is not a text"),
        (lines(begin(session="b", asked=[{"exercise": "b", "sets": 0, "reps": 1}])), "sets is not"),
    ],
)
def test_what_is_no_line_is_skipped_and_told(line, told):
    log = strength.parse(lines(begin(), one_set()) + line + lines(end()))
    (warning,) = log.warnings
    assert warning.startswith(f"line 3 was skipped: {told}")
    assert len(warning) < 120
    (session,) = log.sessions
    assert len(session.sets) == 1
    assert session.finished


def test_missing_keys_are_not_guessed():
    for fact in (one_set(), end(), begin(session="b")):
        for key in fact:
            rest = {name: value for name, value in fact.items() if name != key}
            log = strength.parse(lines(begin(), rest))
            assert len(log.warnings) == 1, key
            assert log.sessions == strength.parse(lines(begin())).sessions


def test_a_session_whose_beginning_is_lost_is_kept():
    log = strength.parse(b"#" + lines(begin(), one_set(), end(cr10=3)))
    assert log.sessions == (
        LoggedSession(
            "a", minute(1), "", (), (SetDone("bridge", 1, None, 20, 0.0),), 3.0, True, True
        ),
    )
    assert log.warnings == (
        "line 1 was skipped: it is cut or damaged",
        "line 2: the beginning of its session is lost; the rest was kept",
    )


def test_a_session_that_begins_twice_is_told():
    log = strength.parse(lines(begin(), one_set(), begin(routine="other"), end()))
    (session,) = log.sessions
    assert (session.routine, len(session.sets), session.finished) == ("glutes", 1, True)
    assert "line 3: begins a session that has begun already" in log.warnings[0]


def test_a_session_of_a_later_version_is_left_out_and_told_once():
    log = strength.parse(
        lines(
            begin(v=2),
            one_set(kind="series"),
            one_set(),
            end(),
            begin(session="b"),
            one_set(session="b"),
        )
    )
    assert [each.id for each in log.sessions] == ["b"]
    (first, *_) = log.warnings
    assert first == (
        "line 1: a session in format 2 was left out, this version reads 1; update sixhills"
    )


def test_a_session_left_before_its_first_set_is_none():
    log = strength.parse(
        lines(begin(session="b"), end(session="b", time=NOW.isoformat()), begin(), one_set())
    )
    (session,) = log.sessions
    assert (session.id, len(session.sets), log.warnings) == ("a", 1, ())


def test_more_warnings_than_anybody_reads_are_counted():
    log = strength.parse(b"x\n" * 1000)
    assert len(log.warnings) == 21
    assert log.warnings[-1] == "and 980 more such lines"


def test_of_a_giant_log_the_end_is_read(tmp_path, monkeypatch):
    path = tmp_path / "log"
    write(path)
    size = path.stat().st_size
    last = write(path)
    monkeypatch.setattr(reading, "LARGEST", size + 20)
    log = strength.load(path)
    assert [each.id for each in log.sessions] == [last]
    (warning,) = log.warnings
    assert "only its end was read" in warning


def test_a_byte_order_mark_costs_nothing(tmp_path):
    # Editors of Windows put one in front when they save.
    path = tmp_path / strength.LOG_NAME
    path.write_bytes(b"\xef\xbb\xbf" + lines(begin(), one_set(), end()))
    log = strength.load(path)
    assert log.warnings == ()
    assert (log.sessions[0].routine, len(log.sessions[0].sets)) == ("glutes", 1)
    later = strength.parse(lines(begin()) + b"\xef\xbb\xbf" + lines(one_set()))
    assert later.losses == ("line 2 was skipped: it is cut or damaged",)


def test_blank_lines_and_windows_lines_are_no_mistake():
    text = lines(begin(), one_set(), end()).replace(b"\n", b"\r\n\r\n")
    assert strength.parse(text) == strength.parse(lines(begin(), one_set(), end()))


@settings(max_examples=60)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_are_read(noise, place):
    text = lines(begin(), one_set(), end())
    for data in (noise, text[:place] + noise + text[place:]):
        for line in strength.parse(data).warnings:
            assert line.isprintable()


@settings(max_examples=30)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_however_often_the_program_dies_every_confirmed_set_is_there(cuts):
    """Each run writes one set and half a line more; the next begins afresh."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        log = strength.StrengthLog(path)
        session = log.begin(NOW, "glutes", WORK)
        log.close()
        for number, cut in enumerate(cuts, 1):
            log = strength.StrengthLog(path)
            log.add(session, minute(number), SetDone("bridge", number, None, cut, None))
            log.close()
            with path.open("ab") as file:
                file.write(lines(one_set())[:cut])
        (read,) = strength.load(path).sessions
        assert [each.reps for each in read.sets] == cuts
