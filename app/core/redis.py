"""Redis, in one module: the process's client, and the few patterns the product is built from."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from app.core.settings import get_settings

T = TypeVar("T")

_client: redis.Redis | None = None
_guard = threading.Lock()


def make_client(url: str) -> redis.Redis:
    """A client that rides out a short restart of the server: three tries, within about half a second."""
    retry = Retry(ExponentialBackoff(cap=0.3, base=0.05), 3)
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=3,
        retry=retry,
        retry_on_error=[redis.ConnectionError, redis.BusyLoadingError],
        health_check_interval=30,
    )


def get_redis() -> redis.Redis:
    """The process's client, made at the first call from the settings. Answers are bytes."""
    global _client
    if _client is None:
        with _guard:
            if _client is None:
                _client = make_client(get_settings().REDIS_URL)
    return _client


def use_redis(client: redis.Redis | None) -> None:
    """Set the process's client (None: make it anew from the settings at the next call)."""
    global _client
    _client = client
    _scripts.clear()


_scripts: dict[str, Any] = {}


def run_script(source: str, keys: list[str], args: list[Any]) -> Any:
    """Run Lua by its hash; the source travels only when the server does not know it."""
    script = _scripts.get(source)
    if script is None:
        script = _scripts[source] = get_redis().register_script(source)
    return script(keys=keys, args=args)


def delete_matching(pattern: str, *, batch: int = 500) -> int:
    """Delete every key that fits a glob pattern, by SCAN and UNLINK; returns how many."""
    client = get_redis()
    deleted = 0
    keys: list[bytes] = []
    for key in client.scan_iter(match=pattern, count=batch):
        keys.append(key)
        if len(keys) >= batch:
            deleted += client.unlink(*keys)
            keys.clear()
    return deleted + (client.unlink(*keys) if keys else 0)


def find_and_get(pattern: str) -> dict[str, bytes]:
    """Every key that fits a glob pattern, with its value."""
    client = get_redis()
    keys = sorted(set(client.scan_iter(match=pattern, count=500)))
    values = cast("list[bytes | None]", client.mget(keys) if keys else [])
    return {key.decode(): value for key, value in zip(keys, values, strict=True) if value is not None}


@dataclass(frozen=True, slots=True)
class RateState:
    """`allowed` or not; `count` in this window; `resets_in` seconds until the window ends."""

    allowed: bool
    count: int
    resets_in: float


# The window begins with the first call and ends by expiry, so an attacker cannot stretch it.
# Calls beyond the limit do not count, and the key can never be left without an expiry.
_INCREMENT = """
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
local allowed = 0
if count < tonumber(ARGV[1]) then
  allowed = 1
  count = redis.call('INCR', KEYS[1])
end
if left < 0 and count > 0 then
  left = tonumber(ARGV[2])
  redis.call('PEXPIRE', KEYS[1], left)
end
return {allowed, count, left}
"""


def increment_within(key: str, limit: int, window_seconds: float) -> RateState:
    """Count one more, unless `limit` were passed within the window. One atomic step."""
    allowed, count, left_ms = run_script(_INCREMENT, [f"limit:{key}"], [limit, int(window_seconds * 1000)])
    return RateState(bool(allowed), int(count), max(0, int(left_ms)) / 1000)


_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@contextmanager
def lock(name: str, seconds: float) -> Iterator[bool]:
    """Try to be the only one for at most `seconds`; gives whether it worked. Only the holder releases."""
    token = secrets.token_hex(16)
    taken = bool(get_redis().set(f"lock:{name}", token, nx=True, px=int(seconds * 1000)))
    try:
        yield taken
    finally:
        if taken:
            run_script(_RELEASE, [f"lock:{name}"], [token])


# Redis counts down by its wall clock: a key with longer to live than it was given is of a clock that has been
# set back since, and would hold everybody off until the clock is there again.
_ONCE = """
local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left <= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
return 1
"""


def once_every(name: str, seconds: float) -> bool:
    """True for one caller among all processes in each period of `seconds`."""
    return bool(run_script(_ONCE, [f"every:{name}"], [int(seconds * 1000)]))


class TtlCache(Generic[T]):
    """A bounded cache inside the process; entries end `seconds` after they were put."""

    def __init__(self, seconds: float, size: int = 1000, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._size, self._clock = seconds, size, clock
        self._entries: OrderedDict[Any, tuple[float, T]] = OrderedDict()

    def get(self, key: Any) -> T | None:
        entry = self._entries.get(key)
        if entry is None or entry[0] <= self._clock():
            self._entries.pop(key, None)
            return None
        return entry[1]

    def put(self, key: Any, value: T) -> T:
        self._entries[key] = (self._clock() + self._seconds, value)
        self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)
        return value

    def get_or_make(self, key: Any, make: Callable[[], T]) -> T:
        found = self.get(key)
        return found if found is not None else self.put(key, make())

    def forget(self, key: Any) -> None:
        self._entries.pop(key, None)

    def clear(self) -> None:
        self._entries.clear()
