"""The secrets of a monitor's configuration: sealed, masked, and whole for the probe alone."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.clock import now_ms
from app.models import Monitor, db
from app.service import schedule
from app.service.actor import Actor
from app.service.audit import list_entries
from app.service.monitor import change_monitor, create_monitor, get_monitor
from app.service.monitor_config import masked, whole
from app.service.site import create_site
from tests.cast import Caller

HEADERS = {"Authorization": "Bearer hunter2", "X-Plain": "hunter3"}


@pytest.fixture
def monitor(app: Flask, owner: Actor) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    config = {"url": "http://127.0.0.1:9/", "headers": HEADERS}
    return create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})


def test_the_database_does_not_hold_them_in_clear(monitor: Monitor) -> None:
    rows = [dict(row) for row in db.session.execute(text("SELECT * FROM monitor")).mappings()]
    assert "hunter" not in json.dumps(rows, default=str)


def test_the_audit_log_does_not_hold_them(monitor: Monitor, owner: Actor) -> None:
    change_monitor(
        owner, monitor.id, {"config": {"url": "http://127.0.0.1:9/", "headers": {"X-Plain": "hunter4"}}}
    )
    said = json.dumps([[entry.before, entry.after] for entry in list_entries(owner).items])
    assert "hunter" not in said and "X-Plain" in said


def test_nobody_is_shown_them(monitor: Monitor, as_viewer: Caller) -> None:
    said = as_viewer.get(f"/usability/monitors/{monitor.id}")["data"]
    assert said["config"]["headers"] == {"Authorization": "********", "X-Plain": "********"}


def test_the_probe_gets_them_whole(monitor: Monitor) -> None:
    (claimed,) = schedule.claim("default", at_ms=now_ms() + 60_000)
    assert json.loads(claimed.spec)[1]["headers"] == HEADERS


def test_a_mask_that_is_sent_back_keeps_them(monitor: Monitor, owner: Actor) -> None:
    change_monitor(owner, monitor.id, {"config": {**masked(monitor), "method": "HEAD"}})
    assert whole(get_monitor(owner, monitor.id)) == {
        "url": "http://127.0.0.1:9/",
        "headers": HEADERS,
        "method": "HEAD",
    }


def test_a_new_secret_takes_effect_and_is_noted_without_being_told(monitor: Monitor, owner: Actor) -> None:
    headers = {**HEADERS, "Authorization": "Bearer hunter5"}
    changed = change_monitor(
        owner, monitor.id, {"config": {"url": "http://127.0.0.1:9/", "headers": headers}}
    )
    assert whole(changed)["headers"] == headers and changed.revision == 2
    assert list_entries(owner).items[0].after == {"config": "another secret"}


def test_a_secret_left_out_is_gone(monitor: Monitor, owner: Actor) -> None:
    changed = change_monitor(owner, monitor.id, {"config": {"url": "http://127.0.0.1:9/"}})
    assert changed.sealed_secrets is None and "headers" not in whole(changed)
