"""Locations as their page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.core.clock import from_ms
from app.models import Location
from app.service.location.known import home
from app.service.location.manage import CLOCK_OFF_MS, Outside, state_of
from app.web.times import duration

STATES = {
    "ok": (_l("Probing"), "up"),
    "offline": (_l("Its own network is down"), "down"),
    "silent": (_l("Silent"), "care"),
    "never": (_l("Not heard of yet"), "quiet"),
    "disabled": (_l("Switched off"), "quiet"),
}
REFUSALS = {
    "malformed": _l("not readable"),
    "unsigned": _l("not signed"),
    "foreign_location": _l("meant for another location"),
    "bad_signature": _l("signed with another key"),
    "foreign_sample": _l("results of another location"),
    "not_plausible": _l("results of an impossible time"),
    "unrecordable": _l("results no database would take"),
}


def location_row(location: Location | Outside) -> dict[str, Any]:
    """A location with what its probes last said."""
    state = state_of(location)
    text, look = STATES[state]
    probes = (location.last_report or {}).get("probes", {})
    return {
        "id": location.id,
        "code": location.code,
        "name": location.name,
        "is_home": location.code == home(),
        "state": state,
        "state_text": str(text),
        "look": look,
        "seen_at": from_ms(location.last_seen_ms) if location.last_seen_ms else None,
        "probes": [_probe(name, told) for name, told in sorted(probes.items())],
        "control_targets": location.control_targets,
        "edit_url": url_for("web.location", location_id=location.id),
    }


def refusals(counts: Mapping[str, int]) -> str:
    """Messages the recorder did not take, as one sentence; empty when there were none."""
    if not counts:
        return ""
    total = sum(counts.values())
    reasons = ", ".join(
        f"{REFUSALS.get(reason, reason)}: {count}" for reason, count in sorted(counts.items())
    )
    said = ngettext(
        "%(num)s message to the recorder was refused", "%(num)s messages to the recorder were refused", total
    )
    return f"{said} ({reasons})"


def _probe(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    control = told.get("control") or {}
    return {
        "name": name.partition(":")[0],
        "version": told.get("version", ""),
        "in_flight": told.get("in_flight", 0),
        "per_second": told.get("per_second", 0),
        "lag_ms": told.get("lag_ms", 0),
        "clock": _clock(told.get("clock_off_ms") or 0),
        "refused": sum((told.get("refused") or {}).values()),
        "control_state": control.get("state", "none"),
        "control_is_given": control.get("is_given", False),
        "targets": [_target(each) for each in control.get("targets", [])],
    }


def _clock(off_ms: int) -> str:
    """How wrong a probe's clock is; empty where it is right."""
    if abs(off_ms) <= CLOCK_OFF_MS:
        return ""
    time = duration(abs(off_ms) / 1000)
    return _("%(time)s ahead", time=time) if off_ms > 0 else _("%(time)s behind", time=time)


def _target(told: Mapping[str, Any]) -> dict[str, Any]:
    why = told.get("why", "")
    return {
        "name": told["target"],
        "glyph": "up" if told["is_here"] else "down",
        "said": _("%(ms)s ms", ms=told["ms"]) if told["is_here"] else _("no answer (%(why)s)", why=why),
    }
