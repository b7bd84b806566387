"""Budget, rate and stopping, measured at the target."""

from __future__ import annotations

import threading
import time

import pytest

from app.engine.bug.scan import scan
from app.engine.bug.types import Progress
from tests.bug.scans import plan_for, scan_of
from tests.bug.serving import Answer, SiteServer
from tests.bug.weak import ALL, WeakSite
from tests.engine.certs import Authority


@pytest.mark.parametrize("budget", [1, 7, 60, 150])
def test_the_budget_is_held_exactly(budget: int, authority: Authority) -> None:
    with SiteServer(WeakSite(ALL), tls=authority.context("127.0.0.1")) as server:
        report = scan_of(server, ca_file=authority.ca_file, budget=budget)
        asked = len(server.asked)
    assert asked == budget == report.requests
    assert not report.is_complete
    assert report.ended == "budget"


@pytest.mark.parametrize("connections", [1, 4])
def test_the_rate_is_held_within_five_per_cent(connections: int) -> None:
    rate = 40.0
    page = "".join(f'<a href="/page-{name}">{name}</a>' for name in "abcdefghij")
    with SiteServer(lambda asked: Answer(page)) as server:
        scan_of(server, rate=rate, connections=connections, budget=80, profile="standard")
        moments = [each.at for each in server.asked]
    measured = (len(moments) - 1) / (moments[-1] - moments[0])
    assert measured <= 1.05 * rate
    assert measured >= 0.95 * rate


def test_no_more_connections_are_used_than_permitted() -> None:
    gate, lock, at_once = threading.Event(), threading.Lock(), [0, 0]

    def app(asked: object) -> Answer:
        with lock:
            at_once[0] += 1
            at_once[1] = max(at_once)
        gate.wait(0.02)
        with lock:
            at_once[0] -= 1
        return Answer("".join(f'<a href="/page-{name}">{name}</a>' for name in "abcdefghijkl"))

    with SiteServer(app) as server:
        scan_of(server, connections=2, budget=40)
    assert at_once[1] == 2


def test_it_stops_within_a_second_of_the_word() -> None:
    """Even while an answer is awaited that never comes."""
    asked_once, closing = threading.Event(), threading.Event()

    def app(asked: object) -> Answer:
        asked_once.set()
        closing.wait(20)
        return Answer("late")

    stopped_at: list[float] = []

    def stop() -> bool:
        if asked_once.is_set() and not stopped_at:
            stopped_at.append(time.monotonic())
        return bool(stopped_at)

    with SiteServer(app) as server:
        report = scan(plan_for(server.url()), now=time.time, stop=stop)
        took = time.monotonic() - stopped_at[0]
        closing.set()
    assert took < 1
    assert report.ended == "stopped"
    assert not report.is_complete


def test_it_stops_within_a_second_in_the_midst_of_its_probes(authority: Authority) -> None:
    with SiteServer(WeakSite(ALL), tls=authority.context("127.0.0.1")) as server:
        told: list[float] = []

        def stop() -> bool:
            if len(server.asked) >= 150 and not told:
                told.append(time.monotonic())
            return bool(told)

        plan = plan_for(server.url(), ca_file=authority.ca_file)
        report = scan(plan, now=time.time, stop=stop)
        took = time.monotonic() - told[0]
        sent_after = [each for each in server.asked if each.at > told[0] + 0.2]
    assert took < 1
    assert sent_after == []
    assert report.findings
    assert not report.is_complete


def test_it_stops_within_a_second_while_it_only_looks_at_large_pages() -> None:
    links = "".join(f'<a href="/page-{name}">{name}</a>' for name in "abcdefghijklmnopqrst")
    body = links + "<p>more of it</p>" * 20_000
    began_to_look: list[float] = []

    def note(progress: Progress) -> None:
        if progress.stage == "passive" and not began_to_look:
            began_to_look.append(time.monotonic())

    with SiteServer(lambda asked: Answer(body + asked.path)) as server:
        plan = plan_for(server.url())
        report = scan(plan, now=time.time, stop=lambda: bool(began_to_look), on_progress=note)
        took = time.monotonic() - began_to_look[0]
    assert took < 1
    assert report.ended == "stopped"


def test_a_site_that_may_not_be_asked_actively_is_looked_at_only() -> None:
    with SiteServer(WeakSite(ALL)) as server:
        report = scan_of(server, hosts=frozenset(), profile="full", budget=3000)
        paths = {each.path for each in server.asked}
    assert "/.env" not in paths
    assert "/.git/config" not in paths
    assert len(report.findings) > 10


def test_robots_txt_is_respected_by_the_crawl() -> None:
    def app(asked: object) -> Answer:
        path = getattr(asked, "path", "")
        if path == "/robots.txt":
            return Answer("User-agent: *\nDisallow: /closed/\n", kind="text/plain")
        return Answer('<a href="/closed/room">closed</a><a href="/open">open</a>')

    with SiteServer(app) as server:
        scan_of(server, profile="passive", budget=60)
        paths = {each.path for each in server.asked}
    assert "/open" in paths
    assert "/closed/room" not in paths


def test_it_names_itself_and_the_scan() -> None:
    with SiteServer(lambda asked: Answer("<p>hello</p>")) as server:
        scan_of(server, scan_id="41f7", profile="passive", budget=60)
    assert all("CloudEye" in each.headers["user-agent"] for each in server.asked)
    assert {each.headers.get("x-cloudeye-scan") for each in server.asked} == {"41f7"}
