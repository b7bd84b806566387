"""What scans saw, and what is different in the later of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.errors import ConflictError
from app.models import Finding, Scan, db
from app.service.actor import Actor
from app.service.bug.report import report_of
from app.service.bug.scan import get_scan


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
