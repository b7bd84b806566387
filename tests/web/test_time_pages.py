"""Pages of what was measured over time: a monitor's, objectives, and the report of uptime."""

from __future__ import annotations

import itertools

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import now_ms
from app.models import Monitor, Objective, Site, db
from app.service.actor import Actor
from app.service.monitor.manage import create_monitor
from app.service.objective.manage import create_objective
from app.service.organization import change_settings
from app.service.passive.heartbeat import Call, take_call
from app.web.present.state import percentage
from config.env import ROOT
from tests.cast import Caller
from tests.service.series.scene import HOUR, MINUTE, every, make_monitor, put, stored
from tests.web.test_pages import enter


@pytest.fixture
def monitor(owner: Actor) -> Monitor:
    change_settings(owner, {"is_set_up": True})
    made = make_monitor(owner)
    end = now_ms() // MINUTE * MINUTE
    put(made.id, [*every(MINUTE, end - HOUR, end - MINUTE), stored(end - MINUTE, 2)])
    return made


@pytest.fixture
def browser_of_owner(app: Flask, as_owner: Caller) -> FlaskClient:
    return as_owner.client


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.mark.parametrize("key", ["1h", "24h", "7d", "30d", "1y"])
def test_a_chart_has_columns_of_equal_length(
    browser_of_owner: FlaskClient, monitor: Monitor, key: str
) -> None:
    told = browser_of_owner.get(f"/monitors/{monitor.id}/series?range={key}").get_json()
    columns = [told["total"], told["status"], told["failed"], *told["phases"].values()]
    assert {len(each) for each in columns} == {len(told["t"])}
    assert "down" in told["status"]


def test_between_checks_that_are_seldom_a_chart_has_no_gaps(
    browser_of_owner: FlaskClient, owner: Actor
) -> None:
    """A day is shown in pieces of five minutes; two checks were missed."""
    change_settings(owner, {"is_set_up": True})
    made = make_monitor(owner, interval_seconds=1800)
    end = now_ms() // (30 * MINUTE) * 30 * MINUTE
    put(
        made.id,
        [*every(30 * MINUTE, end - 8 * HOUR, end - 5 * HOUR), *every(30 * MINUTE, end - 3 * HOUR, end)],
    )
    told = browser_of_owner.get(f"/monitors/{made.id}/series?range=24h").get_json()
    runs = [filled for filled, _ in itertools.groupby(each is not None for each in told["total"])]
    assert runs == [True, False, True]
    assert told["step"] == 1800


def test_the_hour_that_comes_twice_shows_the_worse_of_the_two(
    browser_of_owner: FlaskClient, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On 25 October 2026 Berlin's clocks go from 03:00 to 02:00: all failed in the first of the two hours."""
    change_settings(owner, {"is_set_up": True, "timezone": "Europe/Berlin"})
    monitor = make_monitor(owner)
    two = 1_792_886_400_000
    put(monitor.id, [*every(MINUTE, two, two + HOUR, 2), *every(MINUTE, two + HOUR, two + 2 * HOUR)])
    for module in ("app.web.charts", "app.service.results.series"):
        monkeypatch.setattr(f"{module}.now_ms", lambda: two + 8 * HOUR)
    told = browser_of_owner.get(f"/monitors/{monitor.id}/heat").get_json()
    day = told["days"].index("2026-10-25")
    assert (told["share"][day][2], told["share"][day][3]) == (100.0, None)
    assert told["ms"][day][2] is not None


def test_a_monitors_page_names_why_checks_failed(browser_of_owner: FlaskClient, monitor: Monitor) -> None:
    page = text(browser_of_owner, f"/monitors/{monitor.id}?range=24h")
    assert "Why checks failed" in page and "No complete answer within" in page


def test_failures_alone_can_be_listed(browser_of_owner: FlaskClient, monitor: Monitor) -> None:
    page = text(browser_of_owner, f"/monitors/{monitor.id}/results?only=failures")
    assert page.count("<tr>") == 1


def test_the_map_has_four_weeks_of_hours(browser_of_owner: FlaskClient, monitor: Monitor) -> None:
    told = browser_of_owner.get(f"/monitors/{monitor.id}/heat").get_json()
    assert len(told["days"]) in (28, 29) and {len(each) for each in told["ms"]} == {24}


def test_a_monitors_page_stays_small(browser_of_owner: FlaskClient, monitor: Monitor) -> None:
    assert len(text(browser_of_owner, f"/monitors/{monitor.id}?range=1y")) < 60_000


def post(client: FlaskClient, path: str, page: str, **fields: str) -> int:
    csrf = text(client, page).split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    return client.post(path, data={**fields, "csrf_token": csrf}).status_code


def test_an_objective_is_set_changed_and_deleted(browser_of_owner: FlaskClient, monitor: Monitor) -> None:
    new = f"/objectives/new?site={monitor.site_id}"
    fields = {
        "name": "Open",
        "kind": "availability",
        "target": "99,5 %",
        "window": "month",
        "is_enabled": "1",
    }
    assert post(browser_of_owner, new, new, **fields) == 303
    made = db.session.scalar(select(Objective))
    assert made is not None and (made.target, made.window) == (99.5, "month")
    edit = f"/objectives/{made.id}/edit"
    assert post(browser_of_owner, edit, edit, **{**fields, "target": "much"}) == 400
    assert post(browser_of_owner, edit, edit, **{**fields, "target": "95"}) == 303
    assert post(browser_of_owner, f"/objectives/{made.id}/delete", edit) == 303
    db.session.rollback()
    assert db.session.scalar(select(Objective)) is None


def test_without_a_site_it_asks_for_which(browser_of_owner: FlaskClient, monitor: Monitor) -> None:
    assert "For which site" in text(browser_of_owner, "/objectives/new")


def test_an_objectives_page_tells_what_is_left(
    browser_of_owner: FlaskClient, owner: Actor, monitor: Monitor
) -> None:
    values = {"site_id": monitor.site_id, "name": "Open", "kind": "availability", "target": 90.0}
    objective: Objective = create_objective(owner, values)
    assert "of the error budget is left" in text(browser_of_owner, f"/objectives/{objective.id}")
    assert "Open" in text(browser_of_owner, "/objectives")
    assert browser_of_owner.get(f"/objectives/{objective.id}/burn").get_json()["left"]


@pytest.mark.parametrize(
    "asked", ["", "?by=monitor", "?from=nonsense&to=9999-12-31", "?from=0001-01-01", "?tag=eu&by=tag"]
)
def test_a_report_answers_whatever_it_is_asked(
    browser_of_owner: FlaskClient, monitor: Monitor, asked: str
) -> None:
    assert "Uptime report" in text(browser_of_owner, f"/reports/uptime{asked}")


def test_a_report_is_a_file_too(browser_of_owner: FlaskClient, monitor: Monitor) -> None:
    answer = browser_of_owner.get("/reports/uptime.csv?by=monitor")
    assert answer.mimetype == "text/csv" and "home" in answer.text
    assert browser_of_owner.get("/reports/uptime.doc").status_code == 404
    db.session.remove()


def test_a_heartbeats_page_tells_the_last_call_and_what_is_awaited(
    app: Flask, owner: Actor, shop: Site
) -> None:
    change_settings(owner, {"is_set_up": True})
    page = enter(app, owner)
    made = create_monitor(
        owner, {"site_id": shop.id, "type": "heartbeat", "name": "backup", "config": {"period_seconds": 60}}
    )
    assert "never called yet" in page.get(f"/monitors/{made.id}").text
    take_call(Call(str(made.push_token), "start", now_ms()))
    html = page.get(f"/monitors/{made.id}").text
    assert "a run began" in html and "The run must end by" in html


def test_a_heartbeats_page_tells_the_address_to_those_who_may_change_it(
    app: Flask, owner: Actor, viewer: Actor, shop: Site
) -> None:
    made = create_monitor(
        owner, {"site_id": shop.id, "type": "heartbeat", "name": "backup", "config": {"period_seconds": 60}}
    )
    assert made.push_token is not None
    page = enter(app, owner).get(f"/monitors/{made.id}").text
    assert f"/call/{made.push_token}" in page and "Check now" not in page
    assert made.push_token not in enter(app, viewer).get(f"/monitors/{made.id}").text


def test_another_span_of_the_chart_keeps_to_the_failures(
    browser_of_owner: FlaskClient, monitor: Monitor
) -> None:
    page = text(browser_of_owner, f"/monitors/{monitor.id}?range=24h&only=failures")
    assert f'href="/monitors/{monitor.id}?range=7d&amp;only=failures"' in page


@pytest.mark.parametrize(
    ("percent", "digits", "words"),
    [(100.0, 2, "100.00 %"), (99.996, 2, "99.99 %"), (99.99996, 3, "99.999 %"), (0.29, 2, "0.29 %")],
)
def test_a_hundred_percent_says_that_all_of_it_was_good(percent: float, digits: int, words: str) -> None:
    assert percentage(percent, digits) == words


def test_no_script_calls_midnight_twenty_four() -> None:
    """English with `hour12: false` says 24:00; the hour cycle h23 says 00:00."""
    scripts = (ROOT / "app" / "static" / "js").glob("*.js")
    assert [path.name for path in scripts if "hour12" in path.read_text()] == []
