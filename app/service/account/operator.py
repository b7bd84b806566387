"""What whoever runs the installation does about accounts, at a prompt."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, NotFoundError
from app.models import Membership, Organization, User, write
from app.service.account.address import find_account
from app.service.account.invited import end_made_by
from app.service.account.membership import check_owner_stays, locked
from app.service.account.organizations import first_place
from app.service.account.reset import link_of, make_token
from app.service.audit import record_change

NOTED = {True: "user.activate", False: "user.deactivate"}


def reset_link(account: str) -> str:
    """A link by which a new password can be chosen, once and within half an hour."""
    user = _found(account)
    with write() as session:
        actor = first_place(session, user, ip="", way="cli")
        if actor is not None:
            record_change(session, actor, "user.reset_link", "user", user.id)
    return link_of(make_token(user))


def set_active(account: str, is_active: bool, *, even_last_owner: bool = False) -> None:
    """Lock somebody out of the whole installation, sessions and tokens too, or let them in again.

    `ConflictError` for the only owner of an organization, unless even such a one is meant.
    """
    user_id = _found(account).id
    with write() as session:
        user = session.get_one(User, user_id)
        if user.is_active == is_active:
            return
        if not is_active and not even_last_owner:
            _check_owners_stay(session, user)
        user.is_active = is_active
        user.session_version += 1
        after: dict[str, object] = {"is_active": is_active}
        if not is_active:
            after |= end_made_by(session, user.id)
        actor = first_place(session, user, ip="", way="cli")
        if actor is not None:
            record_change(session, actor, NOTED[is_active], "user", user.id, after=after)


def _check_owners_stay(session: Session, user: User) -> None:
    """In an organization that nobody owns any more, nobody could ever be made its owner."""
    owned = session.scalars(
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.user_id == user.id, Membership.role == "owner", Membership.is_active.is_(True))
        .order_by(Organization.id)
    )
    for organization in owned:
        members = locked(session, organization.id)
        mine = next(each for each in members if each.user_id == user.id)
        try:
            check_owner_stays(members, but=mine)
        except ConflictError as error:
            raise ConflictError(f"{organization.name} has no other owner who can log in") from error


def _found(account: str) -> User:
    user = find_account(account)
    if user is None:
        raise NotFoundError(f"there is no account {account}")
    return user
