"""Looks for a fault file that is answered with anything but a scenario or a sentence.

As `fuzz_stick`, with the shipped scenarios as its corpus::

    python tests/fuzz/fuzz_faults.py -max_total_time=300 -max_len=2000 found profiles/faults
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["coach", "tomllib"]):
    from coach.errors import ProfileError
    from coach.trainers import fault_schema  # noqa: F401  imported late by the parser
    from coach.trainers.faults import parse_scenario
    from coach.trainers.stick.trouble import Faults


def check(data: bytes) -> None:
    """Parse a file; whatever it asks for, the stick must be able to begin with it."""
    try:
        scenario = parse_scenario(data.decode("utf-8", "replace"), "mine.toml")
    except ProfileError as error:
        if not all(each.startswith("mine.toml") for each in error.mistakes):
            raise AssertionError("a mistake without its place") from error
    else:
        assert Faults(scenario.faults, scenario.seed).next_change() >= 0.0


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
