"""Alerts as checks see them: opened, changed, opened again, closed when what they speak of has vanished.

A watch has at most one open alert. The same reasons on another page of the site are folded under the first
page's alert, and nobody is told again. All inside the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.snowflake import next_id
from app.models import Alert, Baseline, Site, Watch
from app.models.alert import SEVERITIES
from app.service.tamper.ending import (
    VANISHED,
    close_alert,
    close_incident,
    open_alert_of,
    put_event,
    tell_live,
)
from app.service.tamper.outcome import Done, Outcome
from app.service.tamper.telling import tell_closed, tell_opened
from app.service.tamper.verdicts import Reasons, carrying, fold_key, graded, keys_of, severity_of

REOPENS_WITHIN = timedelta(hours=24)
"""An alert that vanished and comes back this soon is the same one."""


def raise_alarm(session: Session, watch: Watch, outcome: Outcome, at: datetime, done: Done) -> None:
    """Say what a second look has confirmed: in the open alert, in one that had vanished, or in a new one."""
    session.execute(select(Site.id).where(Site.id == watch.site_id).with_for_update())
    reasons = _news(session, watch, outcome)
    alert = open_alert_of(session, watch)
    if alert is not None:
        _change(session, watch, alert, reasons, outcome, at, done)
        return
    alert = _vanished_before(session, watch, reasons, at)
    if alert is not None:
        alert.state, alert.closed_at, alert.closed_by = "open", None, ""
        alert.reopened += 1
        kind = "alert.reopened"
    else:
        alert = _new_alert(watch, outcome, at)
        session.add(alert)
        kind = "alert.opened"
    _write(session, alert, reasons, outcome)
    alert.parent_id = _parent_id(session, watch, alert, reasons)
    watch.state.alert_id = alert.id
    session.flush()
    put_event(session, watch, alert, "alert.folded" if alert.parent_id else kind, at)
    if alert.parent_id is None:
        done.deliveries += tell_opened(session, watch, alert, at)
    tell_live(watch, alert, done)


def settle_known(session: Session, watch: Watch, outcome: Outcome, at: datetime, done: Done) -> None:
    """Nothing new: the alert names what is left of its reasons, and ends when nothing is."""
    alert = open_alert_of(session, watch)
    assert outcome.verdict is not None
    present = {reason.key for reason in outcome.verdict.reasons}
    if alert is not None:
        left = [reason for reason in alert.reasons if reason["key"] in present]
        if not left:
            _vanish(session, watch, alert, at, done)
        elif len(left) < len(alert.reasons):
            _regrade(alert, left)
            put_event(session, watch, alert, "alert.changed", at)


def close_vanished(session: Session, watch: Watch, at: datetime, done: Done) -> None:
    """The page is as approved again: its alert closes by itself, and its incident with it."""
    alert = open_alert_of(session, watch)
    if alert is not None:
        _vanish(session, watch, alert, at, done)
    done.deliveries += close_incident(session, watch, "recovery", at)


def _vanish(session: Session, watch: Watch, alert: Alert, at: datetime, done: Done) -> None:
    was_told = alert.parent_id is None
    head = close_alert(session, watch, alert, "closed", VANISHED, at)
    put_event(session, watch, alert, "alert.closed", at)
    if was_told:
        done.deliveries += tell_closed(session, watch, alert, at)
    if head is not None:
        of_head = session.scalar(
            select(Watch).where(Watch.id == head.watch_id).options(joinedload(Watch.site))
        )
        assert of_head is not None
        done.deliveries += tell_opened(session, of_head, head, at)
    tell_live(watch, alert, done)


def _news(session: Session, watch: Watch, outcome: Outcome) -> Reasons:
    """The reasons, without those that are an incident already."""
    assert outcome.verdict is not None
    reasons = graded(outcome.verdict)
    known: set[str] = set()
    if watch.state.incident_id is not None:
        confirmed = session.scalars(
            select(Alert).where(Alert.watch_id == watch.id, Alert.incident_id == watch.state.incident_id)
        )
        known = {key for each in confirmed for key in keys_of(each.reasons)}
    return [reason for reason in reasons if reason["key"] not in known] or reasons


def _change(
    session: Session,
    watch: Watch,
    alert: Alert,
    reasons: Reasons,
    outcome: Outcome,
    at: datetime,
    done: Done,
) -> None:
    """The open alert says what is wrong now; whoever was told hears again only when it has become graver."""
    before = _gravity(alert)
    was_folded = alert.parent_id is not None
    _write(session, alert, reasons, outcome)
    if was_folded:
        alert.parent_id = _parent_id(session, watch, alert, reasons)
    put_event(session, watch, alert, "alert.changed", at)
    if alert.parent_id is None and (was_folded or _gravity(alert) > before):
        done.deliveries += tell_opened(session, watch, alert, at)
    tell_live(watch, alert, done)


def _gravity(alert: Alert) -> tuple[bool, int]:
    return alert.level == "alert", SEVERITIES.index(alert.severity)


def _new_alert(watch: Watch, outcome: Outcome, at: datetime) -> Alert:
    return Alert(
        id=next_id(),
        organization_id=watch.organization_id,
        site_id=watch.site_id,
        watch_id=watch.id,
        first_seen_at=outcome.first_seen_at or at,
        opened_at=at,
        reopened=0,
    )


def _write(session: Session, alert: Alert, reasons: Reasons, outcome: Outcome) -> None:
    _regrade(alert, reasons)
    alert.view = (
        reasons[0]["view"] if reasons[0]["view"] in outcome.case.watch.views else outcome.case.main.view
    )
    alert.before_snapshot_id = session.scalar(
        select(Baseline.snapshot_id)
        .where(Baseline.watch_id == alert.watch_id, Baseline.view == alert.view)
        .order_by(Baseline.id.desc())
        .limit(1)
    )
    if outcome.snapshots:
        alert.snapshots = {view: str(snapshot.id) for view, snapshot in outcome.snapshots.items()}
        after = outcome.snapshots.get(alert.view)
        alert.after_snapshot_id = after.id if after else None


def _regrade(alert: Alert, reasons: Reasons) -> None:
    alert.reasons = reasons
    alert.level, alert.severity = reasons[0]["level"], severity_of(reasons)
    alert.fold_key = fold_key(reasons)
    alert.classes = [reason["cls"] for reason in reasons]


def _vanished_before(session: Session, watch: Watch, reasons: Reasons, at: datetime) -> Alert | None:
    return session.scalar(
        select(Alert)
        .where(
            Alert.watch_id == watch.id,
            Alert.state == "closed",
            Alert.closed_by == VANISHED,
            Alert.closed_at > at - REOPENS_WITHIN,
            Alert.fold_key == fold_key(reasons),
        )
        .order_by(Alert.id.desc())
        .limit(1)
    )


def _parent_id(session: Session, watch: Watch, alert: Alert, reasons: Reasons) -> int | None:
    """The open alert of another page of the site that says all this one says."""
    mine = keys_of(carrying(reasons))
    others = session.scalars(
        select(Alert)
        .where(
            Alert.site_id == watch.site_id,
            Alert.state == "open",
            Alert.parent_id.is_(None),
            Alert.level == alert.level,
            Alert.id != alert.id,
        )
        .order_by(Alert.id)
        .limit(200)
    )
    return next((other.id for other in others if mine <= keys_of(other.reasons)), None)
