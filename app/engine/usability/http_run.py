"""One HTTP check from name to verdict.

1. Find the addresses of the host, and let the guard judge every one that is tried.
2. Connect to the first that passes. If no connection comes about, the next gets its share of the time left.
3. Follow redirects by beginning again at 1, so that each hop passes the guard.
4. Judge status and keywords; take the phases of the last hop and the facts of its certificate.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

import pycurl

from app.engine.net.curl import LONG, Request, Transfer
from app.engine.net.guard import AddressRefusedError, AllowList, check_address
from app.engine.net.resolver import Answer
from app.engine.net.target import Target, TargetError, parse_target
from app.engine.net.tls_facts import Endpoint, Handshake, as_facts, leaf_of
from app.engine.usability.http_body import BodyUnreadableError, decompressed, header_value, text_of
from app.engine.usability.http_errors import UNVERIFIED, Failure, failure_of, is_unreached
from app.engine.usability.http_plan import Plan, request_options
from app.engine.usability.types import Check, Done, Outcome, Status

if TYPE_CHECKING:
    from app.engine.net.reactor import Timer
    from app.engine.usability.loop import ProbeLoop

_HTTP_VERSION = {1: "1.0", 2: "1.1", 3: "2", 30: "3"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MIN_CONNECT_MS = 250
_MAX_URL = 500


class HttpRun:
    """The state of one check. Everything happens in the loop's thread; `done` is called exactly once."""

    __slots__ = (
        "_addresses",
        "_check",
        "_dns_ms",
        "_dns_timer",
        "_done",
        "_failed",
        "_hop_started",
        "_is_over",
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
        "_verdict",
    )

    def __init__(self, loop: ProbeLoop, check: Check, plan: Plan, done: Done) -> None:
        self._loop = loop
        self._check = check
        self._plan = plan
        self._done = done
        self._target = plan.target
        self._method: str = plan.config.method
        self._options = plan.options
        self._addresses: list[str] = []
        self._failed: list[str] = []
        self._redirects: list[dict[str, Any]] = []
        self._seen: set[tuple[str, str]] = set()
        self._stop_at = monotonic() + check.timeout_ms / 1000
        self._hop_started = 0.0
        self._dns_ms = 0.0
        self._dns_timer: Timer | None = None
        self._request: Request
        self._known: Handshake | None = None
        self._verdict: Failure | None = None
        self._is_over = False

    def begin(self) -> None:
        """Begin a hop at the present target."""
        self._hop_started = monotonic()
        answer = self._loop.resolver.cached(self._target.host, self._plan.family)
        if answer is not None:
            self._on_answer(answer)
            return
        left = max(self._stop_at - self._hop_started, 0.001)
        self._dns_timer = self._loop.reactor.call_at(self._stop_at, self._on_dns_timeout)
        self._loop.resolver.lookup(self._target.host, self._plan.family, left, self._answered)

    def _on_dns_timeout(self) -> None:
        self._dns_ms = (monotonic() - self._hop_started) * 1000
        self._end_without_address(self._loop.resolver.silence_reason(self._target.host, self._plan.family))

    def _end_without_address(self, reason: str) -> None:
        status: Status = "unknown" if reason == "probe_no_dns" else "down"
        self._end(status, reason, {"host": self._target.host, "timeout_ms": self._check.timeout_ms})

    def _on_answer(self, answer: Answer) -> None:
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
        self._known = None
        if is_tls:
            self._known = self._loop.handshakes.get((target.host, address, target.port), monotonic())
        self._request = Request(
            url=target.url,
            address=address,
            port=target.port,
            is_tls=is_tls,
            wants_tls=is_tls and self._known is None,
            timeout_ms=max(left_ms, 1),
            connect_timeout_ms=max(connect_ms, 1),
            max_body=self._plan.max_body,
            keeps_body=self._plan.wants_text,
            options=self._options,
        )
        self._loop.curl.start(self._request, self._transferred)

    def _answered(self, answer: Answer) -> None:
        """The resolver's callback. Whatever goes wrong in here, the check gets its outcome."""
        try:
            self._on_answer(answer)
        except Exception as error:
            self._end("unknown", "probe_error", {"error": f"{type(error).__name__}: {error}"[:200]})

    def _transferred(self, transfer: Transfer) -> None:
        """libcurl's callback, with the same promise."""
        try:
            self._on_transfer(transfer)
        except Exception as error:
            self._end("unknown", "probe_error", {"error": f"{type(error).__name__}: {error}"[:200]})

    def _on_transfer(self, transfer: Transfer) -> None:
        if self._verdict is not None and transfer.code != UNVERIFIED:
            self._end(*self._verdict)
            return
        if transfer.code and not transfer.is_cut:
            self._on_failure(transfer)
            return
        status = transfer.easy.getinfo(pycurl.RESPONSE_CODE)
        if status in _REDIRECTS and self._plan.config.follow_redirects:
            location = transfer.easy.getinfo(pycurl.REDIRECT_URL)
            if location:
                self._follow(transfer, status, location)
                return
        self._judge(transfer, status)

    def _on_failure(self, transfer: Transfer) -> None:
        if self._addresses and is_unreached(transfer) and monotonic() < self._stop_at:
            self._failed.append(self._request.address)
            self._connect()
            return
        failure = failure_of(transfer, self._request, self._target.host, self._check.timeout_ms)
        if transfer.code == UNVERIFIED and not self._request.wants_tls:
            # The certificate is not the one that was known. The verdict stands; only to tell what the
            # new one looks like, connect once more.
            self._loop.handshakes.forget(self._endpoint())
            self._verdict = failure
            self._addresses = [self._request.address]
            self._connect()
            return
        self._end(*failure, transfer)

    def _follow(self, transfer: Transfer, status: int, location: str) -> None:
        self._redirects.append({"status": status, "url": location[:_MAX_URL]})
        here = (self._method, self._target.url)
        self._seen.add(here)
        try:
            target = parse_target(location)
        except TargetError as error:
            self._end("down", "redirect_invalid", {"url": location[:_MAX_URL], "error": str(error)}, transfer)
            return
        method = redirected_method(self._method, status)
        if (method, target.url) in self._seen:
            self._end("down", "redirect_loop", {"url": target.url[:_MAX_URL]}, transfer)
            return
        limit = self._plan.config.max_redirects
        if len(self._redirects) > limit:
            self._end("down", "too_many_redirects", {"limit": limit, "url": target.url[:_MAX_URL]}, transfer)
            return
        self._go(target, method)

    def _go(self, target: Target, method: str) -> None:
        is_foreign = target.origin != self._plan.target.origin
        self._options = tuple(
            request_options(self._plan.config, method, self._plan.wants_text, is_foreign=is_foreign)
        )
        self._target, self._method = target, method
        # A transfer's handle goes back to the pool after this callback; the next hop takes another one.
        self.begin()

    def _judge(self, transfer: Transfer, status: int) -> None:
        if status not in self._plan.accepted:
            detail = {"status": status, "accepted": self._plan.config.accepted_status}
            self._end("down", "http_status", detail, transfer)
        elif self._plan.wants_text:
            reason, detail = self._judge_text(transfer)
            self._end("down" if reason else "up", reason, detail, transfer)
        else:
            self._end("up", None, {}, transfer)

    def _judge_text(self, transfer: Transfer) -> tuple[str | None, dict[str, Any]]:
        config = self._plan.config
        encoding = header_value(transfer.headers, b"content-encoding")
        try:
            body = decompressed(b"".join(transfer.body), encoding, self._plan.max_body)
        except BodyUnreadableError as error:
            return "body_unreadable", {"error": str(error)}
        text = text_of(body, transfer.easy.getinfo(pycurl.CONTENT_TYPE) or "")
        if config.keyword and config.keyword not in text:
            return "keyword_missing", {"keyword": config.keyword}
        if config.keyword_absent and config.keyword_absent in text:
            return "keyword_present", {"keyword": config.keyword_absent}
        return None, {}

    def _end(
        self, status: Status, reason: str | None, detail: dict[str, Any], transfer: Transfer | None = None
    ) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._dns_timer is not None:
            self._dns_timer.cancel()
        outcome = Outcome(status, reason, detail, dns_ms=int(self._dns_ms * 1000) / 1000)
        if self._redirects:
            outcome.facts["redirects"] = self._redirects
        if self._failed:
            outcome.facts["unreached"] = self._failed
        if transfer is not None:
            self._add_measures(outcome, transfer)
        self._done(outcome)

    def _add_measures(self, outcome: Outcome, transfer: Transfer) -> None:
        getinfo = transfer.easy.getinfo
        outcome.address = self._request.address
        add_phases(outcome, transfer.easy, is_tls=self._request.is_tls)
        facts = outcome.facts
        status = getinfo(pycurl.RESPONSE_CODE)
        if status:
            outcome.http_status = status
            facts["http_version"] = _HTTP_VERSION.get(getinfo(pycurl.INFO_HTTP_VERSION), "?")
            facts["body_bytes"] = transfer.size
        if transfer.is_cut:
            facts["is_cut"] = True
        if self._request.is_tls and getinfo(pycurl.CONNECT_TIME_T):
            handshake = self._handshake(transfer)
            if handshake is not None:
                facts["tls"] = as_facts(handshake, self._loop.now_ms())
                facts["tls"]["is_verified"] = self._is_verified(outcome)

    def _endpoint(self) -> Endpoint:
        return self._target.host, self._request.address, self._request.port

    def _handshake(self, transfer: Transfer) -> Handshake | None:
        """What is known of the handshake; None when there was nothing to see."""
        if self._known is not None:
            return self._known
        leaf = leaf_of(transfer.easy.getinfo(pycurl.INFO_CERTINFO))
        if leaf is None and transfer.tls_version is None:
            return None
        handshake = Handshake(monotonic(), transfer.tls_version, leaf)
        if transfer.code != UNVERIFIED:
            self._loop.handshakes.put(self._endpoint(), handshake)
        return handshake

    def _is_verified(self, outcome: Outcome) -> bool | None:
        """True or False as the chain and the name were found; None when nobody was to look."""
        if not self._plan.config.verify_tls:
            return None
        return not (outcome.reason or "").startswith("tls_")


def redirected_method(method: str, status: int) -> str:
    """The method after a redirect, as browsers do it (Fetch, "HTTP-redirect fetch", step 12)."""
    if status in (301, 302) and method == "POST":
        return "GET"
    if status == 303 and method not in ("GET", "HEAD"):
        return "GET"
    return method


def add_phases(outcome: Outcome, easy: pycurl.Curl, *, is_tls: bool) -> None:
    """libcurl's running times (µs since the start) as the lengths of the phases (ms)."""
    getinfo = easy.getinfo
    connected = getinfo(pycurl.CONNECT_TIME_T)
    if not connected:
        return
    outcome.connect_ms = connected / 1000
    ready = connected
    if is_tls:
        ready = getinfo(pycurl.APPCONNECT_TIME_T)
        if not ready:
            return
        outcome.tls_ms = (ready - connected) / 1000
    first_byte = getinfo(pycurl.STARTTRANSFER_TIME_T)
    if not first_byte:
        return
    outcome.first_byte_ms = max(first_byte - ready, 0) / 1000
    outcome.transfer_ms = max(getinfo(pycurl.TOTAL_TIME_T) - first_byte, 0) / 1000
