"""The README's picture of the page can be taken again, and is small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from browser.visits import LAPTOP

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).parents[2] / "examples"
MOST = 150_000
"""Bytes of a picture in the README."""
STRIPES = {(0x56, 0xB4, 0xE9), (0xFF, 0xB0, 0x00)}
"""Sitting and standing (reference notes on the look, section 1)."""


def is_right(path: Path) -> None:
    with Image.open(path) as picture:
        assert (picture.size, picture.mode) == (LAPTOP, "P")
        width, height = LAPTOP
        bar = picture.convert("RGB").crop((0, 0, width, height // 6))
        seen = {colour: count for count, colour in bar.getcolors(1 << 24)}
    assert min(seen.get(colour, 0) for colour in STRIPES) > 0.05 * width * height / 6
    assert path.stat().st_size < MOST


def test_the_picture_is_one_of_the_last_seconds_before_standing() -> None:
    is_right(EXAMPLES / "live-page.png")


def test_it_can_be_taken_again(browser: Browser, tmp_path: Path) -> None:
    taken = tmp_path / "page.png"
    subprocess.run(
        [sys.executable, str(EXAMPLES / "page_picture.py"), str(taken)], check=True, timeout=60
    )
    is_right(taken)
