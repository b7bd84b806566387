"""One guarded GET of a small document, on plain sockets.

Unlike a scan's requests this one is made from a page that somebody waits for, so it has to work under gevent
too: every wait is an ordinary socket's. Everything together ends within its time, whatever the server does.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPException, HTTPResponse
from time import monotonic
from urllib.parse import urljoin

from app.engine.net.guard import AllowList, is_permitted
from app.engine.net.resolver import LookupFailedError, resolve
from app.engine.net.target import Target, TargetError, parse_target

MAX_BYTES = 256_000
REDIRECTS = (301, 302, 303, 307, 308)
_MAX_HOPS = 3
_MAX_HEAD = 32_000
_MOST_ADDRESSES = 2
_PIECE = 16_384
_AGENT = "CloudEye/1.0 (ownership)"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})", re.I)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.I)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, or why there is none: url_invalid, dns_…, address_refused, unreachable, timeout, tls_failed
    or broken. The body may be cut at the bound."""

    url: str
    status: int = 0
    content_type: str = ""
    location: str = ""
    body: bytes = b""
    error: str | None = None


def fetch_once(
    url: str,
    *,
    ca_file: str,
    allow: Sequence[str] = (),
    dns_servers: Sequence[str] = (),
    timeout: float = 10.0,
    max_bytes: int = MAX_BYTES,
) -> Fetched:
    """GET, no redirect followed, within `timeout` seconds. Addresses that the guard refuses are not
    contacted."""
    end = monotonic() + timeout
    try:
        target = parse_target(url)
        addresses = resolve(target.host, timeout, dns_servers=dns_servers)
    except TargetError:
        return Fetched(url, error="url_invalid")
    except LookupFailedError as error:
        return Fetched(url, error="timeout" if error.reason == "dns_timeout" else error.reason)
    allowed = AllowList.of(allow)
    permitted = [each for each in addresses if is_permitted(each, allowed)]
    if not permitted:
        return Fetched(url, error="address_refused")
    fetched = Fetched(url, error="unreachable")
    for address in permitted[:_MOST_ADDRESSES]:
        fetched = _from(target, address, ca_file, end, max_bytes)
        if fetched.error != "unreachable":
            break
    return fetched


@dataclass(frozen=True, slots=True)
class Getter:
    """Gets addresses until the moment `end` of `time.monotonic()`."""

    ca_file: str
    allow: Sequence[str]
    dns_servers: Sequence[str]
    end: float

    def __call__(self, url: str, max_bytes: int) -> Fetched:
        """The answer after redirects within the host; one that leads off it comes back as it is."""
        got = self._once(url, max_bytes)
        for _ in range(_MAX_HOPS - 1):
            if got.error is not None or got.status not in REDIRECTS or leaves_host(got):
                break
            got = self._once(urljoin(got.url, got.location), max_bytes)
        return got

    def _once(self, url: str, max_bytes: int) -> Fetched:
        return fetch_once(
            url,
            ca_file=self.ca_file,
            allow=self.allow,
            dns_servers=self.dns_servers,
            timeout=max(self.end - monotonic(), 0.01),
            max_bytes=max_bytes,
        )


def leaves_host(got: Fetched) -> bool:
    """Whether a redirect leads off the host. To another port of it counts as off, but for 80 and 443."""
    try:
        here, there = parse_target(got.url), parse_target(urljoin(got.url, got.location))
    except (TargetError, ValueError):
        return True
    is_same_port = here.port == there.port or {here.port, there.port} == {80, 443}
    return here.host != there.host or not is_same_port


def _from(target: Target, address: str, ca_file: str, end: float, max_bytes: int) -> Fetched:
    try:
        sock = socket.create_connection((address, target.port), max(end - monotonic(), 0.01))
    except TimeoutError:
        return Fetched(target.url, error="timeout")
    except OSError:
        return Fetched(target.url, error="unreachable")
    try:
        with sock:
            wire = _TlsWire(sock, end, target.host, ca_file) if target.scheme == "https" else _Wire(sock, end)
            return _ask(wire, target, max_bytes)
    except TimeoutError:
        return Fetched(target.url, error="timeout")
    except ssl.SSLError:
        return Fetched(target.url, error="tls_failed")
    except (OSError, HTTPException, ValueError):
        return Fetched(target.url, error="broken")


class _Wire:
    """A socket whose every wait counts against one deadline."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock, self._end = sock, end

    def send(self, data: bytes) -> None:
        self._sock.settimeout(self._left())
        self._sock.sendall(data)

    def receive(self) -> bytes:
        """What has come; empty at the end. Raises TimeoutError and OSError."""
        self._sock.settimeout(self._left())
        return self._sock.recv(_PIECE)

    def _left(self) -> float:
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _TlsWire(_Wire):
    """The same through TLS, with our own hands on the bytes: the library's handshake has no deadline as a
    whole where gevent has replaced the sockets."""

    def __init__(self, sock: socket.socket, end: float, host: str, ca_file: str) -> None:
        super().__init__(sock, end)
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = _context(ca_file).wrap_bio(self._in, self._out, server_hostname=host)
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._exchange()
        self._flush()

    def send(self, data: bytes) -> None:
        self._tls.write(data)
        self._flush()

    def receive(self) -> bytes:
        while True:
            try:
                return self._tls.read(_PIECE)
            except ssl.SSLWantReadError:
                self._exchange()
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                return b""

    def _exchange(self) -> None:
        self._flush()
        data = super().receive()
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()

    def _flush(self) -> None:
        data = self._out.read()
        if data:
            super().send(data)


@lru_cache(maxsize=4)
def _context(ca_file: str) -> ssl.SSLContext:
    """Loading the authorities costs some 24 ms, so it is done once."""
    context = ssl.create_default_context(cafile=ca_file)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _ask(wire: _Wire, target: Target, max_bytes: int) -> Fetched:
    lines = (
        f"GET {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        f"User-Agent: {_AGENT}",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
    )
    wire.send("\r\n".join(lines).encode("ascii"))
    received = bytearray()
    while not _is_whole(received, max_bytes):
        data = wire.receive()
        if not data:
            break
        received += data
    return _read(bytes(received), target, max_bytes)


def _is_whole(received: bytearray, max_bytes: int) -> bool:
    """Whether all of the answer is there, or as much as is wanted."""
    head = received.find(b"\r\n\r\n", 0, _MAX_HEAD)
    if head < 0:
        return len(received) >= _MAX_HEAD
    size = len(received) - head - 4
    if size >= max_bytes:
        return True
    start = bytes(received[:head])
    if _CHUNKED.search(start):
        return received.endswith(b"\r\n0\r\n\r\n")
    length = _LENGTH.search(start)
    return length is not None and size >= int(length[1])


class _Heard:
    """What `HTTPResponse` takes for a socket."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self._received))


def _read(received: bytes, target: Target, max_bytes: int) -> Fetched:
    response = HTTPResponse(_Heard(received), method="GET")  # type: ignore[arg-type]
    response.begin()
    try:
        body = response.read(max_bytes)
    except HTTPException:
        # A body that breaks off is no body that proves anything.
        return Fetched(target.url, response.status, error="broken")
    return Fetched(
        target.url,
        response.status,
        (response.getheader("content-type") or "").partition(";")[0].strip().lower(),
        response.getheader("location") or "",
        body,
    )
