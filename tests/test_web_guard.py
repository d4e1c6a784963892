"""Who may speak to the page that moves a brake: every rule, against the real server."""

from __future__ import annotations

import gzip
import hmac
import logging
import socket

import pytest
from pages import HANDSHAKE, LAN, Answer, ask, connected, is_cut, page, port_of, say, served
from websockets.exceptions import InvalidStatus

from coach.live.web import application, protocols, server
from coach.live.web.display import End
from coach.live.web.guard import HEADERS, Guard
from coach.live.web.wire import Refused

FILES = ("index.html", "style.css", "app.js", "profile.js", "sound.js")


@pytest.fixture(autouse=True, scope="module")
def _files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("static")
    for name in FILES:
        (folder / name).write_text(f"this is {name}")
    (folder / "secret.txt").write_text("secret")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "_STATIC", folder)
        patch.setattr(server, "lan_address", lambda: LAN)
        yield


@pytest.fixture(scope="module")
def at_home():
    with served() as display:
        yield display


@pytest.fixture(scope="module")
def on_lan():
    with served(lan=True) as display:
        yield display


def token_of(display):
    return display.lan_url.rpartition("=")[2]


def cookie_of(display):
    return f"coach-{port_of(display)}={token_of(display)}"


def wears_the_headers(answer: Answer) -> bool:
    return all(answer.headers.get(name) == value for name, value in HEADERS.items())


def test_the_headers_are_those_of_the_rules():
    assert HEADERS == {
        "content-security-policy": (
            "default-src 'self'; connect-src 'self'; img-src 'self' data:; "
            "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    }


# --- where it listens -----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["127.0.0.2", "127.0.0.3"])
def test_it_listens_to_this_machine_alone(at_home, address):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, port_of(at_home)), 2)


def test_with_lan_it_listens_to_one_more_address_and_no_other(on_lan):
    socket.create_connection((LAN, port_of(on_lan)), 2).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.3", port_of(on_lan)), 2)


# --- Host -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1:{}", "localhost:{}"])
def test_its_own_names_are_answered(at_home, host):
    answer = ask(at_home, host=host.format(port_of(at_home)))
    assert (answer.status, answer.body) == (200, b"this is index.html")
    assert wears_the_headers(answer)


STRANGE_HOSTS = (
    "evil.example:{}", "127.0.0.1", "localhost", "127.0.0.1:1", "localhost.:{}", "127.0.0.2:{}",
    "127.0.0.1:{}.evil.example", "[::1]:{}", "0.0.0.0:{}", "127.1:{}", "user@127.0.0.1:{}",
)  # fmt: skip


@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_a_strange_host_is_refused(at_home, host):
    before = at_home.refused["from a stranger (Host)"]
    answer = ask(at_home, host=host.format(port_of(at_home)))
    assert answer.status == 400
    assert wears_the_headers(answer)
    assert b"index.html" not in answer.body
    assert at_home.refused["from a stranger (Host)"] == before + 1


@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_a_strange_host_gets_no_socket(at_home, host):
    port = port_of(at_home)
    answer = ask(
        at_home,
        "/socket",
        *HANDSHAKE,
        f"Origin: http://127.0.0.1:{port}",
        host=host.format(port),
    )
    assert answer.status == 400
    assert wears_the_headers(answer)


def test_what_the_server_before_it_would_let_through_is_refused():
    guard = Guard(8765, "token")
    own = (b"host", b"127.0.0.1:8765")
    scope = {"server": ("127.0.0.1", 8765), "query_string": b"", "headers": [own]}
    guard.check_host(scope)
    with pytest.raises(Refused):
        guard.check_host({**scope, "headers": [own, own]})
    origin = (b"origin", b"http://127.0.0.1:8765")
    guard.check_origin({**scope, "headers": [own, origin]})
    with pytest.raises(Refused):
        guard.check_origin({**scope, "headers": [own, origin, origin]})
    for address in (("127.0.0.2", 8765), ("0.0.0.0", 8765), ("/tmp/socket", None), None):
        with pytest.raises(Refused):
            guard.check_host({**scope, "server": address})
    assert "token" not in repr(guard)


def test_the_port_of_http_need_not_be_named():
    guard = Guard(80, "token")
    scope = {"server": ("127.0.0.1", 80), "headers": [(b"host", b"localhost")]}
    guard.check_host(scope)
    guard.check_origin({**scope, "headers": [*scope["headers"], (b"origin", b"http://localhost")]})


def test_no_host_or_two_are_refused(at_home):
    port = port_of(at_home)
    assert say(at_home, b"GET / HTTP/1.0\r\n\r\n").status == 400
    assert ask(at_home, host=None).status == 400
    assert ask(at_home, "/", f"Host: 127.0.0.1:{port}").status == 400


# --- Origin ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_its_own_page_gets_a_socket(at_home, name):
    port = port_of(at_home)
    own = f"{name}:{port}"
    answer = ask(at_home, "/socket", *HANDSHAKE, f"Origin: http://{own}", host=own)
    assert answer.status == 101
    assert wears_the_headers(answer)


STRANGE_ORIGINS = (
    "http://evil.example", "null", "https://127.0.0.1:{}", "http://127.0.0.1", "http://127.0.0.1:1",
    "http://127.0.0.1:{}/", "http://127.0.0.1:{}.evil.example", "HTTP://127.0.0.1:{}", "",
    "http://127.0.0.2:{}", "file://", "127.0.0.1:{}",
)  # fmt: skip


@pytest.mark.parametrize("origin", STRANGE_ORIGINS)
def test_the_page_of_a_stranger_gets_none(at_home, origin):
    before = at_home.refused["from a stranger (Origin)"]
    told = f"Origin: {origin.format(port_of(at_home))}"
    answer = ask(at_home, "/socket", *HANDSHAKE, told)
    assert answer.status == 403  # and so nothing was accepted
    assert wears_the_headers(answer)
    assert at_home.refused["from a stranger (Origin)"] == before + 1
    assert at_home.viewers == 0


def test_two_origins_are_one_too_many(at_home):
    own = f"Origin: http://127.0.0.1:{port_of(at_home)}"
    assert ask(at_home, "/socket", *HANDSHAKE, own, own).status == 400  # by websockets itself


def test_a_program_without_origin_needs_the_token(at_home, on_lan):
    assert ask(at_home, "/socket", *HANDSHAKE).status == 403
    assert ask(on_lan, "/socket", *HANDSHAKE).status == 403
    assert ask(on_lan, "/socket?token=guess", *HANDSHAKE).status == 403
    assert ask(on_lan, f"/socket?token={token_of(on_lan)}", *HANDSHAKE).status == 101


# --- the network's side ---------------------------------------------------------------------------


def test_the_token_opens_the_page_and_leaves_the_address(on_lan):
    answer = ask(on_lan, f"/?token={token_of(on_lan)}", at=LAN)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert wears_the_headers(answer)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(cookie_of(on_lan) + ";")
    told = {each.strip().lower() for each in cookie.split(";")}
    assert {"httponly", "samesite=strict", "path=/"} <= told
    own = ask(on_lan, "/", f"Cookie: other=1; {cookie_of(on_lan)}", at=LAN)
    assert (own.status, own.body) == (200, b"this is index.html")


def test_a_token_is_long_and_new_each_time(at_home, on_lan):
    assert len(token_of(on_lan)) >= 20
    assert at_home.lan_url is None
    assert at_home._token != on_lan._token


@pytest.mark.parametrize("path", ["/", "/app.js", "/chart-dark.png", "/nothing", "/socket"])
@pytest.mark.parametrize("shown", ["", "?token=", "?token=guess", "?TOKEN={}", "?token=x{}"])
def test_without_the_token_there_is_nothing_but_words(on_lan, path, shown):
    answer = ask(on_lan, path + shown.format(token_of(on_lan)), at=LAN)
    assert answer.status == 403
    assert b"address that the coach told" in answer.body
    assert wears_the_headers(answer)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("cookie", ["coach={1}", "{0}=guess", "{0}={1}x", "x{0}={1}", "{1}={0}"])
def test_a_wrong_cookie_opens_nothing(on_lan, cookie):
    told = cookie.format(f"coach-{port_of(on_lan)}", token_of(on_lan))
    assert ask(on_lan, "/", f"Cookie: {told}", at=LAN).status == 403


def test_the_token_is_compared_in_the_same_time_whatever_it_is(on_lan, monkeypatch):
    asked = []
    monkeypatch.setattr(hmac, "compare_digest", lambda *both: asked.append(both) or False)
    assert ask(on_lan, f"/?token={token_of(on_lan)}", at=LAN).status == 403
    assert asked


def test_the_socket_of_the_network_needs_origin_and_token(on_lan):
    port = port_of(on_lan)
    own, cookie = f"Origin: http://{LAN}:{port}", f"Cookie: {cookie_of(on_lan)}"
    strange = f"Origin: http://127.0.0.1:{port}"
    assert ask(on_lan, "/socket", *HANDSHAKE, own, cookie, at=LAN).status == 101
    assert ask(on_lan, "/socket", *HANDSHAKE, own, at=LAN).status == 403
    assert ask(on_lan, "/socket", *HANDSHAKE, strange, cookie, at=LAN).status == 403


def test_the_side_is_told_by_the_socket_and_not_by_the_host(on_lan):
    port = port_of(on_lan)
    assert ask(on_lan, at=LAN, host=f"127.0.0.1:{port}").status == 400
    assert ask(on_lan, at=LAN, host=f"localhost:{port}").status == 400
    assert ask(on_lan, host=f"{LAN}:{port}").status == 400


def test_a_phone_may_only_look(on_lan):
    with page(on_lan, LAN, Cookie=cookie_of(on_lan)) as phone, page(on_lan) as here:
        assert (phone.hello["control"], here.hello["control"]) == (False, True)
        for kind, fields in (
            ("start", {}), ("key", {"key": "harder"}), ("seek", {"at_s": 1}),
            ("speed", {"speed": 2}),
        ):  # fmt: skip
            phone.say(kind, **fields)
            assert "only look" in phone.hear_of("refused")["why"]
        phone.say("sound", on=True)
        phone.say("seen")
        phone.say("key", key="quit")
        assert "only look" in phone.hear()["why"]  # and nothing was said of what may be said
        assert on_lan.sounding == 1
        assert not on_lan.keys()
        assert not on_lan.wishes()
    assert on_lan.refused["from a viewer without control"] >= 5


def test_with_control_a_phones_keys_count():
    with served(lan=True, lan_control=True) as display:
        with page(display, LAN, Cookie=cookie_of(display)) as phone:
            assert phone.hello["control"]
            phone.say("key", key="harder")
            phone.say("bye")
            phone.hear_of("refused")
        assert display.keys() == ["harder"]


# --- what is served -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES[1:])
def test_the_files_of_the_page_are_served(at_home, name):
    answer = ask(at_home, f"/{name}")
    assert (answer.status, answer.body) == (200, f"this is {name}".encode())
    assert wears_the_headers(answer)
    kind = "text/css" if name.endswith("css") else "text/javascript"
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"


def test_a_browser_gets_them_packed(at_home):
    answer = ask(at_home, "/app.js", "Accept-Encoding: gzip, deflate, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == b"this is app.js"
    assert wears_the_headers(answer)
    assert "content-encoding" not in ask(at_home, "/app.js").headers


@pytest.mark.parametrize(
    "path",
    ["/secret.txt", "/index.html", "/../server.py", "/%2e%2e/server.py", "/..%2fserver.py", "//",
     "/app.js/", "/app.js%00", "/static/app.js", "/C:/app.js", "/\\app.js", "/chart-dark.png",
     "http://evil.example/app.js", "*", "/favicon.ico", "/socket"],
)  # fmt: skip
def test_and_nothing_else(at_home, path):
    answer = ask(at_home, path)
    assert answer.status in (400, 404)
    assert b"this is" not in answer.body
    assert b"secret" not in answer.body
    assert wears_the_headers(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
def test_nothing_can_be_changed_but_by_the_socket(at_home, method):
    answer = ask(at_home, "/", "Content-Length: 0", method=method)
    assert answer.status == 405
    assert wears_the_headers(answer)
    assert not at_home.keys()


def test_head_is_get_without_a_body(at_home):
    answer = ask(at_home, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")


def test_charts_are_there_after_the_end_alone():
    with served() as display, page(display) as here:
        assert ask(display, "/chart-dark.png").status == 404
        display.end(End("Done", chart_light=b"light", chart_dark=b"dark"))
        assert here.hear_of("end")["chart"] is True
        for name in ("light", "dark"):
            answer = ask(display, f"/chart-{name}.png")
            assert (answer.body, answer.headers["content-type"]) == (name.encode(), "image/png")
            assert wears_the_headers(answer)


# --- nonsense -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [b"\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x00\r\n\r\n",
     b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_http_is_told_so(at_home, raw):
    answer = say(at_home, raw)
    assert answer.status == 400
    assert wears_the_headers(answer)


@pytest.mark.parametrize("missing", [2, 3])
def test_half_a_handshake_gets_an_answer_with_the_headers(at_home, missing):
    half = [each for number, each in enumerate(HANDSHAKE) if number != missing]
    answer = ask(at_home, "/socket", *half, f"Origin: http://127.0.0.1:{port_of(at_home)}")
    assert 400 <= answer.status < 500
    assert wears_the_headers(answer)


@pytest.mark.parametrize(
    "more",
    [["Content-Length: 5"], ["Transfer-Encoding: chunked"], ["X: y"] * 200, ["X: " + "y" * 9000]],
)
def test_a_handshake_that_cannot_be_read_keeps_no_place(at_home, more):
    own = f"Origin: http://127.0.0.1:{port_of(at_home)}"
    answer = ask(at_home, "/socket", *HANDSHAKE, own, *more)
    assert 400 <= answer.status < 500
    assert wears_the_headers(answer)


def test_another_path_has_no_socket(at_home):
    own = f"Origin: http://127.0.0.1:{port_of(at_home)}"
    answer = ask(at_home, "/", *HANDSHAKE, own)
    assert answer.status == 404
    assert wears_the_headers(answer)


def test_nobody_can_take_all_connections(monkeypatch):
    monkeypatch.setattr(protocols, "MOST_CONNECTIONS", 3)
    with served(lan=True) as display:
        port = port_of(display)
        silent = [socket.create_connection((LAN, port), 5) for _ in range(3)]
        one_more = socket.create_connection((LAN, port), 5)
        try:
            assert is_cut(one_more)
            # The rider's own page comes in by another side.
            assert ask(display).status == 200
        finally:
            for each in (*silent, one_more):
                each.close()


def test_nobody_can_stay_without_asking(monkeypatch):
    monkeypatch.setattr(protocols, "LIFETIME", 0.1)
    with served() as display, page(display) as here:
        with socket.create_connection(("127.0.0.1", port_of(display)), 5) as silent:
            silent.sendall(b"GET / HTTP/1.1\r\nHost: ")
            assert is_cut(silent)
        # Whoever has a socket, and had it before, stays.
        here.say("bye")
        here.hear_of("refused")


def test_nothing_is_written_into_the_picture(at_home, capfd, caplog):
    say(at_home, b"nonsense\r\n\r\n")
    ask(at_home, host="evil.example")
    ask(at_home, "/socket", *HANDSHAKE, "Origin: http://evil.example")
    with pytest.raises(InvalidStatus):
        connected(at_home, Origin="null")
    with page(at_home) as here:
        here.socket.send(b"\x00")
        here.hear_of("refused")
    assert capfd.readouterr() == ("", "")
    # Where nobody has set up logging, Python writes warnings to standard error by itself.
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]
