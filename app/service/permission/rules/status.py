"""Public status pages and who writes them."""

from __future__ import annotations

from app.service.permission.roles import PUBLIC

RULES: dict[tuple[str, str], str] = {
    ("v1.status_document", "GET"): PUBLIC,
    ("v1.status_pages", "GET"): "status.read",
    ("v1.status_pages", "POST"): "status.write",
    ("v1.status_page", "GET"): "status.read",
    ("v1.status_page", "PATCH"): "status.write",
    ("v1.status_page", "DELETE"): "status.write",
    ("v1.status_notices", "GET"): "status.read",
    ("v1.status_notices", "POST"): "status.write",
    ("v1.status_notice", "GET"): "status.read",
    ("v1.status_notice", "POST"): "status.write",
    ("v1.status_notice", "DELETE"): "status.write",
    ("web.public_status", "GET"): PUBLIC,
    ("web.public_status_feed", "GET"): PUBLIC,
    ("web.public_badge", "GET"): PUBLIC,
    ("web.status_pages", "GET"): "status.read",
    ("web.status_page_new", "GET"): "status.write",
    ("web.status_page_new_post", "POST"): "status.write",
    ("web.status_page", "GET"): "status.read",
    ("web.status_page_edit", "GET"): "status.write",
    ("web.status_page_edit_post", "POST"): "status.write",
    ("web.status_page_delete", "POST"): "status.write",
    ("web.status_notice_new", "POST"): "status.write",
    ("web.status_notice_update", "POST"): "status.write",
    ("web.status_notice_delete", "POST"): "status.write",
}
