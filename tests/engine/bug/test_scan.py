"""A whole scan, with the checks there are, against a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import certifi
import pytest

from app.engine.bug.finding.document import document_of
from app.engine.bug.scan import scan
from app.engine.bug.types import Login, Plan, Progress, Report
from tests.bug.serving import Answer, Asked, SiteServer

HOST = frozenset({"127.0.0.1"})
GIT = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"


def shop(asked: Asked) -> Answer:
    if asked.path == "/":
        return Answer('<title>Shop</title><a href="/about">About</a>')
    if asked.path == "/about":
        return Answer("<p>about</p>")
    return Answer("nothing here", 404)


def with_git(asked: Asked) -> Answer:
    if asked.path == "/.git/config":
        return Answer(GIT, kind="text/plain")
    if asked.path == "/.git/HEAD":
        return Answer("ref: refs/heads/main\n", kind="text/plain")
    return shop(asked)


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with SiteServer(shop) as server:
        yield server


def scanned(site: SiteServer, **values: object) -> Report:
    usual = Plan(
        site.url(), rate=1000, budget=600, allow=("127.0.0.0/8",), ca_file=certifi.where(), hosts=HOST
    )
    return scan(replace(usual, **values), now=time.time)  # type: ignore[arg-type]


def test_an_exposed_repository_is_found(site: SiteServer) -> None:
    site.app = with_git
    report = scanned(site)
    assert "version_control_exposed" in {each.cls for each in report.findings}
    assert report.requests == len(site.asked) <= 600


def test_the_same_twice_has_the_same_fingerprints(site: SiteServer) -> None:
    site.app = with_git
    first, second = scanned(site), scanned(site)
    assert {each.fingerprint for each in first.findings} == {each.fingerprint for each in second.findings}


def test_passive_asks_no_more_than_a_visitor_and_its_budget(site: SiteServer) -> None:
    report = scanned(site, profile="passive", budget=60)
    assert len(site.asked) <= 60
    assert {each.reason for each in report.skipped if each.check == "version_control"} == {"profile"}
    assert {each.method for each in site.asked} == {"GET"}


def test_a_host_nobody_has_verified_is_asked_passively_only(site: SiteServer) -> None:
    report = scanned(site, hosts=frozenset())
    assert "/.git/config" not in {each.path for each in site.asked}
    assert "not_verified" in {each.reason for each in report.skipped}


def test_without_consent_nothing_of_its_kind_is_sent(site: SiteServer) -> None:
    report = scanned(site, profile="full")
    reasons = {each.check: each.reason for each in report.skipped}
    assert reasons["reflected"] == reasons["crlf"] == "no_consent"
    assert {each.method for each in site.asked} <= {"GET", "HEAD", "OPTIONS"}


def test_the_coverage_says_what_was_looked_at(site: SiteServer) -> None:
    report = scanned(site)
    assert report.is_complete
    assert report.coverage.has_run("forms.no-csrf-token", "/about")
    assert not report.coverage.has_run("forms.no-csrf-token", "/never-seen")
    assert report.coverage.has_run("version_control.git", "/.git/config")


def test_a_refusal_is_no_look(site: SiteServer) -> None:
    site.app = lambda asked: Answer("no", 403) if asked.path == "/about" else shop(asked)
    report = scanned(site)
    assert not report.coverage.has_run("forms.no-csrf-token", "/about")


def test_a_site_that_refuses_everything_was_not_looked_at(site: SiteServer) -> None:
    site.app = lambda asked: Answer("no", 403)
    assert scanned(site).coverage.has_run("headers.missing-csp", "") is False


def test_where_a_log_in_has_run_out_nothing_was_looked_at(site: SiteServer) -> None:
    away = Answer("", 302, headers=(("Location", "/login"),))
    site.app = lambda asked: away if asked.path == "/about" else shop(asked)
    login = Login(headers=(("Cookie", "sid=old"),))
    assert not scanned(site, login=login).coverage.has_run("forms.no-csrf-token", "/about")
    assert scanned(site).coverage.has_run("forms.no-csrf-token", "/about")


def test_a_failed_log_in_leaves_the_scan_incomplete(site: SiteServer) -> None:
    login = Login(headers=(("Cookie", "sid=old"),), logged_in="Hello Ann")
    report = scanned(site, login=login)
    assert (report.is_complete, report.ended) == (False, "login")


def test_a_retest_asks_for_little(site: SiteServer) -> None:
    site.app = with_git
    report = scanned(site, only=frozenset({"forms.no-csrf-token"}), reread=(site.url("/about"),))
    assert len(site.asked) <= 12
    assert report.coverage.has_run("forms.no-csrf-token", "/about")


def test_a_word_to_stop_leaves_what_was_found(site: SiteServer) -> None:
    report = scan(
        Plan(site.url(), rate=1000, allow=("127.0.0.0/8",), ca_file=certifi.where(), hosts=HOST),
        now=time.time,
        stop=lambda: len(site.asked) >= 12,
    )
    assert not report.is_complete
    assert report.ended == "stopped"


def test_progress_is_told(site: SiteServer) -> None:
    told: list[Progress] = []
    plan = Plan(site.url(), rate=1000, allow=("127.0.0.0/8",), ca_file=certifi.where(), hosts=HOST)
    scan(plan, now=time.time, on_progress=told.append)
    assert told[0].stage == "crawl"
    assert told[-1].stage == "end"
    assert [each.requests for each in told] == sorted(each.requests for each in told)
    assert told[-1].checks_done == told[-1].checks


def test_the_document_has_what_the_format_promises(site: SiteServer) -> None:
    site.app = with_git
    document = document_of(scanned(site))
    assert {"url", "started_at", "finished_at", "requests", "pages", "findings", "skipped"} <= set(document)
    finding = next(each for each in document["findings"] if each["class"] == "version_control_exposed")
    assert finding["url"].startswith(site.url("/.git/"))
    assert "CWE-527" in finding["cwe"]
    assert finding["title"] and finding["remedy"] and len(finding["fingerprint"]) == 32
