"""What a scan may do: from its row, its site's settings and hosts, and the organization's networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import select

from app.core.clock import now
from app.core.library_data import library_data
from app.core.settings import get_settings
from app.engine.bug.registry import is_of_probe
from app.engine.bug.types import BUDGETS, Plan, ProfileName
from app.engine.net.target import parse_target
from app.models import Finding, Organization, Scan, ScanSettings, db
from app.service.bug.hours import seconds_allowed
from app.service.bug.login import login_of
from app.service.bug.proving import prove_again
from app.service.bug.settings import settings_of, zone_of
from app.service.bug.template import bodies_for, body_of_rule
from app.service.scheduling.schedule import allowed_networks

MAX_SECONDS = 3600.0
RETEST_BUDGET = 60
MAX_REVISIT = 200


class RefusedError(Exception):
    """The scan may not begin; `reason` is a code of `app.service.bug.say`."""

    def __init__(self, reason: str, detail: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def plan_of(scan: Scan, organization: Organization, *, beat: Callable[[], object] = lambda: None) -> Plan:
    """The engine's plan. Ownership is shown again first where it matters. Raises RefusedError."""
    if scan.site.archived_at is not None:
        raise RefusedError("site_archived")
    settings = settings_of(db.session(), scan.site)
    profile = cast(ProfileName, scan.profile)
    process = get_settings()
    reread, revisit = _known(scan)
    return Plan(
        url=scan.url,
        profile=profile,
        budget=min(scan.budget, BUDGETS[profile]),
        rate=scan.rate,
        connections=scan.connections,
        hosts=_hosts(scan, organization, beat),
        consents=frozenset(settings.consents) if _is_still_of_site(scan) else frozenset(),
        allow=allowed_networks(organization),
        ca_file=process.CA_FILE,
        dns_servers=tuple(process.DNS_SERVERS),
        scan_id=str(scan.id),
        login=login_of(settings) if _is_still_of_site(scan) else None,
        reread=reread,
        revisit=revisit,
        only=_only(scan),
        library_data=library_data(),
        templates=_templates(scan, settings),
        max_seconds=min(MAX_SECONDS, _seconds(settings, organization)),
    )


def _hosts(scan: Scan, organization: Organization, beat: Callable[[], object]) -> frozenset[str]:
    """The names of the hosts that may be asked actively."""
    if scan.profile == "passive":
        return frozenset()
    proved = prove_again(scan.site_id, organization, beat)
    own = parse_target(scan.url).authority
    if own not in proved:
        raise RefusedError("not_proved_again", {"host": own})
    # A name speaks for the scan's own port; a proof that was given by another port is one for that alone.
    port = parse_target(scan.url).port
    targets = [parse_target(f"{scan.url.partition(':')[0]}://{host}") for host in proved]
    return frozenset(each.host if each.port == port else each.authority for each in targets)


def _is_still_of_site(scan: Scan) -> bool:
    """Whether the scan's address is of the site's host still: what was entrusted is for that host alone."""
    return parse_target(scan.url).authority == parse_target(scan.site.base_url).authority


def _seconds(settings: ScanSettings, organization: Organization) -> float:
    zone = zone_of(settings, organization)
    return seconds_allowed(now(), zone, settings.from_hour, settings.until_hour)


def _known(scan: Scan) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Where known findings were: pages to be read again, and (rule, address) of what probes found. They are
    looked at first, so that what is fixed can be called so.
    """
    own = Finding.site_id == scan.site_id
    statement = select(Finding.rule, Finding.url).where(own, Finding.state != "fixed")
    if scan.finding_id is not None:
        statement = select(Finding.rule, Finding.url).where(own, Finding.id == scan.finding_id)
    ordered = statement.order_by(Finding.severity_rank.desc(), Finding.id).limit(MAX_REVISIT)
    rows = [(rule, url) for rule, url in db.session.execute(ordered)]
    if scan.finding_id is not None and not rows:
        raise RefusedError("finding_gone")
    pages = dict.fromkeys(url for rule, url in rows if not is_of_probe(rule))
    return tuple(pages), tuple(row for row in rows if is_of_probe(row[0]))


def _only(scan: Scan) -> frozenset[str]:
    if scan.finding_id is None:
        return frozenset()
    rule = db.session.scalar(select(Finding.rule).where(Finding.id == scan.finding_id))
    return frozenset({rule}) if rule else frozenset()


def _templates(scan: Scan, settings: ScanSettings) -> tuple[bytes, ...]:
    """The operator's: for active scans of sites whose settings say so, or the one that is retested."""
    if scan.profile == "passive":
        return ()
    if scan.finding_id is not None:
        return tuple(body for rule in _only(scan) for body in body_of_rule(scan.organization_id, rule))
    if not settings.uses_templates:
        return ()
    return bodies_for(scan.organization_id, settings.template_ids)
