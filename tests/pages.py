"""A live page for tests, and strangers who speak to it in raw bytes."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from coach import profile
from coach.engine import Engine
from coach.live.web.display import Intro, WebDisplay
from coach.messages import Cue, CueKind, RideState, Snapshot

RIDER = profile.example_rider()
WORKOUT = profile.compile_workout(profile.load_workout(profile.find_workout("hills")), RIDER)
INTRO = Intro("Six hills", WORKOUT.duration / 60, 6, rider="Example", ftp_w=220.0)
FIRST: Snapshot = Engine(WORKOUT, RIDER).snapshot()
RIDING = replace(FIRST, state=RideState.RIDING)
STAND = Cue(0.0, CueKind.STAND, "Stand up")
LAN = "127.0.0.2"
"""Plays this machine's address on the network."""


def later(seconds: float, **changes: Any) -> Snapshot:
    """Return a moment of the ride after its first."""
    return replace(RIDING, time=RIDING.time + seconds, **changes)


@contextmanager
def served(**options: Any) -> Iterator[WebDisplay]:
    """Serve a page on a free port; whatever is asked of it, its server has no fault."""
    intro = options.pop("intro", INTRO)
    display = WebDisplay(WORKOUT, RIDER, intro, port=options.pop("port", 0), **options)
    display.serve()
    try:
        yield display
    finally:
        display.stop()
    assert display.fault is None


@dataclass
class Answer:
    """Of the server, to a request."""

    status: int
    headers: dict[str, str]
    body: bytes


def port_of(display: WebDisplay) -> int:
    return int(display.url.rsplit(":", 1)[1].rstrip("/"))


def ask(
    display: WebDisplay,
    path: str = "/",
    *headers: str,
    at: str = "127.0.0.1",
    host: str | None = "",
    method: str = "GET",
) -> Answer:
    """Ask for a path; `host` is the right one unless given, and ``None`` leaves it out."""
    port = port_of(display)
    lines = [f"{method} {path} HTTP/1.1"]
    if host is not None:
        lines.append(f"Host: {host or f'{at}:{port}'}")
    return say(display, "\r\n".join([*lines, *headers, "", ""]).encode("latin-1"), at=at)


HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)


def say(display: WebDisplay, raw: bytes, at: str = "127.0.0.1") -> Answer:
    """Send bytes and read the answer's head, and all of its body if the server then closes."""
    with socket.create_connection((at, port_of(display)), 5) as stranger:
        stranger.sendall(raw)
        got = b""
        while b"\r\n\r\n" not in got and (more := stranger.recv(65536)):
            got += more
        head, _, body = got.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        status = int(lines[0].split()[1]) if lines[0] else 0
        while status != 101 and (more := stranger.recv(65536)):
            body += more
    return Answer(status, headers, body)


@dataclass
class Page:
    """A page that is connected."""

    socket: ClientConnection
    hello: dict[str, Any] = field(default_factory=dict)

    def hear(self, within: float = 5.0) -> dict[str, Any]:
        """Return the next message."""
        message: dict[str, Any] = json.loads(self.socket.recv(within))
        return message

    def hear_of(self, kind: str) -> dict[str, Any]:
        """Return the next message of a type."""
        while (message := self.hear())["type"] != kind:
            pass
        return message

    def say(self, kind: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **fields}))


def connected(display: WebDisplay, at: str = "127.0.0.1", **headers: str) -> ClientConnection:
    """Open the socket as the page does."""
    port = port_of(display)
    return connect(
        f"ws://{at}:{port}/socket",
        origin=Origin(f"http://{at}:{port}"),
        additional_headers=headers,
        compression=None,
        proxy=None,
        close_timeout=1,
    )


def knock(display: WebDisplay) -> socket.socket:
    """Ask for the socket as the page does, in raw bytes, and take little of what it says."""
    port = port_of(display)
    visitor = socket.socket()
    visitor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    visitor.connect(("127.0.0.1", port))
    lines = [f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}", *HANDSHAKE]
    visitor.sendall("\r\n".join(["GET /socket HTTP/1.1", *lines, "", ""]).encode())
    return visitor


def framed(opcode: int, data: bytes) -> bytes:
    """Return a short frame as browsers send it, masked with nothing."""
    return bytes([0x80 | opcode, 0x80 | len(data), 0, 0, 0, 0]) + data


@contextmanager
def page(display: WebDisplay, at: str = "127.0.0.1", **headers: str) -> Iterator[Page]:
    """Connect as the page does, and hear its hello."""
    with connected(display, at, **headers) as each:
        here = Page(each)
        here.hello = here.hear_of("hello")
        yield here


def until(true: Callable[[], bool], within: float = 5.0) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def is_cut(stranger: socket.socket) -> bool:
    """Return whether the server ends a connection, whatever it still says before."""
    try:
        while stranger.recv(65536):
            pass
    except ConnectionError:
        pass
    return True
