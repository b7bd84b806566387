"""The tasks of weakness scans: a process a scan, turns, and what becomes of a scan whose process dies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.redis import get_redis
from app.models import Scan, db, write
from app.service.actor import Actor
from app.service.bug import scan as scans
from app.service.bug import triggers
from app.service.bug.decide import decide
from app.service.bug.scan import get_scan, request_scan
from app.service.bug.settings import change_settings_of
from tasks import apart, bug, bug_scan
from tasks.scheduler import Scheduler
from tests.service.bug.desk import Desk, seen
from tests.service.bug.site import Shop, running_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    with running_shop() as shop:
        yield shop


@pytest.fixture
def desk(app: Flask, owner: Actor, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(bug, "database", app.app_context)
    with write() as session:
        session.merge(owner.organization).allowed_networks = ["127.0.0.0/8"]
    owner.organization.allowed_networks = ["127.0.0.0/8"]
    return Desk(owner, shop.base_url)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    """The messages that were sent: task, queue, arguments."""
    messages: list[tuple[str, str, Any]] = []
    monkeypatch.setattr(scans, "send", lambda *message: messages.append(message))
    monkeypatch.setattr(bug, "nudge_delivery", lambda: messages.append(("nudge", "notify", [])))
    return messages


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bug.scans, "places", threading.BoundedSemaphore(bug.scans.at_once))
    yield
    apart.is_ending.clear()


def run_to_end(monkeypatch: pytest.MonkeyPatch, status: int = 0) -> list[int]:
    """Let `work` go, with processes that end at once; which scans they were given."""
    begun: list[int] = []

    def run(arguments: apart.Arguments) -> int:
        begun.append(int(arguments[0]))
        return status

    monkeypatch.setattr(bug.scans, "run", run)
    before = set(threading.enumerate())
    bug.work()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    db.session.commit()
    return begun


def test_a_waiting_scan_is_begun(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = request_scan(desk.actor, desk.site.id)
    assert run_to_end(monkeypatch) == [scan.id]


def test_a_process_that_dies_leaves_a_failed_scan(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = request_scan(desk.actor, desk.site.id)
    run_to_end(monkeypatch, -9)
    after = get_scan(desk.actor, scan.id)
    assert (after.state, after.reason) == ("failed", "worker_lost")


def test_a_process_that_is_told_to_end_gives_its_scan_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = desk.begin()
    apart.is_ending.set()
    bug.scans.died((str(scan.id),), -15)
    assert db.session.get_one(Scan, scan.id, populate_existing=True).state == "queued"


def test_no_more_are_begun_than_there_are_places(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    request_scan(desk.actor, desk.site.id)
    for _ in range(bug.scans.at_once):
        bug.scans.places.acquire()
    assert run_to_end(monkeypatch) == []


def test_nothing_is_begun_without_the_database(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("app.service.bug.running.claim_scan", away)
    assert run_to_end(monkeypatch) == []
    assert "bug.cannot_claim" in caplog.text
    assert bug.scans.places.acquire(blocking=False)


def test_a_turn_begins_what_is_due_and_nudges(
    desk: Desk, sent: list[tuple[str, str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    change_settings_of(desk.actor, desk.site.id, {"schedule": "daily"})
    monkeypatch.setattr(bug, "now", lambda: now() + timedelta(days=2))
    monkeypatch.setattr(triggers, "now", lambda: now() + timedelta(days=2))
    bug.turn()
    assert ("bug.work", "bug", []) in sent


def test_a_turn_ends_the_dead_and_tells(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = desk.begin()
    monkeypatch.setattr(bug, "now", lambda: now() + timedelta(minutes=6))
    bug.turn()
    assert get_scan(desk.actor, scan.id).state == "failed"


def test_a_turn_opens_what_is_no_longer_accepted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.scan(seen())
    until = now() + timedelta(days=1)
    decide(desk.actor, desk.only().id, "accept", {"note": "soon", "until": until})
    db.session.commit()
    monkeypatch.setattr(bug, "now", lambda: now() + timedelta(days=2))
    bug.turn()
    assert desk.only().state == "open"


def test_turns_that_come_together_are_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bug.turn()
    scan = desk.begin()
    monkeypatch.setattr(bug, "now", lambda: now() + timedelta(minutes=6))
    bug.turn()
    assert get_scan(desk.actor, scan.id).state == "running"


def test_a_scan_process_runs_its_scan(desk: Desk, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.application.database", app.app_context)
    monkeypatch.setattr("os.nice", lambda _: 0)
    monkeypatch.setattr(bug_scan, "configure_logging", lambda *_: None)
    scan = desk.begin()
    assert bug_scan.main([str(scan.id)]) == 0
    assert get_scan(desk.actor, scan.id).state == "done"


@pytest.mark.parametrize("arguments", [[], ["x"], ["1", "2"]])
def test_a_scan_process_says_how_it_is_used(arguments: list[str]) -> None:
    assert bug_scan.main(arguments) == 2


def test_the_scheduler_asks_for_turns(
    app: Flask, sent: list[tuple[str, str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.service.scheduling.scheduled.send", lambda *message, **_: sent.append(message))
    get_redis().flushall()
    Scheduler().turn()
    assert {("bug.turn", "report"), ("bug.prove", "report")} <= {message[:2] for message in sent}
