"""Judging incidents: soon after they opened, and again as votes, traces and neighbours come in.

What was found stays with the incident: its category, the rule, and in `evidence`, beside the plain entries
that the failing check itself left there, `_cause` (how sure, the values of the sentence, when) and `_traces`.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.core.clock import now_ms, to_ms
from app.core.snowflake import id_at
from app.engine.usability.cause.case import Before, Case, Finding, Trace
from app.engine.usability.cause.judge import judge
from app.engine.usability.cause.sentences import cause_sentence
from app.models import Incident, Monitor, db, write
from app.service.cause import surroundings
from app.service.cause.history import before_of, looks_of
from app.service.cause.traces import ask_for_traces

log = logging.getLogger("cloudeye.cause")
LOOKS_AT_SECONDS = (0, 5, 15, 40, 120, 600)
"""How long after it was opened an incident is judged, the first time and again."""
SPAN_MS = 3_600_000
AT_ONCE = 200


def turn(at_ms: int | None = None) -> int:
    """Judge the incidents whose time has come; returns how many."""
    at_ms = now_ms() if at_ms is None else at_ms
    due = [incident.id for incident in _young(at_ms) if _is_due(incident, at_ms)]
    for incident_id in due[:AT_ONCE]:
        try:
            judge_incident(incident_id, at_ms)
        except (LookupError, ValueError):
            log.exception("cause.failed", extra={"incident_id": incident_id})
    return min(len(due), AT_ONCE)


def judge_incident(incident_id: int, at_ms: int) -> Finding | None:
    """Say whose fault it is, and keep it; None when there is no such incident any more."""
    incident = db.session.get(Incident, incident_id, populate_existing=True)
    monitor = db.session.get(Monitor, incident.monitor_id) if incident and incident.monitor_id else None
    if incident is None or monitor is None:
        return None
    case = case_of(incident, monitor, at_ms)
    db.session.commit()
    found = judge(case)
    with write() as session:
        kept = session.get(Incident, incident_id, populate_existing=True, with_for_update=True)
        if kept is None:
            return None
        _keep(kept, found, at_ms)
    ask_for_traces(incident_id, case)
    return found


def case_of(incident: Incident, monitor: Monitor, at_ms: int) -> Case:
    """All that is known about it."""
    started_ms = to_ms(incident.started_at)
    end_ms = min(at_ms, to_ms(incident.closed_at)) if incident.closed_at else at_ms
    looks = looks_of(monitor.id, started_ms, end_ms, surroundings.networks())
    known = surroundings.certificate_change(incident)["before"]
    return Case(
        monitor.type,
        incident.level,
        incident.cause,
        incident.detail,
        looks,
        _with_certificate(before_of(monitor.id, started_ms), known),
        surroundings.around(incident, monitor),
        tuple(_trace(code, told) for code, told in (incident.evidence or {}).get("_traces", {}).items()),
    )


def sentence_of(incident: Incident, locale: str) -> str:
    """What the rule says about this incident; empty while nothing was found."""
    if not incident.rule:
        return ""
    values = (incident.evidence or {}).get("_cause", {}).get("values", {})
    return cause_sentence(incident.rule, values, locale)


def _keep(incident: Incident, found: Finding, at_ms: int) -> None:
    evidence: dict[str, Any] = dict(incident.evidence or {})
    looks = evidence.get("_cause", {}).get("looks", 0) + 1
    evidence["_cause"] = {
        "confidence": found.confidence,
        "values": dict(found.values),
        "at_ms": at_ms,
        "looks": looks,
        "is_last": incident.closed_at is not None,
    }
    incident.category, incident.rule, incident.evidence = found.category, found.rule, evidence


def _young(at_ms: int) -> list[Incident]:
    statement = select(Incident).where(
        Incident.id >= id_at(at_ms - SPAN_MS),
        Incident.monitor_id.is_not(None),
        Incident.is_withdrawn.is_(False),
    )
    found = list(db.session.scalars(statement.execution_options(populate_existing=True)))
    db.session.commit()
    return found


def _is_due(incident: Incident, at_ms: int) -> bool:
    cause = (incident.evidence or {}).get("_cause", {})
    looks = cause.get("looks", 0)
    if looks >= len(LOOKS_AT_SECONDS) or cause.get("is_last"):
        return False
    age_seconds = (at_ms - to_ms(incident.opened_at)) / 1000
    return incident.closed_at is not None or age_seconds >= LOOKS_AT_SECONDS[looks]


def _trace(code: str, told: dict[str, Any]) -> Trace:
    answered = [hop for hop in told.get("hops", []) if hop.get("address")]
    last = answered[-1]["address"] if answered else None
    return Trace(code, bool(told.get("has_reached")), answered[-1]["ttl"] if answered else 0, last)


def _with_certificate(before: Before, known: dict[str, str]) -> Before:
    return replace(before, issuer=known.get("issuer"), fingerprint=known.get("fingerprint"))
