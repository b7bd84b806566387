"""Sites."""

from __future__ import annotations

RULES: dict[tuple[str, str], str] = {
    ("v1.sites", "GET"): "site.read",
    ("v1.sites", "POST"): "site.write",
    ("v1.site", "GET"): "site.read",
    ("v1.site", "PATCH"): "site.write",
    ("v1.site", "DELETE"): "site.write",
    ("v1.site_restore", "POST"): "site.write",
    ("v1.site_events", "GET"): "site.read",
    ("v1.site_tags", "GET"): "site.read",
    ("web.sites", "GET"): "site.read",
    ("web.site", "GET"): "site.read",
    ("web.site_live", "GET"): "site.read",
    ("web.site_events", "GET"): "site.read",
    ("web.site_new", "GET"): "site.write",
    ("web.site_new_post", "POST"): "site.write",
    ("web.site_edit", "GET"): "site.write",
    ("web.site_edit_post", "POST"): "site.write",
    ("web.site_archive", "POST"): "site.write",
    ("web.site_restore", "POST"): "site.write",
}
