"""The page of locations: their state, a key shown once, and how a probe is started elsewhere."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import now_ms
from app.models import Location, db, write
from app.service.actor import Actor
from app.service.location import manage
from app.service.location.refused import bury
from app.service.organization import change_settings
from tests.web.test_pages import INLINE, enter, token

REPORT = {
    "host": "one",
    "pid": 7,
    "version": "0.1.0",
    "in_flight": 3,
    "per_second": 12.5,
    "lag_ms": 4.2,
    "refused": {"bad_signature": 2},
    "control": {
        "state": "here",
        "is_given": True,
        "targets": [
            {"target": "tcp://192.0.2.1:443", "is_here": True, "ms": 8.1, "why": ""},
            {"target": "dns://192.0.2.53", "is_here": False, "ms": 1500.0, "why": "silent"},
        ],
    },
}


@pytest.fixture
def client(app: Flask, owner: Actor) -> FlaskClient:
    change_settings(owner, {"is_set_up": True})
    return enter(app, owner)


def paris(owner: Actor, seen_ms: int | None) -> Location:
    made, _key = manage.create_location(owner, {"code": "paris", "name": "Paris"})
    with write() as session:
        row = session.get_one(Location, made.id)
        row.last_seen_ms, row.last_report = seen_ms, {"probes": {"one:7": REPORT}} if seen_ms else None
    return row


def post(client: FlaskClient, path: str, **form: str) -> str:
    form["csrf_token"] = token(client.get("/locations").text)
    return client.post(path, data=form, follow_redirects=True).text


def test_it_shows_what_a_probe_says_of_itself(client: FlaskClient, owner: Actor) -> None:
    paris(owner, now_ms())
    html = client.get("/locations").text
    assert "Probing" in html and "12.5" in html and "3 in flight" in html and "tcp://192.0.2.1:443" in html
    assert not INLINE.search(html)


def test_it_says_how_wrong_a_probes_clock_is(client: FlaskClient, owner: Actor) -> None:
    row = paris(owner, now_ms())
    assert "Its clock" not in client.get("/locations/live").text
    with write() as session:
        told = {"probes": {"one:7": {**REPORT, "clock_off_ms": -185_000}}}
        session.get_one(Location, row.id).last_report = told
    assert "3 min 5 sec behind" in client.get("/locations/live").text


def test_it_says_since_when_a_location_is_silent(client: FlaskClient, owner: Actor) -> None:
    paris(owner, now_ms() - 120_000)
    assert "Silent since" in client.get("/locations/live").text


def test_it_shows_the_key_once_with_the_command(client: FlaskClient) -> None:
    html = post(client, "/locations", code="paris", name="Paris", control_targets="")
    key = re.search(r"CLOUDEYE_LOCATION_KEY=(\S+)", html)
    assert key is not None and "-Q probe.paris" in html
    assert key.group(1) not in client.get("/locations").text


def test_it_keeps_what_was_typed_when_a_code_is_wrong(client: FlaskClient) -> None:
    html = post(client, "/locations", code="New York", name="East", control_targets="")
    assert 'value="New York"' in html and 'value="East"' in html and "wrong" in html


def test_it_changes_and_deletes_a_location(client: FlaskClient, owner: Actor) -> None:
    row = paris(owner, None)
    html = post(client, f"/locations/{row.id}", name="Lutetia", control_targets="dns://192.0.2.1")
    assert "Lutetia" in html and "Switched off" in html
    assert "Lutetia" not in post(client, f"/locations/{row.id}/delete")
    assert db.session.get(Location, row.id, populate_existing=True) is None


def test_it_says_that_messages_were_refused(client: FlaskClient) -> None:
    bury(["paris", 1, "ab", "[]"], "bad_signature", "paris")
    assert (
        "1 message to the recorder was refused (signed with another key: 1)" in client.get("/locations").text
    )


def test_a_viewer_sees_locations_and_changes_none(app: Flask, client: FlaskClient, viewer: Actor) -> None:
    html = enter(app, viewer).get("/locations").text
    assert "default" in html and "Enter the location" not in html
