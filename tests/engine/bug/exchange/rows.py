"""Findings made by hand, for what is exported."""

from __future__ import annotations

from typing import Any

from app.engine.bug.exchange.rows import Row
from app.engine.bug.types import Location

PAGE = "https://shop.site.example/item/4711?q=a b"


def row(**changes: Any) -> Row:
    values: dict[str, Any] = {
        "site": "Shop",
        "fingerprint": "0123456789abcdef0123456789abcdef",
        "rule": "headers.missing-sri",
        "cls": "missing_sri",
        "severity": "low",
        "confidence": "firm",
        "url": PAGE,
        "parameter": "cdn.example.net",
        "cvss": "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N",
        "cwe": ("CWE-353", "CWE-829"),
        "owasp": "A08:2021",
        "detail": {"host": "cdn.example.net"},
        "references": ("https://developer.mozilla.org/docs/Web/Security/Subresource_Integrity",),
        "locations": (Location(PAGE, '<script src="https://cdn.example.net/a.js">'),),
    }
    return Row(**{**values, **changes})


FOREIGN = row(
    rule="zap.40012",
    cls="cross_site_scripting",
    severity="high",
    cvss=None,
    cwe=("CWE-79",),
    owasp=None,
    parameter=None,
    detail={"title": "Cross Site Scripting {x}", "why": "Scripts run.", "remedy": "Escape {output}."},
    references=(),
    source="zap",
)
