"""Sites by how weak they are: grade, score, open findings; one site's grade over time; two scans compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.clock import now
from app.core.errors import ConflictError
from app.models import Finding, Scan, ScanSettings, Site, db
from app.models.finding import LIVING
from app.service.actor import Actor
from app.service.bug.report import report_of
from app.service.bug.scan import get_scan
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


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different in the later of two scans. `gone` are those the later did not see any more."""

    earlier: Scan
    later: Scan
    new: list[Finding]
    changed: list[Finding]
    gone: list[Finding]
    same: int


def compare_scans(actor: Actor, scan_id: int, with_id: int | None = None) -> Comparison:
    """Two scans of one site, in whichever order they are named; with None, the finished one before it."""
    scan = get_scan(actor, scan_id)
    other = get_scan(actor, with_id) if with_id is not None else _before(scan)
    earlier, later = sorted((scan, other), key=lambda each: each.id)
    if earlier.site_id != later.site_id:
        raise ConflictError("the scans are of different sites")
    before, after = _seen(earlier), _seen(later)
    rows = _findings(before.keys() | after.keys())
    shared = before.keys() & after.keys()
    changed = {each for each in shared if before[each] != after[each]}
    return Comparison(
        earlier,
        later,
        _ordered(rows, after.keys() - before.keys()),
        _ordered(rows, changed),
        _ordered(rows, before.keys() - after.keys()),
        len(shared) - len(changed),
    )


def _before(scan: Scan) -> Scan:
    before = db.session.scalar(
        select(Scan)
        .where(
            Scan.site_id == scan.site_id,
            Scan.id < scan.id,
            Scan.trigger != "retest",
            Scan.state.in_(["done", "stopped"]),
        )
        .options(joinedload(Scan.site))
        .order_by(Scan.id.desc())
        .limit(1)
    )
    if before is None:
        raise ConflictError("there is no scan of the site before this one")
    return before


def _seen(scan: Scan) -> dict[int, Any]:
    report = report_of(scan)
    if report is None:
        raise ConflictError("a scan without a report cannot be compared")
    return {int(name): value for name, value in report["seen"].items()}


def _findings(ids: set[int]) -> dict[int, Finding]:
    wanted, found = sorted(ids), {}
    for start in range(0, len(wanted), 500):
        for row in db.session.scalars(select(Finding).where(Finding.id.in_(wanted[start : start + 500]))):
            found[row.id] = row
    return found


def _ordered(rows: dict[int, Finding], ids: set[int]) -> list[Finding]:
    kept = [rows[each] for each in ids if each in rows]
    return sorted(kept, key=lambda row: (-row.severity_rank, row.id))


def findings_of_scan(actor: Actor, scan_id: int) -> list[Finding]:
    """What a scan saw, the gravest first; empty for one without a report."""
    report = report_of(get_scan(actor, scan_id))
    ids = {int(name) for name in report["seen"]} if report else set()
    return _ordered(_findings(ids), ids)
