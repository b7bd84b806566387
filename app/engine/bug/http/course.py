"""How a scan fares: what it has spent of its budget and time, how fast it may go, and when it is over."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from app.engine.bug.http.pace import Pace
from app.engine.bug.types import Plan, Response

MAX_ERRORS = 5
"""So many requests in a row without an answer, or refused for being too many, end a scan."""
NAP_SECONDS = 0.2
"""The longest wait between two looks at the word to stop."""
_ANSWERED_ERRORS = frozenset({"out_of_scope", "body_unreadable", "headers_too_large", "url_invalid"})


class ScanOverError(Exception):
    """No more may be asked. `reason` is budget, stopped, errors or time. Checks let it pass."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Course:
    """`sent` counts requests; `tls_error` is why the site's certificate is not believed, once it is known."""

    def __init__(self, plan: Plan, stop: Callable[[], bool]) -> None:
        self.sent = 0
        self.tls_error: str | None = None
        self.is_stopped = stop
        self._budget = plan.budget
        self._ends_at = monotonic() + plan.max_seconds
        self._pace = Pace(plan.rate)
        self._errors = 0

    @property
    def left(self) -> int:
        """Requests the budget still permits."""
        return max(self._budget - self.sent, 0)

    @property
    def left_ms(self) -> int:
        """Milliseconds until the time is up; negative when it is."""
        return int((self._ends_at - monotonic()) * 1000)

    def is_over(self) -> bool:
        """Whether the scan is stopped or out of time."""
        return self.is_stopped() or monotonic() >= self._ends_at

    def why_over(self, *, needs_budget: bool = True) -> str | None:
        """Why no more may be sent, but for a word to stop."""
        if self._errors >= MAX_ERRORS:
            return "errors"
        if monotonic() >= self._ends_at:
            return "time"
        return "budget" if needs_budget and not self.left else None

    def end_if_over(self, *, needs_budget: bool = True) -> None:
        """Raises ScanOverError."""
        if self.is_stopped():
            raise ScanOverError("stopped")
        reason = self.why_over(needs_budget=needs_budget)
        if reason:
            raise ScanOverError(reason)

    def delay(self) -> float:
        """Seconds until the next request may go."""
        return self._pace.delay(monotonic())

    def rest(self) -> None:
        """Nothing waited to be sent until now."""
        self._pace.rest(monotonic())

    def count(self) -> None:
        """A request goes."""
        self.sent += 1
        self._pace.take(monotonic())

    def wait_turn(self) -> None:
        """Wait as for a request, without counting one. Raises ScanOverError."""
        self.rest()
        while True:
            self.end_if_over(needs_budget=False)
            delay = self.delay()
            if not delay:
                self._pace.take(monotonic())
                return
            sleep(min(delay, NAP_SECONDS))

    def be_slower(self, rate: float) -> None:
        """Ask at most at this rate (requests a second)."""
        self._pace = Pace(min(rate, self._pace.rate))

    def learn(self, response: Response) -> bool:
        """Learn from an answer how the site fares; whether it was one, rather than our own refusal."""
        if response.error in _ANSWERED_ERRORS:
            return False
        if response.status in (429, 503):
            self._errors += 1
            self._pace.slow_down(monotonic(), _retry_after(response))
        elif response.error:
            self._errors += 1
        else:
            self._errors = 0
            self._pace.note(response.elapsed_ms)
        return True


def _retry_after(response: Response) -> float:
    value = response.header("retry-after").strip()
    return float(value) if value.isdecimal() and len(value) < 6 else 2.0
