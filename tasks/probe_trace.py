"""A probe looks which way packets take to a target it cannot connect to, when it is asked."""

from __future__ import annotations

import logging
import threading
from typing import Any

import orjson
from kombu.exceptions import OperationalError
from redis import RedisError

from app.core.clock import now_ms
from app.engine.net.guard import AddressRefusedError, AllowList
from app.engine.net.trace import has_reached, trace
from app.service.location.probe_side import opened
from app.service.queue import send_from_probe
from tasks.application import celery

log = logging.getLogger("cloudeye.probe")
TOO_OLD_MS = 60_000
_places = threading.BoundedSemaphore(2)


@celery.task(name="probe.trace")
def run_trace(*message: Any) -> None:
    """Signed [incident id, unix ms, address, allowed networks]; the answer goes to `record.trace`."""
    body = opened("probe.trace", message)
    if body is None:
        return
    incident_id, asked_ms, address, allow = orjson.loads(body)
    if now_ms() - asked_ms > TOO_OLD_MS:
        return
    with _places:
        found = traced(address, allow)
    try:
        send_from_probe("record.trace", orjson.dumps({"incident_id": incident_id, **found}).decode())
    except (OperationalError, RedisError, OSError) as error:
        log.warning("probe.trace_not_sent", extra={"error": type(error).__name__})


def traced(address: str, allow: list[str]) -> dict[str, Any]:
    """{"hops": [{"ttl", "address", "ms"}], "has_reached", "error"}."""
    try:
        hops = trace(address, AllowList.of(allow))
    except (AddressRefusedError, OSError) as error:
        return {"hops": [], "has_reached": False, "error": type(error).__name__}
    rows = [{"ttl": hop.ttl, "address": hop.address, "ms": hop.ms} for hop in hops]
    return {"hops": rows, "has_reached": has_reached(hops, address), "error": ""}
