"""The browser's only way out: a forward proxy on loopback that judges every address before it connects.

A browser asks for far more than the page: pictures, frames, redirects, WebSockets, whatever a script thinks
of. It resolves no name itself and goes through here with everything, so one guard stands before all of it.
Addresses are pinned: the one that was judged is the one that is connected to. Bytes, connections and time
are bounded. One thread a connection, in the browser's own short-lived process.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import monotonic

from app.engine.net.guard import AllowList, is_permitted
from app.engine.net.resolver import LookupFailedError, resolve
from app.engine.net.target import TargetError, parse_target

MAX_BYTES = 80_000_000
MAX_CONNECTIONS = 96
_MAX_REQUEST_HEAD = 65_536
_MAX_ANSWER_HEAD = 300_000
_CONNECT_SECONDS = 10.0
_IDLE_SECONDS = 30.0
_DNS_SECONDS = 5.0
_CHUNK = 65_536
# Chromium's own errands, which tell its maker about the page's forms, and which no page asks for.
_ERRANDS = frozenset(
    {
        "clients2.google.com",
        "clientservices.googleapis.com",
        "content-autofill.googleapis.com",
        "edgedl.me.gvt1.com",
        "optimizationguide-pa.googleapis.com",
        "safebrowsing.googleapis.com",
        "update.googleapis.com",
    }
)
# These speak about one hop, and ours is another one.
_HOP_HEADERS = (b"connection:", b"proxy-connection:", b"keep-alive:", b"proxy-authorization:")


class RefusedError(Exception):
    """No way there. `reason` is a key of `errors.ERRORS`."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host}: {reason}")
        self.host, self.reason = host, reason


class GuardProxy:
    """Serves from its making until `close()`.

    `failures` tells by host why there was no way, `addresses` what the names led to; both are bounded by the
    number of connections. `is_spent` is set when the bytes are used up: nothing goes through any more.
    """

    def __init__(
        self,
        allow: AllowList,
        *,
        dns_servers: Sequence[str] = (),
        max_bytes: int = MAX_BYTES,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self.failures: dict[str, str] = {}
        self.addresses: dict[str, tuple[str, ...]] = {}
        self.is_spent = False
        self._allow = allow
        self._dns_servers = dns_servers
        self._left = max_bytes
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(max_connections)
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="guard-proxy", daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def why_failed(self, urls: Iterable[str]) -> str | None:
        """Why there was no way to the first of these addresses that there was none to."""
        for url in urls:
            try:
                reason = self.failures.get(parse_target(url).host)
            except TargetError:
                continue
            if reason is not None:
                return reason
        return None

    def close(self) -> None:
        """Stop serving, and end every connection."""
        self.is_spent = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections = list(self._open)
        for each in connections:
            # Closing is for the connection's own thread; this wakes it up.
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to the host, at an address that passed the guard. Raises RefusedError."""
        if host in _ERRANDS:
            raise RefusedError(host, "address_refused")
        try:
            addresses = resolve(host, _DNS_SECONDS, dns_servers=self._dns_servers)
        except LookupFailedError as error:
            raise RefusedError(host, error.reason) from None
        self.addresses[host] = tuple(addresses)
        permitted = [each for each in addresses if is_permitted(each, self._allow)]
        if not permitted:
            raise RefusedError(host, "address_refused")
        reason = "connect_failed"
        for address in permitted:
            try:
                return socket.create_connection((address, port), _CONNECT_SECONDS / len(permitted))
            except OSError as error:
                reason = _reason_of(error)
        raise RefusedError(host, reason)

    def count(self, size: int) -> None:
        """Take received bytes off what is left. Raises ConnectionError when that was the last of it."""
        with self._lock:
            self._left -= size
            if self._left < 0:
                self.is_spent = True
        if self.is_spent:
            raise ConnectionAbortedError

    def _accept(self) -> None:
        while not self.is_spent:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._slots.acquire(blocking=False):
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()
            else:
                client.close()

    def _serve(self, client: socket.socket) -> None:
        upstream: socket.socket | None = None
        self._remember(client)
        try:
            client.settimeout(_IDLE_SECONDS)
            head, rest = _read_head(client, _MAX_REQUEST_HEAD)
            upstream = self._reach(client, head)
            if upstream is not None:
                if rest:
                    upstream.sendall(rest)
                self._relay(client, upstream)
        except RefusedError as error:
            # No answer at all: one of ours would be taken for the page.
            self.failures[error.host] = error.reason
        except (OSError, TargetError, ValueError):
            pass  # Either side went away or spoke nonsense; the browser sees a broken connection.
        finally:
            self._forget(client, upstream)
            self._slots.release()

    def _reach(self, client: socket.socket, head: bytes) -> socket.socket | None:
        """Connect as the request's head says, and pass it on."""
        method, address, version = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        if method == "CONNECT":
            target = parse_target(f"https://{address}/")
            upstream = self._connected(target.host, target.port)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            return upstream
        scheme, _, rest = address.partition("://")
        authority, _, path = rest.partition("/")
        target = parse_target(f"{scheme}://{authority}/")
        if target.scheme != "http":
            return None
        upstream = self._connected(target.host, target.port)
        upstream.sendall(_rewritten_request(head, f"{method} /{path} {version}", target.authority))
        answer, body = _read_answer_head(client, upstream)
        self.count(len(answer) + len(body))
        client.sendall(answer + body)
        return upstream

    def _connected(self, host: str, port: int) -> socket.socket:
        upstream = self.connect(host, port)
        upstream.settimeout(_IDLE_SECONDS)
        self._remember(upstream)
        return upstream

    def _relay(self, client: socket.socket, upstream: socket.socket) -> None:
        """Both ways until one side has ended, or nothing came for a while."""
        last = monotonic()
        while not self.is_spent and monotonic() - last < _IDLE_SECONDS:
            ready, _, _ = select.select([client, upstream], [], [], 1.0)
            for source in ready:
                data = source.recv(_CHUNK)
                if not data:
                    return
                last = monotonic()
                if source is upstream:
                    self.count(len(data))
                (client if source is upstream else upstream).sendall(data)

    def _remember(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def _forget(self, *connections: socket.socket | None) -> None:
        with self._lock:
            self._open.difference_update(connections)
        for each in connections:
            if each is not None:
                each.close()


def _read_head(source: socket.socket, limit: int) -> tuple[bytes, bytes]:
    """The head with its empty line, and what came after it. Raises ValueError when it is too long."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = source.recv(_CHUNK)
        if not more:
            raise ConnectionResetError
        data += more
        if len(data) > limit + _CHUNK:
            raise ValueError("the head is too long")
    head, _, rest = data.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _read_answer_head(client: socket.socket, upstream: socket.socket) -> tuple[bytes, bytes]:
    """The head of the final answer, saying that the connection ends after it, and the body's beginning.

    The next request on the browser's connection may be for another host, so each connection carries one.
    """
    head, rest = _read_head(upstream, _MAX_ANSWER_HEAD)
    while head.startswith((b"HTTP/1.1 100", b"HTTP/1.1 102", b"HTTP/1.1 103")):
        upstream_head, _, rest = rest.partition(b"\r\n\r\n") if b"\r\n\r\n" in rest else (b"", b"", rest)
        if upstream_head:
            head = upstream_head + b"\r\n\r\n"
        else:
            head, rest = _read_head(upstream, _MAX_ANSWER_HEAD)
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(_HOP_HEADERS)]
    return b"\r\n".join([lines[0], b"Connection: close", *lines[1:]]), rest


def _rewritten_request(head: bytes, first: str, authority: str) -> bytes:
    """The request as its own server wants it: path alone, the judged host, one request a connection."""
    lines = [
        line
        for line in head.split(b"\r\n")[1:]
        if line and not line.lower().startswith((*_HOP_HEADERS, b"host:"))
    ]
    own = [first.encode("ascii"), f"Host: {authority}".encode("ascii"), b"Connection: close"]
    return b"\r\n".join([*own, *lines]) + b"\r\n\r\n"


def _reason_of(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connect_refused"
    return "connect_timeout" if isinstance(error, TimeoutError) else "connect_failed"
