"""The audit log: every change writes its line in the transaction that makes the change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.log import current
from app.models import AuditEntry
from app.service.actor import Actor
from app.service.paging import Page, page_by_id


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
    """Say who did what to which thing. `before` and `after` hold no secrets."""
    session.add(
        AuditEntry(
            organization_id=actor.organization_id,
            user_id=actor.user.id,
            user_email=actor.user.email,
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


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of both that differ."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def list_entries(
    actor: Actor,
    *,
    action: str | None = None,
    object_id: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditEntry]:
    """The organization's audit entries, newest first."""
    statement = select(AuditEntry).where(AuditEntry.organization_id == actor.organization_id)
    if action:
        statement = statement.where(AuditEntry.action == action)
    if object_id:
        statement = statement.where(AuditEntry.object_id == object_id)
    return page_by_id(statement, AuditEntry.id, cursor, limit)
