"""The secret part of the address that a heartbeat's target calls."""

from __future__ import annotations

import secrets

from app.core.errors import ConflictError
from app.models import Monitor, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.monitor.manage import get_monitor
from app.service.owned import fetch_own
from app.service.passive.prepare import TOKEN_BYTES


def call_token(actor: Actor, monitor_id: int) -> str:
    """ConflictError for a monitor whose target does not call."""
    return _token_of(get_monitor(actor, monitor_id))


def renew_token(actor: Actor, monitor_id: int) -> str:
    """Another token. A door that knew the old one forgets it within half a minute, the recorder at once."""
    with write() as session:
        monitor = fetch_own(session, Monitor, actor, monitor_id)
        _token_of(monitor)
        monitor.push_token = secrets.token_urlsafe(TOKEN_BYTES)
        record_change(session, actor, "monitor.renew_address", "monitor", monitor.id)
    return monitor.push_token


def _token_of(monitor: Monitor) -> str:
    if monitor.push_token is None:
        raise ConflictError("this monitor's target does not call; only a heartbeat's does")
    return monitor.push_token
