"""How a site stands against break-ins, as templates want it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.engine.bug.types import BUDGETS
from app.models import Scan, ScanSettings
from app.service.bug.overview import SiteSecurity
from app.service.bug.settings import zone_of
from app.web.identity import actor
from app.web.times import full_time
from app.web.words.bug import SEVERITIES
from app.web.words.scan import PROFILES, SCAN_STATES
from app.web.words.security import CONSENTS, hour_text, schedule_text


def security_facts(security: SiteSecurity) -> dict[str, Any]:
    """Grade, counts and the last scan."""
    return {
        "grade": security.grade,
        "score": security.score,
        "overdue": security.overdue,
        "open": sum(security.open_by_severity.values()),
        "bars": severity_bars(security.site.id, security.open_by_severity),
        "scan": _scan_mark(security.last_scan) if security.last_scan else None,
        "next_at": security.settings.next_due_at if security.settings else None,
    }


def _scan_mark(scan: Scan) -> dict[str, Any]:
    words, look = SCAN_STATES[scan.state]
    return {
        "url": url_for("web.scan", scan_id=scan.id),
        "at": scan.finished_at or scan.started_at or scan.created_at,
        "profile": str(PROFILES[scan.profile][0]),
        "state_text": str(words),
        "look": look,
        "is_good": scan.state == "done",
    }


def severity_bars(site_id: int, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """One bar a severity, the gravest first; the longest is 100 long."""
    most = max(counts.values(), default=0)
    return [
        {
            "name": name,
            "text": str(words),
            "count": counts.get(name, 0),
            "length": round(100 * counts.get(name, 0) / most, 1) if most else 0,
            "url": url_for("web.findings", site=site_id, severity=name),
        }
        for name, words in SEVERITIES.items()
    ]


def grade_points(history: list[dict[str, Any]]) -> dict[str, Any]:
    """What the chart draws, as columns: scans that gave a grade; and the same as rows, for a table."""
    graded = [each for each in history if each["score"] is not None and each["at"]]
    columns = {
        "t": [each["at"].timestamp() for each in graded],
        "score": [each["score"] for each in graded],
        "grade": [each["grade"] for each in graded],
        "open": [sum(each["open_by_severity"].values()) for each in graded],
    }
    rows = [
        {
            "url": url_for("web.scan", scan_id=each["scan_id"]),
            "at": each["at"],
            "grade": each["grade"],
            "score": each["score"],
            "profile": str(PROFILES[each["profile"]][0]),
            "open": sum(each["open_by_severity"].values()),
        }
        for each in reversed(graded)
    ]
    return {"columns": orjson.dumps(columns).decode(), "rows": rows}


def _worth(counts: Mapping[str, int]) -> int:
    """Findings above informational."""
    return sum(count for name, count in counts.items() if name != "info")


def settings_facts(settings: ScanSettings) -> list[dict[str, str]]:
    """How the site is scanned, line by line."""
    budget = settings.budget or BUDGETS[settings.profile]  # type: ignore[index]  # one of the profiles
    lines = [
        (_("Scan profile"), str(PROFILES[settings.profile][0])),
        (_("When"), _when(settings)),
        (_("Allowed hours"), _hours(settings)),
        (_("Also after"), _occasions(settings)),
        (_("Requests"), _("at most %(num)s, %(rate)s a second", num=budget, rate=f"{settings.rate:g}")),
        (_("Logged in"), _("yes") if settings.login else _("no, as any visitor")),
        (
            _("Consents"),
            ", ".join(str(CONSENTS[each][0]) for each in CONSENTS if each in settings.consents) or _("none"),
        ),
        (_("Templates"), _templates(settings)),
    ]
    return [{"name": name, "text": text} for name, text in lines]


def _when(settings: ScanSettings) -> str:
    said = schedule_text(settings.schedule, settings.hour, settings.weekday, settings.month_day)
    if settings.next_due_at is None:
        return said
    return _("%(schedule)s; next at %(when)s", schedule=said, when=full_time(settings.next_due_at))


def _hours(settings: ScanSettings) -> str:
    if settings.from_hour is None or settings.until_hour is None:
        return _("any")
    zone = zone_of(settings, actor().organization).key
    begin, end = hour_text(settings.from_hour), hour_text(settings.until_hour)
    return _("%(begin)s to %(end)s, %(zone)s", begin=begin, end=end, zone=zone)


def _occasions(settings: ScanSettings) -> str:
    said = [
        _("a release") if settings.after_deployment else "",
        _("a change of certificate, server or scripts") if settings.on_change else "",
    ]
    return ", ".join(each for each in said if each) or _("nothing")


def _templates(settings: ScanSettings) -> str:
    if not settings.uses_templates:
        return _("not used")
    if settings.template_ids is None:
        return _("all that are switched on")
    return str(len(settings.template_ids))


def consent_rows(settings: ScanSettings) -> list[dict[str, Any]]:
    """Each probe that needs a consent, and who gave it when."""
    return [
        {
            "name": name,
            "title": str(title),
            "help": str(text),
            "given": _given(settings.consents.get(name)),
        }
        for name, (title, text) in CONSENTS.items()
    ]


def _given(consent: Mapping[str, str] | None) -> dict[str, Any] | None:
    return {"by": consent["by"], "at": datetime.fromisoformat(consent["at"])} if consent else None


def site_line(security: SiteSecurity) -> dict[str, Any]:
    """What a site's own page says of its weaknesses, in a banner that leads to more."""
    counts = security.open_by_severity
    worst = next((name for name in SEVERITIES if counts.get(name)), "")
    looks = {"critical": "down", "high": "down", "medium": "degraded"}
    scan = security.last_scan
    is_known = security.grade is not None or bool(counts) or (scan is not None and scan.state == "done")
    return {
        "look": looks.get(worst, "up") if is_known else "pending",
        "grade": security.grade,
        "headline": _headline(_worth(counts)) if is_known else _("Nobody has looked for weaknesses yet"),
        "sentence": _listed(counts) if worst else "",
        "at": (scan.finished_at or scan.created_at) if scan else None,
        "url": url_for("web.site_security", site_id=security.site.id),
    }


def _headline(count: int) -> str:
    if not count:
        return _("No weakness is known")
    return ngettext("%(num)s weakness is open", "%(num)s weaknesses are open", count)


def _listed(counts: Mapping[str, int]) -> str:
    """`2 critical · 5 high`."""
    shown = ((words, counts.get(name, 0)) for name, words in SEVERITIES.items() if name != "info")
    return " · ".join(f"{words} {count}" for words, count in shown if count)
