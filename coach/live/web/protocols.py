"""uvicorn's protocols, held to fewer connections and less patience than they have of their own.

A stranger who opens sockets and says nothing must not take the files from under a ride, and one who
asks for answers without reading them must not take its memory. Every answer wears the headers of
`coach.live.web.guard`, also those that no application has made.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from coach.live.web.guard import CLOSING, HEADERS
from coach.live.web.viewers import BURST, PER_SECOND, Bucket

if TYPE_CHECKING:
    import h11
    from websockets.frames import Frame
    from websockets.http11 import Request, Response

MOST_CONNECTIONS = 96
"""On one side: viewers, and what they fetch."""
LIFETIME = 30.0
"""In this time a connection has asked, has its answer, or is cut [s]."""
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
        lines = ["HTTP/1.1 400 Bad Request", "content-length: 0"]
        lines += [f"{name}: {value}" for name, value in CLOSING.items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode())
        self.transport.close()

    def _may_stay(self) -> None:
        if self._end is not None:
            self._end.cancel()


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's websocket, which a viewer that takes nothing is thrown out of."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand the way out on to the application."""
        super().connection_made(transport)
        self.app_state = {"abort": self.transport.abort}
        self._pings = Bucket(BURST, PER_SECOND)

    def handle_connect(self, event: Request) -> None:
        """Answer the handshake, with the same headers as everything else."""
        accept = self.conn.accept

        def accept_with_headers(request: Request) -> Response:
            response = accept(request)
            response.headers.update(HEADERS)
            return response

        self.conn.accept = accept_with_headers  # type: ignore[method-assign]
        super().handle_connect(event)

    def handle_ping(self) -> None:
        """Answer a ping; but answers that nobody takes would pile up."""
        if self._pings.take(self.loop.time()):
            super().handle_ping()
        else:
            self.transport.abort()

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
