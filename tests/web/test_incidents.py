"""The pages of incidents: lists by what one asks, cause, votes, evidence, paths, comments, and the replay."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import now_ms
from app.models import Incident, Monitor, db, write
from app.service.actor import Actor
from app.service.incident.story import add_comment
from app.service.monitor.manage import create_monitor
from app.service.organization import change_settings
from app.service.recording.picture import NAME
from app.service.recording.record import record_samples
from app.service.site import create_site
from app.service.tamper.holding import PICTURE as KIND
from app.service.tamper.keep import keep
from app.web.family import incidents
from tests.service.test_incident_story import happened
from tests.service.test_record import sample
from tests.web.test_pages import INLINE, enter, token

PICTURE = b"\xff\xd8\xff\xe0 not quite a picture"
VOTES = {
    "opened": [
        {"location": "default", "status": "down", "reason": "connect_timeout", "due_ms": 1_790_000_000_000},
        {"location": "paris", "status": "up", "reason": None, "due_ms": 1_790_000_000_000},
    ]
}
EVIDENCE: dict[str, Any] = {
    "status_line": "HTTP/1.1 502 Bad Gateway",
    "excerpt": "<script>alert(1)</script>",
    "_cause": {"confidence": "certain", "values": {"status": 502}, "at_ms": 1_790_000_000_000},
    "_asked": {"places": ["default"]},
    "_traces": {
        "default": {
            "hops": [
                {"ttl": 1, "address": "198.51.100.1", "ms": 1.5},
                {"ttl": 2, "address": None, "ms": None},
            ],
            "has_reached": False,
            "error": "",
        }
    },
}


@pytest.fixture
def client(app: Flask, owner: Actor) -> FlaskClient:
    change_settings(owner, {"is_set_up": True})
    return enter(app, owner)


@pytest.fixture
def monitor(owner: Actor) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": "http://192.0.2.7/"})
    config = {"url": "http://192.0.2.7/"}
    return create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})


@pytest.fixture
def incident(monitor: Monitor) -> Incident:
    return happened(
        monitor, level="regional", category="application", rule="gateway", votes=VOTES, evidence=EVIDENCE
    )


def post(client: FlaskClient, path: str, **form: str) -> Any:
    form["csrf_token"] = token(client.get("/settings/account").text)
    return client.post(path, data=form, follow_redirects=True)


def test_it_shows_cause_votes_evidence_and_paths(client: FlaskClient, incident: Incident) -> None:
    html = client.get(f"/incidents/{incident.id}").text
    for text in ("The application", "certain", "gateway", "paris", "502 Bad Gateway", "198.51.100.1"):
        assert text in html
    assert "Down in some places" in html and "It does not reach the target." in html
    assert "<script>alert" not in html and not INLINE.search(html)


def test_it_speaks_chinese(client: FlaskClient, incident: Incident) -> None:
    client.get("/language/zh")
    html = client.get(f"/incidents/{incident.id}").text
    assert "应用" in html and "前端返回 502" in html


def test_evidence_is_titled_in_the_readers_language_and_has_no_empty_box(
    client: FlaskClient, incident: Incident
) -> None:
    with write() as session:
        evidence = {"rcode": "NXDOMAIN", "answer": [], "NS1.example.org": "2026112201"}
        session.get_one(Incident, incident.id).evidence = evidence
    client.set_cookie("locale", "zh")
    html = client.get(f"/incidents/{incident.id}").text
    card = html.partition('aria-label="证据"')[2].partition("</dl>")[0]
    assert re.findall("<dt>(.*?)</dt>", card) == ["响应码（RCODE）", "NS1.example.org"]


def test_the_picture_is_served_by_itself(client: FlaskClient, incident: Incident) -> None:
    name = keep(incident.organization_id, KIND, PICTURE).sha256
    with write() as session:
        session.get_one(Incident, incident.id).evidence = {**EVIDENCE, NAME: name}
    assert name not in client.get(f"/incidents/{incident.id}").text
    answer = client.get(f"/incidents/{incident.id}/picture")
    assert answer.data == PICTURE and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_without_a_picture_there_is_none(client: FlaskClient, monitor: Monitor) -> None:
    assert client.get(f"/incidents/{happened(monitor).id}/picture").status_code == 404


def test_a_comment_is_shown_as_it_was_typed(client: FlaskClient, incident: Incident) -> None:
    html = post(client, f"/incidents/{incident.id}/comments", text="<b>It was</b> the router").text
    assert "&lt;b&gt;It was&lt;/b&gt; the router" in html
    assert post(client, f"/incidents/{incident.id}/comments", text="  ").status_code == 400


def test_of_many_comments_the_latest_are_shown_and_the_others_reached(
    client: FlaskClient, incident: Incident, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "COMMENTS", 2)
    for number in range(5):
        add_comment(owner, incident.id, f"words {number}")
    path: str | None = f"/incidents/{incident.id}"
    shown = []
    while path:
        html = client.get(path).text
        shown.append(re.findall(r"words \d", html))
        earlier = re.search(r'href="([^"#]*)[^"]*" hx-get="[^"]*" hx-target="closest p"', html)
        path = unescape(earlier[1]) if earlier else None
    assert shown == [["words 3", "words 4"], ["words 1", "words 2"], ["words 0"]]


def test_it_is_given_to_somebody_and_to_nobody(client: FlaskClient, incident: Incident, owner: Actor) -> None:
    path = f"/incidents/{incident.id}/assign"
    assert "Assigned to" in post(client, path, user_id=str(owner.user.id)).text
    assert db.session.get_one(Incident, incident.id, populate_existing=True).assigned_to == owner.user.id
    post(client, path, user_id="")
    db.session.commit()  # The next question is about what is there now.
    assert db.session.get_one(Incident, incident.id, populate_existing=True).assigned_to is None


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("level=regional", True),
        ("level=degraded", False),
        ("category=application", True),
        ("category=dns", False),
        ("mine=1", False),
        ("show=open", True),
        ("show=closed", False),
        ("level=nonsense&category=1&site=x", False),
    ],
)
def test_the_list_shows_what_one_asks_for(
    client: FlaskClient, incident: Incident, query: str, is_there: bool
) -> None:
    answer = client.get(f"/incidents?{query}")
    if "site=x" in query:
        assert answer.status_code == 404
        return
    assert (f"/incidents/{incident.id}" in answer.text) is is_there


def test_the_list_of_one_monitor_names_it(client: FlaskClient, incident: Incident) -> None:
    html = client.get(f"/incidents?monitor={incident.monitor_id}").text
    assert "home" in html and f"/incidents/{incident.id}" in html


def test_it_leads_to_the_earlier_and_the_later_one(client: FlaskClient, monitor: Monitor) -> None:
    first, middle, last = happened(monitor), happened(monitor), happened(monitor)
    html = client.get(f"/incidents/{middle.id}").text
    assert f"/incidents/{first.id}" in html and f"/incidents/{last.id}" in html
    assert "The same before" in html


def test_the_stored_results_are_judged_again(client: FlaskClient, monitor: Monitor) -> None:
    at_ms = now_ms() - 10_000
    record_samples(
        [replace(sample(monitor, at_ms + n, "down", "http_status"), http_status=500) for n in range(3)]
    )
    found = db.session.query(Incident).one()
    html = client.get(f"/incidents/{found.id}/replay").text
    assert "The same incident comes out." in html and "3 results were judged." in html


def test_no_path_is_asked_for_where_something_answers(client: FlaskClient, incident: Incident) -> None:
    assert post(client, f"/incidents/{incident.id}/trace").status_code == 409


def test_a_viewer_reads_and_does_nothing(
    app: Flask, client: FlaskClient, incident: Incident, viewer: Actor
) -> None:
    html = enter(app, viewer).get(f"/incidents/{incident.id}").text
    assert "gateway" in html and "I am on it" not in html and 'name="text"' not in html


def test_a_stranger_finds_nothing(
    app: Flask, client: FlaskClient, incident: Incident, stranger: Actor
) -> None:
    theirs = enter(app, stranger)
    for path in ("", "/replay", "/picture"):
        assert theirs.get(f"/incidents/{incident.id}{path}").status_code == 404


def test_withdrawn_says_so(client: FlaskClient, monitor: Monitor) -> None:
    incident = happened(monitor)
    with write() as session:
        session.get_one(Incident, incident.id).is_withdrawn = True
    assert "Withdrawn" in client.get(f"/incidents/{incident.id}").text


def test_the_replay_is_a_whole_page_for_a_link_that_is_opened_by_itself(
    client: FlaskClient, incident: Incident
) -> None:
    path = f"/incidents/{incident.id}/replay"
    assert "<h1" in client.get(path).text
    assert "<h1" not in client.get(path, headers={"HX-Request": "true"}).text
