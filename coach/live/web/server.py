"""Serves the page, in a thread with a loop of its own.

Starlette and uvicorn speak HTTP, websockets the socket. Sockets are bound here, before anything is
served, to this machine's own address alone, and to one address of the network where a phone is to
look on. The protocols of uvicorn are held to fewer connections and less patience than they have of
their own: a stranger who opens sockets and says nothing must not take the files from under a ride.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from coach.errors import CoachError
from coach.live.web.guard import HEADERS, LOOPBACK, METHODS, Guard
from coach.live.web.hub import Hub
from coach.live.web.viewers import Viewer
from coach.live.web.wire import LONGEST, Refused, Why, message, parse

FIRST_PORT = 8765
"""Where the page is looked for when nobody says otherwise."""
_PORTS_TRIED = 20
SOCKET = "/socket"
_STATIC = Path(__file__).with_name("static")
_PAGE = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/style.css": ("style.css", "text/css; charset=utf-8"),
    "/app.js": ("app.js", "text/javascript; charset=utf-8"),
    "/profile.js": ("profile.js", "text/javascript; charset=utf-8"),
    "/sound.js": ("sound.js", "text/javascript; charset=utf-8"),
}
"""All that is served of the disk, by the whole path that is asked for."""

_UNREAD = 8 * LONGEST
"""A message beyond this is not even read to its end: the viewer is sent away."""
_MOST_CONNECTIONS = 96
"""On one side: viewers, and what they fetch."""
_SILENCE = 10.0
"""A connection that asks for nothing within this time is closed [s]."""
_PING = 5.0
"""Between two pings [s]; twice that without an answer ends a viewer."""
_STOP_PATIENCE = 1.0
"""How long viewers have to hear that the server goes [s]."""
_GOING_AWAY, _POLICY, _TRY_LATER = 1001, 1008, 1013
"""Why a socket is closed (RFC 6455, section 7.4.1, and its registry)."""


class Http(H11Protocol):
    """uvicorn's HTTP, with few connections and little patience."""

    _silence: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; not more of them than a ride's files can stand."""
        super().connection_made(transport)
        # Those who come from the network must not keep the rider's own page out.
        beside = sum(getattr(each, "server", None) == self.server for each in self.connections)
        if beside > _MOST_CONNECTIONS:
            transport.abort()
        else:
            self._silence = self.loop.call_later(_SILENCE, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._speaks()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Heed what was received; whoever asked for something has spoken."""
        super().handle_events()
        if self.scope is not None:
            self._speaks()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, with the same headers as everything else."""
        headers = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
        self.transport.write(
            "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n"
            f"{headers}\r\n".encode()
        )
        self.transport.close()

    def _speaks(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _give_up(self) -> None:
        self.transport.abort()


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's websocket, which a viewer that takes nothing can be thrown out of."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand the way out on to the application."""
        super().connection_made(transport)
        self.app_state = {"abort": self.transport.abort}

    def keepalive_timeout(self) -> None:
        """Close at once: what a silent viewer has not taken would be waited for for ever."""
        super().keepalive_timeout()
        self.transport.abort()


class Application:
    """The page, its socket, its charts and nothing else (ASGI)."""

    def __init__(self, hub: Hub, guard: Guard) -> None:
        self._hub = hub
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a connection."""
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            try:
                self._guard.check_host(scope)
                self._guard.check_origin(scope)
                from_lan = self._guard.from_lan(scope)
                if from_lan:
                    self._guard.check_token(scope)
                if scope["path"] != SOCKET:
                    await socket.send_denial_response(_words("There is nothing here.", 404))
                    return
            except Refused as refused:
                await socket.send_denial_response(self._refusal(refused))
                return
            await self._attend(socket, control=not from_lan or self._guard.lan_control)
        else:
            try:
                response = self._respond(scope)
            except Refused as refused:
                response = self._refusal(refused)
            await response(scope, receive, send)

    def _respond(self, scope: Scope) -> Response:
        guard, path = self._guard, scope["path"]
        guard.check_host(scope)
        if scope["method"] not in METHODS:
            raise Refused(Why.METHOD, "This page can only be looked at.")
        if guard.from_lan(scope):
            shown = guard.tokens_in_address(scope)
            if path == "/" and len(shown) == 1 and guard.is_token(shown[0]):
                welcome = RedirectResponse("/", 303, HEADERS)
                welcome.set_cookie(guard.cookie, guard.token, httponly=True, samesite="strict")
                return welcome
            guard.check_token(scope)
        if path in _PAGE:
            name, kind = _PAGE[path]
            with suppress(OSError):
                return Response((_STATIC / name).read_bytes(), 200, HEADERS, kind)
        if path in self._hub.charts:
            return Response(self._hub.charts[path], 200, HEADERS, "image/png")
        return _words("There is nothing here.", 404)

    def _refusal(self, refused: Refused) -> Response:
        self._hub.count(refused.why)
        return _words(str(refused), {Why.HOST: 400, Why.METHOD: 405}.get(refused.why, 403))

    async def _attend(self, socket: WebSocket, *, control: bool) -> None:
        """Serve a viewer until it goes."""
        await socket.accept()
        viewer = Viewer(control=control)
        try:
            self._hub.enter(viewer)
        except Refused as refused:
            self._hub.count(refused.why)
            with suppress(WebSocketDisconnect):
                await socket.send_text(message("refused", why=str(refused)))
                await socket.close(_TRY_LATER, str(refused))
            return
        viewer.tell(self._hub.hello(viewer))
        writing = asyncio.create_task(self._write(socket, viewer))
        try:
            await self._listen(socket, viewer)
        finally:
            self._hub.leave(viewer)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _write(self, socket: WebSocket, viewer: Viewer) -> None:
        try:
            await viewer.write(socket.send_text, self._hub.frame)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            # Gone, or as good as gone; whoever listens to it hears that.
            socket.state.abort()

    async def _listen(self, socket: WebSocket, viewer: Viewer) -> None:
        hub = self._hub
        while True:
            received = await socket.receive()
            if received["type"] == "websocket.disconnect":
                if received.get("code") == 1009:
                    hub.count(Why.TOO_LARGE)
                return
            try:
                now = time.monotonic()
                if not viewer.may_speak(now):
                    if not viewer.may_stay(now):
                        hub.count(Why.TOO_MANY)
                        with suppress(WebSocketDisconnect):
                            await socket.close(_POLICY, "Too many messages.")
                        return
                    raise Refused(Why.TOO_MANY, "Too many at once; wait a moment.")
                text = received.get("text")
                if text is None:
                    raise Refused(Why.BYTES, "The coach could not read that message.")
                hub.heed(viewer, parse(text))
            except Refused as refused:
                hub.refuse(viewer, refused)


def _words(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status, HEADERS)


class Server:
    """The thread that serves a hub.

    Parameters
    ----------
    hub : Hub
    token : str
        Opens the page from the network.
    port : int or None
        To listen on, or the next that is free; ``None`` begins at `FIRST_PORT`, 0 takes any.
    lan, lan_control : bool
        Whether to listen on the network too, and to heed keys from there.

    Attributes
    ----------
    guard : Guard or None
        With the port and the address, once it listens.
    """

    def __init__(
        self, hub: Hub, token: str, port: int | None, *, lan: bool, lan_control: bool
    ) -> None:
        self.guard: Guard | None = None
        self._hub = hub
        self._token = token
        self._port = port
        self._lan = lan
        self._lan_control = lan_control
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Guard:
        """Listen and serve.

        Raises
        ------
        CoachError
            If it cannot listen.
        """
        lan = lan_address() if self._lan else None
        sockets = listen(self._port, lan)
        port = int(sockets[0].getsockname()[1])
        self.guard = Guard(port, self._token, lan, self._lan_control)
        config = uvicorn.Config(
            Application(self._hub, self.guard),
            loop="asyncio",
            http=Http,
            ws=Socket,
            ws_max_size=_UNREAD,
            ws_ping_interval=_PING,
            ws_ping_timeout=_PING,
            ws_per_message_deflate=False,
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",  # a terminal display draws on this screen
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=_MOST_CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._run, args=(self._server, sockets), name="live page", daemon=True
        )
        self._thread.start()
        return self.guard

    def stop(self) -> None:
        """Serve no more; may be called twice."""
        thread, self._thread = self._thread, None
        if self._server is not None and thread is not None:
            self._server.should_exit = True
            thread.join(3 * _STOP_PATIENCE + 1.0)

    def _run(self, server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._serve(server, sockets))
        except BaseException as error:  # nothing of this thread may end the program
            self._hub.fault = self._hub.fault or error
        finally:
            self._hub.attach(None)
            self._hub.all_seen.set()
            for each in sockets:
                each.close()

    async def _serve(self, server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._note)
        self._hub.attach(loop)
        await server.serve(sockets)
        for each in list(server.server_state.connections):
            each.transport.abort()
        await asyncio.sleep(0)

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """Keep a fault for the end; by itself asyncio would write into the picture."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._hub.fault = self._hub.fault or error


def lan_address() -> str:
    """Return this machine's address on the network; nothing is sent to find it.

    Raises
    ------
    CoachError
        If there is no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # An address reserved for documentation (RFC 5737): only the route to it is looked up.
            probe.connect(("192.0.2.1", 9))
            address = str(probe.getsockname()[0])
        except OSError:
            address = "0.0.0.0"
    if address.startswith("127.") or address == "0.0.0.0":
        raise CoachError("--lan: this computer is in no network; connect it, or ride without --lan")
    return address


def listen(port: int | None, lan: str | None) -> list[socket.socket]:
    """Return listening sockets on one port: of this machine, and of the network if given.

    Raises
    ------
    CoachError
        If there is no such port.
    """
    first = FIRST_PORT if port is None else port
    for each in _ports(first):
        try:
            return _bound(each, lan)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM) and sys.platform != "win32":
                raise CoachError(
                    f"--port {each}: this program may not listen there; take one above 1023"
                ) from None
            if error.errno == errno.EADDRNOTAVAIL:
                raise CoachError(
                    f"--lan: the address {lan} went away; check the network and try again"
                ) from None
    where = "any port" if first == 0 else f"port {first} and the {_PORTS_TRIED - 1} after it"
    raise CoachError(f"{where}: in use by other programs; take another with --port")


def _ports(first: int) -> Iterator[int]:
    for each in range(_PORTS_TRIED):
        if first == 0:
            yield 0  # another that is free, should the network's side of it be in use
        elif first + each <= 65535:
            yield first + each


def _bound(port: int, lan: str | None) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for address in [LOOPBACK] if lan is None else [LOOPBACK, lan]:
            each = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            sockets.append(each)
            if sys.platform == "win32":
                # There SO_REUSEADDR would share a port that another program listens on.
                each.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            each.bind((address, port))
            port = int(each.getsockname()[1])
            each.listen(_MOST_CONNECTIONS)
    except OSError:
        for each in sockets:
            each.close()
        raise
    return sockets
