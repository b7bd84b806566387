"""Incidents under way when somebody changes who is told: they follow what holds from now on."""

from __future__ import annotations

from sqlalchemy import exists, update
from sqlalchemy.orm import Session

from app.models import Flap, Incident


def follow_anew(session: Session, organization_id: int, monitor_id: int | None = None) -> None:
    """Have the next step and reminder reckoned anew at the next turn: of all that is told, or of one monitor.

    What flaps is told nothing of until it is calm.
    """
    statement = update(Incident).where(
        Incident.organization_id == organization_id,
        Incident.closed_at.is_(None),
        Incident.acked_at.is_(None),
        Incident.telling == "told",
        ~exists().where(Flap.monitor_id == Incident.monitor_id),
    )
    if monitor_id is not None:
        statement = statement.where(Incident.monitor_id == monitor_id)
    # A moment that is past for every clock.
    session.execute(
        statement.values(escalate_at=Incident.opened_at).execution_options(synchronize_session=False)
    )
