"""The page stands still: what comes and goes moves nothing, and what is old is no news."""

from __future__ import annotations

import pytest

from browser.scenes import READY, SCENES, SEATED, STANDING, Moment
from browser.stage import Stage, intro
from browser.visits import LAPTOP, SIZES, Visit, Visits
from coach.messages import Cue, CueKind

pytestmark = pytest.mark.browser

PLACES = ("#bar", "#said", "#tiles", "#facts", "#picture", "#profile", "#zoom", "#keys", "#power")
QUESTIONS = (
    "heart disease, a heart operation or high blood pressure",
    "pain or pressure in the chest, at rest or when you exert yourself",
    "dizziness or loss of consciousness in the last twelve months",
    "another chronic disease",
    "medicines for a chronic disease",
    "a bone, joint or muscle problem that exercise could make worse",
    "advice from a doctor to exercise only under supervision",
    "you are pregnant",
)


def boxes(visit: Visit) -> dict[str, object]:
    """Where the parts of the page are [px]."""
    visit.settle()
    return visit.page.evaluate(
        "(names) => Object.fromEntries(names.map((name) => {"
        " const { x, y, width, height } = document.querySelector(name).getBoundingClientRect();"
        " return [name, [x, y, width, height].map(Math.round)]; }))",
        list(PLACES),
    )


@pytest.mark.parametrize("size", SIZES)
def test_nothing_jumps(stage: Stage, visits: Visits, size: str) -> None:
    stage.show(SEATED)
    visit = visits(stage.url, SIZES[size])
    visit.state("riding")
    visit.shows("power", f"{SEATED.snapshot.power:.0f}")
    at_first = boxes(visit)
    short = Moment(SEATED.snapshot, (Cue(0.0, CueKind.TEXT, "Sit"),))
    scenes = ("capped", "stand-soon", "sit-soon", "above", "below", "no-strap", "widest", "seated")
    for number, moment in enumerate([short, *(SCENES[name] for name in scenes)]):
        stage.show(moment.but(time=10_000.0 + 10 * number))
        visit.shows("power", f"{moment.snapshot.power:.0f}")
        now = boxes(visit)
        # Digits keep their place, not their width.
        for name, (x, y, width, height) in at_first.items():
            moved = now[name] if name != "#power" else [x, now[name][1], width, now[name][3]]
            assert moved == [x, y, width, height], f"{name} in {(('short', *scenes)[number])}"


def test_the_last_seconds_are_one_word_and_one_number(stage: Stage, visits: Visits) -> None:
    stage.show(SCENES["stand-soon"])
    visit = visits(stage.url, LAPTOP)
    visit.shows("countdown", "7")
    visit.settle()
    word, count = visit.page.locator("#word"), visit.page.locator("#count")
    assert (word.inner_text(), count.inner_text()) == ("STAND IN", "7")
    near, far = word.bounding_box(), count.bounding_box()
    assert near is not None
    assert far is not None
    assert 0 <= far["x"] - near["x"] - near["width"] < 0.05 * LAPTOP[0]
    small = visit.page.locator("#then").evaluate(
        "(each) => parseFloat(getComputedStyle(each).fontSize)"
    )
    large = word.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
    assert large > 2 * small


@pytest.mark.parametrize("size", SIZES)
def test_start_is_seen_below_whatever_is_asked(visits: Visits, size: str) -> None:
    stage = Stage(start=intro(questions=QUESTIONS))
    try:
        stage.show(READY)
        visit = visits(stage.url, SIZES[size])
        visit.state("ready")
        place = visit.page.get_by_role("button", name="Start", exact=True).bounding_box()
        assert place is not None
        assert place["y"] + place["height"] <= SIZES[size][1]
        visit.page.close()
    finally:
        stage.close()


def test_a_connection_that_is_dead_is_made_anew(stage: Stage, visits: Visits) -> None:
    stage.show(SEATED)
    visit = visits(stage.url, LAPTOP)
    visit.state("riding")
    stage.hush()
    visit.state("stale")
    sockets = []
    visit.page.on("websocket", lambda each: sockets.append(each))
    visit.page.evaluate(
        "() => { const now = performance.now;"
        " performance.now = () => now.call(performance) + 11000; }"
    )
    with visit.page.expect_event("websocket") as opened:
        pass
    opened.value.wait_for_event("framereceived")
    visit.settle()
    # All that it hears is what it knew: that is no news.
    assert visit.page.locator("body").get_attribute("data-state") == "stale"
    stage.show(STANDING)
    visit.state("riding")
    assert len(sockets) == 1
