"""The scheduler: every location, the right queue, and nothing more where nobody listens."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from flask import Flask
from kombu.exceptions import OperationalError
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import now_ms
from app.engine.usability.registry import all_types
from app.models import Location, MonitorState, db, write
from app.service import queue
from app.service.actor import Actor
from app.service.location import known
from app.service.monitor.manage import create_monitor
from app.service.queue import MOST_WAITING
from app.service.recording.record import record_samples
from app.service.scheduling import due_set, scheduled
from app.service.site import create_site
from tasks import scheduler
from tasks.scheduler import Scheduler
from tests.measured import sample_of

PLAIN = b'["http",{"url":"http://127.0.0.1:9/"},1000,60000,[],false]'


@pytest.fixture
def sent(
    app: Flask, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str, str, Any]]:
    """The messages that were sent: task, queue, arguments."""
    messages: list[tuple[str, str, Any]] = []
    for module in (queue, scheduled):
        monkeypatch.setattr(module, "send", lambda task, name, args, **_: messages.append((task, name, args)))
    monkeypatch.setattr(scheduler, "database", app.app_context)
    monkeypatch.setattr(scheduler, "waiting", lambda name: 0)
    with write() as session:
        session.add(Location(code="far", name="far", number=9))
    known.forget()
    return messages


def due_now(client: redis.Redis, name: str, spec: bytes, *ids: int) -> None:
    due_set.put_many(name, [(number, 60_000, 1, spec) for number in ids])
    client.zadd(f"due:{name}", {str(number): now_ms() for number in ids})


def batches(messages: list[tuple[str, str, Any]]) -> list[str]:
    return sorted(name for task, name, _ in messages if task == "probe.batch")


def test_every_location_gets_what_is_due_there(
    sent: list[tuple[str, str, Any]], redis_client: redis.Redis
) -> None:
    due_now(redis_client, "default", PLAIN, 1, 2, 3)
    due_now(redis_client, "far", PLAIN, 1)
    Scheduler().turn()
    assert batches(sent) == ["probe.default", "probe.far"]
    assert redis_client.zcard("leased:default") == 0


def test_a_location_that_is_switched_off_gets_nothing(
    sent: list[tuple[str, str, Any]], redis_client: redis.Redis
) -> None:
    due_now(redis_client, "far", PLAIN, 1)
    with write() as session:
        session.query(Location).filter_by(code="far").update({"is_enabled": False})
    known.forget()
    Scheduler().turn()
    assert batches(sent) == []


def test_where_nobody_listens_slots_are_let_go(
    sent: list[tuple[str, str, Any]], redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "waiting", lambda name: MOST_WAITING if name == "probe.far" else 0)
    due_now(redis_client, "default", PLAIN, 1)
    due_now(redis_client, "far", PLAIN, 1)
    Scheduler().turn()
    assert batches(sent) == ["probe.default"]
    assert redis_client.zcard("leased:far") == 0


def test_browser_checks_go_one_by_one_to_those_who_have_a_browser(
    sent: list[tuple[str, str, Any]], redis_client: redis.Redis
) -> None:
    (name, *_) = [kind.name for kind in all_types() if kind.needs_browser]
    spec = b'["%s",{},1000,60000,[],false]' % name.encode()
    due_now(redis_client, "default", spec, 1, 2)
    due_now(redis_client, "far", spec, 1)
    Scheduler().turn()
    assert batches(sent) == ["browser", "browser", "browser.far"]


def test_the_periodic_work_is_asked_for_once(sent: list[tuple[str, str, Any]]) -> None:
    turning = Scheduler()
    turning.turn()
    turning.turn()
    sweeps = [args for task, _, args in sent if task == "record.sweep"]
    assert len(sweeps) == 1 and isinstance(sweeps[0][0], int)


def test_it_reconciles_without_a_database_as_it_was(
    sent: list[tuple[str, str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> None:
        raise SQLAlchemyError("gone")

    monkeypatch.setattr("app.service.scheduling.schedule.reconcile", away)
    Scheduler().reconcile()
    assert "scheduler.database_away" in caplog.text


def test_while_the_broker_is_away_silence_is_unknown_all_the_same(
    app: Flask, owner: Actor, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    wanted = {"type": "http", "name": "home", "interval_seconds": 5, "config": {"url": site.base_url}}
    monitor_id = create_monitor(owner, {"site_id": site.id, **wanted}).id
    record_samples([sample_of(monitor_id, now_ms(), "up", None)])
    monkeypatch.setattr("app.service.recording.record.now_ms", lambda: now_ms() + 60_000)
    monkeypatch.setattr(scheduler, "database", app.app_context)
    monkeypatch.setattr(scheduler, "AWAY_SECONDS", 0.0)
    turning = Scheduler()

    def turn() -> None:
        turning.stop.set()  # After this turn.
        raise OperationalError("away")

    monkeypatch.setattr(turning, "turn", turn)
    turning.run()
    db.session.expire_all()
    assert db.session.get_one(MonitorState, monitor_id).state == "UNKNOWN"
