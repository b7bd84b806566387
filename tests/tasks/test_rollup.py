"""The turns of time series: each does its work, one at a time, and waits for the database in peace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.core.clock import now_ms
from app.core.redis import lock
from app.models import Monitor, db
from app.models.rollup import rollup_1d, rollup_1h
from app.service.actor import Actor
from app.service.channel.manage import create_channel
from app.service.objective.manage import create_objective
from tasks import objective as objective_task
from tasks import rollup as task
from tasks.application import modules_of
from tests.service.series.scene import DAY, HOUR, MINUTE, day_tables, every, make_monitor, put


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks use the test's application and do not rest; what they nudge is noted."""
    sent: list[str] = []

    @contextmanager
    def database() -> Iterator[None]:
        yield

    for module in (task, objective_task):
        monkeypatch.setattr(module, "database", database)
    monkeypatch.setattr(objective_task, "nudge_delivery", lambda: sent.append("deliver"))
    monkeypatch.setattr("app.service.rollup.roller.REST_SECONDS", 0)
    monkeypatch.setattr("app.service.results.packing.REST_SECONDS", 0)
    return sent


@pytest.fixture
def monitor(owner: Actor) -> Monitor:
    made = make_monitor(owner)
    start = now_ms() // DAY * DAY - 2 * DAY
    put(made.id, every(10 * MINUTE, start, start + DAY))
    return made


def rows(table: object) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def test_a_turn_rolls_up_what_is_closed(monitor: Monitor) -> None:
    task.roll_up()
    assert (rows(rollup_1h), rows(rollup_1d)) == (24, 1)


def test_a_turn_leaves_it_to_the_one_that_is_at_it(monitor: Monitor) -> None:
    with lock("rollup", 60):
        task.roll_up()
    assert rows(rollup_1h) == 0


def test_a_turn_packs_closed_days(monitor: Monitor) -> None:
    task.pack()
    assert [name[:12] for name in day_tables()] == ["result_pack_"]


def test_a_turn_trims_what_is_over(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    task.roll_up()
    monkeypatch.setattr("app.service.results.days.kept_days", lambda kind, retention=None: 0)
    task.trim()
    assert rows(rollup_1h) == 0


@pytest.mark.parametrize("name", ["roll_up", "pack", "trim"])
def test_a_turn_ends_quietly_while_the_database_is_away(
    app: Flask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(task, "database", away)
    getattr(task, name)()


def test_a_budget_that_burns_is_delivered(owner: Actor, in_this_process: list[str]) -> None:
    create_channel(owner, {"type": "webhook", "name": "hook", "config": {"url": "http://127.0.0.1:9/"}})
    monitor = make_monitor(owner)
    values = {"site_id": monitor.site_id, "name": "Open", "kind": "availability", "target": 99.0}
    create_objective(owner, values)
    end = now_ms() // MINUTE * MINUTE
    put(monitor.id, every(MINUTE, end - HOUR, end, 2))
    objective_task.evaluate()
    objective_task.evaluate()
    assert in_this_process == ["deliver"]


def test_who_reads_the_queue_knows_the_tasks() -> None:
    assert {"tasks.rollup", "tasks.objective"} <= set(modules_of(["report"]))
