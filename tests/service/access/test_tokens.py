"""Log-ins by tokens: each refresh token is good once, and a second time ends the log-in."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import now
from app.core.errors import NotFoundError, NotLoggedInError
from app.core.settings import get_settings
from app.models import AuditEntry, Membership, TokenFamily, User, db, write
from app.service.access.tokens import (
    FAMILY_DAYS,
    bearer_of,
    end_families,
    end_family,
    exchange,
    issue_tokens,
    list_families,
)
from app.service.actor import Actor
from tests.cast import make_organization, make_user

IP = "203.0.113.9"


def test_an_access_token_stands_for_its_user(owner: Actor) -> None:
    found = bearer_of(issue_tokens(owner)["access_token"], ip=IP)
    assert (found.actor.user.id, found.actor.way, found.actor.ip) == (owner.user.id, "jwt", IP)


def test_a_refresh_token_is_exchanged_for_a_new_pair(owner: Actor) -> None:
    first = issue_tokens(owner)
    who, second = exchange(first["refresh_token"], ip=IP)
    assert who.user.id == owner.user.id
    assert (
        bearer_of(second["access_token"], ip=IP).family_id
        == bearer_of(first["access_token"], ip=IP).family_id
    )
    exchange(second["refresh_token"], ip=IP)


def test_a_refresh_token_that_comes_twice_ends_the_login(owner: Actor) -> None:
    first = issue_tokens(owner)
    _, second = exchange(first["refresh_token"], ip=IP)
    for spoilt in (first["refresh_token"], second["refresh_token"]):
        with pytest.raises(NotLoggedInError):
            exchange(spoilt, ip="198.51.100.1")
    with pytest.raises(NotLoggedInError):
        bearer_of(second["access_token"], ip=IP)


def test_reuse_is_in_the_audit_log_once(owner: Actor) -> None:
    tokens = issue_tokens(owner)
    exchange(tokens["refresh_token"], ip=IP)
    for _ in range(2):
        with pytest.raises(NotLoggedInError):
            exchange(tokens["refresh_token"], ip="198.51.100.1")
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "token.reuse")).all()
    assert [(each.user_id, each.ip) for each in entries] == [(owner.user.id, "198.51.100.1")]


def test_other_logins_go_on_when_one_was_reused(owner: Actor) -> None:
    stolen, other = issue_tokens(owner), issue_tokens(owner)
    exchange(stolen["refresh_token"], ip=IP)
    with pytest.raises(NotLoggedInError):
        exchange(stolen["refresh_token"], ip=IP)
    assert exchange(other["refresh_token"], ip=IP)[0].user.id == owner.user.id


def test_an_ended_login_opens_nothing_at_once(owner: Actor) -> None:
    tokens = issue_tokens(owner)
    end_family(owner, bearer_of(tokens["access_token"], ip=IP).family_id)
    with pytest.raises(NotLoggedInError):
        bearer_of(tokens["access_token"], ip=IP)
    with pytest.raises(NotLoggedInError):
        exchange(tokens["refresh_token"], ip=IP)


def test_nobody_ends_the_login_of_another(owner: Actor, stranger: Actor) -> None:
    family = bearer_of(issue_tokens(owner)["access_token"], ip=IP).family_id
    with pytest.raises(NotFoundError):
        end_family(stranger, family)


def test_all_but_one_login_end_together(owner: Actor) -> None:
    kept, *rest = (issue_tokens(owner)["access_token"] for _ in range(3))
    assert end_families(owner, but=bearer_of(kept, ip=IP).family_id) == 2
    bearer_of(kept, ip=IP)
    for token in rest:
        with pytest.raises(NotLoggedInError):
            bearer_of(token, ip=IP)


def test_a_changed_password_ends_tokens_and_takes_them_off_the_list(owner: Actor) -> None:
    tokens = issue_tokens(owner)
    with write() as session:
        session.get_one(User, owner.user.id).session_version += 1
    with pytest.raises(NotLoggedInError):
        bearer_of(tokens["access_token"], ip=IP)
    assert list_families(owner) == []


def test_who_is_out_of_the_organization_refreshes_nothing(owner: Actor) -> None:
    tokens = issue_tokens(owner)
    with write() as session:
        session.delete(session.scalars(select(Membership).where(Membership.user_id == owner.user.id)).one())
    with pytest.raises(NotLoggedInError):
        exchange(tokens["refresh_token"], ip=IP)


def test_refreshing_does_not_prolong_a_login_for_ever(owner: Actor) -> None:
    tokens = issue_tokens(owner)
    with write() as session:
        family = session.scalars(select(TokenFamily)).one()
        family.created_at = now() - timedelta(days=FAMILY_DAYS - 1)
    exchange(tokens["refresh_token"], ip=IP)
    family = db.session.scalars(select(TokenFamily).execution_options(populate_existing=True)).one()
    assert family.expires_at <= now() + timedelta(days=1)


def test_a_login_that_is_over_is_not_refreshed(owner: Actor) -> None:
    tokens = issue_tokens(owner)
    with write() as session:
        session.scalars(select(TokenFamily)).one().expires_at = now() - timedelta(seconds=1)
    with pytest.raises(NotLoggedInError):
        exchange(tokens["refresh_token"], ip=IP)


def test_a_refresh_token_is_no_access_token_and_the_other_way_round(owner: Actor) -> None:
    tokens = issue_tokens(owner)
    with pytest.raises(NotLoggedInError, match="not an access token"):
        bearer_of(tokens["refresh_token"], ip=IP)
    with pytest.raises(NotLoggedInError, match="not a refresh token"):
        exchange(tokens["access_token"], ip=IP)


@pytest.mark.parametrize(("algorithm", "key"), [("none", ""), ("HS512", "x" * 64), ("HS256", "x" * 64)])
def test_a_token_signed_otherwise_is_refused(owner: Actor, algorithm: str, key: str) -> None:
    claims = jwt.decode(issue_tokens(owner)["access_token"], options={"verify_signature": False})
    with pytest.raises(NotLoggedInError):
        bearer_of(jwt.encode(claims, key, algorithm=algorithm), ip=IP)


@pytest.mark.parametrize("changes", [{"fam": "x"}, {"gen": None}, {"fam": str(1 << 70)}, {"sub": ""}])
def test_claims_that_make_no_sense_are_refused(app: Flask, owner: Actor, changes: dict[str, object]) -> None:
    claims = jwt.decode(issue_tokens(owner)["access_token"], options={"verify_signature": False})
    forged = jwt.encode({**claims, **changes}, get_settings().SECRET_KEY, algorithm="HS256")
    with pytest.raises(NotLoggedInError):
        bearer_of(forged, ip=IP)


def exchange_at_once(app: Flask, token: str) -> list[str]:
    """What two who bring the same refresh token at the same moment are told."""
    gate = threading.Barrier(2)

    def bring() -> str:
        with app.app_context():
            gate.wait()
            try:
                exchange(token, ip=IP)
            except NotLoggedInError:
                return "refused"
            return "taken"

    with ThreadPoolExecutor(2) as pool:
        return sorted(future.result() for future in [pool.submit(bring) for _ in range(2)])


def check_race(app: Flask) -> None:
    actor = make_user(make_organization("race"), "racer", "owner")
    token = issue_tokens(actor)["refresh_token"]
    db.session.remove()
    assert exchange_at_once(app, token) == ["refused", "taken"]
    db.session.remove()
    assert db.session.scalars(select(TokenFamily)).one().ended_at is not None


def test_of_two_at_once_one_is_taken_and_the_login_ends(app: Flask) -> None:
    check_race(app)


def test_so_it_is_on_mariadb(mariadb_app: Flask) -> None:
    check_race(mariadb_app)
