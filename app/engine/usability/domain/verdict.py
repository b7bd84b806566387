"""A domain's record judged: dates, and the words of the registry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.engine.usability.domain.record import Record
from app.engine.usability.types import Outcome, Status

DAY_MS = 86_400_000
# EPP's words (RFC 5731, RFC 3915), the gravest first.
_GRAVE: tuple[tuple[str, Status, str], ...] = (
    ("pendingdelete", "down", "domain_pending_delete"),
    ("redemptionperiod", "down", "domain_redemption"),
    ("pendingrestore", "down", "domain_redemption"),
    ("clienthold", "down", "domain_on_hold"),
    ("serverhold", "down", "domain_on_hold"),
    ("pendingtransfer", "degraded", "domain_pending_transfer"),
)


def judged(record: Record, domain: str, now_ms: int, warn_days: int, *, heeds_status: bool) -> Outcome:
    """The outcome. A registry that tells no date gives unknown, unless its words are grave."""
    facts = facts_of(record, domain, now_ms)
    detail: dict[str, Any] = {"domain": domain, "source": record.source}
    outcome = Outcome("up", detail=detail, facts=facts)
    grave = next((each for each in _GRAVE if each[0] in record.statuses), None) if heeds_status else None
    ends_ms = record.expires_ms
    if ends_ms is not None:
        detail |= {"date": day_text(ends_ms), "days": (ends_ms - now_ms) // DAY_MS}
    if ends_ms is not None and ends_ms <= now_ms:
        outcome.status, outcome.reason = "down", "domain_expired"
    elif grave is not None:
        outcome.status, outcome.reason = grave[1], grave[2]
        detail["status"] = grave[0]
    elif ends_ms is None:
        outcome.status, outcome.reason = "unknown", "domain_no_expiry"
    elif ends_ms - now_ms < warn_days * DAY_MS:
        outcome.status, outcome.reason = "degraded", "domain_expires_soon"
    if outcome.reason is None:
        outcome.detail = {}
    else:
        kept = ("source", "expires", "registrar", "statuses", "name_servers")
        facts["evidence"] = {name: facts[name] for name in kept if name in facts}
    return outcome


def facts_of(record: Record, domain: str, now_ms: int) -> dict[str, Any]:
    facts: dict[str, Any] = {"domain": domain, "source": record.source}
    moments = {
        "expires": record.expires_ms,
        "registered": record.registered_ms,
        "changed": record.changed_ms,
    }
    facts |= {name: day_text(moment) for name, moment in moments.items() if moment is not None}
    if record.expires_ms is not None:
        facts["days_left"] = (record.expires_ms - now_ms) // DAY_MS
    if record.registrar:
        facts["registrar"] = record.registrar
    if record.statuses:
        facts["statuses"] = list(record.statuses)
    if record.name_servers:
        facts["name_servers"] = list(record.name_servers)
    if record.is_signed is not None:
        facts["is_signed"] = record.is_signed
    return facts


def day_text(moment_ms: int) -> str:
    """The day in UTC, ISO 8601."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC).date().isoformat()
