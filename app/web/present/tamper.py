"""Watched pages as templates want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from app.core.clock import now
from app.engine.tamper.profile import LEARNING
from app.engine.tamper.visible import visible
from app.models import Baseline, Site, Snapshot, Watch
from app.service.site import SiteLine
from app.service.tamper.overview import SiteTamper
from app.service.tamper.region import Stand
from app.service.tamper.say import watch_sentence
from app.web.i18n import current_locale
from app.web.times import duration
from app.web.words.tamper import BASELINE_KINDS, MODES, REGION_KINDS, VERDICTS, WATCH_STATES, view_label

KB = 1000


def tamper_tabs(active: str) -> list[dict[str, Any]]:
    """The pages under "Tampering"."""
    tabs = [
        ("watches", _("Watched pages")),
        ("alerts", _("Alerts")),
        ("deployments", _("Releases")),
        ("words", _("Words")),
    ]
    return [{"url": url_for(f"web.{name}"), "text": text, "active": name == active} for name, text in tabs]


def size_text(size: int) -> str:
    """`812 B`, `25.3 kB`, `1.2 MB`."""
    if size < KB:
        return f"{size} B"
    value, unit = (size / KB, "kB") if size < KB * KB else (size / KB / KB, "MB")
    return f"{format_decimal(round(value, 1))} {unit}"


def short_address(url: str, base: str = "") -> str:
    """The path of an address on its site's own host, else all of it."""
    parts = urlsplit(url)
    if base and parts.netloc == urlsplit(base).netloc:
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return url


def learning(watch: Watch) -> dict[str, int] | None:
    """How many of the fetches that are needed there are, as long as they are not enough."""
    if watch.state.state != "LEARNING":
        return None
    known = {row.view: row.baselines for row in watch.view_rows}
    seen = min((known.get(view, 0) for view in watch.views), default=0)
    return {"seen": min(seen, LEARNING), "needed": LEARNING}


def watch_row(watch: Watch, open_alerts: Mapping[int, int]) -> dict[str, Any]:
    """A watch as lists and its own page show it."""
    words, look = WATCH_STATES[watch.state.state]
    views = [view_label(view, current_locale()) for view in watch.views]
    alert_id, incident_id = watch.state.alert_id, watch.state.incident_id
    return {
        "id": watch.id,
        "name": watch.name,
        "url": url_for("web.watch", watch_id=watch.id),
        "address": short_address(watch.url, watch.site.base_url),
        "site": watch.site.name,
        "site_url": url_for("web.site", site_id=watch.site_id),
        "state_text": str(words),
        "look": look,
        "checked_at": watch.state.last_checked_at,
        "changed_at": watch.state.last_changed_at,
        "interval": watch.interval_seconds,
        "learning": learning(watch),
        "note": watch_sentence(watch, current_locale()),
        "mode": str(MODES[watch.mode]),
        "views": views,
        "alerts": open_alerts.get(watch.id, 0),
        "alerts_url": url_for("web.alerts", watch=watch.id),
        "alert_url": url_for("web.alert", alert_id=alert_id) if alert_id else None,
        "incident_url": url_for("web.incident", incident_id=incident_id) if incident_id else None,
        "run_url": url_for("web.watch_run", watch_id=watch.id),
        "is_paused": watch.is_paused,
    }


def watch_headline(watch: Watch) -> str:
    """The state of a watch as a sentence."""
    span = duration((now() - watch.state.since).total_seconds())
    sentences = {
        "LEARNING": _("Getting to know the page"),
        "OK": _("As approved for %(span)s", span=span),
        "NOTICE": _("Changed in a way to look at, for %(span)s", span=span),
        "ALERT": _("Shows what does not belong there, for %(span)s", span=span),
        "ERROR": _("Cannot be fetched for %(span)s", span=span),
        "PAUSED": _("Paused for %(span)s", span=span),
    }
    return sentences[watch.state.state]


def snapshot_row(snapshot: Snapshot, url: str) -> dict[str, Any]:
    """A copy that is kept; where it came from is said when that is not the page's own address, `url`."""
    words, look = VERDICTS.get(snapshot.verdict, (snapshot.verdict, "quiet"))
    return {
        "at": snapshot.at,
        "view": view_label(snapshot.view, current_locale()),
        "verdict": str(words),
        "look": look,
        "status": snapshot.status,
        "final_url": visible(snapshot.final_url) if snapshot.final_url != url else "",
        "is_cut": snapshot.is_cut,
        "size": size_text(snapshot.size),
        "page_url": url_for("web.snapshot_page", snapshot_id=snapshot.id),
    }


def baseline_row(baseline: Baseline) -> dict[str, Any]:
    """Who approved what, when and why."""
    return {
        "kind": str(BASELINE_KINDS[baseline.kind]),
        "who": baseline.approved_email,
        "reason": baseline.reason,
        "view": view_label(baseline.view, current_locale()),
        "at": baseline.at,
        "alert_url": url_for("web.alert", alert_id=baseline.alert_id) if baseline.alert_id else None,
        "page_url": url_for("web.snapshot_page", snapshot_id=baseline.snapshot_id),
    }


def region_row(region: Stand) -> dict[str, Any]:
    """A learned region, what was said about it, and what may be said."""
    acts = {
        "strict": {"text": _("Judge it like the rest"), "help": _("Every change here counts again.")},
        "exempt": {"text": _("Never mind it"), "help": _("Changes of text and links here never count.")},
        "learned": {"text": _("As learned"), "help": _("Follow what repeated fetches show.")},
    }
    marks = {"strict": (_("judged like the rest"), "degraded"), "exempt": (_("never minded"), "up")}
    mark, look = marks.get(region.stand, ("", "quiet"))
    seen = ngettext("%(num)s content seen", "%(num)s contents seen", region.seen) if region.seen else ""
    words = [view_label(region.view, current_locale()), str(REGION_KINDS.get(region.kind, region.kind)), seen]
    return {
        "key": region.key,
        "label": visible(region.label),
        "mark": mark,
        "look": look,
        "why": " · ".join(word for word in words if word),
        "acts": [{"name": name, **words} for name, words in acts.items() if name != region.stand],
    }


def site_mark(site: Site | SiteLine, tamper: SiteTamper) -> dict[str, Any] | None:
    """What a site's watched pages say, in a word for lists and in sentences for its own page."""
    if tamper.state is None:
        return None
    words, look = WATCH_STATES[tamper.state]
    total, here = tamper.counts.total(), tamper.counts[tamper.state]
    is_wrong = tamper.state in ("ALERT", "NOTICE")
    pages = ngettext("%(num)s page", "%(num)s pages", here)
    return {
        "look": look,
        "text": f"{words}: {pages}" if is_wrong else str(words),
        "short": f"{here}/{total}" if here != total else str(total),
        "is_wrong": is_wrong,
        "headline": _site_headline(tamper, here),
        "sentence": ngettext("%(num)s page is watched", "%(num)s pages are watched", total),
        "url": url_for("web.alerts" if is_wrong else "web.watches", site=site.id),
    }


def _site_headline(tamper: SiteTamper, count: int) -> str:
    sentences = {
        "ALERT": ngettext("%(num)s page was tampered with", "%(num)s pages were tampered with", count),
        "NOTICE": ngettext("%(num)s page has changed", "%(num)s pages have changed", count),
        "ERROR": ngettext("%(num)s page cannot be fetched", "%(num)s pages cannot be fetched", count),
        "LEARNING": ngettext("Getting to know %(num)s page", "Getting to know %(num)s pages", count),
        "OK": _("Pages are as approved"),
        "PAUSED": _("Watching pages is paused"),
    }
    return sentences[tamper.state or "OK"]
