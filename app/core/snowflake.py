"""Snowflake ids: 41 bits of milliseconds since 2024, 10 bits of worker number, 12 bits of sequence.

Ids are made without asking anybody, sort by time, and are unique because no two living processes hold
the same worker number: it is leased from Redis and renewed while in use. The rule when the clock goes
back: ids go on from the last millisecond used, borrowing from the future, for at most five seconds. When
it went back further, another number is leased, one that nobody used at or after the time it now is: Redis
keeps for each number the latest millisecond its holder may have used. So a restart is as safe.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable

from redis import RedisError

from app.core.clock import now_ms
from app.core.redis import run_script

EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
WORKERS = 1024
SEQUENCES = 4096
LEASE_SECONDS = 120
RENEW_AFTER = 30
MAX_AHEAD_MS = 5_000
MARK_AHEAD_MS = LEASE_SECONDS * 1000 + MAX_AHEAD_MS

BEYOND = 1 << 63
"""No id is as large: ids have 63 bits, and the drivers overflow on what is larger."""


class ClockWentBackError(Exception):
    """The system's clock is too far behind the last id made."""


class NoWorkerNumberError(Exception):
    """All worker numbers are leased, or Redis cannot be asked for one."""


class Snowflake:
    """Makes ids for one worker number. Thread-safe; the clock gives unix milliseconds."""

    def __init__(self, worker: int, clock: Callable[[], int] = now_ms) -> None:
        if not 0 <= worker < WORKERS:
            raise ValueError("a worker number has 10 bits")
        self.worker, self._clock = worker, clock
        self._lock = threading.Lock()
        self._last_ms, self._sequence = 0, 0

    def next_id(self) -> int:
        with self._lock:
            present = self._clock() - EPOCH_MS
            if present > self._last_ms:
                self._last_ms, self._sequence = present, 0
            elif self._last_ms - present > MAX_AHEAD_MS:
                raise ClockWentBackError(f"the clock is {self._last_ms - present} ms behind the last id")
            else:
                self._sequence += 1
                if self._sequence == SEQUENCES:
                    self._last_ms, self._sequence = self._last_ms + 1, 0
            return self._last_ms << 22 | self.worker << 12 | self._sequence


# One call finds a free number that is not marked with a later time than the present, beginning at a random
# one, and takes it. The mark is set at once, to what the holder may use before it has to renew.
_LEASE = """
for i = 0, 1023 do
  local number = (tonumber(ARGV[1]) + i) % 1024
  local mark = tonumber(redis.call('HGET', KEYS[1], number) or '0')
  if mark < tonumber(ARGV[4])
    and redis.call('SET', 'snowflake:' .. number, ARGV[2], 'NX', 'EX', ARGV[3]) then
    redis.call('HSET', KEYS[1], number, ARGV[5])
    return number
  end
end
return -1
"""
_RENEW = """
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] or not holder then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
  if tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or '0') < tonumber(ARGV[4]) then
    redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
  end
  return 1
end
return 0
"""
_MARKS = "snowflake:marks"


class LeasedSnowflake:
    """A `Snowflake` whose worker number is leased, renewed in use, and replaced when it was lost.

    While Redis is away the number is used on until its lease has run out, and then no longer.
    """

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, clock: Callable[[], int] = now_ms
    ) -> None:
        self._monotonic, self._clock = monotonic, clock
        self._token = f"{os.getpid()}:{secrets.token_hex(8)}"
        self._flake: Snowflake | None = None
        self._leased_at, self._leased_at_ms = 0.0, 0
        self._lock = threading.Lock()

    def next_id(self) -> int:
        flake = self._flake
        if flake is None or self._age() > RENEW_AFTER:
            with self._lock:
                flake = self._renewed()
        try:
            return flake.next_id()
        except ClockWentBackError:
            return self._replaced(flake).next_id()

    def _replaced(self, flake: Snowflake) -> Snowflake:
        """Another number than this one's, unless another thread has taken one already."""
        with self._lock:
            if self._flake is flake:
                self._flake = None
            return self._renewed()

    def _age(self) -> float:
        """Seconds since the lease was renewed. A machine that slept counts them by its wall clock only."""
        return max(self._monotonic() - self._leased_at, (self._clock() - self._leased_at_ms) / 1000)

    def _renewed(self) -> Snowflake:
        age = self._age()
        if self._flake is not None and age <= RENEW_AFTER:
            return self._flake
        started, started_ms = self._monotonic(), self._clock()
        try:
            if self._flake is None or not self._renew(self._flake.worker, started_ms):
                self._flake = Snowflake(self._lease(started_ms), self._clock)
            self._leased_at, self._leased_at_ms = started, started_ms
        except RedisError as error:
            return self._kept(age, error)
        return self._flake

    def _kept(self, age: float, error: Exception) -> Snowflake:
        if self._flake is not None and age < LEASE_SECONDS - 10:
            return self._flake
        raise NoWorkerNumberError("Redis cannot be asked for a worker number") from error

    def _renew(self, worker: int, at_ms: int) -> bool:
        keys = [f"snowflake:{worker}", _MARKS]
        return bool(run_script(_RENEW, keys, [self._token, LEASE_SECONDS, worker, at_ms + MARK_AHEAD_MS]))

    def _lease(self, at_ms: int) -> int:
        first = secrets.randbelow(WORKERS)
        arguments = [first, self._token, LEASE_SECONDS, at_ms, at_ms + MARK_AHEAD_MS]
        number = int(run_script(_LEASE, [_MARKS], arguments))
        if number < 0:
            raise NoWorkerNumberError("all 1024 worker numbers are in use")
        return number


_source: Snowflake | LeasedSnowflake = LeasedSnowflake()


def next_id() -> int:
    """A new id of this process."""
    return _source.next_id()


def use_worker_number(number: int | None) -> None:
    """Make ids with a fixed number and without Redis (tests, migrations); None: lease again."""
    global _source
    _source = LeasedSnowflake() if number is None else Snowflake(number)


def forget_after_fork() -> None:
    """A forked child must not make its parent's ids."""
    global _source
    if isinstance(_source, LeasedSnowflake):
        _source = LeasedSnowflake()


os.register_at_fork(after_in_child=forget_after_fork)


def id_at(ms: int) -> int:
    """The lowest id of a unix millisecond."""
    return max(0, ms - EPOCH_MS) << 22


def ms_of(identifier: int) -> int:
    """The unix millisecond an id was made in."""
    return (identifier >> 22) + EPOCH_MS
