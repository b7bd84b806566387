"""The values of an audit entry as people read them. What has no words here is shown as the API calls it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.web.times import full_time
from app.web.words.names import role_label
from app.web.words.permission import permission_label

FIELDS = {
    "account": _l("Account"),
    "allowed_networks": _l("Private networks that may be checked"),
    "base_url": _l("Address"),
    "client_id": _l("Client ID"),
    "contact": _l("Contact"),
    "days": _l("Days"),
    "description": _l("Notes"),
    "domains": _l("Domains"),
    "email": _l("E-mail address"),
    "event": _l("Event"),
    "events": _l("Events"),
    "expires_at": _l("Ends"),
    "format": _l("Format"),
    "interval_seconds": _l("Interval"),
    "is_active": _l("Active"),
    "is_enabled": _l("On"),
    "is_published": _l("Published"),
    "issuer": _l("Issuer"),
    "kind": _l("Kind"),
    "least": _l("Severity"),
    "locale": _l("Language"),
    "name": _l("Name"),
    "networks": _l("Addresses it calls from"),
    "new_role": _l("Somebody new becomes"),
    "owner": _l("Owner"),
    "phone": _l("Phone number"),
    "role": _l("Role"),
    "scopes": _l("What it may do"),
    "severity": _l("Severity"),
    "site_ids": _l("Sites"),
    "slug": _l("Address"),
    "state": _l("State"),
    "tags": _l("Tags"),
    "text": _l("Text"),
    "theme": _l("Theme"),
    "timezone": _l("Time zone"),
    "title": _l("Title"),
    "type": _l("Kind"),
    "url": _l("URL"),
}
MOST = 200
"""So many characters of a value are shown."""


def field_label(name: str) -> str:
    return str(FIELDS.get(name, name))


def value_words(name: str, value: Any) -> str:
    """A value in words; empty for None."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name in ("role", "new_role") and value:
        return role_label(value)
    if name == "scopes" and isinstance(value, list):
        return _short(" · ".join(permission_label(each) for each in value))
    if name.endswith("_at") and isinstance(value, str):
        return _moment(value)
    if isinstance(value, list) and not any(isinstance(each, (dict, list)) for each in value):
        return _short(", ".join(map(str, value)))
    if isinstance(value, (dict, list)):
        return _short(orjson.dumps(value, default=str).decode())
    return "" if value is None else _short(str(value))


def _moment(text: str) -> str:
    """A moment by the clock of the page; what is none, as it is."""
    try:
        return full_time(datetime.fromisoformat(text))
    except ValueError:
        return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= MOST else text[:MOST] + "…"
