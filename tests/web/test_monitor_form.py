"""A monitor's form: the whole policy, copies, parents to choose, and the policy tried on the past."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import now_ms
from app.models import Location, Monitor, Site, db, write
from app.service.actor import Actor
from app.service.location import known
from app.service.monitor.manage import create_monitor, get_monitor, list_monitors
from app.service.recording.record import record_samples
from tests.measured import measured
from tests.web.test_pages import enter, token

URL = "http://127.0.0.1:9/"
TYPED = {
    "name": "home",
    "config.url": URL,
    "interval_seconds": "60",
    "timeout_seconds": "",
    "confirm_count": "2",
    "recover_count": "2",
    "retry_seconds": "",
    "slow_ms": "",
    "slow_factor": "",
    "quorum": "",
    "escalation_id": "",
}


@pytest.fixture
def page(app: Flask, owner: Actor, shop: Site) -> FlaskClient:
    return enter(app, owner)


@pytest.fixture
def monitor(owner: Actor, shop: Site) -> Monitor:
    return make(owner, shop, "home")


def make(owner: Actor, shop: Site, name: str) -> Monitor:
    return create_monitor(owner, {"site_id": shop.id, "type": "http", "name": name, "config": {"url": URL}})


def send(page: FlaskClient, path: str, values: dict[str, Any]) -> Any:
    answer = page.post(path, data={"csrf_token": token(page.get("/settings/account").text), **values})
    db.session.rollback()  # What the request wrote is seen from here on.
    return answer


def test_the_whole_policy_is_typed_and_kept(page: FlaskClient, owner: Actor, monitor: Monitor) -> None:
    typed = {**TYPED, "slow_ms": "800", "slow_factor": "2,5", "retry_seconds": "10", "is_inverted": "1"}
    assert send(page, f"/monitors/{monitor.id}/edit", typed).status_code == 303
    kept = get_monitor(owner, monitor.id)
    assert (kept.slow_ms, kept.slow_factor, kept.retry_seconds, kept.is_inverted) == (800, 2.5, 10, True)


def test_empty_is_none(page: FlaskClient, owner: Actor, monitor: Monitor) -> None:
    send(page, f"/monitors/{monitor.id}/edit", {**TYPED, "slow_ms": "800"})
    send(page, f"/monitors/{monitor.id}/edit", TYPED)
    assert get_monitor(owner, monitor.id).slow_ms is None


def test_what_is_wrong_is_said_at_its_field_and_its_fold_is_open(page: FlaskClient, monitor: Monitor) -> None:
    answer = send(
        page, f"/monitors/{monitor.id}/edit", {**TYPED, "slow_factor": "much", "retry_seconds": "90"}
    )
    assert answer.status_code == 400
    assert 'href="#slow_factor"' in answer.text and 'value="much"' in answer.text
    assert answer.text.count('<details class="fold" open>') == 2


def test_a_simple_monitor_shows_a_simple_form(page: FlaskClient, monitor: Monitor) -> None:
    html = page.get(f"/monitors/{monitor.id}/edit").text
    assert '<details class="fold" open>' not in html and 'name="locations"' not in html


def test_locations_are_ticked_where_there_are_several(
    page: FlaskClient, owner: Actor, monitor: Monitor
) -> None:
    with write() as session:
        session.add(Location(code="berlin", name="Berlin", number=9))
    known.forget()
    assert 'value="berlin"' in page.get(f"/monitors/{monitor.id}/edit").text
    send(page, f"/monitors/{monitor.id}/edit", {**TYPED, "locations": ["default", "berlin"], "quorum": "2"})
    assert get_monitor(owner, monitor.id).locations == ["default", "berlin"]
    send(page, f"/monitors/{monitor.id}/edit", {**TYPED, "locations": ["default"]})
    assert get_monitor(owner, monitor.id).locations == []


def test_parents_are_found_by_name_and_ticked(
    page: FlaskClient, owner: Actor, shop: Site, monitor: Monitor
) -> None:
    router = make(owner, shop, "router <b>")
    found = page.get(f"/monitors/parents?parent_q=rout&self={monitor.id}").text
    assert f'value="{router.id}"' in found and "<b>" not in found
    assert str(monitor.id) not in page.get(f"/monitors/parents?parent_q=home&self={monitor.id}").text
    send(page, f"/monitors/{monitor.id}/edit", {**TYPED, "dependencies": [str(router.id)]})
    assert get_monitor(owner, monitor.id).dependencies == [router.id]
    assert f'value="{router.id}" checked' in page.get(f"/monitors/{monitor.id}/edit").text


def test_a_copy_is_opened_to_be_changed(page: FlaskClient, owner: Actor, monitor: Monitor) -> None:
    answer = send(page, f"/monitors/{monitor.id}/clone", {})
    copy = next(each for each in list_monitors(owner).items if each.id != monitor.id)
    assert answer.headers["Location"].endswith(f"/monitors/{copy.id}/edit") and copy.name == "home (copy)"


def test_a_new_monitor_has_its_types_defaults(page: FlaskClient, shop: Site) -> None:
    html = page.get(f"/monitors/new?site={shop.id}&type=heartbeat").text
    assert 'id="confirm_count" name="confirm_count" type="number" inputmode="numeric" value="1"' in html


def test_the_policy_is_tried_on_the_past(page: FlaskClient, owner: Actor, monitor: Monitor) -> None:
    start_ms = now_ms() // 60_000 * 60_000 - 20 * 60_000
    record_samples(measured(monitor.id, "uudduuudduuudddduu", start_ms))
    html = send(page, f"/monitors/{monitor.id}/backtest", {**TYPED, "confirm_count": "4", "days": "7"}).text
    assert "alerted 1 time instead of 3" in html
    assert get_monitor(owner, monitor.id).confirm_count == 2


def test_the_same_policy_alerts_as_it_did(page: FlaskClient, monitor: Monitor) -> None:
    record_samples(measured(monitor.id, "uudduu", now_ms() // 60_000 * 60_000 - 600_000))
    assert "alerted 1 time, as it did" in send(page, f"/monitors/{monitor.id}/backtest", TYPED).text


def test_what_cannot_be_tried_is_said(page: FlaskClient, monitor: Monitor) -> None:
    html = send(page, f"/monitors/{monitor.id}/backtest", {**TYPED, "confirm_count": "", "slow_ms": "x"}).text
    assert html.count("<div>") == 2 and "notice-bad" in html


def test_without_results_there_is_nothing_to_try(page: FlaskClient, monitor: Monitor) -> None:
    html = send(page, f"/monitors/{monitor.id}/backtest", TYPED).text
    assert "no result yet" in html and "<table" not in html


def test_others_monitors_are_not_there(app: Flask, stranger: Actor, monitor: Monitor) -> None:
    client = enter(app, stranger)
    assert client.get(f"/monitors/{monitor.id}/edit").status_code == 404
    assert send(client, f"/monitors/{monitor.id}/backtest", TYPED).status_code == 404
    assert str(monitor.id) not in client.get("/monitors/parents?parent_q=home").text
