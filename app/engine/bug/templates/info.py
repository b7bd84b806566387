"""What a template says of itself: name, severity, classification, products."""

from __future__ import annotations

import re
from typing import Any

from cvss import CVSS3, CVSSError

from app.engine.bug.templates.fields import Fields
from app.engine.bug.templates.texts import clean
from app.engine.bug.templates.types import Info, RefusedError
from app.engine.bug.types import SEVERITIES, Severity

_CWE = re.compile(r"cwe-(\d{1,5})", re.I)
_ADDRESS = re.compile(r"https?://[^\s\"'<>]{3,400}")
_MOST = 10


def read_info(table: Any) -> Info:
    """Raises RefusedError: info."""
    fields = Fields(table, "info")
    name = fields.text("name").strip()
    if not name:
        raise RefusedError("info", "name")
    severity = _severity(fields.word("severity", "info"))
    classification = _table(fields.take("classification"))
    metadata = _table(fields.take("metadata"))
    return Info(
        name=clean(name, 200),
        severity=severity,
        description=clean(fields.text("description").strip(), 2_000),
        remediation=clean(fields.text("remediation").strip(), 2_000),
        tags=frozenset(_words(fields.take("tags"))),
        cwe=tuple(
            dict.fromkeys(f"CWE-{each}" for each in _CWE.findall(_joined(classification.get("cwe-id"))))
        ),
        cvss=_vector(_joined(classification.get("cvss-metrics")).strip(), severity),
        references=tuple(dict.fromkeys(_ADDRESS.findall(_joined(fields.take("reference")))))[:_MOST],
        products=frozenset(_words(metadata.get("product"))),
        vendors=frozenset(_words(metadata.get("vendor"))),
    )


def _severity(word: str) -> Severity:
    if word == "unknown":
        return "info"
    for severity in SEVERITIES:
        if word == severity:
            return severity
    raise RefusedError("info", f"severity: {word[:50]}")


def _vector(text: str, severity: Severity) -> str | None:
    """The vector where it is one of version 3 and says the same as the severity; else the severity stands."""
    try:
        rating = CVSS3(text).severities()[0].lower()
    except (CVSSError, ValueError, KeyError, IndexError):
        return None
    return text if rating == severity else None


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(item for item in value if isinstance(item, str))[:10_000]
    return value[:10_000] if isinstance(value, str) else ""


def _words(value: Any) -> list[str]:
    """Comma-separated words, or a list of them, in lower case."""
    parts = _joined(value).replace("\n", ",").split(",")
    return [part.strip().lower() for part in parts if part.strip()]
