"""What belongs to the installation: health, documents, live messages, the first steps."""

from __future__ import annotations

from app.service.permission.roles import PUBLIC, SELF

RULES: dict[tuple[str, str], str] = {
    ("v1.openapi", "GET"): PUBLIC,
    ("web.home", "GET"): SELF,
    ("web.language", "GET"): PUBLIC,
    ("web.live", "GET"): "site.read",
    ("web.setup", "GET"): "settings.write",
    ("web.setup_post", "POST"): "settings.write",
    ("web.setup_done", "POST"): "settings.write",
    ("web.api_docs", "GET"): PUBLIC,
    ("health.alive", "GET"): PUBLIC,
    ("health.ready", "GET"): PUBLIC,
    ("static", "GET"): PUBLIC,
}
