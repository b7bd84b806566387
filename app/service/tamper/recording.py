"""Writing down what came of a check: one transaction a watch, under the lock of its state's row.

A slot that was recorded is not recorded again, so a message may come twice. Unchanged pages are one UPDATE
for all of a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.models import Baseline, Event, Watch, WatchState, WatchView, write
from app.service.tamper.alarm import close_vanished, raise_alarm, settle_known
from app.service.tamper.case import Case
from app.service.tamper.outcome import Done, Outcome
from app.service.tamper.standing import add_baseline, state_of


def record_same(cases: Sequence[Case]) -> None:
    """Pages that are what they were: when they were looked at is all there is to write."""
    if not cases:
        return
    newest = max(case.due_ms for case in cases)
    with write() as session:
        session.execute(
            update(WatchState)
            .where(
                WatchState.watch_id.in_([case.watch.id for case in cases]), WatchState.last_due_ms < newest
            )
            .values(last_checked_at=now(), last_due_ms=newest)
            .execution_options(synchronize_session=False)
        )


def record_outcome(outcome: Outcome, done: Done) -> None:
    """Write down one watch's outcome, unless its slot has been, or somebody changed the watch meanwhile."""
    case, at = outcome.case, now()
    with write() as session:
        watch = _locked(session, case.watch.id)
        if watch is None or watch.is_paused or watch.state.last_due_ms >= case.due_ms:
            return
        if watch.revision != case.revision:
            return  # Judged by what somebody has taken back; a check by the new values is on its way.
        state, before = watch.state, watch.state.state
        state.last_due_ms, state.last_checked_at = case.due_ms, at
        session.add_all(outcome.snapshots.values())
        session.flush()
        if outcome.error is None:
            state.error_code = state.error_detail = None
            _note_looks(session, watch, outcome, at)
            _apply_verdict(session, watch, outcome, at, done)
        else:
            state.error_code, state.error_detail = outcome.error
        _settle(session, watch, before, at)
        if state.state != before:
            done.tell(
                watch.organization_id,
                kind="watch",
                site_id=str(watch.site_id),
                watch_id=str(watch.id),
                state=state.state,
            )


def _locked(session: Session, watch_id: int) -> Watch | None:
    session.execute(select(WatchState.watch_id).where(WatchState.watch_id == watch_id).with_for_update())
    return session.scalar(
        select(Watch)
        .where(Watch.id == watch_id)
        .options(joinedload(Watch.site))
        .execution_options(populate_existing=True)
    )


def _note_looks(session: Session, watch: Watch, outcome: Outcome, at: datetime) -> None:
    """What each view looked like, what was kept of it, and what is a baseline now."""
    case, state = outcome.case, watch.state
    rows = {row.view: row for row in watch.view_rows}
    for look in (case.main, *case.others):
        row = rows.get(look.view)
        if row is None:
            row = WatchView(watch_id=watch.id, view=look.view, baselines=0, engine_version=0)
            watch.view_rows.append(row)
        if row.last_sha256 not in (None, look.sha256):
            state.last_changed_at = at
        row.last_sha256 = look.sha256
        if look.has_new_assets:
            row.assets_at = at
        if look.view in outcome.snapshots:
            row.snapshot_id = outcome.snapshots[look.view].id
        if look.view in outcome.baselines:
            _approve(session, row, outcome, at)
    state.note_code, state.note_detail = outcome.note or (
        ("is_cut", {}) if case.main.observation.is_cut else (None, None)
    )


def _approve(session: Session, row: WatchView, outcome: Outcome, at: datetime) -> None:
    snapshot, deployment = outcome.snapshots[row.view], outcome.deployment
    session.add(
        Baseline(
            organization_id=snapshot.organization_id,
            watch_id=row.watch_id,
            view=row.view,
            snapshot_id=snapshot.id,
            kind=outcome.baselines[row.view],
            approved_email=deployment.announced_by if deployment else "",
            reason=deployment.note if deployment else "",
            deployment_id=deployment.id if deployment else None,
            at=at,
        )
    )
    add_baseline(row, at)


def _apply_verdict(session: Session, watch: Watch, outcome: Outcome, at: datetime, done: Done) -> None:
    state = watch.state
    state.pending = outcome.pending
    if outcome.verdict is None:
        return
    if outcome.pending is not None:
        for row in watch.view_rows:
            row.last_sha256 = None  # Not judged yet: the same again must be looked at, not passed over.
        done.again.append(watch.id)
    elif outcome.deployment is not None:
        session.add(_event(watch, "deployment.applied", at, {"by": outcome.deployment.announced_by}))
    elif outcome.verdict.verdict == "ok":
        close_vanished(session, watch, at, done)
    elif outcome.is_news:
        raise_alarm(session, watch, outcome, at, done)
    else:
        settle_known(session, watch, outcome, at, done)


def _settle(session: Session, watch: Watch, before: str, at: datetime) -> None:
    """The state that follows, and a line on the timeline where it is news."""
    state = watch.state
    state.state = state_of(session, watch)
    if state.state == before:
        return
    state.since = at
    if state.state == "ERROR":
        detail = {"code": state.error_code, "values": state.error_detail or {}}
        session.add(_event(watch, "watch.error", at, detail, "warning"))
    elif before == "ERROR":
        session.add(_event(watch, "watch.recovered", at, {}))
    elif before == "LEARNING":
        session.add(_event(watch, "watch.learned", at, {}))


def _event(watch: Watch, kind: str, at: datetime, detail: dict[str, Any], severity: str = "info") -> Event:
    return Event(
        organization_id=watch.organization_id,
        site_id=watch.site_id,
        watch_id=watch.id,
        kind=kind,
        severity=severity,
        at=at,
        detail={"watch": watch.name, **detail},
    )
