"""The recorder's side of a message: it waits for the database, and one bad message holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import orjson
import pytest
import redis
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.clock import now_ms
from app.core.signing import seal
from app.service.actor import Actor
from app.service.location.refused import refused_counts
from app.service.monitor.manage import create_monitor, get_monitor
from app.service.queue import own_key
from app.service.results.result import list_results
from app.service.site import create_site
from tasks import record as task
from tests.service.test_record import sample


@pytest.fixture
def wire(app: Flask, owner: Actor) -> tuple[int, list[object]]:
    """A monitor's id, and the signed message with one sample of it."""
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    config = {"url": "http://127.0.0.1:9/"}
    monitor = create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})
    return monitor.id, signed(orjson.dumps([sample(monitor, now_ms(), "up").to_wire()]).decode())


def signed(samples: str, token: str = "") -> list[object]:
    return seal(own_key(), "record.samples", "default", now_ms(), f"{token}\n{samples}")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks use the test's application; what they send on is noted."""
    sent: list[str] = []

    @contextmanager
    def database() -> Iterator[None]:
        yield

    monkeypatch.setattr(task, "database", database)
    monkeypatch.setattr(task, "nudge", sent.append)
    monkeypatch.setattr("tasks.record.time.sleep", lambda seconds: None)
    return sent


def test_it_waits_while_the_database_is_away(
    wire: tuple[int, list[object]], owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.service.recording import record as service

    real, tries = service.record_samples, []

    def away(samples: list[object]) -> object:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("INSERT", {}, Exception("gone away"))
        return real(samples)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "record_samples", away)
    task.record(*wire[1])
    assert len(tries) == 3 and len(list_results(owner, wire[0]).items) == 1


def test_it_puts_aside_what_no_database_would_take(
    wire: tuple[int, list[object]], redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(samples: list[object]) -> None:
        raise ValueError("never")

    monkeypatch.setattr("app.service.recording.record.record_samples", refuse)
    task.record(*wire[1])
    (kept,) = redis_client.lrange("record:dead", 0, -1)
    assert orjson.loads(kept)["message"] == wire[1] and refused_counts() == {"unrecordable": 1}


def test_it_refuses_samples_their_location_has_not_signed(
    wire: tuple[int, list[object]], owner: Actor, redis_client: redis.Redis
) -> None:
    task.record(*wire[1][:3], str(wire[1][3]).replace('"up"', '"down"'))
    assert refused_counts() == {"bad_signature": 1} and redis_client.llen("record:dead") == 1
    assert list_results(owner, wire[0]).items == []


def test_it_refuses_a_message_of_nobody(wire: tuple[int, list[object]]) -> None:
    task.record("[]", "")
    assert refused_counts() == {"unsigned": 1}


@pytest.mark.parametrize(
    "message",
    [
        ["default", 1, "\ud800", "\ud800"],
        ["\ud800", 1, "x", "y"],
        ["default", 10**400, "x", "y"],
        ["default", 1, "x", "y", {"much": ["z" * 1000] * 1000}],
    ],
)
def test_what_nobody_can_read_is_put_aside_in_brief(
    wire: tuple[int, list[object]], redis_client: redis.Redis, message: list[object]
) -> None:
    task.record(*message)
    (kept,) = redis_client.lrange("record:dead", 0, -1)
    assert orjson.loads(kept)["reason"] in ("malformed", "bad_signature") and len(kept) < 300_000


def test_nobody_is_silent_by_a_time_to_come(wire: tuple[int, list[object]], owner: Actor) -> None:
    task.record(*wire[1])
    task.sweep(now_ms() + 86_400_000)
    assert get_monitor(owner, wire[0]).state.state == "UP"


def test_it_answers_whoever_waits_for_a_check(
    wire: tuple[int, list[object]], redis_client: redis.Redis
) -> None:
    samples = str(wire[1][3]).removeprefix("\n")
    task.record(*signed(samples, "token-1"))
    assert redis_client.llen("run:token-1") == 1 and 0 < int(redis_client.ttl("run:token-1")) <= 30


def test_a_message_that_comes_twice_is_recorded_once(wire: tuple[int, list[object]], owner: Actor) -> None:
    task.record(*wire[1])
    task.record(*wire[1])
    assert len(list_results(owner, wire[0]).items) == 1 and refused_counts() == {}
