"""A site's security page, its report, and how it is scanned: who sees what, and what the forms keep."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import now
from app.engine.bug.types import Location
from app.models import db
from app.service.actor import Actor
from app.service.bug.decide import decide
from app.service.bug.settings import facts_of, get_settings_of, give_consent
from app.service.organization import change_settings
from tests.service.bug.desk import HOST, Desk, seen
from tests.web.test_pages import INLINE, enter, token

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def desk(owner: Actor) -> Desk:
    change_settings(owner, {"is_set_up": True})
    desk = Desk(owner)
    desk.scan(
        seen(severity="high", locations=(Location(f"https://{HOST}/login", HOSTILE),)),
        seen("leaks.path", "/about", parameter=HOSTILE, detail={"title": HOSTILE, "path": HOSTILE}),
        headers={"score": 75, "grade": "B", "tests": {}},
    )
    return desk


def paths(desk: Desk) -> tuple[str, ...]:
    base = f"/sites/{desk.site.id}"
    return (
        base,
        f"{base}/security",
        f"{base}/security/report",
        f"{base}/security/settings",
        f"{base}/events",
    )


def send(client: FlaskClient, path: str, **fields: object) -> tuple[int, str]:
    fields["csrf_token"] = token(client.get("/findings").text)
    answer = client.post(path, data=fields)
    db.session.rollback()
    db.session.expire_all()
    return answer.status_code, answer.text


def test_the_owner_sees_every_page(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    assert {path: client.get(path).status_code for path in paths(desk)} == dict.fromkeys(paths(desk), 200)


def test_a_viewer_sees_them_without_a_button_that_changes(app: Flask, viewer: Actor, desk: Desk) -> None:
    client = enter(app, viewer)
    base = f"/sites/{desk.site.id}/security"
    for path in paths(desk)[:3]:
        acts = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', client.get(path).text)
        assert set(acts) <= {"/logout"}, path
    text = client.get(f"{base}/settings").text
    assert '<fieldset class="form" disabled>' in text
    assert "Take back" not in text and ">Save<" not in text
    assert send(client, f"{base}/settings", profile="full")[0] == 403
    assert send(client, f"{base}/consents", name="quote", given="1")[0] == 403


def test_a_stranger_finds_nothing(app: Flask, stranger: Actor, desk: Desk) -> None:
    client = enter(app, stranger)
    base = f"/sites/{desk.site.id}/security"
    asked = (base, f"{base}/report", f"{base}/report.xlsx", f"{base}/settings")
    assert {client.get(path).status_code for path in asked} == {404}
    assert send(client, f"{base}/settings", profile="passive")[0] == 404


def test_what_a_site_sent_is_text_and_no_page_has_code(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    for path in paths(desk):
        text = client.get(path).text
        assert HOSTILE not in text, path
        assert not INLINE.search(text), path


def test_grade_and_open_findings_are_said(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    text = client.get(f"/sites/{desk.site.id}/security").text
    assert 'class="grade grade-b grade-big">B<' in text
    assert "severity=high" in text
    assert "&#34;score&#34;:[75]" in text
    assert "2 weaknesses are open" in client.get(f"/sites/{desk.site.id}").text


def test_a_site_that_nobody_looked_at_says_so(app: Flask, owner: Actor) -> None:
    change_settings(owner, {"is_set_up": True})
    desk = Desk(owner)
    client = enter(app, owner)
    assert "Nobody has looked for weaknesses yet" in client.get(f"/sites/{desk.site.id}").text
    assert "It was not scanned yet" in client.get(f"/sites/{desk.site.id}/security").text


def test_the_report_says_each_remedy_once_and_names_what_was_accepted(
    app: Flask, owner: Actor, desk: Desk
) -> None:
    decide(owner, desk.rows()[0].id, "accept", {"note": "Behind a VPN", "until": now() + timedelta(days=9)})
    text = enter(app, owner).get(f"/sites/{desk.site.id}/security/report").text
    assert text.count("How to mend it") == 1
    assert "Behind a VPN" in text


def test_the_report_says_by_which_clock_its_times_are(app: Flask, owner: Actor, desk: Desk) -> None:
    change_settings(owner, {"timezone": "Asia/Shanghai"})
    assert "(Asia/Shanghai)</p>" in enter(app, owner).get(f"/sites/{desk.site.id}/security/report").text


def test_the_report_comes_as_a_workbook(app: Flask, owner: Actor, desk: Desk) -> None:
    answer = enter(app, owner).get(f"/sites/{desk.site.id}/security/report.xlsx")
    assert answer.data.startswith(b"PK")
    assert "attachment" in answer.headers["Content-Disposition"]


SETTINGS = {
    "profile": "standard",
    "budget": "300",
    "rate": "1.5",
    "connections": "2",
    "schedule": "weekly",
    "hour": "4",
    "weekday": "6",
    "month_day": "1",
    "from_hour": "22",
    "until_hour": "5",
    "timezone": "Asia/Shanghai",
    "on_change": "1",
}


def test_settings_are_kept(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    status, _text = send(client, f"/sites/{desk.site.id}/security/settings", **SETTINGS)
    assert status == 303
    facts = facts_of(get_settings_of(owner, desk.site.id))
    wanted = {
        "profile": "standard",
        "budget": 300,
        "rate": 1.5,
        "schedule": "weekly",
        "weekday": 6,
        "hour": 4,
    }
    assert {name: facts[name] for name in wanted} == wanted
    assert (facts["on_change"], facts["after_deployment"], facts["from_hour"]) == (True, False, 22)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rate": "50"}, "must be from 0.1 to 20 requests a second"),
        ({"rate": "quick"}, "must be from 0.1 to 20 requests a second"),
        ({"budget": "900"}, "must be at most 600 with this profile"),
        ({"until_hour": ""}, "must be chosen together with"),
        ({"timezone": "Nowhere/Town"}, "must be an IANA time zone"),
    ],
)
def test_a_wrong_setting_is_said_and_what_was_typed_stays(
    app: Flask, owner: Actor, desk: Desk, fields: dict[str, str], said: str
) -> None:
    client = enter(app, owner)
    status, text = send(client, f"/sites/{desk.site.id}/security/settings", **{**SETTINGS, **fields})
    assert status == 400
    assert said in text
    assert "Asia/Shanghai" in text
    assert get_settings_of(owner, desk.site.id).profile == "passive"


def test_a_log_in_is_kept_and_never_shown_again(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    base = f"/sites/{desk.site.id}/security"
    fields = {
        "login.kind": "headers",
        "login.headers.name": "Cookie",
        "login.headers.value": "sid=tea-leaves",
    }
    assert send(client, f"{base}/login", **fields)[0] == 303
    text = client.get(f"{base}/settings").text
    assert "tea-leaves" not in text
    assert "********" in text


def test_a_log_in_without_an_address_is_refused_at_its_field(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    fields = {"login.kind": "form", "login.fields.name": "user", "login.fields.value": "anna"}
    status, text = send(client, f"/sites/{desk.site.id}/security/login", **fields)
    assert status == 400
    assert 'id="login.url-wrong"' in text


def test_a_log_in_is_taken_away(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    base = f"/sites/{desk.site.id}/security"
    send(
        client,
        f"{base}/login",
        **{"login.kind": "headers", "login.headers.name": "X", "login.headers.value": "y"},
    )
    assert send(client, f"{base}/login", **{"login.kind": ""})[0] == 303
    assert get_settings_of(owner, desk.site.id).login is None


def test_a_consent_is_given_by_name_and_says_who_gave_it(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    base = f"/sites/{desk.site.id}/security"
    assert send(client, f"{base}/consents", name="quote", given="1")[0] == 303
    assert list(get_settings_of(owner, desk.site.id).consents) == ["quote"]
    assert f"by {owner.user.email}" in client.get(f"{base}/settings").text


def test_a_consent_is_taken_back(app: Flask, owner: Actor, desk: Desk) -> None:
    give_consent(owner, desk.site.id, "crlf", True)
    client = enter(app, owner)
    send(client, f"/sites/{desk.site.id}/security/consents", name="crlf", given="0")
    assert get_settings_of(owner, desk.site.id).consents == {}


def test_the_timeline_tells_what_scans_saw(app: Flask, owner: Actor, desk: Desk) -> None:
    text = enter(app, owner).get(f"/sites/{desk.site.id}/events").text
    assert "Weakness found" in text
    assert "Scan done" in text
    assert "bug." not in text


def test_what_one_scan_found_is_one_line_of_the_timeline(app: Flask, owner: Actor, desk: Desk) -> None:
    desk.scan(*(seen(path=f"/page-{letter}", severity="low") for letter in "abcd"))
    text = enter(app, owner).get(f"/sites/{desk.site.id}").text
    assert "4 weaknesses found" in text
    assert "Low 4" in text


def test_days_to_fix_weaknesses_in_are_set(app: Flask, owner: Actor, desk: Desk) -> None:
    fields = {"name": "Shop", "timezone": "UTC", "locale": "en", "fix_days.high": "14", "fix_days.low": ""}
    client = enter(app, owner)
    assert send(client, "/settings", **fields)[0] == 303
    text = client.get("/settings").text
    assert 'name="fix_days.high" value="14"' in text
    assert 'name="fix_days.low" value="180"' in text


def test_days_that_are_none_are_refused_at_their_field(app: Flask, owner: Actor, desk: Desk) -> None:
    fields = {"name": "Shop", "timezone": "UTC", "locale": "en", "fix_days.high": "soon"}
    status, text = send(enter(app, owner), "/settings", **fields)
    assert status == 400
    assert "must be from 1 to 3650 days" in text
