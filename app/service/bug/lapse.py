"""Acceptances end: a finding that was accepted until yesterday is open today."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.models import Finding, Organization, write
from app.service.bug.lives import Look, live_on
from app.service.bug.sla import due_at


def lapse_accepted(at: datetime) -> int:
    """Open what is no longer accepted; returns how many findings."""
    with write() as session:
        rows = session.scalars(
            select(Finding)
            .where(Finding.state == "accepted", Finding.accepted_until <= at)
            .limit(500)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        for row in rows:
            organization = session.get_one(Organization, row.organization_id)
            live_on(session, Look(organization=organization, at=at), row, "unknown")
            row.due_at = row.due_at or due_at(organization, row.severity, at)
    return len(rows)
