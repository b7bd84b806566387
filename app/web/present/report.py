"""A site's findings as its report tells them: those with one cause together, how to mend it said once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import ngettext

from app.engine.tamper.visible import visible
from app.models import Finding
from app.service.bug.finding import is_overdue
from app.service.bug.say import finding_texts
from app.web.i18n import current_locale
from app.web.present.finding import finding_row, in_lines
from app.web.words.bug import SEVERITIES, class_words, severity_mark

_PLACES = 10
"""So many addresses stand in the report for one cause."""


def report_parts(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """By severity, the gravest first."""
    causes: dict[tuple[str, ...], dict[str, Any]] = {}
    for finding in findings:
        texts = {name: in_lines(text) for name, text in finding_texts(finding, current_locale()).items()}
        key = (finding.severity, finding.rule, texts["why"], texts["remedy"])
        cause = causes.setdefault(key, _cause(finding, texts))
        cause["places"].append(_place(finding, texts["title"]))
    parts = []
    for name, words in SEVERITIES.items():
        of_it = [_cut(cause) for key, cause in causes.items() if key[0] == name]
        if of_it:
            parts.append({"text": str(words), "name": name, "causes": of_it})
    return parts


def accepted_rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What was accepted for a time, by whom and why."""
    return [
        {
            **finding_row(each),
            "who": each.accepted_by,
            "until": each.accepted_until,
            "reason": visible(each.accepted_reason),
        }
        for each in findings
    ]


def _cause(finding: Finding, texts: dict[str, str]) -> dict[str, Any]:
    return {
        **texts,
        "severity": severity_mark(finding.severity),
        "cls": class_words(finding.cls),
        "cwe": ", ".join(finding.cwe[:2]),
        "cvss": finding.cvss,
        "places": [],
    }


def _place(finding: Finding, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "address": visible(finding.url),
        "parameter": visible(finding.parameter or finding.component or ""),
        "first_seen_at": finding.first_seen_at,
        "due_at": finding.due_at,
        "is_overdue": is_overdue(finding),
    }


def _like_it(title: str, more: int) -> str:
    return ngettext("%(title)s, and %(num)s like it", "%(title)s, and %(num)s like it", more, title=title)


def _cut(cause: dict[str, Any]) -> dict[str, Any]:
    places = cause["places"]
    is_one = len({place["title"] for place in places}) == 1
    return {
        **cause,
        "heading": cause["title"] if is_one else _like_it(cause["title"], len(places) - 1),
        "has_titles": not is_one,
        "count": len(places),
        "places": places[:_PLACES],
        "more": max(0, len(places) - _PLACES),
    }
