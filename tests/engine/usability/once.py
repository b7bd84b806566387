"""One check of any type, waited for."""

from __future__ import annotations

from typing import Any

import certifi

from app.engine.usability.probe import probe_once
from app.engine.usability.types import Sample
from tests.engine.conftest import LOOPBACK, now_ms


def check(
    kind: str,
    /,
    *,
    timeout_ms: int = 3000,
    allow: tuple[str, ...] = LOOPBACK,
    ca_file: str | None = None,
    dns_servers: tuple[str, ...] = (),
    **config: Any,
) -> Sample:
    """A check with this configuration, of what listens on loopback."""
    return probe_once(
        config,
        type=kind,
        timeout_ms=timeout_ms,
        allow=allow,
        ca_file=ca_file or certifi.where(),
        now_ms=now_ms,
        dns_servers=dns_servers,
    )
