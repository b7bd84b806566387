"""`flask usability uptime`."""

from __future__ import annotations

import pytest
from flask import Flask

from app.cli.uptime import uptime
from app.core.clock import from_ms, now_ms
from app.models import Monitor
from app.service.actor import Actor
from tests.cast import make_organization, make_user
from tests.service.series.scene import DAY, HOUR, MINUTE, every, make_monitor, put


@pytest.fixture
def monitor(app: Flask) -> Monitor:
    actor: Actor = make_user(make_organization("us"), "someone", "owner")
    monitor = make_monitor(actor)
    start = now_ms() // DAY * DAY - DAY
    put(monitor.id, [*every(MINUTE, start, start + HOUR), *every(MINUTE, start + HOUR, start + 2 * HOUR, 2)])
    return monitor


def said(app: Flask, *words: str) -> str:
    start = now_ms() // DAY * DAY - DAY
    span = ["--from", f"{from_ms(start):%Y-%m-%d}", "--to", f"{from_ms(start + DAY):%Y-%m-%d}"]
    return app.test_cli_runner().invoke(uptime, [*span, *words]).output


def test_it_tells_the_share_of_each_site(app: Flask, monitor: Monitor) -> None:
    assert said(app).split() == ["50.0000", "%", "down", "60.0", "min", "Shop"]


def test_it_writes_csv(app: Flask, monitor: Monitor) -> None:
    head, line = said(app, "--csv", "--by", "monitor", "--locale", "zh").splitlines()[:2]
    assert "可用率 %" in head and line.startswith("home,Shop,1,")


def test_it_asks_for_the_organization_where_there_are_several(app: Flask, monitor: Monitor) -> None:
    make_organization("others")
    assert "say which organization" in said(app)
    assert "50.0000" in said(app, "--organization", "us")
