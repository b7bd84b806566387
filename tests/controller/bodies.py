"""A body for every operation that changes something, so that each succeeds at a world of `make_things`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app.core.clock import now
from tests.cast import PASSWORD

Things = dict[str, int]
Body = dict[str, Any] | Callable[[Things], dict[str, Any]]
SOON, LATER = "2099-01-05T00:00:00Z", "2099-01-06T00:00:00Z"
URL = "http://127.0.0.1:9/"
PROVIDER = {"name": "Company", "issuer": "https://login.example.org", "client_id": "cloudeye"}
TEMPLATE = """id: mine-too
info: {name: Mine, severity: low, author: me}
http:
  - method: GET
    path: ["{{BaseURL}}/x"]
    matchers: [{type: word, words: [hello]}]
"""


def _in_a_month() -> str:
    return (now() + timedelta(days=30)).isoformat()


def _id(things: Things, name: str) -> str:
    return str(things[name])


BODIES: dict[tuple[str, str], Body] = {
    ("api_tokens", "POST"): {"name": "nightly", "scopes": ["site.read"], "days": 7},
    ("escalations", "POST"): lambda t: {
        "name": "New",
        "steps": [{"after_minutes": 0, "channels": [_id(t, "channel_id")]}],
    },
    ("escalation", "PATCH"): {"name": "Other"},
    ("alerting", "PATCH"): {"storm_after": 7},
    ("contact", "PATCH"): lambda t: {"channels": [_id(t, "channel_id")]},
    ("monitor_parents", "PATCH"): {"parents": []},
    ("bug_scans", "POST"): lambda t: {"site_id": _id(t, "site_id"), "profile": "passive"},
    ("bug_findings_bulk", "POST"): lambda t: {"ids": [_id(t, "finding_id")], "act": "confirm"},
    ("bug_finding_false_positive", "POST"): {"note": "a test page"},
    ("bug_finding_accept", "POST"): lambda _: {"note": "known", "until": _in_a_month()},
    ("bug_finding_reopen", "POST"): {"note": "not so"},
    ("bug_finding_assign", "POST"): lambda t: {"assignee_id": _id(t, "user_id")},
    ("bug_finding_due", "POST"): {"due_at": SOON},
    ("bug_finding_comments", "POST"): {"note": "looked at"},
    ("bug_hosts", "POST"): {"host": "shop.example.org"},
    ("bug_settings", "PATCH"): {"budget": 150},
    ("bug_consents", "POST"): {"name": "crlf", "given": True},
    ("bug_templates", "POST"): {"body": TEMPLATE},
    ("bug_template", "PATCH"): {"is_enabled": False},
    ("channel_rules", "POST"): lambda t: {"name": "New", "channel_ids": [_id(t, "channel_id")]},
    ("channel_rules_order", "POST"): lambda t: {"ids": [_id(t, "rule_id")]},
    ("channel_routing", "PATCH"): {"mode": "all"},
    ("channel_rule", "PATCH"): {"name": "Other"},
    ("message_template", "PATCH"): {"body": "{{ title }}"},
    ("channels", "POST"): {"type": "webhook", "name": "second", "config": {"url": URL}},
    ("channel", "PATCH"): {"name": "Other"},
    ("file_attachments", "POST"): lambda t: {"kind": "site", "id": _id(t, "site_id")},
    ("incident_assign", "POST"): lambda t: {"user_id": _id(t, "user_id")},
    ("incident_comments", "POST"): {"text": "We look."},
    ("uptime_exports", "POST"): {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
    ("site_imports", "POST"): {"name": "sites.csv", "data": "bmFtZSxiYXNlX3VybApBLGh0dHA6Ly9hLnRlc3QvCg=="},
    ("locations", "POST"): {"code": "rome"},
    ("location", "PATCH"): {"name": "Paris, France"},
    ("maintenance_windows", "POST"): {
        "name": "New",
        "starts": "2099-01-01T02:00",
        "minutes": 60,
        "covers_all": True,
    },
    ("maintenance_window", "PATCH"): {"name": "Other"},
    ("objectives", "POST"): lambda t: {
        "site_id": _id(t, "site_id"),
        "name": "New",
        "kind": "availability",
        "target": 99.5,
    },
    ("objective", "PATCH"): {"name": "Other"},
    ("invitations", "POST"): {"role": "viewer"},
    ("monitors_bulk", "POST"): lambda t: {"act": "resume", "ids": [_id(t, "monitor_id")]},
    ("me", "PATCH"): {"name": "Somebody"},
    ("organizations", "POST"): {"name": "Second"},
    ("providers", "POST"): {**PROVIDER, "client_secret": "secret-of-ours"},
    ("provider", "PATCH"): {"name": "Other"},
    ("passkey", "PATCH"): {"name": "Other"},
    ("account_rules", "PATCH"): {"registration": True},
    ("rotas", "POST"): lambda t: {
        "name": "New",
        "layers": [{"participants": [_id(t, "user_id")], "starts_on": "2026-01-05"}],
    },
    ("rota", "PATCH"): {"name": "Other"},
    ("rota_overrides", "POST"): lambda t: {
        "user_id": _id(t, "user_id"),
        "starts_at": SOON,
        "ends_at": LATER,
    },
    ("settings", "PATCH"): {"name": "Renamed"},
    ("sites", "POST"): {"name": "New", "base_url": "http://new.test/"},
    ("site", "PATCH"): {"name": "Other"},
    ("status_pages", "POST"): {"slug": "second", "title": "Second"},
    ("status_page", "PATCH"): {"title": "Other"},
    ("status_notices", "POST"): {"title": "Slow", "text": "We look."},
    ("status_notice", "POST"): {"text": "Still looking."},
    ("watches", "POST"): lambda t: {"site_id": _id(t, "site_id"), "url": f"{URL}new"},
    ("watch", "PATCH"): {"name": "Other"},
    ("tamper_words", "PATCH"): {"words": ["casino"]},
    ("alert_approve", "POST"): {"reason": "a release"},
    ("deployments", "POST"): lambda t: {"site_id": _id(t, "site_id"), "minutes": 5},
    ("deployment_tokens", "POST"): {"name": "second"},
    ("discoveries", "POST"): lambda t: {"site_id": _id(t, "site_id")},
    ("monitors", "POST"): lambda t: {
        "site_id": _id(t, "site_id"),
        "type": "http",
        "name": "New",
        "config": {"url": URL},
    },
    ("monitor", "PATCH"): {"name": "Other"},
    ("member_own", "POST"): {"current_password": PASSWORD},
    ("vendors", "POST"): {"name": "Second"},
    ("vendor", "PATCH"): {"name": "Other"},
    ("vendor_apps", "POST"): {"name": "second", "scopes": ["site.read"]},
    ("vendor_app", "PATCH"): {"name": "Other"},
}


def body_of(endpoint: str, method: str, things: Things) -> dict[str, Any] | None:
    """The body of an operation of the API (`v1.…`); None where none is known."""
    body = BODIES.get((endpoint.removeprefix("v1."), method))
    return body(things) if callable(body) else body
