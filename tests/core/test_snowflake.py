"""Ids: unique, in order, and safe when the clock or the lease is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from app.core.redis import make_client, use_redis
from app.core.snowflake import (
    EPOCH_MS,
    MARK_AHEAD_MS,
    SEQUENCES,
    ClockWentBackError,
    LeasedSnowflake,
    NoWorkerNumberError,
    Snowflake,
    id_at,
    ms_of,
)
from config.env import ROOT
from tests.servers import RedisServer


class Clock:
    def __init__(self) -> None:
        self.ms = EPOCH_MS + 1_000_000
        self.seconds = 0.0

    def now(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(redis_client: redis.Redis) -> Iterator[redis.Redis]:
    use_redis(redis_client)
    yield redis_client
    use_redis(None)


def test_ids_rise_and_carry_their_moment(clock: Clock) -> None:
    flake = Snowflake(7, clock.now)
    first, second = flake.next_id(), flake.next_id()
    assert first < second and ms_of(first) == clock.ms
    assert id_at(clock.ms) <= first


def test_more_than_a_milliseconds_worth_borrows_from_the_next(clock: Clock) -> None:
    flake = Snowflake(7, clock.now)
    ids = [flake.next_id() for _ in range(3 * SEQUENCES)]
    assert len(set(ids)) == len(ids) and ids == sorted(ids)


def test_a_small_step_back_repeats_nothing(clock: Clock) -> None:
    flake = Snowflake(7, clock.now)
    first = flake.next_id()
    clock.ms -= 4_000
    assert flake.next_id() > first


def test_a_large_step_back_is_refused_until_the_clock_has_caught_up(clock: Clock) -> None:
    flake = Snowflake(7, clock.now)
    first = flake.next_id()
    clock.ms -= 60_000
    with pytest.raises(ClockWentBackError):
        flake.next_id()
    clock.ms += 60_000
    assert flake.next_id() > first


def test_two_processes_have_two_worker_numbers(clock: Clock, server: redis.Redis) -> None:
    one, two = (LeasedSnowflake(clock.monotonic, clock.now) for _ in range(2))
    workers = {each.next_id() >> 12 & 1023 for each in (one, two)}
    assert len(workers) == 2


def test_a_lost_lease_is_replaced_by_another_number(clock: Clock, server: redis.Redis) -> None:
    flake = LeasedSnowflake(clock.monotonic, clock.now)
    worker = flake.next_id() >> 12 & 1023
    server.set(f"snowflake:{worker}", "somebody else")
    clock.seconds += 31
    assert flake.next_id() >> 12 & 1023 != worker


def test_a_machine_that_slept_asks_whether_its_number_is_still_its_own(
    clock: Clock, server: redis.Redis
) -> None:
    flake = LeasedSnowflake(clock.monotonic, clock.now)
    worker = flake.next_id() >> 12 & 1023
    server.set(f"snowflake:{worker}", "somebody else")
    clock.ms += 3_600_000
    assert flake.next_id() >> 12 & 1023 != worker


def test_a_clock_that_went_far_back_goes_on_with_a_number_nobody_used_then(
    clock: Clock, server: redis.Redis
) -> None:
    flake = LeasedSnowflake(clock.monotonic, clock.now)
    used = {flake.next_id() >> 12 & 1023}
    for _ in range(3):
        clock.ms -= 60_000
        worker = flake.next_id() >> 12 & 1023
        assert worker not in used
        used.add(worker)


def test_a_new_process_takes_no_number_that_was_used_later_than_it_is(
    clock: Clock, server: redis.Redis
) -> None:
    server.hset(
        "snowflake:marks", mapping={str(number): clock.ms + 1 for number in range(1024) if number != 7}
    )
    assert LeasedSnowflake(clock.monotonic, clock.now).next_id() >> 12 & 1023 == 7


def test_a_renewed_number_is_marked_further_and_never_nearer(clock: Clock, server: redis.Redis) -> None:
    flake = LeasedSnowflake(clock.monotonic, clock.now)
    worker = flake.next_id() >> 12 & 1023
    marks = []
    for step in (40_000, -4_000):
        clock.seconds, clock.ms = clock.seconds + 40, clock.ms + step
        flake.next_id()
        marks.append(int(server.hget("snowflake:marks", str(worker)) or 0))
    assert marks[0] == marks[1] == clock.ms + 4_000 + MARK_AHEAD_MS


def test_every_number_taken_is_said(clock: Clock, server: redis.Redis) -> None:
    server.mset({f"snowflake:{number}": "somebody" for number in range(1024)})
    with pytest.raises(NoWorkerNumberError, match="1024"):
        LeasedSnowflake(clock.monotonic, clock.now).next_id()


def test_many_threads_make_no_id_twice(server: redis.Redis) -> None:
    flake = LeasedSnowflake()
    with ThreadPoolExecutor(8) as pool:
        ids = [
            each
            for made in pool.map(lambda _: [flake.next_id() for _ in range(2000)], range(8))
            for each in made
        ]
    assert len(set(ids)) == 16_000


def test_a_forked_child_makes_its_own_ids(server: redis.Redis, redis_server: RedisServer) -> None:
    code = """
import os, sys, redis
from app.core.redis import use_redis
from app.core.snowflake import next_id
use_redis(redis.Redis.from_url(sys.argv[1]))
print(next_id() >> 12 & 1023, flush=True)
if os.fork():
    os.wait()
else:
    use_redis(redis.Redis.from_url(sys.argv[1]))
    print(next_id() >> 12 & 1023, flush=True)
"""
    said = subprocess.check_output([sys.executable, "-c", code, redis_server.url], cwd=ROOT, text=True)
    assert len(set(said.split())) == 2


def test_it_goes_on_without_redis_until_its_lease_has_run_out(clock: Clock, server: redis.Redis) -> None:
    flake = LeasedSnowflake(clock.monotonic, clock.now)
    flake.next_id()
    nowhere = make_client("unix:///nonexistent/redis.sock")
    use_redis(nowhere)
    clock.seconds += 60
    flake.next_id()
    clock.seconds += 60
    with pytest.raises(NoWorkerNumberError):
        flake.next_id()
    nowhere.close()
