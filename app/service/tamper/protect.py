"""Which snapshots may go: not what is approved, nor what an alert is about, nor the newest of each view."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from app.models import Alert, Baseline, Evidence, Snapshot, WatchView

KEPT_STATES = ("open", "confirmed")
NEWEST_KEPT = 3
"""So many of each view stay whatever their age: an alert that is being confirmed may need the last ones."""
_PAGE = 500


def removable(
    session: Session, organization_id: int, *which: ColumnElement[bool], limit: int
) -> list[Snapshot]:
    """The organization's oldest snapshots, of those that meet the conditions, that may go."""
    found: list[Snapshot] = []
    of_alerts: set[int] | None = None
    after = 0
    while len(found) < limit:
        page = list(
            session.scalars(
                select(Snapshot)
                .where(Snapshot.organization_id == organization_id, Snapshot.id > after, *which)
                .where(~_is_approved(), ~_is_last(), _is_overtaken())
                .order_by(Snapshot.id)
                .limit(_PAGE)
            )
        )
        if not page:
            break
        if of_alerts is None:
            of_alerts = _of_alerts(session, organization_id)
        found += [each for each in page if each.id not in of_alerts]
        if len(page) < _PAGE:
            break
        after = page[-1].id
    return found[:limit]


def _is_approved() -> ColumnElement[bool]:
    return select(Baseline.id).where(Baseline.snapshot_id == Snapshot.id).exists()


def _is_last() -> ColumnElement[bool]:
    own = WatchView.watch_id == Snapshot.watch_id
    return select(WatchView.view).where(own, WatchView.snapshot_id == Snapshot.id).exists()


def _is_overtaken() -> ColumnElement[bool]:
    """There are `NEWEST_KEPT` newer ones of the same view."""
    other = aliased(Snapshot)
    last_kept = (
        select(other.id)
        .where(other.watch_id == Snapshot.watch_id, other.view == Snapshot.view)
        .order_by(other.id.desc())
        .offset(NEWEST_KEPT - 1)
        .limit(1)
        .scalar_subquery()
    )
    return Snapshot.id < last_kept


def _of_alerts(session: Session, organization_id: int) -> set[int]:
    """Snapshots of open and confirmed alerts, and of those that evidence was handed out of."""
    proved = select(Evidence.id).where(Evidence.alert_id == Alert.id).exists()
    rows = session.execute(
        select(Alert.before_snapshot_id, Alert.after_snapshot_id, Alert.snapshots).where(
            Alert.organization_id == organization_id, or_(Alert.state.in_(KEPT_STATES), proved)
        )
    )
    found: set[int] = set()
    for before, after, views in rows:
        found.update(int(each) for each in (before, after, *views.values()) if each)
    return found
