"""States, results and events as templates want them."""

from __future__ import annotations

from math import floor
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.clock import from_ms, now
from app.core.clock import from_ms as moment_of
from app.engine.usability.reasons import sentence
from app.models import Incident, Monitor, Site
from app.service.overview import SiteState
from app.service.results.series import Piece
from app.service.site import SiteLine
from app.service.tamper.say import incident_sentence
from app.web.i18n import current_locale
from app.web.times import duration, full_time
from app.web.words.incident import CATEGORIES
from app.web.words.names import STATUSES


def reason_sentence(reason: str | None, detail: dict[str, Any] | None) -> str:
    """Why, in the page's language; empty when nothing is wrong."""
    return sentence(reason, detail or {}, current_locale())


def monitor_row(monitor: Monitor) -> dict[str, Any]:
    """A monitor with its present state, as lists show it."""
    state = monitor.state
    return {
        "id": monitor.id,
        "name": monitor.name,
        "type": monitor.type,
        "url": url_for("web.monitor", monitor_id=monitor.id),
        "site": monitor.site.name,
        "state": state.state,
        "since": from_ms(state.since_ms),
        "interval": monitor.interval_seconds,
        "target": monitor.config.get("url", ""),
        "total_ms": state.last_total_ms,
        "why": reason_sentence(state.last_reason, state.last_detail) if state.last_status != "up" else "",
        "is_paused": monitor.is_paused,
    }


def site_row(site: Site | SiteLine, state: SiteState) -> dict[str, Any]:
    """A site as the list of sites shows it."""
    return {
        "name": site.name,
        "base_url": site.base_url,
        "tags": site.tags,
        "url": url_for("web.site", site_id=site.id),
        "state": state.state,
        "since": from_ms(state.since_ms) if state.since_ms else None,
        "total_ms": state.slowest_ms,
        "monitors": state.counts.total(),
        "down": state.counts["DOWN"],
    }


def headline(state: str | None, since_ms: int | None, *, is_failing: bool = False) -> str:
    """The state of a site or monitor as a sentence: "Up for 3 days".

    `is_failing` says that there is a result, and a bad one, where nothing is for sure yet.
    """
    if state is None:
        return _("Nothing watches this site yet")
    span = duration((now() - from_ms(since_ms)).total_seconds()) if since_ms else ""
    sentences = {
        "UP": _("Up for %(span)s", span=span),
        "DOWN": _("Down for %(span)s", span=span),
        "DEGRADED": _("Degraded for %(span)s", span=span),
        "REGIONAL": _("Down in some places for %(span)s", span=span),
        "UNKNOWN": _("No recent result for %(span)s", span=span),
        "PAUSED": _("Paused for %(span)s", span=span),
        "PENDING": _("Failing, not for sure yet") if is_failing else _("Waiting for the first result"),
        "MAINTENANCE": _("In maintenance for %(span)s", span=span),
    }
    return sentences.get(state, state)


def site_sentence(state: SiteState, monitors: list[dict[str, Any]]) -> str:
    """What stands behind a site's state."""
    if state.state is None:
        return ""
    if state.state == "DOWN":
        return " ".join(
            f"{each['name']}: {each['why']}" for each in monitors if each["state"] == "DOWN" and each["why"]
        )
    count = state.counts.total()
    if state.state == "UP" and state.counts["UP"] == count:
        return ngettext("Its monitor is fine.", "All %(num)s monitors are fine.", count)
    return ngettext("%(num)s monitor", "%(num)s monitors", count)


def _what(incident: Incident) -> dict[str, Any]:
    """What it is about: a monitor, or a watched page with its alert."""
    if incident.watch is not None:
        url = url_for("web.watch", watch_id=incident.watch_id)
        return {"what": incident.watch.name, "what_url": url, "is_page": True}
    if incident.monitor is not None:
        url = url_for("web.monitor", monitor_id=incident.monitor_id)
        return {"what": incident.monitor.name, "what_url": url, "is_page": False}
    return {"what": "", "what_url": "", "is_page": False}


def incident_row(incident: Incident) -> dict[str, Any]:
    """An incident as lists and its own page show it."""
    end = incident.closed_at or now()
    return {
        "id": incident.id,
        "url": url_for("web.incident", incident_id=incident.id),
        "site": incident.site.name,
        "site_url": url_for("web.site", site_id=incident.site_id),
        **_what(incident),
        "why": incident_sentence(incident, current_locale()),
        "severity": incident.severity,
        "started_at": incident.started_at,
        "opened_at": incident.opened_at,
        "closed_at": incident.closed_at,
        "closed_by": incident.closed_by,
        "acked_at": incident.acked_at,
        "lasted": duration(max(0.0, (end - incident.started_at).total_seconds())),
        "is_open": incident.closed_at is None,
        "is_withdrawn": incident.is_withdrawn,
        "look": "up" if incident.closed_at else incident.level,
        "whose": str(CATEGORIES.get(incident.category or "", "")),
    }


def result_row(result: dict[str, Any]) -> dict[str, Any]:
    """A raw result with its sentence in the page's language."""
    phases = [(name.removesuffix("_ms"), value) for name, value in result["phases"].items() if value]
    return {
        "state": STATUSES[result["status"]],
        "at": from_ms(result["due_ms"]),
        "why": reason_sentence(result["reason"], result["detail"]),
        "total_ms": result["total_ms"],
        "phases": phases,
        "http_status": result["http_status"],
        "address": result["address"],
        "location": result["location"],
    }


def strip_cells(pieces: list[Piece], from_ms: int, step: int, count: int) -> list[dict[str, str]]:
    """Uptime as cells: one a piece of time, empty where nothing was measured."""
    by_start = {piece.start_ms: piece for piece in pieces}
    cells = []
    for index in range(count):
        start = from_ms + index * step
        piece = by_start.get(start)
        if piece is None:
            cells.append({"status": "none", "title": f"{full_time(moment_of(start))} · {_('no result')}"})
            continue
        is_mixed = piece.down > 0 and piece.up + piece.degraded > 0
        share = _("unknown") if piece.share is None else percentage(piece.share, 1)
        if piece.status == "maintenance":
            share = _("maintenance")
        status = "mixed" if is_mixed else piece.status
        cells.append({"status": status, "title": f"{full_time(moment_of(start))} · {share}"})
    return cells


def uptime(pieces: list[Piece]) -> float | None:
    """The share of judged time that was good, in percent; None without any."""
    good = sum(piece.covered_ms[0] + piece.covered_ms[3] for piece in pieces)
    judged = sum(sum(piece.covered_ms) - piece.covered_ms[2] for piece in pieces)
    return 100 * good / judged if judged else None


def percentage(percent: float, digits: int = 2) -> str:
    """`99.98 %`: cut, never rounded up, so that a hundred says that all of it was good."""
    unit = 10**digits
    return f"{floor(percent * unit + 1e-6) / unit:.{digits}f} %"
