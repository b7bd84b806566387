"""Deciding: who is told now, what is held by what, what is over. Rows are the queue; anybody may look.

Each organization is decided about in one transaction, by whoever holds its row of `alert_turn`: nothing is
told twice, whatever number of workers run, and a worker that dies leaves everything as it was. Nothing but
the database is touched inside; the messages lie in the outbox when it is over.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.exc import IntegrityError

from app.core.clock import now
from app.models import (
    AlertStorm,
    AlertTurn,
    Flap,
    Incident,
    IncidentNotice,
    Monitor,
    MonitorState,
    db,
    write,
)
from app.models.errors import DATABASE_AWAY
from app.service.alerting.ending import NOBODY_KNOWS, calm_flaps, decide_endings
from app.service.alerting.following import send_waiting, take_steps
from app.service.alerting.opening import decide_openings
from app.service.alerting.storm import end_storms
from app.service.alerting.turn import Turn, begin_turn, take

log = logging.getLogger("cloudeye.alerting")
# What is still due then waits for the next look, so that one organization does not keep the others waiting.
MOST_TURNS = 25


def decide_pending(at: datetime | None = None) -> int:
    """Decide whatever is due at a moment; returns how many deliveries that put into the outbox."""
    at = at or now()
    deliveries = 0
    for organization_id in _organizations(at):
        try:
            for _ in range(MOST_TURNS):
                turn = _decide(organization_id, at)
                deliveries += turn.deliveries if turn else 0
                if turn is None or not turn.is_cut:
                    break
        except IntegrityError:
            # Another worker made the organization's row in the same moment, or it is being deleted.
            log.info("alerting.turn_lost", extra={"organization_id": organization_id})
        except DATABASE_AWAY:
            raise
        except Exception:  # What is wrong with one organization's rows must not keep alarms from the others.
            log.exception("alerting.turn_failed", extra={"organization_id": organization_id})
    return deliveries


def _decide(organization_id: int, at: datetime) -> Turn | None:
    """Endings come before openings: what has recovered is no reason to hold anything any more."""
    with write() as session:
        if not take(session, organization_id):
            session.add(AlertTurn(organization_id=organization_id, turns=1))
            session.flush()
        turn = begin_turn(session, organization_id, at)
        if turn is None:
            return None
        decide_endings(turn)
        calm_flaps(turn)
        session.flush()
        decide_openings(turn)
        session.flush()
        end_storms(turn)
        take_steps(turn)
        session.flush()
        send_waiting(turn)
        return turn


def _organizations(at: datetime) -> list[int]:
    """Where anything is due: five looks at small indexes."""
    waiting = select(Incident.organization_id).where(
        Incident.telling.in_(["pending", "held", "closing"]), Incident.decide_at <= at
    )
    steps = select(Incident.organization_id).where(Incident.escalate_at <= at)
    notices = select(IncidentNotice.organization_id).where(
        IncidentNotice.state == "held", IncidentNotice.due_at <= at
    )
    storms = select(AlertStorm.organization_id).where(AlertStorm.ended_at.is_(None))
    calm = (
        select(Monitor.organization_id)
        .join(Flap, Flap.monitor_id == Monitor.id)
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(MonitorState.is_flapping.is_(False), MonitorState.state.not_in(NOBODY_KNOWS))
    )
    found = sorted(db.session.execute(union(waiting, steps, notices, storms, calm)).scalars())
    db.session.commit()
    return found
