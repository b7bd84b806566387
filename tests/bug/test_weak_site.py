"""A scan of the weak site: what it finds, with what, and how it leaves the site."""

from __future__ import annotations

from collections import Counter
from urllib.parse import unquote

import pytest

from app.engine.bug.types import BUDGETS
from tests.bug.conftest import Scanned
from tests.bug.scans import EVERY_CONSENT, scan_of
from tests.bug.scoring import of_report, score
from tests.bug.serving import Asked, SiteServer
from tests.bug.weak import ALL, OTHER, STUBS, Weakness, WeakSite
from tests.engine.certs import Authority

LABELS = tuple(each for each in ALL if not each.needs_payload)
PAYLOADS = tuple(each for each in ALL if each.needs_payload)
_SOUGHT_ONLY_WITH_CONSENT = ("<", ">", '"', "'", "\r", "\n")


def _names(labels: tuple[Weakness, ...]) -> list[str]:
    return sorted(each.id for each in labels)


def test_the_site_has_eighty_weaknesses_of_sixty_classes_and_few_that_need_a_payload() -> None:
    assert len(ALL) >= 80
    assert len({each.cls for each in ALL}) >= 60
    assert len(PAYLOADS) <= 10


def test_it_finds_nearly_all_that_needs_no_payload(weak_scan: Scanned) -> None:
    scored = score(of_report(weak_scan.report), LABELS)
    assert len(scored.found) >= 0.9 * len(LABELS), (scored.near, _names(scored.missed))


@pytest.mark.parametrize("labels", [OTHER, STUBS], ids=["by another hand", "in few words"])
def test_it_finds_as_much_of_other_sites(labels: tuple[Weakness, ...]) -> None:
    with SiteServer(WeakSite(labels)) as server:
        report = scan_of(server)
        assert len(server.asked) <= BUDGETS["standard"]
    scored = score(of_report(report), labels)
    assert len(scored.found) >= 0.9 * len(labels), (scored.near, _names(scored.missed))


def test_it_keeps_to_the_requests_and_the_time_of_a_standard_scan(weak_scan: Scanned) -> None:
    assert len(weak_scan.asked) <= BUDGETS["standard"]
    assert len(weak_scan.asked) == weak_scan.report.requests
    assert weak_scan.report.finished_at - weak_scan.report.started_at <= 60


def test_it_only_asks_and_never_changes_anything(weak_scan: Scanned) -> None:
    changing = [each for each in weak_scan.asked if not _is_reading(each)]
    assert changing == []


def _is_reading(asked: Asked) -> bool:
    return asked.method in ("GET", "HEAD", "OPTIONS") or _is_question(asked)


def _is_question(asked: Asked) -> bool:
    """A GraphQL query, which reads and changes nothing."""
    return asked.method == "POST" and asked.body.startswith(b'{"query":"{__schema')


def test_it_sends_no_payload_without_consent(weak_scan: Scanned) -> None:
    queries = [unquote(each.target.partition("?")[2]) for each in weak_scan.asked]
    assert [each for each in queries if any(mark in each for mark in _SOUGHT_ONLY_WITH_CONSENT)] == []
    hosts = {each.host for each in weak_scan.asked}
    assert hosts == {f"127.0.0.1:{weak_scan.server.port}"}
    assert not any("x-forwarded-host" in each.headers for each in weak_scan.asked)


def test_it_finds_what_needs_a_payload_once_the_owner_consents(authority: Authority) -> None:
    with SiteServer(WeakSite(ALL), tls=authority.context("127.0.0.1")) as server:
        report = scan_of(server, ca_file=authority.ca_file, consents=EVERY_CONSENT, budget=3000)
    probed = tuple(each for each in PAYLOADS if each.id not in ("path-walked", "names-told"))
    assert _names(score(of_report(report), probed).missed) == []


def test_it_never_asks_to_change_anything_even_with_every_consent(authority: Authority) -> None:
    with SiteServer(WeakSite(ALL), tls=authority.context("127.0.0.1")) as server:
        scan_of(server, ca_file=authority.ca_file, consents=EVERY_CONSENT, budget=3000)
        methods = {each.method for each in server.asked}
        posts = Counter(
            each.path for each in server.asked if each.method == "POST" and not _is_question(each)
        )
    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}
    # A few common passwords where one logs in: never enough to lock anybody out.
    assert set(posts) <= {"/staff/login", "/login", "/phpmyadmin/index.php", "/adminer.php"}
    assert max(posts.values()) <= 4, posts
