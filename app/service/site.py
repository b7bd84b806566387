"""Sites: what an organization answers for."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import InvalidError
from app.engine.net.guard import TargetError, parse_target
from app.models import Event, Monitor, ScanSettings, Site, SiteTag, Watch, db, write
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.owned import fetch_own
from app.service.paging import Page, after_pair, cut, decode_cursor, page_by_id
from app.service.reading import rows_of
from app.service.recording.state import set_watched
from app.service.scheduling import schedule
from app.service.scope.manage import check_new_tags
from app.service.tamper import timing
from app.service.values import TAG, plain_name

SORTS = ("name", "-name", "created_at", "-created_at")
MAX_TAGS = 20


class SiteLine(NamedTuple):
    """A site as lists show it: a list is read often, and nothing of it is changed.

    Its tags come in one text; none has a comma in it.
    """

    id: int
    name: str
    base_url: str
    description: str
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime
    tag_text: str | None

    @property
    def tags(self) -> list[str]:
        return sorted(self.tag_text.split(",")) if self.tag_text else []


_LINE = (
    Site.id,
    Site.name,
    Site.base_url,
    Site.description,
    Site.archived_at,
    Site.created_at,
    Site.updated_at,
)


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
) -> Page[SiteLine]:
    """A page of the organization's sites. `q` is looked for in name and address."""
    if sort not in SORTS:
        raise InvalidError({"sort": f"must be one of: {', '.join(SORTS)}"})
    values: dict[str, Any] = {"organization_id": actor.organization_id, "rows": limit + 1}
    is_by_name = sort.endswith("name")
    if q:
        values["like"] = _like(q)
    if tag:
        values["tag"] = tag
    if cursor:
        after = decode_cursor(cursor, [str, int] if is_by_name else [int])
        values |= {"after_id": after[-1]} | ({"after_name": after[0]} if is_by_name else {})
    statement = _page_of(sort, archived, bool(q), bool(tag), bool(cursor))
    sites = [SiteLine._make(row) for row in rows_of(statement, values)]
    return cut(sites, limit, lambda site: [site.name, site.id] if is_by_name else [site.id])


@lru_cache(maxsize=128)
def _page_of(sort: str, archived: bool, has_q: bool, has_tag: bool, has_cursor: bool) -> Select[Any]:
    """The statement of a page, made once for each shape of it: making it takes longer than running it."""
    tags = select(func.group_concat(SiteTag.tag)).where(SiteTag.site_id == Site.id)
    statement = _living(select(*_LINE, tags.correlate(Site).scalar_subquery()), archived)
    statement = statement.where(Site.organization_id == bindparam("organization_id"))
    if has_q:
        statement = statement.where(_named_like(bindparam("like")))
    if has_tag:
        statement = statement.where(_tagged(bindparam("tag")))
    descending, is_by_name = sort.startswith("-"), sort.endswith("name")
    if has_cursor and is_by_name:
        after: tuple[Any, Any] = (bindparam("after_name"), bindparam("after_id"))
        statement = statement.where(after_pair(Site.name, Site.id, after, descending=descending))
    elif has_cursor:
        last: Any = bindparam("after_id")
        statement = statement.where(Site.id < last if descending else Site.id > last)
    columns = (Site.name, Site.id) if is_by_name else (Site.id,)
    order = [column.desc() if descending else column.asc() for column in columns]
    return statement.order_by(*order).limit(bindparam("rows"))


def _living(statement: Select[Any], archived: bool) -> Select[Any]:
    return statement.where(Site.archived_at.is_not(None) if archived else Site.archived_at.is_(None))


def _like(q: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", q) + "%"


def _named_like(like: Any) -> ColumnElement[bool]:
    return or_(Site.name.like(like, escape="\\"), Site.base_url.like(like, escape="\\"))


def _tagged(tag: Any) -> ColumnElement[bool]:
    return exists().where(SiteTag.site_id == Site.id, SiteTag.tag == tag)


def sites_matching(
    actor: Actor, *, q: str | None = None, tag: str | None = None, archived: bool = False
) -> Select[Any]:
    """The statement of the sites of a list, for its exports."""
    statement = _living(select(Site).where(Site.organization_id == actor.organization_id), archived)
    if q:
        statement = statement.where(_named_like(_like(q)))
    return statement.where(_tagged(tag)) if tag else statement


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
    clean = cleaned(values)
    with write() as session:
        return add_site(session, actor, clean)


def add_site(session: Session, actor: Actor, clean: dict[str, Any]) -> Site:
    """The same within a transaction, from values that `cleaned` gave."""
    check_new_tags(actor, clean.get("tags", []))
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
    clean = cleaned(values)
    with write() as session:
        site = _own(session, actor, site_id)
        apply_values(session, actor, site, clean)
    return site


def apply_values(session: Session, actor: Actor, site: Site, clean: dict[str, Any]) -> bool:
    """Give a site values that `cleaned` gave, within a transaction; false when it has them already."""
    before = _facts(site)
    if "tags" in clean:
        check_new_tags(actor, clean["tags"], site.id)
    for name, value in clean.items():
        setattr(site, name, value)
    old, new = changed(before, _facts(site))
    if "base_url" in new and _authority(old["base_url"]) != _authority(new["base_url"]):
        _forget_trust(session, site)
    if new:
        site.updated_at = now()  # Tags alone are rows of another table.
        session.add(_event(actor, site, "site.changed", {"fields": sorted(new)}))
        record_change(session, actor, "site.change", "site", site.id, before=old, after=new)
    return bool(new)


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
        own = select(Monitor).where(Monitor.site_id == site.id).order_by(Monitor.id)
        monitors = list(session.scalars(own))
        if bool(site.archived_at) != archived:
            # First, since the recorder locks in this order: states, then what their incidents refer to.
            for monitor in monitors:
                if not monitor.is_paused:
                    set_watched(session, monitor, not archived, actor.user.account)
            site.archived_at = now() if archived else None
            verb = "archive" if archived else "restore"
            session.add(_event(actor, site, "site.archived" if archived else "site.restored"))
            record_change(session, actor, f"site.{verb}", "site", site.id)
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
    said = {"by": actor.user.account, **(detail or {})}
    return Event(organization_id=site.organization_id, site_id=site.id, kind=kind, detail=said)


def _facts(site: Site) -> dict[str, Any]:
    return {"name": site.name, "base_url": site.base_url, "description": site.description, "tags": site.tags}


def cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """The given values, trimmed; an `InvalidError` names each that will not do."""
    clean = dict(values)
    wrong: dict[str, str] = {}
    if "name" in clean:
        clean["name"] = plain_name(clean["name"])
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
