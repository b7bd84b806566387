"""Path traces for incidents: asked of the probes that cannot connect and of one that can, taken when signed.

Bounded: once an incident, at most three places each, thirty a minute in all, and only towards addresses that
the organization's checks may reach at all.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from math import isfinite
from typing import Any

import orjson
from kombu.exceptions import OperationalError
from redis import RedisError

from app.core.clock import now_ms
from app.core.redis import increment_within
from app.core.signing import RefusedMessageError
from app.engine.net.hosts import is_address
from app.engine.usability.cause.case import Case
from app.engine.usability.cause.groups import SILENT
from app.models import Incident, Organization, db, write
from app.service.location.known import enabled_codes
from app.service.location.taken import opened_by_recorder
from app.service.queue import send_to_probe
from app.service.scheduling.schedule import allowed_networks

log = logging.getLogger("cloudeye.cause")
MOST_BAD, MOST_GOOD = 2, 1
A_MINUTE = 30
MOST_HOPS = 30
REASONS = SILENT | {"tls_timeout", "timeout"}


def ask_for_traces(incident_id: int, case: Case, *, is_again: bool = False) -> list[str]:
    """Ask the places, once an incident; returns which."""
    address = case.address
    if case.reason not in REASONS or address is None or not is_address(address):
        return []
    bad = [look.location for look in case.bad if (look.reason or "") in REASONS][:MOST_BAD]
    good = [look.location for look in case.good if look.address == address][:MOST_GOOD]
    places = [code for code in (*bad, *good) if code in enabled_codes()]
    organization = _noted(incident_id, places, address, is_again=is_again) if places else None
    if organization is None:
        return []
    body = orjson.dumps([str(incident_id), now_ms(), address, list(allowed_networks(organization))]).decode()
    try:
        return [code for code in places if _ask(code, body)]
    except (RedisError, OperationalError, OSError) as error:
        log.warning("cause.trace_not_asked", extra={"error": type(error).__name__})
        return []


def _noted(incident_id: int, places: list[str], address: str, *, is_again: bool) -> Organization | None:
    """Note whom we ask, so that nobody else is believed; None when it was asked already."""
    with write() as session:
        incident = session.get(Incident, incident_id, populate_existing=True, with_for_update=True)
        if incident is None:
            return None
        evidence: dict[str, Any] = dict(incident.evidence or {})
        if evidence.get("_asked") and not is_again:
            return None
        incident.evidence = {**evidence, "_asked": {"places": places, "address": address}}
        return session.get(Organization, incident.organization_id)


def _ask(code: str, body: str) -> bool:
    if not increment_within("trace", A_MINUTE, 60).allowed:
        return False
    send_to_probe("probe.trace", code, body)
    return True


def take_trace(message: Sequence[Any]) -> bool:
    """Keep a probe's trace with its incident. Raises RefusedMessageError, or the database's error."""
    body = opened_by_recorder("record.trace", message)
    code = message[0]
    try:
        told = orjson.loads(body)
        incident_id = _whole(told["incident_id"], (1 << 63) - 1)
        hops = [
            {"ttl": _whole(hop["ttl"], 255), "address": _address(hop["address"]), "ms": _ms(hop["ms"])}
            for hop in told["hops"][:MOST_HOPS]
        ]
        kept = {
            "at_ms": now_ms(),
            "hops": hops,
            "has_reached": bool(told["has_reached"]),
            "error": str(told.get("error", ""))[:100],
        }
    except (ValueError, TypeError, KeyError) as error:
        raise RefusedMessageError("malformed", code) from error
    with write() as session:
        incident = session.get(Incident, incident_id, populate_existing=True, with_for_update=True)
        evidence: dict[str, Any] = dict(incident.evidence or {}) if incident else {}
        if incident is None or code not in evidence.get("_asked", {}).get("places", []):
            return False
        traces = {**evidence.get("_traces", {}), code: kept}
        cause = dict(evidence.get("_cause", {}))
        # What is new is judged with the next turn.
        cause["looks"] = max(0, cause.get("looks", 0) - 1)
        cause.pop("is_last", None)
        incident.evidence = {**evidence, "_traces": traces, "_cause": cause}
    return True


def has_been_asked(incident: Incident) -> bool:
    return bool((incident.evidence or {}).get("_asked"))


def trace_again(incident: Incident, case: Case) -> list[str]:
    """Somebody wants a new one."""
    db.session.commit()
    return ask_for_traces(incident.id, case, is_again=True)


def _address(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not is_address(value):
        raise ValueError("is no address")
    return value


def _whole(value: Any, most: int) -> int:
    number = int(value)
    if not 0 <= number <= most:
        raise ValueError("is out of range")
    return number


def _ms(value: Any) -> float | None:
    if value is None:
        return None
    if not isfinite(ms := float(value)):
        raise ValueError("is no time")
    return round(ms, 2)
