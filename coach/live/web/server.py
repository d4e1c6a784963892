"""Serves the page, in a thread with a loop of its own.

Starlette and uvicorn speak HTTP, websockets the socket. Sockets are bound here, before anything is
served, to this machine's own address alone, and to one address of the network where a phone is to
look on.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import uvicorn

from coach.errors import CoachError
from coach.live.web.application import Application
from coach.live.web.guard import LOOPBACK, Guard
from coach.live.web.hub import Hub
from coach.live.web.protocols import MOST_CONNECTIONS, Http, Socket
from coach.live.web.wire import LONGEST

FIRST_PORT = 8765
"""Where the page is looked for when nobody says otherwise."""
_PORTS_TRIED = 20
_UNREAD = 8 * LONGEST
"""A message beyond this is not even read to its end: the viewer is sent away."""
_PING = 5.0
"""Between two pings; and after one, until a viewer that has not taken it is cut [s]."""
_STOP_PATIENCE = 4.0
"""How long to wait for the server's thread [s]; viewers have a second of it to hear the end."""


class _Uvicorn(uvicorn.Server):
    """uvicorn's server, which waits to be told that it is over instead of looking all the time."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.over = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end."""
        await self.over.wait()


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
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: _Uvicorn | None = None
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
            date_header=False,
            backlog=MOST_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        # What is told from here on waits in the loop until its thread runs.
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._note)
        self._hub.attach(self._loop)
        self._server = _Uvicorn(config)
        self._thread = threading.Thread(
            target=self._run,
            args=(self._loop, self._server, sockets),
            name="live page",
            daemon=True,
        )
        self._thread.start()
        return self.guard

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Serve no more; may be called twice."""
        thread, self._thread = self._thread, None
        if thread is not None and self._server is not None and self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._server.over.set)
            thread.join(_STOP_PATIENCE)

    def _run(
        self, loop: asyncio.AbstractEventLoop, server: _Uvicorn, sockets: list[socket.socket]
    ) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(self._serve(server, sockets))
        except BaseException as error:  # nothing of this thread may end the program
            self._hub.note(error)
        finally:
            self._hub.attach(None)
            self._hub.all_seen.set()
            for each in sockets:
                each.close()

    async def _serve(self, server: _Uvicorn, sockets: list[socket.socket]) -> None:
        await server.serve(sockets)
        for each in list(server.server_state.connections):
            each.transport.abort()
        await asyncio.sleep(0)

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """Keep a fault for the end; by itself asyncio would write into the picture."""
        error = context.get("exception")
        # A viewer whose connection broke is no fault; some systems report it as one.
        if isinstance(error, BaseException) and not isinstance(error, ConnectionError):
            self._hub.note(error)


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

    Parameters
    ----------
    port : int or None
        As `Server` takes it.
    lan : str or None
        This machine's address on the network.

    Raises
    ------
    CoachError
        If this program may not listen there, the address is gone, or no port is free.
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
    raise CoachError("no port is free for the live page; ride without it by --terminal-only")


def _ports(first: int) -> Iterator[int]:
    """Yield a port and those after it, then any that are free: no ride fails of its page's port."""
    yield from range(first, min(first + _PORTS_TRIED, 65536)) if first else ()
    for _ in range(_PORTS_TRIED):
        yield 0  # another each time, should the network's side of it be in use


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
            each.listen(MOST_CONNECTIONS)
    except OSError:
        for each in sockets:
            each.close()
        raise
    return sockets
