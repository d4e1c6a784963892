"""The tests for hardware are no dead code: they pass on the pretend stick, and fail for cause."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent / "hardware"
DEAF = """\
title = "The trainer says no, and not what it can do"
[[fault]]
kind = "command_rejected"
from_s = 0
until_s = 600
[[fault]]
kind = "capabilities_unanswered"
from_s = 0
until_s = 600
"""


def hardware(*options: str) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", TESTS, "-rfs", "--tb=no", *options],
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, cwd=TESTS.parents[1],
    )  # fmt: skip
    return ran.returncode, ran.stdout + ran.stderr


def test_they_pass_on_the_pretend_stick():
    code, said = hardware("--trainer", "ant:12345", "--stick", "virtual")
    assert code == 0, said
    assert "8 passed" in said
    assert said.count(">>> ") == 5


def test_they_fail_on_a_trainer_that_does_not_do_as_it_is_told(tmp_path):
    faults = tmp_path / "deaf.toml"
    faults.write_text(DEAF, encoding="utf-8")
    code, said = hardware("--trainer", "ant:12345", "--stick", f"virtual:faults={faults}")
    assert code == 1, said
    failed = set(re.findall(r"FAILED \S+::(\w+)", said))
    assert failed == {
        "test_the_trainer_says_what_it_can_do",
        "test_a_load_is_confirmed_by_the_trainer",
        "test_leaving_takes_the_load_off",
        "test_a_trainer_that_was_away_gets_its_load_again",
        "test_a_stick_that_was_pulled_out_goes_on",
    }


def test_they_are_skipped_without_a_trainer_and_say_so():
    code, said = hardware()
    assert code == 0
    assert "8 skipped" in said
    assert "add --trainer ant:12345" in said


def test_only_a_trainer_on_the_air_will_do():
    code, said = hardware("--trainer", "sim")
    assert code == 4
    assert "ant:12345" in said
