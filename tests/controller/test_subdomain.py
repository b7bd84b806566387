"""Organizations with addresses of their own: whose log-in it is, and that nobody else's counts there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.controller.common.host import _refuse_nobodys
from app.models import Membership, Organization, write
from app.service import subdomain
from app.service.actor import Actor
from app.service.subdomain import label_of
from tests.cast import API, PASSWORD

OURS, THEIRS, ALL = "http://ours.example.org", "http://theirs.example.org", "http://example.org"


@pytest.fixture
def house(app: Flask) -> Iterator[Flask]:
    app.config["BASE_DOMAIN"] = "example.org"
    app.before_request_funcs.setdefault(None, []).append(_refuse_nobodys)
    subdomain.forget_homes()
    yield app
    subdomain.forget_homes()


def log_in(client: FlaskClient, actor: Actor, base: str) -> int:
    body = {"account": actor.user.email, "password": PASSWORD}
    return client.post(f"{API}/user/login", json=body, base_url=base).status_code


def organization_at(client: FlaskClient, base: str) -> str | None:
    answer = client.get(f"{API}/user/me", base_url=base)
    return answer.get_json()["data"]["organization"]["code"] if answer.status_code == 200 else None


def test_a_member_logs_in_at_the_organizations_address(house: Flask, owner: Actor) -> None:
    client = house.test_client()
    assert log_in(client, owner, OURS) == 200
    assert organization_at(client, OURS) == "ours"


def test_a_stranger_is_told_what_a_wrong_password_is_told(
    house: Flask, owner: Actor, stranger: Actor
) -> None:
    client = house.test_client()
    assert log_in(client, stranger, OURS) == 401
    assert organization_at(client, OURS) is None


def test_somebody_of_two_organizations_is_in_the_one_of_the_address(
    house: Flask, owner: Actor, stranger: Actor
) -> None:
    with write() as session:
        theirs = stranger.organization_id
        session.add(Membership(organization_id=theirs, user_id=owner.user.id, role="viewer"))
    client = house.test_client()
    assert log_in(client, owner, THEIRS) == 200
    assert organization_at(client, THEIRS) == "theirs"
    body = {"account": owner.user.email, "password": PASSWORD}
    again = client.post(f"{API}/user/login", json=body, base_url=THEIRS).get_json()
    assert again["data"]["organization"]["code"] == "theirs"
    tokens = house.test_client().post(f"{API}/user/token", json=body, base_url=THEIRS).get_json()["data"]
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert house.test_client().get(f"{API}/sites", headers=headers, base_url=THEIRS).status_code == 200


def test_nobody_switches_away_from_an_organizations_address(
    house: Flask, owner: Actor, stranger: Actor
) -> None:
    with write() as session:
        theirs = stranger.organization_id
        session.add(Membership(organization_id=theirs, user_id=owner.user.id, role="viewer"))
    client = house.test_client()
    body = {"account": owner.user.email, "password": PASSWORD}
    token = client.post(f"{API}/user/login", json=body, base_url=OURS).get_json()["data"]["csrf_token"]
    path, headers = f"{API}/user/organizations/{theirs}/switch", {"X-CSRF-Token": token}
    assert client.post(path, headers=headers, base_url=OURS).status_code == 403
    assert organization_at(client, OURS) == "ours"


def test_a_session_of_another_organization_is_nobodys(house: Flask, owner: Actor, stranger: Actor) -> None:
    client = house.test_client()
    assert log_in(client, owner, ALL) == 200
    cookie = client.get_cookie("cloudeye", domain="example.org")
    assert cookie is not None
    client.set_cookie(cookie.key, cookie.value, domain="theirs.example.org")
    assert organization_at(client, ALL) == "ours" and organization_at(client, THEIRS) is None


def test_a_token_of_another_organization_is_refused(house: Flask, owner: Actor, stranger: Actor) -> None:
    body = {"account": owner.user.email, "password": PASSWORD}
    client = house.test_client()
    tokens = client.post(f"{API}/user/token", json=body, base_url=ALL).get_json()["data"]
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    states = [
        client.get(f"{API}/sites", headers=headers, base_url=each).status_code for each in (OURS, THEIRS)
    ]
    assert states == [200, 401]


def test_the_log_in_page_has_the_organizations_name(house: Flask, owner: Actor) -> None:
    client = house.test_client()
    assert "ours Ltd" in client.get("/login", base_url=OURS).text
    assert "ours Ltd" not in client.get("/login", base_url=ALL).text


def test_a_long_name_is_cut(house: Flask, owner: Actor) -> None:
    with write() as session:
        session.get_one(Organization, owner.organization_id).name = "A very long name " * 10
    page = house.test_client().get("/login", base_url=OURS).text
    assert "A very long name A very long na…" in page and "long name A very long name A" not in page


def test_an_address_of_no_organization_is_nowhere(house: Flask) -> None:
    client = house.test_client()
    assert client.get("/login", base_url="http://nobody.example.org").status_code == 404
    assert client.get("/healthz", base_url="http://nobody.example.org").status_code == 200


@pytest.mark.parametrize(
    ("host", "label"),
    [
        ("acme.example.org", "acme"),
        ("ACME.example.org:8443", "acme"),
        ("acme.example.org.", "acme"),
        ("example.org", ""),
        ("www.example.org", ""),
        ("badexample.org", ""),
        ("acme.example.org.evil.net", ""),
        ("[::1]:8000", ""),
        ("a.b.example.org", "a.b"),
    ],
)
def test_what_stands_before_the_domain(host: str, label: str) -> None:
    assert label_of(host, "example.org") == label


def test_without_a_domain_every_address_is_everybodys() -> None:
    assert label_of("acme.example.org", "") == ""
