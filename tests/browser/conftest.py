"""A browser for all tests of this folder, and pages in it that are watched for what must not be."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.rides import Ride
from browser.stage import Stage
from browser.visits import Visits

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")


def _chromium() -> str:
    """Return the browser to test in: the one that is named, else the first on the path."""
    named = os.environ.get("COACH_CHROMIUM")
    found = next(filter(None, map(shutil.which, [named] if named else NAMES)), None)
    if found is None:
        none = (
            f"{named} ($COACH_CHROMIUM) is not there"
            if named
            else f"no {' or '.join(NAMES)} on the path"
        )
        if named or os.environ.get("CI"):
            pytest.fail(f"{none}; the page is not left untested", pytrace=False)
        pytest.skip(f"needs Chromium: {none}, none named in $COACH_CHROMIUM")
    return found


# The browser goes with the last test of this folder, not with the last of all: Playwright keeps an
# event loop running in this thread, where other tests may want one of their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = _chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        yield chromium
        chromium.close()


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
