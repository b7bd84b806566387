"""Members logged out by an administrator: what ends, what stays, and who may."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.controller.common import proof
from app.core.clock import now, now_ms
from app.models import ApiToken, AuditEntry, Membership, Organization, db, write
from app.service.access.api_tokens import create_api_token
from app.service.access.tokens import issue_tokens
from app.service.actor import Actor
from tests.cast import API, PASSWORD, Caller, make_user

ELEVEN_MINUTES = 11 * 60_000


@pytest.fixture
def admin(ours: Organization) -> Actor:
    return make_user(ours, "boss", "admin")


def caller_of(app: Flask, who: Actor) -> Caller:
    return Caller(app.test_client()).log_in(who)


def place_of(who: Actor, organization: Organization | None = None) -> int:
    where = organization or who.organization
    mine = select(Membership.id).where(
        Membership.user_id == who.user.id, Membership.organization_id == where.id
    )
    return db.session.scalars(mine).one()


def status_with(app: Flask, token: str) -> int:
    answer = app.test_client().get(f"{API}/sites", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


def test_a_member_s_sessions_and_tokens_end_everywhere(app: Flask, as_owner: Caller, teammate: Actor) -> None:
    first, second = caller_of(app, teammate), caller_of(app, teammate)
    tokens = issue_tokens(teammate)
    ended = as_owner.post(f"/user/members/{place_of(teammate)}/log_out", {})["data"]
    assert ended == {"ended": 3}
    first.get("/user/me", 401)
    second.get("/user/me", 401)
    assert status_with(app, tokens["access_token"]) == 401
    first.post("/user/token", {"refresh_token": tokens["refresh_token"]}, 401)


def test_tokens_in_cookies_end_too(app: Flask, as_owner: Caller, teammate: Actor) -> None:
    theirs = Caller(app.test_client())
    theirs.post("/user/token", {"account": teammate.user.account, "password": PASSWORD, "cookie": True})
    theirs.get("/sites")
    as_owner.post(f"/user/members/{place_of(teammate)}/log_out", {})
    theirs.get("/sites", 401)


def test_they_can_log_in_again(app: Flask, as_owner: Caller, teammate: Actor) -> None:
    as_owner.post(f"/user/members/{place_of(teammate)}/log_out", {})
    caller_of(app, teammate).get("/sites")


def test_what_redis_still_has_opens_nothing(app: Flask, teammate: Actor) -> None:
    """When a session began is asked of the database, also where Redis could not be told."""
    theirs = caller_of(app, teammate)
    with write() as session:
        session.get_one(Membership, place_of(teammate)).logins_ended_at = now()
    theirs.get("/user/me", 401)


def test_api_tokens_stay_unless_they_are_to_go(app: Flask, as_owner: Caller, teammate: Actor) -> None:
    _row, text = create_api_token(teammate, {"name": "script", "scopes": ["site.read"], "days": 1})
    path = f"/user/members/{place_of(teammate)}/log_out"
    as_owner.post(path, {})
    assert status_with(app, text) == 200
    as_owner.post(path, {"api_tokens": True})
    assert status_with(app, text) == 401


def test_elsewhere_they_stay_and_do_not_come_over(app: Flask, as_owner: Caller, stranger: Actor) -> None:
    """The session of who belongs to two organizations is not ours to end where it stands in the other."""
    ours = db.session.query(Organization).filter_by(code="ours").one()
    with write() as session:
        session.add(Membership(organization_id=ours.id, user_id=stranger.user.id, role="viewer"))
    there = caller_of(app, stranger)
    token = issue_tokens(stranger)["access_token"]
    as_owner.post(f"/user/members/{place_of(stranger, ours)}/log_out", {})
    there.get("/sites")
    said = there.post(f"/user/organizations/{ours.id}/switch", {}, 403)
    assert "log in anew" in said["msg"]
    answer = app.test_client().post(
        f"{API}/user/organizations/{ours.id}/switch", json={}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 403
    caller_of(app, stranger).post(f"/user/organizations/{ours.id}/switch", {}, 200)


def test_nobody_logs_out_who_stands_above_them(app: Flask, admin: Actor, owner: Actor) -> None:
    theirs = caller_of(app, owner)
    caller_of(app, admin).post(f"/user/members/{place_of(owner)}/log_out", {}, 403)
    theirs.get("/user/me")


def test_an_administrator_logs_all_out_but_themselves_and_who_stands_above(
    app: Flask, admin: Actor, owner: Actor, teammate: Actor, viewer: Actor, stranger: Actor
) -> None:
    here, elsewhere = caller_of(app, admin), caller_of(app, admin)
    others = [caller_of(app, each) for each in (teammate, viewer)]
    spared = [caller_of(app, each) for each in (owner, stranger)]
    assert here.post("/user/members/log_out", {})["data"] == {"ended": 3}
    for each in (elsewhere, *others):
        each.get("/user/me", 401)
    for each in (here, *spared):
        each.get("/user/me")


def test_all_of_their_api_tokens_may_go(
    app: Flask, as_owner: Caller, teammate: Actor, stranger: Actor
) -> None:
    for who in (teammate, stranger):
        create_api_token(who, {"name": "script", "scopes": ["site.read"], "days": 1})
    as_owner.post("/user/members/log_out", {"api_tokens": True})
    left = db.session.scalars(select(ApiToken.user_id)).all()
    assert left == [stranger.user.id]


def test_it_is_written_into_the_audit_log(as_owner: Caller, teammate: Actor) -> None:
    issue_tokens(teammate)
    as_owner.post(f"/user/members/{place_of(teammate)}/log_out", {})
    as_owner.post("/user/members/log_out", {"api_tokens": True})
    db.session.rollback()
    entries = db.session.query(AuditEntry).filter(AuditEntry.action.like("member.log_out%"))
    told = {each.action: each.after for each in entries}
    assert told == {
        "member.log_out": {"account": "teammate@example.org", "logins": 1},
        "member.log_out_all": {"members": 2, "logins": 0, "api_tokens": 0},
    }


@pytest.mark.parametrize("path", ["/user/members/{}/log_out", "/user/members/log_out"])
def test_it_asks_for_proof(
    as_owner: Caller, teammate: Actor, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(proof, "now_ms", lambda: now_ms() + ELEVEN_MINUTES)
    said = as_owner.post(path.format(place_of(teammate)), {}, 403)
    assert (said["code"], said["data"]["ways"]) == (10010, ["password"])


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/user/sessions/{}"), ("POST", "/user/sessions/end_others")]
)
def test_ending_one_s_own_sessions_asks_for_proof_too(
    app: Flask, owner: Actor, as_owner: Caller, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    other = caller_of(app, owner)
    key = next(each["key"] for each in other.get("/user/sessions")["data"]["items"] if each["is_current"])
    monkeypatch.setattr(proof, "now_ms", lambda: now_ms() + ELEVEN_MINUTES)
    assert as_owner.send(method, path.format(key), status=403)["code"] == 10010
    other.get("/user/me")
    as_owner.post("/user/proof", {"password": PASSWORD}, 200)
    as_owner.send(method, path.format(key), status=200)
    other.get("/user/me", 401)


def test_a_button_on_the_members_page_does_it(app: Flask, as_owner: Caller, teammate: Actor) -> None:
    theirs, row = caller_of(app, teammate), place_of(teammate)
    with as_owner.client.get(f"/settings/members/{row}") as page:
        assert f'action="/settings/members/{row}/log-out"' in page.get_data(as_text=True)
    as_owner.client.post(f"/settings/members/{row}/log-out", data={"csrf_token": as_owner.csrf})
    theirs.get("/user/me", 401)


def test_a_button_above_the_list_does_it_to_all(app: Flask, as_owner: Caller, teammate: Actor) -> None:
    theirs = caller_of(app, teammate)
    with as_owner.client.get("/settings/members") as page:
        assert 'action="/settings/members/log-out"' in page.get_data(as_text=True)
    as_owner.client.post("/settings/members/log-out", data={"csrf_token": as_owner.csrf})
    theirs.get("/user/me", 401)
    as_owner.get("/user/me")
