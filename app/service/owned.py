"""One way to a row somebody names: it is looked for among those of their organization, and nowhere else."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from app.core.errors import NotFoundError
from app.core.snowflake import BEYOND
from app.models.base import Model
from app.service.actor import Actor

Row = TypeVar("Row", bound=Model)

_NAMES = {
    "HostOwnership": "host",
    "BugTemplate": "template",
    "EscalationPolicy": "escalation policy",
    "RotaOverride": "override",
    "MaintenanceWindow": "window",
    "StatusPage": "status page",
    "StatusNotice": "notice",
    "ChannelRule": "rule",
    "MessageTemplate": "template",
    "VendorApp": "app",
}


def fetch_own(session: Session, model: type[Row], actor: Actor, identifier: int, *options: ORMOption) -> Row:
    """The organization's row of this id as it is now; `NotFoundError` when there is none of theirs."""
    kind: Any = model
    row: Row | None = None
    if 0 < identifier < BEYOND:
        row = session.scalar(
            select(kind)
            .where(kind.id == identifier, kind.organization_id == actor.organization_id)
            .options(*options)
            .execution_options(populate_existing=True)
        )
    if row is None:
        name = model.__name__
        raise NotFoundError(f"there is no such {_NAMES.get(name, name.lower())}")
    return row
