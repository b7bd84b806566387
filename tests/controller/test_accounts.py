"""Registration, invitations and organizations, as the API says them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.service.account.invite import accept_as, create_invitation
from app.service.actor import Actor
from tests.cast import API, PASSWORD, Caller
from tests.service.account.letters import code_in, letters, one_letter, token_in, use_mail

ANNA = "anna@example.org"


@pytest.fixture
def nobody(app: Flask) -> Caller:
    return Caller(app.test_client())


def member_of(caller: Caller, account: str) -> dict[str, Any]:
    items = caller.get("/user/members")["data"]["items"]
    return next(each for each in items if each["account"] == account)


def test_somebody_registers_and_is_logged_in(owner: Actor, nobody: Caller) -> None:
    use_mail(owner, registration=True)
    assert nobody.get("/user/register")["data"] == {"enabled": True, "email": True, "phone": False}
    nobody.post("/user/register/code", {"account": ANNA, "locale": "zh"}, 202)
    said = one_letter(ANNA)
    assert "验证码" in said
    body = {"account": ANNA, "code": code_in(said), "password": PASSWORD, "organization": "Berg"}
    made = nobody.post("/user/register", body, 201)["data"]
    assert (made["role"], made["organization"]["name"]) == ("owner", "Berg")
    assert nobody.get("/user/me")["data"]["user"]["email"] == ANNA
    assert nobody.get("/sites")["data"]["items"] == []


@pytest.mark.parametrize("path", ["/user/register/code", "/user/password/forgot"])
def test_the_answer_does_not_say_whether_there_is_an_account(owner: Actor, nobody: Caller, path: str) -> None:
    use_mail(owner, registration=True)
    known, unknown = (
        nobody.post(path, {"account": account}, 202) for account in (owner.user.account, "x@example.org")
    )
    assert known == unknown


def test_a_password_is_reset_by_the_link(owner: Actor, nobody: Caller) -> None:
    use_mail(owner)
    nobody.post("/user/password/forgot", {"account": owner.user.account}, 202)
    body = {"token": token_in(one_letter(owner.user.account)), "password": "another-horse-entirely"}
    assert nobody.post("/user/password/reset", body)["data"] == {"account": owner.user.account}
    nobody.post("/user/password/reset", body, 404)
    nobody.post("/user/login", {"account": owner.user.account, "password": body["password"]})


def test_an_invitation_is_made_looked_at_and_taken(as_owner: Caller, nobody: Caller) -> None:
    made = as_owner.post("/user/invitations", {"role": "viewer"}, 201)["data"]
    token = token_in(made["link"])
    offer = nobody.post("/user/join/look", {"token": token})["data"]
    assert (offer["role"], offer["account"], offer["needs_code"]) == ("viewer", None, False)
    body = {"token": token, "account": ANNA, "password": PASSWORD}
    assert nobody.post("/user/join/new", body, 201)["data"]["role"] == "viewer"
    assert member_of(as_owner, ANNA)["role"] == "viewer"
    assert as_owner.get("/user/invitations")["data"]["items"] == []


def test_an_invitation_is_taken_back(as_owner: Caller, nobody: Caller) -> None:
    made = as_owner.post("/user/invitations", {"role": "viewer", "account": ANNA}, 201)["data"]
    as_owner.delete(f"/user/invitations/{made['id']}")
    nobody.post("/user/join/look", {"token": token_in(made["link"])}, 404)


def test_members_are_changed_rest_and_go(as_owner: Caller, teammate: Actor) -> None:
    path = f"/user/members/{member_of(as_owner, teammate.user.account)['id']}"
    assert as_owner.patch(path, {"role": "viewer"})["data"]["role"] == "viewer"
    assert as_owner.patch(path, {"is_active": False})["data"]["is_active"] is False
    as_owner.delete(path)
    as_owner.get(path, 404)


def test_the_organization_is_handed_over(as_owner: Caller, teammate: Actor) -> None:
    path = f"/user/members/{member_of(as_owner, teammate.user.account)['id']}/own"
    as_owner.post(path, {"current_password": "wrong"}, 400)
    assert as_owner.post(path, {"current_password": PASSWORD})["data"]["role"] == "owner"
    assert as_owner.get("/user/me")["data"]["role"] == "admin"


def test_a_session_goes_over_under_a_new_id(app: Flask, owner: Actor, stranger: Actor) -> None:
    joined(owner, stranger)
    caller = Caller(app.test_client()).log_in(stranger)
    before = cookie(caller.client)
    said = caller.post(f"/user/organizations/{stranger.organization_id}/switch", {})["data"]
    assert said["organization"]["id"] == str(stranger.organization_id) and said["tokens"] is None
    assert cookie(caller.client) != before and said["csrf_token"] != caller.csrf


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("cloudeye")
    assert found is not None
    return found.value


def joined(owner: Actor, who: Actor) -> Actor:
    _row, link = create_invitation(owner, {"role": "viewer"})
    return accept_as(who, token_in(link or ""))


def test_a_token_goes_over_by_new_ones(app: Flask, owner: Actor, stranger: Actor) -> None:
    joined(owner, stranger)
    client = app.test_client()
    credentials = {"account": stranger.user.account, "password": PASSWORD}
    pair = client.post(f"{API}/user/token", json=credentials).get_json()["data"]
    path = f"{API}/user/organizations/{stranger.organization_id}/switch"
    answer = client.post(path, json={}, headers={"Authorization": f"Bearer {pair['access_token']}"})
    fresh = answer.get_json()["data"]["tokens"]["access_token"]
    me = client.get(f"{API}/user/me", headers={"Authorization": f"Bearer {fresh}"}).get_json()["data"]
    assert me["organization"]["id"] == str(stranger.organization_id)


def test_organizations_are_listed_made_and_left(as_owner: Caller, teammate: Actor) -> None:
    made = as_owner.post("/user/organizations", {"name": "Second"}, 201)["data"]
    as_owner.csrf = made["csrf_token"]
    listed = as_owner.get("/user/organizations")["data"]
    assert [(each["name"], each["is_present"]) for each in listed["items"]] == [
        ("Second", True),
        ("ours Ltd", False),
    ]
    assert listed["may_create"] is True
    as_owner.post(f"/user/organizations/{made['organization']['id']}/leave", {}, 409)


def test_who_leaves_their_only_organization_is_logged_out(app: Flask, owner: Actor, teammate: Actor) -> None:
    caller = Caller(app.test_client()).log_in(teammate)
    caller.post(f"/user/organizations/{teammate.organization_id}/leave", {})
    caller.get("/user/me", 401)


def test_the_rules_for_accounts_are_read_and_changed(as_owner: Caller, owner: Actor) -> None:
    channel = use_mail(owner)
    as_owner.patch("/user/register/rules", {"registration": True})
    said = as_owner.get("/user/register/rules")["data"]
    assert said == {"registration": True, "mail_channel": str(channel.id), "sms_channel": None}


def test_ones_own_address_is_changed_by_a_code(as_owner: Caller, owner: Actor) -> None:
    use_mail(owner)
    as_owner.post("/user/contact/code", {"account": "new@example.org"}, 202)
    code = code_in(one_letter("new@example.org"))
    body = {"account": "new@example.org", "code": code, "current_password": PASSWORD}
    assert as_owner.post("/user/contact", body)["data"] == {"email": "new@example.org", "phone": None}
    as_owner.post("/user/contact/forget", {"kind": "email", "current_password": PASSWORD}, 409)


def test_a_changed_password_is_told_by_letter(as_owner: Caller, owner: Actor) -> None:
    use_mail(owner)
    as_owner.patch("/user/me", {"current_password": PASSWORD, "password": "another-horse-entirely"})
    assert [to for to, _title, _body in letters()] == [owner.user.account]
