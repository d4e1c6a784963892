"""The thread that serves the page: the ride never waits for it, and where it listens."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import suppress

import pytest
from pages import (
    HANDSHAKE,
    INTRO,
    RIDER,
    RIDING,
    STAND,
    WORKOUT,
    later,
    page,
    port_of,
    served,
    until,
)
from websockets.exceptions import ConnectionClosed

from coach.errors import CoachError
from coach.live.plan import Trace
from coach.live.web import server
from coach.live.web.application import Application
from coach.live.web.display import End, WebDisplay
from coach.live.web.guard import Guard
from coach.live.web.viewers import Viewer
from coach.messages import Cue, CueKind

# --- the ride never waits -------------------------------------------------------------------------


def test_the_ride_does_not_wait_for_the_server():
    with served() as display, page(display):
        held, go_on = threading.Event(), threading.Event()

        def hold():
            held.set()
            go_on.wait(10)

        display._hub._loop.call_soon_threadsafe(hold)
        assert held.wait(5)
        try:
            start = time.perf_counter()
            for tick in range(1000):
                display.show(later(tick), [STAND])
                display.keys()
            assert time.perf_counter() - start < 0.5
            # What cannot be shown is forgotten, the oldest first.
            for _ in range(50_000):
                display.show(RIDING, [])
            assert len(display._hub._moments) < 20_000
        finally:
            go_on.set()


def test_a_viewer_that_takes_nothing_is_thrown_out(monkeypatch):
    monkeypatch.setattr(server, "_PING", 0.1)
    with served() as display:
        port = port_of(display)
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        lines = [f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}", *HANDSHAKE]
        deaf.sendall("\r\n".join(["GET /socket HTTP/1.1", *lines, "", ""]).encode())
        with deaf:
            until(lambda: display.viewers == 1)
            display.show(RIDING, [Cue(0.0, CueKind.TEXT, "x" * 500_000)] * 32)
            until(lambda: display.viewers == 0)


def test_a_flood_of_pings_is_cut():
    with served() as display, page(display) as here:
        for _ in range(40):
            try:
                here.socket.ping()
            except ConnectionClosed:
                break
        until(lambda: display.viewers == 0)


def test_a_server_quicker_than_the_ride_loses_no_moment(monkeypatch):
    display = WebDisplay(WORKOUT, RIDER, INTRO)
    told = display._hub
    monkeypatch.setattr(told, "_call", lambda function, *more: (function(*more), True)[1])
    for tick in range(3):
        display.show(later(tick), [])
        assert told._frame["time_s"] == tick


def test_a_socket_that_is_being_closed_is_no_fault():
    class Closing:
        async def send_text(self, text):
            raise RuntimeError("Unexpected ASGI message, after sending 'websocket.close'.")

    display = WebDisplay(WORKOUT, RIDER, INTRO)
    page_of = Application(display._hub, Guard(8765, "token"))
    asyncio.run(page_of._write(Closing(), Viewer(control=True)))
    assert display.fault is None


def test_a_viewer_that_breaks_off_at_once_is_no_fault():
    with served() as display:
        port = port_of(display)
        lines = [f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}", *HANDSHAKE]
        ask = "\r\n".join(["GET /socket HTTP/1.1", *lines, "", ""]).encode()
        for nonsense in (b"\xff" * 16, b"\x81\x81abcd\xff", b"\x88\x80abcd", b"\x80\x80abcd", b""):
            with socket.create_connection(("127.0.0.1", port), 5) as rude:
                rude.sendall(ask + nonsense)
        with page(display) as here:
            here.say("bye")
            here.hear_of("refused")
            until(lambda: display.viewers == 1)


def test_a_message_in_endless_parts_is_cut():
    with served() as display, page(display) as here:

        def parts():
            yield '{"type":'
            for _ in range(1000):
                yield ""

        with suppress(ConnectionClosed):
            here.socket.send(parts())
        with pytest.raises(ConnectionClosed):
            here.hear()
        until(lambda: display.viewers == 0)


def test_a_fault_in_the_server_is_kept_and_the_frames_go_on(monkeypatch):
    def broken(self, frame):
        raise ZeroDivisionError

    with served() as display:
        monkeypatch.setattr(Trace, "follow", broken)
        with page(display) as here:
            display.show(RIDING, [])
            assert here.hear()["type"] == "frame"
        assert isinstance(display.fault, ZeroDivisionError)
        display._hub.fault = None


def test_the_ride_goes_on_when_the_server_is_dead():
    with served() as display:
        with page(display) as here:
            display._hub._loop.call_soon_threadsafe(display._hub._loop.stop)
            display._server._thread.join(5)
            with pytest.raises(ConnectionClosed):
                here.hear()
        display.open()
        display.show(RIDING, [STAND])
        assert display.keys() == []
        display.close()
        display.end(End("Done"))
        assert display.wait_seen(5.0)
        display.stop()
        assert isinstance(display.fault, RuntimeError)
        display._hub.fault = None


def test_it_can_be_used_before_it_is_served_and_stopped_twice():
    display = WebDisplay(WORKOUT, RIDER, INTRO)
    display.stop()
    display.show(RIDING, [])
    assert display.keys() == []
    with pytest.raises(RuntimeError):
        _ = display.url
    with served() as display:
        display.stop()
        display.stop()
        display.show(RIDING, [])


def test_a_closed_display_shows_no_more_but_is_served():
    with served() as display, page(display) as here:
        display.show(RIDING, [])
        assert here.hear()["type"] == "frame"
        display.close()
        display.close()
        display.show(later(1.0), [STAND])
        display.end(End("Done"))
        assert here.hear()["type"] == "end"


# --- where it is ----------------------------------------------------------------------------------


def test_a_port_in_use_is_passed_over():
    with served() as first:
        taken = port_of(first)
        with served(port=taken) as second:
            assert taken < port_of(second) < taken + 20
            with page(second) as here:
                assert here.hello["type"] == "hello"


def test_without_a_port_it_begins_at_its_own(monkeypatch):
    with served() as other:
        monkeypatch.setattr(server, "FIRST_PORT", port_of(other))
        with served(port=None) as display:
            assert port_of(display) > port_of(other)


def test_where_all_ports_after_it_are_taken_any_will_do(monkeypatch):
    monkeypatch.setattr(server, "_PORTS_TRIED", 1)
    with served() as first, served(port=port_of(first)) as second:
        assert port_of(second) != port_of(first)


def test_no_free_port_at_all_is_said_in_words(monkeypatch):
    def taken(*_):
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(server, "_bound", taken)
    with pytest.raises(CoachError, match="--terminal-only"):
        WebDisplay(WORKOUT, RIDER, INTRO, port=8765).serve()


def test_a_port_of_the_system_is_said_in_words(monkeypatch):
    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(server, "_bound", forbidden)
    with pytest.raises(CoachError, match="port 80: this program may not listen there"):
        WebDisplay(WORKOUT, RIDER, INTRO, port=80).serve()


def test_the_last_port_has_none_after_it():
    assert set(server._ports(65535)) == {65535, 0}
    assert set(server._ports(0)) == {0}


def test_no_network_is_said_in_words(monkeypatch):
    class Nowhere(socket.socket):
        def connect(self, address):
            raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "socket", Nowhere)
    with pytest.raises(CoachError, match="in no network"):
        WebDisplay(WORKOUT, RIDER, INTRO, port=0, lan=True).serve()


def test_an_address_that_went_away_is_said_in_words():
    with pytest.raises(CoachError, match="went away"):
        server.listen(0, "192.0.2.77")
