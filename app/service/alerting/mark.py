"""What the recorder calls inside its transaction: it only marks an incident as one to be decided about.

Cheap on purpose: no query, no message. `decide` does the rest, right after the commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import now
from app.models import Incident


def opened(session: Session, monitor: Any, incident: Incident) -> None:
    """A new incident of a monitor."""
    _ask(incident, "pending", incident.opened_at)


def changed(session: Session, incident: Incident) -> None:
    """It became worse or milder, or turned out never to have been."""
    if incident.telling != "none":
        _ask(incident, "closing" if incident.is_withdrawn else "pending", incident.opened_at)


def closed(session: Session, incident: Incident) -> None:
    """It is over. Those who were told of it hear of it; nobody else does."""
    if incident.telling != "none":
        _ask(incident, "closing", incident.closed_at or incident.opened_at)


def _ask(incident: Incident, telling: str, at: datetime) -> None:
    """To be decided at once, also where the probe's clock is ahead of ours."""
    incident.telling, incident.decide_at = telling, min(at, now())
