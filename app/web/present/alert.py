"""Alerts as templates want them: the sentence first, then reasons with their places and proofs."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.engine.tamper.visible import visible
from app.models import Alert, Snapshot
from app.service.tamper.say import alert_sentence, reason_sentence
from app.web.i18n import current_locale
from app.web.present.tamper import short_address, size_text
from app.web.words.tamper import ALERT_STATES, class_label, severity_mark, view_label

EXCERPT = 1500


def alert_row(alert: Alert, folded: int = 0) -> dict[str, Any]:
    """An alert as lists and its own page show it. `folded` other pages show the same change."""
    words, look = ALERT_STATES[alert.state]
    glyph = "degraded" if alert.state == "open" and alert.level == "notice" else look
    return {
        "id": alert.id,
        "url": url_for("web.alert", alert_id=alert.id),
        "sentence": visible(alert_sentence(alert, current_locale())),
        "severity": severity_mark(alert.severity),
        "is_grave": alert.state in ("open", "confirmed") and alert.level == "alert",
        "classes": [class_label(each) for each in alert.classes],
        "state_text": _("Notice") if alert.state == "open" and alert.level == "notice" else str(words),
        "state_look": look,
        "look": "paused" if glyph == "quiet" else glyph,
        "site": alert.site.name,
        "site_id": alert.site_id,
        "site_url": url_for("web.site", site_id=alert.site_id),
        "page": alert.watch.name,
        "address": alert.watch.url,
        "short_address": short_address(alert.watch.url, alert.site.base_url),
        "watch_url": url_for("web.watch", watch_id=alert.watch_id),
        "view": view_label(alert.view, current_locale()),
        "first_seen_at": alert.first_seen_at,
        "opened_at": alert.opened_at,
        "closed_at": alert.closed_at,
        "closed_reason": alert.closed_reason,
        "outcome": outcome(alert),
        "reopened": alert.reopened,
        "incident_url": url_for("web.incident", incident_id=alert.incident_id) if alert.incident_id else None,
        "is_open": alert.state == "open",
        "folded": folded,
    }


def other_row(alert: Alert) -> dict[str, Any]:
    """Another page of the site with the same change."""
    words, look = ALERT_STATES[alert.state]
    return {
        "url": url_for("web.alert", alert_id=alert.id),
        "page": alert.watch.name,
        "address": alert.watch.url,
        "state_text": str(words),
        "state_look": look,
    }


def outcome(alert: Alert) -> str:
    """What somebody decided, or that it went by itself; empty while it is open."""
    sentences = {
        "approved": _("%(who)s said: it was us.", who=alert.closed_by),
        "allowed": _("%(who)s allowed this here for good.", who=alert.closed_by),
        "confirmed": _("%(who)s said that this is real.", who=alert.closed_by),
        "closed": _("The page is again as it was approved."),
    }
    return sentences.get(alert.state, "")


def reason_row(reason: dict[str, Any], *, alert_view: str) -> dict[str, Any]:
    """One thing that is not as approved. What was fetched is shown as text, unseen characters named."""
    view = reason.get("view") or alert_view
    return {
        "key": reason["key"],
        "sentence": visible(reason_sentence(reason, current_locale())),
        "severity": severity_mark(reason["severity"]),
        "cls": class_label(reason["cls"]),
        "is_notice": reason["level"] == "notice",
        "view": view_label(view, current_locale()) if view != "plain" else "",
        "where": visible(reason.get("where", "")),
        "before": visible(reason.get("before", "")[:EXCERPT]),
        "after": visible(reason.get("after", "")[:EXCERPT]),
    }


def snapshot_facts(snapshot: Snapshot | None) -> list[tuple[str, str]]:
    """What the answer was like that was judged."""
    if snapshot is None:
        return []
    certificate = snapshot.certificate or {}
    pairs = [
        (_("HTTP status"), snapshot.status),
        (_("Answered from"), snapshot.final_url),
        (_("Server address"), ", ".join(snapshot.addresses)),
        (_("Certificate of"), certificate.get("subject")),
        (_("Size"), size_text(snapshot.size)),
    ]
    return [(words, visible(str(value))) for words, value in pairs if value]


def effects(alert: Alert, others: int) -> dict[str, list[str]]:
    """What each button does, in words, before it is done."""
    again = [_("The same change on the site's other pages is decided with it.")] if others else []
    return {
        "approve_effects": [
            _("What the page shows now becomes an approved version; later fetches are compared with it."),
            *again,
            _("Your name and reason are kept with it."),
        ],
        "allow_effects": [
            _("Exactly this finding stays silent here from now on. Anything else is reported as ever."),
            *again,
            _("It can be taken back on the page of the watch."),
        ],
        "real_effects": [
            _("An incident opens on the site's timeline, and your channels are told."),
            _("The page is watched on; the incident ends when the page is as approved again."),
            _("Download the evidence before anybody cleans up."),
        ],
    }
