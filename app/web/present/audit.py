"""Audit entries as templates want them."""

from __future__ import annotations

from typing import Any

from app.models import AuditEntry
from app.web.words import action_label


def entry_row(entry: AuditEntry) -> dict[str, Any]:
    """Who, what, from where, and each value that changed."""
    before, after = entry.before or {}, entry.after or {}
    changes = [
        {"name": name, "before": _short(before.get(name)), "after": _short(after.get(name))}
        for name in sorted({*before, *after})
    ]
    return {
        "at": entry.at,
        "who": entry.user_email,
        "action": action_label(entry.action),
        "object": after.get("name") or before.get("name") or "",
        "changes": changes,
        "ip": entry.ip,
        "way": entry.way,
    }


def _short(value: Any) -> str:
    text = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 200 else text[:200] + "…"
