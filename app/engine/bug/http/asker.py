"""The polite client of a scan: within its budget, its rate, its site, and until it is told to stop.

Every request of a scan goes through here. One thread, a few connections at once: libcurl's multi interface is
turned by hand in short steps, so that a word to stop is heard within a fifth of a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import monotonic, sleep
from urllib.parse import urljoin

import pycurl

from app.engine.bug.http.addresses import Addresses
from app.engine.bug.http.flight import UNVERIFIED, Flight
from app.engine.bug.http.pace import Pace
from app.engine.bug.http.scope import Scope
from app.engine.bug.types import Headers, Plan, Request, Response
from app.engine.net.curl import Transfer
from app.engine.net.target import TargetError, parse_target

AGENT = "CloudEye"
USER_AGENT = "Mozilla/5.0 (compatible; CloudEye/1.0; weakness scan)"
SCAN_HEADER = "X-CloudEye-Scan"
MAX_ERRORS = 5
"""So many requests in a row without an answer, or refused for being too many, end a scan."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAP_SECONDS = 0.2
_SOON_SECONDS = 0.002
_ANSWERED_ERRORS = frozenset({"out_of_scope", "body_unreadable", "headers_too_large", "url_invalid"})


class ScanOverError(Exception):
    """No more may be asked. `reason` is budget, stopped, errors or time. Checks let it pass."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Asker:
    """Asks within a plan. Not for several threads at once. `now` is the wall clock in unix seconds.

    A site whose certificate does not verify is asked without verifying, and then without the log-in.
    """

    def __init__(
        self, plan: Plan, *, now: Callable[[], float], stop: Callable[[], bool] = lambda: False
    ) -> None:
        self.plan = plan
        self.scope = Scope(plan.url)
        self.sent = 0
        self.login_headers: Headers = plan.login.headers if plan.login else ()
        self.tls_error: str | None = None
        self.on_sent: Callable[[int], None] = lambda sent: None
        self.on_response: Callable[[Response], None] = lambda response: None
        self._now = now
        self._stop = stop
        self._ends_at = monotonic() + plan.max_seconds
        self._pace = Pace(plan.rate)
        self._addresses = Addresses(plan.allow, plan.dns_servers, stop)
        self._errors = 0
        self._multi = pycurl.CurlMulti()
        self._idle: list[Transfer] = []

    @property
    def left(self) -> int:
        """Requests the budget still permits."""
        return max(self.plan.budget - self.sent, 0)

    def ask(
        self, request: Request | str, *, method: str = "GET", headers: Headers = (), body: bytes = b""
    ) -> Response:
        """Send one request and wait for its answer. A string is an address (absolute).

        Whatever goes wrong at the other end is the response's `error`; an address outside the scan gives
        the error "out_of_scope" and is not sent. Raises ScanOverError.
        """
        if isinstance(request, str):
            request = Request(request, method, headers, body)
        return self.ask_all([request])[0]

    def ask_all(self, requests: Sequence[Request | str]) -> list[Response]:
        """Send several, as many at once as the plan permits; the answers in order. Raises ScanOverError.

        When the scan is over for another reason than a word to stop, what was answered until then comes back
        and the rest has the error "not_sent"; the next call raises.
        """
        wanted = [Request(each) if isinstance(each, str) else each for each in requests]
        if not wanted:
            return []
        self._end_if_over()
        self._pace.rest(monotonic())
        return _Round(self, wanted).run()

    def follow(self, request: Request | str, *, most: int = 10, admits: bool = False) -> tuple[Response, ...]:
        """The answers hop by hop; the last is no redirect, leads out of the scan, or has an error.

        `admits`: another port where the host speaks https is taken into the scan.
        """
        hop = Request(request) if isinstance(request, str) else request
        hops = [self.ask(hop)]
        seen = {hop.url}
        while len(hops) <= most:
            location = self.redirect_of(hops[-1])
            if admits:
                self.scope.admit(location)
            if not location or location in seen or not self.scope.has(location):
                break
            seen.add(location)
            hop = replace(hop, url=location)
            hops.append(self.ask(hop))
        return tuple(hops)

    @staticmethod
    def redirect_of(response: Response) -> str:
        """Where a redirect leads, absolute; empty when it is none."""
        location = response.header("location")
        if response.status not in _REDIRECTS or not location:
            return ""
        try:
            return urljoin(response.url, location).partition("#")[0]
        except ValueError:
            return ""

    def is_in_scope(self, url: str) -> bool:
        """Whether the address may be asked at all: the very host that is scanned."""
        return self.scope.has(url)

    def wait_turn(self) -> None:
        """Wait as for a request of the plan's rate, without counting one (for a TLS handshake, a question
        to a name server). Raises ScanOverError.
        """
        self._pace.rest(monotonic())
        while True:
            self._end_if_over(needs_budget=False)
            delay = self._pace.delay(monotonic())
            if not delay:
                self._pace.take(monotonic())
                return
            sleep(min(delay, _NAP_SECONDS))

    def may_tell(self, url: str) -> bool:
        """Whether a log-in may be sent there: not to whom nobody vouches for, nor in the clear where the site
        is scanned by https.
        """
        is_clear = not url.lower().startswith("https:")
        return self.tls_error is None and not (is_clear and self.plan.url.lower().startswith("https:"))

    def be_slower(self, rate: float) -> None:
        """Ask at most at this rate (requests a second), as the site itself wishes."""
        self._pace = Pace(min(rate, self._pace.rate))

    def is_over(self) -> bool:
        """Whether the scan is stopped or out of time, for long waits inside a check."""
        return self._stop() or monotonic() >= self._ends_at

    def close(self) -> None:
        for transfer in self._idle:
            transfer.close()
        self._idle.clear()
        self._multi.close()

    def _end_if_over(self, *, needs_budget: bool = True) -> None:
        if self._stop():
            raise ScanOverError("stopped")
        reason = self._why_over(needs_budget=needs_budget)
        if reason:
            raise ScanOverError(reason)

    def _why_over(self, *, needs_budget: bool = True) -> str | None:
        if self._errors >= MAX_ERRORS:
            return "errors"
        if monotonic() >= self._ends_at:
            return "time"
        return "budget" if needs_budget and not self.left else None

    def _note(self, response: Response) -> None:
        """Learn from an answer how the site fares."""
        if response.error in _ANSWERED_ERRORS:
            return
        if response.status in (429, 503):
            self._errors += 1
            self._pace.slow_down(monotonic(), _retry_after(response))
        elif response.error:
            self._errors += 1
        else:
            self._errors = 0
            self._pace.note(response.elapsed_ms)
        self.on_response(response)

    def _flight(self, request: Request) -> Flight | Response:
        """The request, ready to go; or its answer, when it does not go."""
        try:
            target = parse_target(request.url)
        except TargetError:
            return Response(request, at=self._now(), error="url_invalid")
        if not self.scope.has(request.url):
            return Response(request, at=self._now(), error="out_of_scope")
        addresses, error = self._addresses.find(target.host)
        if error is not None:
            return Response(request, at=self._now(), error=error)
        return Flight(
            request,
            target,
            addresses,
            self._headers_of(request),
            verifies=self.tls_error is None,
            left_ms=int((self._ends_at - monotonic()) * 1000),
        )

    def _headers_of(self, request: Request) -> Headers:
        own = {name.lower() for name, _ in request.headers}
        common: list[tuple[str, str]] = [
            ("User-Agent", USER_AGENT),
            (SCAN_HEADER, self.plan.scan_id or "cli"),
            ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
            ("Accept-Language", "en,zh;q=0.8,*;q=0.5"),
        ]
        if self.may_tell(request.url):
            common += self.login_headers
        if request.body and request.method != "GET":
            common.append(("Content-Type", "application/x-www-form-urlencoded"))
        return (*(each for each in common if each[0].lower() not in own), *request.headers)

    def _take_transfer(self) -> Transfer:
        return self._idle.pop() if self._idle else Transfer(self.plan.ca_file)


class _Round:
    """Some requests, sent together."""

    def __init__(self, asker: Asker, requests: Sequence[Request]) -> None:
        self._asker = asker
        self._waiting = deque(enumerate(requests))
        self._again: deque[tuple[int, Flight]] = deque()
        self._flying: dict[pycurl.Curl, tuple[int, Flight, Transfer]] = {}
        self._found: list[Response | None] = [None] * len(requests)
        self._requests = requests

    def run(self) -> list[Response]:
        asker = self._asker
        try:
            while self._waiting or self._again or self._flying:
                if asker._stop():
                    raise ScanOverError("stopped")
                self._send()
                self._turn()
        finally:
            for easy, (_, _, transfer) in self._flying.items():
                asker._multi.remove_handle(easy)
                transfer.close()
        return [each or Response(request, error="not_sent") for each, request in self._pairs()]

    def _pairs(self) -> Iterable[tuple[Response | None, Request]]:
        return zip(self._found, self._requests, strict=True)

    def _send(self) -> None:
        """Start what may go now."""
        asker = self._asker
        while self._again and len(self._flying) < asker.plan.connections:
            self._start(*self._again.popleft())
        while self._waiting and len(self._flying) < asker.plan.connections:
            if asker._why_over() is not None:
                self._waiting.clear()
                return
            if asker._pace.delay(monotonic()):
                return
            place, request = self._waiting.popleft()
            flight = asker._flight(request)
            if isinstance(flight, Response):
                self._found[place] = flight
                asker._note(flight)
                continue
            asker._pace.take(monotonic())
            asker.sent += 1
            self._start(place, flight)
            asker.on_sent(asker.sent)

    def _start(self, place: int, flight: Flight) -> None:
        asker = self._asker
        transfer = asker._take_transfer()
        try:
            flight.prepare(transfer)
        except (pycurl.error, UnicodeError, ValueError, TypeError):
            transfer.close()
            self._found[place] = Response(flight.request, at=asker._now(), error="url_invalid")
            return
        asker._multi.add_handle(transfer.easy)
        self._flying[transfer.easy] = (place, flight, transfer)

    def _turn(self) -> None:
        """Let libcurl work, and wait a little for something to happen."""
        asker = self._asker
        while True:
            code, _ = asker._multi.perform()
            if code != pycurl.E_CALL_MULTI_PERFORM:
                break
        if self._collect():
            return
        if not self._flying and not self._waiting:
            return
        delay = asker._pace.delay(monotonic())
        is_held = self._waiting and len(self._flying) < asker.plan.connections
        nap = min(_NAP_SECONDS, delay) if is_held else _NAP_SECONDS
        if not self._flying:
            sleep(nap)
        elif asker._multi.select(nap) == -1:
            # libcurl has no socket yet to wait for.
            sleep(min(nap, _SOON_SECONDS))

    def _collect(self) -> bool:
        """Take in what has ended; whether anything has."""
        _, good, bad = self._asker._multi.info_read(100)
        for easy in good:
            self._land(easy, 0, "")
        for easy, code, message in bad:
            self._land(easy, code, message)
        return bool(good or bad)

    def _land(self, easy: pycurl.Curl, code: int, message: str) -> None:
        asker = self._asker
        place, flight, transfer = self._flying.pop(easy)
        asker._multi.remove_handle(easy)
        transfer.code, transfer.message = code, message
        is_again = flight.is_again(transfer) and (not flight.was_answered or asker.left > 0)
        if is_again and flight.was_answered:
            asker.sent += 1
            asker._pace.take(monotonic())
        response = flight.response(transfer, asker._now())
        transfer.settle()
        asker._idle.append(transfer)
        if is_again:
            self._again.append((place, flight))
        elif response.error in UNVERIFIED and flight.verifies:
            # Not a word of HTTP was said, so it counts as not sent.
            asker.tls_error = response.error
            again = asker._flight(flight.request)
            if isinstance(again, Flight):
                self._again.append((place, again))
        else:
            self._found[place] = response
            asker._note(response)


def _retry_after(response: Response) -> float:
    value = response.header("retry-after").strip()
    return float(value) if value.isdecimal() and len(value) < 6 else 2.0
