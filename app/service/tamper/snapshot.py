"""What was fetched of a watched page, and which of it is approved."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.engine.tamper.types import Observation
from app.models import Baseline, Snapshot, Watch, db
from app.service.actor import Actor
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.tamper import keeping, store
from app.service.tamper.watch import get_watch


def list_snapshots(
    actor: Actor,
    *,
    watch_id: int | None = None,
    view: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Snapshot]:
    """The organization's snapshots, newest first, of one watch if it is named."""
    statement = (
        select(Snapshot)
        .where(Snapshot.organization_id == actor.organization_id)
        .options(joinedload(Snapshot.watch).joinedload(Watch.site))
    )
    if watch_id is not None:
        statement = statement.where(Snapshot.watch_id == get_watch(actor, watch_id).id)
    if view:
        statement = statement.where(Snapshot.view == view)
    return page_by_id(statement, Snapshot.id, cursor, limit)


def get_snapshot(actor: Actor, snapshot_id: int) -> Snapshot:
    """The organization's snapshot with its watch and site, or `NotFoundError`."""
    return fetch_own(
        db.session(), Snapshot, actor, snapshot_id, joinedload(Snapshot.watch).joinedload(Watch.site)
    )


def body_of(snapshot: Snapshot) -> bytes:
    """What the page said, as received after content decoding. `MissingError` when it is no longer kept."""
    return store.get(snapshot.body_sha256)


def screenshot_of(snapshot: Snapshot) -> bytes | None:
    """The page's picture as PNG, where a browser showed it."""
    return store.get(snapshot.screenshot_sha256) if snapshot.screenshot_sha256 else None


def observation_of(snapshot: Snapshot) -> Observation:
    """What the engine saw then. The snapshot's watch must be loaded."""
    return keeping.observation_of(snapshot, snapshot.watch.url)


def list_baselines(
    actor: Actor,
    *,
    watch_id: int | None = None,
    view: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Baseline]:
    """What is approved, newest first, with the snapshots."""
    statement = (
        select(Baseline)
        .where(Baseline.organization_id == actor.organization_id)
        .options(joinedload(Baseline.snapshot), joinedload(Baseline.watch).joinedload(Watch.site))
    )
    if watch_id is not None:
        statement = statement.where(Baseline.watch_id == get_watch(actor, watch_id).id)
    if view:
        statement = statement.where(Baseline.view == view)
    return page_by_id(statement, Baseline.id, cursor, limit)
