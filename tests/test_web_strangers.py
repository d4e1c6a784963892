"""Viewers that mean ill, or break: they keep no place, and spoil nobody's picture."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from dataclasses import replace

import pytest
from pages import INTRO, RIDING, framed, knock, page, served, until
from websockets.exceptions import ConnectionClosed

from coach.live.web import protocols
from coach.live.web.viewers import BURST
from coach.messages import Cue, CueKind

STAND = Cue(0.0, CueKind.STAND, "Stand up")


def break_off(visitor: socket.socket) -> None:
    """Go without a word: whatever is still sent is answered by a reset."""
    visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visitor.close()


def test_who_is_let_go_and_takes_nothing_keeps_no_place(monkeypatch):
    monkeypatch.setattr(protocols, "LAST_WORDS", 0.1)
    with served(intro=replace(INTRO, rider="x" * 8_000_000)) as display, knock(display) as deaf:
        until(lambda: display.viewers == 1)
        deaf.sendall(framed(8, b""))
        until(lambda: not display._server._server.server_state.connections)


def test_who_is_just_leaving_when_the_server_ends_is_no_fault():
    with served(intro=replace(INTRO, rider="x" * 8_000_000)) as display, knock(display) as deaf:
        until(lambda: display.viewers == 1)
        deaf.sendall(framed(8, b""))
        until(lambda: display.viewers == 0)
        assert display._server._server.server_state.connections


@pytest.mark.parametrize("sign", ["ping", "pong"])
def test_a_flood_of_signs_of_life_is_cut(sign):
    with served() as display, page(display) as here:
        for _ in range(40):
            try:
                getattr(here.socket, sign)()
            except ConnectionClosed:
                break
        until(lambda: display.viewers == 0)


def test_a_viewer_that_breaks_off_writes_nothing_into_the_picture(capfd, caplog):
    with served() as display:
        rude = knock(display)
        until(lambda: display.viewers == 1)
        busy = threading.Event()
        display._hub._loop.call_soon_threadsafe(busy.wait, 5)
        # With all of it before it, the server hears of the first that nobody is there.
        display.show(RIDING, [STAND] * BURST)
        break_off(rude)
        busy.set()
        until(lambda: display.viewers == 0)
    assert capfd.readouterr() == ("", "")
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


def test_it_is_known_whether_a_page_is_served():
    with served() as display:
        assert display.alive
        display._hub._loop.call_soon_threadsafe(display._hub._loop.stop)
        until(lambda: not display.alive)
        assert isinstance(display.fault, RuntimeError)
        display._hub.fault = None
    with served() as display:
        pass
    assert not display.alive
