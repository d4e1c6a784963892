"""The trainer that ``--trainer`` names, for the tests of this folder."""

from __future__ import annotations

import pytest
from trial import Trial


@pytest.fixture
def trial(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> Trial:
    def say(text: str) -> None:
        with capsys.disabled():
            print(text, flush=True)

    return Trial(pytestconfig.getoption("--trainer"), pytestconfig.getoption("--stick"), say)
