"""Planned work on its pages."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from app.models import MaintenanceWindow, Site, db
from app.service.actor import Actor
from app.service.maintenance.window import create_window
from app.service.monitor.manage import create_monitor
from app.service.site import create_site
from app.web.forms.repeat import choices_of, rule_of
from app.web.present.maintenance import months
from tests.web.test_pages import enter, token

FORM = {
    "name": "Patch night",
    "timezone": "Europe/Berlin",
    "starts": "2027-03-09T02:30",
    "length": "2",
    "unit": "hours",
    "repeat": "monthly_weekday",
    "covers": "all",
}
RUNNING = {"name": "Running", "starts": "2026-01-01T00:00", "minutes": 1440, "rule": "FREQ=DAILY"}


@pytest.fixture
def client(app: Flask, owner: Actor, shop: Site) -> FlaskClient:
    return enter(app, owner)


def send(client: FlaskClient, path: str, **fields: object) -> tuple[int, str]:
    answer = client.post(path, data={"csrf_token": token(client.get("/maintenance").text), **fields})
    return answer.status_code, answer.text


def saved() -> MaintenanceWindow:
    db.session.rollback()
    db.session.expire_all()
    return db.session.query(MaintenanceWindow).one()


def test_a_plan_is_made_in_the_form(client: FlaskClient) -> None:
    assert send(client, "/maintenance/new", **FORM)[0] == 303
    assert (saved().minutes, saved().rule, saved().covers_all) == (120, "FREQ=MONTHLY;BYDAY=2TU", True)


def test_sites_are_covered_by_their_names(client: FlaskClient, shop: Site) -> None:
    send(client, "/maintenance/new", **{**FORM, "covers": "some", "sites": shop.name, "tags": "#berlin"})
    assert (saved().site_ids, saved().tags) == ([shop.id], ["berlin"])


def test_of_several_monitors_of_a_name_a_window_keeps_the_one_it_had(
    client: FlaskClient, owner: Actor, shop: Site
) -> None:
    other = create_site(owner, {"name": "Other", "base_url": "http://127.0.0.1:9/"})
    monitor = {"type": "http", "name": "Home page", "config": {"url": "http://127.0.0.1:9/"}}
    ids = [create_monitor(owner, {**monitor, "site_id": site.id}).id for site in (shop, other)]
    window = create_window(owner, {**RUNNING, "monitor_ids": ids[1:]})
    some = {**FORM, "covers": "some", "monitors": "Home page"}
    assert send(client, f"/maintenance/{window.id}", **some)[0] == 303
    assert saved().monitor_ids == ids[1:]


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    status, html = send(client, "/maintenance/new", **{**FORM, "covers": "some", "sites": "Nowhere"})
    assert status == 400
    assert "nothing is called Nowhere" in html
    assert 'value="Patch night"' in html


def test_the_preview_shows_the_change_of_clocks(client: FlaskClient) -> None:
    _status, html = send(client, "/maintenance/preview", **{**FORM, "repeat": "monthly"})
    assert "UTC+01:00" in html
    assert "UTC+02:00" in html


def test_the_preview_says_why_there_is_nothing_to_see(client: FlaskClient) -> None:
    _status, html = send(client, "/maintenance/preview", **{**FORM, "repeat": "custom", "rule": "FREQ=NEVER"})
    assert "FREQ must be one of" in html


def test_what_runs_is_ended_by_its_button(client: FlaskClient, owner: Actor) -> None:
    window = create_window(owner, {**RUNNING, "covers_all": True})
    assert "End now" in client.get("/maintenance").text
    assert send(client, f"/maintenance/{window.id}/end")[0] == 303
    assert saved().exceptions


def test_a_months_calendar_shows_what_takes_place(client: FlaskClient, owner: Actor) -> None:
    create_window(owner, {**RUNNING, "name": "Every night", "covers_all": True})
    html = client.get("/maintenance?month=2026-12").text
    assert html.count('class="month-entry"') >= 31
    assert "December 2026" in html


@pytest.mark.parametrize("month", ["2026-13", "x", "0001-01", "9999-12", "2100-12"])
def test_a_month_that_is_none_is_no_error(client: FlaskClient, month: str) -> None:
    assert client.get(f"/maintenance?month={month}").status_code == 200


def test_a_viewer_reads_a_plan_and_is_offered_no_change_of_it(
    app: Flask, owner: Actor, viewer: Actor, shop: Site
) -> None:
    window = create_window(owner, {**RUNNING, "covers_all": True})
    html = enter(app, viewer).get(f"/maintenance/{window.id}").text
    assert 'value="Running"' in html and '<fieldset class="form" disabled>' in html
    assert ">Save<" not in html and "/maintenance/preview" not in html


def test_a_viewer_plans_nothing(app: Flask, viewer: Actor, shop: Site) -> None:
    client = enter(app, viewer)
    assert "Plan work" not in client.get("/maintenance").text
    assert client.get("/maintenance/new").status_code == 403


@pytest.mark.parametrize(
    ("repeat", "starts", "rule"),
    [
        ("once", "2027-03-09T02:30", None),
        ("daily", "2027-03-09T02:30", "FREQ=DAILY;UNTIL=20271231"),
        ("weekly", "2027-03-09T02:30", "FREQ=WEEKLY;BYDAY=TU;UNTIL=20271231"),
        ("monthly", "2027-03-09T02:30", "FREQ=MONTHLY;BYMONTHDAY=9;UNTIL=20271231"),
        ("monthly_weekday", "2027-03-30T02:30", "FREQ=MONTHLY;BYDAY=-1TU;UNTIL=20271231"),
    ],
)
def test_a_choice_is_a_rule_and_a_rule_is_a_choice_again(repeat: str, starts: str, rule: str | None) -> None:
    assert rule_of(repeat, [], "2027-12-31", "", starts) == rule
    assert choices_of(rule)["repeat"] == repeat


@pytest.mark.parametrize(("locale", "title"), [("en", "November 2026"), ("zh", "2026年11月")])
def test_the_calendars_month_is_written_as_its_readers_write_it(app: Flask, locale: str, title: str) -> None:
    with app.test_request_context(), force_locale(locale):
        assert months(date(2026, 11, 1))["title"] == title
