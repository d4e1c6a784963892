"""What all tests share: which of them run, and what they run on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# The machine may be busy with something else: how long an example takes says nothing about it.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

NEEDS_A_TRAINER = "needs a trainer: add --trainer ant:12345 (see tests/hardware/CHECKLIST.md)"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hardware", "tests marked 'hardware'")
    group.addoption(
        "--trainer", metavar="ant:N", help="Run the tests for hardware on this trainer."
    )
    group.addoption(
        "--stick", metavar="virtual", default="", help="A pretend stick for them, as in coach ride."
    )
    parser.getgroup("browser", "tests marked 'browser'").addoption(
        "--screenshots", metavar="DIR", help="Keep the pictures of the page in this folder."
    )


def pytest_configure(config: pytest.Config) -> None:
    from coach import trainers
    from coach.errors import CoachError
    from coach.trainers.stick import check_stick

    trainer, stick = config.getoption("--trainer"), config.getoption("--stick")
    try:
        if trainer and trainers.check(trainer) != "ant":
            raise pytest.UsageError(
                f"--trainer {trainer}: expected a trainer on the air, ant:12345"
            )
        if stick:
            check_stick(stick)
    except CoachError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--trainer"):
        return
    for item in items:
        if "hardware" in item.keywords:
            item.add_marker(pytest.mark.skip(reason=NEEDS_A_TRAINER))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the benches out unless they are named: ``python -m pytest tests/bench -s``."""
    if collection_path.name == "bench" and not any("bench" in each for each in config.args):
        return True
    return None
