"""Content security policies."""

from __future__ import annotations

import pytest

from app.engine.bug.observatory import csp
from app.engine.bug.observatory.csp_faults import faults_of
from app.engine.bug.observatory.csp_policy import read_policies
from tests.bounded import within_cpu
from tests.engine.bug.observatory.sights import seen, with_header

NO_UNSAFE = "csp-implemented-with-no-unsafe"
INLINE = "csp-implemented-with-unsafe-inline"
INVALID = "csp-header-invalid"


@pytest.mark.parametrize(
    ("policy", "result"),
    [
        (None, "csp-not-implemented"),
        ("", INVALID),
        ("img", INVALID),
        ("default-src 'self'", NO_UNSAFE),
        ("DEFAULT-SRC 'SELF'", NO_UNSAFE),
        ("default-src 'none'", f"{NO_UNSAFE}-default-src-none"),
        ("default-src", f"{NO_UNSAFE}-default-src-none"),
        ("default-src 'none'; img-src 'self'", f"{NO_UNSAFE}-default-src-none"),
        ("default-src 'self' 'unsafe-inline'", INLINE),
        ("default-src 'self'; script-src data:", INLINE),
        ("default-src 'self'; script-src https:", INLINE),
        ("default-src 'self'; object-src *", INLINE),
        ("script-src 'self'", INLINE),
        ("upgrade-insecure-requests", INLINE),
        ("default-src 'self' 'unsafe-inline' 'nonce-abc'", NO_UNSAFE),
        ("default-src 'self'; script-src 'strict-dynamic' 'nonce-abc' https: 'unsafe-inline'", NO_UNSAFE),
        ("default-src 'self'; script-src 'strict-dynamic'", INVALID),
        ("default-src 'self'; script-src 'self' 'unsafe-eval'", "csp-implemented-with-unsafe-eval"),
        ("default-src 'self' http://cdn.example", "csp-implemented-with-insecure-scheme"),
        (
            "default-src 'self'; img-src http:",
            "csp-implemented-with-insecure-scheme-in-passive-content-only",
        ),
        ("default-src 'self'; style-src 'unsafe-inline'", f"{INLINE}-in-style-src-only"),
        ("default-src 'self'; default-src 'none'", INVALID),
        ("default-src 'self'; report-uri /a; report-uri /b", "csp-implemented-but-duplicate-directives"),
        ("default-src 'self', default-src 'self'; script-src 'self'", NO_UNSAFE),
        ("script-src 'unsafe-inline'; object-src 'none', script-src 'self'", f"{INLINE}-in-style-src-only"),
        ("default-src 'self',", INVALID),
    ],
)
def test_it_names_the_gravest_weakness(policy: str | None, result: str) -> None:
    assert csp.judge(with_header("Content-Security-Policy", policy)) == result


def test_it_tells_a_policy_that_only_reports() -> None:
    sight = with_header("Content-Security-Policy-Report-Only", "default-src 'self'")
    assert csp.judge(sight) == "csp-not-implemented-but-reporting-enabled"


@pytest.mark.parametrize(
    ("meta", "result"),
    [
        ("<meta http-equiv='Content-Security-Policy' content=\"default-src 'self'\">", NO_UNSAFE),
        ("<META HTTP-EQUIV=content-security-policy CONTENT=\"default-src 'self'\">", NO_UNSAFE),
        (
            "<meta http-equiv=Content-Security-Policy content=\"frame-ancestors 'none'\">",
            "csp-not-implemented",
        ),
        (
            "<!-- <meta http-equiv=Content-Security-Policy content=\"default-src 'self'\"> -->",
            "csp-not-implemented",
        ),
    ],
)
def test_it_reads_meta_elements(meta: str, result: str) -> None:
    assert csp.judge(seen(body=meta)) == result


def test_it_reads_no_meta_elements_of_what_is_not_html() -> None:
    body = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'self'\">"
    assert csp.judge(seen(body=body, kind=(("Content-Type", "text/plain"),))) == "csp-not-implemented"


def test_it_keeps_only_what_every_policy_allows() -> None:
    policies = read_policies(["script-src 'self' https://a.example", "script-src 'self' https://b.example"])
    assert policies.directives == {"script-src": {"'self'"}}


def test_it_drops_what_a_shorter_source_covers() -> None:
    policies = read_policies(["script-src https://a.example/js https://a.example"])
    assert policies.directives == {"script-src": {"https://a.example"}}


@pytest.mark.parametrize(
    ("policy", "kinds"),
    [
        (None, ["missing"]),
        (
            "default-src *; script-src * 'unsafe-inline' 'unsafe-eval'",
            ["unsafe-inline", "unsafe-eval", "wildcard", "wildcard"],
        ),
        ("default-src 'self'; style-src 'unsafe-inline'", ["unsafe-style"]),
        ("default-src 'self' http://cdn.example", ["insecure-scheme"]),
        ("default-src 'self'; default-src 'none'", ["invalid"]),
        ("default-src 'none'", []),
    ],
)
def test_it_lists_every_weakness(policy: str | None, kinds: list[str]) -> None:
    found = faults_of(with_header("Content-Security-Policy", policy))
    assert [fault.kind for fault in found] == kinds


@pytest.mark.parametrize(
    "policy",
    [
        ("script-src " + "a " * 100_000),
        ("a;" * 200_000),
        (",".join(["default-src 'self' https://a"] * 2_000)),
        (",".join(["default-src" + " https://a" * 900] * 60)),
        (",".join(["default-src" + "".join(f" https://a/{n}/" for n in range(900))] * 60)),
        (",".join([";".join(f"a{n} b{n} c" for n in range(100))] * 60)),
        ("default-src " + "%" * 100_000),
    ],
    ids=[
        "sources",
        "directives",
        "policies",
        "policies of sources",
        "policies of pages",
        "policies of directives",
        "escapes",
    ],
)
def test_it_reads_a_huge_policy_at_once(policy: str) -> None:
    with within_cpu(1.5):
        csp.judge(with_header("Content-Security-Policy", policy))
