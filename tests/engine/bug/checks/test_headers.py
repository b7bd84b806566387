"""What headers leave open, page by page, and the grade that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.engine.bug.checks.headers import look
from app.engine.bug.definitions import definition_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.types import Headers, Hit, Plan, Request, Response
from tests.engine.bug.checks.sight import HTML, SITE, answer, gathered, page, rules

GOOD: Headers = (
    ("Content-Security-Policy", "default-src 'none'; script-src 'self'; frame-ancestors 'none'"),
    ("Strict-Transport-Security", "max-age=31536000"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=()"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
)
PLAIN = SITE.replace("https:", "http:")


def with_changed(name: str, value: str | None) -> Headers:
    kept = tuple(each for each in GOOD if each[0] != name)
    return kept if value is None else (*kept, (name, value))


def of(headers: Headers, body: str = "") -> set[str]:
    return rules(list(look(gathered(page(body, headers=headers)))))


def hop(url: str, location: str = "", *, error: str | None = None) -> Response:
    headers = (("Location", location),) if location else HTML
    return Response(Request(url), 0 if error else 301 if location else 200, headers, error=error)


def of_chains(http: Sequence[Response], https: Sequence[Response], url: str = SITE) -> set[str]:
    found = Gathered(Plan(url), f"{url}/", http_chain=tuple(http), https_chain=tuple(https))
    return rules(list(look(found)))


def test_a_well_kept_site_has_nothing() -> None:
    assert of(GOOD) == set()


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("Content-Security-Policy", None, "missing-csp"),
        ("Strict-Transport-Security", None, "missing-hsts"),
        ("Strict-Transport-Security", "includeSubDomains", "invalid-hsts"),
        ("Strict-Transport-Security", "max-age=86400", "short-hsts"),
        ("X-Content-Type-Options", None, "missing-x-content-type-options"),
        ("X-Content-Type-Options", "sniff", "invalid-x-content-type-options"),
        ("Referrer-Policy", None, "missing-referrer-policy"),
        ("Referrer-Policy", "unsafe-url", "unsafe-referrer-policy"),
        ("Permissions-Policy", None, "missing-permissions-policy"),
        ("Cross-Origin-Resource-Policy", None, "missing-corp"),
        ("Cross-Origin-Opener-Policy", None, "missing-coop"),
        ("Cross-Origin-Embedder-Policy", None, "missing-coep"),
    ],
)
def test_it_tells_each_header(name: str, value: str | None, rule: str) -> None:
    headers = (*with_changed(name, value), ("X-Frame-Options", "DENY"))
    assert of(headers) == {rule}


def test_what_browsers_pass_over_on_a_plain_site_is_a_note_only() -> None:
    plain = gathered(page(headers=with_changed("Strict-Transport-Security", None), site=PLAIN), site=PLAIN)
    told = [hit for hit in look(plain) if hit.parameter == "Strict-Transport-Security"]
    assert rules(told) == {"missing-hsts-over-http"}
    assert [definition_of(hit.rule).severity for hit in told] == ["info"]


@pytest.mark.parametrize(
    ("policy", "kinds"),
    [
        (
            "default-src * 'unsafe-inline' 'unsafe-eval'",
            {"unsafe-inline", "unsafe-eval", "wildcard", "unsafe-style"},
        ),
        ("default-src 'self'; style-src 'unsafe-inline'", {"unsafe-style"}),
        ("default-src 'self'; img-src http://pictures.example", {"insecure-scheme"}),
        ("default-src 'self'; script-src 'self' 'unsafe-inline' 'nonce-x'", set()),
    ],
)
def test_it_tells_each_weakness_of_a_policy(policy: str, kinds: set[str]) -> None:
    headers = (*with_changed("Content-Security-Policy", policy), ("X-Frame-Options", "DENY"))
    assert of(headers) == {f"csp-{kind}" for kind in kinds}


def test_a_policy_that_only_reports_is_told_as_such() -> None:
    headers = (*with_changed("Content-Security-Policy", None), ("X-Frame-Options", "DENY"))
    headers = (*headers, ("Content-Security-Policy-Report-Only", "default-src 'self'"))
    assert of(headers) == {"csp-report-only"}


@pytest.mark.parametrize(
    ("option", "ancestors", "rule"),
    [
        (None, None, "missing-x-frame-options"),
        ("ALLOW-FROM https://x.example", None, "invalid-x-frame-options"),
        (None, "*", "missing-x-frame-options"),
        ("SAMEORIGIN", None, None),
        (None, "'self'", None),
        ("SAMEORIGIN", "*", None),
    ],
)
def test_framing_is_stopped_by_either_header(
    option: str | None, ancestors: str | None, rule: str | None
) -> None:
    policy = "default-src 'none'" + (f"; frame-ancestors {ancestors}" if ancestors else "")
    headers = with_changed("Content-Security-Policy", policy)
    headers += (("X-Frame-Options", option),) if option else ()
    assert of(headers) == ({rule} if rule else set())


def test_scripts_of_foreign_hosts_need_integrity() -> None:
    body = (
        "<script src=https://cdn.example.net/a.js></script><script src=//stats.example.net/b.js></script>"
        "<script src=https://good.example.net/c.js integrity=sha384-x></script>"
        "<script src=//shop.site.example/d.js></script><script src=/e.js></script>"
    )
    hits = list(look(gathered(page(body, headers=GOOD))))
    assert {hit.parameter for hit in hits} == {"cdn.example.net", "stats.example.net"}
    assert rules(hits) == {"missing-sri"}


def test_every_page_is_looked_at_and_one_rule_holds_them() -> None:
    pages = [page(path=f"/{number}", headers=GOOD if number else ()) for number in range(3)]
    pages += [page(path=f"/bare/{number}") for number in range(40)]
    hits = [hit for hit in look(gathered(*pages)) if hit.rule == "headers.missing-csp"]
    assert len(hits) == 20
    assert hits[0].url == f"{SITE}/0"
    assert hits[0].evidence == "200 without Content-Security-Policy"


def test_error_pages_and_files_are_not_asked_for_headers() -> None:
    others = [page(path="/gone", status=404), page("{}", "/data.json", kind="application/json")]
    assert list(look(gathered(page(headers=GOOD), *others))) == []


def test_cookies_are_left_to_their_own_check() -> None:
    assert of((*GOOD, ("Set-Cookie", "sessionid=1"))) == set()


@pytest.mark.parametrize(
    ("credentials", "found"), [("true", {"cors-with-credentials"}), ("false", set()), (None, set())]
)
def test_it_tells_when_any_site_may_read_with_credentials(credentials: str | None, found: set[str]) -> None:
    origin = "https://elsewhere.example"
    headers: Headers = (("Access-Control-Allow-Origin", origin),)
    headers += (("Access-Control-Allow-Credentials", credentials),) if credentials else ()
    asked = Response(Request(f"{SITE}/", headers=(("Origin", origin),)), 200, headers)
    front = answer(headers=GOOD)
    sight = Gathered(Plan(SITE), f"{SITE}/", [Page(front)], https_chain=(front,), cors=asked)
    assert rules(list(look(sight))) == found


@pytest.mark.parametrize(
    ("http", "https", "found"),
    [
        ([hop(f"{PLAIN}/", f"{SITE}/"), hop(f"{SITE}/")], [hop(f"{SITE}/")], set()),
        ([hop(f"{PLAIN}/")], [hop(f"{SITE}/")], {"no-https-redirect"}),
        ([hop(f"{PLAIN}/")], [hop(f"{SITE}/", error="connect_refused")], {"plain-http"}),
        ([hop(f"{PLAIN}/", error="connect_refused")], [hop(f"{SITE}/")], set()),
        ([hop(f"{PLAIN}/", "https://other.example/")], [hop(f"{SITE}/")], {"redirect-off-host"}),
        (
            [hop(f"{PLAIN}/", f"{PLAIN}/x"), hop(f"{PLAIN}/x", f"{SITE}/"), hop(f"{SITE}/")],
            [hop(f"{SITE}/")],
            {"insecure-redirect-chain"},
        ),
        ([], [hop(f"{SITE}/", f"{PLAIN}/"), hop(f"{PLAIN}/")], {"https-downgrade"}),
        ([hop(f"{PLAIN}/", "/x"), hop(f"{PLAIN}/x")], [hop(f"{SITE}/")], {"no-https-redirect"}),
    ],
)
def test_it_follows_plain_http(http: list[Response], https: list[Response], found: set[str]) -> None:
    assert of_chains(http, https) == found


def test_plain_http_on_a_port_of_its_own_is_only_mentioned() -> None:
    url = "http://127.0.0.1:8080"
    assert of_chains([hop(f"{url}/")], [], url) == {"plain-http-port"}


def test_it_keeps_the_grade_for_the_report() -> None:
    front = answer(headers=GOOD)
    sight = Gathered(Plan(SITE), f"{SITE}/", [Page(front)], https_chain=(front,))
    list(look(sight))
    kept = sight.shared["headers"]
    assert kept["grade"] == "A+"
    assert kept["tests"]["cookies"] == {"result": "cookies-not-found", "pass": True, "modifier": 0}


def test_a_certificate_that_does_not_verify_costs_the_grade() -> None:
    front = answer(headers=GOOD)
    sight = Gathered(Plan(SITE), f"{SITE}/", [Page(front)], https_chain=(front,))
    sight.shared["tls_error"] = "tls_expired"
    list(look(sight))
    assert sight.shared["headers"]["tests"]["strict-transport-security"]["result"] == "hsts-invalid-cert"


def test_a_silent_site_has_no_grade() -> None:
    sight = Gathered(Plan(SITE), f"{SITE}/", https_chain=(hop(f"{SITE}/", error="timeout"),))
    assert list(look(sight)) == []
    assert "headers" not in sight.shared


def test_cookies_of_the_redirects_count_for_the_grade() -> None:
    first = replace(
        hop(f"{SITE}/", f"{SITE}/home"), headers=(("Location", "/home"), ("Set-Cookie", "sess=1"))
    )
    sight = Gathered(Plan(SITE), f"{SITE}/home", https_chain=(first, answer(path="/home", headers=GOOD)))
    list(look(sight))
    assert sight.shared["headers"]["tests"]["cookies"]["pass"] is False


def test_evidence_is_short() -> None:
    headers = with_changed("Content-Security-Policy", "script-src " + "'unsafe-inline' " * 200)
    hits: list[Hit] = list(look(gathered(page(headers=headers))))
    assert max(len(hit.evidence) for hit in hits) <= 300
