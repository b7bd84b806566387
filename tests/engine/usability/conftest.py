"""Checks for the types' tests: each by itself, or several in an engine that stays, as in a process."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.engine.usability.loop import Engine
from app.engine.usability.types import Check, Sample
from tests.engine.certs import Authority
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.usability.peers import Checked, checker

Probes = Callable[..., Sample]


@pytest.fixture
def check(authority: Authority) -> Checked:
    """`check(type, timeout_ms=…, **config)`: one check by itself."""
    return checker(authority)


@pytest.fixture
def probes(authority: Authority) -> Iterator[Probes]:
    """`probes(config, type="http", timeout_ms=5000)`: one check after the other in the same engine."""
    with Engine(ca_file=authority.ca_file, location="here", now_ms=now_ms) as engine:
        samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()

        def call(config: dict[str, Any], *, type: str = "http", timeout_ms: int = 5000) -> Sample:
            engine.submit([Check(0, 1, type, config, now_ms(), timeout_ms, LOOPBACK)], samples.put)
            return samples.get(timeout=timeout_ms / 1000 + 5)

        yield call
