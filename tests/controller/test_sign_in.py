"""Signing in by an organization's own service: a real provider process, and one that lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import now
from app.models import AuditEntry, Membership, OidcLink, OidcProvider, Organization, User, db, write
from app.service.actor import Actor
from app.service.organization import change_settings
from tests import servers
from tests.cast import PASSWORD, Caller, make_user
from tests.openid import Liar, consent, lying_provider, mock_provider, shared_secret_key

PEOPLE = (
    {"sub": "owner-1", "email": "owner@example.org", "email_verified": True, "name": "Olive"},
    {"sub": "liar-1", "email": "owner@example.org", "email_verified": False},
    {"sub": "new-1", "email": "new@example.org", "email_verified": True, "name": "Newton"},
    {"sub": "far-1", "email": "stranger@example.org", "email_verified": True},
    {"sub": "other-1", "email": "owner@elsewhere.example", "email_verified": True},
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with servers.short_folder() as folder, mock_provider(folder, *PEOPLE) as issuer:
        yield issuer


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying_provider() as liar:
        yield liar


def allow_loopback(actor: Actor) -> None:
    change_settings(actor, {"allowed_networks": ["127.0.0.0/8"]})


def add_provider(caller: Caller, issuer: str, **more: Any) -> str:
    body = {"name": "Works", "issuer": issuer, "client_id": "cloudeye", "client_secret": "shared", **more}
    return str(caller.post("/settings/providers", body, 201)["data"]["id"])


def verify_address(actor: Actor) -> None:
    """They have shown that their address is theirs."""
    with write() as session:
        session.get_one(User, actor.user.id).email_verified_at = now()


@pytest.fixture
def provider(owner: Actor, as_owner: Caller, issuer: str) -> str:
    """A provider that is believed about example.org, and lets new people in as viewers."""
    allow_loopback(owner)
    verify_address(owner)
    return add_provider(as_owner, issuer, domains=["example.org"], new_role="viewer")


def walk(app: Flask, provider: str, subject: str, status: int = 200) -> tuple[Caller, dict[str, Any]]:
    """Sign in as this subject; the caller afterwards, and the answer."""
    caller = Caller(app.test_client())
    url = caller.post(f"/user/login/providers/{provider}", {})["data"]["url"]
    said = caller.post(f"/user/login/providers/{provider}/answer", consent(url, subject), status)
    caller.csrf = (said["data"] or {}).get("csrf_token", "")
    return caller, said


def test_a_member_with_a_verified_address_is_let_in_and_linked(
    app: Flask, owner: Actor, provider: str
) -> None:
    caller, said = walk(app, provider, "owner-1")
    assert (said["data"]["user"]["email"], said["data"]["role"]) == ("owner@example.org", "owner")
    caller.get("/sites")
    (link,) = caller.get("/user/links")["data"]["items"]
    assert (link["provider"], link["email"]) == ("Works", "owner@example.org")


def test_a_linked_subject_is_let_in_whatever_its_address(app: Flask, owner: Actor, provider: str) -> None:
    walk(app, provider, "owner-1")
    with write() as session:
        session.get_one(User, owner.user.id).email = "moved@example.org"
        session.get_one(OidcProvider, int(provider)).domains = []
    _caller, said = walk(app, provider, "owner-1")
    assert said["data"]["user"]["id"] == str(owner.user.id)


def test_an_address_that_is_not_verified_opens_nothing(app: Flask, owner: Actor, provider: str) -> None:
    caller, said = walk(app, provider, "liar-1", 401)
    assert said["code"] == 10006
    caller.get("/user/me", 401)


def test_an_address_that_was_only_typed_here_is_not_linked(app: Flask, owner: Actor, provider: str) -> None:
    with write() as session:
        session.get_one(User, owner.user.id).email_verified_at = None
    walk(app, provider, "owner-1", 401)


def test_an_address_of_another_domain_opens_nothing(app: Flask, provider: str) -> None:
    walk(app, provider, "other-1", 401)


def test_who_is_no_member_is_not_let_in(app: Flask, stranger: Actor, provider: str) -> None:
    walk(app, provider, "far-1", 401)
    assert db.session.query(OidcLink).count() == 0


def test_somebody_new_becomes_what_the_provider_says(app: Flask, provider: str) -> None:
    _caller, said = walk(app, provider, "new-1")
    assert (said["data"]["user"]["name"], said["data"]["role"]) == ("Newton", "viewer")
    Caller(app.test_client()).post("/user/login", {"account": "new@example.org", "password": "!"}, 401)


def test_nobody_new_is_let_in_unless_it_says_so(app: Flask, as_owner: Caller, provider: str) -> None:
    as_owner.patch(f"/settings/providers/{provider}", {"new_role": None})
    walk(app, provider, "new-1", 401)


def test_who_rests_in_the_organization_is_not_let_in(app: Flask, owner: Actor, provider: str) -> None:
    walk(app, provider, "owner-1")
    with write() as session:
        session.scalars(select(Membership).where(Membership.user_id == owner.user.id)).one().is_active = False
    walk(app, provider, "owner-1", 401)


def test_an_address_does_not_link_a_second_subject(app: Flask, owner: Actor, provider: str) -> None:
    walk(app, provider, "owner-1")
    with write() as session:
        session.scalars(select(OidcLink)).one().digest = "0" * 64
    walk(app, provider, "owner-1", 401)


def test_what_went_on_is_in_the_audit_log(app: Flask, owner: Actor, provider: str) -> None:
    walk(app, provider, "owner-1")
    walk(app, provider, "other-1", 401)
    actions = [each.action for each in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions[-4:] == ["provider.create", "link.add", "login", "login.failed"]


def test_it_asks_with_pkce_state_and_nonce(app: Flask, provider: str) -> None:
    url = Caller(app.test_client()).post(f"/user/login/providers/{provider}", {})["data"]["url"]
    query = parse_qs(urlsplit(url).query)
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 40 for name in ("state", "nonce", "code_challenge"))
    assert query["redirect_uri"] == [f"http://localhost/login/with/{provider}/answer"]


def test_an_answer_with_another_state_is_refused(app: Flask, owner: Actor, provider: str) -> None:
    caller = Caller(app.test_client())
    url = caller.post(f"/user/login/providers/{provider}", {})["data"]["url"]
    answer = {**consent(url, "owner-1"), "state": "x" * 43}
    said = caller.post(f"/user/login/providers/{provider}/answer", answer, 400)
    assert list(said["data"]["fields"]) == ["state"]


def test_an_answer_in_another_browser_is_refused(app: Flask, owner: Actor, provider: str) -> None:
    url = Caller(app.test_client()).post(f"/user/login/providers/{provider}", {})["data"]["url"]
    answer = consent(url, "owner-1")
    Caller(app.test_client()).post(f"/user/login/providers/{provider}/answer", answer, 400)


def test_an_answer_counts_once(app: Flask, owner: Actor, provider: str) -> None:
    caller = Caller(app.test_client())
    url = caller.post(f"/user/login/providers/{provider}", {})["data"]["url"]
    answer = consent(url, "owner-1")
    caller.post(f"/user/login/providers/{provider}/answer", answer, 200)
    caller.post(f"/user/login/providers/{provider}/answer", answer, 400)


def test_an_answer_of_one_provider_is_none_of_another(
    app: Flask, as_owner: Caller, provider: str, issuer: str
) -> None:
    other = add_provider(as_owner, issuer)
    caller = Caller(app.test_client())
    url = caller.post(f"/user/login/providers/{provider}", {})["data"]["url"]
    caller.post(f"/user/login/providers/{other}/answer", consent(url, "owner-1"), 400)


def test_it_reaches_no_private_address_unless_allowed(app: Flask, as_owner: Caller, issuer: str) -> None:
    provider = add_provider(as_owner, issuer)
    said = Caller(app.test_client()).post(f"/user/login/providers/{provider}", {}, 424)
    assert said["code"] == 15002 and "127.0.0.1" in said["msg"]


def test_one_links_ones_own_account(app: Flask, owner: Actor, as_owner: Caller, issuer: str) -> None:
    allow_loopback(owner)
    provider = add_provider(as_owner, issuer)
    walk(app, provider, "other-1", 401)
    url = as_owner.post(f"/user/links/with/{provider}", {})["data"]["url"]
    as_owner.post(f"/user/links/with/{provider}/answer", consent(url, "other-1"), 200)
    _caller, said = walk(app, provider, "other-1")
    assert said["data"]["user"]["id"] == str(owner.user.id)


def test_an_answer_to_a_log_in_links_nothing(owner: Actor, as_owner: Caller, provider: str) -> None:
    url = as_owner.post(f"/user/login/providers/{provider}", {})["data"]["url"]
    as_owner.post(f"/user/links/with/{provider}/answer", consent(url, "other-1"), 400)
    assert db.session.query(OidcLink).count() == 0


def test_a_link_is_removed(app: Flask, owner: Actor, as_owner: Caller, provider: str) -> None:
    walk(app, provider, "owner-1")
    (link,) = as_owner.get("/user/links")["data"]["items"]
    as_owner.delete(f"/user/links/{link['id']}", 200)
    assert as_owner.get("/user/links")["data"]["items"] == []


def test_a_session_by_a_provider_proves_nothing_about_the_account(
    app: Flask, owner: Actor, provider: str
) -> None:
    caller, _said = walk(app, provider, "owner-1")
    assert caller.post("/user/totp", {}, 403)["data"]["ways"] == ["password"]
    caller.post("/user/proof", {"password": PASSWORD}, 200)
    caller.post("/user/totp", {}, 200)


def test_a_session_by_a_provider_leaves_no_other_organization(
    app: Flask, owner: Actor, stranger: Actor, liars: str, liar: Liar
) -> None:
    with write() as session:
        there = Membership(organization_id=stranger.organization_id, user_id=owner.user.id, role="operator")
        session.add(there)
    caller = Caller(app.test_client())
    url = caller.post(f"/user/login/providers/{liars}", {})["data"]["url"]
    said = caller.post(f"/user/login/providers/{liars}/answer", liar.authorize(url))
    caller.csrf = said["data"]["csrf_token"]
    caller.post(f"/user/organizations/{stranger.organization_id}/leave", {}, 403)
    assert db.session.query(Membership).filter_by(id=there.id).count() == 1


def test_who_has_a_factor_is_asked_for_it_all_the_same(app: Flask, owner: Actor, provider: str) -> None:
    with write() as session:
        session.get_one(User, owner.user.id).has_factor = True
    caller, said = walk(app, provider, "owner-1", 401)
    assert said["code"] == 10009
    caller.get("/user/me", 401)


def test_a_provider_that_asks_for_one_itself_is_believed(
    app: Flask, ours: Organization, owner: Actor, as_owner: Caller, provider: str
) -> None:
    as_owner.patch(f"/settings/providers/{provider}", {"proves_factor": True})
    with write() as session:
        session.get_one(Organization, ours.id).requires_factor = True
    caller, _said = walk(app, provider, "owner-1")
    caller.get("/sites")


def test_administrators_see_providers_and_owners_change_them(
    app: Flask, ours: Organization, provider: str
) -> None:
    admin = Caller(app.test_client()).log_in(make_user(ours, "admin", "admin"))
    (shown,) = admin.get("/settings/providers")["data"]["items"]
    assert shown["has_secret"] and "shared" not in str(shown)
    admin.patch(f"/settings/providers/{provider}", {"name": "Mine"}, 403)


def test_a_provider_is_changed_after_confirming(
    as_owner: Caller, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.controller.common.proof.SECONDS", -1)
    assert as_owner.patch(f"/settings/providers/{provider}", {"name": "Mine"}, 403)["code"] == 10010
    assert as_owner.delete(f"/settings/providers/{provider}", 403)["code"] == 10010


def test_another_issuer_does_not_get_the_secret(as_owner: Caller, provider: str) -> None:
    body = {"issuer": "https://elsewhere.example"}
    said = as_owner.patch(f"/settings/providers/{provider}", body, 400)
    assert list(said["data"]["fields"]) == ["client_secret"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://login.example"),
        ("issuer", "ftp://login.example"),
        ("issuer", "https://login.example?x=1"),
        ("domains", ["not a domain"]),
        ("domains", ["org"]),
    ],
)
def test_what_is_wrong_with_a_provider_is_named(as_owner: Caller, field: str, value: object) -> None:
    body = {"name": "Works", "issuer": "https://login.example", "client_id": "c", field: value}
    assert list(as_owner.post("/settings/providers", body, 400)["data"]["fields"]) == [field]


def test_what_is_offered_at_a_log_in(app: Flask, ours: Organization, provider: str) -> None:
    caller = Caller(app.test_client())
    assert [each["name"] for each in caller.get("/user/login/providers")["data"]["items"]] == ["Works"]
    with write() as session:
        session.add(Organization(code="second", name="Second"))
    assert caller.get("/user/login/providers")["data"]["items"] == []
    assert len(caller.get(f"/user/login/providers?organization={ours.code}")["data"]["items"]) == 1


@pytest.fixture
def liars(owner: Actor, as_owner: Caller, liar: Liar) -> str:
    allow_loopback(owner)
    verify_address(owner)
    liar.claims = {"email": "owner@example.org", "email_verified": True}
    return add_provider(as_owner, liar.issuer, domains=["example.org"])


def answered(app: Flask, provider: str, liar: Liar, **more: str) -> int:
    caller = Caller(app.test_client())
    url = caller.post(f"/user/login/providers/{provider}", {})["data"]["url"]
    answer = {**liar.authorize(url), **more}
    path = f"/api/cloudeye/v1/user/login/providers/{provider}/answer"
    return caller.client.post(path, json=answer).status_code


def test_it_proves_that_it_began_the_log_in(app: Flask, liars: str, liar: Liar) -> None:
    assert answered(app, liars, liar) == 200


@pytest.mark.parametrize(
    ("methods", "status"), [(None, 200), (["pwd", "otp"], 200), (["mfa"], 200), (["pwd"], 401)], ids=str
)
def test_a_provider_that_says_it_asked_for_one_factor_is_believed_too(
    app: Flask, owner: Actor, as_owner: Caller, liars: str, liar: Liar, methods: list[str] | None, status: int
) -> None:
    as_owner.patch(f"/settings/providers/{liars}", {"proves_factor": True})
    with write() as session:
        session.get_one(User, owner.user.id).has_factor = True
    liar.claims |= {"amr": methods}
    assert answered(app, liars, liar) == status


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["cloudeye", "somebody-else"], "azp": "somebody-else"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"email_verified": "true"},
    ],
    ids=str,
)
def test_a_token_that_does_not_hold_opens_nothing(
    app: Flask, liars: str, liar: Liar, claims: dict[str, Any]
) -> None:
    liar.claims |= claims
    assert answered(app, liars, liar) in (401, 424)


def test_a_token_of_another_key_opens_nothing(app: Flask, liars: str, liar: Liar) -> None:
    with lying_provider() as other:
        liar.signs_with = other.key
        assert answered(app, liars, liar) == 424


def test_a_token_signed_by_the_shared_secret_opens_nothing(app: Flask, liars: str, liar: Liar) -> None:
    liar.algorithm, liar.signs_with = "HS256", shared_secret_key()
    assert answered(app, liars, liar) == 424


def test_a_code_that_is_not_theirs_opens_nothing(app: Flask, liars: str, liar: Liar) -> None:
    assert answered(app, liars, liar, code="stolen") == 424


def test_an_answer_of_another_issuer_opens_nothing(app: Flask, liars: str, liar: Liar) -> None:
    assert answered(app, liars, liar, iss="https://elsewhere.example") == 400


def test_a_description_of_another_issuer_is_not_followed(app: Flask, liars: str, liar: Liar) -> None:
    liar.metadata = {"issuer": "https://elsewhere.example"}
    Caller(app.test_client()).post(f"/user/login/providers/{liars}", {}, 424)


def test_a_description_without_addresses_is_not_followed(app: Flask, liars: str, liar: Liar) -> None:
    liar.metadata = {"token_endpoint": None}
    Caller(app.test_client()).post(f"/user/login/providers/{liars}", {}, 424)


def test_the_door_judges_every_address_of_the_description(app: Flask, liars: str, liar: Liar) -> None:
    liar.metadata = {"token_endpoint": "http://169.254.169.254/token"}
    assert answered(app, liars, liar) == 424


def test_with_another_issuer_nobody_is_linked_any_more(
    app: Flask, owner: Actor, as_owner: Caller, liars: str, liar: Liar
) -> None:
    verify_address(owner)
    assert answered(app, liars, liar) == 200
    with lying_provider() as other:
        other.claims = {"email": "somebody@elsewhere.example", "email_verified": True}
        moved = {"issuer": other.issuer, "client_secret": "shared"}
        as_owner.patch(f"/settings/providers/{liars}", moved)
        assert answered(app, liars, other) == 401  # The same subject, of somebody else.
    entry = db.session.query(AuditEntry).filter_by(action="provider.change").one()
    assert (entry.after or {}).get("links_ended") == 1


def test_a_made_account_s_name_holds_nothing_that_hides(
    app: Flask, as_owner: Caller, liars: str, liar: Liar
) -> None:
    as_owner.patch(f"/settings/providers/{liars}", {"new_role": "viewer"})
    liar.claims = {"email": "jo@example.org", "email_verified": True, "name": " Jo\u202e\r\nBcc: x "}
    assert answered(app, liars, liar) == 200
    assert db.session.query(User).filter_by(email="jo@example.org").one().name == "JoBcc: x"


@pytest.mark.parametrize(
    "metadata",
    [
        {"token_endpoint_auth_methods_supported": 5},
        {"token_endpoint_auth_methods_supported": [None, {}]},
        {"userinfo_endpoint": ["x"]},
        {"token_endpoint": "not an address"},
        {"authorization_endpoint": "http://[::1"},
        {"jwks_uri": 1},
    ],
)
def test_a_description_of_nonsense_is_the_service_s_fault(
    app: Flask, liars: str, liar: Liar, metadata: dict[str, Any]
) -> None:
    liar.metadata = metadata
    begun = app.test_client().post(f"/api/cloudeye/v1/user/login/providers/{liars}", json={})
    assert begun.status_code in (200, 424)
