"""Named API tokens: shown once, narrowed, and over on their day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.errors import InvalidError, NotFoundError, NotLoggedInError
from app.models import ApiToken, AuditEntry, Membership, User, db, write
from app.service.access import api_tokens
from app.service.access.api_tokens import (
    API_TOKEN_PREFIX,
    actor_of_api_token,
    create_api_token,
    delete_api_token,
    list_api_tokens,
)
from app.service.access.tokens import bearer_of, issue_tokens
from app.service.access.vendors import create_app, create_vendor, get_app
from app.service.account.membership import list_members, remove_member
from app.service.actor import Actor
from app.service.permission.check import may

IP = "203.0.113.9"


def made(actor: Actor, *scopes: str, days: int = 30) -> tuple[ApiToken, str]:
    return create_api_token(actor, {"name": "script", "scopes": list(scopes or ["site.read"]), "days": days})


def secret_of(token: ApiToken, text: str) -> str:
    """What follows the name: its alphabet has the underscore in it, too."""
    return text.removeprefix(f"{API_TOKEN_PREFIX}{token.id}_")


def test_a_token_comes_in_as_its_user_narrowed_to_its_scopes(owner: Actor) -> None:
    found = actor_of_api_token(made(owner, "site.read")[1], ip=IP)
    assert (found.user.id, found.way, found.name) == (owner.user.id, "token", "script")
    assert may(found, "site.read") and not may(found, "site.write")


def test_its_text_is_kept_as_a_hash_alone(owner: Actor) -> None:
    token, text = made(owner)
    secret = secret_of(token, text)
    kept = db.session.get_one(ApiToken, token.id)
    assert all(secret not in str(value) for value in vars(kept).values())


def test_a_scope_beyond_one_s_role_cannot_be_given(viewer: Actor) -> None:
    with pytest.raises(InvalidError, match=r"scopes: cannot be given: site\.write"):
        made(viewer, "site.read", "site.write")


@pytest.mark.parametrize("scope", ["vendor.write", "self", "session", "public", "nonsense"])
def test_what_no_token_carries_cannot_be_given(owner: Actor, scope: str) -> None:
    with pytest.raises(InvalidError, match="scopes"):
        made(owner, scope)


def test_scopes_shrink_with_the_role(owner: Actor, teammate: Actor) -> None:
    text = made(teammate, "site.read", "site.write")[1]
    with write() as session:
        session.scalars(
            select(Membership).where(Membership.user_id == teammate.user.id)
        ).one().role = "viewer"
    found = actor_of_api_token(text, ip=IP)
    assert may(found, "site.read") and not may(found, "site.write")


def test_a_token_of_yesterday_is_refused(owner: Actor) -> None:
    token, text = made(owner)
    with write() as session:
        session.get_one(ApiToken, token.id).expires_at = now() - timedelta(seconds=1)
    with pytest.raises(NotLoggedInError, match="expired"):
        actor_of_api_token(text, ip=IP)


def test_a_deleted_token_opens_nothing(owner: Actor) -> None:
    token, text = made(owner)
    delete_api_token(owner, token.id)
    with pytest.raises(NotLoggedInError):
        actor_of_api_token(text, ip=IP)


def test_a_teammate_neither_sees_nor_deletes_it(owner: Actor, teammate: Actor) -> None:
    token, _ = made(owner)
    assert list_api_tokens(teammate).items == []
    with pytest.raises(NotFoundError):
        delete_api_token(teammate, token.id)


def test_a_closed_account_s_token_opens_nothing(owner: Actor) -> None:
    text = made(owner)[1]
    with write() as session:
        session.get_one(User, owner.user.id).is_active = False
    with pytest.raises(NotLoggedInError):
        actor_of_api_token(text, ip=IP)


def test_a_changed_password_leaves_it(owner: Actor) -> None:
    text = made(owner)[1]
    with write() as session:
        session.get_one(User, owner.user.id).session_version += 1
    assert actor_of_api_token(text, ip=IP).user.id == owner.user.id


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda t: t + "x", str.upper]
)
def test_a_text_that_is_nearly_right_is_wrong(owner: Actor, change: object) -> None:
    with pytest.raises(NotLoggedInError, match="not valid"):
        actor_of_api_token(change(made(owner)[1]), ip=IP)  # type: ignore[operator]


@pytest.mark.parametrize("text", ["ce_", "ce_0_" + "x" * 43, f"ce_{1 << 64}_" + "x" * 43, "ce_1_é"])
def test_nonsense_is_refused(owner: Actor, text: str) -> None:
    with pytest.raises(NotLoggedInError):
        actor_of_api_token(text, ip=IP)


def test_its_use_is_noted_once_a_minute_and_address(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    token, text = made(owner)
    begin = now()
    seen = []
    for seconds, ip in ((0, IP), (30, IP), (31, "198.51.100.1"), (95, "198.51.100.1")):
        monkeypatch.setattr(api_tokens, "now", lambda at=begin + timedelta(seconds=seconds): at)
        actor_of_api_token(text, ip=ip)
        row = db.session.get_one(ApiToken, token.id, populate_existing=True)
        assert row.last_used_at is not None
        seen.append((round((row.last_used_at - begin).total_seconds()), row.last_used_ip))
    assert seen == [(0, IP), (0, IP), (31, "198.51.100.1"), (95, "198.51.100.1")]


@pytest.mark.parametrize("days", [0, 367])
def test_it_is_good_for_a_year_at_most(owner: Actor, days: int) -> None:
    with pytest.raises(InvalidError, match="days"):
        made(owner, days=days)


def test_making_and_deleting_are_audited_without_the_text(owner: Actor) -> None:
    token, text = made(owner)
    delete_api_token(owner, token.id)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.object_type == "api_token")).all()
    assert {each.action for each in entries} == {"api_token.create", "api_token.delete"}
    assert secret_of(token, text) not in str([(each.before, each.after) for each in entries])


def test_who_comes_back_to_the_organization_finds_no_old_way_in(owner: Actor, teammate: Actor) -> None:
    text = made(teammate)[1]
    grant = issue_tokens(teammate)["access_token"]
    vendor = create_vendor(owner, {"name": "Integrator"})
    values = {"name": "sync", "scopes": ["site.read"], "user_id": teammate.user.id}
    app, _ = create_app(owner, vendor.id, values)
    (member,) = [each for each in list_members(owner).items if each.user_id == teammate.user.id]
    remove_member(owner, member.id)
    with write() as session:
        session.add(
            Membership(organization_id=owner.organization_id, user_id=teammate.user.id, role="viewer")
        )
    db.session.expire_all()
    for look in (lambda: actor_of_api_token(text, ip=IP), lambda: bearer_of(grant, ip=IP)):
        with pytest.raises(NotLoggedInError):
            look()
    assert get_app(owner, app.id).user_id is None
