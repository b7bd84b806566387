"""Findings are known again: on the next scan, after lines have moved, and gone once they are mended."""

from __future__ import annotations

from collections.abc import Collection

from app.engine.bug.types import Finding
from tests.bug.conftest import Scanned
from tests.bug.scans import scan_of
from tests.bug.serving import SiteServer
from tests.bug.weak import ALL, Noise, WeakSite
from tests.engine.certs import Authority


def _fingerprints_again(
    before: Scanned, authority: Authority, mended: Collection[str] = (), noise: Noise | None = None
) -> set[str]:
    """Scan the same address with another state of the site."""
    before.server.app = WeakSite(ALL, mended, noise)
    try:
        report = scan_of(before.server, ca_file=authority.ca_file)
    finally:
        before.server.app = WeakSite(ALL)
    return {each.fingerprint for each in report.findings}


def _fingerprints(scanned: Scanned) -> set[str]:
    return {each.fingerprint for each in scanned.report.findings}


def test_each_finding_has_a_fingerprint_of_its_own(weak_scan: Scanned) -> None:
    assert len(_fingerprints(weak_scan)) == len(weak_scan.report.findings)


def test_a_second_scan_finds_the_same_and_nothing_else(weak_scan: Scanned, authority: Authority) -> None:
    assert _fingerprints_again(weak_scan, authority) == _fingerprints(weak_scan)


def test_moved_lines_and_stamped_links_change_no_fingerprint(
    weak_scan: Scanned, authority: Authority
) -> None:
    noise = Noise(lines=7, stamp="v=1700000001")
    assert _fingerprints_again(weak_scan, authority, noise=noise) == _fingerprints(weak_scan)


def test_what_is_mended_is_gone_and_the_rest_stays(weak_scan: Scanned, authority: Authority) -> None:
    mended = {"git", "env", "trace-java", "old-jquery", "no-csp"}
    after = _fingerprints_again(weak_scan, authority, mended)
    gone = [each for each in weak_scan.report.findings if each.fingerprint not in after]
    places = {each.place for each in gone}
    assert {"/.env", "/orders/total"} <= places
    assert any(place.startswith("/.git") for place in places)
    assert after <= _fingerprints(weak_scan)


def test_what_breaks_again_has_its_old_fingerprint(authority: Authority) -> None:
    with SiteServer(WeakSite(ALL, {"env"}), tls=authority.context("127.0.0.1")) as server:

        def seen() -> dict[str, Finding]:
            report = scan_of(server, ca_file=authority.ca_file, only=frozenset({"secret_files"}))
            return {each.fingerprint: each for each in report.findings}

        without = seen()
        server.app = WeakSite(ALL)
        first, again = seen(), seen()
    assert first.keys() == again.keys()
    assert {first[each].place for each in first.keys() - without.keys()} == {"/.env"}
