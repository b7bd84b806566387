"""Probe a local server: `probe(port, …)`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from app.engine.bug.tls.probe import probe_tls
from app.engine.bug.tls.report import TlsReport
from tests.engine.certs import Authority

Probe = Callable[..., TlsReport]


@pytest.fixture
def probe(authority: Authority) -> Probe:
    def call(port: int, **how: Any) -> TlsReport:
        values: dict[str, Any] = {
            "address": "127.0.0.1",
            "ca_file": authority.ca_file,
            "timeout": 20.0,
            "stop": lambda: False,
            "depth": "brief",
            "now": time.time(),
        }
        return probe_tls(how.pop("host", "localhost"), port, **{**values, **how})

    return call
