"""The audit log: every change writes its line in the transaction that makes the change.

The lines are chained just before the commit (`app.models.audit_chain`); what is done with the log as a
whole is in `app.service.trail`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.core.log import current
from app.models import AuditEntry, write
from app.service.actor import Actor
from app.service.live import tell_pages

SHOWN_LIVE = frozenset(
    {"site", "monitor", "incident", "maintenance", "watch", "alert", "scan", "finding", "host", "deployment"}
)
"""The types of things that are shown on pages which listen."""


def record_change(
    session: Session,
    actor: Actor,
    action: str,
    object_type: str,
    object_id: int | None,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    """Say who did what to which thing. `before` and `after` hold no secrets.

    Pages that are open and may show the thing are told.
    """
    if object_type in SHOWN_LIVE:
        tell_pages(session, actor.organization_id)
    session.add(
        AuditEntry(
            organization_id=actor.organization_id,
            user_id=actor.user.id,
            user_email=actor.user.account,
            way=actor.way,
            ip=actor.ip,
            request_id=current().get("request_id") or "",
            action=action,
            object_type=object_type,
            object_id=object_id,
            before=before,
            after=after,
        )
    )


def record_act(
    actor: Actor, action: str, object_type: str, object_id: int | None, *, after: Any = None
) -> None:
    """Say that somebody asked for what changes no row by itself: a check, a search, a trace."""
    with write() as session:
        record_change(session, actor, action, object_type, object_id, after=after)


def record_by_operator(
    session: Session, organization_id: int, action: str, object_type: str, *, after: Any = None
) -> None:
    """Say what was done at a prompt, by whoever runs the machine: nobody has logged in."""
    session.add(
        AuditEntry(
            organization_id=organization_id,
            user_id=None,
            way="cli",
            action=action,
            object_type=object_type,
            object_id=None,
            after=after,
        )
    )


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of both that differ."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
