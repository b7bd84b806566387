"""Invitations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from app.models import AuditEntry, Invitation, Membership, User, db, write
from app.service.account.invite import (
    accept_as,
    accept_new,
    ask_join,
    create_invitation,
    list_invitations,
    look,
    revoke_invitation,
)
from app.service.account.me import change_me
from app.service.account.membership import change_member, hand_over
from app.service.account.operator import set_active
from app.service.account.organizations import leave_organization
from app.service.actor import Actor
from app.service.auth import log_in
from app.service.scope.manage import set_scope
from app.service.site import create_site
from tests.cast import PASSWORD, make_user
from tests.service.account.letters import IP, code_in, letters, one_letter, token_in, use_mail

ANNA = "anna@example.org"


def link_of(owner: Actor, **values: object) -> str:
    _row, link = create_invitation(owner, {"role": "operator", **values})
    assert link is not None
    return token_in(link)


def test_a_link_makes_a_member_with_a_new_account(owner: Actor) -> None:
    token = link_of(owner)
    offer = look(token, ip=IP)
    assert (offer.organization, offer.invitation.role, offer.account) == (
        owner.organization.name,
        "operator",
        None,
    )
    made = accept_new(token, PASSWORD, account=ANNA, name="Anna", ip=IP)
    assert (made.role, made.organization_id) == ("operator", owner.organization_id)
    assert log_in(ANNA, PASSWORD, ip=IP).user.email_verified_at is None


def test_it_is_good_once(owner: Actor) -> None:
    token = link_of(owner)
    accept_new(token, PASSWORD, account=ANNA, ip=IP)
    with pytest.raises(NotFoundError):
        accept_new(token, PASSWORD, account="bert@example.org", ip=IP)
    assert db.session.query(User).filter_by(email="bert@example.org").count() == 0


def test_it_is_good_for_seven_days(owner: Actor) -> None:
    token = link_of(owner)
    with write() as session:
        row = session.query(Invitation).one()
        assert timedelta(days=6, hours=23) < row.expires_at - now() <= timedelta(days=7)
        row.expires_at = now()
    with pytest.raises(NotFoundError):
        look(token, ip=IP)
    assert list_invitations(owner).items == []


def test_one_taken_back_is_worth_nothing(owner: Actor) -> None:
    token = link_of(owner)
    (row,) = list_invitations(owner).items
    revoke_invitation(owner, row.id)
    with pytest.raises(NotFoundError):
        accept_new(token, PASSWORD, account=ANNA, ip=IP)


def test_somebody_joins_with_the_account_they_have(owner: Actor, stranger: Actor) -> None:
    joined = accept_as(stranger, link_of(owner))
    assert (joined.user.id, joined.organization_id, joined.role) == (
        stranger.user.id,
        owner.organization_id,
        "operator",
    )
    assert log_in(stranger.user.account, PASSWORD, ip=IP).organization_id == owner.organization_id


def test_a_member_joins_no_second_time(owner: Actor, teammate: Actor) -> None:
    with pytest.raises(ConflictError):
        accept_as(teammate, link_of(owner))
    with pytest.raises(ConflictError):
        create_invitation(owner, {"role": "viewer", "account": teammate.user.account})


def test_one_for_an_address_goes_there_and_is_shown_to_nobody(owner: Actor) -> None:
    use_mail(owner)
    row, link = create_invitation(owner, {"role": "viewer", "account": ANNA})
    assert link is None and row.is_sent
    token = token_in(one_letter(ANNA))
    made = accept_new(token, PASSWORD, account="somebody.else@example.org", ip=IP)
    assert made.user.email == ANNA and made.user.email_verified_at is not None


def test_one_for_an_address_is_nobody_elses(owner: Actor, stranger: Actor) -> None:
    with pytest.raises(ConflictError):
        accept_as(stranger, link_of(owner, account=ANNA))


def test_where_codes_can_be_sent_a_new_account_needs_one(owner: Actor) -> None:
    use_mail(owner)
    token = link_of(owner)
    assert look(token, ip=IP).needs_code
    with pytest.raises(InvalidError) as caught:
        accept_new(token, PASSWORD, account=ANNA, code="", ip=IP)
    assert list(caught.value.fields) == ["code"]
    ask_join(token, ANNA, ip=IP, locale="en")
    made = accept_new(token, PASSWORD, account=ANNA, code=code_in(one_letter(ANNA)), ip=IP)
    assert made.user.email_verified_at is not None


def test_a_code_for_an_account_that_exists_is_none(owner: Actor, stranger: Actor) -> None:
    use_mail(owner)
    ask_join(link_of(owner), stranger.user.account, ip=IP, locale="en")
    ((_to, title, _body),) = letters()
    assert "have an account already" in title


@pytest.mark.parametrize(("role", "granted"), [("admin", "owner"), ("operator", "admin")])
def test_nobody_grants_more_than_they_have(owner: Actor, role: str, granted: str) -> None:
    other = make_user(owner.organization, "other", role)
    with pytest.raises(NotPermittedError):
        create_invitation(other, {"role": granted})


def test_it_takes_its_sites_and_tags_along(owner: Actor) -> None:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    token = link_of(owner, site_ids=[site.id], tags=["eu"])
    made = accept_new(token, PASSWORD, account=ANNA, ip=IP)
    place = db.session.query(Membership).filter_by(user_id=made.user.id).one()
    assert (place.site_ids, place.tags) == ([site.id], ["eu"])
    assert made.scope is not None


def test_an_owner_of_some_sites_alone_is_refused(owner: Actor) -> None:
    with pytest.raises(InvalidError) as caught:
        create_invitation(owner, {"role": "owner", "tags": ["shop"]})
    assert caught.value.fields == {"role": "an owner cannot be narrowed to some sites"}


def test_names_hold_no_characters_that_hide(owner: Actor) -> None:
    made = accept_new(link_of(owner), PASSWORD, account=ANNA, name=" An\u202ena\x07 ", ip=IP)
    assert made.user.name == "Anna"
    assert change_me(made, {"name": "\u2066Anna B."}).name == "Anna B."


def test_an_invitation_ends_with_the_rights_of_who_made_it(owner: Actor) -> None:
    admin = make_user(owner.organization, "admin", "admin")
    token = link_of(admin)
    place = db.session.query(Membership).filter_by(user_id=admin.user.id).one()
    change_member(owner, place.id, {"role": "viewer"})
    with pytest.raises(NotFoundError):
        look(token, ip=IP)


def test_an_invitation_ends_when_who_made_it_leaves(owner: Actor) -> None:
    admin = make_user(owner.organization, "admin", "admin")
    token = link_of(admin)
    leave_organization(admin, owner.organization_id)
    with pytest.raises(NotFoundError):
        look(token, ip=IP)
    entry = db.session.query(AuditEntry).filter_by(action="member.leave").one()
    assert entry.after == {"invitations_ended": 1}


def test_an_invitation_ends_when_who_made_it_is_narrowed(owner: Actor) -> None:
    admin = make_user(owner.organization, "admin", "admin")
    token = link_of(admin)
    place = db.session.query(Membership).filter_by(user_id=admin.user.id).one()
    set_scope(owner, place.id, None, ["shop"])
    with pytest.raises(NotFoundError):
        look(token, ip=IP)


def test_an_invitation_ends_when_who_made_it_is_locked_out(owner: Actor) -> None:
    admin = make_user(owner.organization, "admin", "admin")
    token = link_of(admin)
    set_active(admin.user.account, False)
    with pytest.raises(NotFoundError):
        look(token, ip=IP)


def test_who_hands_over_keeps_the_invitations_an_administrator_may_make(
    owner: Actor, teammate: Actor
) -> None:
    as_owner, as_viewer = link_of(owner, role="owner"), link_of(owner, role="viewer")
    place = db.session.query(Membership).filter_by(user_id=teammate.user.id).one()
    hand_over(owner, place.id, PASSWORD)
    assert look(as_viewer, ip=IP).invitation.role == "viewer"
    with pytest.raises(NotFoundError):
        look(as_owner, ip=IP)


def test_who_may_more_keeps_their_invitations(owner: Actor) -> None:
    admin = make_user(owner.organization, "admin", "admin")
    token = link_of(admin)
    place = db.session.query(Membership).filter_by(user_id=admin.user.id).one()
    change_member(owner, place.id, {"role": "owner"})
    assert look(token, ip=IP).invitation.role == "operator"


def test_a_new_one_to_an_address_takes_the_place_of_the_one_before(owner: Actor) -> None:
    create_invitation(owner, {"role": "admin", "account": ANNA})
    second, _link = create_invitation(owner, {"role": "viewer", "account": ANNA})
    assert [each.id for each in list_invitations(owner).items] == [second.id]


def test_who_joined_and_was_removed_does_not_come_back_by_one_left_over(
    owner: Actor, stranger: Actor
) -> None:
    token = link_of(owner)
    create_invitation(owner, {"role": "admin", "account": stranger.user.account})
    accept_as(stranger, token)
    assert list_invitations(owner).items == []


def test_the_link_is_kept_as_a_hash_and_everything_is_audited(owner: Actor) -> None:
    token = link_of(owner)
    accept_new(token, PASSWORD, account=ANNA, ip=IP)
    assert token not in db.session.query(Invitation).one().token_hash
    actions = [each.action for each in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions[-2:] == ["invitation.create", "invitation.accept"]
