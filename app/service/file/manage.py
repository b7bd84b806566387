"""Files of an organization: found, attached, detached, deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.core.clock import now
from app.core.errors import ConflictError, NotFoundError
from app.models import Attachment, File, Site, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.file.quota import refund
from app.service.file.result import free
from app.service.file.target import Target, target_of, targets_of
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.scope.enforce import UNSCOPED

_HIGHEST = 1 << 63


def find_targets(actor: Actor, **named: int | None) -> list[Target]:
    """The things that `site_id`, `incident_id` and `finding_id` name."""
    return targets_of(db.session(), actor, **named)


def site_names(actor: Actor, site_ids: Collection[int]) -> dict[int, str]:
    """The names of sites by their ids."""
    own = (Site.organization_id == actor.organization_id, Site.id.in_(site_ids))
    rows = db.session.execute(select(Site.id, Site.name).where(*own))
    return {row.id: row.name for row in rows}


def visible_to(actor: Actor) -> list[ColumnElement[bool]]:
    """The uploads an actor may see: who is narrowed to some sites, what hangs there, and their own."""
    own = [File.organization_id == actor.organization_id, File.origin == "upload"]
    if actor.scope is not None:
        # The attachments are narrowed where all queries are.
        hangs = exists(select(Attachment.id).where(Attachment.file_id == File.id))
        own.append(or_(hangs, File.user_id == actor.user.id))
    return own


def list_files(
    actor: Actor,
    *,
    site_id: int | None = None,
    incident_id: int | None = None,
    finding_id: int | None = None,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[File]:
    """The organization's files, newest first: all, or those at every thing that is named.

    A site's are also those of its incidents and findings. `q` is looked for in names.
    """
    session = db.session()
    statement = select(File).where(*visible_to(actor))
    for target in targets_of(session, actor, site_id=site_id, incident_id=incident_id, finding_id=finding_id):
        statement = statement.where(File.id.in_(_hanging_on(target)))
    if q:
        statement = statement.where(File.name.icontains(q, autoescape=True))
    page = page_by_id(statement, File.id, cursor, limit)
    show(actor, page.items)
    return page


def _hanging_on(target: Target) -> Any:
    if target.kind == "site":
        return select(Attachment.file_id).where(Attachment.site_id == target.id)
    return select(Attachment.file_id).where(Attachment.target == target.word)


def show(actor: Actor, files: list[File]) -> list[File]:
    """The same files, with their attachments as far as the actor may see them."""
    by_file: dict[int, list[Attachment]] = {file.id: [] for file in files}
    own = (Attachment.organization_id == actor.organization_id, Attachment.file_id.in_(by_file))
    for each in db.session.scalars(select(Attachment).where(*own).order_by(Attachment.id)):
        by_file[each.file_id].append(each)
    for file in files:
        set_committed_value(file, "attachments", by_file[file.id])
    return files


def get_file(actor: Actor, file_id: int) -> File:
    """One file that the actor may see, with its attachments."""
    return show(actor, [_fetch(db.session(), actor, file_id)])[0]


def _fetch(session: Session, actor: Actor, file_id: int) -> File:
    file: File | None = None
    if 0 < file_id < _HIGHEST:
        statement = select(File).where(*visible_to(actor), File.id == file_id)
        file = session.scalar(statement.execution_options(populate_existing=True))
    if file is None:
        raise NotFoundError("there is no such file")
    return file


def attach_file(actor: Actor, file_id: int, kind: str, thing_id: int) -> File:
    """Attach a file to one more thing: `kind` is one of `target.KINDS`."""
    with write() as session:
        file = _fetch(session, actor, file_id)
        target = target_of(session, actor, kind, thing_id)
        if not attach_once(session, actor, file, target):
            raise ConflictError("the file is attached there already")
        record_change(session, actor, "file.attach", "file", file.id, after=facts(file, [target]))
    return get_file(actor, file_id)


def attach_once(session: Session, actor: Actor, file: File, target: Target) -> bool:
    """Hang a file on a thing; false when it hangs there already."""
    there = select(Attachment.id).where(Attachment.file_id == file.id, Attachment.target == target.word)
    if session.scalar(there) is not None:
        return False
    attachment = target.attachment(actor)
    attachment.file_id = file.id
    session.add(attachment)
    return True


def facts(file: File, targets: Sequence[Target] = ()) -> dict[str, object]:
    """A file as the audit log tells of it."""
    told: dict[str, object] = {"name": file.name, "sha256": file.sha256, "size": file.size}
    return {**told, "attached_to": [each.word for each in targets]} if targets else told


def detach_file(actor: Actor, file_id: int, attachment_id: int) -> File:
    """Take a file off a thing; it stays."""
    with write() as session:
        file = _fetch(session, actor, file_id)
        attachment = fetch_own(session, Attachment, actor, attachment_id)
        if attachment.file_id != file.id:
            raise NotFoundError("there is no such attachment")
        before = {**facts(file), "attached_to": [attachment.target]}
        session.delete(attachment)
        record_change(session, actor, "file.detach", "file", file.id, before=before)
    return show(actor, [file])[0]


def delete_file(actor: Actor, file_id: int) -> None:
    """Delete a file everywhere. Its bytes go with the last file that has them.

    `ConflictError` when it also hangs at sites that the actor may not see.
    """
    with write() as session:
        file = _fetch(session, actor, file_id)
        everywhere = _targets(session, file)
        _ask_whether_all_are_seen(session, actor, file, everywhere)
        session.execute(delete(File).where(File.id == file.id))
        refund(session, actor.organization_id, file.sha256, file.size)
        before = {**facts(file), "attached_to": everywhere}
        record_change(session, actor, "file.delete", "file", file.id, before=before)
    free([file.sha256], at=now())


def _targets(session: Session, file: File) -> list[str]:
    """Everything the file hangs on, whoever asks."""
    statement = select(Attachment.target).where(Attachment.file_id == file.id).order_by(Attachment.id)
    return list(session.scalars(statement.execution_options(**{UNSCOPED: True})))


def _ask_whether_all_are_seen(session: Session, actor: Actor, file: File, everywhere: Sequence[str]) -> None:
    if actor.scope is None:
        return
    seen = session.scalars(select(Attachment.id).where(Attachment.file_id == file.id)).all()
    if len(seen) < len(everywhere):
        raise ConflictError("the file is attached to other sites too; take it off here instead")
