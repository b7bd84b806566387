"""The browser's only way out, spoken to by hand."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.engine.browser.guard_proxy import GuardProxy
from app.engine.net.guard import AllowList
from tests.engine.targets import NameServer, Target, free_port, reply

PERMITTED = AllowList.of(("127.0.0.1",))


@contextmanager
def proxy(allow: AllowList = PERMITTED, **how: object) -> Iterator[GuardProxy]:
    guard = GuardProxy(allow, **how)  # type: ignore[arg-type]
    try:
        yield guard
    finally:
        guard.close()


def ask(guard: GuardProxy, *pieces: str) -> bytes:
    """Send the pieces, each after something has come for the one before; everything that came."""
    received = b""
    with socket.create_connection(("127.0.0.1", guard.port), 10) as connection:
        try:
            for number, piece in enumerate(pieces):
                connection.sendall(piece.encode())
                if number < len(pieces) - 1:
                    received += connection.recv(65_536)
            while data := connection.recv(65_536):
                received += data
        except ConnectionError:
            pass
    return received


def test_it_passes_a_request_on_as_its_server_wants_it() -> None:
    with proxy() as guard, Target(reply(b"hello")) as target:
        head = f"GET {target.url('/a?b')} HTTP/1.1\r\nHost: evil.test\r\nProxy-Connection: keep-alive"
        answer = ask(guard, head + "\r\nX: 1\r\n\r\n")
        request = target.requests[0].decode()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\nConnection: close\r\n")
    assert answer.endswith(b"hello")
    assert (
        request == f"GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\nConnection: close\r\nX: 1\r\n\r\n"
    )


def test_it_passes_announcements_on_silently() -> None:
    wire = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello"
    with proxy() as guard, Target(lambda connection, _: connection.sendall(wire)) as target:
        answer = ask(guard, f"GET {target.url()} HTTP/1.1\r\n\r\n")
    assert answer == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"


def test_it_opens_a_tunnel() -> None:
    with proxy() as guard, Target(reply(b"hello")) as target:
        answer = ask(guard, f"CONNECT 127.0.0.1:{target.port} HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\n")
    assert answer.endswith(b"hello")


@pytest.mark.parametrize("request_line", ["GET http://{}:{}/ HTTP/1.1", "CONNECT {}:{} HTTP/1.1"])
@pytest.mark.parametrize("host", ["127.0.0.2", "0x7f.2", "[::1]", "10.0.0.1", "169.254.169.254"])
def test_it_answers_nothing_about_a_forbidden_address(request_line: str, host: str) -> None:
    with proxy() as guard, Target(reply(b"secret"), host="127.0.0.2") as target:
        assert ask(guard, request_line.format(host, target.port) + "\r\n\r\n") == b""
        assert target.requests == []
        assert set(guard.failures.values()) == {"address_refused"}


def test_it_judges_what_a_name_leads_to() -> None:
    zone = {"in.test": ("127.0.0.2",), "ok.test": ("127.0.0.1",)}
    with (
        NameServer(zone) as names,
        Target(reply(b"hello")) as target,
        proxy(dns_servers=[names.address]) as guard,
    ):
        for host in ("in.test", "ok.test", "none.test"):
            ask(guard, f"GET {target.url(host=host)} HTTP/1.1\r\n\r\n")
    assert guard.failures == {"in.test": "address_refused", "none.test": "dns_not_found"}
    assert guard.addresses == {"in.test": ("127.0.0.2",), "ok.test": ("127.0.0.1",)}
    assert len(target.requests) == 1


def test_it_runs_no_errands_for_the_browsers_maker() -> None:
    host = "content-autofill.googleapis.com"
    with NameServer({host: ("127.0.0.1",)}) as names, proxy(dns_servers=[names.address]) as guard:
        assert ask(guard, f"CONNECT {host}:443 HTTP/1.1\r\n\r\n") == b""
        assert names.asked == {}


def test_it_tells_that_nobody_listens() -> None:
    with proxy() as guard:
        assert ask(guard, f"CONNECT 127.0.0.1:{free_port()} HTTP/1.1\r\n\r\n") == b""
    assert guard.failures == {"127.0.0.1": "connect_refused"}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "GET / HTTP/1.1",
        "GET file:///etc/passwd HTTP/1.1",
        "GET https://127.0.0.1/ HTTP/1.1",
        "CONNECT x HTTP/1.1 x",
        "CONNECT user@127.0.0.1:80 HTTP/1.1",
    ],
)
def test_it_drops_what_it_does_not_understand(line: str) -> None:
    with proxy() as guard:
        assert ask(guard, f"{line}\r\n\r\n") == b""


def test_it_lets_no_more_bytes_through_than_permitted() -> None:
    with proxy(max_bytes=200_000) as guard, Target(reply(bytes(1_000_000))) as target:
        assert len(ask(guard, f"GET {target.url()} HTTP/1.1\r\n\r\n")) < 300_000
        assert guard.is_spent


def test_it_serves_no_more_connections_than_permitted() -> None:
    with (
        proxy(max_connections=1) as guard,
        Target(reply()) as target,
        socket.create_connection(("127.0.0.1", guard.port)) as first,
    ):
        tunnel = f"CONNECT 127.0.0.1:{target.port} HTTP/1.1\r\n\r\n"
        first.sendall(tunnel.encode())
        assert first.recv(100)
        assert ask(guard, tunnel) == b""


def test_it_reads_no_head_without_end() -> None:
    with proxy() as guard:
        assert ask(guard, "GET http://127.0.0.1/ HTTP/1.1\r\nX: " + "x" * 300_000) == b""
