"""The same good site behind TLS that is wrong in one way: a scan says which, and goes on looking."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import pytest

from tests.bug.scans import scan_of
from tests.bug.serving import SiteServer
from tests.bug.twins import catch_all_home
from tests.engine.certs import Authority


def _old(authority: Authority) -> ssl.SSLContext:
    context = authority.context("127.0.0.1")
    # What today's OpenSSL calls unsafe is what this server is made for.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


WRONG: dict[str, tuple[Callable[[Authority], ssl.SSLContext], set[str], int]] = {
    "expired": (
        lambda authority: authority.context("127.0.0.1", days=-1, starts_in=-9),
        {"certificate_expired", "expired_certificate"},
        298,
    ),
    "not yet valid": (
        lambda authority: authority.context("127.0.0.1", days=30, starts_in=9),
        {"certificate_not_yet_valid"},
        298,
    ),
    "self-signed": (
        lambda authority: authority.context("127.0.0.1", self_signed=True),
        {"self_signed_certificate", "untrusted_certificate"},
        295,
    ),
    "another's name": (
        lambda authority: authority.context("www.tea.example"),
        {"certificate_name_mismatch"},
        297,
    ),
    "old protocols": (_old, {"weak_tls_protocol", "outdated_tls_protocol"}, 326),
}


@pytest.mark.parametrize(("make", "classes", "cwe"), WRONG.values(), ids=WRONG.keys())
def test_it_says_what_is_wrong_with_the_transport(
    make: Callable[[Authority], ssl.SSLContext], classes: set[str], cwe: int, authority: Authority
) -> None:
    with SiteServer(catch_all_home(), tls=make(authority)) as server:
        report = scan_of(server, ca_file=authority.ca_file, profile="passive", budget=60)
    loud = {each.cls: each for each in report.findings if each.severity != "info"}
    (found,) = [each for cls, each in loud.items() if cls in classes]
    assert f"CWE-{cwe}" in found.cwe
    assert report.pages
