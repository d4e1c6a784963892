"""What the page tells and takes: the parts that programs rely on, keys, and whoever cannot see."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from browser.scenes import READY, SEATED, SILENT, STANDING, STANDS_AT, Moment, at
from browser.stage import Stage, ending, intro
from browser.visits import LAPTOP, PHONE, Visit, Visits
from coach.live.keys import KEYS
from coach.messages import Cue, CueKind, Key

pytestmark = pytest.mark.browser

START = re.compile("^start", re.IGNORECASE)
MAY_ONLY_LOOK = {"sound", "full screen", "help"}
"""What buttons are for that ask nothing of the ride."""
SITS, STANDS = (0x56, 0xB4, 0xE9), (0xFF, 0xB0, 0x00)
"""The colours of sitting and standing (reference notes on the look, section 1)."""


@pytest.fixture
def visit(stage: Stage, visits: Visits) -> Visit:
    stage.ride_to(SEATED)
    visit = visits(stage.url)
    visit.state("riding")
    return visit


def shares(visit: Visit) -> tuple[float, float]:
    """How much of the cue's bar has the colour of sitting, and how much that of standing."""
    width, height = visit.page.evaluate("[innerWidth, innerHeight]")
    bar = {"x": 0, "y": 0, "width": width, "height": 0.17 * height}
    with Image.open(io.BytesIO(visit.page.screenshot(clip=bar))) as picture:
        pixels = picture.convert("RGB").getcolors(1 << 24)
    total = sum(count for count, _ in pixels)

    def share(wanted: tuple[int, int, int]) -> float:
        near = (
            count
            for count, colour in pixels
            if all(abs(a - b) <= 12 for a, b in zip(colour, wanted, strict=True))
        )
        return sum(near) / total

    return share(SITS), share(STANDS)


def test_parts_hold_the_values_and_show_them(visit: Visit, stage: Stage) -> None:
    wanted = {"power": "196", "target": "198", "cadence": "78", "heart": "144"}
    stage.show(SEATED.but(power=196.4, target_power=198.0, cadence=77.6, heart_rate=144.0))
    for name, value in wanted.items():
        visit.shows(name, value)
        expect(visit.page.locator(f"[data-{name}]").first).to_have_text(value)
    visit.shows("cue", "seated")
    visit.shows("next", "standing")
    visit.shows("countdown", "60")
    visit.shows("hill", "3")


def test_what_nobody_knows_is_a_dash(visit: Visit, stage: Stage) -> None:
    stage.show(SEATED.but(**SILENT, heart_rate=None, target_power=None))
    for name in ("power", "target", "cadence", "heart"):
        visit.shows(name, "")
        expect(visit.page.locator(f"[data-{name}]").first).to_have_text(re.compile("^[-–—]+$"))


def test_a_warning_is_a_word_a_count_down_and_stripes(visit: Visit, stage: Stage) -> None:
    sits, stands = shares(visit)
    assert sits > 0.4
    assert stands < 0.01
    stage.show(at(STANDS_AT - 9))
    visit.shows("countdown", "9")
    visit.settle()
    sits, stands = shares(visit)
    assert stands > 0.1, "no stripes of what comes next"
    bar = visit.page.locator("header, main, body").first.inner_text()
    assert re.search("stand", bar, re.IGNORECASE)
    stage.show(STANDING)
    visit.shows("cue", "standing")
    visit.settle()
    sits, stands = shares(visit)
    assert sits < 0.01
    assert stands > 0.4


def test_the_cue_is_told_once_to_who_cannot_see(visit: Visit, stage: Stage) -> None:
    visit.page.evaluate(
        """() => {
          window.told = [];
          for (const region of document.querySelectorAll("[role=status], [aria-live=polite]")) {
            const keep = () => region.textContent.trim() && told.push(region.textContent.trim());
            new MutationObserver(keep).observe(region, {
              childList: true, characterData: true, subtree: true,
            });
          }
        }"""
    )
    stage.show(at(STANDS_AT))
    visit.shows("cue", "standing")
    visit.frames(6)
    told = visit.page.evaluate("told")
    assert [words for words in told if "hips over the pedals" in words] == [
        "Stand: hips over the pedals, core tight, light hands"
    ]
    assert len(told) == 1, told


def test_nothing_that_ticks_is_read_aloud(visit: Visit) -> None:
    loud = visit.page.evaluate(
        """() => ["power", "cadence", "heart", "countdown", "target"].filter((name) => {
          const part = document.querySelector(`[data-${name}]`);
          const region = part.closest("[aria-live], [role=status], [role=alert], [role=log]")
            ?? (part.localName === "output" ? part : null);
          const says = region?.getAttribute("aria-live");
          return region && says !== "off";
        })"""
    )
    assert loud == []


def test_every_key_does_on_the_page_what_it_does_in_the_terminal(
    visit: Visit, stage: Stage
) -> None:
    for binding in KEYS:
        for character in binding.characters:
            visit.page.keyboard.press("Space" if character == " " else character)
            if binding.key is Key.QUIT:
                # Whatever the page asks before it ends a ride, Enter or the button says yes.
                sure = visit.page.locator("dialog[open] button", has_text=re.compile("^end", re.I))
                if sure.count():
                    sure.first.click()
            assert stage.key() is binding.key, character


def test_keys_with_others_held_and_keys_that_repeat_are_not_for_the_coach(
    visit: Visit, stage: Stage
) -> None:
    for combination in ("Control+KeyB", "Alt+KeyX", "Meta+KeyW"):
        visit.page.keyboard.press(combination)
    visit.page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'n', code: 'KeyN', repeat: true, bubbles: true }))"
    )
    visit.page.keyboard.press("+")
    assert stage.key() is Key.HARDER
    assert stage.pressed.empty()


def test_help_tells_every_key(visit: Visit) -> None:
    visit.page.keyboard.press("?")
    dialog = visit.page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    words = dialog.inner_text()
    missing = [each.does for each in KEYS if each.does not in words]
    assert not missing
    assert not visit.violations()
    visit.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_buttons_are_reached_and_pressed_by_keyboard_alone(visit: Visit, stage: Stage) -> None:
    reached = []
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        name = visit.page.evaluate(
            "() => document.activeElement.matches('body') ? '' :"
            " document.activeElement.textContent.trim()"
        )
        if reached and name == reached[0]:
            break
        reached.append(name)
        ring = visit.page.evaluate(
            "(() => { const style = getComputedStyle(document.activeElement);"
            " return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; })()"
        )
        assert ring or name == "", f"{name}: nobody sees that it has the focus"
        if re.search("harder", name, re.IGNORECASE):
            # Space presses the button that has the focus, and pauses nothing.
            visit.page.keyboard.press("Space")
            assert stage.key() is Key.HARDER
    assert any(re.search("pause", each, re.IGNORECASE) for each in reached), reached
    assert any(re.search("harder", each, re.IGNORECASE) for each in reached), reached
    assert stage.pressed.empty()


def test_after_a_click_space_pauses_again(visit: Visit, stage: Stage) -> None:
    visit.page.get_by_role("button", name=re.compile("harder", re.IGNORECASE)).click()
    assert stage.key() is Key.HARDER
    visit.page.keyboard.press("Space")
    assert stage.key() is Key.PAUSE


def test_a_page_that_is_not_let_in_says_why(
    stage: Stage, visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.live.web.hub.MOST_VIEWERS", 0)
    visit = visits(stage.url)
    expect(visit.page.get_by_role("alert")).to_contain_text("watch this ride already")
    monkeypatch.undo()
    stage.ride_to(SEATED)
    visit.state("riding")
    stage.close(refused={"too many viewers"})


def test_nothing_moves_for_who_asks_for_that(stage: Stage, visits: Visits) -> None:
    stage.show(at(STANDS_AT - 5))
    visit = visits(stage.url, LAPTOP, reduced_motion="reduce")
    visit.state("riding")
    visit.settle()
    assert visit.look("moving") == []
    stage.hush()
    visit.state("stale")
    assert visit.look("moving") == []


def test_nothing_flashes_faster_than_once_a_second(stage: Stage, visits: Visits) -> None:
    stage.show(at(STANDS_AT - 5))
    visit = visits(stage.url)
    visit.state("riding")
    visit.settle()
    rounds = visit.page.evaluate(
        "document.getAnimations().map((each) => each.effect.getComputedTiming())"
        ".filter((each) => each.iterations > 1).map((each) => each.duration)"
    )
    assert all(each >= 1000 for each in rounds), rounds


def test_it_works_in_colours_that_the_rider_chose(stage: Stage, visits: Visits) -> None:
    stage.show(at(STANDS_AT - 5))
    visit = visits(stage.url, LAPTOP, forced_colors="active")
    visit.state("riding")
    visit.settle()
    assert visit.look("clipped") == []
    # What axe-core takes for the colours are the page's; here they are the system's.
    assert not visit.violations(but="color-contrast")
    words = visit.page.locator("body").inner_text()
    assert re.search("seated", words, re.IGNORECASE)
    assert re.search("stand", words, re.IGNORECASE)


def test_it_can_be_used_at_twice_the_size(stage: Stage, visits: Visits) -> None:
    # A zoom of 200 % is a screen of half as many pixels of the page.
    stage.show(SEATED)
    visit = visits(stage.url, (683, 384), device_scale_factor=2)
    visit.state("riding")
    visit.settle()
    assert visit.look("clipped") == []
    wide, screen = visit.page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert wide <= screen


def test_it_is_small_and_asks_for_little(stage: Stage, visits: Visits) -> None:
    stage.show(SEATED)
    visit = visits(stage.url)
    visit.state("riding")
    pages = [each for each in visit.requests if each.startswith("http")]
    assert len(pages) == 5, pages
    assert len(visit.requests) == 6, visit.requests
    size = visit.page.evaluate(
        "[...performance.getEntriesByType('navigation'),"
        " ...performance.getEntriesByType('resource')]"
        ".reduce((sum, each) => sum + each.transferSize, 0)"
    )
    assert 5_000 < size < 60_000


def test_words_that_are_late_are_not_shown_as_now(visit: Visit, stage: Stage) -> None:
    stage.hush()
    visit.state("stale", within=4)
    expect(visit.page.get_by_text(re.compile("stale", re.IGNORECASE)).first).to_be_visible()
    stage.show(SEATED)
    visit.state("riding")


def test_who_comes_late_sees_what_was_ridden(stage: Stage, visits: Visits) -> None:
    stage.ride_to(STANDING)
    visit = visits(stage.url)
    visit.state("riding")
    visit.shows("cue", "standing")
    visit.settle()
    before = visit.page.locator("canvas").first.screenshot()
    other = Stage()
    try:
        other.show(STANDING)
        fresh = visits(other.url)
        fresh.state("riding")
        fresh.settle()
        assert before != fresh.page.locator("canvas").first.screenshot(), "no trace"
    finally:
        other.close()


def test_a_phone_that_may_only_look_has_nothing_to_press(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.live.web.server.lan_address", lambda: "127.0.0.2")
    stage = Stage(lan=True)
    try:
        stage.show(READY)
        assert stage.display.lan_url is not None
        visit = visits(stage.display.lan_url, PHONE, has_touch=True, is_mobile=True)
        assert "token" not in visit.page.url
        visit.state("ready")
        assert visit.buttons() <= MAY_ONLY_LOOK
        stage.show(SEATED)
        visit.state("riding")
        visit.settle()
        assert visit.buttons() <= MAY_ONLY_LOOK
        visit.page.keyboard.press("Space")
        visit.frames(4)
        assert stage.pressed.empty()
        assert visit.look("clipped") == []
    finally:
        stage.close()


def test_a_phone_without_the_token_is_told_what_to_open(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.live.web.server.lan_address", lambda: "127.0.0.2")
    stage = Stage(lan=True)
    try:
        assert stage.display.lan_url is not None
        visit = visits(stage.display.lan_url.partition("?")[0], PHONE)
        visit.expects("403")
        expect(visit.page.get_by_text("QR code")).to_be_visible()
        assert visit.socket is None
    finally:
        stage.close(refused={"from a stranger (token)"})


_STEER = """(url) => new Promise((done) => {
  const socket = new WebSocket(url);
  socket.onopen = () => { socket.send('{"type":"key","key":"skip"}'); done("open"); };
  socket.onerror = () => done("refused");
})"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """Another server's page on this machine, which forbids its scripts nothing."""
    (tmp_path / "index.html").write_text("<!doctype html><title>Elsewhere</title>")
    handler = partial(_Silent, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_pages_of_others_cannot_steer(stage: Stage, visits: Visits, elsewhere: str) -> None:
    stage.show(SEATED)
    socket = f"{stage.url.replace('http', 'ws')}socket"
    own = visits(stage.url)
    own.state("riding")
    assert own.page.evaluate(_STEER, socket) == "open"
    assert stage.key() is Key.SKIP
    visit = visits(elsewhere)
    visit.expects("404", "403", "asked a stranger")
    assert visit.page.evaluate(_STEER, socket) == "refused"
    assert stage.pressed.empty()
    stage.close(refused={"from a stranger (Origin)"})


def test_while_the_trainer_is_being_opened_nobody_can_start(stage: Stage, visits: Visits) -> None:
    visit = visits(stage.url)
    visit.state("ready")
    expect(visit.page.get_by_text("the trainer is being opened")).to_be_visible()
    assert not [each for each in visit.buttons() if re.search("start|pause|skip", each)]
    stage.show(READY)
    visit.page.get_by_role("button", name=START).click()
    assert stage.key() is Key.PAUSE


def test_questions_are_answered_before_the_start(visits: Visits) -> None:
    asked = ("a heart condition", "chest pain in activity, or at rest in the last month")
    stage = Stage(start=intro(questions=asked, health="", simulated=False))
    try:
        stage.show(READY)
        visit = visits(stage.url)
        visit.state("ready")
        for each in asked:
            expect(visit.page.get_by_text(each)).to_be_visible()
        assert not visit.violations()
        start = visit.page.get_by_role("button", name=START)
        if start.is_enabled():
            start.click()
        visit.frames(4)
        assert stage.display.answers is None
        assert stage.pressed.empty(), "it began without an answer"
        visit.page.get_by_role("radio", name=re.compile("^no", re.IGNORECASE)).check()
        visit.page.get_by_role("checkbox").check()
        start.click()
        assert stage.key() is Key.PAUSE
        answers = stage.display.answers
        assert answers is not None
        assert (answers.any_yes, answers.bike_checked) == (False, True)
    finally:
        stage.close()


def test_words_of_others_are_words_and_nothing_else(visits: Visits) -> None:
    evil = "<img src=x onerror=window.hit=1><script>window.hit=1</script>&amp;"
    stage = Stage(start=intro(title=evil, rider=evil, trainer=evil, demands=(evil,)))
    try:
        stage.show(READY)
        visit = visits(stage.url)
        visit.state("ready")
        expect(visit.page.get_by_text(evil).first).to_be_visible()
        cue = Cue(SEATED.snapshot.time, CueKind.TEXT, evil)
        evil_moment = SEATED.but(label=evil, effort=evil, limits=(evil,), report=(evil, evil))
        stage.show(Moment(evil_moment.snapshot, (cue,)))
        visit.state("riding")
        visit.settle()
        stage.end(ending(title=evil, words=(evil,), files=(evil,)))
        visit.state("ended")
        assert visit.page.evaluate("window.hit") is None
        assert visit.page.locator("img[src=x]").count() == 0
    finally:
        stage.close()


def test_who_went_back_to_a_ride_that_ended_sees_its_end(stage: Stage, visits: Visits) -> None:
    stage.show(SEATED)
    visits(stage.url).state("riding")
    stage.end(ending())
    visit = visits(stage.url)
    visit.state("ended")
    expect(visit.page.get_by_text("2026-11-22-1830-hills.fit")).to_be_visible()
