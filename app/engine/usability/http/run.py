"""One HTTP check from name to verdict.

1. Find the addresses of the host, and let the guard judge every one that is tried.
2. Connect to the first that passes. If no connection comes about, the next gets its share of the time left.
3. Follow redirects by beginning again at 1, so that each hop passes the guard.
4. Judge the status, and what else the plan expects; take the phases of the last hop and the facts of its
   certificate. What proves a failure is kept from the second one in a row on, so that good checks cost less.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

import pycurl

from app.engine.net.curl import Transfer
from app.engine.net.target import Target, TargetError, parse_target
from app.engine.net.tls_facts import Endpoint, Handshake, as_facts, leaf_of
from app.engine.usability.content.answer import Answer, last_block
from app.engine.usability.http.errors import UNVERIFIED, failure_of, is_unreached
from app.engine.usability.http.evidence import evidence_of, masked, secrets_of
from app.engine.usability.http.hop import Hop
from app.engine.usability.http.judge import unmet
from app.engine.usability.http.measure import HTTP_VERSION, add_phases, redirected_method, version_of, word_of
from app.engine.usability.http.proxy import proxy_failure
from app.engine.usability.types import Outcome, Status

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODILESS = frozenset({204, 304})
_MAX_URL = 500


class HttpRun(Hop):
    """The state of one check; `done` is called exactly once.

    `answer` is there afterwards where the plan has something to judge.
    """

    __slots__ = ()

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
            location = word_of(transfer.easy, pycurl.REDIRECT_URL)
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
        if self._plan.proxy is not None:
            timeout_ms, is_tls = self._check.timeout_ms, self._request.is_tls
            failure = proxy_failure(transfer, self._plan.proxy, timeout_ms, is_tls=is_tls) or failure
        if transfer.code == UNVERIFIED and self._request.is_tls and not self._request.wants_tls:
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
        here = (self._method, self._target.url, self._cookies())
        self._seen.add(here)
        if self._jar is not None:
            self._jar.take(self._target.url, last_block(transfer.headers))
        try:
            target = parse_target(location)
        except TargetError as error:
            self._end("down", "redirect_invalid", {"url": location[:_MAX_URL], "error": str(error)}, transfer)
            return
        method = redirected_method(self._method, status)
        if (method, target.url, self._cookies(target)) in self._seen:
            if self._jar is None:
                # It may be a site that looks whether its cookies come back: once more, keeping them.
                self._plan.keeps_cookies = True
                self._start_cookies()
                self._go(target, method)
                return
            self._end("down", "redirect_loop", {"url": target.url[:_MAX_URL]}, transfer)
            return
        limit = self._plan.config.max_redirects
        if len(self._redirects) > limit:
            self._end("down", "too_many_redirects", {"limit": limit, "url": target.url[:_MAX_URL]}, transfer)
            return
        self._go(target, method)

    def _go(self, target: Target, method: str) -> None:
        self._target, self._method = target, method
        self._set_options()
        # A transfer's handle goes back to the pool after this callback; the next hop takes another one.
        self.begin()

    def _judge(self, transfer: Transfer, status: int) -> None:
        plan = self._plan
        if plan.judges or plan.is_suspect:
            self.answer = self._answer_of(transfer, status)
        if status == 407 and plan.proxy is not None:
            self._end("unknown", "proxy_login", {"proxy": plan.proxy.shown, "error": "HTTP 407"})
        elif status not in plan.accepted:
            detail = {"status": status, "accepted": plan.config.accepted_status}
            self._end("down", "http_status", detail, transfer)
        elif not transfer.size and self._lacks_end(transfer, status):
            self._end("down", "body_incomplete", {"error": "it ended within the headers"}, transfer)
        elif plan.judges and self.answer is not None:
            verdict = unmet(plan, self.answer, version_of(transfer)) or ("up", None, {})
            self._end(verdict[0], verdict[1], verdict[2], transfer)
        else:
            self._end("up", None, {}, transfer)

    def _lacks_end(self, transfer: Transfer, status: int) -> bool:
        """Whether the connection ended within the headers, which libcurl takes for an answer without a body.

        Where the headers were not kept and no length says that there is no body, the next check keeps them.
        """
        if transfer.headers:
            return not any(line in (b"\r\n", b"\n") for line in last_block(transfer.headers))
        if status not in _BODILESS and self._method != "HEAD":
            self._plan.keeps |= transfer.easy.getinfo(pycurl.CONTENT_LENGTH_DOWNLOAD_T) < 0
        return False

    def _answer_of(self, transfer: Transfer, status: int) -> Answer:
        lines = last_block(transfer.headers)
        if self._jar is not None:
            self._jar.take(self._target.url, lines)
        handshake = self._handshake(transfer) if self._request.is_tls else None
        leaf = handshake.leaf if handshake is not None else None
        return Answer(
            status,
            self._target.url,
            lines,
            b"".join(transfer.body),
            limit=self._plan.max_body,
            content_type=word_of(transfer.easy, pycurl.CONTENT_TYPE),
            size=self._size_of(transfer),
            is_cut=transfer.is_cut and transfer.easy.getinfo(pycurl.CONTENT_LENGTH_DOWNLOAD_T) < 0,
            took_ms=(monotonic() - self._begun_at) * 1000,
            redirects=len(self._redirects),
            days_left=leaf.days_left(self._loop.now_ms()) if leaf is not None else None,
        )

    @staticmethod
    def _size_of(transfer: Transfer) -> int:
        """The bytes of the body: those that came, or those announced where not all of them were read."""
        if not transfer.is_cut:
            return transfer.size
        announced: int = transfer.easy.getinfo(pycurl.CONTENT_LENGTH_DOWNLOAD_T)
        return max(transfer.size, announced)

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
        try:
            if transfer is not None:
                self._add_measures(outcome, transfer)
            if status != "up":
                self._add_evidence(outcome, transfer)
        except Exception as error:  # The verdict stands, whatever a stranger's answer does to its telling.
            outcome.facts["untold"] = f"{type(error).__name__}: {error}"[:200]
        self._plan.is_suspect = status != "up"
        self._done(outcome)

    def _add_evidence(self, outcome: Outcome, transfer: Transfer | None) -> None:
        config = self._plan.config
        secrets = secrets_of(config, config.headers.values(), self._token, *self._cookie_values())
        evidence: dict[str, Any] = {}
        if transfer is not None:
            answer = self.answer or self._answer_of(transfer, outcome.http_status or 0)
            chain = transfer.easy.getinfo(pycurl.INFO_CERTINFO) if self._request.wants_tls else []
            evidence = evidence_of(answer, version_of(transfer), chain)
        if self._redirects:
            evidence["redirects"] = [f"{each['status']} → {each['url']}" for each in self._redirects]
        outcome.detail = masked(outcome.detail, secrets)
        if evidence:
            outcome.facts["evidence"] = masked(evidence, secrets)

    def _cookie_values(self) -> tuple[str, ...]:
        return self._jar.values if self._jar is not None else ()

    def _add_measures(self, outcome: Outcome, transfer: Transfer) -> None:
        getinfo = transfer.easy.getinfo
        outcome.address = self._request.address
        add_phases(outcome, transfer.easy, is_tls=self._request.is_tls)
        facts = outcome.facts
        status = getinfo(pycurl.RESPONSE_CODE)
        if status:
            outcome.http_status = status
            facts["http_version"] = HTTP_VERSION.get(getinfo(pycurl.INFO_HTTP_VERSION), "?")
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
        self._known = Handshake(monotonic(), transfer.tls_version, leaf)
        if transfer.code != UNVERIFIED:
            self._loop.handshakes.put(self._endpoint(), self._known)
        return self._known

    def _is_verified(self, outcome: Outcome) -> bool | None:
        """True or False as the chain and the name were found; None when nobody was to look."""
        if not self._plan.config.verify_tls:
            return None
        return not (outcome.reason or "").startswith("tls_")
