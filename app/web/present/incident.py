"""An incident as its own page shows it: cause, evidence, votes, paths, who was told, and the replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.core.clock import from_ms
from app.engine.tamper.visible import visible
from app.models import Incident
from app.service.alerting.explain import Line
from app.service.cause.compute import sentence_of
from app.service.recording import picture
from app.service.recording.replay import Replayed
from app.web.i18n import current_locale
from app.web.present.state import incident_row, reason_sentence
from app.web.present.telling import why_of
from app.web.times import full_time
from app.web.words.incident import (
    CATEGORIES,
    CLOSED_BY,
    CONFIDENCE,
    DIFFERENCES,
    EVIDENCE,
    HELD_BY,
    LEVELS,
    NOTICE_STATES,
    TELLINGS,
    VOTES,
)
from app.web.words.names import MESSAGE_KINDS

PICTURE = picture.NAME
SHORT = 120
Details = Mapping[tuple[str, int], dict[str, Any]]
STATES = {"down": "DOWN", "regional": "REGIONAL", "degraded": "DEGRADED"}


def incident_facts(incident: Incident, people: Mapping[int, str], details: Details) -> dict[str, Any]:
    """The row of lists, and what only the page shows; `details` are the values behind the votes' reasons."""
    evidence = incident.evidence or {}
    return {
        **incident_row(incident),
        "state": STATES.get(incident.level, "DOWN") if incident.closed_at is None else "UP",
        "level": str(LEVELS.get(incident.level, incident.level)),
        "is_withdrawn": incident.is_withdrawn,
        "cause": cause_of(incident),
        "evidence": [_entry(name, value) for name, value in evidence.items() if value and _is_shown(name)],
        "picture_url": url_for("web.incident_picture", incident_id=incident.id)
        if evidence.get(PICTURE)
        else None,
        "traces": [_trace(code, told) for code, told in sorted(evidence.get("_traces", {}).items())],
        "votes": votes_of(incident, details),
        "acked_by": people.get(incident.acked_by or 0, ""),
        "assigned_to": incident.assigned_to,
        "assignee": people.get(incident.assigned_to or 0, ""),
        "closed_why": str(CLOSED_BY.get(incident.closed_by or "", "")),
        "telling": str(TELLINGS.get(incident.telling, incident.telling)),
        "held_by": str(HELD_BY.get(incident.held_by or "", incident.held_by or "")),
        "decide_at": incident.decide_at,
        "escalate_at": incident.escalate_at,
    }


def cause_of(incident: Incident) -> dict[str, Any] | None:
    """Whose fault, how sure, and why that is thought."""
    if not incident.rule:
        return None
    told = (incident.evidence or {}).get("_cause", {})
    return {
        "category": str(CATEGORIES.get(incident.category or "", _("Not known"))),
        "confidence": str(CONFIDENCE.get(told.get("confidence", ""), "")),
        "is_certain": told.get("confidence") == "certain",
        "sentence": visible(sentence_of(incident, current_locale())),
        "rule": incident.rule,
        "at": from_ms(told["at_ms"]) if told.get("at_ms") else None,
    }


def votes_of(incident: Incident, details: Details) -> list[dict[str, Any]]:
    """What each location said, when it was found and when it was over: one table a moment."""
    titles = (
        ("opened", _("When it was found")),
        ("changed", _("When it changed")),
        ("closed", _("When it was over")),
    )
    votes = incident.votes or {}
    return [
        {"title": title, "rows": [_vote(each, details) for each in votes[name]]}
        for name, title in titles
        if votes.get(name)
    ]


def _vote(vote: Mapping[str, Any], details: Details) -> dict[str, Any]:
    detail = details.get((vote.get("location") or "", vote.get("due_ms") or 0), {})
    return {
        "location": vote.get("location") or "",
        "state": VOTES.get(vote.get("status", ""), "UNKNOWN"),
        "why": visible(reason_sentence(vote["reason"], detail)) if vote.get("reason") else "",
        "at": from_ms(vote["due_ms"]) if vote.get("due_ms") else None,
    }


def _is_shown(name: str) -> bool:
    return not name.startswith("_") and name != PICTURE


def _entry(name: str, value: Any) -> dict[str, Any]:
    """A piece of evidence; what a target said is shown with its unseen characters named."""
    text = "\n".join(visible(line) for line in _text(value).splitlines())
    title = str(EVIDENCE.get(name, name))
    return {"title": title, "text": text, "is_long": len(text) > SHORT or "\n" in text}


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_text(each)}" for name, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(_text(each) for each in value)
    return str(value)


def _trace(code: str, told: Mapping[str, Any]) -> dict[str, Any]:
    said = _("It reaches the target.") if told.get("has_reached") else _("It does not reach the target.")
    return {
        "location": code,
        "hops": told.get("hops", []),
        "said": _("It could not be looked at (%(why)s).", why=told["error"]) if told.get("error") else said,
        "has_reached": bool(told.get("has_reached")),
    }


def picture_of(incident: Incident) -> bytes | None:
    """The screenshot a browser took of the failure."""
    return picture.picture_of(incident.organization_id, incident.evidence)


def notice_line(line: Line) -> dict[str, Any]:
    """One decision about who is told."""
    who = " · ".join(each for each in (line.user, line.channel) if each)
    return {
        "at": line.at,
        "what": str(MESSAGE_KINDS.get(line.kind, line.kind)),
        "state": str(NOTICE_STATES.get(line.state, line.state)),
        "look": {"told": "up", "held": "care"}.get(line.state, "quiet"),
        "why": why_of(line),
        "who": who,
        "until": line.due_at if line.state == "held" else None,
    }


def replay_facts(replayed: Replayed) -> dict[str, Any]:
    """What the stored samples say, judged again under the monitor's present policy."""
    differences = [
        {"name": str(DIFFERENCES.get(name, name)), "kept": _shown(name, kept), "now": _shown(name, now_said)}
        for name, (kept, now_said) in replayed.differences.items()
    ]
    return {
        "is_same": replayed.is_same,
        "is_there": replayed.match is not None,
        "samples": replayed.samples,
        "count": len(replayed.episodes),
        "differences": differences,
        "is_changed": bool(replayed.changed_since),
        "policy": {
            "confirm": replayed.policy.confirm,
            "recover": replayed.policy.recover,
            "quorum": replayed.policy.quorum,
            "locations": replayed.policy.locations,
        },
    }


def _shown(name: str, value: Any) -> str:
    if name == "level":
        return str(LEVELS.get(value, value))
    return full_time(value) if value else _("not yet")
