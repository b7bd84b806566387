"""The secrets of a monitor's configuration: sealed, masked, and whole for the probe alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.clock import now_ms
from app.core.errors import InvalidError
from app.models import Monitor, db
from app.service.actor import Actor
from app.service.monitor.config import MASK, masked, whole
from app.service.monitor.manage import change_monitor, create_monitor, get_monitor
from app.service.scheduling import schedule
from app.service.site import create_site
from app.service.trail.search import list_entries
from tests.cast import Caller

pytestmark = pytest.mark.faces

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
    (claimed,) = schedule.claim("default", at_ms=now_ms(), ahead_ms=61_000)
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


STEPS: dict[str, Any] = {
    "auth": {"type": "basic", "username": "anna", "password": "hunter6"},
    "variables": {"word": "hunter7"},
    "steps": [
        {"url": "http://127.0.0.1:9/", "headers": {"X-One": "hunter8"}},
        {"name": "two", "url": "http://127.0.0.1:9/two", "headers": {"X-Two": "hunter9"}},
    ],
}


@pytest.fixture
def in_steps(app: Flask, owner: Actor) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    return create_monitor(owner, {"site_id": site.id, "type": "steps", "name": "buy", "config": STEPS})


def test_secrets_in_parts_and_lines_are_sealed_and_masked(in_steps: Monitor) -> None:
    rows = [dict(row) for row in db.session.execute(text("SELECT * FROM monitor")).mappings()]
    assert "hunter" not in json.dumps(rows, default=str)
    assert whole(in_steps) == STEPS
    shown = masked(in_steps)
    assert "hunter" not in json.dumps(shown)
    assert shown["auth"] == {"type": "basic", "username": "anna", "password": "********"}
    assert shown["steps"][1]["headers"] == {"X-Two": "********"}


def test_lines_that_change_places_keep_their_own_secrets(in_steps: Monitor, owner: Actor) -> None:
    shown = masked(in_steps)
    config = {**shown, "steps": [shown["steps"][1], shown["steps"][0]]}
    changed = change_monitor(owner, in_steps.id, {"config": config})
    assert whole(changed)["steps"] == [STEPS["steps"][1], STEPS["steps"][0]]
    assert whole(changed)["auth"] == STEPS["auth"]


def test_a_line_that_is_taken_out_takes_its_secrets_along(in_steps: Monitor, owner: Actor) -> None:
    shown = masked(in_steps)
    changed = change_monitor(owner, in_steps.id, {"config": {**shown, "steps": shown["steps"][1:]}})
    assert whole(changed)["steps"] == [STEPS["steps"][1]]


def test_what_is_wrong_inside_is_named_by_its_place(in_steps: Monitor, owner: Actor) -> None:
    shown = masked(in_steps)
    shown["steps"][1]["assertions"] = [{"kind": "time", "value": "100"}, {"kind": "time", "value": "soon"}]
    with pytest.raises(InvalidError) as caught:
        change_monitor(owner, in_steps.id, {"config": shown})
    assert caught.value.fields == {"config.steps.1.assertions.1.value": "must be a number"}


@pytest.mark.parametrize(
    ("url", "is_asked"),
    [
        ("http://127.0.0.1:9/another/path", False),
        ("http://127.0.0.1:10/", True),
        ("https://127.0.0.1:9/", True),
    ],
)
def test_a_stored_secret_is_not_sent_elsewhere_unless_it_is_entered_again(
    monitor: Monitor, owner: Actor, url: str, is_asked: bool
) -> None:
    changed = {"config": {"url": url, "headers": dict.fromkeys(HEADERS, MASK)}}
    if is_asked:
        with pytest.raises(InvalidError) as refused:
            change_monitor(owner, monitor.id, changed)
        assert set(refused.value.fields) == {"config.headers"}
        changed = {"config": {"url": url, "headers": HEADERS}}
    assert whole(change_monitor(owner, monitor.id, changed))["headers"] == HEADERS


def test_secrets_of_lines_are_asked_for_at_their_place(monitor: Monitor, owner: Actor) -> None:
    step = {"name": "one", "url": "http://127.0.0.1:9/", "headers": {"X-Key": "secret"}}
    made = create_monitor(
        owner, {"site_id": monitor.site_id, "type": "steps", "name": "shop", "config": {"steps": [step]}}
    )
    moved = {**step, "url": "http://127.0.0.1:10/", "headers": {"X-Key": MASK}}
    with pytest.raises(InvalidError) as refused:
        change_monitor(owner, made.id, {"config": {"steps": [moved]}})
    assert set(refused.value.fields) == {"config.steps.0.headers"}
