"""Audit entries as templates want them."""

from __future__ import annotations

from typing import Any

from app.models import AuditEntry
from app.web.words.audit import way_label
from app.web.words.audit_values import field_label, value_words
from app.web.words.names import action_label


def entry_row(entry: AuditEntry) -> dict[str, Any]:
    """Who, what, from where, and each value that changed."""
    before, after = entry.before or {}, entry.after or {}
    changes = [
        {"name": field_label(name), "before": old, "after": new}
        for name in sorted({*before, *after})
        if (old := value_words(name, before.get(name))) != (new := value_words(name, after.get(name)))
    ]
    return {
        "at": entry.at,
        "who": entry.user_email,
        "action": action_label(entry.action),
        "object": after.get("name") or before.get("name") or "",
        "changes": changes,
        "ip": entry.ip,
        "way": way_label(entry.way),
        "number": entry.number,
        "hash": entry.hash,
        "request_id": entry.request_id,
    }
