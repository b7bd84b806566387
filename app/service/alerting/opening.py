"""Incidents to be decided about: each is told, held by something, or over before anybody had to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core.clock import from_ms, to_ms
from app.engine.notify.words import note
from app.engine.usability.alerting.dependency import Child
from app.engine.usability.alerting.escalation import begin, next_moment
from app.engine.usability.alerting.incident import Situation, Verdict, is_storm, judge_incident
from app.engine.usability.alerting.manners import rank
from app.models import Flap, Incident, Monitor
from app.service.alerting import storm
from app.service.alerting.family import load_ancestors, load_family
from app.service.alerting.say import put_notice, tell, worst
from app.service.alerting.target import first_targets
from app.service.alerting.told import by_target, said_to_flap, told_lately, who_heard
from app.service.alerting.turn import Turn, load_due
from app.service.maintenance.active import end_of, spans


@dataclass(slots=True)
class Judged:
    """An incident with its monitor, and what the rules say of it."""

    incident: Incident
    monitor: Monitor
    verdict: Verdict


def decide_openings(turn: Turn) -> None:
    """1. Judge them all. 2. Note what holds the others. 3. Tell the rest, together when they are many."""
    waiting = [
        each
        for each in load_due(turn, Incident.telling.in_(["pending", "held"]), Incident.decide_at <= turn.at)
        if each.monitor is not None
    ]
    if not waiting:
        return
    known = [each for each in waiting if _was_told(each)]
    judged = _judge(turn, [each for each in waiting if not _was_told(each)])
    for each in judged:
        if each.verdict.action == "hold":
            _hold(turn, each)
        elif each.verdict.action == "tell_flapping":
            _tell_flapping(turn, each)
        elif each.verdict.action == "nothing":
            each.incident.telling, each.incident.decide_at = "done", None
    _tell_changed(turn, known)
    _tell_fresh(turn, [each.incident for each in judged if each.verdict.action == "tell"])


def _was_told(incident: Incident) -> bool:
    return bool(incident.escalation and "level" in incident.escalation)


def _judge(turn: Turn, incidents: Sequence[Incident]) -> list[Judged]:
    """Everything that is asked of them is loaded for all at once."""
    monitors = [each.monitor for each in incidents if each.monitor is not None]
    if not monitors:
        return []
    family = load_family(turn.session, {each.id for each in monitors})
    above = {each.id: family.ancestors(each.id) for each in monitors}
    ancestors = load_ancestors(turn.session, {up for ups in above.values() for up in ups}, turn.at_ms)
    flaps = said_to_flap(turn, incidents)
    maintained = spans(turn.at_ms)
    found: list[Judged] = []
    for incident, monitor in zip(incidents, monitors, strict=True):
        situation = Situation(
            child=_child(incident, monitor),
            ancestors=[ancestors[up] for up in above[monitor.id] if up in ancestors],
            maintained_until_ms=end_of(maintained, monitor.id, turn.at_ms),
            is_flapping=monitor.state.is_flapping,
            is_flap_told=monitor.id in flaps,
            is_over=incident.closed_at is not None or incident.is_withdrawn,
        )
        found.append(Judged(incident, monitor, judge_incident(situation, turn.at_ms)))
    return found


def _child(incident: Incident, monitor: Monitor) -> Child:
    return Child(
        level=incident.level,
        started_ms=to_ms(incident.started_at),
        opened_ms=to_ms(incident.opened_at),
        interval_ms=monitor.interval_seconds * 1000,
        timeout_ms=monitor.effective_timeout_ms,
        recover=monitor.recover_count,
    )


def _hold(turn: Turn, each: Judged) -> None:
    """What holds it is noted once, and again only when it is something else."""
    incident, verdict = each.incident, each.verdict
    key = f"{verdict.held_by}:{verdict.why.get('parent_id', '')}:{verdict.why.get('reason', '')}"
    if (incident.escalation or {}).get("held") != key:
        incident.escalation = {"held": key}
        put_notice(turn, incident, "incident.opened", "held", held_by=verdict.held_by, why=verdict.why)
    incident.telling, incident.held_by = "held", verdict.held_by
    incident.decide_at = from_ms(verdict.again_ms) if verdict.again_ms else None


def _tell_flapping(turn: Turn, each: Judged) -> None:
    turn.session.add(Flap(monitor_id=each.monitor.id, incident_id=each.incident.id, started_at=turn.at))
    whom = {target: [each.incident] for target in first_targets(turn, each.incident)}
    tell(turn, "monitor.flapping", whom, note=note("flapping"))
    mark_told(turn, each.incident, escalates=False)


def _tell_fresh(turn: Turn, incidents: Sequence[Incident]) -> None:
    if not incidents:
        return
    lately = told_lately(turn)
    running = storm.running(turn)
    if running is None and is_storm(
        len(incidents), list(lately.values()), turn.at_ms, turn.wishes.storm_after
    ):
        running = storm.begin(turn, sorted(lately))
    for incident in incidents:
        mark_told(turn, incident)
    if running is not None:
        storm.join(turn, running, incidents)
        return
    for incident in incidents:
        whom = {target: [incident] for target in first_targets(turn, incident)}
        tell(turn, "incident.opened", whom, note=_followed(incident), why=_policy(turn, incident))


def _followed(incident: Incident) -> dict[str, str] | None:
    """Why it comes late, where it was held."""
    return note("dependency") if incident.held_by == "dependency" else None


def _policy(turn: Turn, incident: Incident) -> dict[str, Any]:
    found = turn.ladder_of(incident)
    return {"policy": found[0].name, "step": 1} if found else {}


def mark_told(turn: Turn, incident: Incident, *, escalates: bool = True) -> None:
    """From now on its end is told, and the policy's next steps follow."""
    found = turn.ladder_of(incident)
    ladder = found[1] if found else None
    progress = begin(ladder, turn.wishes.remind_minutes, turn.at_ms)
    due_ms = next_moment(ladder, progress) if escalates else None
    incident.telling, incident.decide_at = "told", None
    incident.escalation = {**progress.to_dict(), "level": incident.level, "worst": incident.level}
    incident.escalate_at = from_ms(due_ms) if due_ms else None


def _tell_changed(turn: Turn, incidents: Sequence[Incident]) -> None:
    """What became worse is told by itself, or as part of the storm that it is in; not while it flaps."""
    flapping = said_to_flap(turn, incidents)
    worse = [
        each
        for each in incidents
        if each.closed_at is None
        and each.monitor_id not in flapping
        and rank(each.level) > rank(_level_told(each))
    ]
    running = storm.running(turn) if any(each.storm_id for each in worse) else None
    together = [each for each in worse if running and each.storm_id == running.id]
    if running is not None and together:
        storm.worsen(turn, running, together)
    for incident in worse:
        if incident not in together:
            _tell_worse(turn, incident, _level_told(incident))
    for incident in incidents:
        kept = {**(incident.escalation or {}), "level": incident.level}
        incident.escalation = {**kept, "worst": worst(incident)}
        incident.telling, incident.decide_at = "told", None


def _level_told(incident: Incident) -> str:
    return str((incident.escalation or {}).get("level", "down"))


def _tell_worse(turn: Turn, incident: Incident, before: str) -> None:
    """Those who heard of it hear that it became worse; who wants only what is grave hears of it now."""
    heard = by_target(who_heard(turn, [incident]), [incident])
    tell(turn, "incident.changed", heard, why={"before": before})
    known = {target.channel_id for target in heard}
    fresh = {t: [incident] for t in first_targets(turn, incident) if t.channel_id not in known}
    tell(turn, "incident.opened", fresh, why={"before": before})
