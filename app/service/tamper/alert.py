"""Alerts as people find them: lists, one alert with what is folded under it, and the timeline around it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from app.models import Alert, AlertClass, Event, db
from app.service.actor import Actor
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id

AROUND = 20
"""So many lines of the timeline before an alert, and as many after it."""


def list_alerts(
    actor: Actor,
    *,
    state: str | None = None,
    level: str | None = None,
    severity: str | None = None,
    cls: str | None = None,
    site_id: int | None = None,
    watch_id: int | None = None,
    folded: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Alert]:
    """The organization's alerts, newest first. Folded ones are left out unless asked for, or a watch is."""
    statement = (
        select(Alert)
        .where(Alert.organization_id == actor.organization_id)
        .options(joinedload(Alert.watch), joinedload(Alert.site))
        .execution_options(populate_existing=True)
    )
    if not folded and watch_id is None:
        statement = statement.where(Alert.parent_id.is_(None))
    wanted = {
        Alert.state: state,
        Alert.level: level,
        Alert.severity: severity,
        Alert.site_id: site_id,
        Alert.watch_id: watch_id,
    }
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(column == value)
    if cls:
        statement = statement.where(exists().where(AlertClass.alert_id == Alert.id, AlertClass.cls == cls))
    return page_by_id(statement, Alert.id, cursor, limit)


def get_alert(actor: Actor, alert_id: int) -> Alert:
    """The organization's alert with its watch and site, or `NotFoundError`."""
    return own_alert(db.session(), actor, alert_id)


def own_alert(session: Session, actor: Actor, alert_id: int) -> Alert:
    return fetch_own(session, Alert, actor, alert_id, joinedload(Alert.watch), joinedload(Alert.site))


def folded_under(alert: Alert) -> list[Alert]:
    """The same on other pages of the site, oldest first (at most 200)."""
    statement = (
        select(Alert)
        .where(Alert.organization_id == alert.organization_id, Alert.parent_id == alert.id)
        .options(joinedload(Alert.watch))
        .order_by(Alert.id)
        .limit(200)
    )
    return list(db.session.scalars(statement))


def folded_counts(alerts: Sequence[Alert]) -> dict[int, int]:
    """How many alerts are folded under each of these, by id; those with none are left out."""
    rows = db.session.execute(
        select(Alert.parent_id, func.count())
        .where(Alert.parent_id.in_([alert.id for alert in alerts]))
        .group_by(Alert.parent_id)
    )
    return {parent_id: count for parent_id, count in rows if parent_id is not None}


def alert_events(alert: Alert) -> list[Event]:
    """The site's timeline around an alert's opening, oldest first."""
    own = select(Event).where(Event.site_id == alert.site_id)
    before = own.where(Event.at < alert.opened_at).order_by(Event.at.desc(), Event.id.desc()).limit(AROUND)
    after = own.where(Event.at >= alert.opened_at).order_by(Event.at, Event.id).limit(AROUND)
    return [*reversed(db.session.scalars(before).all()), *db.session.scalars(after)]
