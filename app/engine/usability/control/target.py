"""Asking one control target whether this machine's own network is there. Non-blocking, in the engine's loop.

An answer of any kind will do, a refused connection included: whoever refuses has been reached. A name server
that only says SERVFAIL has not reached anybody itself, so that is no answer.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import dns.exception
import dns.message
import dns.rcode
import pycurl

from app.engine.net.curl import LONG, Request, Transfer
from app.engine.net.dns_wire import read_message
from app.engine.net.gateway import is_neighbour, poke
from app.engine.net.hosts import is_address
from app.engine.net.reactor import READ, WRITE, Timer

if TYPE_CHECKING:
    from app.engine.net.resolver import Answer
    from app.engine.usability.loop import ProbeLoop

PORTS = {"http": 80, "https": 443, "dns": 53, "tcp": 0, "gateway": 0}
ANSWERS = frozenset({dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.REFUSED})


@dataclass(frozen=True, slots=True)
class Target:
    """One target: `tcp://host:port`, `dns://server`, `http(s)://host/…`, or `gateway://address`."""

    text: str
    kind: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a target told: `is_here` within `ms`, or why not."""

    target: Target
    is_here: bool
    ms: float
    why: str = ""


def parse_target(text: str) -> Target:
    """Raises ValueError when it is not of the forms above."""
    parts = urlsplit(text.strip())
    port = parts.port or PORTS.get(parts.scheme, 0)
    if parts.scheme not in PORTS or not parts.hostname or (parts.scheme == "tcp" and not port):
        raise ValueError("must be tcp://host:port, dns://server or https://host")
    return Target(text.strip(), parts.scheme, parts.hostname, port)


class Asking:
    """One question to one target. `on_told` is called once, in the loop; `cancel()` ends it without."""

    def __init__(self, loop: ProbeLoop, target: Target, seconds: float, on_told: Callable[[Told], None]):
        self._loop, self._target, self._on_told = loop, target, on_told
        self._began = monotonic()
        self._sock: socket.socket | None = None
        self._transfer: Transfer | None = None
        self._timers: list[Timer] = []
        self._is_over = False
        self._seconds = seconds
        self._later(seconds, lambda: self._tell(False, "silent"))
        try:
            self._begin()
        except (OSError, ValueError, pycurl.error) as error:
            self._tell(False, _name(error))

    def cancel(self) -> None:
        self._is_over = True
        for timer in self._timers:
            timer.cancel()
        if self._sock is not None:
            self._loop.reactor.unwatch(self._sock.fileno())
            self._sock.close()
            self._sock = None
        if self._transfer is not None:
            self._loop.curl.cancel(self._transfer)
            self._transfer = None

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        self._timers.append(self._loop.reactor.call_at(monotonic() + seconds, call))

    def _begin(self) -> None:
        host = self._target.host
        if self._target.kind == "gateway":
            # The kernel finds out by itself, some seconds after somebody wanted something of the neighbour.
            poke(host)
            state = is_neighbour(host)
            self._tell(state is not False, "silent")
        elif is_address(host):
            self._ask(host)
        else:
            known = self._loop.resolver.cached(host, "any")
            if known is not None:
                self._on_answer(known)
            else:
                self._loop.resolver.lookup(host, "any", self._seconds, self._on_answer)

    def _on_answer(self, answer: Answer) -> None:
        if self._is_over:
            return
        if not answer.addresses:
            self._tell(False, answer.reason or "dns_failed")
            return
        try:
            self._ask(answer.addresses[0])
        except (OSError, ValueError, pycurl.error) as error:
            self._tell(False, _name(error))

    def _ask(self, address: str) -> None:
        if self._target.kind == "tcp":
            self._connect(address, socket.SOCK_STREAM, WRITE, self._on_connected)
        elif self._target.kind == "dns":
            self._ask_name_server(address)
        else:
            self._ask_http(address)

    def _connect(self, address: str, kind: int, events: int, handler: Callable[[int], None]) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._sock = sock = socket.socket(family, kind | socket.SOCK_NONBLOCK)
        code = sock.connect_ex((address, self._target.port))
        if code not in (0, errno.EINPROGRESS, errno.ECONNREFUSED):
            raise OSError(code, "cannot connect")
        self._loop.reactor.watch(sock.fileno(), events, handler)
        return sock

    def _on_connected(self, _events: int) -> None:
        assert self._sock is not None
        code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        is_here = code in (0, errno.ECONNREFUSED)
        self._tell(is_here, "" if is_here else errno.errorcode.get(code, str(code)))

    def _ask_name_server(self, address: str) -> None:
        query = dns.message.make_query(".", "NS")

        def on_packet(_events: int) -> None:
            assert self._sock is not None
            try:
                answer = read_message(self._sock.recv(4096), ignore_trailing=True)
            except BlockingIOError:
                return
            except (OSError, dns.exception.DNSException) as error:
                self._tell(isinstance(error, ConnectionRefusedError), _name(error))
                return
            if answer.id == query.id:
                self._tell(answer.rcode() in ANSWERS, dns.rcode.to_text(answer.rcode()))

        with suppress(BlockingIOError, ConnectionRefusedError):
            self._connect(address, socket.SOCK_DGRAM, READ, on_packet).send(query.to_wire())

    def _ask_http(self, address: str) -> None:
        request = Request(
            url=self._target.text,
            address=address,
            port=self._target.port,
            is_tls=self._target.kind == "https",
            timeout_ms=max(1, int(self._seconds * 1000)),
            connect_timeout_ms=LONG,
            max_body=0,
            options=[(pycurl.NOBODY, 1)],
        )
        self._transfer = self._loop.curl.start(request, self._on_transfer)

    def _on_transfer(self, transfer: Transfer) -> None:
        self._transfer = None  # It goes back to the idle ones.
        self._tell(transfer.code == 0, "" if transfer.code == 0 else transfer.message[:100])

    def _tell(self, is_here: bool, why: str) -> None:
        if self._is_over:
            return
        self.cancel()
        ms = round((monotonic() - self._began) * 1000, 1)
        self._on_told(Told(self._target, is_here, ms, "" if is_here else why))


def _name(error: Exception) -> str:
    code = getattr(error, "errno", None)
    return errno.errorcode.get(code, type(error).__name__) if isinstance(code, int) else type(error).__name__
