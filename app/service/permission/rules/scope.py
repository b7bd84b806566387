"""What members are narrowed to."""

from __future__ import annotations

RULES: dict[tuple[str, str], str] = {
    ("v1.member_scope", "GET"): "user.read",
    ("v1.member_scope", "PATCH"): "user.write",
    ("web.member_scope", "GET"): "user.write",
    ("web.member_scope_post", "POST"): "user.write",
}
