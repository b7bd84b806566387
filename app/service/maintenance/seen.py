"""What of the organization's planned work somebody sees who is narrowed to some sites, and may change.

They see each window that covers anything of theirs, and of what it covers only that. They change those alone
that cover nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app.core.errors import InvalidError, NotFoundError, NotPermittedError
from app.models import MaintenanceWindow, Monitor, Site, SiteTag, db
from app.service.actor import Actor
from app.service.owned import fetch_own


def seen(actor: Actor, windows: Iterable[MaintenanceWindow]) -> list[MaintenanceWindow]:
    """Those that the actor sees. Reduced ones are to be shown, not to be changed: they are no rows."""
    if actor.scope is None:
        return list(windows)
    kept = list(windows)
    sites = _visible(actor, Site, {each for window in kept for each in window.site_ids})
    monitors = _visible(actor, Monitor, {each for window in kept for each in window.monitor_ids})
    tags = set(db.session.scalars(select(SiteTag.tag).distinct()))
    reduced = [_reduced(window, sites, monitors, tags) for window in kept]
    return [each for each in reduced if each.covers_all or each.site_ids or each.monitor_ids or each.tags]


def _reduced(
    window: MaintenanceWindow, sites: set[int], monitors: set[int], tags: set[str]
) -> MaintenanceWindow:
    if (session := object_session(window)) is not None:
        session.expunge(window)
    window.site_ids = [each for each in window.site_ids if each in sites]
    window.monitor_ids = [each for each in window.monitor_ids if each in monitors]
    window.tags = [each for each in window.tags if each in tags]
    return window


def _visible(actor: Actor, model: type[Site] | type[Monitor], ids: set[int]) -> set[int]:
    statement = select(model.id).where(model.organization_id == actor.organization_id, model.id.in_(ids))
    return set(db.session.scalars(statement)) if ids else set()


def fetch_seen(actor: Actor, window_id: int) -> MaintenanceWindow:
    """To be shown."""
    found = seen(actor, [fetch_own(db.session(), MaintenanceWindow, actor, window_id)])
    if not found:
        raise NotFoundError("there is no such window")
    return found[0]


def fetch_changeable(session: Session, actor: Actor, window_id: int) -> MaintenanceWindow:
    """To be changed. `NotPermittedError` when it covers what is not the actor's too."""
    window = fetch_own(session, MaintenanceWindow, actor, window_id)
    if actor.scope is None:
        return window
    whole = _targets(window)
    if not seen(actor, [window]):
        raise NotFoundError("there is no such window")
    if whole != _targets(window) or window.covers_all or not actor.scope.tags.issuperset(window.tags):
        raise NotPermittedError
    return fetch_own(session, MaintenanceWindow, actor, window_id)


def _targets(window: MaintenanceWindow) -> tuple[Sequence[int], Sequence[int], Sequence[str]]:
    return window.site_ids, window.monitor_ids, window.tags


def check_reach(actor: Actor, covers_all: bool, tags: Iterable[str]) -> None:
    """Somebody narrowed plans for their own sites. Those named by id are looked for among theirs anyway."""
    if actor.scope is None:
        return
    if covers_all:
        raise InvalidError({"covers_all": "name the sites: you answer for some of them only"})
    if foreign := set(tags) - actor.scope.tags:
        raise InvalidError({"tags": f"{min(foreign)} is not one of your tags"})
