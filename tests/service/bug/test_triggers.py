"""Scans nobody asked for: by schedule, after a deployment, and when something relevant has changed."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.models import Event, MonitorState, Scan, ScanSettings, db, write
from app.service.bug.retention import KEPT_SCANS, tend_scans
from app.service.bug.settings import change_settings_of
from app.service.bug.triggers import has_waiting, start_changed, start_due
from app.service.maintenance.window import create_window
from app.service.monitor.manage import create_monitor, pause_monitor
from app.service.site import archive_site
from app.service.tamper.deployment import announce, finish
from tests.service.bug.desk import Desk, seen


def scans(desk: Desk) -> list[tuple[str, str]]:
    statement = select(Scan).where(Scan.site_id == desk.site.id).order_by(Scan.id)
    return [(scan.trigger, scan.profile) for scan in db.session.scalars(statement)]


def settle(desk: Desk, **values: Any) -> None:
    change_settings_of(desk.actor, desk.site.id, values)


def due_at(desk: Desk) -> Any:
    statement = select(ScanSettings.next_due_at).where(ScanSettings.site_id == desk.site.id)
    return db.session.scalar(statement)


def test_what_is_due_is_scanned_once(desk: Desk) -> None:
    settle(desk, schedule="daily", hour=3)
    due = due_at(desk)
    assert start_due(due - timedelta(minutes=1)) == 0
    assert start_due(due) == 1
    assert start_due(due) == 0
    assert scans(desk) == [("schedule", "passive")]
    assert due_at(desk) == due + timedelta(days=1)


def test_while_planned_work_covers_a_site_its_scan_waits(desk: Desk) -> None:
    settle(desk, schedule="daily", hour=3)
    due = due_at(desk)
    starts = due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    values = {"name": "Work", "timezone": "UTC", "starts": starts, "minutes": 60, "site_ids": [desk.site.id]}
    create_window(desk.actor, values)
    assert start_due(due) == 0
    assert start_due(due + timedelta(minutes=60)) == 1


def test_a_site_whose_scan_still_waits_gets_no_second(desk: Desk) -> None:
    settle(desk, schedule="daily", hour=3)
    due = due_at(desk)
    start_due(due)
    assert start_due(due + timedelta(days=1)) == 0
    assert len(scans(desk)) == 1


def test_without_a_proof_the_schedule_looks_passively(desk: Desk) -> None:
    settle(desk, schedule="weekly", profile="full")
    start_due(due_at(desk))
    assert scans(desk) == [("schedule", "passive")]


def test_with_a_proof_it_looks_as_the_settings_say(desk: Desk) -> None:
    desk.verify()
    settle(desk, schedule="weekly", profile="full")
    start_due(due_at(desk))
    assert scans(desk) == [("schedule", "full")]


def test_an_archived_site_is_left_alone(desk: Desk) -> None:
    settle(desk, schedule="daily")
    due = due_at(desk)
    archive_site(desk.actor, desk.site.id)
    assert start_due(due) == 0


@pytest.mark.parametrize(("wanted", "found"), [(True, [("deployment", "passive")]), (False, [])])
def test_a_finished_deployment_is_followed_by_a_scan_where_wanted(
    desk: Desk, wanted: bool, found: list[tuple[str, str]]
) -> None:
    settle(desk, after_deployment=wanted)
    finish(desk.actor, announce(desk.actor, {"site_id": desk.site.id}).id)
    assert scans(desk) == found
    assert has_waiting() is wanted


def certificate(desk: Desk, fingerprint: str) -> None:
    """As a monitor last saw it."""
    with write() as session:
        state = session.scalar(select(MonitorState))
        assert state is not None
        state.facts = {"tls": {"fingerprint": fingerprint, "days_left": 30}}


@pytest.fixture
def watched(desk: Desk) -> Desk:
    values = {"site_id": desk.site.id, "type": "http", "name": "home", "config": {"url": desk.base_url}}
    create_monitor(desk.actor, values)
    settle(desk, on_change=True)
    return desk


def test_another_certificate_is_followed_by_a_scan(watched: Desk) -> None:
    certificate(watched, "aa")
    assert start_changed(now()) == 0
    assert start_changed(now()) == 0
    certificate(watched, "bb")
    assert start_changed(now()) == 1
    assert scans(watched) == [("change", "passive")]


def test_a_new_script_is_followed_by_a_scan(watched: Desk) -> None:
    assert start_changed(now()) == 0
    with write() as session:
        session.add(
            Event(
                organization_id=watched.actor.organization_id,
                site_id=watched.site.id,
                kind="alert.opened",
                cause="malicious_script",
            )
        )
    assert start_changed(now()) == 1


def test_a_site_that_changes_all_day_is_scanned_every_six_hours(watched: Desk) -> None:
    certificate(watched, "aa")
    start_changed(now())
    for number in range(3):
        certificate(watched, f"b{number}")
        start_changed(now())
        with write() as session:
            for scan in session.scalars(select(Scan)):
                scan.waiting_key, scan.state = None, "done"
    assert len(scans(watched)) == 1


def test_a_monitor_that_is_paused_is_no_change_of_the_certificate(watched: Desk) -> None:
    certificate(watched, "aa")
    start_changed(now())
    pause_monitor(watched.actor, db.session.scalars(select(MonitorState.monitor_id)).one())
    assert start_changed(now()) == 0


def test_old_scans_go_but_for_the_newest_twenty(desk: Desk) -> None:
    for _ in range(KEPT_SCANS + 3):
        desk.scan(seen())
    assert tend_scans(now()) == 0
    assert tend_scans(now() + timedelta(days=366)) == 3
    assert len(scans(desk)) == KEPT_SCANS
    assert desk.only().state == "open"


def test_a_scan_that_waits_is_never_forgotten(desk: Desk) -> None:
    desk.begin()
    assert tend_scans(now() + timedelta(days=800)) == 0
