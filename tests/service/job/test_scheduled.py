"""Scheduled jobs: due once among all schedulers, their runs told, steered by who runs the installation."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from flask import Flask

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError, RateLimitedError
from app.models import AuditEntry, DailyJob, db
from app.service.actor import Actor
from app.service.scheduling import manage, scheduled
from app.service.scheduling.manage import change_daily, get_scheduled, list_scheduled, run_now
from app.service.scheduling.runs import begin_run, end_run, note_run
from app.service.scheduling.scheduled import latest_slot, next_slot, send_due
from app.service.scheduling.table import BY_NAME, JOBS
from tasks import celery
from tasks.application import MODULES, modules_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAILY = {job.name for job in JOBS if job.at}


@pytest.fixture
def sent(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were sent."""
    names: list[str] = []
    monkeypatch.setattr(scheduled, "send", lambda task, queue, args, **_: names.append(task))
    scheduled.forget_times()
    return names


@pytest.mark.parametrize(
    ("at", "zone", "moment", "expected"),
    [
        ("03:30", "UTC", "2026-11-21T12:00+00:00", "2026-11-21T03:30+00:00"),
        ("13:00", "UTC", "2026-11-21T12:00+00:00", "2026-11-20T13:00+00:00"),
        ("12:00", "UTC", "2026-11-21T12:00+00:00", "2026-11-21T12:00+00:00"),
        ("03:30", "Asia/Shanghai", "2026-11-21T12:00+00:00", "2026-11-20T19:30+00:00"),
        # Half past two is skipped on the 29th of March in Berlin, and comes twice on the 25th of October.
        ("02:30", "Europe/Berlin", "2026-03-29T10:00+00:00", "2026-03-29T01:30+00:00"),
        ("02:30", "Europe/Berlin", "2026-10-25T10:00+00:00", "2026-10-25T00:30+00:00"),
        ("02:30", "Europe/Berlin", "2026-10-25T01:00+00:00", "2026-10-25T00:30+00:00"),
    ],
)
def test_a_daily_time_is_a_moment_of_its_zone(at: str, zone: str, moment: str, expected: str) -> None:
    assert latest_slot(at, zone, datetime.fromisoformat(moment)) == datetime.fromisoformat(expected)


def test_the_next_time_is_after_now() -> None:
    assert next_slot("12:00", "UTC", NOON) == NOON + timedelta(days=1)
    assert next_slot("12:01", "UTC", NOON) == NOON + timedelta(minutes=1)


def test_what_has_an_interval_is_sent_once_in_it(sent: list[str]) -> None:
    first, second = send_due(NOON), send_due(NOON)
    assert "rollup.turn" in first
    assert "rollup.turn" not in second


def test_a_new_daily_job_waits_for_its_time(sent: list[str]) -> None:
    assert DAILY.isdisjoint(send_due(NOON))
    assert DAILY.isdisjoint(send_due(NOON + timedelta(hours=1)))


def test_a_daily_job_is_sent_once_a_day(sent: list[str]) -> None:
    send_due(NOON)
    night = NOON + timedelta(hours=20)
    assert set(send_due(night)) >= DAILY
    scheduled.forget_times()
    assert DAILY.isdisjoint(send_due(night))


def test_one_that_was_due_while_nothing_ran_is_made_up_for_once(sent: list[str]) -> None:
    send_due(NOON)
    assert set(send_due(NOON + timedelta(days=9))) >= DAILY
    assert sent.count("rollup.trim") == 1


def test_of_two_schedulers_one_begins_it(sent: list[str]) -> None:
    send_due(NOON)
    before = scheduled.daily_times()
    night = NOON + timedelta(hours=20)
    assert "rollup.trim" in send_due(night)
    scheduled._times.put("times", before)  # What the other one has read before.
    assert "rollup.trim" not in send_due(night)


def test_what_nobody_reads_does_not_pile_up_as_work(
    sent: list[str], redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    expires: dict[str, int | None] = {}
    monkeypatch.setattr(
        scheduled, "send", lambda task, queue, args, **given: expires.update({task: given.get("expires")})
    )
    send_due(NOON)
    send_due(NOON + timedelta(hours=20))
    assert (expires["notify.decide"], expires["rollup.turn"]) == (60, 100)
    assert {expires[name] for name in DAILY} == {None}


def test_one_that_could_not_be_sent_is_due_again(sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    send_due(NOON)
    night = NOON + timedelta(hours=20)

    def refuse(task: str, queue: str, args: list[int], **_: int) -> None:
        raise OSError("the broker is away")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="away"):
        broken.setattr(scheduled, "send", refuse)
        broken.setattr(scheduled, "once_every", lambda name, seconds: False)
        send_due(night)
    assert set(send_due(night)) >= DAILY


def test_a_lost_redis_begins_no_daily_job_anew(sent: list[str], redis_client: redis.Redis) -> None:
    send_due(NOON)
    redis_client.flushall()
    assert DAILY.isdisjoint(send_due(NOON + timedelta(minutes=1)))


def test_every_job_of_the_table_is_a_task_of_its_queue() -> None:
    celery.loader.import_default_modules()
    assert set(BY_NAME) <= set(celery.tasks)
    for job in JOBS:
        assert job.queue in MODULES
        assert celery.tasks[job.name].__module__ in modules_of([job.queue])


def test_a_run_is_noted_with_what_came_of_it(owner: Actor) -> None:
    begin_run("1", "rollup.trim")
    end_run("1", "rollup.trim", {"rows": 7}, failed=False)
    entry = get_scheduled(owner, "rollup.trim")
    assert (entry.state, entry.result, entry.runs, entry.failures) == ("ok", {"rows": 7}, 1, 0)
    assert entry.last_at is not None and entry.took_ms is not None


def test_what_is_not_scheduled_is_not_noted(app: Flask, redis_client: redis.Redis) -> None:
    begin_run("1", "probe.batch")
    end_run("1", "probe.batch", None, failed=False)
    assert redis_client.keys("scheduled:*") == []


@pytest.mark.parametrize(
    ("result", "failed", "problem"),
    [({"problem": "OperationalError"}, False, "OperationalError"), (ValueError("x"), True, "ValueError")],
)
def test_a_run_that_could_do_nothing_has_failed(
    owner: Actor, result: Any, failed: bool, problem: str
) -> None:
    begin_run("1", "bug.turn")
    end_run("1", "bug.turn", result, failed=failed)
    entry = get_scheduled(owner, "bug.turn")
    assert (entry.state, entry.problem, entry.failures) == ("failed", problem, 1)


def test_the_last_failure_is_remembered(owner: Actor) -> None:
    at_ms = round(time.time() * 1000)
    note_run("bug.turn", begun_ms=at_ms - 9_000, took_ms=5, result={"problem": "Away"})
    note_run("bug.turn", begun_ms=at_ms, took_ms=5, result=None)
    entry = get_scheduled(owner, "bug.turn")
    assert (entry.state, entry.failed_problem, entry.runs) == ("ok", "Away", 2)


def test_one_that_has_not_run_for_long_is_late(owner: Actor) -> None:
    note_run("bug.turn", begun_ms=round(time.time() * 1000) - 61_000, took_ms=5, result=None)
    assert get_scheduled(owner, "bug.turn").state == "late"
    assert get_scheduled(owner, "rollup.turn").state == "never"


def test_it_runs_at_once_when_asked_to(owner: Actor, sent: list[str]) -> None:
    run_now(owner, "rollup.trim")
    assert sent == ["rollup.trim"]
    assert db.session.query(AuditEntry).filter_by(action="schedule.run").count() == 1
    for _ in range(5):
        run_now(owner, "rollup.trim")
    with pytest.raises(RateLimitedError):
        run_now(owner, "rollup.trim")


def test_a_daily_job_can_have_another_time(owner: Actor, sent: list[str]) -> None:
    entry = change_daily(owner, "rollup.trim", {"at": "04:15", "zone": "Asia/Shanghai"})
    assert (entry.at, entry.zone) == ("04:15", "Asia/Shanghai")
    assert entry.next_at is not None and entry.next_at > now()
    assert "rollup.trim" not in send_due(now())
    assert db.session.get_one(DailyJob, "rollup.trim").at == "04:15"


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("rollup.trim", {"at": "24:00"}, "at"),
        ("rollup.trim", {"at": "3:00"}, "at"),
        ("rollup.trim", {"zone": "Mars/Base"}, "zone"),
    ],
)
def test_a_time_has_to_be_one(owner: Actor, name: str, values: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        change_daily(owner, name, values)
    assert list(caught.value.fields) == [field]


def test_one_by_interval_has_no_time_of_the_day(owner: Actor) -> None:
    with pytest.raises(ConflictError):
        change_daily(owner, "rollup.turn", {"at": "03:00"})


def test_another_organization_sees_none_of_it(owner: Actor, stranger: Actor) -> None:
    assert len(list_scheduled(owner)) == len(JOBS)
    for act in (list_scheduled, lambda who: manage.run_now(who, "rollup.trim")):
        with pytest.raises(NotFoundError):
            act(stranger)
