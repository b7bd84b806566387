"""A small event loop for one thread: file descriptors, timers, calls from other threads, and its own lag.

It exists because libcurl's multi interface wants exactly these three things at the lowest price, and because
an honest probe has to know when it was itself too busy to look. Time is `time.monotonic()`, in seconds.
"""

from __future__ import annotations

import heapq
import os
import select
import sys
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from itertools import count
from math import inf
from time import monotonic

Callback = Callable[[], None]
READ = 1
WRITE = 4
# A turn of the loop longer than this is counted as time in which nobody was attended to.
NOTICED_LAG = 0.020
_HEARTBEAT = 0.25


class Timer:
    """A call at a moment. `cancel()` may be called at any time, from the loop's thread."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callback) -> None:
        self.callback: Callback | None = callback

    def cancel(self) -> None:
        self.callback = None


class LagMeter:
    """Remembers how long the loop was away: a running sum, and the worst within any recent span."""

    def __init__(self, remember: float = 120.0) -> None:
        self.stolen = 0.0
        self._remember = remember
        self._ends: list[float] = []
        self._lags: list[float] = []

    def note(self, now: float, lag: float) -> None:
        """Take one turn that ended at `now`. Only a later, larger lag matters, so smaller ones go."""
        if lag >= NOTICED_LAG:
            self.stolen += lag
        while self._lags and self._lags[-1] <= lag:
            self._lags.pop()
            self._ends.pop()
        self._lags.append(lag)
        self._ends.append(now)
        if self._ends[0] < now - self._remember:
            del self._ends[0], self._lags[0]

    def worst_since(self, moment: float) -> float:
        place = bisect_left(self._ends, moment)
        return self._lags[place] if place < len(self._lags) else 0.0


class Reactor:
    """Run with `run()` in one thread; only `call_soon_threadsafe` and `stop` may come from another."""

    def __init__(self) -> None:
        self._lag = LagMeter()
        self._turn_began = monotonic()
        self.epoll = select.epoll()
        self.after_events: Callback | None = None
        self.default_handler: Callable[[int, int], None] | None = None
        # One more timer, changed so often that it is a mere number: when to call `on_deadline`.
        self.deadline = inf
        self.on_deadline: Callback | None = None
        self._handlers: dict[int, Callable[[int], None]] = {}
        # The number keeps the order of equal times, and timers themselves from being compared.
        self._timers: list[tuple[float, int, Timer]] = []
        self._numbers = count()
        self._calls: deque[Callback] = deque()
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._is_asleep = False
        self._is_stopping = False
        self.epoll.register(self._wake_fd, READ)
        self._handlers[self._wake_fd] = self._drain_wake

    def stolen(self, now: float) -> float:
        """Seconds, ever, in which nobody was attended to; the present turn counts when it is long already."""
        turn = now - self._turn_began
        return self._lag.stolen + (turn if turn >= NOTICED_LAG else 0.0)

    def worst_lag_since(self, moment: float, now: float) -> float:
        """The longest time in one piece that the loop was away since then, in seconds."""
        past = self._lag.worst_since(moment)
        turn = now - (self._turn_began if self._turn_began > moment else moment)
        return past if past > turn else turn

    def watch(self, fd: int, events: int, handler: Callable[[int], None]) -> None:
        """Call `handler(events)` whenever the descriptor is ready; a second call changes what is awaited."""
        if fd in self._handlers:
            self.epoll.modify(fd, events)
        else:
            self.epoll.register(fd, events)
        self._handlers[fd] = handler

    def unwatch(self, fd: int) -> None:
        if self._handlers.pop(fd, None) is not None:
            self.epoll.unregister(fd)

    def call_at(self, when: float, callback: Callback) -> Timer:
        timer = Timer(callback)
        heapq.heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def call_soon_threadsafe(self, callback: Callback) -> None:
        self._calls.append(callback)
        # A loop that is awake looks at the calls before it sleeps, so the write is mostly saved.
        if self._is_asleep:
            self._wake()

    def stop(self) -> None:
        """Make `run` return after its present turn."""
        self._is_stopping = True
        self._wake()

    def run_remaining_calls(self) -> None:
        """Make the calls that came too late for `run`. Only after it has returned."""
        self._run_calls()

    def close(self) -> None:
        """Give the descriptors back. Only after `run` has returned."""
        self.epoll.close()
        os.close(self._wake_fd)

    def run(self) -> None:
        poll = self.epoll.poll
        handlers = self._handlers
        while not self._is_stopping:
            timeout = self._timeout()
            before = monotonic()
            events = poll(timeout, 256)
            now = monotonic()
            self._is_asleep = False
            # Waking up late is time away too: the machine was too busy, or the process was stopped.
            self._turn_began = now - max(now - before - timeout, 0.0)
            for fd, mask in events:
                try:
                    handler = handlers.get(fd)
                    if handler is not None:
                        handler(mask)
                    elif self.default_handler is not None:
                        self.default_handler(fd, mask)
                except Exception:
                    report()
            self._run_calls()
            self._run_timers()
            if self.deadline <= monotonic() and self.on_deadline is not None:
                self.deadline = inf
                guarded(self.on_deadline)
            if self.after_events is not None:
                guarded(self.after_events)
            end = monotonic()
            self._lag.note(end, end - self._turn_began)
            self._turn_began = end

    def _timeout(self) -> float:
        self._is_asleep = True
        if self._calls:
            return 0.0
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        when = min(self._timers[0][0], self.deadline) if self._timers else self.deadline
        return min(max(when - monotonic(), 0.0), _HEARTBEAT)

    def _run_calls(self) -> None:
        for _ in range(len(self._calls)):
            guarded(self._calls.popleft())

    def _run_timers(self) -> None:
        now = monotonic()
        while self._timers and self._timers[0][0] <= now:
            callback = heapq.heappop(self._timers)[2].callback
            if callback is not None:
                guarded(callback)

    def _wake(self) -> None:
        os.eventfd_write(self._wake_fd, 1)

    def _drain_wake(self, _events: int) -> None:
        os.eventfd_read(self._wake_fd)


def guarded(callback: Callback) -> None:
    """Call, and report what it raises without ending the loop: one broken check must not stop the others."""
    try:
        callback()
    except Exception:
        report()


def report() -> None:
    """Show the exception being handled where the process shows those that nobody caught."""
    sys.excepthook(*sys.exc_info())
