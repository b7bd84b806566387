"""The loop that fetches run in: one thread with libcurl's multi interface, a bounded number in flight."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from app.engine.net.curl import CurlMulti
from app.engine.net.reactor import Reactor
from app.engine.net.resolver import Resolver
from app.engine.tamper.fetch.run import FetchRun, OnObservation
from app.engine.tamper.fetch.want import Want
from app.engine.tamper.types import Observation

MAX_IN_FLIGHT = 128


class FetchLoop:
    """`submit` may be called from any thread; `now` is the wall clock in unix seconds."""

    def __init__(self, ca_file: str, dns_servers: Sequence[str], now: Callable[[], float]) -> None:
        self.now = now
        self.reactor = Reactor()
        self.resolver = Resolver(self.reactor, dns_servers)
        self.curl = CurlMulti(self.reactor, ca_file)
        self._running: set[FetchRun] = set()
        self._queue: deque[tuple[Want, OnObservation]] = deque()
        self._lock = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self.reactor.run, name="tamper-fetch", daemon=True)
        self._thread.start()

    def submit(self, want: Want, on_observation: OnObservation) -> None:
        """Fetch; `on_observation` is called exactly once, in the loop's thread, and must be quick.

        Raises RuntimeError after `close()`.
        """
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the fetcher is closed")
            self.reactor.call_soon_threadsafe(partial(self._take, want, on_observation))

    def close(self, timeout: float = 5.0) -> None:
        """Stop. Fetches that are not done give observations with error `probe_stopped`."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        self.reactor.stop()
        self._thread.join(timeout)
        if not self._thread.is_alive():
            self.reactor.run_remaining_calls()
            self._abandon()
            self.curl.close()
            self.resolver.close()
            self.reactor.close()

    def _take(self, want: Want, on_observation: OnObservation) -> None:
        self._queue.append((want, on_observation))
        self._start_next()

    def _start_next(self) -> None:
        while self._queue and len(self._running) < MAX_IN_FLIGHT:
            self._start(*self._queue.popleft())

    def _start(self, want: Want, on_observation: OnObservation) -> None:
        def done(observation: Observation) -> None:
            self._running.discard(run)
            # The next one begins in its own turn, so that a row of quick failures stays flat.
            if self._queue:
                self.reactor.call_soon_threadsafe(self._start_next)
            on_observation(observation)

        run = FetchRun(self, want, done)
        self._running.add(run)
        run.begin()

    def _abandon(self) -> None:
        for run in list(self._running):
            run.stop()
        while self._queue:
            want, on_observation = self._queue.popleft()
            FetchRun(self, want, on_observation).stop()
