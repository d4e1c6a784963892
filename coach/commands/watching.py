"""The page beside a ride: the options of the commands that have one, and who opens it.

A ride with a page waits for its Start wherever somebody can press it: in the browser that was
opened, or that the rider opens (``--no-browser``), or on a phone that may (``--lan-control``). For
a phone that only looks the terminal waits, with the code that the phone is to see.
Elsewhere the command that was typed is the start, as without a page.
"""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from coach.commands.asking import at_a_terminal
from coach.errors import CoachError, RiderInputError

if TYPE_CHECKING:
    from coach.live.web.display import Intro, WebDisplay
    from coach.rider import Rider
    from coach.workout import Workout

_OPTIONS = (
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        metavar="N",
        help="Port of the live page, or the next free one; 0 takes any that is free.",
    ),
    click.option("--no-browser", is_flag=True, help="Open no browser; you open the page."),
    click.option("--lan", is_flag=True, help="Show the page to your phone too, to look at."),
    click.option("--lan-control", is_flag=True, help="With --lan: keys on the phone count too."),
)
_TERMINAL_ONLY = click.option("--terminal-only", is_flag=True, help="No live page.")
SEEN_WITHIN = 8.0
"""How long the program stays for pages that still fetch the end screen [s]; with what it takes to
end its server it is gone in ten."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What was chosen of `page_options` or `live_options`."""

    port: int | None = None
    no_browser: bool = False
    lan: bool = False
    lan_control: bool = False
    terminal_only: bool = False

    @property
    def given(self) -> bool:
        """Whether any of it asks for a page."""
        return self.port is not None or self.no_browser or self.lan or self.lan_control

    @property
    def opens(self) -> bool:
        """Whether a browser is to be opened, and is there."""
        return not self.no_browser and at_a_terminal() and _has_browser()

    @property
    def starts_there(self) -> bool:
        """Whether somebody can press the page's Start."""
        return self.opens or self.no_browser or self.lan_control

    @property
    def waits(self) -> bool:
        """Whether the ride waits for its start, there or in the terminal that shows the code."""
        return self.starts_there or (self.lan and at_a_terminal())

    def wants_page(self, speed: float | None) -> bool:
        """Return whether there is a page at this speed of the clock.

        Raises
        ------
        RiderInputError
            If the options do not go together.
        """
        if self.lan_control and not self.lan:
            raise RiderInputError("--lan-control: no phone sees the page yet; add --lan")
        if self.terminal_only and self.given:
            raise RiderInputError("--terminal-only: there is no page for the other options then")
        if speed is None and self.given:
            raise RiderInputError(
                "--speed max: nobody can watch that; take a number, such as --speed 20"
            )
        return not self.terminal_only and speed is not None

    def page(self, workout: Workout, rider: Rider, intro: Intro, **more: Any) -> WebDisplay:  # noqa: ANN401
        """Return the page that was chosen; `more` is what `WebDisplay` takes."""
        from coach.live.web.display import WebDisplay

        return WebDisplay(
            workout,
            rider,
            intro,
            port=self.port,
            lan=self.lan,
            lan_control=self.lan_control,
            **more,
        )


def page_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of the page to a command that has one; it takes them as one `Watching`."""
    return _gathering(command, (*_OPTIONS, _TERMINAL_ONLY))


def live_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of the page to a command that has one with ``--live`` alone."""
    return _gathering(command, _OPTIONS)


def _gathering(
    command: Callable[..., None], options: Sequence[Callable[[Any], Any]]
) -> Callable[..., None]:
    @wraps(command)
    def gathered(
        *args: object,
        port: int | None,
        no_browser: bool,
        lan: bool,
        lan_control: bool,
        terminal_only: bool = False,
        **others: object,
    ) -> None:
        watching = Watching(port, no_browser, lan, lan_control, terminal_only)
        command(*args, watching=watching, **others)

    decorated: Any = gathered
    for option in reversed(options):
        decorated = option(decorated)
    whole: Callable[..., None] = decorated
    return whole


@contextmanager
def served(page: WebDisplay, watching: Watching) -> Iterator[None]:
    """Serve a page, say where it is, open it where there is a browser; at the end let it go.

    Raises
    ------
    CoachError
        If it cannot be served.
    """
    from coach.live.web.display import End

    page.serve()
    try:
        wanted, listens = page.port, urlsplit(page.url).port
        if wanted not in (None, 0, listens):
            click.echo(f"--port {wanted} is taken; the page is on {listens}", err=True)
        click.echo(f"live: {page.url}", err=True)
        if page.lan_url is not None:
            click.echo(f"phone: {page.lan_url}", err=True)
        if watching.opens:
            # Some browsers take their time, and the ride does not wait for them.
            Thread(target=_open, args=(page.url,), daemon=True).start()
        try:
            yield
        except CoachError as error:
            page.end(End("It ends here", (str(error),)))
            raise
        except KeyboardInterrupt:
            page.end(End("No ride", ("It was left before its start.",)))
            raise
        finally:
            # Where nothing was told yet, nobody waits for more.
            page.end(End("It ends here", ("The coach's terminal tells more.",)))
            # Whoever has had enough of waiting has the ride saved already.
            with suppress(KeyboardInterrupt):
                page.wait_seen(SEEN_WITHIN)
    finally:
        page.stop()
        if page.refused:
            each = ", ".join(f"{count} {why}" for why, count in page.refused.items())
            click.echo(f"the live page was asked what it does not do: {each}", err=True)
        if page.fault is not None:
            click.echo(f"the live page failed ({page.fault!r}); the ride did not", err=True)


def phone_lines(page: WebDisplay) -> Sequence[str]:
    """Return the phone's address and its QR code as text; nothing where no phone may look."""
    if page.lan_url is None:
        return ()
    import segno

    rows = [list(row) for row in segno.make(page.lan_url, micro=False).matrix_iter(border=2)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    # Light modules are drawn, so that the code is dark on light in a dark terminal.
    halves = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    code = [
        "".join(halves[bool(upper), bool(lower)] for upper, lower in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]
    return [f"On your phone: {page.lan_url}", *code]


def _open(url: str) -> None:
    """Open a page, without what browsers write: a display may be drawn on this terminal."""
    command = [sys.executable, "-I", "-m", "webbrowser", url]
    nowhere = subprocess.DEVNULL
    with suppress(OSError):  # the address is told, for whoever opens it by hand
        subprocess.run(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, check=False)


def _has_browser() -> bool:
    """Return whether a browser with a window is there: one in the terminal is in the way."""
    if "BROWSER" in os.environ:
        return True
    if sys.platform not in ("win32", "darwin"):
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            return False
    try:
        return type(webbrowser.get()) is not webbrowser.GenericBrowser
    except webbrowser.Error:
        return False
