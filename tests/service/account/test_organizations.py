"""A user's organizations."""

from __future__ import annotations

import pytest

from app.core.errors import InvalidError, NotFoundError, NotPermittedError
from app.models import AuditEntry, db
from app.service.account.invite import accept_as, create_invitation
from app.service.account.membership import change_member
from app.service.account.organizations import (
    create_organization,
    leave_organization,
    list_places,
    may_create,
    switch_organization,
)
from app.service.account.rules import change_rules
from app.service.actor import Actor
from app.service.auth import log_in
from tests.cast import PASSWORD
from tests.service.account.letters import IP, token_in
from tests.service.account.test_members import place_of


def joined(owner: Actor, who: Actor, role: str = "viewer") -> Actor:
    _row, link = create_invitation(owner, {"role": role})
    return accept_as(who, token_in(link or ""))


def test_an_owner_makes_another_and_owns_it(owner: Actor) -> None:
    made = create_organization(owner, "  Second  ")
    assert (made.role, made.organization.name, made.user.id) == ("owner", "Second", owner.user.id)
    assert [(each.organization.name, each.is_present) for each in list_places(made)] == [
        ("Second", True),
        ("ours Ltd", False),
    ]


def test_others_make_one_only_where_anybody_may_register(owner: Actor, teammate: Actor) -> None:
    assert not may_create(teammate)
    with pytest.raises(NotPermittedError):
        create_organization(teammate, "Mine")
    change_rules(owner, {"registration": True})
    assert create_organization(teammate, "Mine").role == "owner"


def test_it_needs_a_name(owner: Actor) -> None:
    with pytest.raises(InvalidError):
        create_organization(owner, "   ")


def test_two_of_one_name_have_codes_of_their_own(owner: Actor) -> None:
    first, second = create_organization(owner, "Same"), create_organization(owner, "Same")
    assert first.organization.code != second.organization.code and first.organization.code.startswith("same-")


def test_one_goes_over_and_comes_back_there_at_the_next_log_in(owner: Actor, stranger: Actor) -> None:
    there = joined(owner, stranger)
    back = switch_organization(there, stranger.organization_id)
    assert (back.organization_id, back.role) == (stranger.organization_id, "owner")
    assert log_in(stranger.user.account, PASSWORD, ip=IP).organization_id == stranger.organization_id
    assert db.session.query(AuditEntry).filter_by(action="organization.enter").count() == 1


def test_nobody_goes_over_to_where_they_are_no_member(owner: Actor, stranger: Actor) -> None:
    with pytest.raises(NotFoundError):
        switch_organization(stranger, owner.organization_id)


def test_nobody_goes_over_to_where_they_rest(owner: Actor, stranger: Actor) -> None:
    there = joined(owner, stranger)
    change_member(owner, place_of(there), {"is_active": False})
    with pytest.raises(NotFoundError):
        switch_organization(stranger, owner.organization_id)


def test_who_leaves_the_present_one_is_elsewhere(owner: Actor, stranger: Actor) -> None:
    there = joined(owner, stranger)
    elsewhere = leave_organization(there, owner.organization_id)
    assert elsewhere is not None and elsewhere.organization_id == stranger.organization_id


def test_who_leaves_another_one_stays_where_they_are(owner: Actor, stranger: Actor) -> None:
    joined(owner, stranger)
    assert leave_organization(stranger, owner.organization_id) is stranger
