"""The pages of findings: who sees what, what a hostile site can do in them, and what acts do."""

from __future__ import annotations

import io
import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.engine.bug.types import Location
from app.models import Finding, db
from app.service.actor import Actor
from app.service.bug.finding import get_finding, list_findings
from app.service.organization import change_settings
from tests.service.bug.desk import HOST, Desk, seen
from tests.web.test_pages import INLINE, enter, token

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def desk(owner: Actor) -> Desk:
    change_settings(owner, {"is_set_up": True})
    desk = Desk(owner)
    desk.scan(
        seen(
            path="/login",
            severity="high",
            locations=(Location(f"https://{HOST}/login", HOSTILE, f"GET /{HOSTILE}", f"X: {HOSTILE}"),),
        ),
        seen("leaks.path", "/about", parameter=None, detail={"title": HOSTILE, "path": HOSTILE}),
    )
    return desk


@pytest.fixture
def row(desk: Desk) -> Finding:
    return desk.rows()[0]


def again(actor: Actor, row: Finding) -> Finding:
    """The finding as it stands now: the page was another session."""
    db.session.rollback()
    db.session.expire_all()
    return get_finding(actor, row.id)


def post(client: FlaskClient, path: str, **fields: object) -> int:
    fields["csrf_token"] = token(client.get("/findings").text)
    return client.post(path, data=fields).status_code


def test_the_owner_sees_every_page(app: Flask, owner: Actor, row: Finding) -> None:
    client = enter(app, owner)
    for path in (
        "/findings",
        "/findings?state=all&severity=high&q=x",
        f"/findings/{row.id}",
        "/findings/import",
    ):
        assert client.get(path).status_code == 200, path


def test_a_viewer_sees_findings_and_no_button_that_changes(app: Flask, viewer: Actor, row: Finding) -> None:
    client = enter(app, viewer)
    for path in ("/findings", f"/findings/{row.id}"):
        acts = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', client.get(path).text)
        assert set(acts) <= {"/logout"}, path
    assert post(client, f"/findings/{row.id}/confirm") == 403


def test_a_stranger_finds_nothing(app: Flask, stranger: Actor, row: Finding) -> None:
    client = enter(app, stranger)
    assert client.get(f"/findings/{row.id}").status_code == 404
    assert "Shop" not in client.get("/findings?state=all").text


def test_what_a_site_sent_is_text(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    paths = ["/findings?state=all", *(f"/findings/{each.id}" for each in desk.rows())]
    for path in paths:
        assert HOSTILE not in client.get(path).text, path
    assert "&lt;script&gt;alert(1)" in client.get(f"/findings/{desk.rows()[0].id}").text


def test_no_page_has_code_of_its_own(app: Flask, owner: Actor, row: Finding) -> None:
    client = enter(app, owner)
    for path in ("/findings", f"/findings/{row.id}", "/findings/import"):
        assert not INLINE.search(client.get(path).text), path


def test_the_counts_are_filters(app: Flask, owner: Actor, row: Finding) -> None:
    text = enter(app, owner).get("/findings").text
    assert re.search(r'href="/findings\?severity=high"[^>]*><b>1</b> High', text)


def test_the_search_narrows_the_list(app: Flask, owner: Actor, desk: Desk) -> None:
    text = enter(app, owner).get("/findings?q=about", headers={"HX-Request": "true"}).text
    ids = re.findall(r'href="/findings/(\d+)"', text)
    assert ids == [str(desk.rows()[1].id)]


def test_it_is_confirmed(app: Flask, owner: Actor, row: Finding) -> None:
    assert post(enter(app, owner), f"/findings/{row.id}/confirm") == 303
    assert again(owner, row).state == "confirmed"


def test_a_false_positive_needs_a_reason(app: Flask, owner: Actor, row: Finding) -> None:
    client = enter(app, owner)
    post(client, f"/findings/{row.id}/false_positive", reason=" ")
    assert again(owner, row).state == "open"
    post(client, f"/findings/{row.id}/false_positive", reason="It is a honey pot")
    assert again(owner, row).state == "false_positive"


def test_it_is_accepted_until_a_day(app: Flask, owner: Actor, row: Finding) -> None:
    client = enter(app, owner)
    chosen = re.search(r'name="until" value="([\d-]+)"', client.get(f"/findings/{row.id}").text)
    assert chosen
    post(client, f"/findings/{row.id}/accept", reason="Behind the VPN", until=chosen[1])
    found = again(owner, row)
    assert found.accepted_until is not None
    assert (found.state, found.accepted_until.date().isoformat()) == ("accepted", chosen[1])


def test_a_day_that_is_none_is_refused(app: Flask, owner: Actor, row: Finding) -> None:
    post(enter(app, owner), f"/findings/{row.id}/accept", reason="x", until="soon")
    assert again(owner, row).state == "open"


def test_it_is_assigned_and_gets_a_day(app: Flask, owner: Actor, row: Finding) -> None:
    client = enter(app, owner)
    post(client, f"/findings/{row.id}/assign", assignee=str(owner.user.id))
    post(client, f"/findings/{row.id}/due", due="2030-01-31")
    found = again(owner, row)
    assert found.due_at is not None
    assert (found.assignee_email, found.due_at.date().isoformat()) == (owner.user.email, "2030-01-31")


def test_a_comment_stands_in_the_history(app: Flask, owner: Actor, row: Finding) -> None:
    client = enter(app, owner)
    post(client, f"/findings/{row.id}/comment", reason=f"Seen by us {HOSTILE}")
    assert "Seen by us &lt;script&gt;" in client.get(f"/findings/{row.id}").text


def test_many_are_changed_at_once(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    ids = [str(each.id) for each in desk.rows()]
    assert post(client, "/findings/many", ids=ids, act="confirm", back="/findings?state=all") == 303
    db.session.rollback()
    assert {each.state for each in desk.rows()} == {"confirmed"}


def test_none_ticked_is_said(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    post(client, "/findings/many", act="confirm")
    assert "Tick at least one finding first." in client.get("/findings").text


def test_many_lead_back_to_findings_only(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    fields = {"back": "//evil.example/", "csrf_token": token(client.get("/findings").text)}
    assert client.post("/findings/many", data=fields).location == "/findings"


@pytest.mark.parametrize(
    ("kind", "media"),
    [("csv", "text/csv"), ("sarif", "application/sarif+json"), ("xlsx", "application/vnd.openxmlformats")],
)
def test_the_list_is_a_file(app: Flask, owner: Actor, row: Finding, kind: str, media: str) -> None:
    answer = enter(app, owner).get(f"/findings/export.{kind}?severity=high")
    assert answer.status_code == 200
    assert answer.content_type.startswith(media)
    assert answer.headers["Content-Disposition"].endswith(f'findings.{kind}"')


def test_a_report_of_another_scanner_becomes_findings(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    line = {
        "template-id": "tech-detect",
        "info": {"name": "Old panel", "severity": "high"},
        "type": "http",
        "host": f"https://{HOST}",
        "matched-at": f"https://{HOST}/old-panel",
    }
    file = (io.BytesIO(json.dumps(line).encode()), "nuclei.jsonl")
    status = post(client, "/findings/import", site=str(desk.site.id), format="nuclei", file=file)
    assert status == 303
    found = list_findings(owner, source="nuclei").items
    assert [each.url for each in found] == [f"https://{HOST}/old-panel"]


def test_an_import_without_a_file_is_said_at_its_field(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    fields = {"csrf_token": token(client.get("/findings").text), "format": "zap"}
    text = client.post("/findings/import", data=fields).text
    assert "Choose a file." in text
    assert "Choose the site it is about." in text
