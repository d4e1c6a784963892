"""The measuring itself: it must find what it is there to find, and nothing where all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from browser.visits import Visit, Visits

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

TILE = "width:200px; height:100px; border:1px solid; font:80px sans-serif; line-height:1.2;"


@pytest.fixture(scope="module")
def canvas(browser: Browser) -> Iterator[Visit]:
    opened = Visits(browser)
    yield opened("about:blank", (800, 600))
    assert opened.close() == []


@pytest.fixture
def drawn(canvas: Visit) -> Callable[[str], Visit]:
    def draw(body: str) -> Visit:
        canvas.page.set_content(f"<!doctype html><html lang=en><title>x</title><body>{body}</html>")
        return canvas

    return draw


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (f'<div style="{TILE}">241</div>', ""),
        (f'<div style="{TILE} white-space:nowrap">1241 W</div>', "px wide in 200"),
        (f'<div style="{TILE}"><div style="width:300px; font-size:20px">{"wide " * 8}</div></div>',
         "at the right"),
        (f'<div style="{TILE} height:50px">241</div>', "at the bottom"),
        (f'<div style="{TILE} line-height:0.75; height:60px">241</div>', ""),
        ('<div style="width:90px; overflow:hidden; white-space:nowrap; text-overflow:ellipsis">'
         "Stand in ten seconds</div>", "px wide in 90"),
        ('<div style="position:absolute; left:-40px">Stand</div>', "beside the screen"),
        ('<div style="position:absolute; left:780px; white-space:nowrap">Stand</div>', "beside"),
        ('<div style="position:fixed; top:-9px">Stand</div>', "above or below"),
        ('<div style="width:90px; overflow-x:auto; white-space:nowrap">Stand in ten seconds</div>',
         ""),
        ('<div style="position:absolute; left:-4000px; visibility:hidden">Stand</div>', ""),
        ('<div style="position:absolute; width:1px; height:1px; overflow:hidden;'
         ' clip-path:inset(50%)">told, not shown</div>', ""),
    ],
)  # fmt: skip
def test_clipped(drawn: Callable[[str], Visit], body: str, wrong: str) -> None:
    found = drawn(body).look("clipped")
    assert bool(found) == bool(wrong), found
    assert wrong in "".join(found)


@pytest.mark.parametrize(
    ("top", "over"), [("0px", True), ("10px", True), ("30px", False), ("100px", False)]
)
def test_overlapping(drawn: Callable[[str], Visit], top: str, over: bool) -> None:
    words = '<p style="position:absolute; margin:0; top:{}; font:20px/1 sans-serif">Stand</p>'
    assert bool(drawn(words.format("0px") + words.format(top)).look("overlapping")) == over


def test_height_of_ink(drawn: Callable[[str], Visit]) -> None:
    visit = drawn('<b style="font:100px DejaVu Sans, Arial, sans-serif">241</b>')
    height = visit.look("inkHeight", visit.page.locator("b").element_handle())
    # Digits are some seven tenths of their font's size in every font for screens.
    assert 66 <= height <= 80


def test_small_targets(drawn: Callable[[str], Visit]) -> None:
    visit = drawn(
        '<button style="width:50px; height:50px">a</button>'
        '<button style="width:50px; height:30px">b</button>'
        '<label style="display:block; height:60px"><input type=radio>c</label>'
    )
    assert [each.split('"')[1] for each in visit.look("smallTargets", 48)] == ["b"]


def test_moving(drawn: Callable[[str], Visit]) -> None:
    moves = "<style>@keyframes go { to { opacity:0 } } i { animation: go 5s infinite }</style>"
    assert len(drawn(f"{moves}<i>Stand</i>").look("moving")) == 1
    assert drawn(f"{moves}<b>Stand</b>").look("moving") == []
