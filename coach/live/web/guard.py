"""Who may speak to the page's server, and what every answer says to the browser. Pure.

The page moves a brake, so it listens to this machine alone; a phone in the same network comes in
by an address of its own, with a token. On which side somebody comes in is told by the address of
the socket that took the connection, never by what the stranger says of it.

The rules are those of the reference notes on the look, section 1: a fixed set of hosts (a name of
an attacker that resolves to this machine is none of them), a fixed set of origins for the socket
(browsers send the page's, and any page may try), a token where there is no origin, and a content
security policy under which nothing from outside is loaded.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from coach.live.web.wire import Refused, Why

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""On every answer, whatever it is ..."""
CLOSING = {**HEADERS, "connection": "close"}
"""... and on all but the socket's: one request, one connection, and no limbo between two."""

LOOPBACK = "127.0.0.1"
METHODS = ("GET", "HEAD")

Scope = Mapping[str, Any]
"""A connection as ASGI tells of it."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Knows who may come in.

    Parameters
    ----------
    port : int
        The server's, on both sides.
    token : str
        What a stranger cannot guess.
    lan : str or None
        The address on the network, if the server listens there.
    lan_control : bool
        Whether keys from there count.
    """

    port: int
    token: str = field(repr=False)
    lan: str | None = None
    lan_control: bool = False

    @property
    def cookie(self) -> str:
        """The token's name in the browser; other servers of the same host are other ports."""
        return f"coach-{self.port}"

    def from_lan(self, scope: Scope) -> bool:
        """Return whether a connection came in from the network.

        Raises
        ------
        Refused
            If it came in by an address that this server does not listen on.
        """
        address = (scope.get("server") or ("", 0))[0]
        if address == LOOPBACK:
            return False
        if self.lan is not None and address == self.lan:
            return True
        raise Refused(Why.HOST, "The coach does not listen there.")

    def check_host(self, scope: Scope) -> None:
        """Refuse a request for a host that is not this one, which a page of strangers may send.

        Raises
        ------
        Refused
        """
        if _header(scope, b"host") not in self._hosts(scope):
            raise Refused(Why.HOST, "The coach does not go by that name; use the address it told.")

    def check_origin(self, scope: Scope) -> None:
        """Refuse a socket that another page asks for, or a program without the token.

        Raises
        ------
        Refused
        """
        origins = header_values(scope, b"origin")
        if not origins:
            self.check_token(scope)
        elif len(origins) > 1 or origins[0] not in {f"http://{h}" for h in self._hosts(scope)}:
            raise Refused(Why.ORIGIN, "Only the coach's own page may speak to it.")

    def check_token(self, scope: Scope) -> None:
        """Refuse whoever has the token neither in the address nor in a cookie.

        Raises
        ------
        Refused
        """
        shown = [*self.tokens_in_address(scope), *self._tokens_in_cookies(scope)]
        if not any(self.is_token(each) for each in shown):
            raise Refused(
                Why.TOKEN,
                "This page needs the whole address that the coach told in its terminal, "
                "or its QR code: open that.",
            )

    def is_token(self, text: str) -> bool:
        """Return whether a text is the token, in the same time whatever it is."""
        return hmac.compare_digest(text.encode(), self.token.encode())

    def tokens_in_address(self, scope: Scope) -> list[str]:
        """Return what the address gives as token."""
        query = bytes(scope.get("query_string", b"")).decode("latin-1")
        try:
            return parse_qs(query, max_num_fields=8, errors="replace").get("token", [])
        except ValueError:
            return []

    def _tokens_in_cookies(self, scope: Scope) -> Iterable[str]:
        for header in header_values(scope, b"cookie"):
            for each in header.split(";"):
                name, _, value = each.strip().partition("=")
                if name == self.cookie:
                    yield value

    def _hosts(self, scope: Scope) -> set[str]:
        names = {f"{self.lan}"} if self.from_lan(scope) else {LOOPBACK, "localhost"}
        hosts = {f"{name}:{self.port}" for name in names}
        # Browsers leave out the port that http has anyway.
        return hosts | names if self.port == 80 else hosts


def header_values(scope: Scope, wanted: bytes) -> list[str]:
    """Return the values of all headers of a name (in small letters)."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == wanted]


def _header(scope: Scope, wanted: bytes) -> str | None:
    """Return the one header of that name; ``None`` if there is none, or more than one."""
    found = header_values(scope, wanted)
    return found[0] if len(found) == 1 else None
