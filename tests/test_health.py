"""Before the first ride on a real trainer: the order of refusals, the screen, what is kept."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach import profile
from coach.cli import run
from coach.commands import health
from coach.errors import CoachError, RiderInputError, TrainerUnavailable
from coach.guidance.technique import BIKE, DISCLAIMER, STOP

HILLS = profile.find_workout("hills")
STARTER = profile.find_workout("hills-starter")
SHORT = Path(__file__).parent / "data" / "workouts" / "short.toml"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The rider's own file, where it belongs."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = profile.default_rider_path()
    path.parent.mkdir()
    path.write_text("[rider]\nmass_kg = 75\nftp_w = 220\n")
    return path


@pytest.fixture
def answer(monkeypatch):
    """Sit at a terminal and type these lines; ``None`` is Ctrl-C."""

    def type_(*lines: str | None) -> list[str]:
        asked: list[str] = []
        waiting = list(lines)

        def prompt(question: str) -> str:
            asked.append(question)
            assert waiting, f"nobody expected {question!r}"
            line = waiting.pop(0)
            if line is None:
                raise KeyboardInterrupt
            return line

        monkeypatch.setattr(health, "at_a_terminal", lambda: True)
        monkeypatch.setattr("click.termui.visible_prompt_func", prompt)
        return asked

    return type_


def kept(own: Path) -> list[str]:
    """What lies beside the rider's file."""
    return sorted(path.name for path in own.parent.iterdir() if path != own)


# --- the screen ---------------------------------------------------------------------------------


def test_it_is_shown_once_and_remembered(own, answer, capsys):
    asked = answer("n", "y")
    health.screen(HILLS, own, harder=False, read=False)
    assert len(asked) == 2
    said = capsys.readouterr()
    assert said.out == ""
    words = " ".join(said.err.split())
    for text in (
        # The wording of the safety notes, to the letter.
        "General fitness information for healthy adults, not medical advice. It cannot judge"
        " whether this workout is safe for you. If unsure, ask a doctor before starting; stop at"
        " once if you feel unwell.",
        "heart condition", "chest pain in activity, or at rest in the last month",
        "dizziness or loss of consciousness", "joint or bone problem",
        "blood-pressure or heart medicine", "pregnancy, recent surgery, illness or fever",
        "exercise for a long time", "any other reason",
        "chest, jaw, neck or arm pain", "faintness", "unusual breathlessness", "palpitations",
        "sharp joint pain", "confusion",
        "skewer or axle", "feet level and flat", "front wheel on a block", "bars and stem tight",
        "fan, a towel, water", "discourage standing on rigid trainers", "stay seated",
        "Saddle height and how to sit: coach technique",
    ):  # fmt: skip
        assert text in words
    # One copy of what to check, and of the words about what this is.
    for text in (*BIKE.lines, *STOP.lines, DISCLAIMER):
        assert text in words
    assert kept(own) == ["rider-health.toml"]
    health.screen(HILLS, own, harder=False, read=False)
    assert len(asked) == 2
    assert capsys.readouterr().err == ""


def test_it_fits_a_terminal():
    for part in (health._SCREEN, health._STOP_AND_CHECK):
        assert part.isascii()
        lines = part.splitlines()
        assert len(lines) <= 22
        assert max(map(len, lines)) < 80


def test_only_a_yes_or_a_no_and_the_date_are_kept(own, answer):
    answer("yes", "y")
    health.screen(STARTER, own, harder=False, read=False)
    lines = health.answers_path(own).read_text().splitlines()
    assert lines[0].startswith("#")
    key, _, day = lines[1].partition(" = ")
    assert key == "answered"
    assert abs((date.fromisoformat(day) - date.today()).days) <= 1
    assert lines[2:] == ["any_yes = true"]


def test_after_a_yes_there_is_the_starter_workout_only(own, answer, capsys):
    asked = answer("y", "y")
    for _ in ("just answered", "remembered"):
        with pytest.raises(RiderInputError) as refused:
            health.screen(HILLS, own, harder=False, read=False)
        sentence = str(refused.value)
        assert sentence.startswith("hills: talk to a health professional first")
        assert "coach ride hills-starter" in sentence
        assert str(health.answers_path(own)) in sentence
        assert "\n" not in sentence
    capsys.readouterr()
    health.screen(STARTER, own, harder=False, read=False)
    assert "Talk to a health professional first" in capsys.readouterr().err
    assert len(asked) == 2


def test_after_a_yes_the_starter_workout_is_ridden_as_it_is(own, answer):
    answer("y", "y")
    for _ in ("just answered", "remembered"):
        with pytest.raises(RiderInputError, match=r"^harder than in its file: talk to a health"):
            health.screen(STARTER, own, harder=True, read=False)


def test_after_a_no_it_may_be_harder(own, answer):
    answer("n", "y")
    health.screen(STARTER, own, harder=True, read=False)


def test_a_file_of_that_name_is_not_the_starter_workout(own, answer, tmp_path):
    answer("y", "y")
    named = tmp_path / "hills-starter.toml"
    named.write_bytes(HILLS.read_bytes())
    with pytest.raises(RiderInputError, match="health professional"):
        health.screen(named, own, harder=False, read=False)
    health.screen(STARTER.parent / ".." / "workouts" / STARTER.name, own, harder=False, read=False)


def test_an_unchecked_bike_is_no_ride_and_nothing_is_kept(own, answer):
    answer("n", "n")
    with pytest.raises(CoachError, match="check the bike and the trainer"):
        health.screen(HILLS, own, harder=False, read=False)
    assert kept(own) == []


@pytest.mark.parametrize("lines", [[None], ["n", None], ["perhaps", None], ["y", None]])
def test_ctrl_c_keeps_nothing(own, answer, lines):
    answer(*lines)
    with pytest.raises(CoachError, match="not answered") as stopped:
        health.screen(HILLS, own, harder=False, read=False)
    assert not isinstance(stopped.value, RiderInputError)
    assert kept(own) == []


def test_an_empty_answer_is_none(own, answer):
    asked = answer("", "maybe", "N", "", "YES")
    health.screen(HILLS, own, harder=False, read=False)
    assert len(asked) == 5
    assert kept(own) == ["rider-health.toml"]


def test_without_a_terminal_it_is_refused_unless_it_was_read(own, capsys):
    with pytest.raises(RiderInputError, match="--health-check-read"):
        health.screen(HILLS, own, harder=False, read=False)
    health.screen(HILLS, own, harder=False, read=True)
    assert capsys.readouterr() == ("", "")
    assert kept(own) == []
    with pytest.raises(RiderInputError, match="--health-check-read"):
        health.screen(HILLS, own, harder=False, read=False)


def test_what_was_answered_stands_before_the_option(own, answer, monkeypatch):
    answer("y", "y")
    health.screen(STARTER, own, harder=False, read=False)
    monkeypatch.setattr(health, "at_a_terminal", lambda: False)
    with pytest.raises(RiderInputError, match="health professional"):
        health.screen(HILLS, own, harder=False, read=True)


def test_what_was_answered_needs_no_terminal_any_more(own, answer, monkeypatch):
    answer("n", "y")
    health.screen(HILLS, own, harder=False, read=False)
    monkeypatch.setattr(health, "at_a_terminal", lambda: False)
    health.screen(HILLS, own, harder=False, read=False)


def test_each_rider_answers_for_themselves(own, answer, tmp_path):
    kim = tmp_path / "kim.toml"
    asked = answer("n", "y", "y", "y")
    health.screen(HILLS, own, harder=False, read=False)
    health.screen(STARTER, kim, harder=False, read=False)
    assert len(asked) == 4
    assert (tmp_path / "kim-health.toml").exists()


def test_nothing_is_written_beside_the_shipped_example(own):
    example = profile.profiles_dir() / "riders" / "example.toml"
    assert health.answers_path(example) == own.with_name("example-health.toml")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"any_yes = false\n",
        b"answered = 2026-01-01\n",
        b'answered = 2026-01-01\nany_yes = "no"\n',
        b"answered = 2026-01-01\nany_yes = 0\n",
        b'answered = "some day"\nany_yes = false\n',
        b"answered = 2026-01-01\nany_yes = fal",
        b"\xff\xfe",
        b"answered = 2026-01-01\nany_yes = " + b"[" * 5000,
        b"#" * 100_000,
    ],
)
def test_a_damaged_file_is_asked_again(own, answer, damage):
    health.answers_path(own).write_bytes(damage)
    asked = answer("n", "y")
    health.screen(HILLS, own, harder=False, read=False)
    assert len(asked) == 2
    health.screen(HILLS, own, harder=False, read=False)
    assert len(asked) == 2


@given(st.binary(max_size=60))
def test_no_bytes_are_taken_for_an_answer_by_accident(tmp_path_factory, damage):
    path = tmp_path_factory.getbasetemp() / "answers.toml"
    path.write_bytes(damage)
    assert health.remembered(path) is None


def test_a_folder_that_takes_no_files_costs_no_ride(own, answer, monkeypatch, capsys):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    answer("n", "y")
    health.screen(HILLS, own, harder=False, read=False)
    assert "No space left on device" in capsys.readouterr().err
    assert kept(own) == []


# --- the order of refusals ------------------------------------------------------------------------


class Stick:
    """A stick on USB that counts how often it is opened; it never moves a byte."""

    def __init__(self) -> None:
        self.opened = 0
        self.open = False

    def __call__(self) -> Stick:
        self.opened += 1
        self.open = True
        return self

    def close(self) -> None:
        self.open = False


@pytest.fixture
def stick(monkeypatch):
    """A stick that can be opened, and a ride that is only noted."""
    from coach.commands import ride_on as ride
    from coach.trainers.ant import usb

    made = Stick()
    made.rides = []
    monkeypatch.setattr(usb, "stick", made)
    monkeypatch.setattr(ride, "go", lambda *arguments: made.rides.append(arguments))
    monkeypatch.setattr(ride, "after", lambda journal, page: None)
    return made


@pytest.fixture
def no_stick(monkeypatch):
    from coach.trainers.ant import usb

    def none():
        raise TrainerUnavailable("no ANT stick is plugged in; 'coach doctor' looks into it")

    monkeypatch.setattr(usb, "stick", none)


def ride(*more: str | Path, workout: str | Path = "hills") -> int:
    return run(["ride", str(workout), "--trainer", "ant:12345", *map(str, more)])


@pytest.mark.usefixtures("no_stick")
def test_options_workout_and_rider_come_before_the_stick(own, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert ride("--mode", "pain") == 2
    assert ride("--speed", "20") == 2
    assert "real trainer takes its time" in capsys.readouterr().err
    assert ride("--speed", "max") == 2
    assert ride(workout="no-such-workout") == 2
    assert ride("--rider", "nowhere.toml") == 2
    own.write_text("[rider]\nmass_kg = 750\n")
    assert ride() == 2
    own.unlink()
    capsys.readouterr()
    assert ride() == 2
    assert "coach rider new" in capsys.readouterr().err
    assert not (tmp_path / "rides").exists()


@pytest.mark.usefixtures("own", "no_stick")
def test_the_stick_comes_before_the_screen_and_leaves_nothing(
    answer, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    asked = answer()
    assert ride() == 1
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert "stick" in line
    assert "coach doctor" in line
    assert said.out == ""
    assert asked == []
    assert not (tmp_path / "rides").exists()


def test_the_screen_comes_before_the_ride_with_the_stick_let_go(
    own, stick, answer, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    answer(None)
    assert ride() == 1
    assert "not answered" in capsys.readouterr().err
    assert (stick.opened, stick.open, stick.rides) == (1, False, [])
    assert kept(own) == []
    assert not (tmp_path / "rides").exists()
    answer("n", "y")
    assert ride() == 0
    assert stick.rides
    assert not stick.open
    assert f"rider: {own}" in capsys.readouterr().err


@pytest.mark.usefixtures("own")
def test_without_a_terminal_the_command_needs_the_option(stick, capsys):
    assert ride() == 2
    assert "--health-check-read" in capsys.readouterr().err
    assert stick.rides == []
    assert ride("--health-check-read") == 0
    assert "medical" not in "".join(capsys.readouterr())
    assert len(stick.rides) == 1


@pytest.mark.usefixtures("own")
def test_after_a_yes_the_command_rides_the_starter_workout_only(stick, answer, capsys):
    answer("y", "y")
    assert ride() == 2
    assert "coach ride hills-starter" in capsys.readouterr().err
    assert ride(workout=SHORT) == 2
    assert stick.rides == []
    assert ride(workout="hills-starter") == 0
    assert len(stick.rides) == 1


EASY_ZWO = (
    '<workout_file><workout><SteadyState Duration="600" Power="0.4"/></workout></workout_file>'
)
EASY_ERG = "[COURSE HEADER]\nMINUTES WATTS\n[END]\n[COURSE DATA]\n0 80\n10 80\n[END]\n"
FLAT_CRS = "[COURSE HEADER]\nUNITS = METRIC\n[END]\n[COURSE DATA]\n5 0 0\n[END]\n"


@pytest.mark.parametrize(
    ("name", "text", "more"),
    [
        ("hills-starter.zwo", EASY_ZWO, ()),
        ("easy.erg", EASY_ERG, ()),
        ("flat.crs", FLAT_CRS, ()),
        ("flat.crs", FLAT_CRS, ("--climb-scale", "50")),
        ("free", "", ("--grade", "0")),
    ],
)
@pytest.mark.usefixtures("own")
def test_after_a_yes_nothing_of_others_is_ridden(
    stick, answer, capsys, tmp_path, monkeypatch, name, text, more
):
    """However easy it looks: nobody has looked at it."""
    answer("y", "y")
    monkeypatch.chdir(tmp_path)
    if text:
        (tmp_path / name).write_text(text)
    assert ride(*more, workout=name) == 2
    assert stick.rides == []
    told = capsys.readouterr().err.splitlines()[-1]
    first = "talk to a health professional first; until then there is 'coach ride hills-starter'"
    assert told.startswith(f"{Path(name).stem}: {first}")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--hill-power", "22"], 2),
        (["--hill-time", "30"], 2),
        (["--stand-time", "15"], 2),
        (["--stand-hill-4"], 2),
        (["--moderate", "15"], 0),
        (["--moderate", "0"], 0),
        (["--mode", "power"], 0),
        (["--mode", "resistance"], 0),
    ],
)
@pytest.mark.usefixtures("own")
def test_after_a_yes_no_option_makes_it_harder(stick, answer, capsys, more, code):
    answer("y", "y")
    assert ride(*more, workout="hills-starter") == code
    assert len(stick.rides) == (code == 0)
    told = capsys.readouterr().err
    assert ("until then there is 'coach ride hills-starter', as it is" in told) == (code == 2)


def test_whoever_rides_a_spin_bike_is_asked_too(own, stick, answer, capsys):
    bike = ("--trainer", "none")
    assert run(["ride", "hills", *bike]) == 2
    assert "--health-check-read" in capsys.readouterr().err
    answer("y", "y")
    assert run(["ride", "hills", *bike]) == 2
    assert "until then there is 'coach ride hills-starter'" in capsys.readouterr().err
    assert health.remembered(health.answers_path(own))
    # Nobody sits on one that is ridden as fast as the computer can.
    assert stick.rides == []
    assert run(["ride", str(SHORT), *bike, "--speed", "max"]) == 0
    assert len(stick.rides) == 1


# --- in earnest -------------------------------------------------------------------------------

PROGRAM = """
import sys
from coach.cli import run
from coach.commands import ride_on as ride
from coach.trainers.ant import usb

class Stick:
    def close(self): pass

usb.stick = Stick
ride.go = lambda *_: print("the ride begins")
ride.after = lambda *_: None
sys.exit(run(["ride", "hills", "--trainer", "ant:12345"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("keys", "code", "files"),
    [
        (b"n\ny\n", 0, ["rider-health.toml"]),
        (b"n\n\x03", 1, []),
        (b"n\n\x04", 1, []),
    ],
)
def test_in_a_terminal(own, keys, code, files):
    # Not pty.fork: a fork of a process with threads may come to a halt before it begins.
    terminal, own_end = os.openpty()
    take_terminal = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    child = subprocess.Popen(
        [sys.executable, "-c", take_terminal + PROGRAM],
        stdin=own_end,
        stdout=own_end,
        stderr=own_end,
        start_new_session=True,
    )
    os.close(own_end)
    said = b""
    questions = [b"apply to you, y or n?", b"Is all of this done, y or n?"]
    answers = [keys[:2], keys[2:]]
    answer = b""
    while True:
        if not select.select([terminal], [], [], 1.0)[0]:
            # Typed while the prompt was still being set up, a key may be lost.
            os.write(terminal, answer)
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        said += chunk
        if questions and questions[0] in said:
            questions.pop(0)
            answer = answers.pop(0)
            os.write(terminal, answer)
    ended = child.wait(timeout=30)
    os.close(terminal)
    assert ended == code, said
    assert (b"the ride begins" in said) == (code == 0)
    assert kept(own) == files
