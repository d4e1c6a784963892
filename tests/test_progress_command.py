"""``coach progress``: the table, the chart and the JSON, from files as riders have them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from test_archive import START, exercise, ride
from timeline import RIDER

from coach import journal
from coach.cli import run
from coach.commands import progress as command
from coach.journal.strength import LOG_NAME, StrengthLog
from coach.profile import profiles_dir
from coach.strength.routine import SetDone, Work
from coach.training.kept import KEPT_NAME, format_request
from coach.training.plan import Request

ROOT = Path(__file__).parents[1]
EXAMPLE = profiles_dir() / "riders" / "example.toml"
KEYS = [
    "start", "easy", "rides_done", "rides_planned", "rides_missed", "hills", "hill_power_w",
    "hill_power_planned_w", "hill_power_pct_ftp", "standing_measured_s", "standing_declared_s",
    "standing_planned_s", "strength_done", "strength_planned", "strength_missed",
    "strength_sets_done", "strength_sets_asked", "load", "rides_with_load", "cr10",
]  # fmt: skip


class Sunday(datetime):
    """The 8th of November 2026, wherever this runs."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 11, 8, 20, tzinfo=UTC)

    def astimezone(self, tz=None):
        return self


@pytest.fixture
def coach(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "datetime", Sunday)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("COLUMNS", "80")

    def run_coach(*arguments):
        code = run(["progress", *map(str, arguments)])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run_coach


@pytest.fixture
def rides(tmp_path):
    folder = tmp_path / "rides"
    folder.mkdir()
    return folder


def keep_plan(folder, start=date(2026, 11, 2), weeks=4):
    text = format_request(Request(start, weeks, days=(0, 2, 5)))
    (folder / KEPT_NAME).write_text(text, encoding="utf-8")


def train(folder, day=START, reps=15):
    work = [Work(exercise("bridge", per_leg=False), 2, reps)]
    log = StrengthLog(folder / LOG_NAME)
    session = log.begin(day, "glutes", work)
    log.add(session, day, SetDone("bridge", 1, None, reps, None))
    log.end(session, day, 4.0, finished=True)
    log.close()


def weeks_of(said):
    found = json.loads(said)
    assert list(found) == ["weeks"]
    assert all(list(week) == KEYS for week in found["weeks"])
    return found["weeks"]


# --- done ---------------------------------------------------------------------------------------


def test_weeks_for_people(coach, rides):
    path = ride(rides / "a.ride", seconds=60)
    journal.felt(path, 4.5)
    train(rides)
    code, said, told = coach("--out", rides, "--weeks", 2)
    assert (code, told) == (0, "")
    lines = said.splitlines()
    assert lines[0] == "Week by week, 26 Oct 2026 to 8 Nov 2026"
    assert [line.split() for line in lines[2:6]] == [
        ["Week", "Strength"],
        ["of", "Rides", "sets", "Load", "Felt"],
        ["26", "Oct", "0"],
        ["2", "Nov", "*", "1", "1/2", "1", "4.5"],
    ]
    assert "* not over yet" in lines
    assert all(len(line) <= 80 for line in lines)


def test_a_load_of_some_rides_only_says_so(coach, rides):
    ride(rides / "a.ride", seconds=60)
    assert "+" not in coach("--out", rides)[1]
    ride(rides / "b.ride", START + timedelta(days=1), seconds=20)
    _, said, _ = coach("--out", rides)
    assert said.splitlines()[-4].split() == ["2", "Nov", "*", "2", "1+"]
    assert said.splitlines()[-1].startswith("Load: + some rides")


def test_weeks_for_programs(coach, rides):
    ride(rides / "a.ride", seconds=60)
    code, said, told = coach("--out", rides, "--weeks", 3, "--json")
    assert (code, told) == (0, "")
    weeks = weeks_of(said)
    assert [week["start"] for week in weeks] == ["2026-10-19", "2026-10-26", "2026-11-02"]
    assert [week["rides_done"] for week in weeks] == [0, 0, 1]
    assert weeks[2]["load"] == pytest.approx(100 / 60 * (150 / RIDER.threshold_power) ** 2, abs=0.1)
    assert weeks[2]["rides_planned"] is None


def test_an_earlier_day_may_be_the_last_one(coach, rides):
    ride(rides / "a.ride")
    ride(rides / "b.ride", START + timedelta(days=1))
    code, said, _ = coach("--out", rides, "--weeks", 1, "--until", "2026-11-02", "--json")
    assert (code, [week["rides_done"] for week in weeks_of(said)]) == (0, [1])


def test_nothing_in_these_weeks_names_what_was_before(coach, rides):
    code, said, _ = coach("--out", rides)
    assert code == 0
    assert said.splitlines()[1:] == ["No rides and no strength sessions in these weeks."]
    ride(rides / "a.ride", datetime(2026, 6, 1, tzinfo=UTC))
    _, said, _ = coach("--out", rides)
    assert said.splitlines()[2:] == ["The last ride before them: --until 2026-06-01 shows it."]
    _, said, _ = coach("--out", rides, "--until", "2026-06-01")
    assert [line.split() for line in said.splitlines() if line.startswith(" 1 Jun")] == [
        ["1", "Jun", "1", "1"]
    ]


def test_simulated_rides_count_when_asked(coach, rides):
    ride(rides / "a.ride", trainer="sim")
    code, said, told = coach("--out", rides, "--json")
    assert (code, weeks_of(said)[-1]["rides_done"]) == (0, 0)
    assert told == "1 simulated ride left out: --simulated counts it\n"
    code, said, told = coach("--out", rides, "--json", "--simulated")
    assert (code, weeks_of(said)[-1]["rides_done"], told) == (0, 1, "")


# --- done beside planned ------------------------------------------------------------------------


def test_a_kept_plan_stands_beside_it(coach, rides):
    keep_plan(rides)
    ride(rides / "a.ride")
    code, said, told = coach("--out", rides, "--weeks", 1, "--rider", EXAMPLE, "--json")
    assert (code, told) == (0, "")
    (week,) = weeks_of(said)
    assert (week["easy"], week["rides_done"]) == (False, 1)
    assert week["rides_planned"] == 2
    assert week["strength_planned"] == 1
    # Of the notes' standard hills: 176 to 209 W at an FTP of 220 W, ten minutes of them standing.
    assert week["hill_power_planned_w"] == pytest.approx(194, abs=1)
    assert week["standing_planned_s"] >= 600
    _, said, _ = coach("--out", rides, "--weeks", 1, "--rider", EXAMPLE)
    assert "1/2" in said
    assert "-/194" in said


def test_without_a_rider_nobody_knows_what_was_asked(coach, rides):
    keep_plan(rides)
    ride(rides / "a.ride")
    (week,) = weeks_of(coach("--out", rides, "--weeks", 1, "--json")[1])
    assert week["rides_planned"] == 2
    assert (week["hill_power_planned_w"], week["standing_planned_s"]) == (None, None)


def test_weeks_are_the_plan_s(coach, rides):
    keep_plan(rides, start=date(2026, 11, 4))
    weeks = weeks_of(coach("--out", rides, "--weeks", 2, "--json")[1])
    assert [week["start"] for week in weeks] == ["2026-10-28", "2026-11-04"]
    assert [week["rides_planned"] for week in weeks] == [None, 2]


def test_an_old_plan_answers_to_all_that_was_done(coach, rides, monkeypatch):
    keep_plan(rides, start=date(2026, 9, 7), weeks=12)
    seen = []
    from coach import archive

    survey = archive.survey

    def seeing(*arguments, **options):
        seen.append(options["first"])
        return survey(*arguments, **options)

    monkeypatch.setattr(archive, "survey", seeing)
    assert coach("--out", rides, "--weeks", 1)[0] == 0
    assert seen == [date(2026, 9, 7)]


def test_after_a_yes_to_the_health_questions_the_plan_is_of_starter_hills(coach, rides, tmp_path):
    keep_plan(rides)
    mine = tmp_path / "me.toml"
    mine.write_bytes(EXAMPLE.read_bytes())
    known = ("--out", rides, "--weeks", 1, "--json", "--rider", mine)
    before = weeks_of(coach(*known)[1])[0]["hill_power_planned_w"]
    (tmp_path / "me-health.toml").write_text("answered = 2026-11-01\nany_yes = true\n")
    assert weeks_of(coach(*known)[1])[0]["hill_power_planned_w"] < before - 15


def test_a_plan_that_makes_no_sense_is_told_and_the_rides_are_shown(coach, rides):
    ride(rides / "a.ride")
    (rides / KEPT_NAME).write_text("weeks = 99\nstrat = 1\n")
    code, said, told = coach("--out", rides, "--weeks", 1, "--json")
    assert code == 3
    assert weeks_of(said)[0]["rides_done"] == 1
    assert "plan.toml:1: weeks" in told
    assert "what was planned is left out" in told


# --- what is wrong ------------------------------------------------------------------------------


def test_what_cannot_be_read_ends_in_3_and_the_rest_is_told(coach, rides):
    ride(rides / "a.ride")
    (rides / "b.ride").write_bytes(b"junk")
    (rides / LOG_NAME).write_bytes(b'{"kind": "beg')
    code, said, told = coach("--out", rides, "--json")
    assert (code, weeks_of(said)[-1]["rides_done"]) == (3, 1)
    assert "b.ride" in told
    assert f"{LOG_NAME}: line 1" in told


def test_a_clock_set_back_is_told_and_nothing_is_lost(coach, rides):
    ride(rides / "a.ride")
    ride(rides / "b.ride", datetime(2026, 11, 25, tzinfo=UTC))
    ride(rides / "c.ride", datetime(2038, 1, 1, tzinfo=UTC))
    code, said, told = coach("--out", rides, "--weeks", 4, "--json")
    weeks = weeks_of(said)
    assert (code, weeks[-1]["start"], weeks[-1]["rides_done"]) == (0, "2026-11-23", 1)
    assert len(weeks) == 7
    assert "2 sessions are dated after today, 2026-11-08, the last one 2038-01-01" in told
    assert "what is dated after 2026-12-06 is not shown" in told


def test_a_ride_of_tomorrow_may_have_been_ridden_east_of_here(coach, rides):
    ride(rides / "a.ride", datetime(2026, 11, 9, tzinfo=UTC))
    assert coach("--out", rides)[2] == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--weeks", "0"], "range"),
        (["--weeks", "105"], "range"),
        (["--until", "yesterday"], "--until: expected a date"),
        (["--until", "2026-02-30"], "--until: expected a date"),
        (["--chart", "weeks.jpg"], "end its name in one"),
        (["--rider", "nobody.toml"], "nobody.toml"),
        (["--out", "nowhere"], "no such folder"),
        (["--out", "file"], "not a folder"),
    ],
)
def test_what_makes_no_sense_is_told(coach, rides, monkeypatch, options, said):
    monkeypatch.chdir(rides.parent)
    (rides.parent / "file").write_text("")
    code, out, err = coach(*options)
    assert (code, out) == (2, "")
    assert said in err


# --- the chart ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "begins"), [("w.png", b"\x89PNG"), ("w.svg", b"<?xml")])
def test_a_chart_is_drawn_too(coach, rides, tmp_path, name, begins):
    train(rides)
    path = tmp_path / name
    code, said, told = coach("--out", rides, "--weeks", 2, "--chart", path, "--theme", "dark")
    assert (code, told) == (0, "")
    assert said.endswith(f"saved: {path}\n")
    assert path.read_bytes().startswith(begins)


def test_nothing_to_draw_is_said_and_no_file_is_left(coach, rides, tmp_path):
    code, _, told = coach("--out", rides, "--chart", tmp_path / "w.png")
    assert code == 1
    assert "nothing to draw" in told
    assert not (tmp_path / "w.png").exists()


def test_a_pipe_that_closes_costs_no_chart(rides, tmp_path):
    train(rides)
    read, write = os.pipe()
    os.close(read)
    words = ["progress", "--out", str(rides), "--until", "2026-11-08", "--chart", "w.svg"]
    program = [sys.executable, "-m", "coach", *words]
    subprocess.run(program, stdout=write, cwd=tmp_path, timeout=60)
    os.close(write)
    assert (tmp_path / "w.svg").read_bytes().startswith(b"<?xml")


# --- the example --------------------------------------------------------------------------------


def test_the_example_rides_a_week_that_progress_then_shows(tmp_path, capsys):
    folder = tmp_path / "weeks"
    ran = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "eight_weeks.py"), "tired", "1", str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    week, figures, following = ran.stdout.splitlines()
    assert week.startswith("Week 1, ")
    assert figures.startswith("  rides: 2, ")
    assert following.startswith("Next: coach progress --simulated")
    assert run([*following.split()[2:], "--json"]) == 0
    done = weeks_of(capsys.readouterr().out)[0]
    assert (done["rides_done"], done["cr10"]) == (2, 8.0)
    # Who gives up at 70 % has climbed some of the hills, and stood less than was asked.
    assert 0 < done["standing_measured_s"] < done["standing_planned_s"]
    assert 0 < done["strength_sets_done"] < done["strength_sets_asked"]
