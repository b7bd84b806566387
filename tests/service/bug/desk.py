"""Somebody who scans a site, and findings as the engine would give them, without any network."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.core.clock import now
from app.engine.bug.finding.fingerprint import fingerprint, place_of
from app.engine.bug.types import Coverage, Finding, Location, Report
from app.models import Event, HostOwnership, Scan, Site, db, write
from app.models import Finding as FindingRow
from app.service.actor import Actor
from app.service.bug.recording import Recorded, record_report
from app.service.bug.running import claim_scan, run_scan
from app.service.bug.scan import get_scan, request_scan
from app.service.site import create_site

HOST = "shop.example"


def seen(
    rule: str = "cookies.without-secure",
    path: str = "/login",
    *,
    severity: Any = "medium",
    parameter: str | None = "sid",
    **values: Any,
) -> Finding:
    """A finding as a scan reports it."""
    url = f"https://{HOST}{path}"
    given: dict[str, Any] = {
        "check": rule,
        "cls": rule.replace(".", "_").replace("-", "_"),
        "severity": severity,
        "confidence": "firm",
        "fingerprint": fingerprint(HOST, rule, place=place_of(url), parameter=parameter),
        "place": place_of(url),
        "method": "GET",
        "url": url,
        "parameter": parameter,
        "component": None,
        "cvss": None,
        "cwe": ("CWE-614",),
        "owasp": "A05:2021",
        "detail": {"name": "sid", "title": f"{rule} at {path}"},
        "references": (),
        "locations": (Location(url, "Set-Cookie: sid=…"),),
    }
    return Finding(**{**given, **values})


def report(*findings: Finding, **values: Any) -> Report:
    """A complete scan that looked everywhere the tests speak of, with these findings."""
    coverage = Coverage(
        done=frozenset({"cookies", "leaks", "forms", "headers"}),
        answered=frozenset({"/", "/login", "/about", "/news"}),
    )
    at = now().timestamp()
    given: dict[str, Any] = {
        "url": f"https://{HOST}/",
        "started_at": at,
        "finished_at": at,
        "requests": 12,
        "pages": (f"https://{HOST}/", f"https://{HOST}/login"),
        "findings": findings,
        "skipped": (),
        "coverage": coverage,
        "is_complete": True,
    }
    return Report(**{**given, **values})


@dataclass
class Desk:
    actor: Actor
    base_url: str = f"https://{HOST}/"
    site: Site = field(init=False)

    def __post_init__(self) -> None:
        self.site = create_site(self.actor, {"name": "Shop", "base_url": self.base_url})

    def verify(self, host: str = HOST, method: str = "dns") -> HostOwnership:
        """As if the host had been shown to be ours."""
        with write() as session:
            row = HostOwnership(
                organization_id=self.actor.organization_id,
                site_id=self.site.id,
                host=host,
                token="t" * 32,
                state="verified",
                method=method,
                verified_at=now(),
                next_check_at=now() + timedelta(days=30),
            )
            session.add(row)
        return row

    def begin(self, **values: Any) -> Scan:
        """A scan that runs."""
        scan = request_scan(self.actor, self.site.id, values)
        assert claim_scan() == scan.id
        return scan

    def run(self, **values: Any) -> Scan:
        """A real scan of the site, to its end."""
        scan = self.begin(**{"rate": 20.0, **values})
        run_scan(scan.id)
        return get_scan(self.actor, scan.id)

    def scan(self, *findings: Finding, **values: Any) -> Recorded:
        """A whole scan that saw these."""
        return record_report(self.begin().id, report(*findings, **values))

    def rows(self) -> list[FindingRow]:
        statement = select(FindingRow).where(FindingRow.site_id == self.site.id).order_by(FindingRow.id)
        return list(db.session.scalars(statement.execution_options(populate_existing=True)))

    def only(self) -> FindingRow:
        (row,) = self.rows()
        return row

    def events(self) -> list[str]:
        statement = select(Event.kind).where(Event.site_id == self.site.id, Event.kind.startswith("bug."))
        return [kind.removeprefix("bug.") for kind in db.session.scalars(statement.order_by(Event.id))]
