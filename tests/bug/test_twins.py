"""Sites with nothing wrong: a full scan, with every consent, finds nothing above informational."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.bug.odd_twins import ODD_TWINS
from tests.bug.scans import EVERY_CONSENT, scan_of
from tests.bug.scoring import false_findings
from tests.bug.serving import App, SiteServer
from tests.bug.twins import TWINS
from tests.engine.certs import Authority


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS.keys())
def test_it_finds_nothing_where_nothing_is_wrong(twin: Callable[[], App], authority: Authority) -> None:
    with SiteServer(twin(), tls=authority.context("127.0.0.1")) as server:
        report = scan_of(
            server, ca_file=authority.ca_file, profile="full", budget=3000, consents=EVERY_CONSENT
        )
    assert false_findings(report) == []
    assert report.is_complete


@pytest.mark.parametrize("app", ODD_TWINS.values(), ids=ODD_TWINS.keys())
def test_it_finds_nothing_where_what_is_missing_gets_an_odd_answer(app: App, authority: Authority) -> None:
    with SiteServer(app, tls=authority.context("127.0.0.1")) as server:
        report = scan_of(server, ca_file=authority.ca_file, consents=EVERY_CONSENT)
    assert false_findings(report) == []
