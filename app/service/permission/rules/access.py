"""Log-ins, tokens, and the signed apps of vendors."""

from __future__ import annotations

from app.service.permission.roles import PUBLIC, SELF, SESSION

RULES: dict[tuple[str, str], str] = {
    ("v1.token", "POST"): PUBLIC,
    ("v1.logout", "POST"): SELF,
    ("v1.permissions", "GET"): SELF,
    ("v1.sessions", "GET"): SESSION,
    ("v1.session", "DELETE"): SESSION,
    ("v1.sessions_end_others", "POST"): SESSION,
    ("v1.api_tokens", "GET"): SESSION,
    ("v1.api_tokens", "POST"): SESSION,
    ("v1.api_token", "DELETE"): SESSION,
    ("v1.vendors", "GET"): "vendor.read",
    ("v1.vendors", "POST"): "vendor.write",
    ("v1.vendor", "GET"): "vendor.read",
    ("v1.vendor", "PATCH"): "vendor.write",
    ("v1.vendor", "DELETE"): "vendor.write",
    ("v1.vendor_apps", "POST"): "vendor.write",
    ("v1.vendor_app", "GET"): "vendor.read",
    ("v1.vendor_app", "PATCH"): "vendor.write",
    ("v1.vendor_app", "DELETE"): "vendor.write",
    ("v1.vendor_app_rotate", "POST"): "vendor.write",
    ("web.account_sessions", "GET"): SESSION,
    ("web.account_session_end", "POST"): SESSION,
    ("web.account_sessions_end_others", "POST"): SESSION,
    ("web.account_tokens", "GET"): SESSION,
    ("web.account_tokens_post", "POST"): SESSION,
    ("web.account_token_delete", "POST"): SESSION,
    ("web.vendors", "GET"): "vendor.read",
    ("web.vendors_post", "POST"): "vendor.write",
    ("web.vendor", "GET"): "vendor.read",
    ("web.vendor_post", "POST"): "vendor.write",
    ("web.vendor_delete", "POST"): "vendor.write",
    ("web.vendor_app_new", "POST"): "vendor.write",
    ("web.vendor_app", "GET"): "vendor.write",
    ("web.vendor_app_post", "POST"): "vendor.write",
    ("web.vendor_app_rotate", "POST"): "vendor.write",
    ("web.vendor_app_delete", "POST"): "vendor.write",
}
