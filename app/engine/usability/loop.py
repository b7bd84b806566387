"""The engine: one thread, thousands of checks in flight, each begun at its exact time.

It knows how far to trust itself. A check that timed out while the loop was held up (a starved machine, a
stopped process) is `unknown`, never `down`: the target may well have answered.
"""

from __future__ import annotations

import resource
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic
from typing import Any

from pydantic import ValidationError

from app.engine.net.curl import CurlMulti
from app.engine.net.reactor import Reactor, Timer, guarded, report
from app.engine.net.resolver import Resolver
from app.engine.net.tls_facts import HandshakeMemory
from app.engine.usability.control.control import Control
from app.engine.usability.reasons import TIMEOUTS
from app.engine.usability.registry import UnknownTypeError, all_types, get_type, problems
from app.engine.usability.types import Check, Outcome, Sample

OnSample = Callable[[Sample], None]
MAX_IN_FLIGHT = 5000
_HELPER_THREADS = 32
# Descriptors left to the rest of the process.
_SPARE_DESCRIPTORS = 128
# Failures on our own way: the target itself was not asked, so that they prove no silence of it either.
_UNASKED = frozenset({"address_refused", "token_refused", "token_unreachable"})


class ProbeLoop:
    """What monitor types see of the engine while a check runs. Lives in the loop's thread."""

    def __init__(
        self, ca_file: str, dns_servers: Sequence[str], now_ms: Callable[[], int], chromium: str = ""
    ) -> None:
        self.reactor = Reactor()
        self.resolver = Resolver(self.reactor, dns_servers)
        self.curl = CurlMulti(self.reactor, ca_file)
        self.handshakes = HandshakeMemory()
        self.now_ms = now_ms
        self.ca_file = ca_file
        self.dns_servers = tuple(dns_servers)
        self.chromium = chromium
        # What conversations leave open when the loop ends: each one's way to give its sockets back.
        self.closers: set[Callable[[], None]] = set()
        self._pool: ThreadPoolExecutor | None = None

    def in_thread(self, work: Callable[[], Outcome], check: Check, done: Callable[[Outcome], None]) -> None:
        """Run blocking work in a helper thread; its outcome, error or lateness reaches `done` in the loop.

        Work that no thread was free for in all its time is `unknown`, and not begun afterwards.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_HELPER_THREADS, thread_name_prefix="probe")
        once = _Once(done)
        has_begun = threading.Event()
        timer = self.reactor.call_at(
            monotonic() + check.timeout_ms / 1000, lambda: once(_late(check, has_begun.is_set()))
        )

        def finish(outcome: Outcome) -> None:
            timer.cancel()
            once(outcome)

        def run() -> None:
            if once.is_done:
                return
            has_begun.set()
            try:
                outcome = work()
            except Exception as error:
                outcome = Outcome("unknown", "probe_error", {"error": _short(error)})
            self.reactor.call_soon_threadsafe(lambda: finish(outcome))

        self._pool.submit(run)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        for close in list(self.closers):
            guarded(close)
        self.curl.close()
        self.resolver.close()
        self.reactor.close()


class _Once:
    """Passes the first outcome on and drops the rest."""

    __slots__ = ("_done",)

    def __init__(self, done: Callable[[Outcome], None]) -> None:
        self._done: Callable[[Outcome], None] | None = done

    @property
    def is_done(self) -> bool:
        return self._done is None

    def __call__(self, outcome: Outcome) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(outcome)


def _late(check: Check, has_begun: bool) -> Outcome:
    """What is known of blocking work when its time is over."""
    if has_begun:
        return Outcome("down", "timeout", {"timeout_ms": check.timeout_ms})
    return Outcome("unknown", "probe_overloaded", {"stolen_ms": check.timeout_ms, "seemed": "timeout"})


class _Flight:
    """One check on its way from `submit` to its sample."""

    __slots__ = (
        "check",
        "due_at",
        "engine",
        "is_over",
        "on_sample",
        "started_at",
        "started_ms",
        "stolen_before",
    )

    def __init__(self, engine: Engine, check: Check, on_sample: OnSample, due_at: float) -> None:
        self.engine = engine
        self.check = check
        self.on_sample = on_sample
        self.due_at = due_at
        self.started_at: float | None = None
        self.started_ms = 0
        self.stolen_before = 0.0
        self.is_over = False

    def due(self) -> None:
        self.engine._start(self)

    def done(self, outcome: Outcome) -> None:
        self.engine._finish(self, outcome)


class Engine:
    """Makes checks in a thread of its own. `submit` may be called from any thread.

    `ca_file` is the bundle of trusted authorities (PEM), `location` names where this engine runs,
    `dns_servers` overrules `/etc/resolv.conf`, `now_ms` is the wall clock, `chromium` is the browser's path
    where it is not to be found on PATH.
    """

    def __init__(
        self,
        *,
        ca_file: str,
        location: str,
        dns_servers: Sequence[str] = (),
        now_ms: Callable[[], int],
        max_in_flight: int = MAX_IN_FLIGHT,
        chromium: str = "",
    ) -> None:
        all_types()  # Importing them takes longer than a check, and no check shall wait for it.
        self._location = location
        self._now_ms = now_ms
        self._loop = ProbeLoop(ca_file, dns_servers, now_ms, chromium)
        self._control = Control(self._loop, lambda: self._loop.resolver.servers)
        self._limit = max(min(max_in_flight, _descriptor_limit() - _SPARE_DESCRIPTORS), 16)
        self._in_flight: set[_Flight] = set()
        self._scheduled: dict[_Flight, Timer] = {}
        self._queue: deque[_Flight] = deque()
        self._is_closed = False
        self.done_count = 0
        self._thread = threading.Thread(target=self._loop.reactor.run, name="probe-engine", daemon=True)
        self._thread.start()

    def submit(self, checks: Sequence[Check], on_sample: OnSample) -> None:
        """Make each check at its `due_ms`, or now when that is past.

        `on_sample` is called exactly once a check, in the engine's thread, and must be quick. Raises
        RuntimeError after `close()`.
        """
        if self._is_closed:
            raise RuntimeError("the engine is closed")
        offset = monotonic() - self._now_ms() / 1000
        flights = [_Flight(self, check, on_sample, check.due_ms / 1000 + offset) for check in checks]
        self._loop.reactor.call_soon_threadsafe(lambda: self._schedule(flights))

    def watch_own_network(self) -> None:
        """Ask the control targets every few seconds, not only when checks fail. From any thread."""
        self._loop.reactor.call_soon_threadsafe(self._control.start)

    def use_control_targets(self, targets: Sequence[str]) -> None:
        """What to look at when checks fail as if the own network were gone. From any thread."""
        self._loop.reactor.call_soon_threadsafe(lambda: self._control.give(targets))

    def control_report(self) -> dict[str, Any]:
        """What the control targets last said (`Control.report`)."""
        return self._control.report()

    def worst_lag_ms(self, seconds: float) -> float:
        """The longest time in one piece, of the last `seconds`, in which the loop attended to nobody."""
        now = monotonic()
        return _ms(self._loop.reactor.worst_lag_since(now - seconds, now))

    @property
    def in_flight(self) -> int:
        """How many checks are running at this moment."""
        return len(self._in_flight)

    def close(self, timeout: float = 5.0) -> None:
        """Stop. Checks that are not done give samples with status unknown, reason `probe_stopped`."""
        if self._is_closed:
            return
        self._is_closed = True
        self._loop.reactor.call_soon_threadsafe(self._abandon)
        self._loop.reactor.stop()
        self._thread.join(timeout)
        if not self._thread.is_alive():
            # A submit that ran while close began may have left its checks behind.
            self._loop.reactor.run_remaining_calls()
            self._abandon()
            self._loop.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _schedule(self, flights: list[_Flight]) -> None:
        now = monotonic()
        for flight in flights:
            if flight.due_at <= now:
                self._start(flight)
            else:
                self._scheduled[flight] = self._loop.reactor.call_at(flight.due_at, flight.due)

    def _start(self, flight: _Flight) -> None:
        self._scheduled.pop(flight, None)
        if len(self._in_flight) >= self._limit:
            self._queue.append(flight)
            return
        flight.started_at = monotonic()
        flight.started_ms = self._now_ms()
        flight.stolen_before = self._loop.reactor.stolen(flight.started_at)
        self._in_flight.add(flight)
        check = flight.check
        try:
            get_type(check.type).start(self._loop, check, flight.done)
        except UnknownTypeError as error:
            flight.done(Outcome("unknown", "config_invalid", {"error": str(error)}))
        except ValidationError as error:
            found = "; ".join(f"{name}: {what}" for name, what in problems(error).items())
            flight.done(Outcome("unknown", "config_invalid", {"error": found[:300]}))
        except Exception as error:
            flight.done(Outcome("unknown", "probe_error", {"error": _short(error)}))

    def _finish(self, flight: _Flight, outcome: Outcome) -> None:
        if flight.is_over:
            return
        flight.is_over = True
        self._in_flight.discard(flight)
        self.done_count += 1
        sample = self._sample(flight, outcome)
        if not self._control.holds(sample, flight.on_sample):
            try:
                flight.on_sample(sample)
            except Exception:
                report()
        if self._queue and len(self._in_flight) < self._limit:
            self._loop.reactor.call_at(0.0, self._queue.popleft().due)

    def _sample(self, flight: _Flight, outcome: Outcome) -> Sample:
        now = monotonic()
        check, started_at = flight.check, flight.started_at
        reactor = self._loop.reactor
        if started_at is not None and not TIMEOUTS.isdisjoint((outcome.reason, outcome.detail.get("error"))):
            outcome = self._trusted(outcome, check, reactor.stolen(now) - flight.stolen_before)
        if check.is_inverted:
            outcome = _inverted(outcome)
        return Sample(
            id=check.id,
            monitor_id=check.monitor_id,
            location=self._location,
            due_ms=check.due_ms,
            started_ms=flight.started_ms or self._now_ms(),
            status=outcome.status,
            reason=outcome.reason,
            detail=outcome.detail,
            total_ms=_total_ms(outcome, started_at, now),
            dns_ms=outcome.dns_ms,
            connect_ms=outcome.connect_ms,
            tls_ms=outcome.tls_ms,
            first_byte_ms=outcome.first_byte_ms,
            transfer_ms=outcome.transfer_ms,
            late_ms=_ms(max((started_at or now) - flight.due_at, 0.0)),
            lag_ms=0.0 if started_at is None else _ms(reactor.worst_lag_since(started_at, now)),
            http_status=outcome.http_status,
            address=outcome.address,
            facts=outcome.facts,
        )

    def _trusted(self, outcome: Outcome, check: Check, stolen: float) -> Outcome:
        """The outcome of a timeout, or `probe_overloaded` when a tenth of the time was not ours."""
        if stolen * 1000 < check.timeout_ms / 10:
            return outcome
        detail = {"stolen_ms": round(stolen * 1000), "seemed": outcome.reason}
        return Outcome("unknown", "probe_overloaded", detail, facts=outcome.facts)

    def _abandon(self) -> None:
        for timer in self._scheduled.values():
            timer.cancel()
        flights = [*self._in_flight, *self._queue, *self._scheduled]
        self._queue.clear()
        self._scheduled.clear()
        for flight in flights:
            stopped = Outcome("unknown", "probe_stopped")
            guarded(lambda flight=flight, stopped=stopped: flight.done(stopped))  # type: ignore[misc]
        self._control.release()


def _inverted(outcome: Outcome) -> Outcome:
    """Good for bad and bad for good; what could not be judged stays unknown."""
    if outcome.status == "unknown":
        return outcome
    if outcome.reason in _UNASKED:
        return replace(outcome, status="unknown")
    if outcome.status == "down":
        facts = {**outcome.facts, "seemed": outcome.reason}
        return replace(outcome, status="up", reason=None, detail={}, facts=facts)
    return replace(outcome, status="down", reason="answered", detail={})


def _descriptor_limit() -> int:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_IN_FLIGHT + _SPARE_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def _total_ms(outcome: Outcome, started_at: float | None, now: float) -> float | None:
    if started_at is None or outcome.total_ms is not None:
        return outcome.total_ms
    return _ms(now - started_at)


def _ms(seconds: float) -> float:
    """Milliseconds with whole microseconds."""
    return int(seconds * 1_000_000) / 1000


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
