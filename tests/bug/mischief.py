"""What no server should do, each in a way that keeps a careless client for ever."""

from __future__ import annotations

import gzip
import io
import socket
import struct
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

from tests.bug.hostile import Act, Call

BOMB = 64 * 1024 * 1024
"""Bytes a compressed answer has when it is unpacked."""


def _sent(connection: socket.socket, status: str, body: bytes, *headers: str) -> None:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers)
    connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def _page(connection: socket.socket, body: str | bytes, *headers: str, status: str = "200 OK") -> None:
    raw = body.encode() if isinstance(body, str) else body
    _sent(connection, status, raw, "Content-Type: text/html; charset=utf-8", *headers)


def _for_ever(connection: socket.socket, call: Call, start: bytes, pieces: Iterator[bytes]) -> None:
    connection.sendall(start)
    for piece in pieces:
        if call.closing.is_set():
            return
        connection.sendall(piece)


def hangs(connection: socket.socket, call: Call) -> None:
    """Accepts and says nothing."""
    call.closing.wait(60)


def hangs_in_headers(connection: socket.socket, call: Call) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-More")
    call.closing.wait(60)


def hangs_in_body(connection: socket.socket, call: Call) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n<html>")
    call.closing.wait(60)


def endless_headers(connection: socket.socket, call: Call) -> None:
    lines = (f"X-Line-{n}: {'a' * 900}\r\n".encode() * 20 for n in range(10**9))
    _for_ever(connection, call, b"HTTP/1.1 200 OK\r\n", lines)


def endless_body(connection: socket.socket, call: Call) -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>"
    _for_ever(connection, call, start, iter(lambda: b"<p>more</p>" * 1000, b""))


def endless_chunks(connection: socket.socket, call: Call) -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    _for_ever(connection, call, start, iter(lambda: b"2710\r\n" + b"a" * 10_000 + b"\r\n", b""))


def endless_continue(connection: socket.socket, call: Call) -> None:
    _for_ever(connection, call, b"", iter(lambda: b"HTTP/1.1 100 Continue\r\n\r\n" * 50, b""))


def redirects_in_circles(connection: socket.socket, call: Call) -> None:
    onwards = {"/": "/a", "/a": "/b", "/b": "/"}.get(call.path, "/")
    _sent(connection, "302 Found", b"", f"Location: {onwards}")


def redirects_for_ever(connection: socket.socket, call: Call) -> None:
    _sent(connection, "302 Found", b"", f"Location: {call.path}x")


def redirects_to_nonsense(connection: socket.socket, call: Call) -> None:
    _sent(connection, "302 Found", b"", "Location: http://[::1", "Location: \xff\xfe//")


def garbage(connection: socket.socket, call: Call) -> None:
    connection.sendall(bytes((7 * n * n + 13 * n) % 256 for n in range(4096)))


def half_garbage(connection: socket.socket, call: Call) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=\xff\xfe\r\nSet-Cookie: \x80=\xff; ;;=\r\n"
    connection.sendall(
        head + b"Content-Security-Policy: \xfe;;;script-src\r\n: empty\r\nno colon\r\n\r\n\xff\x00<a href="
    )


@cache
def _bomb() -> bytes:
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb", compresslevel=1, mtime=0) as packed:
        for _ in range(BOMB // 1_048_576):
            packed.write(b"\x20" * 1_048_576)
    return held.getvalue()


def gzip_bomb(connection: socket.socket, call: Call) -> None:
    _page(connection, _bomb(), "Content-Encoding: gzip")


def many_links(connection: socket.socket, call: Call) -> None:
    links = "".join(f"<a href=/p/{n}>{n}</a>" for n in range(100_000)) if call.path == "/" else "a page"
    _page(connection, links)


def calendar(connection: socket.socket, call: Call) -> None:
    day = int(call.target.rpartition("=")[2]) if "day=" in call.target else 0
    _page(connection, "".join(f'<a href="/calendar?day={day + n}">{day + n}</a>' for n in range(1, 32)))


def growing_queries(connection: socket.socket, call: Call) -> None:
    sign = "&" if "?" in call.target else "?"
    links = "".join(f'<a href="{call.target}{sign}{name}=1">again</a>' for name in "abc")
    _page(connection, links.replace("&", "&amp;"))


def growing_paths(connection: socket.socket, call: Call) -> None:
    _page(connection, f'<a href="{call.path.rstrip("/")}/more/">deeper</a><a href="more/">deeper</a>')


def too_many_requests(connection: socket.socket, call: Call) -> None:
    _sent(connection, "429 Too Many Requests", b"", "Retry-After: 1")


def patience_forever(connection: socket.socket, call: Call) -> None:
    _sent(connection, "503 Service Unavailable", b"", "Retry-After: 99999")


def resets(connection: socket.socket, call: Call) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def drips(connection: socket.socket, call: Call) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    while not call.closing.wait(0.1):
        connection.sendall(b"a")


def huge_cookies(connection: socket.socket, call: Call) -> None:
    cookies = (f"Set-Cookie: c{n}={'a' * 3000}; Path=/{'b' * 500}" for n in range(60))
    _page(connection, "<p>hello</p>", *cookies)


def invalid_utf8(connection: socket.socket, call: Call) -> None:
    _page(connection, b"<title>\xff\xfe\xc0\x80</title><a href='/\xe2\x28\xa1'>\xf0\x28\x8c\x28</a>" * 50)


def huge_robots(connection: socket.socket, call: Call) -> None:
    if call.path == "/robots.txt":
        body = b"User-agent: *\n" + b"Disallow: /private-and-secret/area*of*stars*/x$\n" * 220_000
        _sent(connection, "200 OK", body, "Content-Type: text/plain")
    else:
        _page(connection, '<a href="/private-and-secret/area-of-x-of-stars">x</a>')


def binary_page(connection: socket.socket, call: Call) -> None:
    _page(connection, bytes(range(256)) * 2000)


def deep_page(connection: socket.socket, call: Call) -> None:
    _page(connection, "<div>" * 100_000 + "<form><input type=password>" * 1000)


def long_runs(connection: socket.socket, call: Call) -> None:
    """Text that makes careless expressions go back and forth."""
    runs = ("<!--" * 20_000, "a" * 200_000, "://" * 30_000, "." * 100_000, "1." * 50_000, " \t" * 50_000)
    more = ("at a.b(" * 20_000, "/*" * 40_000, "password=" * 15_000, "eyJ" * 30_000, "-----BEGIN " * 10_000)
    _page(connection, "<p>" + "\n".join((*runs, *more)))


def long_scripts(connection: socket.socket, call: Call) -> None:
    if call.path.endswith(".js"):
        runs = ("/*!" * 50_000, "jQuery v1." * 20_000, '"' * 50_000, "location" * 20_000, "eval(" * 30_000)
        _sent(connection, "200 OK", "\n".join(runs).encode(), "Content-Type: text/javascript")
    else:
        _page(connection, '<script src="/jquery-1.2.3.js"></script><script src="/b.js"></script>')


def deep_data(connection: socket.socket, call: Call) -> None:
    """JSON and XML whose depth or entities overflow a careless reader."""
    if call.path == "/":
        _page(connection, '<a href="/data.json">data</a>')
    elif call.path.endswith(".xml"):
        lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 20))
        body = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "boom">{lines}]><x>&e19;</x>'
        _sent(connection, "200 OK", body.encode(), "Content-Type: text/xml")
    else:
        _sent(connection, "200 OK", b"[" * 200_000 + b'{"a":' * 100_000, "Content-Type: application/json")


_STRANGE = [
    r"http://[::1",
    r"//",
    r"///",
    r"http://",
    r"https://127.0.0.1:99999/",
    r"javascript:alert(1)",
    r"\\a\b",
    r"%",
    r"/%00",
    r"/%ff",
    r"mailto:x@y",
    r"data:text/html,x",
    r"http://a@b@127.0.0.1/",
    r"/..;/x",
    r"?",
    r"#",
    r"http://127.0.0.1:1/x",
    r"http://127.0.0.2/",
    r"http://169.254.169.254/latest/",
    r"ftp://127.0.0.1/",
    "/a b",
    "x" * 9000,
]


def strange_links(connection: socket.socket, call: Call) -> None:
    links = "".join(
        f'<a href="{each}">x</a><form action="{each}"></form><script src="{each}"></script>'
        for each in _STRANGE
    )
    _page(connection, links + f'<base href="{quote("http://[", safe="")}">')


def wrong_length(connection: socket.socket, call: Call) -> None:
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: -5\r\n\r\n<p>short</p>"
    )


HOSTILE: dict[str, Act] = {
    act.__name__.replace("_", " "): act
    for act in (
        hangs,
        hangs_in_headers,
        hangs_in_body,
        endless_headers,
        endless_body,
        endless_chunks,
        endless_continue,
        redirects_in_circles,
        redirects_for_ever,
        redirects_to_nonsense,
        garbage,
        half_garbage,
        gzip_bomb,
        many_links,
        calendar,
        growing_queries,
        growing_paths,
        too_many_requests,
        patience_forever,
        resets,
        drips,
        huge_cookies,
        invalid_utf8,
        huge_robots,
        binary_page,
        deep_page,
        long_runs,
        long_scripts,
        deep_data,
        strange_links,
        wrong_length,
    )
}
