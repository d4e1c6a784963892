"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the benches out unless they are named: ``python -m pytest tests/bench -s``."""
    if collection_path.name == "bench" and not any("bench" in each for each in config.args):
        return True
    return None
