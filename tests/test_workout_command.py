"""``coach workout`` and ``coach rider``, as they are typed."""

import json
import os

import click
import pytest
from click.testing import CliRunner

from coach import profile
from coach.cli import run
from coach.commands.rider import render, rider

KEYS = [
    "index",
    "kind",
    "hill",
    "start_s",
    "duration_s",
    "posture",
    "target_power_start_w",
    "target_power_end_w",
    "grade_pct",
    "basic_resistance_pct",
    "cadence_low_rpm",
    "cadence_high_rpm",
    "effort",
]


@pytest.fixture
def coach(capsys):
    """Run a command line; return its exit code and both outputs."""

    def type_(*arguments: str) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return type_


# --- workouts -----------------------------------------------------------------------------------


def test_list(coach):
    code, out, err = coach("workout", "list")
    assert (code, err) == (0, "")
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["ftp-ramp", "47", "min"],
        ["ftp-twenty", "75", "min"],
        ["hills", "90", "min"],
        ["hills-starter", "81", "min"],
        ["hills-strong", "96", "min"],
        ["intervals", "23", "min"],
    ]
    names = [plan["name"] for plan in json.loads(coach("workout", "list", "--json")[1])]
    assert names == [
        "ftp-ramp", "ftp-twenty", "hills", "hills-starter", "hills-strong", "intervals",
    ]  # fmt: skip


def test_show_json_of_the_standard(coach):
    code, out, err = coach("workout", "show", "hills", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert list(found) == ["name", "total_s", "segments"]
    assert (found["name"], found["total_s"]) == ("hills", 5400)
    assert all(list(segment) == KEYS for segment in found["segments"])
    assert len(found["segments"]) == 17
    assert found["segments"][6] == {
        "index": 6,
        "kind": "hill",
        "hill": 3,
        "start_s": 1860,
        "duration_s": 120,
        "posture": "standing",
        "target_power_start_w": 198,
        "target_power_end_w": 198,
        "grade_pct": 6.5433,  # by hand: 193.248 W at the wheel and 3.26627 m/s
        "basic_resistance_pct": 30,
        "cadence_low_rpm": 60,
        "cadence_high_rpm": 75,
        "effort": "increased, CR10 4",
    }


def test_show_table(coach):
    code, out, err = coach("workout", "show", "hills")
    assert (code, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[:2] == [
        "Six hills, 1:30:00, hills at 11.8 km/h",
        "for Example rider, 75 kg, FTP 220 W",
    ]
    assert len(lines) == 2 + 2 + 17
    assert lines[9] == "29:00 Hill 3 2:00 seated 198 6.5 30 70-85 increased 4"
    assert lines[-1].startswith("1:25:00 Cool-down ")
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80


def test_show_says_of_a_long_name_what_it_says_of_a_short_one(coach, tmp_path):
    own = tmp_path / "r.toml"
    name = "Bartholomew Montgomery-Featherstonehaugh"
    own.write_text(f'[rider]\nname = "{name}"\nmass_kg = 72.5\n')
    lines = coach("workout", "show", "hills", "--rider", own)[1].splitlines()
    assert [line.rstrip() for line in lines[:2]] == [
        "Six hills, 1:30:00, hills at 11.8 km/h",
        f"for {name}, 72.5 kg, FTP 104 W, estimated",
    ]
    assert max(len(line.rstrip()) for line in lines) <= 80


@pytest.mark.parametrize(
    "words", [["workout", "show", "hills"], ["page", "decode", "36" + "f" * 14]]
)
def test_tables_are_plain_enough_for_any_terminal(coach, words):
    code, out, err = coach(*words)
    assert (code, err, out.isascii()) == (0, "", True)


def test_hills_of_different_speeds_are_not_said_to_have_one(coach, tmp_path):
    hills = (profile.profiles_dir() / "workouts" / "hills.toml").read_text("utf-8")
    own = tmp_path / "mine.toml"
    own.write_text(hills.replace("ftp_pct = 80\n", "ftp_pct = 80\ngrade_pct = 3\n"), "utf-8")
    assert coach("workout", "show", own)[1].splitlines()[0].rstrip() == "Six hills, 1:30:00"


def test_show_takes_rider_and_choices(coach, tmp_path):
    own = tmp_path / "r.toml"
    own.write_text("[rider]\nmass_kg = 60\n")
    choices = ("--moderate", "10", "--stand-hill-4", "--mode", "power")
    code, out, _ = coach("workout", "show", "hills", "--rider", own, *choices, "--json")
    found = json.loads(out)
    assert code == 0
    assert len(found["segments"]) == 16
    assert found["total_s"] == 5400 - 1200
    assert found["segments"][1]["target_power_start_w"] == pytest.approx(0.8 * 0.9 * 96)
    assert "FTP 86 W, estimated" in coach("workout", "show", "hills", "--rider", own)[1]


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_show_rounds(coach, rounds):
    code, out, err = coach("workout", "show", "intervals", "--rounds", rounds, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["total_s"] == 900 + 465 * rounds
    kinds = [segment["kind"] for segment in found["segments"]]
    assert kinds == ["warm_up", *["interval", "recovery"] * 6 * rounds, "cool_down"]
    assert [segment["index"] for segment in found["segments"]] == list(range(len(kinds)))
    assert found["segments"][7] == {
        "index": 7,
        "kind": "interval",
        "hill": None,
        "start_s": 840,
        "duration_s": 10,
        "posture": "standing",
        "target_power_start_w": 330,
        "target_power_end_w": 330,
        "grade_pct": 7.2107,  # by hand: 322.08 W at the wheel and 4.80333 m/s
        "basic_resistance_pct": 40,
        "cadence_low_rpm": 60,
        "cadence_high_rpm": 75,
        "effort": "hard, CR10 7-8",
    }


def test_the_table_of_intervals_fits_a_terminal(coach):
    code, out, _ = coach("workout", "show", "intervals", "--rounds", "3")
    assert (code, out.isascii()) == (0, True)
    assert out.splitlines()[0].rstrip() == "Posture intervals, 38:15, intervals at 17.3 km/h"
    assert "Interval 18" in out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80


def test_show_a_file(coach, tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text((profile.profiles_dir() / "workouts" / "hills-starter.toml").read_text("utf-8"))
    code, out, _ = coach("workout", "show", own, "--json")
    assert (code, json.loads(out)["name"]) == (0, "mine")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hils"], "did you mean 'hills'?"),
        (["nowhere/x.toml"], "there is no file nowhere"),
        (["hills", "--rider", ""], "is a folder"),
        (["hills", "--rider", "nowhere.toml"], "there is no file nowhere.toml"),
        (["hills", "--moderate", "45"], "1 to 30 minutes long, not 45; type --moderate 30"),
        (["hills", "--moderate", "nan"], "1 to 30 minutes long, not nan"),
        (["hills", "--moderate", "much"], "not a valid float"),
        (["hills", "--mode", "gear"], "'gear' is not one of"),
        (["hills", "--rounds", "2"], "hills has no rounds; leave out --rounds"),
        (["intervals", "--rounds", "4"], "intervals has 1 to 3 rounds, not 4; type --rounds 3"),
        (["intervals", "--rounds", "0"], "0 is not in the range x>=1"),
        (["intervals", "--rounds", "two"], "not a valid integer"),
        ([], "Missing argument"),
    ],
)
def test_misuse_is_told_in_a_sentence(coach, arguments, words):
    code, out, err = coach("workout", "show", *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_all_mistakes_of_a_file_come_at_once_each_on_its_line(coach, tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text(
        'titel = "x"\n[[part]]\nkind = "hil"\n[[part]]\nkind = "moderate"\nftp_pct = 200\n'
    )
    code, out, err = coach("workout", "show", own)
    assert (code, out) == (2, "")
    found = [line.removeprefix(str(own)).split(": ")[:2] for line in err.splitlines()]
    assert found == [
        [":1", "title"],
        [":1", "about"],
        [":1", "titel"],
        [":3", "part[1].kind"],
        [":4", "part[2].length"],
        [":4", "part[2].effort"],
        [":4", "part[2].cr10"],
        [":4", "part[2].resistance_steps"],
        [":6", "part[2].ftp_pct"],
    ]


# --- riders -------------------------------------------------------------------------------------


def answer(*lines: str, out=None):
    arguments = ["new"] if out is None else ["new", "--out", str(out)]
    return CliRunner().invoke(rider, arguments, input="".join(f"{line}\n" for line in lines))


def test_new_rider_reads_back(tmp_path):
    path = tmp_path / "new folder" / "kim.toml"
    name = 'Kim "K" #1 \\ Ø'
    result = answer(name, "61,5", "201", "188", "46, 30", "[11, 34]", "12345", out=path)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        f"saved: {path}",
        f"next:  coach ride hills --trainer sim --rider '{path}'",
    ]
    found = profile.load_rider(path)
    assert (found.name, found.mass, found.threshold_power) == (name, 61.5, 201.0)
    assert not found.threshold_estimated
    assert found.maximum_heart_rate == 188.0
    assert (found.bike.chainrings, found.bike.cassette) == ((46, 30), (11, 34))
    assert found.devices.trainer == 12345
    assert [entry.name for entry in path.parent.iterdir()] == ["kim.toml"]


def test_new_rider_goes_where_ride_looks_for_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    result = answer("", "75", "250", "", "", "", "")
    path = tmp_path / "sixhills" / "rider.toml"
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        f"saved: {path}",
        "next:  coach ride hills --trainer sim",
    ]
    found = profile.load_rider(path)
    assert (found.name, found.threshold_power, found.maximum_heart_rate) == ("Rider", 250, None)
    assert found.bike == profile.example_rider().bike
    assert found.devices.trainer is None


def test_new_rider_without_ftp_is_asked_for_an_estimate(tmp_path):
    path = tmp_path / "r.toml"
    result = answer("A", "60", "", "regular", "50", "female", "", "", "", "", out=path)
    assert result.exit_code == 0, result.output
    assert "FTP estimated at 102 W" in result.stderr
    assert profile.load_rider(path).threshold_power == pytest.approx(101.574)


def test_nonsense_is_asked_again(tmp_path):
    path = tmp_path / "r.toml"
    weights = ("", "25O", "-4", "7", "75")
    result = answer("A\x1b[2J", "A", *weights, "999", "200", "", "x", "50", "", "-1", "", out=path)
    assert result.exit_code == 0, result.output
    for words in (
        "expected a name in quotes",
        "30 to 200, found ''",
        "30 to 200, found '25O'",
        "30 to 200, found -4\n",
        "30 to 200, found 7",
        "30 to 600, found 999",
        "numbers of teeth, 9 to 70, found 'x'",
        "device number, 1 to 65535, found -1",
    ):
        assert words in result.stderr
    found = profile.load_rider(path)
    assert (found.name, found.mass, found.threshold_power) == ("A", 75.0, 200.0)
    assert found.bike.chainrings == (50,)


def test_endless_nonsense_ends(tmp_path):
    path = tmp_path / "r.toml"
    result = answer(*["nonsense"] * 100, out=path)
    assert "5 answers to 'Your weight in kg' made no sense" in str(result.exception)
    assert not path.exists()


@pytest.mark.parametrize("answers", [[], ["A"], ["A", "75", "200"]])
def test_nobody_there_to_answer(tmp_path, answers):
    path = tmp_path / "r.toml"
    result = answer(*answers, out=path)
    assert "nothing was written; answer the questions in a terminal" in str(result.exception)
    assert not isinstance(result.exception, click.Abort)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_only_when_told_so(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text("mine")
    for no in ("", "n", "No"):
        result = answer(no, "A", "75", "200", "", "", "", "", out=path)
        assert result.exit_code == 0
        assert path.read_text() == "mine"
        assert "is as it was" in result.stderr
    assert answer(out=path).exit_code != 0
    assert path.read_text() == "mine"
    result = answer("maybe", "y", "A", "75", "200", "", "", "", "", out=path)
    assert result.exit_code == 0, result.output
    assert profile.load_rider(path).name == "A"


def test_a_place_that_cannot_be_written_is_told(coach, tmp_path, monkeypatch):
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "75")
    code, out, err = coach("rider", "new", "--out", tmp_path)
    assert (code, out) == (2, "")
    assert "is a folder" in err
    (tmp_path / "file").write_text("")
    answers = iter(["A", "75", "200", "", "", "", ""])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(answers))
    code, out, err = coach("rider", "new", "--out", tmp_path / "file" / "r.toml")
    assert (code, out) == (1, "")
    assert "cannot be written" in err


def test_a_folder_that_may_not_be_entered_is_told(coach, tmp_path, monkeypatch):
    """`Path.exists` raises there; in earnest, root would still be let in."""

    def lock(name: str) -> None:
        real = getattr(os, name)

        def locked(path, *arguments, **options):
            if "locked" in str(path):
                raise PermissionError(13, "Permission denied")
            return real(path, *arguments, **options)

        monkeypatch.setattr(os, name, locked)

    lock("stat")
    lock("mkdir")
    answers = iter(["A", "75", "200", "", "", "", ""])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(answers))
    code, _, err = coach("rider", "new", "--out", tmp_path / "locked" / "r.toml")
    assert code == 1
    assert "cannot be written (Permission denied); name another place with --out" in err


def test_an_empty_form_is_the_example_commented_out():
    text = render({})
    assert text.startswith("# Who rides.")
    settings = [line for line in text.splitlines() if line and line[0] not in "#["]
    assert settings == []
    full = render({"rider.mass_kg": "75"})
    assert profile.parse_rider(full, "r.toml").bike == profile.example_rider().bike
    for key in (
        "ftp_w",
        "hr_max_bpm",
        "wheel_m",
        "moderate_pct",
        "trainer",
        "heart_rate",
        "power_meter",
    ):
        assert f"# {key} = " in full
