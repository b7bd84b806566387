"""The pages about oneself, and the tabs between them. A page that is not there has no tab."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _


def account_tabs(active: str) -> list[dict[str, Any]]:
    """`active` is the endpoint of the page that is shown, without `web.`."""
    tabs = [
        ("account", _("Profile")),
        ("account_security", _("Security")),
        ("account_sessions", _("Sessions")),
        ("account_tokens", _("API tokens")),
        ("account_organizations", _("My organizations")),
    ]
    return [
        {"url": url_for(f"web.{name}"), "text": text, "active": name == active}
        for name, text in tabs
        if f"web.{name}" in current_app.view_functions
    ]
