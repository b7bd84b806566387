"""The recorder's side of a message: it waits for the database, and one bad message holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import orjson
import pytest
import redis
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.service.actor import Actor
from app.service.monitor import create_monitor
from app.service.result import list_results
from app.service.site import create_site
from tasks import record as task
from tests.service.test_record import sample

DUE = 1_790_000_000_000


@pytest.fixture
def wire(app: Flask, owner: Actor) -> tuple[int, str]:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    config = {"url": "http://127.0.0.1:9/"}
    monitor = create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})
    return monitor.id, orjson.dumps([sample(monitor, DUE, "up").to_wire()]).decode()


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks use the test's application; what they send on is noted."""
    sent: list[str] = []

    @contextmanager
    def database() -> Iterator[None]:
        yield

    monkeypatch.setattr(task, "database", database)
    monkeypatch.setattr(task, "nudge_delivery", lambda: sent.append("notify.deliver_due"))
    monkeypatch.setattr("tasks.record.time.sleep", lambda seconds: None)
    return sent


def test_it_waits_while_the_database_is_away(
    wire: tuple[int, str], owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.service import record as service

    real, tries = service.record_samples, []

    def away(samples: list[object]) -> object:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("INSERT", {}, Exception("gone away"))
        return real(samples)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "record_samples", away)
    task.record(wire[1])
    assert len(tries) == 3 and len(list_results(owner, wire[0]).items) == 1


def test_it_puts_aside_what_no_database_would_take(
    wire: tuple[int, str], redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(samples: list[object]) -> None:
        raise ValueError("never")

    monkeypatch.setattr("app.service.record.record_samples", refuse)
    task.record(wire[1])
    assert redis_client.lrange("record:dead", 0, -1) == [wire[1].encode()]


def test_it_answers_whoever_waits_for_a_check(wire: tuple[int, str], redis_client: redis.Redis) -> None:
    task.record(wire[1], "token-1")
    assert redis_client.llen("run:token-1") == 1 and 0 < int(redis_client.ttl("run:token-1")) <= 30
