"""The patterns on Redis, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from app.core import redis as ours


@pytest.fixture(autouse=True)
def use(redis_client: redis.Redis) -> Iterator[None]:
    ours.use_redis(redis_client)
    yield
    ours.use_redis(None)


def test_it_deletes_by_pattern_in_batches_and_nothing_else(redis_client: redis.Redis) -> None:
    redis_client.mset({f"a:{number}": 1 for number in range(1200)} | {"b:1": 1})
    assert ours.delete_matching("a:*", batch=500) == 1200
    assert redis_client.keys("*") == [b"b:1"]


def test_it_finds_and_gets_by_pattern(redis_client: redis.Redis) -> None:
    redis_client.mset({"a:1": "x", "a:2": "y", "b": "z"})
    assert ours.find_and_get("a:*") == {"a:1": b"x", "a:2": b"y"}


def test_it_counts_up_to_the_limit_and_not_beyond() -> None:
    states = [ours.increment_within("k", 3, 60) for _ in range(5)]
    assert [(each.allowed, each.count) for each in states] == [
        (True, 1),
        (True, 2),
        (True, 3),
        (False, 3),
        (False, 3),
    ]


def test_a_window_ends_by_itself(redis_client: redis.Redis) -> None:
    ours.increment_within("k", 1, 60)
    assert 0 < ours.increment_within("k", 1, 60).resets_in <= 60
    redis_client.delete("limit:k")
    assert ours.increment_within("k", 1, 60).allowed


def test_a_counter_without_an_end_gets_one(redis_client: redis.Redis) -> None:
    redis_client.set("limit:k", 5)
    ours.increment_within("k", 3, 60)
    assert int(redis_client.ttl("limit:k")) > 0


def test_a_lock_is_held_by_one_and_released() -> None:
    with ours.lock("x", 10) as mine, ours.lock("x", 10) as second:
        assert (mine, second) == (True, False)
    with ours.lock("x", 10) as again:
        assert again


def test_a_lock_that_ran_out_does_not_release_the_next_holders(redis_client: redis.Redis) -> None:
    with ours.lock("x", 10):
        redis_client.set("lock:x", "somebody else")
    assert redis_client.get("lock:x") == b"somebody else"


def test_one_caller_a_period_is_told_yes() -> None:
    assert [ours.once_every("x", 60) for _ in range(3)] == [True, False, False]


def test_a_period_of_a_clock_that_was_set_back_since_holds_nobody_off(redis_client: redis.Redis) -> None:
    redis_client.set("every:sweep", "1", px=3_600_000)
    assert ours.once_every("sweep", 2) is True
    assert ours.once_every("sweep", 2) is False
    assert 0 < redis_client.pttl("every:sweep") <= 2_000


def test_of_many_callers_at_once_only_as_many_as_the_limit_pass() -> None:
    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(lambda _: ours.increment_within("k", 10, 60), range(200)))
    assert sum(each.allowed for each in states) == 10 and max(each.count for each in states) == 10


def test_a_window_is_not_stretched_by_calls_it_refuses(redis_client: redis.Redis) -> None:
    ours.increment_within("k", 1, 60)
    redis_client.pexpire("limit:k", 1000)
    assert ours.increment_within("k", 1, 60).resets_in <= 1


def test_nothing_passes_a_limit_of_nothing(redis_client: redis.Redis) -> None:
    state = ours.increment_within("k", 0, 60)
    assert (state.allowed, state.count) == (False, 0) and not redis_client.exists("limit:k")


def test_an_entry_of_the_cache_in_the_process_ends() -> None:
    present = [0.0]
    cache: ours.TtlCache[str] = ours.TtlCache(10, 2, clock=lambda: present[0])
    cache.put("a", "x")
    assert cache.get("a") == "x"
    present[0] = 10.0
    assert cache.get("a") is None


def test_the_cache_in_the_process_is_bounded() -> None:
    cache: ours.TtlCache[int] = ours.TtlCache(10, 2)
    for number in range(5):
        cache.put(number, number)
    assert [cache.get(number) for number in range(5)] == [None, None, None, 3, 4]
