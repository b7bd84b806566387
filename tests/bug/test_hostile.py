"""Whatever a server does, a scan ends within its time and its budget, and asks nobody else."""

from __future__ import annotations

import time

import pytest

from app.engine.bug.scan import scan
from tests.bug.hostile import Act, HostileServer
from tests.bug.mischief import HOSTILE, redirects_for_ever
from tests.bug.scans import plan_for, scan_of
from tests.bug.serving import Answer, SiteServer

SECONDS = 0.5
"""What each scan of a hostile server may take; four more for its last answer and for looking at what came."""


@pytest.mark.parametrize("act", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_scan_of_a_hostile_server_ends_in_time_and_within_its_budget(act: Act) -> None:
    with HostileServer(act) as server:
        began = time.monotonic()
        plan = plan_for(server.url(), profile="full", budget=80, max_seconds=SECONDS)
        report = scan(plan, now=time.time)
        took = time.monotonic() - began
        sent = len(server.asked)
    assert took < SECONDS + 4
    assert sent <= report.requests <= 80
    assert [each.check for each in report.findings if each.severity in ("high", "critical")] == []


def test_a_redirect_elsewhere_is_not_followed() -> None:
    with SiteServer(lambda asked: Answer("elsewhere"), host="127.0.0.2") as elsewhere:
        away = elsewhere.url("/taken")
        with SiteServer(lambda asked: Answer("", 302, "", (("Location", away),))) as server:
            scan_of(server, max_seconds=5.0)
            assert server.asked
        assert elsewhere.asked == []


def test_nothing_that_a_page_names_elsewhere_is_asked() -> None:
    with SiteServer(lambda asked: Answer("void 0", kind="text/javascript"), host="127.0.0.2") as elsewhere:
        page = (
            f'<a href="{elsewhere.url("/a")}">a</a><script src="{elsewhere.url("/b.js")}"></script>'
            f'<form action="{elsewhere.url("/c")}"></form>'
            f'<base href="{elsewhere.url("/d/")}"><a href="e">e</a>'
        )
        robots = Answer(f"Sitemap: {elsewhere.url('/sitemap.xml')}\n", kind="text/plain")
        with SiteServer(lambda asked: robots if asked.path == "/robots.txt" else Answer(page)) as server:
            scan_of(server, max_seconds=5.0)
        assert elsewhere.asked == []


def test_a_site_that_only_redirects_costs_no_more_than_its_hops() -> None:
    with HostileServer(redirects_for_ever) as server:
        scan(plan_for(server.url(), profile="passive", budget=60, max_seconds=5.0), now=time.time)
        assert len(server.asked) <= 60


def test_a_scan_whose_server_goes_away_in_the_middle_ends() -> None:
    server = SiteServer(lambda asked: Answer('<a href="/a">a</a><a href="/b">b</a>'))
    with server:
        first = scan_of(server, max_seconds=5.0)
    began = time.monotonic()
    second = scan_of(server, max_seconds=5.0)
    assert first.is_complete
    assert not second.is_complete
    assert second.findings == ()
    assert time.monotonic() - began < 3
