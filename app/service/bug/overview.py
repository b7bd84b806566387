"""Sites by how weak they are: grade, score, open findings; one site's grade over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from app.core.clock import now
from app.models import Finding, Scan, ScanSettings, Site, db
from app.models.finding import LIVING
from app.service.actor import Actor
from app.service.paging import Page, page_by_id
from app.service.site import get_site


@dataclass(slots=True)
class SiteSecurity:
    """How a site stands. `last_scan` is its newest whole scan, whatever became of it."""

    site: Site
    open_by_severity: dict[str, int] = field(default_factory=dict)
    overdue: int = 0
    score: int | None = None
    grade: str | None = None
    last_scan: Scan | None = None
    settings: ScanSettings | None = None

    @property
    def id(self) -> int:
        return self.site.id


def list_sites_security(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[SiteSecurity]:
    """The organization's sites, newest first, with how each stands."""
    own = select(Site).where(Site.organization_id == actor.organization_id, Site.archived_at.is_(None))
    page: Page[Site] = page_by_id(own, Site.id, cursor, limit)
    return Page(_securities(page.items), page.next_cursor)


def site_security(actor: Actor, site_id: int) -> SiteSecurity:
    return _securities([get_site(actor, site_id)])[0]


def _securities(sites: Sequence[Site]) -> list[SiteSecurity]:
    found = {site.id: SiteSecurity(site) for site in sites}
    ids = list(found)
    _count(found, ids)
    for scan in _newest(Scan.site_id.in_(ids), Scan.trigger != "retest"):
        found[scan.site_id].last_scan = scan
    for scan in _newest(Scan.site_id.in_(ids), Scan.grade.is_not(None)):
        found[scan.site_id].score, found[scan.site_id].grade = scan.score, scan.grade
    for settings in db.session.scalars(select(ScanSettings).where(ScanSettings.site_id.in_(ids))):
        found[settings.site_id].settings = settings
    return list(found.values())


def _count(found: dict[int, SiteSecurity], ids: list[int]) -> None:
    living = (Finding.site_id.in_(ids), Finding.state.in_(LIVING))
    counts = select(Finding.site_id, Finding.severity, func.count()).where(*living)
    for site_id, severity, count in db.session.execute(counts.group_by(Finding.site_id, Finding.severity)):
        found[site_id].open_by_severity[severity] = count
    late = select(Finding.site_id, func.count()).where(*living, Finding.due_at < now())
    for site_id, count in db.session.execute(late.group_by(Finding.site_id)):
        found[site_id].overdue = count


def _newest(*conditions: Any) -> list[Scan]:
    """The newest such scan of each site."""
    newest = select(func.max(Scan.id)).where(*conditions).group_by(Scan.site_id)
    statement = select(Scan).where(Scan.id.in_(newest.scalar_subquery()))
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def grade_history(actor: Actor, site_id: int, limit: int = 100) -> list[dict[str, Any]]:
    """A site's grade, score and open findings after each finished scan, oldest first."""
    site = get_site(actor, site_id)
    rows = db.session.scalars(
        select(Scan)
        .where(Scan.site_id == site.id, Scan.state == "done", Scan.trigger != "retest")
        .order_by(Scan.id.desc())
        .limit(limit)
    ).all()
    return [
        {
            "scan_id": scan.id,
            "at": scan.finished_at,
            "profile": scan.profile,
            "score": scan.score,
            "grade": scan.grade,
            "open_by_severity": scan.open_by_severity,
        }
        for scan in reversed(rows)
    ]
