"""How members come in, on the settings' pages: who may change what, and what is said when it is wrong."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import Organization, User, db, write
from app.service.actor import Actor
from app.service.factor.providers import create_provider
from app.service.organization import change_settings
from tests.cast import PASSWORD, make_user

VALUES = {"name": "Works", "issuer": "https://login.example", "client_id": "c", "client_secret": "hush"}


def enter(app: Flask, actor: Actor) -> FlaskClient:
    client = app.test_client()
    token = token_of(client.get("/login").text)
    account = {"account": actor.user.account, "password": PASSWORD, "csrf_token": token}
    assert client.post("/login", data=account).status_code == 303
    return client


def token_of(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def send(client: FlaskClient, path: str, page: str = "/settings/sign-in", **fields: str) -> int:
    fields["csrf_token"] = token_of(client.get(page).text)
    return client.post(path, data=fields).status_code


@pytest.fixture
def admin(ours: Organization) -> Actor:
    return make_user(ours, "admin", "admin")


def test_who_requires_a_second_factor_has_one(app: Flask, owner: Actor) -> None:
    change_settings(owner, {"is_set_up": True})
    client = enter(app, owner)
    send(client, "/settings/sign-in", requires_factor="1")
    assert "Set up your own second factor first" in client.get("/settings/sign-in").text
    with write() as session:
        session.get_one(User, owner.user.id).has_factor = True
    send(client, "/settings/sign-in", requires_factor="1")
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Organization, owner.organization_id).requires_factor


def test_an_owner_adds_a_service_and_its_secret_stays_hidden(app: Flask, owner: Actor) -> None:
    client = enter(app, owner)
    form = {**VALUES, "domains": "example.org\n", "is_active": "1"}
    assert send(client, "/settings/sign-in/new", "/settings/sign-in/new", **form) == 303
    (link,) = re.findall(r'href="(/settings/sign-in/\d+)"', client.get("/settings/sign-in").text)
    html = client.get(link).text
    assert f"/login/with/{link.rsplit('/', 1)[1]}/answer" in html and "hush" not in html


def test_what_is_wrong_is_said_at_its_field(app: Flask, owner: Actor) -> None:
    client = enter(app, owner)
    form = {**VALUES, "issuer": "http://login.example", "domains": "no domain"}
    form["csrf_token"] = token_of(client.get("/settings/sign-in/new").text)
    answer = client.post("/settings/sign-in/new", data=form)
    assert answer.status_code == 400
    assert 'id="issuer-wrong"' in answer.text and 'id="domains-wrong"' in answer.text


def test_an_administrator_sees_services_and_changes_none(app: Flask, owner: Actor, admin: Actor) -> None:
    provider = create_provider(owner, VALUES)
    client = enter(app, admin)
    assert "Works" in client.get("/settings/sign-in").text
    assert client.get(f"/settings/sign-in/{provider.id}").status_code == 403
    assert send(client, f"/settings/sign-in/{provider.id}/delete") == 403


def test_the_log_in_offers_the_only_organizations_services(app: Flask, owner: Actor) -> None:
    provider = create_provider(owner, VALUES)
    offered = f"/login/with/{provider.id}"
    assert offered in app.test_client().get("/login").text
    with write() as session:
        session.add(Organization(code="second", name="Second"))
    assert offered not in app.test_client().get("/login").text
    assert offered in app.test_client().get("/login/organization?code=OURS").text


def test_it_leads_to_no_other_site_after_the_second_step(app: Flask, owner: Actor) -> None:
    with write() as session:
        session.get_one(User, owner.user.id).has_factor = True
    client = app.test_client()
    form = {"account": owner.user.account, "password": PASSWORD}
    form["csrf_token"] = token_of(client.get("/login").text)
    answer = client.post("/login?next=//evil.example/", data=form)
    assert answer.location == "/login/second"


def test_the_second_step_without_a_first_leads_to_it(app: Flask, owner: Actor) -> None:
    assert app.test_client().get("/login/second?next=/sites").location == "/login?next=/sites"


def test_members_are_told_where_to_find_the_services(app: Flask, owner: Actor) -> None:
    client = enter(app, owner)
    assert "/login/organization" not in client.get("/settings/sign-in").text
    form = {**VALUES, "domains": "", "is_active": "1"}
    send(client, "/settings/sign-in/new", "/settings/sign-in/new", **form)
    assert "/login/organization?code=ours" in client.get("/settings/sign-in").text
