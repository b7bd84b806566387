"""RDAP servers for tests, and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from app.engine.usability.domain.lookup import Roots
from app.engine.usability.probes.domain import DomainMonitor
from app.engine.usability.registry import get_type
from tests.engine.conftest import now_ms
from tests.engine.targets import Target, reply


def iso(days: float) -> str:
    """So many days from now."""
    return datetime.fromtimestamp(now_ms() / 1000 + days * 86_400, UTC).isoformat()


def rdap_object(days: float | None = 200, **more: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "objectClassName": "domain",
        "ldhName": "EXAMPLE.TEST",
        "status": ["active"],
        "events": [{"eventAction": "registration", "eventDate": "1999-02-03T04:05:06Z"}],
        "entities": [
            {
                "roles": ["registrar"],
                "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Names Ltd"]]],
            }
        ],
        "nameservers": [{"ldhName": "NS2.example.test."}, {"ldhName": "ns1.example.test"}],
        "secureDNS": {"delegationSigned": True},
        **more,
    }
    if days is not None:
        document["events"].append({"eventAction": "expiration", "eventDate": iso(days)})
    return document


@contextmanager
def rdap(document: Any = None, status: str = "200 OK", body: bytes | None = None) -> Iterator[Target]:
    with Target(reply(body if body is not None else json.dumps(document).encode(), status)) as target:
        yield target


@contextmanager
def roots(**how: Any) -> Iterator[None]:
    kind = cast(DomainMonitor, get_type("domain"))
    kept, kind.roots = kind.roots, Roots(**how)
    try:
        yield
    finally:
        kind.roots = kept


def iana_list(base: str) -> bytes:
    return json.dumps({"services": [[["com"], ["https://no.test/"]], [["test"], [base]]]}).encode()
