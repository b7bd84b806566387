"""The tests that look at one header."""

from __future__ import annotations

import pytest

from app.engine.bug.observatory import (
    Answer,
    Preload,
    coep,
    coop,
    corp,
    cors,
    hsts,
    referrer_policy,
    x_content_type_options,
    x_frame_options,
)
from tests.engine.bug.observatory.sights import HTML, seen, with_header

ORIGIN = "https://elsewhere.example"


@pytest.mark.parametrize(
    ("header", "result"),
    [
        (None, "hsts-not-implemented"),
        ("max-age=31536000; includeSubDomains; preload", "hsts-implemented-max-age-at-least-six-months"),
        ("MAX-AGE=15552000", "hsts-implemented-max-age-at-least-six-months"),
        ("max-age=15551999", "hsts-implemented-max-age-less-than-six-months"),
        ("max-age=1; max-age=31536000", "hsts-implemented-max-age-at-least-six-months"),
        ('max-age="31536000"', "hsts-implemented-max-age-at-least-six-months"),
        ("max-age=31536000, max-age=1", "hsts-header-invalid"),
        ("includeSubDomains", "hsts-header-invalid"),
        ("", "hsts-header-invalid"),
    ],
)
def test_strict_transport_security(header: str | None, result: str) -> None:
    assert hsts.judge(with_header("Strict-Transport-Security", header)) == result


@pytest.mark.parametrize(
    ("host", "covers", "result"),
    [
        ("www.site.example", False, "hsts-preloaded"),
        ("site.example", True, "hsts-preloaded"),
        ("site.example", False, "hsts-not-implemented"),
        ("other.example", True, "hsts-not-implemented"),
    ],
)
def test_it_knows_preloaded_hosts(host: str, covers: bool, result: str) -> None:
    assert hsts.judge(seen(preload={host: Preload("force-https", covers)})) == result


def test_strict_transport_security_needs_https_and_a_good_certificate() -> None:
    assert hsts.judge(seen(https=None, scheme="http")) == "hsts-not-implemented-no-https"
    assert hsts.judge(seen(https=Answer(200, HTML, verified=False))) == "hsts-invalid-cert"


@pytest.mark.parametrize(
    ("header", "result"),
    [
        (None, "not-implemented"),
        ("", "not-implemented"),
        ("DENY", "sameorigin-or-deny"),
        (" sameorigin ", "sameorigin-or-deny"),
        ("ALLOW-FROM https://x.example", "allow-from-origin"),
        ("SAMEORIGIN, SAMEORIGIN", "header-invalid"),
    ],
)
def test_x_frame_options(header: str | None, result: str) -> None:
    assert x_frame_options.judge(with_header("X-Frame-Options", header)) == f"x-frame-options-{result}"


def test_frame_ancestors_stand_in_for_x_frame_options() -> None:
    sight = with_header("Content-Security-Policy", "frame-ancestors 'none'")
    assert x_frame_options.judge(sight) == "x-frame-options-implemented-via-csp"


@pytest.mark.parametrize(
    ("header", "result"),
    [(None, "not-implemented"), ("NoSniff", "nosniff"), ("nosniff, nosniff", "header-invalid")],
)
def test_x_content_type_options(header: str | None, result: str) -> None:
    found = x_content_type_options.judge(with_header("X-Content-Type-Options", header))
    assert found == f"x-content-type-options-{result}"


@pytest.mark.parametrize(
    ("header", "result"),
    [
        (None, "not-implemented"),
        ("no-referrer", "private"),
        ("unsafe-url, strict-origin", "private"),
        ("no-referrer, origin", "unsafe"),
        ("no-referrer, whatever", "private"),
        ("whatever", "header-invalid"),
        ("", "header-invalid"),
    ],
)
def test_referrer_policy(header: str | None, result: str) -> None:
    assert referrer_policy.judge(with_header("Referrer-Policy", header)) == f"referrer-policy-{result}"


def test_a_meta_element_has_the_last_word_on_the_referrer() -> None:
    sight = seen((("Referrer-Policy", "no-referrer"),), '<meta name=" Referrer " content="unsafe-url">')
    assert referrer_policy.judge(sight) == "referrer-policy-unsafe"


@pytest.mark.parametrize(
    ("header", "result"),
    [
        (None, "not-implemented"),
        ("Same-Origin", "implemented-with-same-origin"),
        ("same-site", "implemented-with-same-site"),
        ("cross-origin", "implemented-with-cross-origin"),
        ("none", "header-invalid"),
    ],
)
def test_cross_origin_resource_policy(header: str | None, result: str) -> None:
    assert corp.judge(with_header("Cross-Origin-Resource-Policy", header)) == f"corp-{result}"


@pytest.mark.parametrize(
    ("header", "result"),
    [
        (None, "not-implemented"),
        ("", "not-implemented"),
        ("same-origin", "implemented-with-same-origin"),
        ('same-origin; report-to="a b"', "implemented-with-same-origin"),
        ("same-origin;a=1.5;b=?0;c=:YQ==:", "implemented-with-same-origin"),
        ("same-origin-allow-popups; report-to", "implemented-with-same-origin-allow-popups"),
        ("noopener-allow-popups", "implemented-with-noopener-allow-popups"),
        ("unsafe-none", "implemented-with-unsafe-none"),
        ("Same-Origin", "header-invalid"),
        ('"same-origin"', "header-invalid"),
        ("same-origin, same-origin", "header-invalid"),
        ("same-origin; report-to=a b", "header-invalid"),
        ("same-origin;", "header-invalid"),
    ],
)
def test_cross_origin_opener_policy(header: str | None, result: str) -> None:
    assert coop.judge(with_header("Cross-Origin-Opener-Policy", header)) == f"coop-{result}"


@pytest.mark.parametrize(
    ("header", "result"),
    [
        (None, "not-implemented"),
        ("require-corp", "implemented-with-require-corp"),
        ("credentialless", "implemented-with-credentialless"),
        ("unsafe-none", "implemented-with-unsafe-none"),
        ("REQUIRE-CORP", "header-invalid"),
    ],
)
def test_cross_origin_embedder_policy(header: str | None, result: str) -> None:
    assert coep.judge(with_header("Cross-Origin-Embedder-Policy", header)) == f"coep-{result}"


@pytest.mark.parametrize(
    ("allowed", "credentials", "result"),
    [
        (None, None, "not-implemented"),
        ("*", "true", "implemented-with-public-access"),
        (ORIGIN, "TRUE", "implemented-with-universal-access"),
        (ORIGIN, None, "implemented-with-restricted-access"),
        (ORIGIN, "false", "implemented-with-restricted-access"),
        ("https://friend.example", "true", "implemented-with-restricted-access"),
    ],
)
def test_cross_origin_resource_sharing(allowed: str | None, credentials: str | None, result: str) -> None:
    given = (("Access-Control-Allow-Origin", allowed), ("Access-Control-Allow-Credentials", credentials))
    answer = Answer(200, tuple((name, value) for name, value in given if value is not None))
    sight = seen(cors=answer, cors_origin=ORIGIN)
    assert cors.judge(sight) == f"cross-origin-resource-sharing-{result}"
