"""The words for what the tamper job calls by fixed names: states, classes, severities, views."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.engine.tamper.fetch.views import VIEWS
from app.web.words.names import in_language

WATCH_STATES = {
    "LEARNING": (_l("Learning"), "pending"),
    "OK": (_l("As approved"), "up"),
    "NOTICE": (_l("Changed"), "degraded"),
    "ALERT": (_l("Tampered with"), "down"),
    "ERROR": (_l("Cannot be fetched"), "unknown"),
    "PAUSED": (_l("Paused"), "paused"),
}
"""State: its words, and the shape and colour it is drawn with."""

ALERT_STATES = {
    "open": (_l("Open"), "down"),
    "approved": (_l("It was us"), "up"),
    "allowed": (_l("Always allowed"), "up"),
    "confirmed": (_l("Real"), "down"),
    "closed": (_l("Gone by itself"), "quiet"),
}
CLASSES = {
    "defacement": _l("Defacement"),
    "dark_link": _l("Planted links"),
    "malicious_script": _l("Foreign script"),
    "hidden_iframe": _l("Hidden frame"),
    "miner": _l("Coin miner"),
    "redirect": _l("Redirect"),
    "form_hijack": _l("Hijacked form"),
    "seo_spam": _l("Search spam"),
    "sensitive_word": _l("Sensitive words"),
    "skimmer": _l("Card skimmer"),
    "resource_replaced": _l("Replaced file"),
    "content_removed": _l("Content removed"),
    "cloaking": _l("Cloaking"),
    "dns_hijack": _l("Hijacked name"),
}
SEVERITIES = {
    "critical": _l("Critical"),
    "high": _l("High"),
    "medium": _l("Medium"),
    "low": _l("Low"),
}
MODES = {"plain": _l("Plain fetch"), "browser": _l("Real browser")}
BASELINE_KINDS = {
    "learning": _l("Learned at the beginning"),
    "approval": _l("Approved"),
    "deployment": _l("Announced release"),
}
REGION_KINDS = {"links": _l("links"), "pictures": _l("pictures"), "text": _l("text")}
FOUND_AS = {
    "home": _l("start page"),
    "login": _l("log-in"),
    "payment": _l("payment"),
    "contact": _l("contact"),
    "about": _l("about the owner"),
    "navigation": _l("in the navigation"),
    "link": _l("linked"),
    "sitemap": _l("in the site map"),
}
DEPLOYMENT_STATES = {
    "planned": _l("To come"),
    "open": _l("Going on"),
    "finished": _l("Finished"),
    "expired": _l("Over"),
    "revoked": _l("Called off"),
}
VERDICTS = {
    "ok": (_l("As approved"), "up"),
    "notice": (_l("Changed"), "degraded"),
    "alert": (_l("Tampered with"), "down"),
    "learning": (_l("Learning"), "quiet"),
}


def class_label(name: str) -> str:
    return str(CLASSES.get(name, name))


def severity_mark(name: str) -> dict[str, str]:
    """What the macro `severity` draws."""
    return {"name": name, "text": str(SEVERITIES.get(name, name))}


def view_label(name: str, locale: str) -> str:
    view = VIEWS.get(name)
    return in_language(dict(view.title), locale) if view else name
