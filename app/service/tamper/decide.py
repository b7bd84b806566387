"""What people say of an alert: it was us, this is always right here, or it is real.

Said of an alert with others folded under it, it is said of those too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError
from app.core.snowflake import next_id
from app.models import Alert, Baseline, Event, Incident, Watch, WatchState, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.live import publish
from app.service.tamper import timing
from app.service.tamper.alert import get_alert, own_alert
from app.service.tamper.ending import close_alert, close_incident, put_event, tell_live
from app.service.tamper.outcome import Done
from app.service.tamper.say import LOCALES, alert_sentence
from app.service.tamper.standing import add_baseline, judge_anew, state_of
from app.service.tamper.telling import tell_incident
from app.service.tamper.verdicts import keys_of
from app.service.tamper.watch_values import MAX_KEYS

MAX_REASON = 2_000


def approve_alert(actor: Actor, alert_id: int, *, reason: str) -> Alert:
    """It was us: what the alert saw becomes a baseline of each view."""
    with _deciding(actor, alert_id) as (session, alerts, done):
        if not _said(reason):
            raise InvalidError({"reason": "must not be empty"})
        for alert in alerts:
            _approve(session, actor, alert, _said(reason))
            _end(session, actor, alert, "approved", _said(reason), done)
    return _after(actor, alert_id, alerts, done)


def allow_alert(actor: Actor, alert_id: int, *, keys: list[str] | None = None, reason: str = "") -> Alert:
    """Always right here: the alert's reasons, or those of these keys, are silent on this page from now on."""
    with _deciding(actor, alert_id) as (session, alerts, done):
        chosen = keys_of(alerts[0].reasons) if keys is None else set(keys)
        if not chosen or not chosen <= keys_of(alerts[0].reasons):
            raise InvalidError({"keys": "must be keys of this alert's reasons"})
        for alert in alerts:
            watch = alert.watch
            allowed = [*watch.allowed_keys, *sorted(chosen - set(watch.allowed_keys))]
            if len(allowed) > MAX_KEYS:
                raise ConflictError(f"{watch.name}: at most {MAX_KEYS} findings can be allowed")
            watch.allowed_keys = allowed
            _end(session, actor, alert, "allowed", _said(reason), done, keys=sorted(chosen))
    return _after(actor, alert_id, alerts, done)


def confirm_alert(actor: Actor, alert_id: int, *, reason: str = "") -> Alert:
    """It is real: an incident of the site, which ends when the pages are as approved again."""
    with _deciding(actor, alert_id) as (session, alerts, done):
        head = alerts[0]
        incident = _open_incident(session, actor, head)
        for alert in alerts:
            state = alert.watch.state
            close_incident(session, alert.watch, actor.user.account, now())
            alert.incident_id = state.incident_id = incident.id
            _end(session, actor, alert, "confirmed", _said(reason), done)
            alert.closed_at = None  # With the incident it closes.
        done.deliveries += tell_incident(session, head.watch, incident, now())
    return _after(actor, alert_id, alerts, done)


def _said(reason: str) -> str:
    return reason.strip()[:MAX_REASON]


@contextmanager
def _deciding(actor: Actor, alert_id: int) -> Iterator[tuple[Session, list[Alert], Done]]:
    """A transaction with the open alert and what is folded under it, their watches locked."""
    done = Done()
    with write() as session:
        head = own_alert(session, actor, alert_id)
        if head.state != "open":
            raise ConflictError(f"the alert is {head.state} already")
        folded = session.scalars(
            select(Alert)
            .where(Alert.parent_id == head.id, Alert.state == "open")
            .options(joinedload(Alert.watch))
            .order_by(Alert.id)
        ).all()
        alerts = [head, *folded]
        _lock(session, alerts)
        yield session, alerts, done


def _lock(session: Session, alerts: Sequence[Alert]) -> None:
    ids = sorted({alert.watch_id for alert in alerts})
    session.execute(
        select(WatchState.watch_id)
        .where(WatchState.watch_id.in_(ids))
        .order_by(WatchState.watch_id)
        .with_for_update()
    )
    session.scalars(
        select(Watch)
        .where(Watch.id.in_(ids))
        .options(joinedload(Watch.site))
        .execution_options(populate_existing=True)
    ).all()


def _approve(session: Session, actor: Actor, alert: Alert, reason: str) -> None:
    if not alert.snapshots:
        raise ConflictError("nothing was kept of the changed page; make room and check it again")
    at = now()
    rows = {row.view: row for row in alert.watch.view_rows}
    for view, snapshot_id in alert.snapshots.items():
        if view not in rows:
            continue
        session.add(
            Baseline(
                organization_id=alert.organization_id,
                watch_id=alert.watch_id,
                view=view,
                snapshot_id=int(snapshot_id),
                kind="approval",
                approved_by=actor.user.id,
                approved_email=actor.user.account,
                reason=reason,
                alert_id=alert.id,
                at=at,
            )
        )
        add_baseline(rows[view], at)


def _end(
    session: Session,
    actor: Actor,
    alert: Alert,
    state: str,
    reason: str,
    done: Done,
    keys: list[str] | None = None,
) -> None:
    """Close an alert by somebody's word, and have the page judged again."""
    watch, at = alert.watch, now()
    close_alert(session, watch, alert, state, actor.user.account, at, reason)
    judge_anew(watch)
    watch.revision += 1
    session.flush()
    before, watch.state.state = watch.state.state, state_of(session, watch)
    if watch.state.state != before:
        watch.state.since = at
    put_event(session, watch, alert, f"alert.{state}", at, by=actor.user.account, reason=reason)
    said = {"state": state, "reason": reason, **({"keys": keys} if keys else {})}
    record_change(session, actor, f"alert.{_VERB[state]}", "alert", alert.id, after=said)
    tell_live(watch, alert, done)


_VERB = {"approved": "approve", "allowed": "allow", "confirmed": "confirm"}


def _open_incident(session: Session, actor: Actor, alert: Alert) -> Incident:
    at = now()
    first = alert.reasons[0]
    incident = Incident(
        id=next_id(),
        organization_id=alert.organization_id,
        site_id=alert.site_id,
        watch_id=alert.watch_id,
        severity="critical" if alert.severity in ("high", "critical") else "warning",
        cause=f"tamper.{first['cls']}",
        detail={
            "alert_id": str(alert.id),
            "sentence": {locale: alert_sentence(alert, locale) for locale in LOCALES},
        },
        started_at=alert.first_seen_at,
        opened_at=at,
        acked_at=at,
        acked_by=actor.user.id,
    )
    session.add(incident)
    session.flush()
    session.add(
        Event(
            organization_id=alert.organization_id,
            site_id=alert.site_id,
            watch_id=alert.watch_id,
            alert_id=alert.id,
            incident_id=incident.id,
            kind="incident.opened",
            severity=incident.severity,
            at=at,
            cause=incident.cause,
            detail={"watch": alert.watch.name, "by": actor.user.account},
        )
    )
    return incident


def _after(actor: Actor, alert_id: int, alerts: Sequence[Alert], done: Done) -> Alert:
    """After the commit: live pages hear of it, and the pages are looked at again."""
    publish(done.live)
    watches = [alert.watch for alert in alerts if not alert.watch.is_paused]
    for watch in watches:
        timing.arm(watch)
    timing.check_now(watches)
    return get_alert(actor, alert_id)
