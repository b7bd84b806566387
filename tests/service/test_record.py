"""The recorder on SQLite and MariaDB: recorded once, states moved, incidents opened and closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.clock import now_ms
from app.core.redis import find_and_get
from app.engine.usability.types import Sample
from app.models import Delivery, Event, Incident, Monitor, db
from app.models.result import day_of, result_table
from app.service.actor import Actor
from app.service.channel import create_channel
from app.service.monitor import create_monitor, delete_monitor, pause_monitor
from app.service.record import expire_stale, record_samples
from app.service.result import list_results
from app.service.site import create_site
from app.service.uptime import list_days
from tests.cast import make_organization, make_user


@pytest.fixture(params=["sqlite", "mariadb"])
def on_each_database(request: pytest.FixtureRequest) -> Iterator[Flask]:
    yield request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")


@pytest.fixture
def us(on_each_database: Flask) -> Actor:
    return make_user(make_organization("ours"), "owner", "owner")


@pytest.fixture
def monitor(us: Actor) -> Monitor:
    site = create_site(us, {"name": "Shop", "base_url": "http://127.0.0.1:9/", "tags": ["eu"]})
    return create_monitor(
        us,
        {
            "site_id": site.id,
            "type": "http",
            "name": "home",
            "interval_seconds": 5,
            "config": {"url": "http://127.0.0.1:9/"},
        },
    )


def sample(monitor: Monitor, due_ms: int, status: str, reason: str | None = None) -> Sample:
    return Sample(
        id=due_ms,
        monitor_id=monitor.id,
        location="default",
        due_ms=due_ms,
        started_ms=due_ms,
        status=status,  # type: ignore[arg-type]
        reason=reason,
        detail={"host": "127.0.0.1", "port": 9} if reason else {},
        total_ms=12.5,
        dns_ms=None,
        connect_ms=1.25,
        tls_ms=None,
        first_byte_ms=10.0,
        transfer_ms=0.5,
        late_ms=0.2,
        lag_ms=0.0,
        http_status=200 if status == "up" else None,
        address="127.0.0.1",
        facts={},
    )


def walk(monitor: Monitor, letters: str, start: int) -> list[Sample]:
    kinds = {"u": ("up", None), "d": ("down", "connect_refused")}
    return [sample(monitor, start + index * 5000, *kinds[letter]) for index, letter in enumerate(letters)]


def yesterday_noon() -> int:
    return now_ms() // 86_400_000 * 86_400_000 - 43_200_000


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_it_records_a_message_once_however_often_it_comes(monitor: Monitor, us: Actor) -> None:
    samples = walk(monitor, "uuddd", now_ms())
    for _ in range(3):
        record_samples(samples)
    table = result_table(day_of(samples[0].due_ms))
    assert db.session.scalar(select(func.count()).select_from(table)) == 5
    assert count(Incident) == 1


def test_it_opens_and_closes_an_incident_with_one_delivery_a_channel_each(
    monitor: Monitor, us: Actor
) -> None:
    create_channel(us, {"type": "webhook", "name": "hook", "config": {"url": "http://127.0.0.1:9/"}})
    done = record_samples(walk(monitor, "udduu", now_ms()))
    incident = db.session.scalar(select(Incident))
    assert incident is not None and incident.closed_at is not None and incident.cause == "connect_refused"
    assert done.deliveries == 2 and count(Delivery) == 2


def test_it_writes_each_change_on_the_sites_timeline(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "udduu", now_ms()))
    kinds = list(db.session.scalars(select(Event.kind).order_by(Event.id)))
    assert kinds == ["site.created", "monitor.created", "monitor.up", "monitor.down", "monitor.up"]


def test_it_gives_results_back_newest_first_in_pages(monitor: Monitor, us: Actor) -> None:
    samples = walk(monitor, "uuddd", now_ms())
    record_samples(samples)
    first = list_results(us, monitor.id, limit=3)
    rest = list_results(us, monitor.id, limit=3, cursor=first.next_cursor)
    dues = [item["due_ms"] for item in first.items + rest.items]
    assert dues == sorted((each.due_ms for each in samples), reverse=True)
    assert first.items[0]["phases"]["connect_ms"] == 1.25
    assert rest.next_cursor is None


def test_it_reads_results_across_midnight(monitor: Monitor, us: Actor) -> None:
    midnight = now_ms() // 86_400_000 * 86_400_000
    record_samples([sample(monitor, midnight - 1000, "up"), sample(monitor, midnight + 1000, "up")])
    assert len(list_results(us, monitor.id).items) == 2


def test_it_drops_samples_of_a_monitor_that_is_gone(monitor: Monitor, us: Actor) -> None:
    stray = sample(monitor, now_ms(), "up")
    stray.monitor_id += 1
    record_samples([stray, sample(monitor, now_ms(), "up")])
    table = result_table(day_of(stray.due_ms))
    assert db.session.scalar(select(func.count()).select_from(table)) == 1


def test_it_takes_a_silent_monitor_for_unknown_and_never_for_down(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "u", now_ms()))
    expire_stale(now_ms() + 60_000)
    db.session.refresh(monitor.state)
    assert monitor.state.state == "UNKNOWN" and count(Incident) == 0


def test_pausing_closes_the_open_incident(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "udd", now_ms()))
    db.session.expire_all()
    pause_monitor(us, monitor.id)
    incident = db.session.scalar(select(Incident))
    assert incident is not None and incident.closed_by == "pause"


def test_it_counts_results_by_day(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "uuud", yesterday_noon()))
    days = list_days(us, monitor.id, days=3)
    assert [(each["up"], each["down"]) for each in days][:2] == [(0, 0), (3, 1)]
    assert days[1]["uptime"] == 75.0


def test_a_past_day_is_read_once_and_forgotten_with_its_monitor(monitor: Monitor, us: Actor) -> None:
    record_samples(walk(monitor, "u", yesterday_noon()))
    list_days(us, monitor.id, days=2)
    assert len(find_and_get(f"cache:uptime:{monitor.id}:*")) == 2
    delete_monitor(us, monitor.id)
    assert find_and_get(f"cache:uptime:{monitor.id}:*") == {}
