"""Findings as templates want them. What a site sent is shown as text, unseen characters named."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.engine.tamper.visible import visible
from app.models import Finding, FindingHistory, FindingLocation, Scan
from app.service.bug.finding import is_overdue
from app.service.bug.say import finding_texts, finding_title
from app.web.i18n import current_locale
from app.web.words.bug import (
    CONFIDENCES,
    FINDING_STATES,
    HISTORY,
    RETEST_ANSWERS,
    SOURCES,
    class_words,
    severity_mark,
)

_OWASP = "https://owasp.org/Top10/"
_CWE = "https://cwe.mitre.org/data/definitions/{number}.html"
_CVSS = "https://www.first.org/cvss/calculator/{version}#{vector}"
_LOCATIONS_SHOWN = 20


def finding_row(finding: Finding) -> dict[str, Any]:
    """A finding as lists show it."""
    words, look = FINDING_STATES[finding.state]
    return {
        "id": finding.id,
        "url": url_for("web.finding", finding_id=finding.id),
        "title": visible(finding_title(finding, current_locale())),
        "severity": severity_mark(finding.severity),
        "cls": class_words(finding.cls),
        "state": finding.state,
        "state_text": str(words),
        "state_look": look,
        "site": finding.site.name,
        "site_url": url_for("web.site", site_id=finding.site_id),
        "where": visible(where_of(finding)),
        "assignee": finding.assignee_email,
        "due_at": finding.due_at,
        "is_overdue": is_overdue(finding),
        "last_seen_at": finding.last_seen_at,
    }


def where_of(finding: Finding) -> str:
    """`GET /path · parameter`, or what the whole site's finding is about."""
    place = f"{finding.method} {finding.place}" if finding.place else _("the whole site")
    return " · ".join(each for each in (place, finding.parameter, finding.component) if each)


def finding_page(finding: Finding) -> dict[str, Any]:
    """A finding as its own page shows it."""
    texts = finding_texts(finding, current_locale())
    return {
        **finding_row(finding),
        "title": visible(texts["title"] or finding_title(finding, current_locale())),
        "why": visible(texts["why"]),
        "remedy": in_lines(texts["remedy"]),
        "address": visible(finding.url),
        "method": finding.method,
        "parameter": visible(finding.parameter or ""),
        "component": visible(finding.component or ""),
        "references": [each for each in finding.reference_urls if each.startswith("https://")],
        "cwe": [{"name": each, "url": _CWE.format(number=each.removeprefix("CWE-"))} for each in finding.cwe],
        "owasp": {"name": finding.owasp, "url": _OWASP} if finding.owasp else None,
        "cvss": _cvss(finding.cvss),
        "confidence": str(CONFIDENCES.get(finding.confidence, finding.confidence)),
        "source": str(SOURCES.get(finding.source, finding.source)),
        "is_own": finding.source == "scan",
        "rule": finding.rule,
        "fingerprint": finding.fingerprint,
        "first_seen_at": finding.first_seen_at,
        "fixed_at": finding.fixed_at,
        "reopened": finding.reopened,
        "missed": finding.missed,
        "accepted_by": finding.accepted_by,
        "accepted_reason": finding.accepted_reason,
        "accepted_until": finding.accepted_until,
        "assignee_id": finding.assignee_id,
        "is_living": finding.state in ("open", "confirmed"),
    }


def in_lines(text: str) -> str:
    """Several lines as they are; what one does not see in them is named."""
    return "\n".join(visible(line) for line in text.replace("\r\n", "\n").strip("\n").split("\n"))


def location_rows(locations: list[FindingLocation]) -> dict[str, Any]:
    """The first one with its proof, the next ones in short, and how many more there are."""
    rows = [
        {
            "address": visible(each.url),
            "evidence": in_lines(each.evidence),
            "request": in_lines(each.request),
            "response": in_lines(each.response),
            "last_seen_at": each.last_seen_at,
        }
        for each in locations
    ]
    return {"shown": rows[:_LOCATIONS_SHOWN], "folded": rows[_LOCATIONS_SHOWN:], "count": len(rows)}


def history_line(entry: FindingHistory) -> dict[str, Any]:
    """One line of a finding's history, for the macro `timeline`."""
    glyphs = {"fixed": "up", "open": "down", "confirmed": "down", "accepted": "degraded"}
    said = [_("by %(who)s", who=entry.by) if entry.by else _("by a scan")]
    if entry.kind in ("assigned", "due"):
        said.append(f"{_shown(entry, entry.before)} → {_shown(entry, entry.after)}")
    if entry.note:
        said.append(visible(entry.note))
    return {
        "glyph": glyphs.get(entry.after, "pending") if entry.kind == "state" else "pending",
        "text": _what(entry),
        "why": " · ".join(said),
        "at": entry.at,
        "url": None,
    }


def retest_line(scan: Scan | None) -> dict[str, Any] | None:
    """How the last "Check again" stands."""
    if scan is None:
        return None
    is_going_on = scan.state in ("queued", "running")
    words, kind = RETEST_ANSWERS.get(scan.answer or "unknown", RETEST_ANSWERS["unknown"])
    return {
        "is_going_on": is_going_on,
        "text": _("It is being checked again…") if is_going_on else str(words),
        "kind": "info" if is_going_on else kind,
        "at": scan.finished_at or scan.created_at,
    }


def _what(entry: FindingHistory) -> str:
    if entry.kind == "state" and entry.after in FINDING_STATES:
        return str(FINDING_STATES[entry.after][0])
    return str(HISTORY.get(entry.kind, entry.kind))


def _shown(entry: FindingHistory, value: str) -> str:
    if not value:
        return _("nobody") if entry.kind == "assigned" else _("none")
    return value.partition("T")[0] if entry.kind == "due" else value


def _cvss(vector: str | None) -> dict[str, str] | None:
    if not vector:
        return None
    version = vector.removeprefix("CVSS:").partition("/")[0]
    return {"vector": vector, "url": _CVSS.format(version=version, vector=vector)}
