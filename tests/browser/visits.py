"""Visits to a page of the coach, watched: whatever goes wrong in the browser is kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from browser.rides import wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, WebSocket

DESK, LAPTOP, PHONE = (1920, 1080), (1366, 768), (390, 844)
SIZES = {"desk": DESK, "laptop": LAPTOP, "phone": PHONE}
PATIENCE = 10.0
"""How long something that should be there at once may take on a machine that is busy [s]."""

LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")

VOICE = """
window.said = [];
class Utterance extends EventTarget {
  constructor(text) { super(); this.text = text; }
}
Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance });
const voice = { name: "Test", lang: "en-GB", default: true, localService: true };
const finish = (utterance, kind) => {
  const told = new Event(kind);
  utterance.dispatchEvent(told);
  utterance["on" + kind]?.(told);
};
Object.defineProperty(window, "speechSynthesis", {
  value: Object.assign(new EventTarget(), {
    speaking: false,
    pending: false,
    paused: false,
    getVoices: () => [voice],
    cancel() {},
    pause() {},
    resume() {},
    speak(utterance) {
      window.said.push(utterance.text);
      queueMicrotask(() => finish(utterance, "start"));
      setTimeout(() => finish(utterance, "end"), 50);
    },
  }),
});
"""
"""A voice that says nothing and keeps what it was given: Chromium without a screen has none."""


NAMES = ("chromium", "chromium-browser", "google-chrome")


def _path() -> str:
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


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open a browser; a test that finds none is skipped, or fails where that is not allowed."""
    path = _path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


class Visit:
    """One page, and what happened on it.

    Attributes
    ----------
    page : Page
    requests : list of str
        Addresses asked for, sockets too.
    received : list of str
        Texts that came on sockets.
    faults : list of str
        What must not be: errors, refusals of the content security policy, strangers asked.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.requests: list[str] = []
        self.received: list[str] = []
        self.faults: list[str] = []
        self.socket: WebSocket | None = None
        self._ours = urlsplit(url).netloc
        self._expected: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", self._socket)
        self.page.on("pageerror", lambda error: self._wrong(f"error on the page: {error}"))
        self.page.on(
            "console",
            lambda said: said.type in ("error", "warning") and self._wrong(f"console: {said.text}"),
        )
        self.page.on("response", self._answered)
        self.page.goto(url)

    def expects(self, *words: str) -> None:
        """Let faults pass that hold one of these words: this test brings them about."""
        self._expected += words
        self.faults = [each for each in self.faults if not any(word in each for word in words)]

    def frames(self, number: int) -> None:
        """Wait until so many more messages came."""
        for _ in range(number):
            assert self.socket is not None
            self.socket.wait_for_event("framereceived", timeout=1000 * PATIENCE)

    def until(self, expression: str) -> None:
        """Wait until an expression of the page is true.

        Playwright's own way to do so evaluates texts in the page, which its policy forbids.
        """
        wait_for(lambda: self.page.evaluate(expression), PATIENCE)

    def settle(self) -> None:
        """Wait until what was last told is drawn."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def look(self, name: str, *arguments: Any) -> Any:
        """Return what one of the functions of looks.js finds."""
        # What is a part of the page goes over as one.
        arguments = tuple(
            getattr(each, "element_handle", lambda each=each: each)() for each in arguments
        )
        return self.page.evaluate(
            f"(given) => {{ {LOOKS}\nreturn {name}(...given); }}", list(arguments)
        )

    def buttons(self) -> set[str]:
        """Return what can be pressed now: the names of all buttons, in small letters."""
        shown = self.page.get_by_role("button").all()
        return {each.inner_text().strip().lower() for each in shown if each.is_visible()}

    def violations(self, *, but: str = "") -> list[str]:
        """Return what axe-core finds wrong for people who cannot see, hear or point well.

        Parameters
        ----------
        but : str
            A rule that is left out.
        """
        options = {"rules": {but: {"enabled": False}}} if but else {}
        found = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{each['id']}: {each['help']}: {node['html'][:160]}"
            for each in found
            for node in each["nodes"]
        ]

    def state(self, wanted: str, *, within: float = PATIENCE) -> None:
        """Wait until the page says that this is the ride's state."""
        body = self.page.locator("body")
        expect(body).to_have_attribute("data-state", wanted, timeout=1000 * within)

    def shows(self, name: str, wanted: str, *, within: float = PATIENCE) -> None:
        """Wait until a part of the page, by its ``data-`` name, holds a value."""
        part = self.page.locator(f"[data-{name}]").first
        expect(part).to_have_attribute(f"data-{name}", wanted, timeout=1000 * within)

    def _asked(self, url: str) -> None:
        self.requests.append(url)
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._ours:
            self._wrong(f"asked a stranger: {url}")

    def _socket(self, socket: WebSocket) -> None:
        self._asked(socket.url)
        self.socket = socket
        socket.on("framereceived", lambda text: self.received.append(str(text)))

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self._wrong(f"{response.status} for {response.url}")

    def _wrong(self, what: str) -> None:
        if not any(word in what for word in self._expected):
            self.faults.append(what)


class Visits:
    """All visits of one test, each a browser of its own that knows nothing of the others."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._visits: list[Visit] = []

    def __call__(
        self, url: str, size: tuple[int, int] = LAPTOP, *scripts: str, **options: Any
    ) -> Visit:
        """Visit an address.

        Parameters
        ----------
        url : str
        size : tuple of int
            Of the page [px].
        scripts : str
            Run before the page's own.
        options
            As Playwright's ``new_context`` takes them.
        """
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, **options
        )
        context.set_default_timeout(1000 * PATIENCE)
        self._contexts.append(context)
        for script in scripts:
            context.add_init_script(script)
        visit = Visit(context, url)
        self._visits.append(visit)
        return visit

    def close(self) -> list[str]:
        """End all visits, and return their faults."""
        for context in self._contexts:
            context.close()
        return [fault for visit in self._visits for fault in visit.faults]
