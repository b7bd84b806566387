"""From where on an answer is slow: the monitor's limit, and what was learned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.engine.usability.series.rollup import Rollup
from app.engine.usability.state.baseline import Usual
from app.models import LatencyBaseline, Monitor, db, write
from app.models.rollup import DAY_MS, HOUR_MS, replace_rows, rollup_1h
from app.service.actor import Actor
from app.service.monitor.manage import change_monitor, create_monitor, delete_monitor
from app.service.recording import slow
from app.service.rollup.rows import row_of
from app.service.site import create_site

URL = "http://127.0.0.1:9/"
NOW = int(datetime(2026, 11, 16, 0, 30, tzinfo=UTC).timestamp() * 1000)
"""A Monday, half an hour after midnight."""


@pytest.fixture(params=["sqlite", "mariadb"])
def on_each_database(request: pytest.FixtureRequest) -> Iterator[Flask]:
    slow.forget_limits()
    yield request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")


@pytest.fixture(autouse=True)
def nothing_at_hand() -> None:
    slow.forget_limits()


@pytest.fixture
def monitor(app: Flask, owner: Actor) -> Monitor:
    return make(owner)


def make(owner: Actor, slow_factor: float | None = 3.0) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": URL})
    values = {"site_id": site.id, "type": "http", "name": "home", "config": {"url": URL}}
    return create_monitor(owner, {**values, "slow_factor": slow_factor})


def measured(monitor: Monitor, days: int = 14, ms: float = 100.0) -> None:
    """An hour's roll-up of ten good answers each, for some days until now."""
    rollup = Rollup(timed=10)
    for _ in range(10):
        rollup.sketch.add(round(ms * 1000))
    last_ms = NOW // HOUR_MS * HOUR_MS
    rows = [
        row_of((monitor.id, start_ms, 1), rollup)
        for start_ms in range(last_ms - days * DAY_MS, last_ms, HOUR_MS)
    ]
    with write() as session:
        replace_rows(session.connection(), rollup_1h, rows)


def keep(monitor: Monitor, median_ms: float) -> None:
    usual = Usual([median_ms] * 168, [median_ms] * 168)
    with write() as session:
        session.add(LatencyBaseline(monitor_id=monitor.id, learned_ms=1, body=usual.to_bytes()))


@pytest.mark.parametrize(
    ("slow_ms", "factor", "limit"),
    [(None, None, None), (500, None, 500), (None, 3.0, 300.0), (200, 3.0, 200), (900, 3.0, 300.0)],
)
def test_the_smaller_limit_holds(
    monitor: Monitor, slow_ms: int | None, factor: float | None, limit: float | None
) -> None:
    keep(monitor, 100.0)
    assert slow.limit_ms(monitor.id, slow_ms, factor, NOW) == limit


def test_a_factor_without_experience_does_not_count(monitor: Monitor) -> None:
    assert slow.limit_ms(monitor.id, None, 3.0, NOW) is None
    assert slow.limit_ms(monitor.id, 700, 3.0, NOW) == 700


def test_each_hour_of_the_week_has_its_own(monitor: Monitor) -> None:
    medians = [100.0] * 168
    medians[10] = 400.0
    with write() as session:
        usual = Usual(medians, medians)
        session.add(LatencyBaseline(monitor_id=monitor.id, learned_ms=1, body=usual.to_bytes()))
    assert slow.limit_ms(monitor.id, None, 2.0, NOW) == 200.0
    assert slow.limit_ms(monitor.id, None, 2.0, NOW + 10 * HOUR_MS) == 800.0


def test_it_learns_from_the_roll_ups(on_each_database: Flask) -> None:
    from tests.cast import make_organization, make_user

    monitor = make(make_user(make_organization("ours"), "owner", "owner"))
    measured(monitor)
    assert slow.learn_all(NOW) == 1
    assert slow.limit_ms(monitor.id, None, 3.0, NOW) == pytest.approx(300, rel=0.05)


def test_what_was_learned_today_is_not_learned_again(monitor: Monitor) -> None:
    measured(monitor)
    assert [slow.learn_all(NOW), slow.learn_all(NOW + HOUR_MS), slow.learn_all(NOW + DAY_MS)] == [1, 0, 1]


def test_nothing_is_learned_of_what_has_no_factor(monitor: Monitor, owner: Actor) -> None:
    measured(monitor)
    slow.learn_all(NOW)
    change_monitor(owner, monitor.id, {"slow_factor": None})
    assert slow.learn_all(NOW + DAY_MS) == 0
    assert db.session.scalar(select(LatencyBaseline)) is None


def test_too_little_is_no_experience(monitor: Monitor) -> None:
    measured(monitor, days=0)
    assert slow.learn_all(NOW) == 0 and slow.usual_of(monitor.id) is None


def test_a_deleted_monitor_takes_it_along(monitor: Monitor, owner: Actor) -> None:
    keep(monitor, 100.0)
    delete_monitor(owner, monitor.id)
    assert db.session.scalar(select(LatencyBaseline)) is None
