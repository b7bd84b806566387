"""The lane that sessions are read by, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis

from app.core import redis_lane
from app.core.redis import make_client
from app.core.redis_lane import Lane
from tests import servers


@pytest.fixture
def lane(redis_client: redis.Redis) -> Iterator[Lane]:
    redis_client.mset({"a": "1", "b": "2"})
    yield Lane(redis_client)


def test_it_gives_both_values_and_none_for_what_is_not_there(lane: Lane) -> None:
    assert lane.get_both("a", "b") == (b"1", b"2")
    assert lane.get_both("nothing", "b") == (None, b"2")


def test_many_readers_at_once_each_get_their_own(lane: Lane, redis_client: redis.Redis) -> None:
    redis_client.mset({f"k{number}": number for number in range(200)})

    def read(number: int) -> bool:
        return lane.get_both(f"k{number}", "a") == (str(number).encode(), b"1")

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(read, range(200)))


def test_it_keeps_no_more_connections_than_it_may(
    lane: Lane, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_lane, "MOST", 2)
    before = len(redis_client.client_list())
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: lane.get_both("a", "b"), range(200)))
    assert len(redis_client.client_list()) <= before + 2


def test_a_server_that_began_anew_costs_nobody_an_error(folder: Path) -> None:
    with servers.redis_server(folder) as server:
        lane = Lane(make_client(server.url))
        assert lane.get_both("a", "b") == (None, None)
    with servers.redis_server(folder) as server, server.client() as client:
        client.set("a", "1")
        assert lane.get_both("a", "b") == (b"1", None)


class Ended(BaseException):
    """What ends a greenlet from outside."""


def test_an_answer_that_nobody_waited_for_is_no_other_request_s(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane.get_both("a", "b")
    (connection,) = lane._free

    def end(*_: Any, **__: Any) -> None:
        raise Ended

    with monkeypatch.context() as patch, pytest.raises(Ended):
        patch.setattr(connection, "read_response", end)
        lane.get_both("a", "b")
    assert lane.get_both("b", "a") == (b"2", b"1")
