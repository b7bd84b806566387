"""Wapiti's report, and what holds for all of them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from app.engine.bug.exchange import imported, nuclei, wapiti, zap
from app.engine.bug.exchange.imported import Imported, ReportError, findings_of

ENTRY: dict[str, Any] = {
    "method": "POST",
    "path": "/login.php",
    "info": "SQL Injection via injection in the parameter name",
    "level": 4,
    "parameter": "name",
    "module": "sql",
    "http_request": "POST /login.php HTTP/1.1\nAuthorization: Basic dXNlcjpwYXNzd29yZA==\n\nname=x",
    "curl_command": "curl …",
    "wstg": ["WSTG-INPV-05"],
}


def report(category: str = "SQL Injection", kind: str = "vulnerabilities", **changes: Any) -> dict[str, Any]:
    classification = {
        "desc": "Queries are changed by input.",
        "sol": "Bind parameters.",
        "ref": {"OWASP": "https://owasp.org/www-community/attacks/SQL_Injection"},
        "wstg": ["WSTG-INPV-05"],
    }
    empty: dict[str, Any] = {"vulnerabilities": {}, "anomalies": {}, "additionals": {}}
    return {
        **empty,
        "classifications": {category: classification},
        kind: {category: [{**ENTRY, **changes}], "Backup file": []},
        "infos": {"target": "https://www.site.example/", "version": "Wapiti 3.2.3"},
    }


def parse(category: str = "SQL Injection", kind: str = "vulnerabilities", **changes: Any) -> list[Imported]:
    return wapiti.parse(orjson.dumps(report(category, kind, **changes)))


def test_a_result_becomes_a_finding() -> None:
    (finding,) = findings_of(parse())
    assert (finding.check, finding.severity, finding.cls) == (
        "wapiti.sql-injection",
        "critical",
        "sql_injection",
    )
    assert (finding.cwe, finding.owasp) == (("CWE-89",), "A03:2021")
    assert (finding.method, finding.place, finding.parameter) == ("POST", "/login.php", "name")
    assert finding.url == "https://www.site.example/login.php"
    assert (finding.detail["why"], finding.detail["remedy"]) == (
        "Queries are changed by input.",
        "Bind parameters.",
    )
    assert "dXNlcjpwYXNzd29yZA==" not in finding.locations[0].request


def test_what_every_page_shows_is_one_finding() -> None:
    data = report("HTTP Methods", info="Possible interesting methods", parameter="")
    data["vulnerabilities"]["HTTP Methods"].append({**ENTRY, "path": "/other", "parameter": ""})
    (finding,) = findings_of(wapiti.parse(orjson.dumps(data)))
    assert (finding.place, len(finding.locations)) == ("", 2)


def test_anomalies_and_additional_facts_are_read_too() -> None:
    (item,) = parse("Fingerprint web technology", "additionals", level=0)
    assert (item.rule, item.severity) == ("wapiti.fingerprint-web-technology", "info")


@pytest.mark.parametrize(
    ("category", "info", "rule"),
    [
        ("Content Security Policy Configuration", "CSP is not set", "headers.missing-csp"),
        (
            "Content Security Policy Configuration",
            'CSP attribute "script-src" is missing',
            "wapiti.content-security-policy-configuration",
        ),
        (
            "MIME Type Confusion",
            "X-Content-Type-Options is not set",
            "headers.missing-x-content-type-options",
        ),
        (
            "HTTP Strict Transport Security (HSTS)",
            "Strict-Transport-Security is not set",
            "headers.missing-hsts",
        ),
        ("Clickjacking Protection", "X-Frame-Options is not set", "wapiti.clickjacking-protection"),
        ("Secure Flag cookie", "Secure flag is not set in the cookie : sid", "cookies.without-secure"),
        (
            "HttpOnly Flag cookie",
            "HttpOnly flag is not set in the cookie : PHPSESSID",
            "cookies.without-httponly",
        ),
        (
            "HttpOnly Flag cookie",
            "HttpOnly flag is not set in the cookie : lang",
            "wapiti.httponly-flag-cookie",
        ),
    ],
)
def test_equal_weaknesses_are_our_own_rules(category: str, info: str, rule: str) -> None:
    (item,) = parse(category, info=info, parameter="")
    assert item.rule == rule


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"nonsense", "no JSON"),
        (b"{}", "no JSON report of Wapiti"),
        (orjson.dumps({**report(), "infos": {}}), r"infos\.target"),
        (orjson.dumps({**report(), "infos": {"target": "x"}}), r"infos\.target"),
        (orjson.dumps({**report(), "anomalies": [1]}), "anomalies: an object"),
        (orjson.dumps({**report(), "anomalies": {"x": 1}}), r"anomalies\.x: a list"),
        (orjson.dumps(report(level="high")), r"vulnerabilities\.SQL Injection\[0\]\.level"),
        (orjson.dumps(report(level=5)), r"\[0\]\.level"),
        (orjson.dumps(report(path=None)), r"\[0\]\.path: a string"),
    ],
)
def test_a_bad_member_is_named(data: bytes, message: str) -> None:
    with pytest.raises(ReportError, match=message):
        wapiti.parse(data)


@pytest.mark.parametrize("tool", [nuclei, zap, wapiti])
def test_a_file_that_is_too_large_is_refused(tool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imported, "MAX_BYTES", 10)
    monkeypatch.setattr(nuclei, "MAX_BYTES", 10)
    with pytest.raises(ReportError, match="larger than"):
        tool.parse(b"{" + b" " * 20 + b"}")


def test_a_file_with_too_many_results_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imported, "MAX_ITEMS", 0)
    with pytest.raises(ReportError, match="more than 0 results"):
        parse()


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ReportError):
        zap.parse(b"[" * 100_000)
