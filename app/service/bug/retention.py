"""The daily work on what scans have left: what is older than a year goes, but for each site's newest 20."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.models import FindingHistory, Scan, Site, db, write

log = logging.getLogger("cloudeye.bug")
KEPT = timedelta(days=365)
KEPT_SCANS = 20
"""Of each site, however old."""
_PART = 200


def tend_scans(at: datetime) -> int:
    """Forget old scans with their reports, and what was done to findings long ago; gives how many scans."""
    forgotten = 0
    for site_id in db.session.scalars(select(Site.id)).all():
        forgotten += _forget(site_id, at)
    with write() as session:
        session.execute(
            delete(FindingHistory)
            .where(FindingHistory.at < at - 3 * KEPT)
            .execution_options(synchronize_session=False)
        )
    log.info("bug.tended", extra={"scans": forgotten})
    return forgotten


def _forget(site_id: int, at: datetime) -> int:
    newest = select(Scan.id).where(Scan.site_id == site_id, Scan.trigger != "retest")
    kept = db.session.scalars(newest.order_by(Scan.id.desc()).limit(KEPT_SCANS)).all()
    old = (
        Scan.site_id == site_id,
        Scan.created_at < at - KEPT,
        Scan.state.not_in(["queued", "running"]),
        Scan.id.not_in(kept),
    )
    forgotten = 0
    while ids := db.session.scalars(select(Scan.id).where(*old).limit(_PART)).all():
        with write() as session:
            session.execute(delete(Scan).where(Scan.id.in_(ids)).execution_options(synchronize_session=False))
        forgotten += len(ids)
    return forgotten
