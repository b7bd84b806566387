"""What all pages of the bug job have in common."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _


def bug_tabs(active: str) -> list[dict[str, Any]]:
    """The pages under "Weaknesses"."""
    tabs = [
        ("findings", _("Findings")),
        ("scans", _("Scans")),
        ("bug_templates", _("Templates")),
    ]
    return [{"url": url_for(f"web.{name}"), "text": text, "active": name == active} for name, text in tabs]
