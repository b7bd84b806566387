"""What people show of themselves."""

from __future__ import annotations

from app.service.permission.roles import SELF

RULES: dict[tuple[str, str], str] = {
    ("v1.avatar", "GET"): SELF,
    ("v1.avatar", "POST"): SELF,
    ("v1.avatar", "DELETE"): SELF,
    ("v1.avatar_fetch", "POST"): SELF,
    ("v1.avatar_image", "GET"): SELF,
    ("web.account_picture", "POST"): SELF,
    ("web.account_picture_remove", "POST"): SELF,
}
