"""libcurl's multi interface on a `Reactor`, and the easy handles it works with, kept for the next use.

Every transfer is a fresh connection to one pinned address: CONNECT_TO decides where it goes, and PREREQ asks
once more, after connecting and before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any

import pycurl

from app.engine.net.reactor import READ, WRITE, Reactor, report

Option = tuple[int, Any]
LONG = 300_000
_ERROR_EVENTS = ~(READ | WRITE)
_MASK_OF_EPOLL = {READ: pycurl.CSELECT_IN, WRITE: pycurl.CSELECT_OUT}
_EPOLL_OF_CURL = {pycurl.POLL_IN: READ, pycurl.POLL_OUT: WRITE, pycurl.POLL_INOUT: READ | WRITE}
# The hybrid post-quantum group that OpenSSL offers first costs a fifth of the handshake on both sides and
# tells nothing about availability; every server speaks one of these.
_GROUPS = "X25519:P-256:P-384:P-521:X448"


@dataclass(slots=True)
class Request:
    """One hop. `options` are further curl options; `address` is where to connect, already judged."""

    url: str
    address: str
    port: int
    is_tls: bool
    timeout_ms: int
    # LONG leaves it to `timeout_ms`.
    connect_timeout_ms: int
    max_body: int
    keeps_body: bool = False
    # Whether to collect what the handshake tells. It costs a tenth of a handshake.
    wants_tls: bool = False
    options: Sequence[Option] = ()
    # False goes through a proxy, at `address`, which finds the URL's host by itself.
    is_direct: bool = True


class Transfer:
    """One easy handle with its callbacks, bound once and used for many requests, one at a time.

    After the transfer: `code` is libcurl's result (0 is good), `message` its words, and the fields below.
    """

    def __init__(self, ca_file: str) -> None:
        self.easy = pycurl.Curl()
        self._base = _base_options(ca_file)
        self.code = 0
        self.message = ""
        self.size = 0
        self.body: list[bytes] = []
        self.headers: list[bytes] = []
        self.tls_version: str | None = None
        self.went_elsewhere: str | None = None
        self.is_cut = False
        self.on_done: Callable[[Transfer], None] = _nobody
        self._request: Request
        self._url = ""
        self._pinned = ""
        self._wants_tls = False
        self._timeout_ms = self._connect_timeout_ms = 0
        self._set_base()

    def prepare(self, request: Request) -> None:
        """Set what differs from the last use."""
        setopt = self.easy.setopt
        self._request = request
        self.size = 0
        self.body, self.headers = [], []
        self.tls_version = self.went_elsewhere = None
        self.is_cut = False
        if request.url != self._url:
            setopt(pycurl.URL, request.url)
            self._url = request.url
        host = f"[{request.address}]" if ":" in request.address else request.address
        if not request.is_direct:
            self._forget_pin()
        elif host != self._pinned:
            setopt(pycurl.CONNECT_TO, [f"::{host}:"])
            self._pinned = host
        if request.timeout_ms != self._timeout_ms:
            setopt(pycurl.TIMEOUT_MS, request.timeout_ms)
            self._timeout_ms = request.timeout_ms
        if request.connect_timeout_ms != self._connect_timeout_ms:
            setopt(pycurl.CONNECTTIMEOUT_MS, request.connect_timeout_ms)
            self._connect_timeout_ms = request.connect_timeout_ms
        if request.wants_tls != self._wants_tls:
            # The version of TLS is told by libcurl's commentary alone, so it is asked to speak there.
            setopt(pycurl.VERBOSE, request.wants_tls)
            setopt(pycurl.OPT_CERTINFO, request.wants_tls)
            self._wants_tls = request.wants_tls
        if request.keeps_body:
            setopt(pycurl.HEADERFUNCTION, self.headers.append)
        for option, value in request.options:
            setopt(option, value)

    def settle(self) -> None:
        """Take back what only the last request wanted, and keep nothing of its answer while idle."""
        if self.body:
            self.body = []
        if self._request.options or self._request.keeps_body:
            self.easy.reset()
            self._set_base()

    def close(self) -> None:
        self.easy.close()

    def _forget_pin(self) -> None:
        """Behind a proxy CONNECT_TO would name the wrong host, and there is no other way to take it back."""
        if self._pinned:
            self.easy.reset()
            self._set_base()
            self.easy.setopt(pycurl.URL, self._request.url)

    def _set_base(self) -> None:
        self._url = self._pinned = ""
        self._wants_tls = False
        self._timeout_ms = self._connect_timeout_ms = 0
        for option, value in self._base:
            self.easy.setopt(option, value)
        self.easy.setopt(pycurl.WRITEFUNCTION, self._on_body)
        self.easy.setopt(pycurl.PREREQFUNCTION, self._on_connected)
        self.easy.setopt(pycurl.DEBUGFUNCTION, self._on_commentary)

    def _on_body(self, data: bytes) -> int | None:
        self.size += len(data)
        if self._request.keeps_body or not self.body:
            # The beginning is kept in any case: it may prove what is wrong.
            self.body.append(data)
        if self.size > self._request.max_body:
            # Enough was seen. Returning another number than was given ends the transfer.
            self.is_cut = True
            return -1
        return None

    def _on_connected(self, remote: str, _local: str, _port: int, _local_port: int) -> int:
        if remote == self._request.address:
            return int(pycurl.PREREQFUNC_OK)
        self.went_elsewhere = remote
        return int(pycurl.PREREQFUNC_ABORT)

    def _on_commentary(self, kind: int, text: bytes) -> None:
        if kind == pycurl.INFOTYPE_TEXT and text.startswith(b"SSL connection using "):
            self.tls_version = text[21:].split(b" ", 1)[0].decode("ascii", "replace")


def _mask_of(events: int) -> int:
    """What epoll says in libcurl's words."""
    mask = pycurl.CSELECT_IN if events & READ else 0
    mask |= pycurl.CSELECT_OUT if events & WRITE else 0
    return mask | (pycurl.CSELECT_ERR if events & _ERROR_EVENTS else 0)


class CurlMulti:
    """Runs transfers on the reactor; each one's `on_done` is called in its thread."""

    def __init__(self, reactor: Reactor, ca_file: str) -> None:
        self._reactor = reactor
        self._ca_file = ca_file
        self._idle: list[Transfer] = []
        self._running: dict[pycurl.Curl, Transfer] = {}
        self._epoll = reactor.epoll
        self._watched: set[int] = set()
        self._has_news = False
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, 0)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        reactor.default_handler = self._on_event
        reactor.after_events = self._collect
        reactor.on_deadline = self._on_time

    def start(self, request: Request, on_done: Callable[[Transfer], None]) -> Transfer:
        """Begin a transfer. Raises pycurl.error when libcurl refuses an option's value."""
        transfer = self._idle.pop() if self._idle else Transfer(self._ca_file)
        try:
            transfer.prepare(request)
        except BaseException:
            transfer.close()
            raise
        transfer.on_done = on_done
        self._running[transfer.easy] = transfer
        self._multi.add_handle(transfer.easy)
        return transfer

    def cancel(self, transfer: Transfer) -> None:
        """End a running transfer without an answer."""
        if self._running.pop(transfer.easy, None) is not None:
            self._multi.remove_handle(transfer.easy)
            transfer.close()

    def close(self) -> None:
        for transfer in list(self._running.values()):
            self.cancel(transfer)
        for transfer in self._idle:
            transfer.close()
        self._idle.clear()
        self._multi.close()

    def _on_socket(self, what: int, fd: int, _multi: pycurl.CurlMulti, _data: object) -> None:
        epoll = self._epoll
        events = _EPOLL_OF_CURL.get(what)
        if events is None:
            # No interest any more: the descriptor is closed next, which takes it out of epoll by itself.
            self._watched.discard(fd)
            return
        if fd in self._watched:
            epoll.modify(fd, events)
        else:
            try:
                epoll.register(fd, events)
            except FileExistsError:
                epoll.modify(fd, events)
            self._watched.add(fd)

    def _on_timer(self, timeout_ms: int) -> None:
        if timeout_ms > 0:
            self._reactor.deadline = monotonic() + timeout_ms / 1000
        else:
            self._reactor.deadline = inf if timeout_ms else 0.0

    def _on_time(self) -> None:
        self._act(pycurl.SOCKET_TIMEOUT, 0)

    def _on_event(self, fd: int, events: int) -> None:
        if fd not in self._watched:
            # Either closed a moment ago, in the same turn, or libcurl lost interest but keeps it open.
            with suppress(OSError):
                self._reactor.epoll.unregister(fd)
            return
        mask = _MASK_OF_EPOLL.get(events)
        self._act(fd, _mask_of(events) if mask is None else mask)

    def _act(self, fd: int, mask: int) -> None:
        _, running = self._multi.socket_action(fd, mask)
        if running < len(self._running):
            self._has_news = True

    def _collect(self) -> None:
        """Hand over what has finished. Once a turn, since finished handles often come in groups."""
        while self._has_news:
            self._has_news = False
            queued, good, bad = self._multi.info_read(256)
            for easy in good:
                self._finish(easy, 0, "")
            for easy, code, message in bad:
                self._finish(easy, code, message)
            if queued:
                self._has_news = True

    def _finish(self, easy: pycurl.Curl, code: int, message: str) -> None:
        transfer = self._running.pop(easy)
        self._multi.remove_handle(easy)
        # Its words go into sentences, which end by themselves.
        transfer.code, transfer.message = code, message.rstrip(" .")
        try:
            transfer.on_done(transfer)
        except Exception:
            report()
        transfer.on_done = _nobody
        transfer.settle()
        self._idle.append(transfer)


def _nobody(_transfer: Transfer) -> None:
    """Whom an idle transfer answers to."""


def _base_options(ca_file: str) -> list[Option]:
    return [
        (pycurl.NOSIGNAL, 1),
        (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
        # The environment's proxies would connect to something else than was judged.
        (pycurl.PROXY, ""),
        (pycurl.FOLLOWLOCATION, 0),
        (pycurl.FRESH_CONNECT, 1),
        (pycurl.FORBID_REUSE, 1),
        (pycurl.SSL_SESSIONID_CACHE, 0),
        (pycurl.DNS_CACHE_TIMEOUT, 0),
        (pycurl.CAINFO, ca_file),
        (pycurl.SSL_EC_CURVES, _GROUPS),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS),
        (pycurl.USERAGENT, "CloudEye/1.0"),
        # What is decompressed is decompressed by us, within bounds.
        (pycurl.HTTP_CONTENT_DECODING, 0),
        (pycurl.SSL_VERIFYPEER, 1),
        (pycurl.SSL_VERIFYHOST, 2),
        (pycurl.BUFFERSIZE, 65536),
    ]
