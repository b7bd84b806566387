"""Sites: what an organization answers for."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import InvalidError
from app.engine.net.guard import TargetError, parse_target
from app.engine.tamper.visible import without_hiding
from app.models import Event, Monitor, ScanSettings, Site, SiteTag, Watch, db, write
from app.service import schedule
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.owned import fetch_own
from app.service.paging import Page, after_pair, cut, decode_cursor, page_by_id
from app.service.tamper import timing

SORTS = ("name", "-name", "created_at", "-created_at")
TAG = re.compile(r"[^\s,][^,]{0,49}\Z")
MAX_TAGS = 20


def get_site(actor: Actor, site_id: int) -> Site:
    """The organization's site, or `NotFoundError`; nobody fetches a site by its bare id."""
    return _own(db.session(), actor, site_id)


def _own(session: Session, actor: Actor, site_id: int) -> Site:
    return fetch_own(session, Site, actor, site_id)


def list_sites(
    actor: Actor,
    *,
    q: str | None = None,
    tag: str | None = None,
    archived: bool = False,
    sort: str = "name",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Site]:
    """A page of the organization's sites. `q` is looked for in name and address."""
    statement = _filtered(actor, q, tag, archived)
    if sort not in SORTS:
        raise InvalidError({"sort": f"must be one of: {', '.join(SORTS)}"})
    if sort.endswith("created_at"):
        return page_by_id(statement, Site.id, cursor, limit, newest_first=sort.startswith("-"))
    descending = sort.startswith("-")
    if cursor:
        statement = statement.where(
            after_pair(Site.name, Site.id, decode_cursor(cursor, [str, int]), descending=descending)
        )
    order = (Site.name.desc(), Site.id.desc()) if descending else (Site.name, Site.id)
    rows = list(db.session.scalars(statement.order_by(*order).limit(limit + 1)))
    return cut(rows, limit, lambda site: [site.name, site.id])


def _filtered(actor: Actor, q: str | None, tag: str | None, archived: bool) -> Select[Any]:
    statement = select(Site).where(Site.organization_id == actor.organization_id)
    statement = statement.where(Site.archived_at.is_not(None) if archived else Site.archived_at.is_(None))
    if q:
        like = "%" + re.sub(r"([\\%_])", r"\\\1", q) + "%"
        statement = statement.where(
            or_(Site.name.like(like, escape="\\"), Site.base_url.like(like, escape="\\"))
        )
    if tag:
        statement = statement.where(exists().where(SiteTag.site_id == Site.id, SiteTag.tag == tag))
    return statement


def list_tags(actor: Actor) -> list[tuple[str, int]]:
    """The organization's tags with how many living sites carry each, the first 500 by name."""
    statement = (
        select(SiteTag.tag, func.count())
        .join(Site, Site.id == SiteTag.site_id)
        .where(SiteTag.organization_id == actor.organization_id, Site.archived_at.is_(None))
        .group_by(SiteTag.tag)
        .order_by(SiteTag.tag)
        .limit(500)
    )
    return [(tag, count) for tag, count in db.session.execute(statement)]


def create_site(actor: Actor, values: dict[str, Any]) -> Site:
    """Add a site from name, base_url and optionally description and tags."""
    clean = _cleaned(values)
    with write() as session:
        site = Site(organization_id=actor.organization_id, name=clean["name"], base_url=clean["base_url"])
        site.description = clean.get("description", "")
        session.add(site)
        session.flush()
        site.tags = clean.get("tags", [])
        session.add(_event(actor, site, "site.created"))
        record_change(session, actor, "site.create", "site", site.id, after=_facts(site))
    return site


def change_site(actor: Actor, site_id: int, values: dict[str, Any]) -> Site:
    """Change some of a site's values."""
    clean = _cleaned(values)
    with write() as session:
        site = _own(session, actor, site_id)
        before = _facts(site)
        for name, value in clean.items():
            setattr(site, name, value)
        old, new = changed(before, _facts(site))
        if "base_url" in new and _authority(old["base_url"]) != _authority(new["base_url"]):
            _forget_trust(session, site)
        if new:
            session.add(_event(actor, site, "site.changed", {"fields": sorted(new)}))
            record_change(session, actor, "site.change", "site", site.id, before=old, after=new)
    return site


def _authority(url: str) -> str:
    return parse_target(url).authority


def _forget_trust(session: Session, site: Site) -> None:
    """Another host: what was entrusted to the old one (the log-in of scans, consents) is not for it."""
    settings = session.get(ScanSettings, site.id)
    if settings is not None:
        settings.login = settings.sealed_login = None
        settings.consents = {}


def archive_site(actor: Actor, site_id: int) -> Site:
    """Stop watching a site and take it off the lists; what is known of it stays."""
    return _set_archived(actor, site_id, True)


def restore_site(actor: Actor, site_id: int) -> Site:
    return _set_archived(actor, site_id, False)


def _set_archived(actor: Actor, site_id: int, archived: bool) -> Site:
    with write() as session:
        site = _own(session, actor, site_id)
        if bool(site.archived_at) != archived:
            site.archived_at = now() if archived else None
            verb = "archive" if archived else "restore"
            session.add(_event(actor, site, "site.archived" if archived else "site.restored"))
            record_change(session, actor, f"site.{verb}", "site", site.id)
        monitors = list(session.scalars(select(Monitor).where(Monitor.site_id == site.id)))
        watches = list(session.scalars(select(Watch).where(Watch.site_id == site.id)))
    if archived:
        # It knows sites itself.
        from app.service.bug.scan import stop_scans_of

        stop_scans_of(actor, site.id)
    for monitor in monitors:
        if archived or monitor.is_paused:
            schedule.disarm(monitor.id)
        else:
            schedule.arm(monitor, actor.organization)
    for watch in watches:
        if archived or watch.is_paused:
            timing.disarm(watch.id)
        else:
            timing.arm(watch)
    return site


def _event(actor: Actor, site: Site, kind: str, detail: dict[str, Any] | None = None) -> Event:
    said = {"by": actor.user.email, **(detail or {})}
    return Event(organization_id=site.organization_id, site_id=site.id, kind=kind, detail=said)


def _facts(site: Site) -> dict[str, Any]:
    return {"name": site.name, "base_url": site.base_url, "description": site.description, "tags": site.tags}


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """The given values, trimmed; an `InvalidError` names each that will not do."""
    clean = dict(values)
    wrong: dict[str, str] = {}
    if "name" in clean:
        clean["name"] = without_hiding(clean["name"]).strip()
        if not clean["name"]:
            wrong["name"] = "must not be empty"
    if "base_url" in clean:
        clean["base_url"] = clean["base_url"].strip()
        try:
            parse_target(clean["base_url"])
        except TargetError as error:
            wrong["base_url"] = str(error)
    if "tags" in clean:
        clean["tags"] = [tag.strip() for tag in clean["tags"] if tag.strip()]
        if len(clean["tags"]) > MAX_TAGS:
            wrong["tags"] = f"at most {MAX_TAGS} tags"
        elif not all(TAG.match(tag) for tag in clean["tags"]):
            wrong["tags"] = "a tag has 1 to 50 characters and no comma"
    if wrong:
        raise InvalidError(wrong)
    return clean


def list_events(
    actor: Actor, site_id: int, *, kind: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Event]:
    """A site's timeline, newest first."""
    get_site(actor, site_id)
    statement = select(Event).where(Event.site_id == site_id)
    if kind:
        statement = statement.where(Event.kind == kind)
    return page_by_id(statement, Event.id, cursor, limit)
