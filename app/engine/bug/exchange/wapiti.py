"""Wapiti's JSON report (`wapiti -f json`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from app.engine.bug.exchange.classes import class_of
from app.engine.bug.exchange.equals import MISSING, Ours, as_ours, cookie_rule
from app.engine.bug.exchange.imported import (
    Imported,
    ReportError,
    add,
    evidence,
    links,
    loaded,
    member,
    message,
    slug,
    text,
)
from app.engine.bug.types import Severity

_LEVELS: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
_KINDS = ("vulnerabilities", "anomalies", "additionals")
_COOKIE = re.compile(r"(HttpOnly|Secure) flag is not set in the cookie : (.{1,200})")
_NOT_SET = re.compile(r"(X-Content-Type-Options|Strict-Transport-Security) is not set")
_OF_SITE = frozenset(
    {
        "Clickjacking Protection",
        "Content Security Policy Configuration",
        "Fingerprint web application framework",
        "Fingerprint web server",
        "Fingerprint web technology",
        "HTTP Methods",
        "HTTP Strict Transport Security (HSTS)",
        "MIME Type Confusion",
        "TLS/SSL misconfigurations",
        "Unencrypted Channels",
    }
)
_CWES = {
    "Backup file": "CWE-530",
    "Blind SQL Injection": "CWE-89",
    "CRLF Injection": "CWE-93",
    "Clickjacking Protection": "CWE-1021",
    "Command execution": "CWE-78",
    "Content Security Policy Configuration": "CWE-693",
    "Cross Site Request Forgery": "CWE-352",
    "HTML Injection": "CWE-80",
    "HTTP Strict Transport Security (HSTS)": "CWE-319",
    "Htaccess Bypass": "CWE-284",
    "HttpOnly Flag cookie": "CWE-1004",
    "Internal Server Error": "CWE-209",
    "LDAP Injection": "CWE-90",
    "Log4Shell": "CWE-502",
    "MIME Type Confusion": "CWE-693",
    "Open Redirect": "CWE-601",
    "Path Traversal": "CWE-22",
    "Potentially dangerous file": "CWE-538",
    "Reflected Cross Site Scripting": "CWE-79",
    "Resource consumption": "CWE-400",
    "SQL Injection": "CWE-89",
    "Secure Flag cookie": "CWE-614",
    "Server Side Request Forgery": "CWE-918",
    "Spring4Shell": "CWE-94",
    "Stored Cross Site Scripting": "CWE-79",
    "Stored HTML Injection": "CWE-80",
    "TLS/SSL misconfigurations": "CWE-326",
    "Unencrypted Channels": "CWE-319",
    "Unrestricted File Upload": "CWE-434",
    "Vulnerable software": "CWE-1104",
    "Weak credentials": "CWE-521",
    "XML External Entity": "CWE-611",
    "XPATH Injection": "CWE-643",
}


def parse(data: bytes) -> list[Imported]:
    """Raises ReportError, naming the member."""
    report = loaded(data)
    if not isinstance(report, dict) or not isinstance(report.get("vulnerabilities"), dict):
        raise ReportError("vulnerabilities: is missing; this is no JSON report of Wapiti")
    target = text(member(member(report, "infos", dict, ""), "target", str, "infos"))
    if not re.match(r"https?://[^\s/]", target):
        raise ReportError("infos.target: an address is needed")
    texts = report.get("classifications")
    items: list[Imported] = []
    for where, category, entry in _entries(report):
        about = texts.get(category) if isinstance(texts, dict) else None
        add(items, _made(where, category, entry, target, about if isinstance(about, dict) else {}))
    return items


def _entries(report: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for kind in _KINDS:
        categories = report.get(kind) or {}
        if not isinstance(categories, dict):
            raise ReportError(f"{kind}: an object is needed")
        for category in categories:
            for number, entry in enumerate(member(categories, category, list, kind)):
                where = f"{kind}.{category}[{number}]"
                if not isinstance(entry, dict):
                    raise ReportError(f"{where}: an object is needed")
                yield where, category, entry


def _made(where: str, category: str, entry: dict[str, Any], target: str, about: dict[str, Any]) -> Imported:
    level = entry.get("level")
    if not isinstance(level, int) or not 0 <= level < len(_LEVELS):
        raise ReportError(f"{where}.level: a number from 0 to 4 is needed")
    cwe = (_CWES[category],) if category in _CWES else ()
    cls, owasp = class_of(cwe)
    info = text(entry.get("info"))
    references = about.get("ref")
    item = Imported(
        source="wapiti",
        rule=f"wapiti.{slug(category)}",
        title=text(category, 250),
        url=_url(target, text(member(entry, "path", str, where))),
        severity=_LEVELS[level],
        cls=cls,
        cwe=cwe,
        owasp=owasp,
        method=text(entry.get("method"), 10).upper() or "GET",
        parameter=text(entry.get("parameter"), 200) or None,
        evidence=evidence(info),
        request=message(entry.get("http_request")),
        why=text(about.get("desc")),
        remedy=text(about.get("sol")),
        references=links(list(references.values()) if isinstance(references, dict) else references),
        of_site=category in _OF_SITE,
    )
    return as_ours(item, _equal(category, info))


def _url(target: str, path: str) -> str:
    try:
        return urljoin(target, path)
    except ValueError:
        return target


def _equal(category: str, info: str) -> Ours | None:
    if category == "Content Security Policy Configuration" and info == "CSP is not set":
        return MISSING["content-security-policy"]
    not_set = _NOT_SET.fullmatch(info)
    if not_set is not None:
        return MISSING[not_set[1].lower()]
    cookie = _COOKIE.fullmatch(info)
    if cookie is not None:
        return cookie_rule(f"without-{cookie[1].lower()}", cookie[2].strip())
    return None
