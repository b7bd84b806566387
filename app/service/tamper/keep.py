"""Keeping what a check fetched: in the content store, on the organization's account, within its quota."""

from __future__ import annotations

from sqlalchemy import select

from app.core.errors import CloudEyeError
from app.models import Content, db, write
from app.models.errors import DATABASE_CLASH
from app.service.tamper import store
from app.service.tamper.content import Kind, Stored
from app.service.tamper.holding import add_used, quota_bytes, used_bytes
from app.service.tamper.room import make_room


class QuotaError(CloudEyeError):
    """The organization keeps all it may, and nothing of it may go. `data` has `used_bytes`, `quota_bytes`."""

    code = 11009
    http_status = 409
    msg = "the quota for fetched pages is used up"


def keep(organization_id: int, kind: Kind, data: bytes, *, base: str | None = None) -> Stored:
    """Keep bytes for an organization, outside of any transaction; `base`: see `store.put`.

    Nothing is written for what it holds already. Over its quota, its oldest snapshots that may go make room;
    `QuotaError` when there are none, `NoSpaceError` when the disk is full.
    """
    name = store.name_of(data)
    own = (Content.organization_id == organization_id, Content.sha256 == name)
    is_held = db.session.scalar(select(Content.kind).where(*own)) is not None
    if not is_held:
        _ask_for_quota(organization_id)
    stored = store.put(kind, data, base=base)
    if not is_held:
        _enter(organization_id, kind, len(data), stored)
    return stored


def _ask_for_quota(organization_id: int) -> None:
    quota = quota_bytes()
    used = used_bytes(organization_id)
    if used < quota:
        return
    used = make_room(organization_id, quota)
    if used >= quota:
        raise QuotaError(data={"used_bytes": used, "quota_bytes": quota})


def _enter(organization_id: int, kind: Kind, size: int, stored: Stored) -> None:
    try:
        with write() as session:
            session.add(
                Content(
                    organization_id=organization_id,
                    sha256=stored.sha256,
                    kind=kind,
                    size=size,
                    stored_bytes=stored.stored_bytes,
                )
            )
    except DATABASE_CLASH:
        return  # Another check of the same bytes was faster.
    add_used(organization_id, stored.stored_bytes)
