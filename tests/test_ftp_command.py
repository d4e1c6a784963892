"""``coach ftp``: a test ridden to its band, what a ride says of FTP, and the rider file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ftp_rides import compiled, ramp, ride_of

from coach import profile
from coach.cli import run
from coach.commands import ftp, trial
from coach.commands.saving import write_whole
from coach.errors import CoachError, RiderInputError
from coach.formats import fit

MINE = """\
# Who rides
[rider]
name = "Kim"   # that is me
mass_kg = 70
ftp_w = 200            # guessed

[bike]
mass_kg = 8 # light
"""


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch) -> Path:
    """Where the rider's own file belongs; it is not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    path = profile.default_rider_path()
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def coach(capsys):
    def run_coach(*arguments):
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run_coach


@pytest.fixture
def ramp_file(tmp_path) -> Path:
    path = tmp_path / "ramp.fit"
    path.write_bytes(fit.encode(ramp()))
    return path


# --- a test from start to band --------------------------------------------------------------------


def test_a_ramp_ends_itself_and_says_what_to_type(coach, tmp_path):
    code, out, _ = coach("ftp", "ramp", "--trainer", "sim", "--speed", "max", "--out", "rides")
    assert code == 0
    assert "Then the ramp: harder every minute, seated, until you cannot." in out
    assert "That is it: spin easy" in out
    told = out[out.index("Ramp test: ") :].splitlines()
    low, high = (int(told[0].split()[at]) for at in (3, 5))
    assert low < 220 < high
    [journal] = Path("rides").glob("*.ride")
    assert told[-1] == f"To use it: coach ftp result {journal} --save"

    # The summary says the same, from each file of the ride.
    for path in (journal, journal.with_suffix(".fit")):
        assert told[0] in coach("summary", path)[1]
        found = json.loads(coach("summary", path, "--json")[1])["threshold_power"]
        assert (found["method"], found["low_w"], found["high_w"]) == ("ramp", low, high)
        assert low < found["value_w"] < high


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ftp", "ramp", "--trainer", "none"], "tells no power"),
        (["ride", "ftp-twenty", "--trainer", "none"], "tells no power"),
        (["ftp", "ramp", "--trainer", "replay:x.fit"], "a recorded ride is no test"),
        (["ride", "ftp-ramp", "--trainer", "sim", "--mode", "grade"], "leave out --mode grade"),
        (["ride", "ftp-twenty", "--trainer", "sim", "--mode", "power"], "leave out --mode power"),
        (["ftp", "ramp"], "--trainer"),
        (["ftp", "ramp", "--trainer", "zwift"], "zwift"),
    ],
)
def test_what_cannot_be_tested_is_refused_before_the_ride(coach, own, arguments, words):
    own.write_text(MINE)
    code, out, err = coach(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert not Path("rides").exists()


def test_a_limit_that_would_end_the_ramp_before_the_rider_is_told_before_the_ride(coach, own):
    own.write_text(MINE + "[limits]\npower_w = 240\n")
    code, _, err = coach("ftp", "ramp", "--trainer", "sim", "--speed", "max")
    assert code == 2
    assert "limits.power_w = 240" in err
    assert "at about 267 W" in err


# --- who should not -------------------------------------------------------------------------------


@pytest.fixture
def rides(tmp_path, monkeypatch):
    """Pretend that so many rides lie in the folder, real or simulated."""

    def pretend(real: int, simulated: int = 0, broken: int = 0) -> Path:
        folder = tmp_path / "rides"
        folder.mkdir(exist_ok=True)
        names = [f"real{n}" for n in range(real)] + [f"sim{n}" for n in range(simulated)]
        for name in names:
            (folder / f"{name}.ride").touch()
        for n in range(broken):
            (folder / f"broken{n}.ride").write_bytes(b"no ride")

        class Recorded:
            finished = True

            def __init__(self, path):
                if path.name.startswith("broken"):
                    from coach.errors import RideFileError

                    raise RideFileError(str(path))
                self.simulated = path.name.startswith("sim")

            def __enter__(self):
                return self

            def __exit__(self, *_):
                pass

        monkeypatch.setattr("coach.journal.Recorded", Recorded)
        return folder

    return pretend


@pytest.fixture
def answer(monkeypatch):
    """Sit at a terminal and type this."""

    def type_(text: str | None) -> list[str]:
        asked: list[str] = []

        def prompt(question: str) -> str:
            asked.append(question)
            if text is None:
                raise KeyboardInterrupt
            return text

        monkeypatch.setattr(trial, "at_a_terminal", lambda: True)
        monkeypatch.setattr("click.termui.visible_prompt_func", prompt)
        return asked

    return type_


def test_a_first_ride_to_the_limit_is_asked_about(rides, answer, capsys):
    asked = answer("y")
    trial.agree(compiled("ftp-ramp"), rides(2, simulated=5, broken=2), read=False)
    assert len(asked) == 1
    assert "fewer than 3 rides of yours" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["n", "", None])
def test_whoever_does_not_want_to_has_no_ride(rides, answer, text):
    answer(text)
    with pytest.raises(CoachError, match="no test was ridden") as caught:
        trial.agree(compiled("ftp-twenty"), rides(0), read=False)
    assert not isinstance(caught.value, RiderInputError)


def test_without_a_terminal_it_must_be_said_on_the_command_line(rides, monkeypatch):
    monkeypatch.setattr(trial, "at_a_terminal", lambda: False)
    with pytest.raises(RiderInputError, match="--health-check-read"):
        trial.agree(compiled("ftp-ramp"), rides(0), read=False)
    trial.agree(compiled("ftp-ramp"), rides(0), read=True)


def test_nobody_else_is_asked(rides, answer):
    asked = answer("n")
    trial.agree(compiled("hills"), rides(0), read=False)
    trial.agree(compiled("ftp-ramp"), rides(3), read=False)
    assert asked == []


# --- the result, and the rider file ---------------------------------------------------------------


def test_a_test_is_told_as_a_band_and_saves_nothing_by_itself(coach, own, ramp_file):
    own.write_text(MINE)
    code, out, err = coach("ftp", "result", ramp_file)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "Ramp test: FTP 202 to 238 W, most likely 220 W",
        "  from 75 % of the best minute, 293 W",
        f"To use it: coach ftp result {ramp_file} --save",
    ]
    assert own.read_text() == MINE


def test_save_changes_one_number_and_nothing_else(coach, own, ramp_file):
    own.write_text(MINE)
    code, out, _ = coach("ftp", "result", ramp_file, "--save")
    assert code == 0
    assert out.splitlines()[-1] == f"{own}: ftp_w is 220 W (ramp test), was 200 W"
    assert own.read_text() == MINE.replace("ftp_w = 200", "ftp_w = 220")
    assert os.listdir(own.parent) == [own.name]


@pytest.mark.parametrize(
    "text",
    [
        "[rider]\nmass_kg = 75\n# ftp_w = 220   # what you can hold\n\n[bike]\nmass_kg = 9 # x\n",
        "rider = {mass_kg = 75}\n",
        "rider.mass_kg = 75\r\nrider.ftp_w = 150 # x\r\n",
        "[bike]\nmass_kg = 9\n[rider]\nmass_kg = 75",
    ],
)
def test_every_way_to_write_a_rider_is_kept(coach, tmp_path, ramp_file, text):
    path = tmp_path / "mine.toml"
    path.write_bytes(text.encode())
    before = profile.load_rider(path)
    code, _, _ = coach("ftp", "result", ramp_file, "--rider", path, "--save")
    assert code == 0
    after = profile.load_rider(path)
    assert (after.threshold_power, after.threshold_estimated) == (220.0, False)
    assert (after.mass, after.bike) == (before.mass, before.bike)
    written = path.read_bytes().decode()
    kept = [line for line in text.splitlines() if "ftp_w = 150" not in line and "{" not in line]
    assert set(kept) <= set(written.splitlines())
    assert ("\r\n" in written) is ("\r\n" in text)


def test_a_first_ftp_stands_below_the_mass_with_the_ends_of_lines_that_the_file_has():
    text = (
        "[rider]\r\nmass_kg = 75 # me\r\nage = 40\r\n\r\n# bike below\r\n[bike]\r\nmass_kg = 9\r\n"
    )
    assert ftp.with_threshold_power(text, 220) == text.replace(
        "# me\r\n", "# me\r\nftp_w = 220\r\n"
    )


def test_whoever_may_read_the_rider_file_stays_the_same(coach, own, ramp_file):
    own.write_text(MINE)
    own.chmod(0o600)
    assert coach("ftp", "result", ramp_file, "--save")[0] == 0
    assert own.stat().st_mode & 0o777 == 0o600
    own.write_text(MINE)
    own.chmod(0o444)
    code, out, err = coach("ftp", "result", ramp_file, "--save")
    assert (code, out) == (1, "")
    assert err == f"{own} cannot be written (it is read-only); nothing was saved\n"
    assert own.read_text() == MINE


def test_two_that_save_at_once_leave_one_whole_file(tmp_path, monkeypatch):
    path = tmp_path / "mine" / "rider.toml"
    replace_by = Path.replace

    def meanwhile(part, target):
        monkeypatch.setattr(Path, "replace", replace_by)
        monkeypatch.setattr(os, "getpid", lambda: 1)
        write_whole(path, "the other\n")
        return replace_by(part, target)

    monkeypatch.setattr(Path, "replace", meanwhile)
    write_whole(path, "the one\n")
    assert path.read_text() == "the one\n"
    assert os.listdir(path.parent) == ["rider.toml"]


def test_an_estimate_that_was_replaced_is_told_as_one(coach, own, ramp_file):
    own.write_text("[rider]\nmass_kg = 75\n")
    assert "was estimated at 108 W" in coach("ftp", "result", ramp_file, "--save")[1]


def test_save_refuses_what_is_not_the_riders_own(coach, own, tmp_path, ramp_file):
    example = profile.profiles_dir() / "riders" / "example.toml"
    shipped = example.read_bytes()
    link = tmp_path / "link.toml"
    own.write_text(MINE)
    link.symlink_to(own)
    for path, words in ((example, "the example that comes with"), (link, "is a link to")):
        code, out, err = coach("ftp", "result", ramp_file, "--rider", path, "--save")
        assert (code, out) == (2, "")
        assert words in err
    assert (example.read_bytes(), own.read_text()) == (shipped, MINE)
    own.unlink()
    code, _, err = coach("ftp", "result", ramp_file, "--save")
    assert code == 2
    assert "coach rider new" in err


def test_a_broken_rider_file_is_never_replaced(coach, own, ramp_file):
    own.write_text("[rider]\nmass_kg = 7500\n")
    code, _, err = coach("ftp", "result", ramp_file, "--save")
    assert code == 2
    assert "mass_kg: expected a number of kilograms" in err
    assert own.read_text() == "[rider]\nmass_kg = 7500\n"


def test_what_no_rider_can_have_is_not_written(coach, own, tmp_path):
    own.write_text(MINE)
    path = tmp_path / "monster.fit"
    monster = ramp()
    monster.power *= 3
    path.write_bytes(fit.encode(monster))
    code, out, err = coach("ftp", "result", path, "--save")
    assert (code, out) == (2, "")
    assert "nothing was saved" in err
    assert "30 to 600, found 660" in err
    assert own.read_text() == MINE


def test_a_test_without_a_result_saves_nothing(coach, own, tmp_path):
    own.write_text(MINE)
    path = tmp_path / "short.fit"
    path.write_bytes(fit.encode(ramp(cool_down=0)))
    code, out, _ = coach("ftp", "result", path)
    assert code == 0
    assert out.startswith("Ramp test: no FTP from this ride: the ride was ended in the ramp")
    assert "--save" not in out
    code, out, err = coach("ftp", "result", path, "--save")
    assert (code, out) == (2, "")
    assert err.startswith("nothing was saved: the ride was ended in the ramp")
    assert own.read_text() == MINE


def test_any_other_ride_is_estimated_as_far_as_it_goes(coach, own, tmp_path):
    own.write_text(MINE)
    plan = compiled("hills")
    pieces = [(each.index, round(each.duration), 150.0) for each in plan.segments]
    path = tmp_path / "hills.fit"
    path.write_bytes(fit.encode(ride_of(plan, pieces)))
    code, out, _ = coach("ftp", "result", path, "--cr10", "2")
    assert code == 0
    assert "By how the hills felt: FTP 196 to 266 W, most likely 231 W" in out
    assert "has 200 W, which lies in this band: keep it." in " ".join(out.split())
    found = json.loads(coach("ftp", "result", path, "--cr10", "2", "--json")[1])["threshold_power"]
    assert [each["method"] for each in found] == [
        "heart_rate_80", "heart_rate_90", "effort", "hills",
    ]  # fmt: skip
    assert found[-1]["value_w"] == 231
    assert max(len(line) for line in out.splitlines()) < 80
    assert out.startswith(
        "By 80 % of heart rate, by 90 % of heart rate: no FTP from this ride: the"
    )


def test_a_ride_without_a_plan_says_so_once(coach, own, tmp_path):
    own.write_text(MINE)
    ride = ramp()
    ride.workout = None
    path = tmp_path / "free.fit"
    path.write_bytes(fit.encode(ride))
    code, out, err = coach("ftp", "result", path, "--cr10", "4")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "No FTP from this ride: it was ridden without a plan, and only a plan says what",
        "  was steady and seated",
    ]
    found = json.loads(coach("ftp", "result", path, "--json")[1])["threshold_power"]
    assert [each["value_w"] for each in found] == [None] * 4


@pytest.mark.parametrize("cr10", ["11", "-1", "hard", "nan"])
def test_cr10_is_a_number_of_its_scale(coach, ramp_file, cr10):
    assert coach("ftp", "result", ramp_file, "--cr10", cr10)[0] == 2


def test_a_file_that_is_no_ride_is_a_sentence(coach, tmp_path):
    assert coach("ftp", "result", tmp_path / "nope.ride")[0] == 2
    (tmp_path / "x.fit").write_bytes(b"nonsense")
    code, _, err = coach("ftp", "result", tmp_path / "x.fit")
    assert code == 1
    assert len(err.splitlines()) == 1
