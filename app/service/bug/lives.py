"""Findings as scans and imports see them: made, seen again, gone. All inside the caller's transaction."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.snowflake import next_id
from app.engine.bug.finding.describe import describe
from app.engine.bug.finding.life import Sight, State, step
from app.engine.bug.types import Finding as Seen
from app.engine.bug.types import Location
from app.models import Finding, FindingHistory, FindingLocation, Organization, Scan
from app.models.finding import FINDING_SEVERITIES
from app.service.bug.event import put_finding_event
from app.service.bug.sla import due_at

MAX_LOCATIONS = 100
"""Of one finding."""
MAX_DETAIL = 20_000
MAX_EXCERPT = 8_000
PART = 500
"""Of a statement's list of values."""


@dataclass(slots=True)
class Look:
    """One scan, or one import (then without `scan`), and what it changed."""

    scan: Scan | None = None
    organization: Organization = field(default_factory=Organization)
    at: datetime = datetime.min
    source: str = "scan"
    by: str = ""
    opened: list[Finding] = field(default_factory=list)
    reopened: list[Finding] = field(default_factory=list)
    fixed: list[Finding] = field(default_factory=list)
    answer: str | None = None

    @property
    def scan_id(self) -> int | None:
        return self.scan.id if self.scan else None


def take_in_all(
    session: Session, look: Look, found: Sequence[Seen], site_id: int, *, is_whole: bool = False
) -> dict[str, Finding]:
    """What was seen of a site, by fingerprint: each one's row, or a new one. `is_whole`: all locations were
    looked for."""
    by_print = {each.fingerprint: each for each in found}
    rows = _known_rows(session, site_id, list(by_print))
    places = _known_places(session, [row.id for row in rows.values()])
    for fingerprint, seen in by_print.items():
        row = rows.get(fingerprint)
        known = places[row.id] if row is not None else {}
        rows[fingerprint] = _take_in(session, look, seen, row, site_id, known, is_whole=is_whole)
    return rows


def _known_rows(session: Session, site_id: int, prints: list[str]) -> dict[str, Finding]:
    rows: dict[str, Finding] = {}
    for start in range(0, len(prints), PART):
        own = (Finding.site_id == site_id, Finding.fingerprint.in_(prints[start : start + PART]))
        known = select(Finding).where(*own).with_for_update().execution_options(populate_existing=True)
        rows |= {row.fingerprint: row for row in session.scalars(known)}
    return rows


def _known_places(session: Session, ids: list[int]) -> dict[int, dict[str, FindingLocation]]:
    """The locations of findings, by the hash of their address."""
    places: dict[int, dict[str, FindingLocation]] = defaultdict(dict)
    for start in range(0, len(ids), PART):
        part = FindingLocation.finding_id.in_(ids[start : start + PART])
        for each in session.scalars(select(FindingLocation).where(part)):
            places[each.finding_id][each.url_sha256] = each
    return places


def _take_in(
    session: Session,
    look: Look,
    seen: Seen,
    row: Finding | None,
    site_id: int,
    known: dict[str, FindingLocation],
    *,
    is_whole: bool,
) -> Finding:
    seen = clean(seen)
    is_new = row is None
    if row is None:
        row = Finding(
            id=next_id(),
            organization_id=look.organization.id,
            site_id=site_id,
            fingerprint=seen.fingerprint,
            source=look.source,
            state="open",
            state_since=look.at,
            first_seen_at=look.at,
            first_scan_id=look.scan_id,
            missed=0,
            reopened=0,
        )
        session.add(row)
    graver = _write(row, seen, look)
    if is_new or graver:
        row.due_at = due_at(look.organization, row.severity, row.first_seen_at if is_new else look.at)
    _put_locations(session, row, known, seen.locations, look.at, is_whole=is_whole)
    if is_new:
        look.opened.append(row)
        put_history(session, row, "opened", look, after=row.state)
        put_finding_event(session, row, "opened", at=look.at, scan_id=str(look.scan_id or ""))
    else:
        live_on(session, look, row, "seen")
    return row


def _write(row: Finding, seen: Seen, look: Look) -> bool:
    """What it is now, by the newest look; gives whether it has become graver."""
    rank = FINDING_SEVERITIES.index(seen.severity)
    graver = row.severity_rank is not None and rank > row.severity_rank
    detail = _bounded(seen.detail)
    row.rule, row.cls = seen.check[:120], seen.cls[:80]
    row.severity, row.severity_rank, row.confidence = seen.severity, rank, seen.confidence
    row.cvss, row.cwe, row.owasp = seen.cvss, list(seen.cwe[:20]), seen.owasp
    row.place, row.method, row.url = seen.place[:500], seen.method[:16], seen.url[:2000]
    row.parameter = seen.parameter[:200] if seen.parameter else None
    row.component = seen.component[:200] if seen.component else None
    row.detail, row.reference_urls = detail, [each[:500] for each in seen.references[:20]]
    row.title_en = describe(seen.check, detail, "en")["title"][:300]
    row.title_zh = describe(seen.check, detail, "zh")["title"][:300]
    row.last_seen_at, row.last_scan_id = look.at, look.scan_id
    return graver


def clean(value: Any) -> Any:
    """The same without halves of characters, which no database takes; sites write whatever they like."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {clean(str(name)): clean(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(clean(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: clean(getattr(value, each.name)) for each in fields(value)})
    return value


def _bounded(detail: Any) -> dict[str, Any]:
    """As JSON holds it; what a hostile page has blown up is left out value by value."""
    plain: dict[str, Any] = orjson.loads(
        orjson.dumps(dict(detail), default=str, option=orjson.OPT_NON_STR_KEYS)
    )
    if len(orjson.dumps(plain)) <= MAX_DETAIL:
        return plain
    return {name: value for name, value in plain.items() if len(orjson.dumps(value)) <= MAX_DETAIL // 20}


def live_on(session: Session, look: Look, row: Finding, sight: Sight) -> None:
    """What a look makes of a finding that was known: its state, its history, the timeline."""
    state = cast(State, row.state)
    accepted = row.accepted_until is not None and row.accepted_until > look.at
    after, row.missed, transitions = step(state, sight, row.missed, is_accepted=accepted)
    for each in transitions:
        put_history(session, row, "state", look, before=each.before, after=each.after, note=each.kind)
        if each.kind == "fixed":
            row.fixed_at = look.at
            look.fixed.append(row)
        elif each.kind == "reopened":
            row.fixed_at = None
            row.reopened += 1
            row.due_at = due_at(look.organization, row.severity, look.at)
            look.reopened.append(row)
        elif each.kind == "accepted_again":
            row.fixed_at = None
        put_finding_event(
            session, row, each.kind, at=look.at, before=each.before, scan_id=str(look.scan_id or "")
        )
    if after != row.state:
        row.state, row.state_since = after, look.at


def put_history(session: Session, row: Finding, kind: str, look: Look, **values: str) -> None:
    session.add(
        FindingHistory(finding_id=row.id, at=look.at, kind=kind, by=look.by, scan_id=look.scan_id, **values)
    )


def _put_locations(
    session: Session,
    row: Finding,
    known: dict[str, FindingLocation],
    locations: Sequence[Location],
    at: datetime,
    *,
    is_whole: bool,
) -> None:
    """Where it was seen. A complete scan takes away the places where it no longer is."""
    found = {_hash(each.url): each for each in locations[:MAX_LOCATIONS]}
    if is_whole:
        for name in known.keys() - found.keys():
            session.delete(known.pop(name))
    for name, location in found.items():
        place = known.get(name)
        if place is None and len(known) < MAX_LOCATIONS:
            place = FindingLocation(
                finding_id=row.id, url_sha256=name, url=location.url[:2000], first_seen_at=at
            )
            session.add(place)
            known[name] = place
        if place is not None:
            place.evidence = location.evidence[:MAX_EXCERPT]
            place.request, place.response = location.request[:MAX_EXCERPT], location.response[:MAX_EXCERPT]
            place.last_seen_at = at


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()
