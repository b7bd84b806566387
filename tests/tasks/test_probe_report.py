"""What a probe says of itself reaches the recorder, whatever its clock says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
import redis
from flask import Flask

from app.core.clock import now, now_ms
from app.service import queue
from tasks import probe_report


@pytest.mark.parametrize("off_ms", [-300_000, 300_000])
def test_a_wrong_clock_is_measured_by_the_brokers(
    app: Flask, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch, off_ms: int
) -> None:
    monkeypatch.setattr("app.service.queue.now_ms", lambda: now_ms() + off_ms)
    measured = probe_report.clock_off()
    assert measured is not None and abs(measured - off_ms) < 60_000


def test_a_right_clock_is_not_off(app: Flask, redis_client: redis.Redis) -> None:
    assert probe_report.clock_off() == 0


def test_a_report_by_a_clock_that_is_behind_is_not_thrown_away(
    app: Flask, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: dict[str, Any] = {}
    monkeypatch.setattr(queue, "send", lambda task, name, args, **options: sent.update(options))
    queue.send_from_probe("record.report", "{}", expires=probe_report.expires_seconds(-300_000))
    ends_at: datetime = now() - timedelta(seconds=300) + timedelta(seconds=sent["expires"])
    assert ends_at > now()


def test_an_account_that_may_not_ask_the_time_reports_all_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise redis.exceptions.NoPermissionError("this user has no permissions to run the 'time' command")

    monkeypatch.setattr(probe_report, "clock_off_ms", refuse)
    assert probe_report.clock_off() is None
    assert orjson.loads(probe_report.report(1.0, None))["clock_off_ms"] is None
