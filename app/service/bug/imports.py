"""Other scanners' reports: nuclei (JSON lines), ZAP and Wapiti (JSON) into the same life as our own findings.

What people have said of a finding holds: a false positive that comes again stays silent. An import says
nothing of what it does not name, so it makes nothing fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.core.clock import now
from app.core.errors import InvalidError
from app.engine.net.target import TargetError, parse_target
from app.models import Organization, Site, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.bug.event import put_event
from app.service.bug.lives import Look, take_in_all
from app.service.site import get_site

if TYPE_CHECKING:
    from app.engine.bug.exchange.imported import Imported
    from app.engine.bug.types import Finding as Seen

FORMATS = ("nuclei", "zap", "wapiti")
MAX_BYTES = 1_900_000
"""A request may have 2 MB."""
MAX_FINDINGS = 5_000


def import_findings(actor: Actor, site_id: int, format: str, data: bytes) -> dict[str, int]:
    """Take in a report about a site: {"new", "seen", "reopened", "refused"}. Refused are those of other hosts
    than the site's."""
    site = get_site(actor, site_id)
    if format not in FORMATS:
        raise InvalidError({"format": f"must be one of: {', '.join(FORMATS)}"})
    if not 1 <= len(data) <= MAX_BYTES:
        raise InvalidError({"data": f"must have 1 to {MAX_BYTES} bytes"})
    found = _parsed(format, data)
    own = [each for each in found if _is_of(site, each.url)]
    if len(own) > MAX_FINDINGS:
        raise InvalidError({"data": f"must have at most {MAX_FINDINGS} findings"})
    with write() as session:
        session.execute(select(Site.id).where(Site.id == site.id).with_for_update())
        organization = session.get_one(Organization, actor.organization_id)
        look = Look(organization=organization, at=now(), source=format, by=actor.user.account)
        take_in_all(session, look, own, site.id)
        counts = {"new": len(look.opened), "reopened": len(look.reopened), "refused": len(found) - len(own)}
        counts["seen"] = len(own) - len(look.opened)
        facts = {"format": format, **counts}
        put_event(
            session,
            site.organization_id,
            site.id,
            "imported",
            at=look.at,
            by=actor.user.account,
            format=format,
            counts=counts,
        )
        record_change(session, actor, "finding.import", "site", site.id, after=facts)
    return counts


def _is_of(site: Site, url: str) -> bool:
    try:
        return parse_target(url).host == parse_target(site.base_url).host
    except TargetError:
        return False


def _parsed(format: str, data: bytes) -> tuple[Seen, ...]:
    from app.engine.bug.exchange import nuclei, wapiti, zap
    from app.engine.bug.exchange.imported import ReportError, findings_of

    parsers: dict[str, Callable[[bytes], list[Imported]]] = {
        "nuclei": nuclei.parse,
        "zap": zap.parse,
        "wapiti": wapiti.parse,
    }
    try:
        return findings_of(parsers[format](data))
    except ReportError as error:
        raise InvalidError({"data": str(error)}) from error
