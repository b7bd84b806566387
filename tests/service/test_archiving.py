"""A site that is taken off the lists: what was open of it ends, and nobody hears of it any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import now_ms
from app.models import Event, Incident, Monitor, MonitorState, Site, db, write
from app.service.actor import Actor
from app.service.monitor.manage import create_monitor, pause_monitor
from app.service.recording.record import record_samples
from app.service.site import archive_site, create_site, restore_site
from tests.cast import make_organization, make_user
from tests.measured import measured
from tests.service.alerting.scene import Scene

URL = "http://127.0.0.1:9/"
MINUTE = 60_000


@pytest.fixture(params=["sqlite", "mariadb"])
def us(request: pytest.FixtureRequest) -> Actor:
    request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")
    return make_user(make_organization("ours"), "owner", "owner")


def down(us: Actor) -> Monitor:
    site = create_site(us, {"name": "Shop", "base_url": URL})
    values = {"site_id": site.id, "type": "http", "name": "home", "config": {"url": URL}}
    monitor = create_monitor(us, values)
    record_samples(measured(monitor.id, "udd", now_ms() // MINUTE * MINUTE - 3 * MINUTE))
    return monitor


def state_of(monitor: Monitor) -> str:
    statement = select(MonitorState.state).where(MonitorState.monitor_id == monitor.id)
    return str(db.session.scalar(statement))


def test_an_open_incident_ends_with_the_watching(us: Actor) -> None:
    monitor = down(us)
    archive_site(us, monitor.site_id)
    (incident,) = db.session.scalars(select(Incident).execution_options(populate_existing=True))
    assert incident.closed_at is not None and incident.closed_by == "pause" and state_of(monitor) == "PAUSED"
    paused = select(Event.detail).where(Event.kind == "monitor.paused")
    assert [detail["by"] for detail in db.session.scalars(paused)] == [us.user.account]


def test_what_still_comes_of_it_changes_nothing_and_restored_it_begins_anew(us: Actor) -> None:
    monitor = down(us)
    archive_site(us, monitor.site_id)
    record_samples(measured(monitor.id, "dd", now_ms() // MINUTE * MINUTE))
    assert state_of(monitor) == "PAUSED"
    restore_site(us, monitor.site_id)
    assert state_of(monitor) == "PENDING"


def test_what_somebody_paused_stays_so(owner: Actor) -> None:
    monitor = down(owner)
    pause_monitor(owner, monitor.id)
    archive_site(owner, monitor.site_id)
    restore_site(owner, monitor.site_id)
    assert state_of(monitor) == "PAUSED"


def test_nobody_is_reminded_of_what_a_watch_left_open(owner: Actor) -> None:
    scene = Scene(owner)
    scene.channel("a")
    scene.monitor("home")
    scene.wishes(remind_minutes=30)
    scene.fail("home")
    assert scene.look() == ["a incident.opened home"]
    with write() as session:
        session.get_one(Site, scene.site_id).archived_at = scene.at + timedelta(minutes=1)
    assert scene.look(1800) == []
