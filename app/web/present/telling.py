"""Why an incident was told, held or not told to a channel: one sentence for each decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _

from app.core.clock import from_ms
from app.service.alerting.explain import Line
from app.web.times import full_time


def why_of(line: Line) -> str:
    """What a person wants to know about a decision, in one sentence."""
    why = line.why
    if line.held_by == "dependency":
        return _parent(why)
    if line.held_by == "maintenance":
        return _("Planned work until %(when)s.", when=full_time(_moment(why.get("until_ms"))))
    if line.held_by in ("quiet_hours", "digest"):
        return _later(line)
    sentences = {
        "storm": _("Many incidents at once are told together."),
        "flapping": _("It goes up and down; nothing more is said until it is calm."),
        "severity": _("The channel does not want to hear of what is this mild."),
        "no_contact": _("The person has named no channel."),
    }
    if line.held_by in sentences:
        return sentences[line.held_by]
    return _plain(line)


def _plain(line: Line) -> str:
    why = line.why
    if why.get("reason") == "nobody_was_told":
        return _("It was over before anybody had to know.")
    if why.get("reason") == "paused":
        return _("The monitor was paused.")
    if why.get("by"):
        return _("by %(who)s", who=why["by"])
    if "minutes" in why:
        return _("Nobody had acknowledged it for %(count)s min.", count=why["minutes"])
    if why.get("policy"):
        return _("Policy %(name)s, step %(step)s", name=why["policy"], step=why.get("step", 1))
    return ""


def _parent(why: dict[str, Any]) -> str:
    name, since = why.get("parent", ""), full_time(_moment(why.get("since_ms")))
    sentences = {
        "in_trouble": _(
            "%(name)s, which it depends on, has been in trouble since %(since)s.", name=name, since=since
        ),
        "recovered": _(
            "%(name)s, which it depends on, has just recovered; it gets time to follow.", name=name
        ),
        "suspected": _("%(name)s, which it depends on, fails too; that is being confirmed.", name=name),
        "not_looked_at": _("%(name)s, which it depends on, is looked at first.", name=name),
    }
    return sentences.get(why.get("reason", ""), name)


def _later(line: Line) -> str:
    if line.state == "told":
        since = full_time(_moment(line.why.get("held_at_ms")))
        if line.held_by == "digest":
            return _("In a digest; it had waited since %(since)s.", since=since)
        return _("After quiet hours; it had waited since %(since)s.", since=since)
    if line.state == "dropped":
        return _dropped(line.why.get("reason", ""))
    when = full_time(line.due_at)
    if line.held_by == "digest":
        return _("It comes with the digest of %(when)s.", when=when)
    return _("Quiet hours until %(when)s.", when=when)


def _dropped(reason: str) -> str:
    sentences = {
        "anew": _("It was said anew in another message."),
        "acked": _("It was acknowledged by then."),
        "channel_off": _("The channel was switched off by then."),
        "never_was": _("Late results showed that it never was."),
    }
    return sentences.get(reason) or _("It was over before quiet hours were.")


def _moment(ms: Any) -> datetime | None:
    return from_ms(ms).astimezone(UTC) if isinstance(ms, int) else None
