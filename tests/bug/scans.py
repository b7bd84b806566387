"""Scans of the tests' own sites, fast and within loopback."""

from __future__ import annotations

import time
from typing import Any

from app.core.library_data import library_data
from app.engine.bug.scan import scan
from app.engine.bug.types import CONSENTS, Plan, Report
from app.engine.net.urls import host_of
from tests.bug.serving import SiteServer

LOOPBACK = ("127.0.0.0/8", "::1/128")
EVERY_CONSENT = frozenset(CONSENTS)


def plan_for(url: str, **changes: Any) -> Plan:
    """A plan that may ask this site everything, as fast as it answers."""
    settings: dict[str, Any] = {
        "profile": "standard",
        "budget": 600,
        "rate": 1000.0,
        "connections": 4,
        "hosts": frozenset({host_of(url)}),
        "allow": LOOPBACK,
        "scan_id": "test",
        "max_seconds": 60.0,
        "library_data": library_data(),
    }
    return Plan(url, **{**settings, **changes})


def scan_of(server: SiteServer, path: str = "/", **changes: Any) -> Report:
    return scan(plan_for(server.url(path), **changes), now=time.time)
