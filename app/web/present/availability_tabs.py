"""The pages beside the list of incidents: what is planned, who is on call, from where is looked."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.service.permission.check import rule_of
from app.web.identity import can


def availability_tabs(active: str) -> list[dict[str, Any]]:
    """The tabs, `active` being the endpoint of the page that shows them."""
    items = (
        ("web.incidents", _("Incidents")),
        ("web.maintenance", _("Planned work")),
        ("web.on_call", _("On call")),
        ("web.escalations", _("Escalation")),
        ("web.objectives", _("Objectives")),
        ("web.locations", _("Locations")),
        ("web.status_pages", _("Status pages")),
    )
    return [
        {"url": url_for(name), "text": text, "active": name == active}
        for name, text in items
        if can(rule_of(name, "GET") or "")
    ]
