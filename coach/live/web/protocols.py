"""uvicorn's protocols, held to fewer connections and less patience than they have of their own.

A stranger who opens sockets and says nothing must not take the files from under a ride, and one who
asks for answers without reading them must not take its memory. Every answer wears the headers of
`coach.live.web.guard`, also those that no application has made.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from coach.live.web.guard import CLOSING, HEADERS
from coach.live.web.viewers import BURST, PER_SECOND, Bucket

if TYPE_CHECKING:
    import h11
    from uvicorn._types import ASGISendEvent
    from websockets.frames import Frame
    from websockets.http11 import Request, Response

MOST_CONNECTIONS = 96
"""On one side: viewers, and what they fetch."""
LIFETIME = 30.0
"""In this time a connection has asked, has its answer, or is cut [s]."""
LAST_WORDS = 5.0
"""So long a viewer may take to take what was said to it before it was let go [s]."""
_MOST_PARTS = 16
"""A message may come in so many."""


class Http(H11Protocol):
    """uvicorn's HTTP, with few connections that do not stay."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, for one request; not more of them than a ride's files can stand."""
        super().connection_made(transport)
        # Those who come from the network must not keep the rider's own page out.
        beside = sum(getattr(each, "server", None) == self.server for each in self.connections)
        if beside > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._end = self.loop.call_later(LIFETIME, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._may_stay()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over; a socket stays."""
        self._may_stay()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, with the same headers as everything else."""
        _turn_away(self.transport)

    def _may_stay(self) -> None:
        if self._end is not None:
            self._end.cancel()


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's websocket, which a viewer that takes nothing is thrown out of."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand the way out on to the application."""
        super().connection_made(transport)
        self.app_state = {"abort": self.transport.abort}
        self._signs = Bucket(BURST, PER_SECOND)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Turn away whoever asks for a socket in a way that cannot be read.

        Of a request with a body, or with too many headers, uvicorn would never hear, and wait.
        """
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            _turn_away(self.transport)

    def handle_connect(self, event: Request) -> None:
        """Answer the handshake, with the same headers as everything else."""
        accept = self.conn.accept

        def accept_with_headers(request: Request) -> Response:
            response = accept(request)
            response.headers.update(HEADERS)
            return response

        self.conn.accept = accept_with_headers  # type: ignore[method-assign]
        super().handle_connect(event)

    async def send(self, message: ASGISendEvent) -> None:
        """Send to whoever is still there: asyncio writes a line for each try after that."""
        if self.transport.is_closing():
            raise ClientDisconnected
        await super().send(message)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Let a viewer go; one that takes nothing would be waited for for ever."""
        super().on_task_complete(task)
        if not self.disconnected:
            self._end = self.loop.call_later(LAST_WORDS, self.transport.abort)

    def shutdown(self) -> None:
        """Let a viewer go as the server ends; one that is just leaving cannot be told so."""
        greeted = self.handshake_complete and not self.close_sent
        if greeted and self.conn.state is not State.OPEN:
            self.stop_keepalive()
            self.transport.close()
        else:
            super().shutdown()

    def handle_ping(self) -> None:
        """Answer a ping; but answers that nobody takes would pile up."""
        if self._is_quiet():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Take a viewer for alive; not in endless haste."""
        if self._is_quiet():
            super().handle_pong(event)

    def _is_quiet(self) -> bool:
        """Return whether a sign of life is to be heeded; cut whoever gives too many."""
        quiet = self._signs.take(self.loop.time())
        if not quiet:
            self.transport.abort()
        return quiet

    def handle_cont(self, event: Frame) -> None:
        """Take one more part of a message; but empty ones would pile up."""
        if len(self.frames) < _MOST_PARTS:
            super().handle_cont(event)
        else:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """Close at once: what a silent viewer has not taken would be waited for for ever."""
        super().keepalive_timeout()
        self.transport.abort()


def _turn_away(transport: asyncio.Transport) -> None:
    """Answer what cannot be read, with the same headers as everything else."""
    lines = ["HTTP/1.1 400 Bad Request", "content-length: 0"]
    lines += [f"{name}: {value}" for name, value in CLOSING.items()]
    transport.write("\r\n".join([*lines, "", ""]).encode())
    transport.close()
