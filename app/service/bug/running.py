"""Running scans: claim a waiting one, make its plan, let the engine work, write down what it saw.

One at a time a site and a host: both are unique columns of the running scans, so the database decides,
however many workers there are. A scan beats while it runs; one that is silent for five minutes has lost its
worker.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from redis import RedisError
from sqlalchemy import CursorResult, exists, select, update
from sqlalchemy.orm import aliased, joinedload

from app.core.clock import now
from app.core.redis import get_redis
from app.engine.bug.types import Plan, Report
from app.engine.net.target import parse_target
from app.models import Organization, Scan, db, write
from app.models.errors import DATABASE_AWAY, DATABASE_CLASH, DATABASE_ERRORS
from app.service.bug.event import put_event
from app.service.bug.live import progress_teller, publish_scan
from app.service.bug.plan import RefusedError, plan_of
from app.service.bug.recording import Recorded, record_report, running_scan
from app.service.bug.scan import is_stopped
from app.service.bug.telling import tell_failed

log = logging.getLogger("cloudeye.bug")
MAX_WAITING = 5_000
"""Waiting scans that are looked at."""
BEAT_SECONDS = 15.0
SILENT = timedelta(minutes=5)
STOP_LOOK_SECONDS = 0.2
RECORD_PAUSES = (1, 2, 5, 10, 30, 60, 60)
"""Seconds; together less than a silent scan is given."""


def claim_scan(at: datetime | None = None) -> int | None:
    """The id of a waiting scan that is ours now, or None when none may begin."""
    at = at or now()
    under_way = aliased(Scan)
    waiting = db.session.execute(
        select(Scan.id, Scan.site_id, Scan.url)
        .where(
            Scan.state == "queued",
            Scan.starts_at <= at,
            ~exists().where(under_way.running_site_id == Scan.site_id),
        )
        .order_by(Scan.id)
        .limit(MAX_WAITING)
    ).all()
    busy = set(db.session.scalars(select(Scan.running_host).where(Scan.running_host.is_not(None))))
    db.session.commit()
    for scan_id, site_id, url in waiting:
        # Many sites may have one host; they hold up none of another.
        if parse_target(url).authority not in busy and _claim(
            scan_id, site_id, parse_target(url).authority, at
        ):
            return int(scan_id)
    return None


def _claim(scan_id: int, site_id: int, host: str, at: datetime) -> bool:
    """Whether this call made it a running one; another of the same site or host clashes."""
    try:
        with write() as session:
            done = session.execute(
                update(Scan)
                .where(Scan.id == scan_id, Scan.state == "queued")
                .values(
                    state="running",
                    started_at=at,
                    heartbeat_at=at,
                    running_site_id=site_id,
                    running_host=host,
                )
                .execution_options(synchronize_session=False)
            )
            return isinstance(done, CursorResult) and done.rowcount == 1
    except DATABASE_CLASH:
        return False


def run_scan(scan_id: int) -> Recorded:
    """Run a claimed scan to its end, blocking; whatever goes wrong is in its row."""
    scan = db.session.scalar(
        select(Scan)
        .where(Scan.id == scan_id, Scan.state == "running")
        .options(joinedload(Scan.site))
        .execution_options(populate_existing=True)
    )
    if scan is None:
        db.session.commit()
        return Recorded()
    organization = db.session.get_one(Organization, scan.organization_id)
    publish_scan(scan)
    try:
        plan = plan_of(scan, organization, beat=lambda: beat(scan_id))
    except RefusedError as refused:
        return _told(end_scan(scan_id, "refused", refused.reason, refused.detail))
    try:
        report = _scan(plan, scan)
    except Exception as error:
        # A defect of one check's surroundings must not leave a scan that runs for ever.
        log.exception("bug.scan_crashed", extra={"scan_id": scan_id})
        return _told(end_scan(scan_id, "failed", "crashed", {"error": type(error).__name__}))
    return _told(_record(scan_id, report))


def _scan(plan: Plan, scan: Scan) -> Report:
    from app.engine.bug.scan import scan as run

    db.session.commit()  # No connection is held while the site is asked.
    return run(plan, now=time.time, stop=_stop_teller(scan.id), on_progress=progress_teller(scan))


def _record(scan_id: int, report: Report) -> Recorded:
    """Write it down; an hour's work outlives a restart of the database."""
    for pause in RECORD_PAUSES:
        try:
            return record_report(scan_id, report)
        except DATABASE_AWAY as error:
            log.warning("bug.waiting", extra={"scan_id": scan_id, "error": type(error).__name__})
            time.sleep(pause)
    return record_report(scan_id, report)


def _stop_teller(scan_id: int) -> Callable[[], bool]:
    """Asks Redis at most five times a second whether the scan is to stop, and beats meanwhile: the engine
    calls it wherever it waits."""
    looked, beaten, is_over = 0.0, time.monotonic(), False

    def stop() -> bool:
        nonlocal looked, beaten, is_over
        at = time.monotonic()
        if at - beaten >= BEAT_SECONDS:
            beaten = at
            is_over = is_over or not beat(scan_id)
        if not is_over and at - looked >= STOP_LOOK_SECONDS:
            looked = at
            is_over = is_stopped(scan_id)
        return is_over

    return stop


def beat(scan_id: int) -> bool:
    """Say that the scan lives; False when it was ended meanwhile, as one that was taken for dead. Without the
    database there is nobody to say it to.
    """
    try:
        with write() as session:
            done = session.execute(
                update(Scan)
                .where(Scan.id == scan_id, Scan.state == "running")
                .values(heartbeat_at=now())
                .execution_options(synchronize_session=False)
            )
    except DATABASE_ERRORS:
        log.warning("bug.beat_failed", extra={"scan_id": scan_id})
        return True
    return isinstance(done, CursorResult) and done.rowcount == 1


def end_scan(scan_id: int, state: str, reason: str, detail: dict[str, Any] | None = None) -> Recorded:
    """End a running scan that has nothing to record: refused, or failed on our side."""
    done, at = Recorded(), now()
    with write() as session:
        scan = running_scan(session, scan_id)
        if scan is None:
            return done
        done.scan = scan
        scan.state, scan.reason, scan.reason_detail, scan.finished_at = state, reason, detail, at
        scan.waiting_key = scan.running_site_id = scan.running_host = None
        put_event(
            session,
            scan.organization_id,
            scan.site_id,
            f"scan_{state}",
            severity="warning",
            cause=reason,
            at=at,
            scan_id=str(scan.id),
            profile=scan.profile,
            trigger=scan.trigger,
            values=detail or {},
        )
        done.deliveries = tell_failed(session, scan, at)
    return done


def give_back(scan_id: int) -> None:
    """Its process was told to end: the scan waits again, for the next one."""
    with write() as session:
        session.execute(
            update(Scan)
            .where(Scan.id == scan_id, Scan.state == "running")
            .values(
                state="queued", started_at=None, heartbeat_at=None, running_site_id=None, running_host=None
            )
            .execution_options(synchronize_session=False)
        )


def sweep_lost(at: datetime | None = None) -> list[Recorded]:
    """End the scans whose worker has died: they have said nothing for minutes."""
    lost = db.session.scalars(
        select(Scan.id).where(Scan.state == "running", Scan.heartbeat_at < (at or now()) - SILENT)
    ).all()
    db.session.commit()
    return [_told(end_scan(scan_id, "failed", "worker_lost")) for scan_id in lost]


def _told(done: Recorded) -> Recorded:
    """Tell open pages, and forget the word to stop."""
    if done.scan is not None:
        publish_scan(done.scan)
        with suppress(RedisError):
            get_redis().delete(f"bug:stop:{done.scan.id}", f"bug:progress:{done.scan.id}")
    return done
