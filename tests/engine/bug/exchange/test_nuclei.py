"""nuclei's results."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from app.engine.bug.exchange import nuclei
from app.engine.bug.exchange.imported import Imported, ReportError, findings_of
from app.engine.bug.finding.merge import findings_of as findings_of_hits
from app.engine.bug.types import Hit

RESULT: dict[str, Any] = {
    "template-id": "CVE-2021-41773",
    "info": {
        "name": "Apache path traversal",
        "severity": "critical",
        "description": "Files outside the root are read.",
        "remediation": "Update to 2.4.51.",
        "reference": ["https://httpd.apache.org/security/", "not an address"],
        "classification": {
            "cve-id": ["cve-2021-41773"],
            "cwe-id": ["cwe-22"],
            "cvss-metrics": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        },
    },
    "type": "http",
    "host": "https://www.site.example",
    "matched-at": "https://www.site.example/cgi-bin/.%2e/etc/passwd",
    "request": "GET /cgi-bin HTTP/1.1\r\nHost: a.example\r\nCookie: sid=abcdefghijklmnopqrstuvwxyz123\r\n",
    "response": "HTTP/1.1 200 OK\r\n\r\nroot:x:0:0",
    "extracted-results": ["root:x:0:0"],
}
MISSING = {
    "template-id": "http-missing-security-headers",
    "info": {"name": "HTTP Missing Security Headers", "severity": "info"},
    "matcher-name": "content-security-policy",
    "matched-at": "https://www.site.example/",
}


def parse(*results: Any) -> list[Imported]:
    return nuclei.parse(b"\n".join(map(orjson.dumps, results)))


def test_a_result_becomes_a_finding() -> None:
    (item,) = parse(RESULT)
    assert (item.rule, item.severity, item.cls) == ("nuclei.cve-2021-41773", "critical", "path_traversal")
    assert (item.cwe, item.cvss) == (("CWE-22",), RESULT["info"]["classification"]["cvss-metrics"])
    assert (item.why, item.remedy) == ("Files outside the root are read.", "Update to 2.4.51.")
    assert item.references == ("https://httpd.apache.org/security/",)
    assert (item.site, item.method) == ("www.site.example", "GET")


def test_secrets_are_masked() -> None:
    token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    (item,) = parse({**RESULT, "extracted-results": [token]})
    assert token not in item.evidence
    assert "abcdefghijklmnopqrstuvwxyz123" not in item.request


def test_a_list_is_read_like_lines() -> None:
    assert nuclei.parse(orjson.dumps([RESULT])) == parse(RESULT)


def test_empty_lines_and_failed_matches_are_passed_over() -> None:
    assert nuclei.parse(b"\n\n" + orjson.dumps({**RESULT, "matcher-status": False}) + b"\n") == []


@pytest.mark.parametrize(
    ("matched", "url"),
    [
        ("www.site.example:443", "https://www.site.example"),
        ("www.site.example:80", "http://www.site.example"),
        ("www.site.example", "https://www.site.example"),
        ("www.site.example:8443", "https://www.site.example:8443"),
    ],
)
def test_a_host_becomes_an_address(matched: str, url: str) -> None:
    (item,) = parse({**RESULT, "matched-at": matched})
    assert item.url == url


def test_two_matchers_of_a_template_are_two_findings() -> None:
    items = parse({**RESULT, "matcher-name": "one"}, {**RESULT, "matcher-name": "two"})
    assert len({item.fingerprint for item in items}) == 2


def test_the_same_place_again_is_one_finding() -> None:
    again = {
        **RESULT,
        "matched-at": RESULT["matched-at"] + "?again=1",
        "info": {**RESULT["info"], "severity": "low"},
    }
    (finding,) = findings_of(parse(RESULT, again, RESULT))
    assert len(finding.locations) == 2


def test_a_missing_header_is_our_own_rule() -> None:
    (finding,) = findings_of(parse(MISSING))
    hit = Hit("headers.missing-csp", "https://www.site.example/shop", parameter="Content-Security-Policy")
    (ours,) = findings_of_hits([hit], "www.site.example")
    assert finding.fingerprint == ours.fingerprint
    assert (finding.check, finding.severity, finding.cls) == (ours.check, ours.severity, ours.cls)


def test_what_only_resembles_a_rule_stays_the_tools_own() -> None:
    (item,) = parse({**MISSING, "matcher-name": "x-frame-options"})
    assert item.rule == "nuclei.http-missing-security-headers"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{nonsense", "line 2: no JSON"),
        (b"[]", "line 2: an object"),
        (b"{}", "line 2.template-id"),
        (b'{"template-id": "x"}', "line 2.info"),
        (b'{"template-id": "x", "info": {}}', "line 2.matched-at"),
        (b'{"template-id": "x", "info": {}, "host": "a b"}', "line 2.matched-at"),
    ],
)
def test_a_bad_line_is_named(line: bytes, message: str) -> None:
    with pytest.raises(ReportError, match=message):
        nuclei.parse(orjson.dumps(RESULT) + b"\n" + line)


def test_strange_values_do_no_harm() -> None:
    info = {"name": 7, "severity": ["x"], "reference": {"a": 1}, "classification": "x", "description": None}
    (item,) = parse(
        {"template-id": "x" * 500, "info": info, "host": "https://a.example/\x00\n", "request": 9}
    )
    assert item.severity == "info"
    assert len(item.rule) < 100


def test_addresses_of_a_report_tell_no_secret() -> None:
    secret = "n687neLfjVHq8xiM0OGr4hTxoF54Fzbk"
    told = {**RESULT, "matched-at": f"https://www.site.example/a?token={secret}"}
    (found,) = findings_of(nuclei.parse(orjson.dumps(told)))
    assert secret not in repr(found)
    assert found.url == "https://www.site.example/a?token=n687…Fzbk"
