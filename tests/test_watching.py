"""The page beside a ride: its options, who opens it, and the health check on its start screen."""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from threading import Thread
from types import SimpleNamespace

import click
import pytest
import segno
from pages import FIRST, INTRO, RIDER, WORKOUT, until
from pages import page as connected_page

from coach import profile
from coach.cli import run
from coach.commands import health, ride_on, watching
from coach.commands.watching import Watching, phone_lines, served
from coach.errors import RiderInputError
from coach.live.web.display import End, WebDisplay
from coach.trainers.ant import usb

LAN_URL = "http://192.0.2.7:8765/?token=0123456789abcdefghijkl"


# --- what goes together --------------------------------------------------------------------------


def test_a_page_is_there_unless_it_is_not_wanted_or_nobody_could_watch() -> None:
    assert Watching().wants_page(1.0)
    assert Watching(port=0, no_browser=True, lan=True, lan_control=True).wants_page(20.0)
    assert not Watching().wants_page(None)
    assert not Watching(terminal_only=True).wants_page(1.0)


@pytest.mark.parametrize(
    ("chosen", "speed", "words"),
    [
        (Watching(lan_control=True), 1.0, "add --lan"),
        (Watching(terminal_only=True, port=8765), 1.0, "--terminal-only"),
        (Watching(terminal_only=True, no_browser=True), 1.0, "--terminal-only"),
        (Watching(port=8765), None, "--speed max"),
        (Watching(lan=True), None, "--speed max"),
    ],
)
def test_what_does_not_go_together_is_said(
    chosen: Watching, speed: float | None, words: str
) -> None:
    with pytest.raises(RiderInputError, match=words):
        chosen.wants_page(speed)


# --- who opens it ---------------------------------------------------------------------------------


class Window(webbrowser.GenericBrowser):
    """A browser with a window; those in a terminal are `GenericBrowser` itself."""


@pytest.mark.parametrize(
    ("surroundings", "browser", "there"),
    [
        ({"DISPLAY": ":0"}, Window("firefox"), True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, Window("firefox"), True),
        ({}, Window("firefox"), False),
        ({"DISPLAY": ":0"}, webbrowser.GenericBrowser("lynx"), False),
        ({"DISPLAY": ":0"}, None, False),
        ({"BROWSER": "mine"}, webbrowser.GenericBrowser("mine"), True),
    ],
)
def test_a_browser_is_opened_where_it_has_a_window(
    monkeypatch: pytest.MonkeyPatch,
    surroundings: dict[str, str],
    browser: webbrowser.GenericBrowser | None,
    there: bool,
) -> None:
    def get() -> webbrowser.GenericBrowser:
        if browser is None:
            raise webbrowser.Error
        return browser

    monkeypatch.setattr(watching.sys, "platform", "linux")
    monkeypatch.setattr(watching.webbrowser, "get", get)
    monkeypatch.setattr(watching, "at_a_terminal", lambda: True)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    assert Watching().opens is there
    assert Watching().starts_there is there
    assert not Watching(no_browser=True).opens
    assert Watching(no_browser=True).starts_there
    assert Watching(lan=True).starts_there is there
    assert Watching(lan=True, lan_control=True).starts_there
    assert Watching(lan=True).waits
    assert Watching().waits is there
    monkeypatch.setattr(watching, "at_a_terminal", lambda: False)
    assert not Watching().opens
    assert not Watching(lan=True).waits


def test_what_a_browser_writes_does_not_reach_the_terminal(monkeypatch, tmp_path, capfd):
    chatty, opened = tmp_path / "chatty", tmp_path / "opened"
    chatty.write_text(f"#!/bin/sh\necho a warning\necho another >&2\n: > '{opened}'\n")
    chatty.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(chatty))
    watching._open("http://127.0.0.1:8765/")
    until(opened.exists)
    assert capfd.readouterr() == ("", "")


# --- the end ------------------------------------------------------------------------------------


@pytest.mark.parametrize("leaves", [None, OSError, click.Abort])
def test_who_watches_is_told_of_every_end(leaves):
    display = WebDisplay(WORKOUT, RIDER, INTRO, port=0)
    with suppress(*([] if leaves is None else [leaves])), served(display, Watching()):
        connected = connected_page(display)
        here = connected.__enter__()
        teller = Thread(target=lambda: (ends.append(here.hear_of("end")), here.say("seen")))
        ends = []
        teller.start()
        if leaves is not None:
            raise leaves
    teller.join(5)
    connected.__exit__(None, None, None)
    assert ends[0]["title"] == "It ends here"


def test_the_first_end_stays(capsys):
    display = WebDisplay(WORKOUT, RIDER, INTRO, port=0)
    with served(display, Watching()):
        with connected_page(display) as here:
            display.end(End("Six hills"))
            assert here.hear_of("end")["title"] == "Six hills"
        display.end(End("No ride"))
        with connected_page(display) as late:
            assert late.hello["end"]["title"] == "Six hills"


# --- the phone's code -----------------------------------------------------------------------------


def test_the_phones_code_is_dark_on_light_in_a_dark_terminal() -> None:
    told, *rows = phone_lines(SimpleNamespace(lan_url=LAN_URL))  # type: ignore[arg-type]
    assert LAN_URL in told
    lit = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    halves = [[lit[cell] for cell in row] for row in rows]
    seen = [[not each[half] for each in row] for row in halves for half in (0, 1)]
    wanted = [
        [bool(dark) for dark in row]
        for row in segno.make(LAN_URL, micro=False).matrix_iter(border=2)
    ]
    assert seen[: len(wanted)] == wanted
    assert not any(seen[0])
    assert not phone_lines(SimpleNamespace(lan_url=None))  # type: ignore[arg-type]


# --- the health check -----------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The rider's own file, where it belongs, and nobody at a terminal."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    path = profile.default_rider_path()
    path.parent.mkdir()
    path.write_text("[rider]\nmass_kg = 75\nftp_w = 220\n")
    return path


@pytest.fixture
def start(monkeypatch):
    """Ride on a stick that is only pretended, as far as the start: what the page is told there."""
    told = SimpleNamespace(answers={}, asked=(), words=[])

    def go(out, stem, header, trainer, clock, displays, hindrance):
        page = displays[1]
        with connected_page(page) as here:
            told.asked = here.hello["start"]["questions"]
            told.health = here.hello["start"]["health"]
            told.words.append(hindrance())
            if told.answers:
                page.show(FIRST, ())
                here.hear_of("frame")
                here.say("start", answers=told.answers)
                until(lambda: page.answers is not None)
            told.words.append(hindrance())

    class Stick:
        def close(self) -> None:
            pass

    monkeypatch.setattr(usb, "stick", Stick)
    monkeypatch.setattr(ride_on, "go", go)
    monkeypatch.setattr(ride_on, "after", lambda journal, page: None)
    monkeypatch.setattr(ride_on.felt, "ask", lambda journal: None)
    return told


def ride(*more: str, workout: str = "hills") -> int:
    return run(["ride", workout, "--trainer", "ant:12345", "--port", "0", *more])


def test_the_page_asks_what_the_terminal_would(own, start) -> None:
    start.answers = {"any_yes": False, "bike_checked": True}
    assert ride("--no-browser") == 0
    assert start.asked == list(health.QUESTIONS)
    assert start.words == ["Answer the health questions on the page first", ""]
    assert health.remembered(health.answers_path(own)) is False
    # Once, as in the terminal.
    start.answers, start.words = {}, []
    assert ride("--no-browser") == 0
    assert start.asked == []
    assert start.words == ["", ""]
    assert "none of the health questions applies" in start.health


def test_a_yes_on_the_page_leaves_the_starter_hills(own, start, capsys) -> None:
    start.answers = {"any_yes": True, "bike_checked": True}
    assert ride("--no-browser") == 2
    assert "talk to a health professional first" in capsys.readouterr().err
    assert health.remembered(health.answers_path(own)) is True
    start.answers = {}
    assert ride("--no-browser", workout="hills-starter") == 0
    assert "professional" in start.health


@pytest.mark.usefixtures("own")
def test_who_knows_the_questions_is_not_asked_on_the_page_either(start) -> None:
    assert ride("--no-browser", "--health-check-read") == 0
    assert start.asked == []
    assert start.words == ["", ""]


@pytest.mark.usefixtures("own", "start")
def test_where_nobody_can_start_on_the_page_the_terminal_asks(capsys) -> None:
    assert ride() == 2
    assert "--health-check-read" in capsys.readouterr().err


# --- the start ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("trainer", "waits"), [("sim", True), ("replay:old.ride", False)])
def test_a_ride_waits_for_its_rider_and_a_recording_for_nobody(
    monkeypatch, tmp_path, trainer, waits
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(ride_on, "_trainer", lambda *chosen: (None, None))
    told = []
    monkeypatch.setattr(ride_on, "go", lambda *chosen: told.append(chosen[-1]))
    monkeypatch.setattr(ride_on, "after", lambda journal, page: None)
    assert run(["ride", "hills", "--trainer", trainer, "--port", "0", "--no-browser"]) == 0
    assert (told[0] is not None) is waits
