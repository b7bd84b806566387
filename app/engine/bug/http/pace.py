"""When the next request may go: a steady rate, slower while the site seems to suffer."""

from __future__ import annotations

from collections import deque
from statistics import median

_SLOWEST = 16
"""The rate is never divided by more than this."""
_WINDOW = 10
_GOOD_TO_SPEED_UP = 20
_MIN_RISE_MS = 100.0
MAX_PAUSE_SECONDS = 60.0
_MAX_LATE = 5
"""Turns."""


class Pace:
    """`rate` is in requests a second; moments are of a monotonic clock, in seconds."""

    def __init__(self, rate: float) -> None:
        self._base = self._rate = rate
        self._next = 0.0
        self._first: list[float] = []
        self._recent: deque[float] = deque(maxlen=_WINDOW)
        self._good = 0

    @property
    def rate(self) -> float:
        return self._rate

    def delay(self, now: float) -> float:
        """Seconds until the next request may go."""
        return max(self._next - now, 0.0)

    def rest(self, now: float) -> None:
        """Nothing waited to be sent until now. What was not sent in a pause is not made up for."""
        if now - self._next >= 1 / self._rate:
            self._next = now

    def take(self, now: float) -> None:
        """A request goes. While others wait, being late by a few turns is made up for, so that a busy machine
        holds the rate too.
        """
        turn = 1 / self._rate
        self._next = max(self._next, now - _MAX_LATE * turn) + turn

    def slow_down(self, now: float, seconds: float) -> None:
        """The site asks for patience: half the rate, after a pause."""
        self._halve()
        self._next = max(self._next, now + min(max(seconds, 1 / self._rate), MAX_PAUSE_SECONDS))

    def note(self, elapsed_ms: float) -> None:
        """An ordinary answer came. Twice the time of the first ones halves the rate; good ones restore it."""
        if len(self._first) < _WINDOW:
            self._first.append(elapsed_ms)
            return
        self._recent.append(elapsed_ms)
        self._good += 1
        usual = median(self._first)
        if len(self._recent) == _WINDOW and median(self._recent) > max(2 * usual, usual + _MIN_RISE_MS):
            self._halve()
            self._recent.clear()
        elif self._good >= _GOOD_TO_SPEED_UP and self._rate < self._base:
            self._rate = min(self._base, self._rate * 1.5)
            self._good = 0

    def _halve(self) -> None:
        self._rate = max(self._rate / 2, self._base / _SLOWEST)
        self._good = 0
