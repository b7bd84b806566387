"""What the engine's tests share: an authority that is trusted, and a probe that trusts it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.engine.usability.probe import probe_once
from app.engine.usability.types import Sample
from tests.engine.certs import Authority

LOOPBACK = ("127.0.0.0/8", "::1/128")
Probe = Callable[..., Sample]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(Path(tmp_path_factory.mktemp("authority")))


@pytest.fixture
def probe(authority: Authority) -> Probe:
    """Check a URL once: `probe(url, timeout_ms=…, allow=…, dns_servers=…, **config)`."""

    def call(
        url: str,
        *,
        timeout_ms: int = 5000,
        allow: tuple[str, ...] = LOOPBACK,
        dns_servers: tuple[str, ...] = (),
        **config: Any,
    ) -> Sample:
        return probe_once(
            {"url": url, **config},
            timeout_ms=timeout_ms,
            allow=allow,
            ca_file=authority.ca_file,
            now_ms=now_ms,
            dns_servers=dns_servers,
        )

    return call
