"""The learned profile of a view: made from its baselines, and made anew when those or the engine change."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict

from sqlalchemy import select, update

from app.engine.tamper.inventory import Inventory, take_inventory
from app.engine.tamper.profile import ENGINE_VERSION, Profile, learn
from app.models import Baseline, Snapshot, WatchView, db, write
from app.service.tamper.case import Case
from app.service.tamper.keep import QuotaError, keep
from app.service.tamper.keeping import observation_of
from app.service.tamper.store import StoreError, get

log = logging.getLogger("cloudeye.tamper")
MAX_BASELINES = 12
"""A profile is made from the newest of them: older ones speak of a page that is no more."""

_CACHED = 64
_cache: OrderedDict[str, Profile] = OrderedDict()
_cache_lock = threading.Lock()


def profile_of(case: Case, row: WatchView) -> Profile:
    """The view's profile; made anew from its baselines when it is missing or another engine's.

    Raises `StoreError` when the baselines cannot be read.
    """
    if row.profile_sha256 and row.engine_version == ENGINE_VERSION:
        try:
            return _kept(row.profile_sha256)
        except StoreError as error:
            log.warning("tamper.profile_lost", extra={"watch_id": row.watch_id, "error": error.msg})
    return _make(case, row)


def _kept(sha256: str) -> Profile:
    with _cache_lock:
        if sha256 in _cache:
            _cache.move_to_end(sha256)
            return _cache[sha256]
    return _remember(sha256, Profile.from_bytes(get(sha256)))


def _remember(sha256: str, profile: Profile) -> Profile:
    with _cache_lock:
        _cache[sha256] = profile
        while len(_cache) > _CACHED:
            _cache.popitem(last=False)
    return profile


def _make(case: Case, row: WatchView) -> Profile:
    """1. Read the newest baselines, 2. learn from them, 3. keep the profile unless one more has come."""
    profile = learn(_inventories(case, row))
    try:
        kept = keep(case.organization.id, "profile", profile.to_bytes(), base=row.profile_sha256)
    except (StoreError, QuotaError):
        return profile
    _remember(kept.sha256, profile)
    with write() as session:
        session.execute(
            update(WatchView)
            .where(
                WatchView.watch_id == row.watch_id,
                WatchView.view == row.view,
                WatchView.baselines == row.baselines,
            )
            .values(profile_sha256=kept.sha256, engine_version=ENGINE_VERSION)
            .execution_options(synchronize_session=False)
        )
    return profile


def _inventories(case: Case, row: WatchView) -> list[Inventory]:
    """The newest baselines' inventories, oldest first."""
    snapshots = db.session.scalars(
        select(Snapshot)
        .join(Baseline, Baseline.snapshot_id == Snapshot.id)
        .where(Baseline.watch_id == row.watch_id, Baseline.view == row.view)
        .order_by(Baseline.id.desc())
        .limit(MAX_BASELINES)
    ).all()
    db.session.commit()
    return [take_inventory(observation_of(each, case.watch.url), case.scope) for each in reversed(snapshots)]
