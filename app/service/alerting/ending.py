"""What is over: told to those who heard of it, and the word on to what was held because of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select, update

from app.engine.notify.words import note
from app.models import AlertStorm, Flap, Incident, IncidentNotice, Monitor, MonitorState
from app.service.alerting.family import load_descendants, parts
from app.service.alerting.opening import mark_told
from app.service.alerting.say import put_notice, tell, worst
from app.service.alerting.target import Target, first_targets
from app.service.alerting.told import BY_PEOPLE, by_target, said_to_flap, who_heard
from app.service.alerting.turn import Turn, load_due

NOBODY_KNOWS = ("MAINTENANCE", "UNKNOWN", "PENDING")
"""States in which a monitor that was flapping is neither up nor down: calm is said when it is one of them."""


def decide_endings(turn: Turn) -> None:
    """1. Drop what waits to be told of them. 2. Tell the end. 3. Wake what was held by them."""
    over = load_due(turn, Incident.telling == "closing", Incident.decide_at <= turn.at)
    if not over:
        return
    _drop_waiting(turn, over)
    storms = _running_storms(turn, over)
    flapping = said_to_flap(turn, over)
    aloud = [each for each in over if each.storm_id not in storms and each.monitor_id not in flapping]
    heard = who_heard(turn, aloud)
    for incident in aloud:
        _tell_end(turn, incident, heard)
    for incident in over:
        incident.telling, incident.held_by = "done", None
        incident.decide_at = incident.escalate_at = None
        # Should late results open it again, it is a new one to everybody.
        incident.escalation = {"ended_ms": turn.at_ms, "worst": worst(incident)}
    _wake_children(turn, over)


def _tell_end(turn: Turn, incident: Incident, heard: Mapping[int, Sequence[Target]]) -> None:
    whom = by_target(heard, [incident])
    if not whom:
        put_notice(turn, incident, "incident.closed", "dropped", why={"reason": "nobody_was_told"})
    elif incident.is_withdrawn:
        tell(turn, "incident.withdrawn", whom, note=note("withdrawn"))
    elif incident.closed_by in BY_PEOPLE:
        put_notice(turn, incident, "incident.closed", "dropped", why={"reason": "paused"})
    else:
        tell(turn, "incident.closed", whom)


def _drop_waiting(turn: Turn, over: Sequence[Incident]) -> None:
    """Nobody has to be woken for what is over. A digest tells it all the same, with its end.

    That a monitor goes up and down holds until it is calm, whatever ends meanwhile.
    """
    turn.session.execute(
        update(IncidentNotice)
        .where(
            IncidentNotice.incident_id.in_([each.id for each in over]),
            IncidentNotice.state == "held",
            IncidentNotice.held_by == "quiet_hours",
            IncidentNotice.kind != "monitor.flapping",
        )
        .values(state="dropped", due_at=None)
        .execution_options(synchronize_session=False)
    )


def _running_storms(turn: Turn, over: Sequence[Incident]) -> set[int | None]:
    """Storms that are going on: their own end tells of their members."""
    ids = {each.storm_id for each in over if each.storm_id}
    if not ids:
        return set()
    statement = select(AlertStorm.id).where(AlertStorm.id.in_(ids), AlertStorm.ended_at.is_(None))
    return set(turn.session.scalars(statement))


def _wake_children(turn: Turn, over: Sequence[Incident]) -> None:
    """What these held is looked at now: it may have to be told, or gets its time to follow."""
    below = load_descendants(turn.session, {each.monitor_id for each in over if each.monitor_id})
    for part in parts(below):
        turn.session.execute(
            update(Incident)
            .where(
                Incident.monitor_id.in_(part),
                Incident.telling == "held",
                Incident.held_by == "dependency",
            )
            .values(decide_at=turn.at)
            .execution_options(synchronize_session=False)
        )


def calm_flaps(turn: Turn) -> None:
    """Say of each monitor that has calmed down how it is now; of one that was paused, nothing."""
    rows = turn.session.execute(
        select(Flap, MonitorState.state)
        .join(Monitor, Monitor.id == Flap.monitor_id)
        .join(MonitorState, MonitorState.monitor_id == Flap.monitor_id)
        .where(
            Monitor.organization_id == turn.organization.id,
            MonitorState.is_flapping.is_(False),
            MonitorState.state.not_in(NOBODY_KNOWS),
        )
        .order_by(Flap.monitor_id)
    ).all()
    for flap, state in rows:
        if state == "PAUSED":
            turn.session.delete(flap)
        else:
            _calm(turn, flap)


def _calm(turn: Turn, flap: Flap) -> None:
    announced = _newest(turn, Incident.id == flap.incident_id)
    present = _newest(
        turn,
        Incident.monitor_id == flap.monitor_id,
        Incident.closed_at.is_(None),
        Incident.telling.in_(["told", "held", "pending"]),
    )
    about = present or announced
    heard = who_heard(turn, [announced]).get(announced.id, []) if announced else []
    if about is not None:
        words = note(f"calm_{present.level}" if present else "calm_up")
        tell(turn, "monitor.calm", {target: [about] for target in heard}, note=words)
    if present is not None:
        _tell_others(turn, present, heard)
        mark_told(turn, present)
        present.held_by = None
    turn.session.delete(flap)


def _tell_others(turn: Turn, incident: Incident, heard: Sequence[Target]) -> None:
    """Who has not heard that it flapped (for its hours, or since it was too mild) hears that it is down."""
    known = {target.channel_id for target in heard}
    fresh = {each: [incident] for each in first_targets(turn, incident) if each.channel_id not in known}
    tell(turn, "incident.opened", fresh)


def _newest(turn: Turn, *conditions: ColumnElement[bool]) -> Incident | None:
    return next(reversed(load_due(turn, *conditions)), None)
