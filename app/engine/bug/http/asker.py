"""The polite client of a scan: within its budget, its rate, its site, and until it is told to stop.

Every request of a scan goes through here. One thread, a few connections at once: libcurl's multi interface is
turned by hand in short steps, so that a word to stop is heard within a fifth of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urljoin

from app.engine.bug.http.addresses import Addresses
from app.engine.bug.http.course import Course
from app.engine.bug.http.flight import Flight
from app.engine.bug.http.round import Round, Wires
from app.engine.bug.http.scope import Scope
from app.engine.bug.types import Headers, Plan, Request, Response
from app.engine.net.target import TargetError, parse_target

AGENT = "CloudEye"
USER_AGENT = "Mozilla/5.0 (compatible; CloudEye/1.0; weakness scan)"
SCAN_HEADER = "X-CloudEye-Scan"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Asker:
    """Asks within a plan. Not for several threads at once. `now` is the wall clock in unix seconds.

    A site whose certificate does not verify is asked without verifying, and then without the log-in.
    """

    def __init__(
        self, plan: Plan, *, now: Callable[[], float], stop: Callable[[], bool] = lambda: False
    ) -> None:
        self.plan = plan
        self.scope = Scope(plan.url)
        self.login_headers: Headers = plan.login.headers if plan.login else ()
        self.on_sent: Callable[[int], None] = lambda sent: None
        self.on_response: Callable[[Response], None] = lambda response: None
        self._now = now
        self._course = Course(plan, stop)
        self._addresses = Addresses(plan.allow, plan.dns_servers, stop)
        self._wires = Wires(plan.ca_file, plan.connections)

    @property
    def sent(self) -> int:
        """Requests sent so far."""
        return self._course.sent

    @property
    def left(self) -> int:
        """Requests the budget still permits."""
        return self._course.left

    @property
    def tls_error(self) -> str | None:
        """Why the site's certificate is not believed, once that is known."""
        return self._course.tls_error

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
        self._course.end_if_over()
        self._course.rest()
        return Round(wanted, self, self._course, self._wires).run()

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
        self._course.wait_turn()

    def may_tell(self, url: str) -> bool:
        """Whether a log-in may be sent there: not to whom nobody vouches for, nor in the clear where the site
        is scanned by https.
        """
        is_clear = not url.lower().startswith("https:")
        return self.tls_error is None and not (is_clear and self.plan.url.lower().startswith("https:"))

    def be_slower(self, rate: float) -> None:
        """Ask at most at this rate (requests a second), as the site itself wishes."""
        self._course.be_slower(rate)

    def is_over(self) -> bool:
        """Whether the scan is stopped or out of time, for long waits inside a check."""
        return self._course.is_over()

    def close(self) -> None:
        self._wires.close()

    def flight_of(self, request: Request) -> Flight | Response:
        """For a round: the request, ready to go; or its answer, when it does not go."""
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
            left_ms=self._course.left_ms,
            now=self._now,
        )

    def went(self) -> None:
        """For a round: a request has been sent."""
        self.on_sent(self.sent)

    def came(self, response: Response) -> None:
        """For a round: an answer has come, or the reason why there is none."""
        if self._course.learn(response):
            self.on_response(response)

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
