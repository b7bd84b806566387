"""Retest of one finding: a small scan of its check alone, at the address where it was."""

from __future__ import annotations

from app.core.errors import ConflictError, RateLimitedError
from app.core.redis import increment_within
from app.engine.bug.types import BUDGETS, ProfileName
from app.models import Scan, db, write
from app.models.errors import DATABASE_CLASH
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.bug.finding import get_finding, is_ours
from app.service.bug.plan import RETEST_BUDGET
from app.service.bug.scan import get_scan, is_verified, nudge, put_scan
from app.service.bug.settings import settings_of

RETESTS_AN_HOUR = 200


def retest_finding(actor: Actor, finding_id: int) -> Scan:
    """Ask for a retest; its `answer` is still_there, not_seen or unknown. Not seen counts as one of the two
    looks that make a finding fixed."""
    finding = get_finding(actor, finding_id)
    if not is_ours(finding):
        raise ConflictError("it was imported: only the tool that found it can look again")
    if finding.site.archived_at:
        raise ConflictError("the site is archived; restore it first")
    settings = settings_of(db.session(), finding.site)
    limit = increment_within(f"bug.retest:{actor.organization_id}", RETESTS_AN_HOUR, 3600)
    if not limit.allowed:
        raise RateLimitedError(limit.resets_in)
    profile: ProfileName = "full" if is_verified(db.session(), finding.site) else "passive"
    try:
        with write() as session:
            scan = put_scan(
                session,
                finding.site,
                settings,
                actor.organization,
                "retest",
                by=actor.user.account,
                profile=profile,
                budget=min(RETEST_BUDGET, BUDGETS[profile]),
                rate=settings.rate,
                waiting_key=f"finding:{finding.id}",
                finding_id=finding.id,
            )
            record_change(session, actor, "finding.retest", "finding", finding.id)
    except DATABASE_CLASH as error:
        raise ConflictError("a retest of this finding is waiting or running already") from error
    nudge()
    return get_scan(actor, scan.id)
