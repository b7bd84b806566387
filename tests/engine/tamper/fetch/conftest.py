"""A fetcher that trusts the tests' authority."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from app.engine.tamper.fetch import Fetcher, Want
from app.engine.tamper.types import Observation
from tests.engine.certs import Authority

LOOPBACK = ("127.0.0.0/8", "::1/128")
Fetch = Callable[..., Observation]


@pytest.fixture
def fetcher(authority: Authority) -> Iterator[Fetcher]:
    with Fetcher(ca_file=authority.ca_file, now=time.time) as fetcher:
        yield fetcher


@pytest.fixture
def fetch(fetcher: Fetcher) -> Fetch:
    """Fetch one page: `fetch(url, view=…, timeout_ms=…)`."""

    def call(
        url: str, *, allow: tuple[str, ...] = LOOPBACK, timeout_ms: int = 5000, **how: object
    ) -> Observation:
        return fetcher.fetch([Want(url, allow=allow, timeout_ms=timeout_ms, **how)])[0]  # type: ignore[arg-type]

    return call
