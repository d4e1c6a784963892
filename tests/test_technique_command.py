"""``coach technique`` as a rider and a program see it, and where it is offered."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from timeline import RIDER

from coach import __version__, profile
from coach.cli import run
from coach.commands import demo as demonstrating
from coach.commands import replay as replaying
from coach.commands import ride_on as riding
from coach.commands.technique import offer
from coach.guidance.technique import DISCLAIMER, SECTIONS
from coach.journal import Header, Journal
from coach.workout import Workout

SHORT = Path(__file__).parent / "data" / "workouts" / "short.toml"


def said(capsys, *arguments: str) -> str:
    assert run(["technique", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys, *arguments: str) -> str:
    assert run(["technique", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (sentence,) = err.splitlines()
    return sentence


# --- what it says ---------------------------------------------------------------------------------


def test_alone_it_says_everything_and_how_to_measure(capsys):
    text = said(capsys)
    words = " ".join(text.replace("  - ", " ").split())
    for section in SECTIONS:
        for line in (section.title, *section.lines):
            assert line in words
    assert words.endswith(DISCLAIMER)
    assert "--inseam-cm 83" in text.splitlines()[2]


def test_with_an_inseam_the_ranges_come_first(capsys):
    lines = said(capsys, "--inseam-cm", "83").splitlines()
    assert lines[:5] == [
        "Top of the saddle, for an inseam of 83 cm: a range to begin in",
        "",
        "  89.5 to 90.5 cm    from the pedal           108-109 %, Hamley & Thomas 1967",
        "  73.0 to 74.0 cm    from the bottom bracket  88-89 %, LeMond/Guimard",
        "",
    ]
    assert lines[5] == SECTIONS[0].title


def test_with_the_crank_both_are_told_from_one_place(capsys):
    lines = said(capsys, "--inseam-cm", "83", "--crank-mm", "170").splitlines()
    assert lines[5:8] == [
        "With a crank of 170 mm, both from the bottom bracket:",
        "  72.5 to 73.5 cm    Hamley & Thomas 1967",
        "  73.0 to 74.0 cm    LeMond/Guimard",
    ]


@pytest.mark.parametrize("columns", ["40", "80", "200"])
@pytest.mark.parametrize("arguments", [(), ("--inseam-cm", "100", "--crank-mm", "172.5")])
def test_it_fits_the_terminal_and_is_never_wider_than_a_page(
    columns, arguments, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", columns)
    lines = said(capsys, *arguments).splitlines()
    assert max(map(len, lines)) < 80
    # The table of ranges stays a table.
    rest = lines[lines.index(SECTIONS[0].title) :]
    assert max(map(len, rest)) < int(columns)


def test_it_can_be_piped_into_a_reader_that_stops():
    if shutil.which("head") is None:
        pytest.skip("there is no head")
    ran = subprocess.run(
        f"{sys.executable} -m coach technique | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True, executable=shutil.which("bash"), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr, len(ran.stdout.splitlines())) == (0, "", 1)


def test_it_needs_no_numpy():
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from coach.cli import run; run(['technique', '--inseam-cm', '83']);"
            "sys.exit('numpy' in sys.modules)",
        ],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


# --- for programs ---------------------------------------------------------------------------------


def test_json_with_everything(capsys):
    told = json.loads(said(capsys, "--inseam-cm", "83", "--crank-mm", "170", "--json"))
    assert told["saddle"] == [
        {
            "method": "Hamley & Thomas 1967",
            "measured_from": "pedal",
            "low_cm": 89.5,
            "high_cm": 90.5,
        },
        {
            "method": "LeMond/Guimard",
            "measured_from": "bottom bracket",
            "low_cm": 73.0,
            "high_cm": 74.0,
        },
    ]
    assert told["saddle_compared"] == {
        "crank_mm": 170.0,
        "method": "Hamley & Thomas 1967",
        "measured_from": "bottom bracket",
        "low_cm": 72.5,
        "high_cm": 73.5,
    }
    assert told["knee_deg"] == {"low": 25, "high": 35}
    assert told["disclaimer"] == DISCLAIMER
    assert told["sections"] == [
        {"title": each.title, "lines": list(each.lines)} for each in SECTIONS
    ]


def test_json_without_an_inseam(capsys):
    told = json.loads(said(capsys, "--json"))
    assert told["saddle"] == []
    assert told["saddle_compared"] is None
    assert told["sections"]


def test_json_without_a_crank(capsys):
    told = json.loads(said(capsys, "--json", "--inseam-cm", "75"))
    assert [(each["low_cm"], each["high_cm"]) for each in told["saddle"]] == [(81, 82), (66, 67)]
    assert told["saddle_compared"] is None


# --- what is typed --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["8", "59.9", "100.1", "0", "-83", "nan", "inf", "-inf", "1e400", "", "abc", "83cm", "83,5",
     "0.83", "1e302", "8" * 5000, "\x1b[31m83", "³"],
)  # fmt: skip
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_inseam_that_makes_no_sense(typed, more, capsys):
    sentence = refused(capsys, "--inseam-cm", typed, *more)
    assert "60 to 100 cm" in sentence
    assert "barefoot" in sentence
    assert len(sentence) < 250
    assert sentence.isprintable()


@pytest.mark.parametrize("typed", ["17", "149.9", "185.1", "0.17", "nan", "inf", "", "abc", "-170"])
def test_a_crank_that_makes_no_sense(typed, capsys):
    assert "150 to 185 mm" in refused(capsys, "--inseam-cm", "83", "--crank-mm", typed)


@pytest.mark.parametrize("typed", ["170", "abc"])
def test_a_crank_alone_is_no_use(typed, capsys):
    assert "add --inseam-cm" in refused(capsys, "--crank-mm", typed)


@pytest.mark.parametrize("typed", ["60", "100", "83.25"])
def test_the_ends_of_the_range_can_be_typed(typed, capsys):
    assert f"inseam of {typed} cm" in said(capsys, "--inseam-cm", typed)


# --- the offer ------------------------------------------------------------------------------------


def plan(name: str | Path) -> Workout:
    return profile.compile_workout(profile.load_workout(profile.find_workout(str(name))), RIDER)


HILLS, STRONG = plan("hills"), plan("hills-strong")
FIRST = "First ride here: check bike, saddle height and form: coach technique"


def keep_ride(folder: Path, trainer: str, **more: bool) -> None:
    start = datetime(2026, 1, 8, 9, tzinfo=UTC)
    header = Header("Hills", start, RIDER, HILLS, trainer, __version__, **more)
    folder.mkdir(exist_ok=True)
    journal = Journal(folder / f"{len(list(folder.iterdir()))}.ride", header)
    journal.finish(1.0, 1.0)


@pytest.mark.parametrize("real", [True, False])
def test_before_the_first_ride(tmp_path, real):
    assert offer(HILLS, tmp_path / "none" / "yet", real=real) == FIRST
    (tmp_path / "notes.txt").write_text("nothing")
    assert offer(HILLS, tmp_path, real=real) == FIRST
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("trainer", ["ant:12345", "none"])
def test_not_after_it(tmp_path, trainer):
    keep_ride(tmp_path, trainer)
    assert offer(HILLS, tmp_path, real=True) == ""
    assert offer(HILLS, tmp_path, real=False) == ""


def test_what_the_simulated_rider_rode_is_nobodys_first_ride(tmp_path):
    keep_ride(tmp_path, "replay:morning", recording=True)
    assert offer(HILLS, tmp_path, real=False) == FIRST
    keep_ride(tmp_path, "sim:seed=7")
    keep_ride(tmp_path, "ant", simulated=True)
    assert offer(HILLS, tmp_path, real=False) == ""
    assert offer(HILLS, tmp_path, real=True) == FIRST
    keep_ride(tmp_path, "ant:12345")
    assert offer(HILLS, tmp_path, real=True) == ""


@pytest.mark.parametrize("content", [b"", b"no ride at all", b"SQLite format 3\0" + b"x" * 600])
def test_a_file_that_cannot_be_read_is_no_ride_and_no_trouble(tmp_path, content):
    (tmp_path / "morning.ride").write_bytes(content)
    assert offer(HILLS, tmp_path, real=True) == FIRST
    (tmp_path / "morning.ride").unlink()
    (tmp_path / "morning.ride").mkdir()
    assert offer(HILLS, tmp_path, real=True) == FIRST


def test_before_slow_and_hard_pushes_whatever_was_ridden(tmp_path):
    wanted = "Hard, slow pushes ahead, up to 35 N m at 60 rpm (Hill 4): coach technique"
    assert len(wanted) <= 80
    assert offer(STRONG, tmp_path, real=True) == wanted
    keep_ride(tmp_path, "ant:12345")
    assert offer(STRONG, tmp_path, real=True) == wanted


@pytest.fixture
def noted(monkeypatch, tmp_path):
    """Note rides in place of riding them, in a folder without rides or a rider."""
    rides: list[object] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for command in (demonstrating, riding, replaying):
        monkeypatch.setattr(command, "go", lambda *arguments: rides.append(arguments))
        monkeypatch.setattr(command, "after", lambda journal, page=None: None)
    return rides


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ride", "hills", "--trainer", "sim", "--speed", "max"), FIRST),
        (("ride", "hills-starter", "--trainer", "sim", "--out", "elsewhere"), FIRST),
        (("ride", "intervals", "--trainer", "sim"), "53 N m at 60 rpm (Interval 4)"),
        (("ride", "hills", "--trainer", "ant", "--stick", "virtual"), FIRST),
    ],
)
def test_a_ride_begins_with_it_on_stderr(noted, capsys, arguments, words):
    assert run(list(arguments)) == 0
    out, err = capsys.readouterr()
    assert len(noted) == 1
    assert words in err
    assert err.count("coach technique") == 1
    assert out == ""


def test_a_screen_begins_with_it(noted, monkeypatch):
    shown = {}
    monkeypatch.setattr("coach.live.terminal.display", lambda plan, **more: shown.update(more))
    assert run(["ride", "hills", "--trainer", "sim"]) == 0
    assert shown["first"] == FIRST


def test_a_spin_bike_counts_as_somebody_riding(noted, tmp_path, capsys):
    own = profile.default_rider_path()
    own.parent.mkdir(parents=True)
    own.write_text("[rider]\nmass_kg = 75\nftp_w = 220\n")
    keep_ride(tmp_path / "rides", "sim")
    assert run(["ride", "hills", "--trainer", "none", "--health-check-read"]) == 0
    assert FIRST in capsys.readouterr().err
    assert run(["ride", "hills", "--trainer", "sim"]) == 0
    assert "technique" not in capsys.readouterr().err
    assert len(noted) == 2


@pytest.mark.parametrize("command", ["demo", "replay"])
def test_neither_a_demo_nor_a_replay_has_it(noted, tmp_path, capsys, command):
    recorded = tmp_path / "morning.gpx"
    points = "".join(
        f'<trkpt lat="47.{at:04}" lon="8"><ele>{at}</ele>'
        f"<time>2026-01-08T09:00:{at:02}Z</time></trkpt>"
        for at in range(30)
    )
    recorded.write_text(f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>')
    arguments = {"demo": ["demo"], "replay": ["replay", str(recorded)]}[command]
    assert run(arguments) == 0
    assert "technique" not in "".join(capsys.readouterr())
    assert len(noted) == 1
    if command == "replay":
        assert run(["ride", "hills-strong", "--trainer", f"replay:{recorded}"]) == 0
        assert "technique" not in "".join(capsys.readouterr())
        assert len(noted) == 2


def test_the_line_of_the_first_ride_fits_a_terminal():
    assert len(FIRST) <= 80
