"""Mozilla's profiles, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engine.bug.tls.certificate import CertificateFacts, facts_of
from app.engine.bug.tls.preload import preload_problems
from app.engine.bug.tls.profiles import permitted_suites, profile_of
from app.engine.bug.tls.report import Accepted
from app.engine.bug.tls.suites import FLAWS, all_suites, offered, with_flaw
from app.engine.bug.types import Request, Response
from tests.engine.bug.tls.pki import issue

GOOD = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
CAMELLIA = "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"
HSTS = "max-age=63072000; includeSubDomains; preload"


def leaf(**how: object) -> CertificateFacts:
    facts = facts_of(issue("a.example", names=("a.example",)).certificate)
    assert facts is not None
    return replace(facts, **how)  # type: ignore[arg-type]


def met(
    *protocols: str, suites: tuple[str, ...] = (GOOD,), dh_bits: int | None = None, **how: object
) -> tuple[str, tuple[str, ...]]:
    if "not_after" in how:
        how["not_before"] = 0.0
    accepted = tuple(Accepted("TLSv1.2", suite) for suite in suites)
    name, obstacles = profile_of(dict.fromkeys(protocols, True), accepted, leaf(**how), dh_bits)
    return name, tuple(f"{each.code} {each.value}" for each in obstacles)


YEAR = 365 * 86_400.0


@pytest.mark.parametrize(
    ("got", "name", "in_the_way"),
    [
        (met("TLSv1.3"), "modern", ()),
        (met("TLSv1.3", not_after=YEAR), "intermediate", ()),
        (met("TLSv1.3", key="RSA", key_bits=2048), "intermediate", ()),
        (met("TLSv1.3", "TLSv1.2"), "intermediate", ()),
        (met("TLSv1.3", key="Ed25519", signature="ed25519"), "modern", ()),
        (met("TLSv1.2", suites=(GOOD, CBC)), "old", (f"suite {CBC}",)),
        (met("TLSv1.2", "TLSv1.0"), "old", ("protocol TLSv1.0",)),
        (met("TLSv1.2", dh_bits=1024), "old", ("dh 1024",)),
        (met("TLSv1.2", dh_bits=768), "none", ("dh 768",)),
        (met("TLSv1.2", "SSLv3"), "none", ("protocol SSLv3",)),
        (met("TLSv1.2", suites=(CAMELLIA,)), "none", (f"suite {CAMELLIA}",)),
        (met("TLSv1.2", key="RSA", key_bits=1024), "none", ("key RSA 1024",)),
        (met("TLSv1.2", signature="sha1"), "none", ("signature sha1",)),
        (met("TLSv1.2", not_after=2 * YEAR), "none", ("lifetime 730",)),
    ],
)
def test_a_server_meets(got: tuple[str, tuple[str, ...]], name: str, in_the_way: tuple[str, ...]) -> None:
    assert got == (name, in_the_way)


def test_every_suite_that_a_profile_names_is_known() -> None:
    known = {suite.name for suite in all_suites().values()}
    assert permitted_suites("intermediate") < permitted_suites("old") <= known


def test_no_suite_of_the_intermediate_profile_has_a_flaw() -> None:
    weak = {all_suites()[number].name for flaw in FLAWS for number in with_flaw(flaw)}
    assert not weak & permitted_suites("intermediate")


def test_the_best_suites_are_offered_first() -> None:
    order = [all_suites()[number].flaw for number in offered(is_tls13=False)]
    assert order[0] == "" and order[-1] == "null"


def answers(status: int, location: str = "") -> tuple[Response, ...]:
    headers = (("Location", location),) if location else ()
    return (Response(Request("http://shop.example/"), status, headers),)


@pytest.mark.parametrize(
    ("host", "header", "chain", "problems"),
    [
        ("shop.example", HSTS, answers(301, "https://shop.example/"), ()),
        ("shop.example", HSTS, answers(0), ()),
        ("www.shop.example", HSTS, (), ("not_the_domain",)),
        ("shop.example", "", (), ("no_header", "max_age", "subdomains", "preload")),
        ("shop.example", "max-age=300; includeSubDomains; preload", (), ("max_age",)),
        ("shop.example", "max-age=²; includeSubDomains; preload", (), ("max_age",)),
        ("shop.example", HSTS, answers(301, "https://www.shop.example/"), ("redirect",)),
        ("shop.example", HSTS, answers(200), ("redirect",)),
    ],
)
def test_a_domain_may_be_preloaded(
    host: str, header: str, chain: tuple[Response, ...], problems: tuple[str, ...]
) -> None:
    assert preload_problems(host, header, chain, is_trusted=True) == problems


def test_a_domain_without_a_trusted_certificate_may_not_be_preloaded() -> None:
    assert preload_problems("shop.example", HSTS, (), is_trusted=False) == ("certificate",)
