"""Weaknesses over the API: from settings to findings, as a client meets them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.core.clock import now
from app.service.actor import Actor
from tests.cast import API, Caller
from tests.service.bug.desk import Desk, seen
from tests.service.bug.test_exchange import ONE
from tests.service.bug.test_template import FOREIGN, GOOD


@pytest.fixture
def desk(owner: Actor) -> Desk:
    return Desk(owner)


def first(caller: Caller, path: str = "/bug/findings") -> dict[str, Any]:
    data: dict[str, Any] = caller.get(path)["data"]["items"][0]
    return data


def test_a_scan_is_asked_for_seen_and_stopped(desk: Desk, as_owner: Caller) -> None:
    scan = as_owner.post("/bug/scans", {"site_id": str(desk.site.id), "budget": 20}, 202)["data"]
    assert (scan["state"], scan["budget"], scan["progress"]) == ("queued", 20, None)
    assert first(as_owner, f"/bug/scans?site_id={desk.site.id}")["id"] == scan["id"]
    assert as_owner.post(f"/bug/scans/{scan['id']}/stop")["data"]["sentence"].startswith("Stopped by")
    as_owner.post(f"/bug/scans/{scan['id']}/stop", None, 409)


def test_an_active_scan_without_a_proof_is_a_conflict(desk: Desk, as_owner: Caller) -> None:
    said = as_owner.post("/bug/scans", {"site_id": str(desk.site.id), "profile": "full"}, 409)
    assert said["code"] == 11009 and "passive" in said["msg"]


def test_settings_are_read_and_changed(desk: Desk, as_owner: Caller) -> None:
    path = f"/bug/sites/{desk.site.id}/settings"
    assert as_owner.get(path)["data"]["profile"] == "passive"
    login = {"kind": "headers", "headers": {"Cookie": "sid=1"}}
    data = as_owner.patch(path, {"rate": 1.5, "schedule": "weekly", "login": login})["data"]
    assert (data["rate"], data["login"]["headers"]) == (1.5, {"Cookie": "********"})
    assert as_owner.patch(path, {"rate": 99}, 400)["data"]["fields"] == {"rate": "must be from 0.1 to 20"}


@pytest.mark.parametrize(
    "login",
    [
        {"kind": []},
        {"kind": "headers", "headers": {"A": "b"}, "logged_in": "\ud800"},
        {"kind": "headers", "headers": {"A": "b\0"}},
    ],
)
def test_a_log_in_of_an_odd_shape_is_refused(desk: Desk, as_owner: Caller, login: dict[str, Any]) -> None:
    as_owner.patch(f"/bug/sites/{desk.site.id}/settings", {"login": login}, 400)


def test_a_consent_is_given_by_name(desk: Desk, as_owner: Caller) -> None:
    path = f"/bug/sites/{desk.site.id}/consents"
    assert as_owner.post(path, {"name": "quote"})["data"]["consents"]["quote"]["by"] == "owner@example.org"
    as_owner.post(path, {"name": "all"}, 400)


def test_hosts_say_what_to_put_where(desk: Desk, as_owner: Caller) -> None:
    path = f"/bug/sites/{desk.site.id}/hosts"
    host = first(as_owner, path)
    assert host["ways"]["dns"]["name"] == "_cloudeye.shop.example"
    other = as_owner.post(path, {"host": "www.shop.example"}, 201)["data"]
    assert other["history"] == []
    as_owner.delete(f"/bug/hosts/{other['id']}")
    assert len(as_owner.get(path)["data"]["items"]) == 1


def test_a_finding_tells_what_where_and_how_to_fix_it(desk: Desk, as_owner: Caller) -> None:
    desk.scan(seen())
    brief = first(as_owner)
    assert (brief["check"], brief["state"], brief["is_overdue"]) == ("cookies.without-secure", "open", False)
    whole = as_owner.get(f"/bug/findings/{brief['id']}")["data"]
    assert whole["remedy"] and whole["locations"][0]["evidence"] == "Set-Cookie: sid=…"
    assert whole["history"][0]["kind"] == "opened"


def test_a_finding_is_decided_on(desk: Desk, as_owner: Caller, teammate: Actor) -> None:
    desk.scan(seen())
    path = f"/bug/findings/{desk.only().id}"
    assert as_owner.post(f"{path}/confirm", {"note": "yes"})["data"]["state"] == "confirmed"
    assert as_owner.post(f"{path}/accept", {"note": "later"}, 400)["data"]["fields"].keys() == {"until"}
    until = (now() + timedelta(days=9)).isoformat()
    assert as_owner.post(f"{path}/accept", {"note": "later", "until": until})["data"]["state"] == "accepted"
    assert as_owner.post(f"{path}/reopen")["data"]["state"] == "open"
    as_owner.post(f"{path}/fix", None, 409)
    mate = {"assignee_id": str(teammate.user.id)}
    assert as_owner.post(f"{path}/assign", mate)["data"]["assignee"] == "teammate@example.org"
    assert as_owner.post(f"{path}/due", {"due_at": None})["data"]["due_at"] is None
    assert as_owner.post(f"{path}/comments", {"note": "hm"}, 201)["data"]["history"][0]["note"] == "hm"
    assert as_owner.post(f"{path}/false-positive", {"note": "no"})["data"]["state"] == "false_positive"
    assert as_owner.get("/bug/findings")["data"]["items"] == []
    assert len(as_owner.get("/bug/findings?state=false_positive")["data"]["items"]) == 1


def test_many_are_decided_on_at_once(desk: Desk, as_owner: Caller) -> None:
    desk.scan(seen(), seen(path="/about"))
    ids = [str(row.id) for row in desk.rows()]
    items = as_owner.post("/bug/findings/bulk", {"ids": [*ids, "7"], "act": "confirm"})["data"]["items"]
    assert [(each["id"], each["ok"]) for each in items] == [(ids[0], True), (ids[1], True), ("7", False)]
    as_owner.post("/bug/findings/bulk", {"ids": [], "act": "confirm"}, 400)


def test_a_viewer_only_looks(desk: Desk, as_viewer: Caller) -> None:
    desk.scan(seen())
    assert first(as_viewer)["state"] == "open"
    as_viewer.post(f"/bug/findings/{desk.only().id}/confirm", None, 403)
    as_viewer.post("/bug/scans", {"site_id": str(desk.site.id)}, 403)


def test_a_site_has_a_grade_over_time(desk: Desk, as_owner: Caller) -> None:
    desk.scan(seen(), headers={"score": 75, "grade": "B", "tests": {}})
    data = as_owner.get(f"/bug/sites/{desk.site.id}")["data"]
    assert (data["grade"], data["open_by_severity"]) == ("B", {"medium": 1})
    assert data["last_scan"]["state"] == "done"
    assert first(as_owner, f"/bug/sites/{desk.site.id}/grades")["score"] == 75
    assert first(as_owner, "/bug/sites")["site_id"] == str(desk.site.id)


def test_two_scans_are_compared(desk: Desk, as_owner: Caller) -> None:
    one, two = desk.scan(seen()).scan, desk.scan(seen(path="/about")).scan
    assert one is not None and two is not None
    data = as_owner.get(f"/bug/scans/{two.id}/compare?with={one.id}")["data"]
    assert [len(data[name]) for name in ("new", "changed", "gone")] == [1, 0, 1]
    assert as_owner.get(f"/bug/scans/{two.id}/compare")["data"]["earlier"]["id"] == str(one.id)
    as_owner.get(f"/bug/scans/{one.id}/compare", 409)


def test_a_report_names_what_was_looked_at(desk: Desk, as_owner: Caller) -> None:
    done = desk.scan(seen()).scan
    assert done is not None
    data = as_owner.get(f"/bug/scans/{done.id}/report")["data"]
    assert data["coverage"]["done"] == ["cookies", "forms", "headers", "leaks"]
    assert data["findings"][0]["class"] == "cookies_without_secure"


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("findings.csv?q=cookies", "text/csv; charset=utf-8"),
        ("findings.sarif?state=all", "application/sarif+json"),
        (
            "findings.xlsx?severity=medium&locale=zh",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_findings_are_taken_away_as_files(desk: Desk, as_owner: Caller, path: str, media: str) -> None:
    desk.scan(seen())
    answer = as_owner.client.get(f"{API}/bug/{path}")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == media
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_report_of_another_scanner_is_taken_in(desk: Desk, as_owner: Caller) -> None:
    body = {"site_id": str(desk.site.id), "format": "nuclei", "data": ONE.decode()}
    assert as_owner.post("/bug/imports", body, 201)["data"]["new"] == 1
    assert "data" in as_owner.post("/bug/imports", {**body, "data": "["}, 400)["data"]["fields"]


def test_a_template_is_uploaded_switched_off_and_deleted(app: Flask, as_owner: Caller) -> None:
    row = as_owner.post("/bug/templates", {"body": GOOD}, 201)["data"]
    assert as_owner.patch(f"/bug/templates/{row['id']}", {"is_enabled": False})["data"]["is_enabled"] is False
    refused = as_owner.post("/bug/templates", {"body": FOREIGN}, 201)["data"]
    assert refused["refused"][0]["reason"] == "protocol"
    as_owner.delete(f"/bug/templates/{row['id']}")
    assert first(as_owner, "/bug/templates")["id"] == refused["id"]


def test_profiles_and_probes_are_listed(app: Flask, as_viewer: Caller) -> None:
    data = as_viewer.get("/bug/profiles")["data"]
    assert [each["budget"] for each in data["profiles"]] == [60, 600, 3000]
    assert "reflected" in data["consents"]


def test_days_to_fix_are_a_setting(app: Flask, as_owner: Caller) -> None:
    assert as_owner.get("/settings")["data"]["fix_days"]["critical"] == 7
    changed = as_owner.patch("/settings", {"fix_days": {"critical": 3}})["data"]["fix_days"]
    assert (changed["critical"], changed["high"]) == (3, 30)
    as_owner.patch("/settings", {"fix_days": {"critical": "soon"}}, 400)
