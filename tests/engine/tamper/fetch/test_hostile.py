"""Servers that attack the one who fetches: each ends in time and in memory, with a name for what it was."""

from __future__ import annotations

import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable
from itertools import count

import pytest

from tests.bounded import within_cpu
from tests.engine.tamper.fetch.conftest import Fetch
from tests.engine.targets import Target, redirect, reply, reset

MEGABYTE = 1_000_000
Act = Callable[[socket.socket, bytes], None]


def raw(*pieces: bytes) -> Act:
    """Send exactly this, then close."""

    def act(connection: socket.socket, _request: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return act


def endless(head: bytes, piece: bytes) -> Act:
    """Send the head, then the piece until the other side has enough."""

    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return act


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def test_it_cuts_a_page_of_100_megabytes(fetch: Fetch) -> None:
    head = OK + b"Content-Length: 100000000\r\n\r\n"
    with Target(endless(head, b"x" * 65_536)) as target:
        tracemalloc.start()
        seen = fetch(target.url(), timeout_ms=10_000)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (seen.error, seen.is_cut, len(seen.body)) == (None, True, 5 * MEGABYTE)
    assert peak < 20 * MEGABYTE


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_it_cuts_a_bomb_while_it_unpacks(fetch: Fetch, coding: str) -> None:
    packer = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    bomb = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(300)) + packer.flush()
    with Target(reply(bomb, headers=(f"Content-Encoding: {coding}",))) as target:
        tracemalloc.start()
        seen = fetch(target.url())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (seen.error, seen.is_cut, len(seen.body)) == (None, True, 5 * MEGABYTE)
    assert peak < 20 * MEGABYTE


@pytest.mark.parametrize("headers", [("Content-Encoding: gzip, gzip",), ("Content-Encoding: gzip",) * 2])
def test_it_does_not_unpack_what_is_packed_twice(fetch: Fetch, headers: tuple[str, ...]) -> None:
    bomb = gzip.compress(gzip.compress(bytes(50 * MEGABYTE)))
    with Target(reply(bomb, headers=headers)) as target, within_cpu(1):
        seen = fetch(target.url())
    assert (seen.error, seen.body) == ("body_unreadable", b"")


def test_it_names_a_body_that_is_not_packed_as_it_says(fetch: Fetch) -> None:
    with Target(reply(b"plain", headers=("Content-Encoding: gzip",))) as target:
        assert fetch(target.url()).error == "body_unreadable"


def test_it_cuts_chunks_without_end(fetch: Fetch) -> None:
    with Target(endless(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n")) as target:
        seen = fetch(target.url())
    assert (seen.is_cut, len(seen.body)) == (True, 5 * MEGABYTE)


def test_it_does_not_wait_for_drops(fetch: Fetch) -> None:
    with Target(lambda connection, _: drip(connection)) as target:

        def drip(connection: socket.socket) -> None:
            connection.sendall(CHUNKED)
            while not target.until_closed.wait(0.05):
                connection.sendall(b"1\r\nx\r\n")

        started = time.monotonic()
        seen = fetch(target.url(), timeout_ms=600)
    assert time.monotonic() - started < 2
    assert (seen.error, seen.body, seen.status) == ("timeout", b"", 200)


def test_it_does_not_wait_for_silence(fetch: Fetch) -> None:
    with Target(lambda _connection, _request: target.until_closed.wait(10)) as target:
        assert fetch(target.url(), timeout_ms=300).error == "timeout"


def test_it_ends_redirects_that_go_on(fetch: Fetch) -> None:
    numbers = count()

    def on(connection: socket.socket, request: bytes) -> None:
        redirect(f"/{next(numbers)}")(connection, request)

    with Target(on) as target:
        seen = fetch(target.url())
        assert len(target.requests) == 11
    assert (seen.error, len(seen.redirects)) == ("too_many_redirects", 11)


def test_it_names_redirects_in_a_circle(fetch: Fetch) -> None:
    def circle(connection: socket.socket, request: bytes) -> None:
        redirect("/b" if request.startswith(b"GET /a") else "/a")(connection, request)

    with Target(circle) as target:
        seen = fetch(target.url("/a"))
    assert seen.error == "redirect_loop"
    assert seen.final_url == target.url("/a")


def test_it_is_not_led_on_by_a_new_cookie_every_time(fetch: Fetch) -> None:
    numbers = count()

    def gate(connection: socket.socket, request: bytes) -> None:
        headers = ("Location: /", f"Set-Cookie: c{next(numbers)}={'x' * 4000}")
        reply(b"", "302 Found", headers)(connection, request)

    with Target(gate) as target:
        assert fetch(target.url()).error == "too_many_redirects"


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://10.0.0.1/", "address_refused"),
        ("http://169.254.169.254/latest/meta-data", "address_refused"),
        ("http://[::ffff:10.0.0.1]/", "address_refused"),
        ("http://0x0a000001/", "address_refused"),
        ("file:///etc/passwd", "redirect_invalid"),
        ("javascript:alert(1)", "redirect_invalid"),
        ("http://127.0.0.1:99999/", "redirect_invalid"),
        ("http://" + "a" * 9000, "redirect_invalid"),
    ],
)
def test_it_is_led_to_no_forbidden_place(fetch: Fetch, location: str, error: str) -> None:
    with Target(redirect(location)) as target:
        seen = fetch(target.url())
    assert (seen.error, seen.body) == (error, b"")
    assert (seen.redirects[0].url, seen.redirects[0].status) == (target.url(), 302)


def test_it_reads_headers_up_to_a_bound(fetch: Fetch) -> None:
    with Target(endless(OK, b"X-Filler: " + b"x" * 60_000 + b"\r\n")) as target:
        assert fetch(target.url()).error == "headers_too_large"
    with Target(endless(OK, b"x" * 60_000)) as target:
        assert fetch(target.url()).error == "headers_too_large"


def test_it_reads_announcements_up_to_a_bound(fetch: Fetch) -> None:
    with Target(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)) as target:
        seen = fetch(target.url(), timeout_ms=8000)
    assert seen.error in ("headers_too_large", "protocol_error", "timeout")


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ((b"",), "empty_reply"),
        ((OK + b"Content-Length: 1000\r\n\r\n", b"short"), "body_incomplete"),
        ((OK + b"Content-Length: 1000\r\n\r\n",), "body_incomplete"),
        ((CHUNKED + b"5\r\nhello\r\n",), "body_incomplete"),
        ((CHUNKED + b"zz\r\nhello\r\n",), "protocol_error"),
        ((b"<html>HTTP/0.9</html>",), "protocol_error"),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), "protocol_error"),
        ((b"\x00" * 100,), "protocol_error"),
        ((OK + b"Content-Length: -5\r\n\r\n", b"hello"), "protocol_error"),
        ((OK + b"no colon\r\n\r\n", b"hello"), "protocol_error"),
    ],
)
def test_it_names_an_answer_that_is_none(fetch: Fetch, pieces: tuple[bytes, ...], error: str) -> None:
    with Target(raw(*pieces)) as target:
        seen = fetch(target.url(), timeout_ms=3000)
    assert (seen.error, seen.body) == (error, b"")


def test_it_names_a_connection_broken_midway(fetch: Fetch) -> None:
    def half(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(OK + b"Content-Length: 1000\r\n\r\nhalf")
        reset(connection)

    with Target(half) as target:
        assert fetch(target.url()).error in ("connection_reset", "body_incomplete")


def test_it_reads_as_much_as_was_announced(fetch: Fetch) -> None:
    with Target(reply(b"hello and more", length=5)) as target:
        assert fetch(target.url()).body == b"hello"


def test_it_takes_a_body_without_any_announcement(fetch: Fetch) -> None:
    with Target(raw(b"HTTP/1.0 200 OK\r\n\r\nhello")) as target:
        seen = fetch(target.url())
    assert (seen.body, seen.headers, seen.content_type) == (b"hello", (), "")


def test_it_keeps_what_no_charset_can_read(fetch: Fetch) -> None:
    body = bytes(range(256))
    headers = ("Content-Type: text/html; charset=\xff\xfe\x01nonsense", "X-Bytes: \xe4\xba\x91")
    with Target(raw(OK + "\r\n".join(headers).encode("latin-1") + b"\r\n\r\n" + body)) as target:
        seen = fetch(target.url())
    assert (seen.body, seen.error) == (body, None)
    assert ("X-Bytes", "\xe4\xba\x91") in seen.headers


def test_one_hostile_server_does_not_hold_up_the_others(fetch: Fetch) -> None:
    with (
        Target(endless(CHUNKED, b"0001\r\nx\r\n" * 1000)) as hostile,
        Target(reply(b"fine")) as good,
    ):
        started = time.monotonic()
        assert fetch(hostile.url()).is_cut
        assert fetch(good.url()).body == b"fine"
    assert time.monotonic() - started < 10
