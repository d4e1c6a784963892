"""The page, its socket, its charts and nothing else, as one application (ASGI)."""

from __future__ import annotations

import asyncio
import gzip
import time
from contextlib import suppress
from pathlib import Path

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from coach.live.web.guard import CLOSING, METHODS, Guard, header_values
from coach.live.web.hub import Hub
from coach.live.web.viewers import Viewer
from coach.live.web.wire import Refused, Why, message, parse

SOCKET = "/socket"
_NOTHING = "There is nothing here."
_STATIC = Path(__file__).with_name("static")
_PAGE = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/style.css": ("style.css", "text/css; charset=utf-8"),
    "/app.js": ("app.js", "text/javascript; charset=utf-8"),
    "/profile.js": ("profile.js", "text/javascript; charset=utf-8"),
    "/sound.js": ("sound.js", "text/javascript; charset=utf-8"),
}
"""All that is served of the disk, by the whole path that is asked for."""

_POLICY, _TOO_BIG, _TRY_LATER = 1008, 1009, 1013
"""Why a socket is closed (RFC 6455, section 7.4.1, and its registry)."""


class Application:
    """The page, its socket, its charts and nothing else (ASGI)."""

    def __init__(self, hub: Hub, guard: Guard) -> None:
        self._hub = hub
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a connection."""
        if scope["type"] == "websocket":
            await self._open(WebSocket(scope, receive, send))
            return
        try:
            response = self._respond(scope)
        except Refused as refused:
            response = self._refusal(refused)
        await response(scope, receive, send)

    async def _open(self, socket: WebSocket) -> None:
        """Let a viewer in whom the guard knows; nobody is listened to before."""
        guard = self._guard
        try:
            guard.check_host(socket.scope)
            guard.check_origin(socket.scope)
            from_lan = guard.from_lan(socket.scope)
            if from_lan:
                guard.check_token(socket.scope)
        except Refused as refused:
            await socket.send_denial_response(self._refusal(refused))
            return
        if socket.scope["path"] != SOCKET:
            await socket.send_denial_response(_words(_NOTHING, 404))
            return
        await socket.accept()
        try:
            await self._attend(socket, control=not from_lan or guard.lan_control)
        except WebSocketDisconnect:
            pass  # while something was sent to it
        except Exception as error:
            self._hub.note(error)
            socket.state.abort()

    def _respond(self, scope: Scope) -> Response:
        guard, path = self._guard, scope["path"]
        guard.check_host(scope)
        if scope["method"] not in METHODS:
            raise Refused(Why.METHOD, "This page can only be looked at.")
        if guard.from_lan(scope):
            shown = guard.tokens_in_address(scope)
            if path == "/" and len(shown) == 1 and guard.is_token(shown[0]):
                welcome = RedirectResponse("/", 303, CLOSING)
                welcome.set_cookie(guard.cookie, guard.token, httponly=True, samesite="strict")
                return welcome
            guard.check_token(scope)
        if path in _PAGE:
            name, kind = _PAGE[path]
            with suppress(OSError):
                return _packed((_STATIC / name).read_bytes(), kind, scope)
        if path in self._hub.charts:
            return Response(self._hub.charts[path], 200, CLOSING, "image/png")
        return _words(_NOTHING, 404)

    def _refusal(self, refused: Refused) -> Response:
        self._hub.count(refused.why)
        return _words(str(refused), {Why.HOST: 400, Why.METHOD: 405}.get(refused.why, 403))

    async def _attend(self, socket: WebSocket, *, control: bool) -> None:
        """Serve a viewer until it goes."""
        hub, viewer = self._hub, Viewer(control=control)
        try:
            hub.enter(viewer)
        except Refused as refused:
            hub.count(refused.why)
            await socket.send_text(message("refused", why=str(refused)))
            await socket.close(_TRY_LATER, str(refused))
            return
        writing = asyncio.create_task(self._write(socket, viewer))
        try:
            await self._listen(socket, viewer)
        finally:
            hub.leave(viewer)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _write(self, socket: WebSocket, viewer: Viewer) -> None:
        async def send(text: str) -> None:
            try:
                await socket.send_text(text)
            except RuntimeError:  # uvicorn has begun to close it
                raise WebSocketDisconnect from None

        try:
            await viewer.write(self._hub.hello(viewer), send, self._hub.frame)
        except WebSocketDisconnect:
            pass  # whoever listens hears of it too
        except Exception as error:
            self._hub.note(error)
            socket.state.abort()

    async def _listen(self, socket: WebSocket, viewer: Viewer) -> None:
        hub = self._hub
        while True:
            received = await socket.receive()
            if received["type"] == "websocket.disconnect":
                if received.get("code") == _TOO_BIG:
                    hub.count(Why.TOO_LARGE)
                return
            try:
                now = time.monotonic()
                if not viewer.may_speak(now):
                    if not viewer.may_stay(now):
                        hub.count(Why.TOO_MANY)
                        await socket.close(_POLICY, "Too many messages.")
                        return
                    raise Refused(Why.TOO_MANY, "Too many at once; wait a moment.")
                text = received.get("text")
                if text is None:
                    raise Refused(Why.BYTES, "The coach could not read that message.")
                hub.heed(viewer, parse(text))
            except Refused as refused:
                hub.refuse(viewer, refused)


def _packed(content: bytes, kind: str, scope: Scope) -> Response:
    """Return a file of the page, packed for whoever can unpack it; nothing in it is secret."""
    headers = {**CLOSING, "vary": "accept-encoding"}
    if any("gzip" in each for each in header_values(scope, b"accept-encoding")):
        content = gzip.compress(content, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(content, 200, headers, kind)


def _words(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status, CLOSING)
