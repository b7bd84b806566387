"""One authority and one scan of each site for all tests of this folder that only look at what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.engine.bug.types import Report
from tests.bug.scans import scan_of
from tests.bug.serving import Asked, SiteServer
from tests.bug.weak import ALL, WeakSite
from tests.engine.certs import Authority


@dataclass(frozen=True)
class Scanned:
    """A report, and what the target was asked for it."""

    report: Report
    asked: list[Asked]
    server: SiteServer


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(Path(tmp_path_factory.mktemp("authority")))


@pytest.fixture(scope="session")
def weak_scan(authority: Authority) -> Iterator[Scanned]:
    """The weak site scanned once with profile standard, and without anybody's consent."""
    with SiteServer(WeakSite(ALL), tls=authority.context("127.0.0.1")) as server:
        report = scan_of(server, ca_file=authority.ca_file)
        yield Scanned(report, list(server.asked), server)
