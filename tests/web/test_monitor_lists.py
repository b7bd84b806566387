"""The list of monitors, and what is done to many of them at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import Monitor, Site, db
from app.service.actor import Actor
from app.service.monitor.manage import change_monitor, create_monitor, list_monitors
from tests.web.test_pages import enter, token

URL = "http://127.0.0.1:9/"


@pytest.fixture
def page(app: Flask, owner: Actor, shop: Site) -> FlaskClient:
    return enter(app, owner)


@pytest.fixture
def three(owner: Actor, shop: Site) -> list[Monitor]:
    values: dict[str, Any] = {"site_id": shop.id, "type": "http", "config": {"url": URL}}
    return [create_monitor(owner, {**values, "name": name}) for name in ("home", "cart", "<b>api")]


def send(page: FlaskClient, **values: Any) -> str:
    csrf = token(page.get("/settings/account").text)
    answer = page.post("/monitors/many", data={"csrf_token": csrf, **values})
    db.session.rollback()  # What the request wrote is seen from here on.
    return page.get(answer.headers["Location"]).text


def test_it_lists_and_searches(page: FlaskClient, three: list[Monitor]) -> None:
    html = page.get("/monitors").text
    assert all(str(each.id) in html for each in three) and "<b>api" not in html
    html = page.get("/monitors?q=car", headers={"HX-Request": "true"}).text
    assert str(three[1].id) in html and str(three[0].id) not in html and "<html" not in html


def test_nothing_fits(page: FlaskClient, three: list[Monitor]) -> None:
    assert "No monitor fits" in page.get("/monitors?state=DOWN").text


def test_the_ticked_ones_are_paused(page: FlaskClient, owner: Actor, three: list[Monitor]) -> None:
    html = send(page, act="pause", which="ticked", ids=[str(three[0].id), str(three[2].id)])
    assert "Done for 2 monitors." in html
    assert [each.is_paused for each in list_monitors(owner).items] == [True, False, True]


def test_all_that_match_are_changed(page: FlaskClient, owner: Actor, three: list[Monitor]) -> None:
    send(page, act="change", which="all", q="o", interval_seconds="300", confirm_count="")
    kept = list_monitors(owner).items
    assert [(each.interval_seconds, each.confirm_count) for each in kept] == [(300, 2), (60, 2), (60, 2)]


def test_deleting_has_to_be_meant(page: FlaskClient, owner: Actor, three: list[Monitor]) -> None:
    assert "tick that you mean it" in send(page, act="delete", which="all")
    assert len(list_monitors(owner).items) == 3
    send(page, act="delete", which="all", sure="1")
    assert list_monitors(owner).items == []


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"act": "pause", "which": "ticked"}, "tick some monitors first"),
        ({"act": "change", "which": "all"}, "type what is to be different"),
        ({"act": "change", "which": "all", "interval_seconds": "0"}, "must be between 1 and 86400"),
    ],
)
def test_what_cannot_be_done_is_said(
    page: FlaskClient, three: list[Monitor], values: dict[str, str], why: str
) -> None:
    assert why in send(page, **values)


def test_one_that_refuses_is_told(page: FlaskClient, owner: Actor, three: list[Monitor]) -> None:
    change_monitor(owner, three[0].id, {"timeout_seconds": 20})
    html = send(page, act="change", which="all", interval_seconds="10")
    assert "Done for 2 monitors." in html and "1 refused: Give up after" in html


def test_a_viewer_may_look_only(app: Flask, viewer: Actor, shop: Site, three: list[Monitor]) -> None:
    client = enter(app, viewer)
    html = client.get("/monitors").text
    assert str(three[0].id) in html and 'id="many"' not in html
    csrf = token(client.get("/settings/account").text)
    assert client.post("/monitors/many", data={"csrf_token": csrf, "act": "pause"}).status_code == 403


def test_the_whole_policy_is_changed_for_many(page: FlaskClient, owner: Actor, three: list[Monitor]) -> None:
    send(page, act="change", which="all", retry_seconds="9", slow_factor="2.5")
    assert {(each.retry_seconds, each.slow_factor) for each in list_monitors(owner).items} == {(9, 2.5)}


def test_the_list_of_sites_leads_to_it(page: FlaskClient, three: list[Monitor]) -> None:
    assert 'href="/monitors"' in page.get("/sites").text
