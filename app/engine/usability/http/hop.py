"""The way to one hop of an HTTP check: its addresses, the guard's word on each, and the connection.

Behind a proxy the proxy's addresses are the ones that are judged, and those that a URL writes out; what a
name leads to is the proxy's business then.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from app.engine.net.curl import LONG, Option, Request, Transfer
from app.engine.net.guard import AddressRefusedError, AllowList, check_address
from app.engine.net.resolver import Answer as Addresses
from app.engine.net.target import Target
from app.engine.net.tls_facts import Handshake
from app.engine.usability.content.answer import Answer
from app.engine.usability.http.errors import Failure
from app.engine.usability.http.plan import Plan, request_options
from app.engine.usability.http.proxy import proxy_options
from app.engine.usability.types import Check, Done, Status

if TYPE_CHECKING:
    from app.engine.net.reactor import Timer
    from app.engine.usability.http.cookies import Jar
    from app.engine.usability.loop import ProbeLoop

_MIN_CONNECT_MS = 250


class Hop:
    """One check's way to each of its hops. Everything happens in the loop's thread.

    `token` is the one of OAuth 2, `jar` keeps the cookies of several requests.
    """

    __slots__ = (
        "_addresses",
        "_begun_at",
        "_check",
        "_dns_ms",
        "_dns_timer",
        "_done",
        "_failed",
        "_hop_started",
        "_is_over",
        "_jar",
        "_known",
        "_loop",
        "_method",
        "_options",
        "_plan",
        "_redirects",
        "_request",
        "_seen",
        "_stop_at",
        "_target",
        "_token",
        "_verdict",
        "answer",
    )

    def __init__(
        self,
        loop: ProbeLoop,
        check: Check,
        plan: Plan,
        done: Done,
        *,
        token: str = "",
        jar: Jar | None = None,
    ) -> None:
        self._loop = loop
        self._check = check
        self._plan = plan
        self._done = done
        self._target = plan.target
        self._method: str = plan.config.method
        self._token = token
        self._jar = jar
        self._options = plan.options
        self._addresses: list[str] = []
        self._failed: list[str] = []
        self._redirects: list[dict[str, Any]] = []
        self._seen: set[tuple[str, str, str]] = set()
        self._begun_at = monotonic()
        self._stop_at = self._begun_at + check.timeout_ms / 1000
        self._hop_started = 0.0
        self._dns_ms = 0.0
        self._dns_timer: Timer | None = None
        self._request: Request
        self._known: Handshake | None = None
        self._verdict: Failure | None = None
        self._is_over = False
        self.answer: Answer | None = None
        if token or jar is not None or plan.keeps_cookies:
            if jar is None and plan.keeps_cookies:
                self._start_cookies()
            self._set_options()

    def begin(self) -> None:
        """Begin a hop at the present target."""
        self._hop_started = monotonic()
        host = self._rerouted() if self._plan.is_rerouted else self._target.host
        if not host:
            return
        answer = self._loop.resolver.cached(host, self._plan.family)
        if answer is not None:
            self._on_answer(answer)
            return
        left = max(self._stop_at - self._hop_started, 0.001)
        self._dns_timer = self._loop.reactor.call_at(self._stop_at, lambda: self._on_dns_timeout(host))
        self._loop.resolver.lookup(host, self._plan.family, left, self._answered)

    def _rerouted(self) -> str:
        """Whom to connect to instead of the URL's host; empty when the guard has ended the check."""
        proxy = self._plan.proxy
        if proxy is None:
            is_same = self._target.host == self._plan.target.host
            return self._plan.config.connect_to if is_same else self._target.host
        if self._target.is_address:
            # Whatever a proxy would permit, an address that is written out is judged here.
            try:
                check_address(self._target.host, AllowList.of(self._check.allow))
            except AddressRefusedError as error:
                self._end_refused(error)
                return ""
        return proxy.host

    def _on_dns_timeout(self, host: str) -> None:
        self._dns_ms = (monotonic() - self._hop_started) * 1000
        self._end_without_address(self._loop.resolver.silence_reason(host, self._plan.family))

    def _end_without_address(self, reason: str) -> None:
        proxy = self._plan.proxy
        if proxy is not None:
            first = {"host": proxy.host, "timeout_ms": self._check.timeout_ms}
            detail = {"proxy": proxy.shown, "error": reason, "first": first}
            self._end("unknown", "proxy_unreachable", detail)
            return
        status: Status = "unknown" if reason == "probe_no_dns" else "down"
        self._end(status, reason, {"host": self._target.host, "timeout_ms": self._check.timeout_ms})

    def _on_answer(self, answer: Addresses) -> None:
        if self._is_over:
            return
        if self._dns_timer is not None:
            self._dns_timer.cancel()
            self._dns_timer = None
        self._dns_ms = (monotonic() - self._hop_started) * 1000
        if answer.reason is not None:
            self._end_without_address(answer.reason)
            return
        allow = AllowList.of(self._check.allow)
        refused: AddressRefusedError | None = None
        self._addresses = []
        for address in answer.addresses:
            try:
                check_address(address, allow)
                self._addresses.append(address)
            except AddressRefusedError as error:
                refused = error
        if self._addresses:
            self._connect()
        elif refused is not None:
            self._end_refused(refused)

    def _end_refused(self, refused: AddressRefusedError) -> None:
        detail = {"host": self._target.host, "address": refused.ip, "why": refused.why}
        self._end("down", "address_refused", detail)

    def _connect(self) -> None:
        """Try the first of the addresses left."""
        left_ms = int((self._stop_at - monotonic()) * 1000)
        target = self._target
        connect_ms = LONG
        if len(self._addresses) > 1:
            connect_ms = min(left_ms, max(left_ms // len(self._addresses), _MIN_CONNECT_MS))
        address = self._addresses.pop(0)
        is_tls = target.scheme == "https"
        plan = self._plan
        self._known = None
        if is_tls and not plan.is_suspect:
            self._known = self._loop.handshakes.get((target.host, address, target.port), monotonic())
        self._request = Request(
            url=target.url,
            address=address,
            port=target.port,
            is_tls=is_tls,
            wants_tls=is_tls and self._known is None,
            timeout_ms=max(left_ms, 1),
            connect_timeout_ms=max(connect_ms, 1),
            max_body=plan.max_body,
            keeps_body=plan.keeps or plan.is_suspect or self._jar is not None,
            options=self._options if plan.proxy is None else self._through_proxy(address),
            is_direct=plan.proxy is None,
        )
        self._loop.curl.start(self._request, self._transferred)

    def _through_proxy(self, address: str) -> tuple[Option, ...]:
        config, proxy = self._plan.config, self._plan.proxy
        assert proxy is not None
        way = proxy_options(proxy, address, config.proxy_username, config.proxy_password, self._loop.ca_file)
        return (*self._options, *way)

    def _answered(self, answer: Addresses) -> None:
        """The resolver's callback. Whatever goes wrong in here, the check gets its outcome."""
        try:
            self._on_answer(answer)
        except Exception as error:
            self._end("unknown", "probe_error", {"error": f"{type(error).__name__}: {error}"[:200]})

    def _set_options(self) -> None:
        plan = self._plan
        self._options = tuple(
            request_options(
                plan.config,
                self._method,
                plan.wants_text,
                is_foreign=self._target.origin != plan.target.origin,
                token=self._token,
                cookies=self._cookies(),
            )
        )

    def _cookies(self, target: Target | None = None) -> str:
        return self._jar.header((target or self._target).url) if self._jar is not None else ""

    def _start_cookies(self) -> None:
        from app.engine.usability.http.cookies import Jar

        self._jar = Jar()

    def _transferred(self, transfer: Transfer) -> None:
        """libcurl's callback."""
        raise NotImplementedError

    def _end(
        self, status: Status, reason: str | None, detail: dict[str, Any], transfer: Transfer | None = None
    ) -> None:
        """Give the check its outcome."""
        raise NotImplementedError
