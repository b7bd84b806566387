"""What visitors of a status page are told, and each thing we add to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError
from app.models import StatusNotice, StatusPage, StatusUpdate, db, write
from app.models.status_page import NOTICE_STATES
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.status_page.document import forget
from app.service.status_page.page import get_page
from app.service.values import plain_name

TEXT_LENGTH = 5_000


def list_notices(
    actor: Actor, page_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[StatusNotice]:
    """A page's notices, newest first."""
    page = get_page(actor, page_id)
    return page_by_id(
        select(StatusNotice).where(StatusNotice.page_id == page.id), StatusNotice.id, cursor, limit
    )


def get_notice(actor: Actor, notice_id: int) -> StatusNotice:
    return fetch_own(db.session(), StatusNotice, actor, notice_id)


def open_notice(actor: Actor, page_id: int, values: dict[str, Any]) -> StatusNotice:
    """Tell visitors of something. `InvalidError` names `title`, `state` or `text`."""
    page = get_page(actor, page_id)
    title = plain_name(values.get("title", ""))
    if not title:
        raise InvalidError({"title": "must not be empty"})
    state, text = _said({"state": "investigating", **values})
    with write() as session:
        notice = StatusNotice(
            organization_id=actor.organization_id, page_id=page.id, title=title, state=state
        )
        _settle(notice, state)
        notice.updates = [StatusUpdate(state=state, text=text)]
        session.add(notice)
        session.flush()
        record_change(session, actor, "status_notice.create", "status_notice", notice.id)
    forget(page.slug)
    return notice


def update_notice(actor: Actor, notice_id: int, values: dict[str, Any]) -> StatusNotice:
    """Add to a notice what is new. `ConflictError` when it is resolved already."""
    with write() as session:
        notice = fetch_own(session, StatusNotice, actor, notice_id)
        if notice.resolved_at is not None:
            raise ConflictError("the notice is resolved already")
        state, text = _said({"state": notice.state, **values})
        _settle(notice, state)
        notice.updates.insert(0, StatusUpdate(state=state, text=text))
        record_change(session, actor, "status_notice.update", "status_notice", notice.id)
        slug = session.get_one(StatusPage, notice.page_id).slug
    forget(slug)
    return notice


def delete_notice(actor: Actor, notice_id: int) -> None:
    with write() as session:
        notice = fetch_own(session, StatusNotice, actor, notice_id)
        slug = session.get_one(StatusPage, notice.page_id).slug
        record_change(
            session,
            actor,
            "status_notice.delete",
            "status_notice",
            notice.id,
            before={"title": notice.title},
        )
        session.delete(notice)
    forget(slug)


def _settle(notice: StatusNotice, state: str) -> None:
    notice.state = state
    notice.resolved_at = now() if state == "resolved" else None


def _said(values: dict[str, Any]) -> tuple[str, str]:
    wrong: dict[str, str] = {}
    if values["state"] not in NOTICE_STATES:
        wrong["state"] = f"must be one of: {', '.join(NOTICE_STATES)}"
    text = values.get("text", "").strip()
    if not 1 <= len(text) <= TEXT_LENGTH:
        wrong["text"] = f"must have 1 to {TEXT_LENGTH} characters"
    if wrong:
        raise InvalidError(wrong)
    return values["state"], text
