"""The audit log."""

from __future__ import annotations

RULES: dict[tuple[str, str], str] = {
    ("v1.audit", "GET"): "audit.read",
    ("v1.audit_csv", "GET"): "audit.read",
    ("v1.audit_jsonl", "GET"): "audit.read",
    ("v1.audit_chain", "GET"): "audit.read",
    ("web.audit", "GET"): "audit.read",
    ("web.audit_file", "GET"): "audit.read",
}
