"""A browser for all tests of this folder, and pages in it that are watched for what must not be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.rides import Ride
from browser.stage import Stage
from browser.visits import Visits, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


# The browser goes with the last test of this folder, not with the last of all: Playwright keeps an
# event loop running in this thread, where other tests may want one of their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def visits(browser: Browser) -> Iterator[Visits]:
    """Open pages of the coach; at the end nothing may have been wrong on any of them."""
    opened = Visits(browser)
    yield opened
    faults = opened.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def stage(visits: Visits) -> Iterator[Stage]:
    """A page whose ride is told by hand. (It goes before the browser's pages do.)"""
    told = Stage()
    yield told
    told.close()


@pytest.fixture
def ride(tmp_path: Path) -> Iterator[Ride]:
    """A ride of its own process, as a rider starts it; not yet started."""
    one = Ride(tmp_path / "rides")
    yield one
    one.end()


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where pictures go."""
    given = request.config.getoption("--screenshots")
    folder = Path(given) if given else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder
