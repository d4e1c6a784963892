"""``coach convert``, as it is typed."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime

import numpy as np
import pytest

from coach import profile, workouts
from coach.cli import run
from coach.formats import fit
from coach.ride import Ride

SUFFIXES = (".zwo", ".erg", ".mrc", ".fit")
IN_WATTS = """[COURSE HEADER]
MINUTES WATTS
[END COURSE HEADER]
[COURSE DATA]
0 110
10 110
10 264
13 264
[END COURSE DATA]
"""


@pytest.fixture
def coach(capsys, monkeypatch, tmp_path):
    """Run a command line in an empty folder; return its exit code and both outputs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    def type_(*arguments: str) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return type_


@pytest.fixture
def rider_file(tmp_path):
    path = tmp_path / "rider.toml"
    path.write_bytes((profile.profiles_dir() / "riders" / "example.toml").read_bytes())
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_six_hills_arrive_in_every_format(coach, tmp_path, rider_file, suffix):
    code, out, err = coach("convert", "hills", f"mine{suffix}", "--rider", rider_file)
    assert (code, out) == (3, f"saved: mine{suffix} (1:30:00)\n")
    assert all(line.startswith(f"mine{suffix}: ") for line in err.splitlines())
    assert any("grade" in line for line in err.splitlines())
    code, out, _ = coach("workout", "show", tmp_path / f"mine{suffix}", "--json")
    assert code == 0
    found, planned = json.loads(out), json.loads(coach("workout", "show", "hills", "--json")[1])
    assert found["total_s"] == 5400

    def standing(workout):
        stands = [s for s in workout["segments"] if s["posture"] == "standing"]
        return [(s["start_s"], s["duration_s"], s["target_power_end_w"]) for s in stands]

    # FIT counts in whole percent, and two decimals of a percent are in an .mrc.
    assert [s[:2] for s in standing(found)] == [s[:2] for s in standing(planned)]
    for one, other in zip(standing(found), standing(planned), strict=True):
        assert one[2] == pytest.approx(other[2], abs=0.01)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_workout_that_the_format_holds_is_done_without_loss(coach, rider_file, tmp_path, suffix):
    blocks = '<SteadyState Duration="60" Power="0.5"/><SteadyState Duration="30" Power="1.2"/>'
    head = "<name>Plain</name>"
    text = f"<workout_file>{head}<workout>{blocks}</workout></workout_file>"
    (tmp_path / "in.zwo").write_text(text)
    code, out, err = coach("convert", "in.zwo", f"out{suffix}", "--rider", rider_file)
    assert (code, out, err) == (0, f"saved: out{suffix} (1:30)\n", "")
    plan = workouts.load_plan(tmp_path / f"out{suffix}").plan
    assert [(part.duration, part.power_end) for part in plan.parts] == [(60, 0.5), (30, 1.2)]


def test_what_could_not_be_read_is_a_loss_too(coach, tmp_path):
    text = '<workout_file><workout><SteadyState Duration="60" Power="0.5"/><Wobble/>'
    (tmp_path / "in.zwo").write_text(f"{text}</workout></workout_file>")
    code, _, err = coach("convert", "in.zwo", "out.mrc")
    assert code == 3
    assert err.startswith("in.zwo: line 1: <Wobble>")


def test_watts_need_a_rider(coach, tmp_path):
    code, out, err = coach("convert", "hills", "mine.erg")
    assert (code, out) == (2, "")
    assert err.startswith("no rider file")
    assert not (tmp_path / "mine.erg").exists()


def test_watts_become_shares_of_the_riders_ftp(coach, tmp_path, rider_file):
    (tmp_path / "in.erg").write_text(IN_WATTS)
    for suffix in (".mrc", ".zwo"):
        assert coach("convert", "in.erg", f"none{suffix}")[0] == 2
        code, _, err = coach("convert", "in.erg", f"out{suffix}", "--rider", rider_file)
        parts = workouts.load_plan(tmp_path / f"out{suffix}").plan.parts
        assert [part.power_end for part in parts] == pytest.approx([0.5, 1.2])
        assert code == 3
        assert f"out{suffix}: what was in watts is in percent of your FTP of 220 W" in err
    # Watts stay watts where the format has them, whoever rides.
    for suffix in (".fit",):
        coach("convert", "in.erg", f"out{suffix}")
        parts = workouts.load_plan(tmp_path / f"out{suffix}").plan.parts
        assert [(part.power_end, part.absolute) for part in parts] == [(110, True), (264, True)]


def test_a_file_that_is_there_is_left_as_it_is(coach, tmp_path):
    (tmp_path / "mine.zwo").write_text("precious")
    code, out, err = coach("convert", "hills", "mine.zwo")
    assert (code, out) == (2, "")
    assert err.endswith("mine.zwo exists and was left as it is; remove it, or name another file\n")
    assert (tmp_path / "mine.zwo").read_text() == "precious"


@pytest.mark.parametrize("answer", ["y", "n"])
def test_somebody_at_a_terminal_is_asked(coach, tmp_path, monkeypatch, answer):
    (tmp_path / "mine.zwo").write_text("precious")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
    code, _, err = coach("convert", "hills", "mine.zwo")
    kept = (tmp_path / "mine.zwo").read_text() == "precious"
    assert (code, kept) == ((3, False) if answer == "y" else (0, True))
    assert "mine.zwo exists. Replace it" in err


def test_never_over_what_is_read(coach, tmp_path):
    coach("convert", "hills", "in.zwo")
    before = (tmp_path / "in.zwo").read_bytes()
    os.link(tmp_path / "in.zwo", tmp_path / "same.zwo")
    for target in ("in.zwo", "./in.zwo", "same.zwo"):
        code, _, err = coach("convert", "in.zwo", target)
        assert (code, err) == (
            2,
            f"{target.removeprefix('./')}: this is what would be read; name another file\n",
        )
    assert (tmp_path / "in.zwo").read_bytes() == before


def test_what_cannot_be_written_is_a_sentence(coach, tmp_path):
    (tmp_path / "folder.zwo").mkdir()
    (tmp_path / "file").write_text("")
    for target, code, sentence in (
        ("mine.tcx", 2, "a workout is written as one of .zwo, .erg, .mrc, .fit; end its name in"),
        ("mine", 2, "a workout is written as one of"),
        ("folder.zwo", 2, "this is a folder; name a file in it"),
        ("file/mine.zwo", 1, "cannot be written"),
    ):
        found = coach("convert", "hills", target)
        assert found[:2] == (code, "")
        assert sentence in found[2]
        assert found[2].startswith(target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.zwo"]


def test_a_road_is_no_workout(coach, tmp_path):
    (tmp_path / "road.crs").write_text("[COURSE DATA]\n1 5 0\n[END]\n")
    code, out, err = coach("convert", "road.crs", "out.zwo")
    assert (code, out) == (2, "")
    needs = "it has no power to ride again; only rides with power can become a workout file"
    assert err.splitlines()[-1] == f"road.crs: {needs}"
    assert not (tmp_path / "out.zwo").exists()
    assert coach("convert", "climb.gpx", "out.zwo")[0] == 2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_ride_becomes_a_workout_of_its_watts(coach, tmp_path, rider_file, suffix):
    ride = Ride.from_columns(np.arange(600.0), power=np.repeat([150.0, 230.0], 300))
    ride.start = datetime(2026, 6, 1, tzinfo=UTC)
    (tmp_path / "Sunday.FIT").write_bytes(fit.encode(ride))
    code, out, err = coach("convert", "Sunday.FIT", f"out{suffix}", "--rider", rider_file)
    assert (code, out) == (3, f"saved: out{suffix} (10:00)\n")
    told = "of the ride only its power, in steps, and its postures are in it, not its road"
    assert f"out{suffix}: {told}\n" in err
    plan = workouts.load_plan(tmp_path / f"out{suffix}").plan
    assert plan.title == "Sunday"
    ftp = profile.load_rider(rider_file).threshold_power
    found = [(p.duration, p.power_end * (1 if p.absolute else ftp)) for p in plan.parts]
    assert found == [(300, pytest.approx(150, abs=0.05)), (300, pytest.approx(230, abs=0.05))]


def test_a_disk_that_is_full_leaves_nothing(coach, tmp_path, monkeypatch):
    def full(fd):
        raise OSError(28, "No space left on device")

    # Many file systems tell only when what was written has to be on the disk.
    monkeypatch.setattr(os, "fsync", full)
    code, out, err = coach("convert", "hills", "mine.mrc")
    assert (code, out) == (1, "")
    assert "mine.mrc cannot be written (No space left on device)" in err
    assert list(tmp_path.iterdir()) == []
