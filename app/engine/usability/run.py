"""What checks inside the loop have in common: they end exactly once, and leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from app.engine.net.guard import AddressRefusedError, AllowList, check_address
from app.engine.net.resolver import Answer, Family
from app.engine.usability.types import Check, Done, Outcome, Status

if TYPE_CHECKING:
    from app.engine.net.reactor import Timer
    from app.engine.usability.loop import ProbeLoop

OnAddresses = Callable[[list[str]], None]


class Run:
    """One check. Everything happens in the loop's thread.

    A subclass gives its callbacks through `step` or `at`, so that what goes wrong inside one becomes the
    check's outcome, and what comes after the end is dropped. `at_end` takes what must be closed.
    """

    def __init__(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        self.loop = loop
        self.check = check
        self.started = monotonic()
        self.stop_at = self.started + check.timeout_ms / 1000
        self.dns_ms: float | None = None
        self.is_over = False
        self._done = done
        self._closers: list[Callable[[], None]] = []
        loop.closers.add(self._close)

    def end(self, outcome: Outcome) -> None:
        """Give the outcome; every further one is dropped."""
        if self.is_over:
            return
        self.is_over = True
        self._close()
        if outcome.dns_ms is None:
            outcome.dns_ms = self.dns_ms
        self._done(outcome)

    def fail(self, reason: str, status: Status = "down", **detail: Any) -> None:
        """End without an answer worth keeping."""
        self.end(Outcome(status, reason, detail))

    def at_end(self, closer: Callable[[], None]) -> None:
        self._closers.append(closer)

    def at(self, when: float, what: Callable[[], None]) -> Timer:
        """Call `what` at that moment (`monotonic()`), unless the check is over by then."""
        timer = self.loop.reactor.call_at(when, lambda: self.step(what))
        self._closers.append(timer.cancel)
        return timer

    def step(self, what: Callable[[], None]) -> None:
        """Do what a callback is for."""
        if self.is_over:
            return
        try:
            what()
        except Exception as error:
            self.fail("probe_error", "unknown", error=f"{type(error).__name__}: {error}"[:200])

    def _close(self) -> None:
        self.loop.closers.discard(self._close)
        for closer in self._closers:
            closer()
        self._closers.clear()

    def find(self, host: str, family: Family, then: OnAddresses) -> None:
        """Look the host up, let the guard judge its addresses, and go on with those that pass."""
        asked_at = monotonic()

        def take(answer: Answer) -> None:
            self.dns_ms = int((monotonic() - asked_at) * 1_000_000) / 1000
            if answer.reason is not None:
                self._end_nameless(host, answer.reason)
            else:
                self._pass_on(host, answer.addresses, then)

        known = self.loop.resolver.cached(host, family)
        if known is not None:
            take(known)
            return
        self.at(self.stop_at, lambda: self._end_unheard(host, family))
        left = max(self.stop_at - asked_at, 0.001)
        self.loop.resolver.lookup(host, family, left, lambda answer: self.step(lambda: take(answer)))

    def permits(self, host: str, address: str) -> bool:
        """Whether the address may be spoken to; if not, the check has ended."""
        try:
            check_address(address, AllowList.of(self.check.allow))
        except AddressRefusedError as error:
            self.fail("address_refused", host=host, address=error.ip, why=error.why)
            return False
        return True

    def _pass_on(self, host: str, addresses: tuple[str, ...], then: OnAddresses) -> None:
        allow = AllowList.of(self.check.allow)
        passed: list[str] = []
        refused: AddressRefusedError | None = None
        for address in addresses:
            try:
                check_address(address, allow)
                passed.append(address)
            except AddressRefusedError as error:
                refused = error
        if passed or refused is None:
            then(passed)
        else:
            self.fail("address_refused", host=host, address=refused.ip, why=refused.why)

    def _end_unheard(self, host: str, family: Family) -> None:
        if self.dns_ms is None:
            self._end_nameless(host, self.loop.resolver.silence_reason(host, family))

    def _end_nameless(self, host: str, reason: str) -> None:
        status: Status = "unknown" if reason == "probe_no_dns" else "down"
        self.fail(reason, status, host=host, timeout_ms=self.check.timeout_ms)
