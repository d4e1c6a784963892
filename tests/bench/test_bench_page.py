"""The live page: what it weighs, and how soon a rider sees what was measured.

Run with ``python -m pytest tests/bench -s``. The default test run leaves this folder out: these
are measurements on whatever machine runs them, not promises.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator

import pytest
from browser.scenes import RIDDEN, SEATED, hills, ridden
from browser.stage import Stage
from browser.visits import DESK, Visits, chromium

_SEEN = """() => {
  const part = document.querySelector("[data-power]");
  window.seen = [];
  const draw = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
  new MutationObserver(() => {
    const power = part.dataset.power;
    draw(() => seen.push([power, Date.now()]));
  }).observe(part, { attributes: true, attributeFilter: ["data-power"] });
}"""


@pytest.fixture
def visits() -> Iterator[Visits]:
    with chromium() as browser:
        opened = Visits(browser)
        yield opened
        assert opened.close() == []


@pytest.fixture
def stage(visits: Visits) -> Iterator[Stage]:
    told = Stage()
    yield told
    told.close()


def test_weight_of_the_page(stage: Stage, visits: Visits) -> None:
    stage.ride_to(SEATED)
    visit = visits(stage.url, DESK)
    visit.state("riding")
    entries = visit.page.evaluate(
        "['navigation', 'resource'].flatMap((each) => performance.getEntriesByType(each))"
        ".map((each) => [each.name.split('/').pop() || 'index.html', each.transferSize])"
    )
    print("\npage:", ", ".join(f"{name} {size / 1000:.1f} kB" for name, size in entries))
    total = sum(size for _, size in entries)
    print(f"page: {total / 1000:.1f} kB in {len(visit.requests)} requests, the socket among them")
    assert total < 60_000
    assert len(visit.requests) <= 6


def test_weight_on_the_wire(stage: Stage, visits: Visits) -> None:
    """Ride a minute around the change to standing, a second of it each quarter of a second."""
    stage.ride_to(SEATED)
    visit = visits(stage.url, DESK)
    visit.state("riding")
    before, began = len(visit.received), time.monotonic()
    for moment in ridden()[1830:1890]:
        stage.show(moment)
        visit.frames(1)
    took = time.monotonic() - began
    told = [each for each in visit.received[before:] if json.loads(each)["type"] == "frame"]
    size = statistics.mean(len(each) for each in told)
    print(
        f"\nframe: {size:.0f} B on average of {len(told)} in {took:.0f} s, all of it new each time"
    )
    print(f"at four a second: {4 * size / 1000:.2f} kB/s")
    assert 4 * size < 2000


def test_from_what_was_measured_to_what_is_seen(stage: Stage, visits: Visits) -> None:
    stage.ride_to(SEATED)
    visit = visits(stage.url, DESK)
    visit.state("riding")
    visit.page.evaluate(_SEEN)
    shown: dict[str, float] = {}
    for number in range(120):
        power = float(300 + number)
        shown[f"{power:.0f}"] = 1000 * time.time()
        # Each moment stands alone: it is later than the three seconds that are shown as a mean.
        stage.show(SEATED.but(power=power, time=SEATED.snapshot.time + 4.0 * (number + 1)))
        visit.shows("power", f"{power:.0f}")
    visit.settle()
    seen = visit.page.evaluate("seen")
    late = sorted(at - shown[power] for power, at in seen if power in shown)
    p95 = late[int(0.95 * len(late))]
    middle = statistics.median(late)
    print(f"\nmeasured to seen: median {middle:.0f} ms, p95 {p95:.0f} ms of {len(late)}")
    assert len(late) > 100
    assert p95 < 300


def test_a_page_that_joins_after_ninety_minutes(stage: Stage, visits: Visits) -> None:
    for second in range(round(hills().duration)):
        part = next(each for each in reversed(hills().segments) if each.start <= second)
        told = ridden()[1 + second % RIDDEN].but(
            time=float(second),
            timer_time=float(second),
            segment=part.index,
            segment_remaining=part.start + part.duration - second,
        )
        stage.display.show(told.snapshot, ())
    # Alone in its three seconds, so that the power shown is its own.
    told = told.but(time=told.snapshot.time + 4.0)
    stage.show(told)
    took = []
    for _ in range(5):
        visit = visits(stage.url, DESK)
        visit.shows("power", f"{told.snapshot.power:.0f}")
        took.append(
            visit.page.evaluate(
                "() => new Promise((done) => requestAnimationFrame(() =>"
                " requestAnimationFrame(() => done(performance.now()))))"
            )
        )
    hello = next(each for each in visit.received if '"hello"' in each)
    print(f"\nhello after ninety minutes: {len(hello) / 1000:.0f} kB")
    print(f"from the address to the picture: {', '.join(f'{each:.0f}' for each in took)} ms")
    assert min(took) < 1000
