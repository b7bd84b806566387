"""The pages of scans: who sees what, what is shown as a scan runs, and how one is asked for."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.engine.bug.types import Skip
from app.models import db
from app.service.actor import Actor
from app.service.bug.scan import get_scan, list_scans
from app.service.organization import change_settings
from tests.service.bug.desk import HOST, Desk, seen
from tests.web.test_pages import INLINE, enter, token

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def desk(owner: Actor) -> Desk:
    change_settings(owner, {"is_set_up": True})
    return Desk(owner)


@pytest.fixture
def over(desk: Desk) -> int:
    """A scan that is over."""
    desk.scan(seen(), skipped=(Skip("crlf", "no_consent"),), technologies={"nginx": HOSTILE})
    return list_scans(desk.actor).items[0].id


def paths(scan_id: int, site_id: int) -> tuple[str, ...]:
    return ("/scans", "/scans?state=done", f"/scans?site={site_id}", f"/scans/{scan_id}")


def test_the_owner_sees_every_page(app: Flask, owner: Actor, desk: Desk, over: int) -> None:
    client = enter(app, owner)
    every = (*paths(over, desk.site.id), "/scans/new", f"/scans/new?site={desk.site.id}")
    seen_ = {path: client.get(path).status_code for path in every}
    assert set(seen_.values()) == {200}, seen_


def test_a_viewer_sees_scans_and_asks_for_none(app: Flask, viewer: Actor, desk: Desk, over: int) -> None:
    client = enter(app, viewer)
    for path in paths(over, desk.site.id):
        acts = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', client.get(path).text)
        assert set(acts) <= {"/logout"}, path
    assert client.get("/scans/new").status_code == 403


def test_a_stranger_finds_nothing(app: Flask, stranger: Actor, desk: Desk, over: int) -> None:
    client = enter(app, stranger)
    assert client.get(f"/scans/{over}").status_code == 404
    assert client.get(f"/scans/new?site={desk.site.id}").status_code == 404
    assert "Shop" not in client.get("/scans").text


def test_what_was_found_and_what_did_not_run_is_said(app: Flask, owner: Actor, over: int) -> None:
    text = enter(app, owner).get(f"/scans/{over}").text
    assert "1 weakness seen" in text
    assert "nobody has consented to it" in text
    assert f"https://{HOST}/login" in text


def test_what_a_site_sent_is_text_and_no_page_has_code(
    app: Flask, owner: Actor, desk: Desk, over: int
) -> None:
    client = enter(app, owner)
    for path in paths(over, desk.site.id):
        text = client.get(path).text
        assert HOSTILE not in text
        assert not INLINE.search(text), path


def test_a_scan_that_runs_shows_how_far_it_is_and_can_be_stopped(
    app: Flask, owner: Actor, desk: Desk
) -> None:
    scan = desk.begin()
    client = enter(app, owner)
    text = client.get(f"/scans/{scan.id}").text
    assert "Requests sent" in text and "Stop it" in text
    csrf = token(text)
    assert client.post(f"/scans/{scan.id}/stop", data={"csrf_token": csrf}).status_code == 303
    db.session.rollback()
    db.session.expire_all()
    assert get_scan(owner, scan.id).stopped_by == owner.user.email


def test_the_next_scan_says_what_is_different(app: Flask, owner: Actor, desk: Desk, over: int) -> None:
    desk.scan(seen("leaks.path", "/about", parameter=None))
    newest = list_scans(owner).items[0].id
    text = enter(app, owner).get(f"/scans/{newest}").text
    assert "Different from the scan before" in text
    assert "No longer seen" in text


def test_a_passive_scan_is_asked_for(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    path = f"/scans/new?site={desk.site.id}"
    fields = {"csrf_token": token(client.get(path).text), "profile": "passive", "budget": "20", "rate": "1"}
    answer = client.post(path, data=fields)
    db.session.rollback()
    (scan,) = list_scans(owner).items
    assert answer.location == f"/scans/{scan.id}"
    assert (scan.profile, scan.budget, scan.rate) == ("passive", 20, 1.0)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"profile": "full"}, "only the profile passive may run"),
        ({"profile": "passive", "budget": "900"}, "must be at most 60"),
        ({"profile": "passive", "budget": "many"}, "must be"),
        ({"profile": "passive", "rate": "quick"}, "must be"),
    ],
)
def test_a_wrong_wish_is_said_and_stays_typed(
    app: Flask, owner: Actor, desk: Desk, fields: dict[str, str], said: str
) -> None:
    client = enter(app, owner)
    path = f"/scans/new?site={desk.site.id}"
    text = client.post(path, data={"csrf_token": token(client.get(path).text), **fields}).text
    assert said in text
    assert fields.get("budget", "") in text
    assert list_scans(owner).items == []


def test_a_scan_that_was_cut_short_says_of_nothing_that_it_is_gone(
    app: Flask, owner: Actor, desk: Desk, over: int
) -> None:
    desk.scan(is_complete=False, ended="budget")
    newest = list_scans(owner).items[0].id
    assert "No longer seen" not in enter(app, owner).get(f"/scans/{newest}").text
