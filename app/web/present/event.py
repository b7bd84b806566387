"""Lines of a site's timeline, whichever of the jobs wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.engine.tamper.sentences import sentence as tamper_sentence
from app.engine.tamper.visible import visible
from app.models import Event
from app.service.objective.say import SENTENCES, sentence_of
from app.service.tamper.say import note_sentence
from app.web.i18n import current_locale
from app.web.present.bug_event import MANY_FINDINGS, bug_event_line, many_findings_line
from app.web.present.state import reason_sentence
from app.web.words.names import event_label, state_label

GLYPHS = {
    "objective.burning": "down",
    "objective.calm": "up",
    "monitor.up": "up",
    "monitor.down": "down",
    "monitor.unknown": "unknown",
    "monitor.degraded": "degraded",
    "monitor.regional": "regional",
    "monitor.identity": "info",
    "monitor.paused": "paused",
    "monitor.pending": "pending",
    "incident.opened": "down",
    "incident.closed": "up",
    "watch.learned": "up",
    "watch.error": "unknown",
    "watch.recovered": "up",
    "watch.paused": "paused",
    "alert.opened": "down",
    "alert.reopened": "down",
    "alert.folded": "down",
    "alert.changed": "down",
    "alert.confirmed": "down",
    "alert.closed": "up",
    "alert.approved": "up",
    "alert.allowed": "up",
    "deployment.announced": "maintenance",
    "deployment.applied": "maintenance",
}


_MANY = 2
"""More findings than these of one scan are told in one line."""


def event_line(event: Event) -> dict[str, Any]:
    """One line of the timeline."""
    if event.kind.startswith("bug."):
        return bug_event_line(event)
    detail = event.detail or {}
    name = detail.get("monitor") or detail.get("watch") or detail.get("objective") or ""
    # Only what was down can be up "again".
    is_first_up = event.kind == "monitor.up" and detail.get("before") != "DOWN"
    said = state_label("UP") if is_first_up else event_label(event.kind)
    why = _why(event, detail)
    return {
        "glyph": _glyph(event, detail),
        "text": f"{name}: {said}" if name else said,
        "why": why or (_("by %(who)s", who=detail["by"]) if _is_person(detail) else ""),
        "at": event.at,
        "url": _url(event),
    }


def event_lines(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The timeline; what one scan did to many findings is one line."""
    lines: list[dict[str, Any]] = []
    for _key, group in groupby(events, key=_same):
        many = list(group)
        lines += [many_findings_line(many)] if len(many) > _MANY else [event_line(each) for each in many]
    return lines


def _same(event: Event) -> tuple[Any, ...]:
    scan_id = (event.detail or {}).get("scan_id")
    is_of_scan = event.kind in MANY_FINDINGS and scan_id
    return (event.kind, scan_id) if is_of_scan else (event.id,)


def _is_person(detail: dict[str, Any]) -> bool:
    return "@" in str(detail.get("by", "")) or ":" in str(detail.get("by", ""))


def _glyph(event: Event, detail: dict[str, Any]) -> str:
    if event.kind in ("alert.opened", "alert.reopened", "alert.folded", "alert.changed"):
        return "down" if detail.get("level") == "alert" else "degraded"
    return GLYPHS.get(event.kind, "info")


def _why(event: Event, detail: dict[str, Any]) -> str:
    """What was seen, or who and why; what a page said in it is shown with its unseen characters named."""
    locale, values = current_locale(), detail.get("values") or {}
    if event.kind == "watch.error":
        return note_sentence(str(detail.get("code")), values, locale)
    if event.kind in ("alert.approved", "alert.allowed", "alert.confirmed") and detail.get("by"):
        reason = detail.get("reason")
        who = _("by %(who)s", who=detail["by"])
        return f"{who} · {reason}" if reason else who
    if event.kind == "monitor.identity":
        return visible(f"{detail.get('before', '')} → {detail.get('after', '')}")
    if detail.get("code"):
        return visible(tamper_sentence(str(detail["code"]), values, locale))
    if event.kind in SENTENCES:
        return sentence_of(event.kind, detail, locale)
    if event.cause and event.watch_id is None:
        return reason_sentence(event.cause, detail.get("values"))
    return ""


def _url(event: Event) -> str:
    if event.kind in SENTENCES and (event.detail or {}).get("objective_id"):
        return url_for("web.objective", objective_id=int(event.detail["objective_id"]))
    if event.alert_id and not event.kind.startswith("incident."):
        return url_for("web.alert", alert_id=event.alert_id)
    if event.incident_id:
        return url_for("web.incident", incident_id=event.incident_id)
    if event.watch_id and event.kind != "watch.deleted":
        return url_for("web.watch", watch_id=event.watch_id)
    return ""
