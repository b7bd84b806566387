"""Lines of a site's timeline about its weaknesses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.engine.tamper.visible import visible
from app.models import Event
from app.service.bug.say import proof_sentence, reason_sentence
from app.web.i18n import current_locale
from app.web.words.bug import FINDING_SEVERITY_GLYPHS, RETEST_ANSWERS, SEVERITIES, SOURCES
from app.web.words.names import event_label, in_language
from app.web.words.scan import PROFILES
from app.web.words.security import CONSENTS

MANY_FINDINGS = ("bug.finding_opened", "bug.finding_reopened", "bug.finding_fixed")
GLYPHS = {
    "host_verified": "up",
    "host_revoked": "degraded",
    "scan_done": "info",
    "scan_stopped": "paused",
    "scan_failed": "degraded",
    "scan_refused": "degraded",
    "grade_fell": "degraded",
    "finding_fixed": "up",
    "finding_accepted": "paused",
}


def bug_event_line(event: Event) -> dict[str, Any]:
    """One line: what happened to what, and who, why or how much."""
    kind, detail = event.kind.removeprefix("bug."), event.detail or {}
    said = event_label(event.kind)
    title = visible(in_language(detail.get("title") or "", current_locale()))
    return {
        "glyph": _glyph(kind, detail),
        "text": f"{said}: {title}" if title else said,
        "why": " · ".join(each for each in _why(kind, event, detail) if each),
        "at": event.at,
        "url": _url(event, kind, detail),
    }


def many_findings_line(events: Sequence[Event]) -> dict[str, Any]:
    """What one scan did to several findings: how many, and how grave they are."""
    details = [event.detail or {} for event in events]
    counts = Counter(str(detail.get("grade")) for detail in details)
    gravest = next((name for name in SEVERITIES if counts[name]), "info")
    kind, num = events[0].kind, len(events)
    words = {
        "bug.finding_opened": ngettext("%(num)s weakness found", "%(num)s weaknesses found", num),
        "bug.finding_reopened": ngettext("%(num)s weakness is back", "%(num)s weaknesses are back", num),
        "bug.finding_fixed": ngettext("%(num)s weakness fixed", "%(num)s weaknesses fixed", num),
    }
    return {
        "glyph": _glyph(kind.removeprefix("bug."), {"grade": gravest}),
        "text": words[kind],
        "why": " · ".join(f"{words} {counts[name]}" for name, words in SEVERITIES.items() if counts[name]),
        "at": events[0].at,
        "url": url_for("web.scan", scan_id=int(details[0]["scan_id"])),
    }


def _glyph(kind: str, detail: dict[str, Any]) -> str:
    if kind in ("finding_opened", "finding_reopened"):
        return FINDING_SEVERITY_GLYPHS.get(str(detail.get("grade")), "info")
    return GLYPHS.get(kind, "info")


def _why(kind: str, event: Event, detail: dict[str, Any]) -> list[str]:
    """What is worth saying besides, each a part of the second line."""
    by = _("by %(who)s", who=detail["by"]) if detail.get("by") else ""
    values = detail.get("values") or {}
    if kind.startswith("finding_"):
        severity = str(SEVERITIES.get(str(detail.get("grade")), ""))
        return [severity, by, visible(str(detail.get("note") or ""))]
    if kind.startswith("host_"):
        said = proof_sentence(event.cause, values, current_locale()) if event.cause else ""
        return [str(detail.get("host", "")), visible(said), by]
    if kind in ("scan_done", "scan_stopped"):
        return [_scanned(detail), _counts(detail), by]
    if kind in ("scan_failed", "scan_refused"):
        return [visible(reason_sentence(event.cause or "internal", values, current_locale()))]
    return [_other(kind, detail), by]


def _scanned(detail: dict[str, Any]) -> str:
    profile = detail.get("profile")
    if profile not in PROFILES:
        return ""
    return _("%(profile)s, %(num)s requests", profile=PROFILES[profile][0], num=detail.get("requests") or 0)


def _counts(detail: dict[str, Any]) -> str:
    if "new" not in detail:
        return ""
    return _("%(new)s new, %(fixed)s fixed", new=detail.get("new") or 0, fixed=detail.get("fixed") or 0)


def _other(kind: str, detail: dict[str, Any]) -> str:
    if kind == "grade_fell":
        return f"{detail.get('before')} → {detail.get('after')}"
    if kind == "retest_done":
        return str(RETEST_ANSWERS.get(str(detail.get("answer")), RETEST_ANSWERS["unknown"])[0])
    if kind.startswith("consent_") and detail.get("name") in CONSENTS:
        return str(CONSENTS[detail["name"]][0])
    if kind == "imported":
        counts = detail.get("counts") or {}
        source = str(SOURCES.get(str(detail.get("format")), detail.get("format", "")))
        return f"{source}: " + _(
            "%(new)s new, %(seen)s known", new=counts.get("new", 0), seen=counts.get("seen", 0)
        )
    return ""


def _url(event: Event, kind: str, detail: dict[str, Any]) -> str:
    if detail.get("finding_id"):
        return url_for("web.finding", finding_id=int(detail["finding_id"]))
    if detail.get("scan_id"):
        return url_for("web.scan", scan_id=int(detail["scan_id"]))
    if kind.startswith("host_"):
        return url_for("web.site_hosts", site_id=event.site_id)
    if kind.startswith(("settings_", "consent_")):
        return url_for("web.scan_settings", site_id=event.site_id)
    return ""
