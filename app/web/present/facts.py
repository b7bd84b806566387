"""Facts in pairs of words and value: of a handshake, and of a target that calls."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.core.clock import from_ms
from app.models import Heartbeat
from app.web.times import full_time


def tls_facts(facts: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Pairs of words and value, for a list of facts. Empty without any."""
    tls = (facts or {}).get("tls")
    tls = tls if isinstance(tls, dict) else {}
    pairs = [
        (_("TLS version"), tls.get("version")),
        (_("Certificate of"), tls.get("subject")),
        (_("Issued by"), tls.get("issuer")),
        (_("Valid until"), tls.get("not_after")),
        (_("Days left"), tls.get("days_left")),
    ]
    return [(words, str(value)) for words, value in pairs if value not in (None, "", 0)]


def call_facts(heartbeat: Heartbeat | None) -> list[tuple[str, str]]:
    """What was last heard of a target that calls, and what is waited for."""
    if heartbeat is None:
        return []
    kinds = {
        "start": _("a run began"),
        "success": _("success"),
        "fail": _("failure"),
        "log": _("a log only"),
    }
    last = _("never called yet")
    if heartbeat.last_call_ms is not None:
        last = f"{full_time(from_ms(heartbeat.last_call_ms))} · {kinds.get(heartbeat.last_kind or '', '–')}"
    awaited = _("The run must end by") if heartbeat.started_ms is not None else _("A call is awaited until")
    return [(_("Last call"), last), (awaited, full_time(from_ms(heartbeat.deadline_ms)))]
