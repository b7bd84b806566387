"""What comes later: the next steps of a policy, reminders, and what waited for a channel's time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.core.clock import from_ms
from app.engine.notify.words import note
from app.engine.usability.alerting.escalation import Ladder, Progress, next_moment, put_off, take_due
from app.engine.usability.alerting.incident import AGAIN_MS
from app.engine.usability.alerting.manners import judge_channel
from app.models import Flap, Incident, IncidentNotice
from app.service.alerting.say import ENDS, drop, send
from app.service.alerting.say import tell as tell_them
from app.service.alerting.target import Target, step_targets
from app.service.alerting.told import by_target, who_heard
from app.service.alerting.turn import Turn, load_due, with_names
from app.service.maintenance.active import end_of, spans

AT_ONCE = 2_000
UNANSWERED = frozenset({"incident.escalated", "incident.reminder"})
Whom = dict[int, tuple[Target, list[Incident]]]


def take_steps(turn: Turn) -> None:
    """Take what is due of the incidents nobody has acknowledged; who is told of many gets a list."""
    escalated: Whom = {}
    reminded: list[Incident] = []
    waiting = load_due(turn, Incident.escalate_at <= turn.at)
    maintained = spans(turn.at_ms) if waiting else {}
    for incident in waiting:
        if incident.telling == "pending":
            continue  # It has become worse since: its steps are taken when that has been told.
        if _is_settled(incident):
            incident.escalate_at = None
            continue
        until_ms = end_of(maintained, incident.monitor_id, turn.at_ms)
        if until_ms is not None:
            _put_off(turn, incident, until_ms)
            continue
        steps, is_reminded, ladder = _advance(turn, incident)
        for step in steps:
            for target in step_targets(turn, ladder.steps[step]) if ladder else []:
                escalated.setdefault(target.channel_id, (target, []))[1].append(incident)
        if is_reminded:
            reminded.append(incident)
    for target, several in escalated.values():
        _tell_unanswered(turn, target, list({each.id: each for each in several}.values()))
    _remind(turn, reminded, escalated)


def _is_settled(incident: Incident) -> bool:
    """Over, somebody's already, not told of at all, or of a site that nobody watches any more."""
    is_open = incident.closed_at is None and incident.acked_at is None and incident.telling == "told"
    return not is_open or incident.site.archived_at is not None


def _advance(turn: Turn, incident: Incident) -> tuple[list[int], bool, Ladder | None]:
    """Move the incident's place in its policy on; the steps to take now, and whether to remind."""
    found = turn.ladder_of(incident)
    ladder = found[1] if found else None
    kept, progress = _progress(turn, incident)
    steps, is_reminded, progress = take_due(ladder, turn.wishes.remind_minutes, progress, turn.at_ms)
    due_ms = next_moment(ladder, progress)
    incident.escalation = {**kept, **progress.to_dict()}
    incident.escalate_at = from_ms(due_ms) if due_ms else None
    return steps, is_reminded, ladder


def _progress(turn: Turn, incident: Incident) -> tuple[dict[str, Any], Progress]:
    kept: dict[str, Any] = incident.escalation or {}
    started_ms = kept.get("started_ms", turn.at_ms)
    return kept, Progress(started_ms, kept.get("step", 1), kept.get("round", 0), kept.get("remind_ms"))


def _put_off(turn: Turn, incident: Incident, until_ms: int) -> None:
    """Who plans work knows that it is down. A minute at a time, since the work may be ended early."""
    kept, progress = _progress(turn, incident)
    again_ms = min(until_ms, turn.at_ms + AGAIN_MS)
    incident.escalation = {**kept, **put_off(progress, again_ms - turn.at_ms).to_dict()}
    incident.escalate_at = from_ms(again_ms)


def _tell_unanswered(turn: Turn, target: Target, incidents: Sequence[Incident]) -> None:
    minutes = _waited(turn, incidents)
    words = note("unanswered", minutes=minutes)
    tell_them(turn, "incident.escalated", {target: incidents}, note=words, why={"minutes": minutes})


def _waited(turn: Turn, incidents: Sequence[Incident]) -> int:
    """For how many minutes nobody has answered: of the one that waits longest."""
    waits = [(turn.at - each.opened_at).total_seconds() // 60 for each in incidents]
    return int(max(waits, default=0))


def _remind(turn: Turn, incidents: Sequence[Incident], escalated: Whom) -> None:
    """Those who know, save those who have just been told more."""
    if not incidents:
        return
    whom = by_target(who_heard(turn, incidents), incidents)
    for target in list(whom):
        just_told = {each.id for each in escalated.get(target.channel_id, (target, []))[1]}
        whom[target] = [each for each in whom[target] if each.id not in just_told]
    tell_them(turn, "incident.reminder", whom)


def send_waiting(turn: Turn) -> None:
    """Tell what a channel's quiet hours or its digest have held until now."""
    rows = turn.session.scalars(
        select(IncidentNotice)
        .where(
            IncidentNotice.state == "held",
            IncidentNotice.due_at <= turn.at,
            IncidentNotice.organization_id == turn.organization.id,
        )
        .order_by(IncidentNotice.id)
        .limit(AT_ONCE)
        .execution_options(populate_existing=True)
    ).all()
    by_channel: dict[int, list[IncidentNotice]] = defaultdict(list)
    for row in rows:
        if row.channel_id in turn.channels:
            by_channel[row.channel_id].append(row)
        else:
            drop(row, "channel_off")
    if not by_channel:
        return
    known = _incidents(turn, {row.incident_id for row in rows})
    for channel_id, notices in by_channel.items():
        _send_waiting(turn, channel_id, notices, known)


def _incidents(turn: Turn, ids: set[int]) -> dict[int, Incident]:
    statement = with_names(select(Incident).where(Incident.id.in_(ids)))
    return {each.id: each for each in turn.session.scalars(statement)}


def _send_waiting(
    turn: Turn, channel_id: int, notices: Sequence[IncidentNotice], known: dict[int, Incident]
) -> None:
    """One message of a kind of its own for a single incident, a digest for many."""
    ready = [each for each in notices if _still_wanted(turn, channel_id, each, known[each.incident_id])]
    if not ready:
        return
    incidents = list({notice.incident_id: known[notice.incident_id] for notice in ready}.values())
    is_digest = any(notice.held_by == "digest" for notice in ready) or len(incidents) > 1
    kind = "digest" if is_digest else ready[0].kind
    held = ready[0].held_by
    send(turn, kind, [channel_id], incidents, note=note("quiet_hours") if held == "quiet_hours" else None)
    for notice in ready:
        notice.why = {**notice.why, "held_at_ms": int(notice.at.timestamp() * 1000)}
        notice.state, notice.due_at, notice.at = "told", None, turn.at


def _still_wanted(turn: Turn, channel_id: int, notice: IncidentNotice, incident: Incident) -> bool:
    """Not when it is over by now (a digest tells that too), and not yet when something else holds it now.

    What never was is not told, nor that nobody has answered what somebody has acknowledged meanwhile.
    """
    is_end = notice.kind in ENDS
    if incident.is_withdrawn and not is_end:
        drop(notice, "never_was")
        return False
    if notice.kind in UNANSWERED and incident.acked_at is not None:
        drop(notice, "acked")
        return False
    if notice.held_by == "quiet_hours":
        if _is_past(turn, notice, incident):
            drop(notice, "over")
            return False
        manners = turn.channels[channel_id]
        ruling = judge_channel(manners, turn.wishes.quiet, incident.level, turn.at, is_end=is_end)
        if ruling.held_by:
            notice.held_by, notice.due_at = ruling.held_by, ruling.until
            return False
    return True


def _is_past(turn: Turn, notice: IncidentNotice, incident: Incident) -> bool:
    """An incident that is over, or a monitor that goes up and down no longer. An end is never past."""
    if notice.kind == "monitor.flapping":
        return turn.session.get(Flap, incident.monitor_id, populate_existing=True) is None
    return incident.closed_at is not None and notice.kind not in ENDS
