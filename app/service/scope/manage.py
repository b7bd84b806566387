"""Narrowing a membership to some sites, and what somebody who is narrowed may reach."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from app.core.snowflake import BEYOND
from app.models import Membership, Site, db, write
from app.service.account.invited import end_made_by
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.maintenance.names import ids_named
from app.service.scope.current import everything, within
from app.service.values import TAG

MOST_SITES, MOST_TAGS = 1_000, 50
Narrowed = tuple[list[int] | None, list[str] | None]


def visible_sites(actor: Actor) -> set[int]:
    """The ids of the organization's sites that this actor may reach, archived ones too."""
    with within(actor.scope):
        own = select(Site.id).where(Site.organization_id == actor.organization_id)
        return set(db.session.scalars(own))


def clean_scope(
    session: Session, organization_id: int, site_ids: Iterable[int] | None, tags: Iterable[str] | None
) -> Narrowed:
    """The two columns of a membership or an invitation, checked: sites of the organization, real tags.

    Both empty narrows to nothing and is refused; both None is the whole organization.
    """
    if site_ids is None and tags is None:
        return None, None
    sites = sorted(set(site_ids or ()))
    names = sorted({tag.strip() for tag in tags or () if tag.strip()})
    wrong: dict[str, str] = {}
    if len(sites) > MOST_SITES:
        wrong["site_ids"] = f"must name at most {MOST_SITES}"
    elif foreign := set(sites) - _own(session, organization_id, sites):
        wrong["site_ids"] = f"there is no site {min(foreign)}"
    if len(names) > MOST_TAGS:
        wrong["tags"] = f"must name at most {MOST_TAGS}"
    elif not all(TAG.match(tag) for tag in names):
        wrong["tags"] = "a tag has 1 to 50 characters and no comma"
    if not sites and not names and not wrong:
        wrong["site_ids"] = "name a site or a tag, or leave both away for the whole organization"
    if wrong:
        raise InvalidError(wrong)
    return sites or None, names or None


def _own(session: Session, organization_id: int, site_ids: list[int]) -> set[int]:
    known = [each for each in site_ids if 0 < each < BEYOND]
    statement = select(Site.id).where(Site.organization_id == organization_id, Site.id.in_(known))
    with everything():
        return set(session.scalars(statement)) if known else set()


def get_member(actor: Actor, member_id: int) -> Membership:
    """A member of the organization, with the user."""
    return _member(db.session(), actor, member_id)


def _member(session: Session, actor: Actor, member_id: int) -> Membership:
    found = None
    if 0 < member_id < BEYOND:
        found = session.scalar(
            select(Membership)
            .where(Membership.id == member_id, Membership.organization_id == actor.organization_id)
            .options(joinedload(Membership.user))
            .execution_options(populate_existing=True)
        )
    if found is None:
        raise NotFoundError("there is no such member")
    return found


def set_scope(
    actor: Actor, member_id: int, site_ids: Iterable[int] | None, tags: Iterable[str] | None
) -> Membership:
    """Narrow a member to these sites and tags, or with both None to nothing less than the organization.

    Nobody narrows or widens themselves, nor whoever is above them; owners answer for everything.
    """
    with write() as session:
        member = _member(session, actor, member_id)
        _may_narrow(actor, member)
        before = facts_of(member)
        narrowed = clean_scope(session, actor.organization_id, site_ids, tags)
        if member.role == "owner" and narrowed != (None, None):
            raise ConflictError("an owner answers for the whole organization; give them another role first")
        member.site_ids, member.tags = narrowed
        old, new = changed(before, facts_of(member))
        if new:
            if narrowed != (None, None):  # Nobody who is narrowed invites.
                new |= end_made_by(session, member.user_id, member.organization_id)
            record_change(session, actor, "member.scope", "membership", member.id, before=old, after=new)
    return member


def _may_narrow(actor: Actor, member: Membership) -> None:
    if actor.scope is not None or member.user_id == actor.user.id:
        raise NotPermittedError
    if member.role == "owner" and actor.role != "owner":
        raise NotPermittedError


def facts_of(member: Membership) -> dict[str, Any]:
    return {"site_ids": member.site_ids, "tags": member.tags}


def sites_named(actor: Actor, names: Iterable[str], kept: Collection[int] = ()) -> list[int]:
    """The ids of the organization's sites that are called so; of a name that `kept` have, those alone.

    `InvalidError` says which is not there.
    """
    return ids_named(actor, "sites", sorted(set(names)), kept)


def names_of(actor: Actor, site_ids: Iterable[int] | None) -> list[str]:
    """The names of these sites, in order."""
    own = (Site.organization_id == actor.organization_id, Site.id.in_(list(site_ids or ())))
    return sorted(db.session.scalars(select(Site.name).where(*own)))


def check_new_tags(actor: Actor, tags: Iterable[str], site_id: int | None = None) -> None:
    """A site that somebody narrowed makes or changes must be one of theirs afterwards too."""
    scope = actor.scope
    if scope is None or scope.covers(site_id, list(tags)):
        return
    if not scope.tags:
        raise NotPermittedError
    raise InvalidError({"tags": f"must hold one of yours: {', '.join(sorted(scope.tags))}"})
