"""The README keeps its word: its commands, their output, its quotes and its program."""

from __future__ import annotations

import ast
import re
import runpy
import shlex
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import coach.trainers as trainers
from coach.cli import coach
from coach.clock import ManualClock, SteppedClock
from coach.messages import Command, TrackResistance
from coach.profile import example_rider
from coach.protocol import fec
from coach.trainers import connection
from coach.trainers.ant import usb
from coach.trainers.ant.causes import NO_STICK, StickUnavailable
from coach.trainers.stick import Air, PretendStick

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONNECT = ROOT / "examples" / "connect_trainer.py"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def shown(command: str) -> list[str]:
    """Return the output that stands below a command, without the blanks at the ends of lines."""
    for _, block in BLOCKS:
        first, _, rest = block.partition("\n")
        if first == f"$ {command}":
            return rest.splitlines()
    raise AssertionError(f"the README does not show: {command}")


def printed(*arguments: str) -> list[str]:
    ran = CliRunner().invoke(coach, arguments)
    return [line.rstrip() for line in ran.stdout.splitlines()]


def typed() -> list[str]:
    """Return every command line of the README that begins with ``coach``."""
    in_blocks = [
        line.removeprefix("$ ").partition("  #")[0].partition(" | ")[0].strip()
        for _, block in BLOCKS
        for line in block.splitlines()
        if line.startswith("$ coach")
    ]
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
    return in_blocks + [each for each in re.findall(r"`(coach [^`]*)`", prose) if "..." not in each]


@pytest.mark.parametrize("line", sorted(set(typed())))
def test_every_command_can_be_typed(line):
    words = shlex.split(line)[1:]
    command: click.Command | None = coach
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.get_command(click.Context(command), name)
        assert command is not None, f"there is no command {name}"
    assert command is not None
    known = {name for each in command.params for name in each.opts} | {"--version", "--help"}
    assert {word for word in words if word.startswith("--")} <= known
    values = dict(pairwise(words))
    if "--trainer" in values:
        trainers.check(values["--trainer"])


def test_all_commands_stand_in_it():
    names = coach.list_commands(click.Context(coach))
    assert [name for name in names if f"coach {name}" not in README] == []


def test_the_doctor_without_a_stick(monkeypatch):
    def none():
        raise StickUnavailable(NO_STICK)

    monkeypatch.setattr(usb, "stick", none)
    assert printed("doctor") == shown("coach doctor")


@pytest.mark.parametrize("command", ["doctor", "scan", "calibrate"])
def test_what_is_shown_of_the_pretend_stick(command, monkeypatch):
    monkeypatch.setattr("coach.clock.MonotonicClock", SteppedClock)
    said = CliRunner().invoke(coach, [command, "--stick", "virtual"])
    everything = [line.rstrip() for line in said.output.splitlines()]
    wanted = shown(f"coach {command} --stick virtual")
    assert [line for line in everything if line in wanted] == wanted


def test_the_page_commands():
    decode = "page decode 19015ac800c80030"
    both = shown(f"coach {decode}")
    assert printed(*decode.split()) == both[:-2]
    assert printed(*shlex.split(both[-2])[2:]) == both[-1:]


def test_the_matrix_of_faults_is_the_one_that_selftest_prints():
    assert printed("selftest") == shown("coach selftest")


def test_the_devices_of_coach_simulate_are_those_on_its_air():
    masters = [f"{each.source} {each.device_number}" for each in Air(example_rider()).masters]
    assert masters == shown("coach simulate")[1:]


def test_the_words_that_a_rider_will_see_are_those_of_the_program():
    rows = [line for line in README.splitlines() if line.startswith("| ")]
    quotes = {quote for row in rows for quote in re.findall(r"`([^`]+)`", row.split(" | ")[1])}
    assert len(quotes) > 10
    said = [
        node.value
        for path in (ROOT / "coach").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    everything = "\n".join(said).lower()
    assert [quote for quote in quotes if quote.lower() not in everything] == []


def test_the_program_in_it_is_the_example():
    assert ("python", CONNECT.read_text(encoding="utf-8")) in BLOCKS
    assert len(CONNECT.read_text(encoding="utf-8").splitlines()) < 15


def run_connect(monkeypatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", [str(CONNECT), *arguments])
    runpy.run_path(str(CONNECT), run_name="__main__")


def test_example_connect_trainer(monkeypatch, capsys):
    monkeypatch.setattr(connection, "MonotonicClock", ManualClock)
    run_connect(monkeypatch)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 30
    assert all(re.fullmatch(r"\d+ W at \d+ rpm", line) for line in lines)
    assert int(lines[-1].split()[0]) > 50


def test_example_connect_trainer_on_a_stick(monkeypatch, capsys):
    clock = SteppedClock()
    stick = PretendStick(clock, Air(example_rider()))
    reached: list[Command | None] = []

    def record(time: float, payload: bytes) -> None:
        page = fec.decode(payload, sender="display")
        if page.number in fec.COMMANDS:
            reached.append(fec.command_from(page))

    stick.air.record = record
    monkeypatch.setattr(connection, "MonotonicClock", lambda: clock)
    monkeypatch.setattr(usb, "stick", stick)
    run_connect(monkeypatch, "ant:12345")
    assert reached == [TrackResistance(0.03), TrackResistance(0.0)]
    assert len(capsys.readouterr().out.splitlines()) == 30
