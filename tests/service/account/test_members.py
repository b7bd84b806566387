"""Members: who may change whom, and that there is always an owner."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from app.core.errors import ConflictError, InvalidError, NotFoundError, NotLoggedInError, NotPermittedError
from app.models import AuditEntry, Membership, Organization, db
from app.service.account.membership import change_member, hand_over, list_members, remove_member
from app.service.account.organizations import leave_organization
from app.service.actor import Actor
from app.service.auth import load_actor, log_in
from tests.cast import PASSWORD, make_organization, make_user
from tests.service.account.letters import IP


def place_of(who: Actor) -> int:
    found = db.session.query(Membership).filter_by(user_id=who.user.id, organization_id=who.organization_id)
    return found.one().id


def role_of(who: Actor) -> str | None:
    version = who.user.session_version
    found = load_actor(who.user.id, who.organization_id, version, way="session", ip=IP)
    return found.role if found else None


@pytest.fixture
def admin(ours: Organization) -> Actor:
    return make_user(ours, "admin", "admin")


def test_a_new_role_holds_at_once(owner: Actor, teammate: Actor) -> None:
    change_member(owner, place_of(teammate), {"role": "viewer"})
    assert role_of(teammate) == "viewer"
    entry = db.session.query(AuditEntry).filter_by(action="member.change").one()
    before, after = entry.before or {}, entry.after or {}
    assert (before["role"], after["role"]) == ("operator", "viewer")


def test_who_rests_is_out_here_and_in_elsewhere(owner: Actor, teammate: Actor, stranger: Actor) -> None:
    make_place(teammate, stranger.organization, "viewer")
    change_member(owner, place_of(teammate), {"is_active": False})
    assert role_of(teammate) is None
    assert log_in(teammate.user.account, PASSWORD, ip=IP).organization_id == stranger.organization_id


def make_place(who: Actor, organization: Organization, role: str) -> None:
    with db.session.begin_nested():
        db.session.add(Membership(organization_id=organization.id, user_id=who.user.id, role=role))
    db.session.commit()


def test_who_rests_everywhere_cannot_log_in_until_they_come_back(owner: Actor, teammate: Actor) -> None:
    change_member(owner, place_of(teammate), {"is_active": False})
    with pytest.raises(NotLoggedInError):
        log_in(teammate.user.account, PASSWORD, ip=IP)
    change_member(owner, place_of(teammate), {"is_active": True})
    assert log_in(teammate.user.account, PASSWORD, ip=IP).role == "operator"


def test_who_is_removed_keeps_the_account(owner: Actor, teammate: Actor) -> None:
    remove_member(owner, place_of(teammate))
    assert role_of(teammate) is None
    assert [each.user.account for each in list_members(owner).items] == [owner.user.account]


def test_an_administrator_touches_no_owner(owner: Actor, admin: Actor) -> None:
    for act in (
        lambda: change_member(admin, place_of(owner), {"is_active": False}),
        lambda: remove_member(admin, place_of(owner)),
    ):
        with pytest.raises(NotPermittedError):
            act()


def test_nobody_raises_anybody_above_themselves(admin: Actor, teammate: Actor) -> None:
    with pytest.raises(NotPermittedError):
        change_member(admin, place_of(teammate), {"role": "owner"})
    change_member(admin, place_of(teammate), {"role": "admin"})
    assert role_of(teammate) == "admin"


def test_nobody_changes_themselves(owner: Actor, admin: Actor) -> None:
    make_user(owner.organization, "second", "owner")
    for who in (owner, admin):
        with pytest.raises(ConflictError):
            change_member(who, place_of(who), {"role": "viewer"})


def test_rights_that_were_taken_a_moment_ago_count_no_more(
    owner: Actor, admin: Actor, teammate: Actor
) -> None:
    change_member(owner, place_of(admin), {"role": "viewer"})
    with pytest.raises(NotPermittedError):
        change_member(admin, place_of(teammate), {"role": "admin"})


def test_the_organization_is_handed_over_with_the_password(owner: Actor, teammate: Actor) -> None:
    with pytest.raises(InvalidError):
        hand_over(owner, place_of(teammate), "not the password")
    hand_over(owner, place_of(teammate), PASSWORD)
    assert (role_of(owner), role_of(teammate)) == ("admin", "owner")


def test_only_the_owner_hands_over(admin: Actor, teammate: Actor) -> None:
    with pytest.raises(NotPermittedError):
        hand_over(admin, place_of(teammate), PASSWORD)


def test_it_is_not_handed_over_to_somebody_who_cannot_log_in(owner: Actor, teammate: Actor) -> None:
    change_member(owner, place_of(teammate), {"is_active": False})
    with pytest.raises(ConflictError):
        hand_over(owner, place_of(teammate), PASSWORD)


def test_the_last_owner_cannot_leave(owner: Actor, teammate: Actor) -> None:
    with pytest.raises(ConflictError):
        leave_organization(owner, owner.organization_id)
    assert leave_organization(teammate, teammate.organization_id) is None
    hand_over(owner, place_of(make_user(owner.organization, "heir", "viewer")), PASSWORD)
    leave_organization(owner, owner.organization_id)
    assert role_of(owner) is None


def test_a_stranger_finds_no_member(stranger: Actor, owner: Actor, teammate: Actor) -> None:
    for act in (
        lambda: change_member(stranger, place_of(teammate), {"role": "viewer"}),
        lambda: remove_member(stranger, place_of(teammate)),
        lambda: hand_over(stranger, place_of(teammate), PASSWORD),
        lambda: leave_organization(stranger, owner.organization_id),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_two_owners_who_remove_each_other_at_once_leave_one(mariadb_app: Flask) -> None:
    ours = make_organization("ours")
    both = [make_user(ours, name, "owner") for name in ("first", "second")]
    places = [place_of(each) for each in both]
    start = threading.Barrier(2)
    refused: list[type[Exception]] = []

    def act(mine: Actor, theirs: int) -> None:
        with mariadb_app.app_context():
            start.wait()
            try:
                change_member(mine, theirs, {"role": "viewer"})
            except (NotPermittedError, ConflictError) as error:
                refused.append(type(error))

    threads = [
        threading.Thread(target=act, args=(mine, theirs))
        for mine, theirs in zip(both, reversed(places), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(refused) == 1
    assert sorted(role_of(each) or "" for each in both) == ["owner", "viewer"]
