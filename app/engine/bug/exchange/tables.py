"""Findings as rows of a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from app.engine.bug.exchange.rows import Row

COLUMNS = {
    "site": {"en": "Site", "zh": "网站"},
    "severity": {"en": "Severity", "zh": "严重程度"},
    "state": {"en": "State", "zh": "状态"},
    "title": {"en": "Title", "zh": "标题"},
    "url": {"en": "Address", "zh": "地址"},
    "method": {"en": "Method", "zh": "方法"},
    "parameter": {"en": "Parameter", "zh": "参数"},
    "component": {"en": "Component", "zh": "组件"},
    "evidence": {"en": "Evidence", "zh": "证据"},
    "why": {"en": "Why it matters", "zh": "影响"},
    "remedy": {"en": "Remedy", "zh": "修复建议"},
    "check": {"en": "Check", "zh": "检查项"},
    "class": {"en": "Class", "zh": "类别"},
    "cwe": {"en": "CWE", "zh": "CWE"},
    "owasp": {"en": "OWASP", "zh": "OWASP"},
    "cvss": {"en": "CVSS", "zh": "CVSS"},
    "confidence": {"en": "Confidence", "zh": "置信度"},
    "places": {"en": "Places", "zh": "位置数"},
    "assignee": {"en": "Assigned to", "zh": "负责人"},
    "due_at": {"en": "Due", "zh": "截止时间"},
    "first_seen_at": {"en": "First seen", "zh": "首次发现"},
    "last_seen_at": {"en": "Last seen", "zh": "最近发现"},
    "accepted_by": {"en": "Accepted by", "zh": "接受人"},
    "accepted_until": {"en": "Accepted until", "zh": "接受期限"},
    "reason": {"en": "Reason", "zh": "原因"},
    "source": {"en": "Source", "zh": "来源"},
    "references": {"en": "References", "zh": "参考"},
    "fingerprint": {"en": "Fingerprint", "zh": "指纹"},
}
MAX_CELL = 8_000
# What a spreadsheet would calculate or run, and characters that its format cannot hold.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def header(locale: str) -> list[str]:
    return [names.get(locale[:2]) or names["en"] for names in COLUMNS.values()]


def cells(row: Row, locale: str) -> list[str | int]:
    """A row's cells in the order of `COLUMNS`. Texts are of strangers: none is a formula."""
    values = {**row.texts(locale), **_plain(row)}
    return [_cell(values[name]) for name in COLUMNS]


def csv_of(rows: Iterable[Row], locale: str) -> str:
    """Comma-separated, with a byte order mark so that spreadsheets read it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header(locale))
    writer.writerows(cells(row, locale) for row in rows)
    return "\ufeff" + out.getvalue()


def _plain(row: Row) -> dict[str, str | int]:
    return {
        "site": row.site,
        "severity": row.severity,
        "state": row.state,
        "url": row.url,
        "method": row.method,
        "parameter": row.parameter or "",
        "component": row.component or "",
        "evidence": row.locations[0].evidence if row.locations else "",
        "check": row.rule,
        "class": row.cls,
        "cwe": ", ".join(row.cwe),
        "owasp": row.owasp or "",
        "cvss": row.cvss or "",
        "confidence": row.confidence,
        "places": len(row.locations),
        "assignee": row.assignee,
        "due_at": row.due_at,
        "first_seen_at": row.first_seen_at,
        "last_seen_at": row.last_seen_at,
        "accepted_by": row.accepted_by,
        "accepted_until": row.accepted_until,
        "reason": row.reason,
        "source": row.source,
        "references": "\n".join(row.references),
        "fingerprint": row.fingerprint,
    }


def _cell(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    value = _CONTROL.sub(" ", value)[:MAX_CELL]
    return f"'{value}" if value.startswith(_FORMULA) else value
