"""The part of a channel's form that says how it likes to be told of incidents."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from app.models import Channel
from app.service.alerting.turn import manners_of
from app.web.forms.alerting import read_quiet, read_spans, typed
from app.web.forms.form import number
from app.web.identity import actor

LEVELS_SHOWN = (
    ("degraded", _l("everything: slow, down in some places, down")),
    ("regional", _l("what is down in some places, or down")),
    ("down", _l("only what is down")),
)
DIGESTS_SHOWN = (
    ("", _l("at once")),
    ("minutes", _l("in a digest every so many minutes")),
    ("daily", _l("in a digest once a day")),
)
MANNER_LABELS = {
    "manners": _l("How it likes to be told of incidents"),
    "manners.digest_minutes": _l("Digest every (minutes)"),
    "manners.digest_at": _l("Daily digest at"),
    "manners.quiet": _l("Quiet hours"),
}


def shown_manners(channel: Channel | None) -> dict[str, Any]:
    """A channel's manners by the fields' names; without a channel, the form's beginnings."""
    zone = actor().organization.timezone
    manners = manners_of(channel) if channel else None
    quiet = manners.quiet if manners else None
    return {
        "manners.least": manners.least if manners else "degraded",
        "manners.digest": _digest_of(manners.digest_minutes, manners.digest_at) if manners else "",
        "manners.digest_minutes": (manners.digest_minutes if manners else None) or 60,
        "manners.digest_at": (manners.digest_at if manners else None) or "09:00",
        "manners.quiet.zone": quiet.zone if quiet else zone,
        "manners.quiet.lets_down": bool(quiet and quiet.lets_down),
        "manners.spans": [each.model_dump() for each in quiet.spans] if quiet else [],
    }


def _digest_of(minutes: int | None, at: str | None) -> str:
    return "minutes" if minutes else "daily" if at else ""


def typed_manners() -> dict[str, Any]:
    """What was typed, for the service. The digest's zone is the one of the quiet hours."""
    digest = typed("manners.digest")
    values: dict[str, Any] = {
        "least": typed("manners.least") or "degraded",
        "quiet": read_quiet("manners.quiet"),
    }
    if digest == "minutes":
        values["digest_minutes"] = number(typed("manners.digest_minutes"))
    elif digest == "daily":
        values["digest_at"] = typed("manners.digest_at")[:5]
        values["zone"] = typed("manners.quiet.zone") or actor().organization.timezone
    return values


def typed_back() -> dict[str, Any]:
    """What was typed, for the form."""
    names = ("least", "digest", "digest_minutes", "digest_at", "quiet.zone")
    return {
        **{f"manners.{name}": typed(f"manners.{name}") for name in names},
        "manners.quiet.lets_down": "manners.quiet.lets_down" in request.form,
        "manners.spans": read_spans("manners.quiet.spans"),
    }
