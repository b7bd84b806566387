"""What changed, as the audit log's page tells it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.models import AuditEntry
from app.web.present.audit import entry_row


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"role": "viewer"}, {"role": "operator"}, [("Role", "Viewer", "Operator")]),
        ({"is_active": True}, {"is_active": False}, [("Active", "Yes", "No")]),
        (None, {"tags": ["a", "b"], "site_ids": None}, [("Tags", "", "a, b")]),
        (None, {"scopes": ["site.read"]}, [("What it may do", "", "See sites and their events")]),
        (None, {"expires_at": "2026-03-01T08:00:00+00:00"}, [("Ends", "", "2026-03-01 08:00:00")]),
        (None, {"config": {"a": [1]}}, [("config", "", '{"a":[1]}')]),
    ],
)
def test_a_change_is_told_in_words(app: Flask, before: Any, after: Any, told: list[tuple[str, ...]]) -> None:
    with app.test_request_context():
        changes = entry_row(AuditEntry(action="member.change", before=before, after=after, way="cli"))[
            "changes"
        ]
    assert [(each["name"], each["before"], each["after"]) for each in changes] == told
