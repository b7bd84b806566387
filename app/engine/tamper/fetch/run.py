"""One fetch from address to observation.

1. Find the addresses of the host, and let the guard judge every one that is tried.
2. Connect to the first that passes, pinned. If no connection comes about, the next one gets its share.
3. Follow redirects by beginning again at 1, so that each hop passes the guard; keep them.
4. Take the body, decompressed by libcurl and cut where it is longer than wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

import pycurl

from app.engine.net.curl import LONG, Option, Request, Transfer
from app.engine.net.guard import AllowList, is_permitted
from app.engine.net.resolver import Answer
from app.engine.net.target import Target, TargetError, parse_target
from app.engine.tamper.fetch.answer import (
    CodingGate,
    Cookies,
    Headers,
    certificate_of,
    header,
    headers_of,
    is_unknown_coding,
)
from app.engine.tamper.fetch.views import VIEWS
from app.engine.tamper.fetch.want import Want
from app.engine.tamper.types import Observation, Redirect
from app.engine.usability.http.errors import failure_of, is_unreached
from app.engine.usability.reasons import TIMEOUTS

if TYPE_CHECKING:
    from app.engine.net.reactor import Timer
    from app.engine.tamper.fetch.loop import FetchLoop

OnObservation = Callable[[Observation], None]
MAX_REDIRECTS = 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CODINGS = "gzip, deflate, br"
_MIN_CONNECT_MS = 250
_STALE = {"connection_reset", "empty_reply"}
_MAX_LOCATION = 4096
# These say what a browser likes, not who is asking; all other headers of the want stay at its origin.
_HARMLESS_HEADERS = {"accept", "accept-language", "user-agent", "cache-control", "pragma", "referer"}


class FetchRun:
    """The state of one fetch. Everything happens in the loop's thread; `done` is called exactly once."""

    __slots__ = (
        "_addresses",
        "_allow",
        "_answered_addresses",
        "_cookies",
        "_decodes",
        "_dns_timer",
        "_done",
        "_first_origin",
        "_gate",
        "_is_over",
        "_lines",
        "_loop",
        "_redirects",
        "_request",
        "_seen",
        "_shares",
        "_stolen_before",
        "_stop_at",
        "_target",
        "_want",
    )

    def __init__(self, loop: FetchLoop, want: Want, done: OnObservation) -> None:
        self._loop = loop
        self._want = want
        self._done = done
        self._allow = AllowList.of(want.allow)
        self._target: Target
        self._first_origin = ""
        self._request: Request
        self._addresses: list[str] = []
        self._answered_addresses: tuple[str, ...] = ()
        self._redirects: list[Redirect] = []
        self._seen: set[tuple[str, str]] = set()
        self._cookies = Cookies()
        self._dns_timer: Timer | None = None
        self._lines: list[bytes] = []
        self._decodes = True
        self._shares = want.is_part
        self._gate = CodingGate()
        self._is_over = False
        self._stop_at = 0.0
        self._stolen_before = 0.0

    def begin(self) -> None:
        now = monotonic()
        self._stop_at = now + self._want.timeout_ms / 1000
        self._stolen_before = self._loop.reactor.stolen(now)
        try:
            self._target = parse_target(self._want.url)
        except TargetError:
            self._end("url_invalid")
            return
        self._first_origin = self._target.origin
        self._seen.add((self._target.url, ""))
        self._find()

    def stop(self) -> None:
        self._end("probe_stopped")

    def _find(self) -> None:
        """Begin a hop at the present target."""
        resolver, host = self._loop.resolver, self._target.host
        answer = resolver.cached(host, "any")
        if answer is not None:
            self._on_answer(answer)
            return
        left = max(self._stop_at - monotonic(), 0.001)
        self._dns_timer = self._loop.reactor.call_at(
            self._stop_at, lambda: self._end(resolver.silence_reason(host, "any"))
        )
        resolver.lookup(host, "any", left, self._guarded_answer)

    def _guarded_answer(self, answer: Answer) -> None:
        """The resolver's callback. Whatever goes wrong in here, the fetch gets its observation."""
        try:
            if not self._is_over:
                self._on_answer(answer)
        except Exception:
            self._end("probe_error")
            raise

    def _on_answer(self, answer: Answer) -> None:
        if self._dns_timer is not None:
            self._dns_timer.cancel()
            self._dns_timer = None
        self._answered_addresses = answer.addresses
        if answer.reason is not None:
            self._end(answer.reason)
            return
        self._addresses = [each for each in answer.addresses if is_permitted(each, self._allow)]
        if self._addresses:
            self._connect()
        else:
            self._end("address_refused")

    def _connect(self) -> None:
        """Try the first of the addresses left."""
        left_ms = max(int((self._stop_at - monotonic()) * 1000), 1)
        connect_ms = LONG
        if len(self._addresses) > 1:
            connect_ms = min(left_ms, max(left_ms // len(self._addresses), _MIN_CONNECT_MS))
        is_tls = self._target.scheme == "https"
        self._request = Request(
            url=self._target.url,
            address=self._addresses.pop(0),
            port=self._target.port,
            is_tls=is_tls,
            wants_tls=is_tls and not self._want.is_part,
            timeout_ms=left_ms,
            connect_timeout_ms=connect_ms,
            max_body=self._want.max_bytes,
            keeps_body=True,
            options=self._options(),
        )
        self._lines = []
        self._gate = CodingGate()
        self._loop.curl.start(self._request, self._guarded_transfer)

    def _on_header(self, line: bytes) -> int | None:
        self._lines.append(line)
        self._gate.take(line)
        # Returning another number than was given ends the transfer, before any of the body is decoded.
        return -1 if self._gate.is_nested else None

    def _options(self) -> list[Option]:
        lines = [f"{name}: {value}".encode() for name, value in self._headers().items()]
        options: list[Option] = [(pycurl.HTTPHEADER, lines), (pycurl.HEADERFUNCTION, self._on_header)]
        if self._shares:
            options += [(pycurl.FRESH_CONNECT, 0), (pycurl.FORBID_REUSE, 0)]
        if self._decodes:
            options += [(pycurl.ACCEPT_ENCODING, _CODINGS), (pycurl.HTTP_CONTENT_DECODING, 1)]
        return options

    def _headers(self) -> dict[str, str]:
        headers = dict(VIEWS[self._want.view].headers)
        is_foreign = self._target.origin != self._first_origin
        for name, value in self._want.headers.items():
            if not is_foreign or name.lower() in _HARMLESS_HEADERS:
                headers = {each: text for each, text in headers.items() if each.lower() != name.lower()}
                headers[name] = value
        cookies = self._cookies.header(self._target.host)
        if cookies:
            headers.setdefault("Cookie", cookies)
        return headers

    def _guarded_transfer(self, transfer: Transfer) -> None:
        """libcurl's callback, with the same promise."""
        try:
            if not self._is_over:
                self._on_transfer(transfer)
        except Exception:
            self._end("probe_error")
            raise

    def _on_transfer(self, transfer: Transfer) -> None:
        headers = headers_of(self._lines)
        if transfer.code and not transfer.is_cut:
            self._on_failure(transfer, headers)
            return
        status = transfer.easy.getinfo(pycurl.RESPONSE_CODE)
        if status in _REDIRECTS:
            location = (transfer.easy.getinfo_raw(pycurl.REDIRECT_URL) or b"").decode("utf-8", "replace")
            if location:
                self._follow(transfer, headers, status, location)
                return
        self._finish(transfer, headers, None)

    def _on_failure(self, transfer: Transfer, headers: Headers) -> None:
        if self._addresses and is_unreached(transfer) and monotonic() < self._stop_at:
            self._connect()
            return
        if transfer.code == pycurl.E_BAD_CONTENT_ENCODING and self._decodes and is_unknown_coding(headers):
            self._decodes = False
            self._addresses = [self._request.address]
            self._connect()
            return
        reason = self._reason(transfer)
        if self._shares and reason in _STALE:
            # The server had closed the connection that was to be used again.
            self._shares = False
            self._addresses = [self._request.address]
            self._connect()
            return
        self._finish(transfer, headers, reason)

    def _reason(self, transfer: Transfer) -> str:
        if self._gate.is_nested or transfer.code == pycurl.E_BAD_CONTENT_ENCODING:
            return "body_unreadable"
        reason = failure_of(transfer, self._request, self._target.host, self._want.timeout_ms)[1]
        stolen = self._loop.reactor.stolen(monotonic()) - self._stolen_before
        # A fetch that ran out of time while the loop itself was held up says nothing about the page.
        is_ours = reason in TIMEOUTS and stolen * 1000 >= self._want.timeout_ms / 10
        return "probe_overloaded" if is_ours else reason

    def _follow(self, transfer: Transfer, headers: Headers, status: int, location: str) -> None:
        self._redirects.append(Redirect(self._target.url, status, location[:_MAX_LOCATION]))
        self._cookies.take(self._target.host, headers)
        try:
            target = parse_target(location)
        except TargetError:
            self._finish(transfer, headers, "redirect_invalid")
            return
        hop = (target.url, self._cookies.header(target.host))
        if hop in self._seen:
            self._finish(transfer, headers, "redirect_loop")
        elif len(self._redirects) > MAX_REDIRECTS:
            self._finish(transfer, headers, "too_many_redirects")
        else:
            self._seen.add(hop)
            self._target = target
            self._find()

    def _finish(self, transfer: Transfer, headers: Headers, error: str | None) -> None:
        body = b"" if error else b"".join(transfer.body)[: self._want.max_bytes]
        self._end(
            error,
            body=body,
            status=transfer.easy.getinfo(pycurl.RESPONSE_CODE),
            headers=headers,
            content_type=header(headers, "content-type"),
            certificate=self._certificate(transfer),
            is_cut=transfer.is_cut and not error,
        )

    def _certificate(self, transfer: Transfer) -> dict[str, Any] | None:
        if not self._request.wants_tls:
            return None
        return certificate_of(transfer.easy.getinfo(pycurl.INFO_CERTINFO), transfer.tls_version)

    def _end(self, error: str | None, *, status: int = 0, body: bytes = b"", **facts: Any) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._dns_timer is not None:
            self._dns_timer.cancel()
        last = self._redirects[-1].location if error and self._redirects else ""
        final = last or (self._target.url if hasattr(self, "_target") else self._want.url)
        observation = Observation(
            url=self._want.url,
            status=status,
            body=body,
            at=int(self._loop.now()),
            final_url=final,
            redirects=tuple(self._redirects),
            addresses=self._answered_addresses,
            view=self._want.view,
            error=error,
            **facts,
        )
        self._done(observation)
