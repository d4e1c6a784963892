"""How hard a ride was: the scale, kept in the ride's own file, asked for after a ride."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import click
import pytest
from timeline import HILLS, RIDER

from coach import journal
from coach.analysis.effort import ANCHORS, cr10_text, cr10_words, parse_cr10
from coach.cli import run
from coach.commands import felt as command
from coach.commands import ride_on as riding
from coach.errors import RideFileError
from coach.journal import Header, Journal
from coach.messages import Sample
from coach.profile import profiles_dir

START = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def ridden(path, start=START, finish=True, trainer="sim", seconds=4, **more):
    kept = Journal(path, Header("Test", start, RIDER, HILLS, trainer, "0.1.0", **more))
    kept.stepped(100.0)
    kept.told(
        [], [], [], [Sample(float(n), float(n), 0, power=100.0) for n in range(1, seconds + 1)]
    )
    if finish:
        kept.finish(4.0, 4.0)
    else:
        kept.commit()
    return kept


def rows(path):
    """Everything in a ride file."""
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master")]
        wanted = [each for each in tables if not each.startswith("sqlite_")]
        return {each: list(db.execute(f"SELECT * FROM {each}")) for each in wanted}


@pytest.fixture
def coach(capsys):
    def run_coach(*arguments):
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run_coach


# --- the scale ----------------------------------------------------------------------------------


def test_borg_s_words_are_at_borg_s_numbers():
    # Borg's CR10, as in the reference notes on training science, section 3.1.
    assert [cr10_words(value) for value, _ in ANCHORS] == [word for _, word in ANCHORS]
    assert (cr10_words(3), cr10_words(5), cr10_words(10)) == (
        "moderate", "strong", "extremely strong",
    )  # fmt: skip
    assert cr10_words(6) == "strong to very strong"
    assert cr10_words(9.5) == "very strong to extremely strong"
    assert cr10_text(0.5) == "0.5 of 10 (extremely weak)"


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("10", 10), ("10.0", 10), ("4.5", 4.5), (" 4,5 ", 4.5), ("07", 7)]
)
def test_half_steps_from_0_to_10_are_read(text, value):
    assert parse_cr10(text) == value


@pytest.mark.parametrize(
    "text", ["", "11", "10.5", "-1", "4.2", "five", "nan", "1e1", "٥", "5.", ".5", "100", "5/10"]
)
def test_all_else_is_no_effort(text):
    with pytest.raises(ValueError, match="half steps"):
        parse_cr10(text)


# --- in the ride's own file ---------------------------------------------------------------------


def test_the_word_is_kept_and_nothing_else_changes(tmp_path):
    path = tmp_path / "a.ride"
    ridden(path)
    before = rows(path)
    assert journal.load(path).cr10 is None
    journal.felt(path, 4.5)
    assert journal.load(path).cr10 == 4.5
    journal.felt(path, 6)
    assert journal.load(path).cr10 == 6
    after = rows(path)
    assert after.pop("meta") == [*before.pop("meta"), ("cr10", "6")]
    assert after == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.ride"]


def test_a_ride_under_way_is_refused(tmp_path):
    path = tmp_path / "a.ride"
    kept = ridden(path, finish=False)
    with pytest.raises(RideFileError, match=r"still being ridden, or interrupted.*coach recover"):
        journal.felt(path, 5)
    kept.finish(4.0, 4.0)
    assert journal.load(path).cr10 is None


@pytest.mark.parametrize("content", [b"", b"not a ride at all" * 50])
def test_what_is_no_ride_is_refused(tmp_path, content):
    path = tmp_path / "a.ride"
    path.write_bytes(content)
    with pytest.raises(RideFileError):
        journal.felt(path, 5)
    assert path.read_bytes() == content


def test_a_cut_ride_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "a.ride"
    ridden(path, seconds=300)
    cut = path.read_bytes()[:-4096]
    path.write_bytes(cut)
    with pytest.raises(RideFileError, match="damaged"):
        journal.felt(path, 5)
    assert path.read_bytes() == cut


@pytest.mark.parametrize("value", [-1, 10.5, 4.2, float("nan")])
def test_what_is_not_on_the_scale_is_refused(tmp_path, value):
    path = tmp_path / "a.ride"
    ridden(path)
    with pytest.raises(ValueError, match="half steps"):
        journal.felt(path, value)
    assert journal.load(path).cr10 is None


def test_a_word_damaged_in_the_file_is_told_and_left_out(tmp_path):
    path = tmp_path / "a.ride"
    ridden(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("INSERT INTO meta VALUES ('cr10', '99')")
    ride = journal.load(path)
    assert ride.cr10 is None
    assert ["how hard it felt" in each for each in ride.warnings] == [True]


def test_a_pretend_stick_s_ride_is_known_to_be_simulated(tmp_path):
    ridden(tmp_path / "a.ride", trainer="ant:12345", simulated=True)
    ridden(tmp_path / "b.ride", trainer="ant:12345")
    assert journal.load(tmp_path / "a.ride").simulated
    assert not journal.load(tmp_path / "b.ride").simulated


# --- the command --------------------------------------------------------------------------------


def test_the_newest_ride_is_meant(tmp_path, coach):
    ridden(tmp_path / "z.ride")
    ridden(tmp_path / "a.ride", start=START.replace(day=23))
    ridden(tmp_path / "replayed.ride", start=START.replace(day=24), recording=True)
    code, out, _ = coach("felt", "7", "--out", tmp_path)
    assert code == 0
    assert out == f"{tmp_path / 'a.ride'}: felt 7 of 10 (very strong)\n"
    assert journal.load(tmp_path / "a.ride").cr10 == 7
    assert journal.load(tmp_path / "z.ride").cr10 is None


def test_a_ride_is_named(tmp_path, coach):
    ridden(tmp_path / "z.ride")
    assert coach("felt", tmp_path / "z.ride", "4,5")[0] == 0
    code, out, _ = coach("summary", tmp_path / "z.ride")
    assert code == 0
    assert "Felt" in out
    assert "4.5 of 10 (somewhat strong to strong)" in out
    assert '"cr10": 4.5' in coach("summary", tmp_path / "z.ride", "--json")[1]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["11"], 2, "expected 0"),
        (["strong"], 2, "coach felt --help"),
        (["5"], 2, "no ride of ours"),
        (["a.fit", "5"], 2, ".ride file only"),
        (["a.ride", "5", "6"], 2, "one word too many"),
        (["a.ride", "5"], 2, "no such ride file"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path, coach, monkeypatch, words, code, said):
    monkeypatch.chdir(tmp_path)
    ended, out, err = coach("felt", *words)
    assert (ended, out) == (code, "")
    assert said in err


def test_the_scale_is_in_the_help(coach):
    code, out, _ = coach("felt", "--help")
    assert code == 0
    shown = [" ".join(line.split()) for line in out.splitlines()]
    assert all(f"{value:g} {word}" in shown for value, word in ANCHORS)


# --- the question after a ride ------------------------------------------------------------------


@pytest.fixture
def at_a_terminal(monkeypatch):
    monkeypatch.setattr(command, "at_a_terminal", lambda: True)


def answered(monkeypatch, *answers):
    waiting = list(answers)

    def prompt(*_, **__):
        answer = waiting.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(click, "prompt", prompt)


def test_an_answer_is_kept(tmp_path, monkeypatch, capsys, at_a_terminal):
    path = tmp_path / "a.ride"
    ridden(path)
    answered(monkeypatch, "much", "6")
    command.ask(path)
    assert journal.load(path).cr10 == 6
    captured = capsys.readouterr()
    assert captured.out == "Felt 6 of 10 (strong to very strong).\n"
    assert "half steps" in captured.err


@pytest.mark.parametrize("answer", ["", click.Abort()])
def test_no_answer_loses_nothing(tmp_path, monkeypatch, capsys, at_a_terminal, answer):
    path = tmp_path / "a.ride"
    ridden(path)
    before = path.read_bytes()
    answered(monkeypatch, answer)
    command.ask(path)
    assert path.read_bytes() == before
    assert ("keeps it later" in capsys.readouterr().err) == bool(answer)


def test_nobody_is_asked_without_a_terminal(tmp_path, monkeypatch):
    ridden(tmp_path / "a.ride")
    answered(monkeypatch)
    command.ask(tmp_path / "a.ride")


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (["--trainer", "none"], True),
        (["--trainer", "none", "--speed", "max"], False),
        (["--trainer", "sim"], False),
        (["--trainer", "ant", "--stick", "virtual"], False),
        (["--trainer", "replay:FILE"], False),
    ],
)
def test_only_a_rider_who_rode_is_asked(tmp_path, monkeypatch, options, asked):
    path = tmp_path / "a.ride"
    ridden(path)
    questions = []
    monkeypatch.setattr(riding, "go", lambda *_: path)
    monkeypatch.setattr(riding, "after", lambda _, page=None: journal.load(path))
    monkeypatch.setattr(command, "ask", questions.append)
    rider = ["--rider", str(profiles_dir() / "riders" / "example.toml")]
    options = [each.replace("FILE", str(path)) for each in options]
    rider += ["--health-check-read"]
    assert run(["ride", "intervals", *options, *rider, "--out", str(tmp_path)]) == 0
    assert questions == ([path] if asked else [])
