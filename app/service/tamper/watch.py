"""Watches: add, change, pause, resume, and check now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError
from app.models import Baseline, Event, Site, Watch, WatchState, WatchView, db, write
from app.service.actor import Actor
from app.service.audit import changed, record_act, record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.site import get_site
from app.service.tamper import timing
from app.service.tamper.ending import close_alert as end_alert
from app.service.tamper.ending import close_incident, open_alert_of, put_event
from app.service.tamper.standing import judge_anew, state_of
from app.service.tamper.watch_values import REJUDGED, RELEARNED, clean_url, cleaned, facts

MAX_AT_ONCE = 100
MAX_WATCHES = 5_000
"""Of one organization."""


def get_watch(actor: Actor, watch_id: int) -> Watch:
    """The organization's watch with its site and state, or `NotFoundError`."""
    return own_watch(db.session(), actor, watch_id)


def own_watch(session: Session, actor: Actor, watch_id: int) -> Watch:
    return fetch_own(session, Watch, actor, watch_id, joinedload(Watch.site))


def list_watches(
    actor: Actor,
    *,
    site_id: int | None = None,
    state: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Watch]:
    """The organization's watches, oldest first. `q` is looked for in name and address."""
    statement = (
        select(Watch)
        .join(Watch.site)
        .where(Watch.organization_id == actor.organization_id, Site.archived_at.is_(None))
        .options(joinedload(Watch.site))
    )
    if site_id is not None:
        statement = statement.where(Watch.site_id == site_id)
    if state:
        statement = statement.join(WatchState).where(WatchState.state == state)
    if q:
        statement = statement.where(
            Watch.name.contains(q, autoescape=True) | Watch.url.contains(q, autoescape=True)
        )
    return page_by_id(statement, Watch.id, cursor, limit, newest_first=False)


def create_watch(actor: Actor, values: dict[str, Any]) -> Watch:
    """Watch a page of a site; it is learned at once."""
    clean = cleaned(values)
    site = _living_site(actor, values["site_id"])
    with write() as session:
        _ask_for_room(session, actor, 1)
        watch = _add(session, actor, site, clean)
    timing.arm(watch)
    timing.check_now([watch])
    return get_watch(actor, watch.id)


def create_watches(actor: Actor, site_id: int, urls: list[str], values: dict[str, Any]) -> list[Watch]:
    """Watch several pages of a site alike; those that are watched already are left out.

    A wrong address is named as `urls.<number>`; then none is added.
    """
    clean = cleaned({name: value for name, value in values.items() if name not in ("name", "url")})
    site = _living_site(actor, site_id)
    pages = _clean_urls(urls)
    with write() as session:
        session.execute(select(Site.id).where(Site.id == site.id).with_for_update())
        known = set(session.scalars(select(Watch.url).where(Watch.site_id == site.id)))
        new = [url for url in pages if url not in known]
        _ask_for_room(session, actor, len(new))
        watches = [_add(session, actor, site, {**clean, "url": url, "name": _name_of(url)}) for url in new]
    for watch in watches:
        timing.arm(watch)
    timing.check_now(watches)
    return [get_watch(actor, watch.id) for watch in watches]


def _living_site(actor: Actor, site_id: int) -> Site:
    site = get_site(actor, site_id)
    if site.archived_at:
        raise ConflictError("the site is archived; restore it first")
    return site


def _clean_urls(urls: list[str]) -> list[str]:
    if not 1 <= len(urls) <= MAX_AT_ONCE:
        raise InvalidError({"urls": f"must have 1 to {MAX_AT_ONCE} addresses"})
    found: list[str] = []
    wrong: dict[str, str] = {}
    for number, url in enumerate(urls):
        clean, problem = clean_url(url)
        if problem:
            wrong[f"urls.{number}"] = problem
        found.append(clean)
    if wrong:
        raise InvalidError(wrong)
    return list(dict.fromkeys(found))


def _name_of(url: str) -> str:
    """A name for a page nobody has named: its address without the scheme."""
    return url.partition("://")[2].rstrip("/")[:200]


def _ask_for_room(session: Session, actor: Actor, more: int) -> None:
    ids = session.scalars(
        select(Watch.id).where(Watch.organization_id == actor.organization_id).limit(MAX_WATCHES + 1)
    ).all()
    if len(ids) + more > MAX_WATCHES:
        raise ConflictError(f"an organization has at most {MAX_WATCHES} watches")


def _add(session: Session, actor: Actor, site: Site, clean: dict[str, Any]) -> Watch:
    clean.setdefault("name", _name_of(clean["url"]))
    watch = Watch(organization_id=actor.organization_id, site_id=site.id, **clean)
    session.add(watch)
    session.flush()
    watch.state = WatchState(watch_id=watch.id, since=now())
    watch.view_rows = [WatchView(watch_id=watch.id, view=view) for view in watch.views]
    session.add(_event(actor, watch, "watch.created"))
    record_change(session, actor, "watch.create", "watch", watch.id, after=facts(watch))
    return watch


def change_watch(actor: Actor, watch_id: int, values: dict[str, Any]) -> Watch:
    """Change some of a watch's values; the page is judged by the new ones at once.

    Another address or another way of fetching is another page: it is learned anew.
    """
    clean = cleaned(values)
    with write() as session:
        watch = own_watch(session, actor, watch_id)
        before = facts(watch)
        for name, value in clean.items():
            setattr(watch, name, value)
        old, new = changed(before, facts(watch))
        if new:
            watch.revision += 1
            _adapt(session, watch, new)
            session.add(_event(actor, watch, "watch.changed", {"fields": sorted(new)}))
            record_change(session, actor, "watch.change", "watch", watch.id, before=old, after=new)
    if new and not watch.is_paused:
        timing.arm(watch)
        timing.check_now([watch])
    return watch


def _adapt(session: Session, watch: Watch, new: dict[str, Any]) -> None:
    """Take back what was learned or judged under the old values."""
    if {"url", "mode"} & new.keys():
        forget_learned(session, watch)
    if {*RELEARNED, *REJUDGED} & new.keys():
        judge_anew(watch, relearn=bool(set(RELEARNED) & new.keys()))
    if "views" in new:
        kept = {row.view: row for row in watch.view_rows}
        watch.view_rows = [
            kept.get(view) or WatchView(watch_id=watch.id, view=view, baselines=0) for view in watch.views
        ]
        watch.state.state = state_of(session, watch)


def forget_learned(session: Session, watch: Watch) -> None:
    """Begin again with learning; what was kept of the old page stays until its time is over."""
    session.execute(delete(Baseline).where(Baseline.watch_id == watch.id))
    judge_anew(watch)
    for row in watch.view_rows:
        row.baselines, row.profile_sha256, row.engine_version, row.assets_at = 0, None, 0, None
        row.snapshot_id = None
    alert = open_alert_of(session, watch)
    if alert is not None:
        end_alert(session, watch, alert, "closed", "another page", now())
        put_event(session, watch, alert, "alert.closed", now())
    watch.state.error_code = watch.state.error_detail = None
    watch.state.state, watch.state.since = state_of(session, watch), now()


def delete_watch(actor: Actor, watch_id: int) -> None:
    """Remove a watch with its snapshots and alerts; the site's timeline keeps their lines."""
    with write() as session:
        watch = own_watch(session, actor, watch_id)
        session.add(_event(actor, watch, "watch.deleted"))
        record_change(session, actor, "watch.delete", "watch", watch.id, before=facts(watch))
        alert = open_alert_of(session, watch)
        if alert is not None:
            end_alert(session, watch, alert, "closed", actor.user.account, now())
        close_incident(session, watch, "deleted", now())
        session.delete(watch)
    timing.disarm(watch_id)


def pause_watch(actor: Actor, watch_id: int) -> Watch:
    return _set_paused(actor, watch_id, True)


def resume_watch(actor: Actor, watch_id: int) -> Watch:
    return _set_paused(actor, watch_id, False)


def _set_paused(actor: Actor, watch_id: int, paused: bool) -> Watch:
    with write() as session:
        watch = own_watch(session, actor, watch_id)
        if watch.is_paused != paused:
            watch.is_paused = paused
            watch.revision += 1
            judge_anew(watch)
            watch.state.state, watch.state.since = state_of(session, watch), now()
            session.add(_event(actor, watch, "watch.paused" if paused else "watch.resumed"))
            verb = "pause" if paused else "resume"
            record_change(session, actor, f"watch.{verb}", "watch", watch.id)
    if paused:
        timing.disarm(watch_id)
    else:
        timing.arm(watch)
        timing.check_now([watch])
    return watch


def run_watch(actor: Actor, watch_id: int) -> Watch:
    """Ask for a check at once; its outcome comes as a live message, and into the watch."""
    watch = get_watch(actor, watch_id)
    if watch.is_paused or watch.site.archived_at:
        raise ConflictError("the watch is paused; resume it first")
    record_act(actor, "watch.run", "watch", watch.id)
    timing.check_now([watch])
    return watch


def _event(actor: Actor, watch: Watch, kind: str, detail: dict[str, Any] | None = None) -> Event:
    return Event(
        organization_id=watch.organization_id,
        site_id=watch.site_id,
        watch_id=watch.id,
        kind=kind,
        detail={"by": actor.user.account, "watch": watch.name, **(detail or {})},
    )
