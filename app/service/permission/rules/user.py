"""People: log-in, tokens, oneself, members, settings."""

from __future__ import annotations

from app.service.permission.roles import PUBLIC, SELF, SESSION

RULES: dict[tuple[str, str], str] = {
    ("v1.login", "POST"): PUBLIC,
    ("v1.me", "GET"): SELF,
    ("v1.me", "PATCH"): SELF,
    ("v1.members", "GET"): "user.read",
    ("v1.settings", "GET"): "settings.read",
    ("v1.settings", "PATCH"): "settings.write",
    ("web.login", "GET"): PUBLIC,
    ("web.login_post", "POST"): PUBLIC,
    ("web.logout", "POST"): SELF,
    ("web.keep_theme", "POST"): SELF,
    ("web.settings", "GET"): "settings.read",
    ("web.settings_post", "POST"): "settings.write",
    ("web.members", "GET"): "user.read",
    ("web.own_password", "GET"): SESSION,
    ("web.own_password_post", "POST"): SESSION,
    ("web.account", "GET"): SELF,
    ("web.account_post", "POST"): SELF,
}
