"""The operator's templates: upload, list with what is refused and why, switch on and off, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidError
from app.engine.tamper.visible import without_hiding
from app.models import BugTemplate, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id

MAX_BYTES = 200_000
MAX_TEMPLATES = 500
"""Of one organization."""


def list_templates(
    actor: Actor,
    *,
    q: str | None = None,
    is_refused: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[BugTemplate]:
    """The organization's templates, newest first."""
    statement = select(BugTemplate).where(BugTemplate.organization_id == actor.organization_id)
    if q:
        statement = statement.where(
            BugTemplate.name.contains(q, autoescape=True) | BugTemplate.title.contains(q, autoescape=True)
        )
    if is_refused is not None:
        statement = statement.where(BugTemplate.is_refused.is_(is_refused))
    return page_by_id(statement, BugTemplate.id, cursor, limit)


def get_template(actor: Actor, template_id: int) -> BugTemplate:
    return _own(db.session(), actor, template_id)


def _own(session: Session, actor: Actor, template_id: int) -> BugTemplate:
    return fetch_own(session, BugTemplate, actor, template_id)


def upload_template(actor: Actor, body: str, filename: str = "") -> BugTemplate:
    """Take a template in, or a newer version of one with the same id. A refused one is kept to be looked at,
    and never run."""
    data = body.encode()
    if not data.strip() or len(data) > MAX_BYTES:
        raise InvalidError({"body": f"must have 1 to {MAX_BYTES} bytes"})
    facts = {**_read(data), "body": data, "filename": without_hiding(filename)[:200]}
    facts["uploaded_by"] = actor.user.account
    with write() as session:
        row = session.scalar(
            select(BugTemplate).where(
                BugTemplate.organization_id == actor.organization_id, BugTemplate.name == facts["name"]
            )
        )
        verb = "change" if row else "upload"
        if row is None:
            _ask_for_room(session, actor)
            row = BugTemplate(organization_id=actor.organization_id, is_enabled=True, **facts)
            session.add(row)
        for name, value in facts.items():
            setattr(row, name, value)
        session.flush()
        after = {"name": row.name, "refused": row.refused}
        record_change(session, actor, f"template.{verb}", "template", row.id, after=after)
    return row


def _ask_for_room(session: Session, actor: Actor) -> None:
    statement = select(BugTemplate.id).where(BugTemplate.organization_id == actor.organization_id)
    if len(session.scalars(statement.limit(MAX_TEMPLATES)).all()) >= MAX_TEMPLATES:
        raise ConflictError(f"an organization has at most {MAX_TEMPLATES} templates")


def _read(data: bytes) -> dict[str, Any]:
    """What the engine says of a template: its name, title, severity, and why it does not run."""
    from app.engine.bug.templates.loader import load
    from app.engine.bug.templates.types import REASONS, Refused

    read = load(data)
    if not isinstance(read, Refused):
        title = without_hiding(read.info.name)[:300]
        return {
            "name": read.id[:200],
            "title": title,
            "severity": read.info.severity,
            "refused": [],
            "is_refused": False,
        }
    if not read.id:
        sentence = REASONS.get(read.reason, read.reason)
        raise InvalidError({"body": f"{sentence}: {read.what}" if read.what else sentence})
    why = {
        "reason": read.reason,
        "what": without_hiding(read.what),
        "sentence": REASONS.get(read.reason, read.reason),
    }
    return {"name": read.id[:200], "title": "", "severity": "info", "refused": [why], "is_refused": True}


def set_enabled(actor: Actor, template_id: int, is_enabled: bool) -> BugTemplate:
    return change_template(actor, template_id, is_enabled=is_enabled)


def change_template(actor: Actor, template_id: int, *, is_enabled: bool | None = None) -> BugTemplate:
    """Switch a template on or off; None leaves it as it is."""
    with write() as session:
        row = _own(session, actor, template_id)
        if is_enabled is not None and row.is_enabled != is_enabled:
            row.is_enabled = is_enabled
            verb = "enable" if is_enabled else "disable"
            record_change(session, actor, f"template.{verb}", "template", row.id)
    return row


def delete_template(actor: Actor, template_id: int) -> None:
    with write() as session:
        row = _own(session, actor, template_id)
        record_change(session, actor, "template.delete", "template", row.id, before={"name": row.name})
        session.delete(row)


def bodies_for(organization_id: int, template_ids: Sequence[str] | None) -> tuple[bytes, ...]:
    """What a scan may run: enabled, not refused, and chosen where the site's settings choose."""
    statement = select(BugTemplate.body).where(
        BugTemplate.organization_id == organization_id,
        BugTemplate.is_enabled.is_(True),
        BugTemplate.is_refused.is_(False),
    )
    if template_ids is not None:
        statement = statement.where(BugTemplate.id.in_([int(each) for each in template_ids]))
    return tuple(db.session.scalars(statement.order_by(BugTemplate.id)))


def template_rules(session: Session, organization_id: int) -> set[str]:
    """The rules of the templates that may run."""
    names = session.scalars(
        select(BugTemplate.name).where(
            BugTemplate.organization_id == organization_id,
            BugTemplate.is_enabled.is_(True),
            BugTemplate.is_refused.is_(False),
        )
    )
    return {f"templates.{name}" for name in names}


def body_of_rule(organization_id: int, rule: str) -> tuple[bytes, ...]:
    """The template that a rule is of; none for a rule of ours."""
    statement = select(BugTemplate.body).where(
        BugTemplate.organization_id == organization_id,
        BugTemplate.name == rule.removeprefix("templates."),
        BugTemplate.is_refused.is_(False),
    )
    return tuple(db.session.scalars(statement)) if rule.startswith("templates.") else ()
