"""The daily work on files: results that have expired go, accounts are counted anew, nobody's bytes go."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from app.models import File, FileAccount, db, write
from app.service.file.quota import recount
from app.service.file.result import free, referred
from app.service.file.store import get_file_store

log = logging.getLogger("cloudeye.file")
BATCH = 200


@dataclass(frozen=True, slots=True)
class Tended:
    """`expired` results were deleted; `swept` stored files were nobody's."""

    expired: int
    swept: int


def tend(at: datetime) -> Tended:
    """Once a day, by any number of processes at once."""
    expired = 0
    while names := _expire(at):
        expired += len(names)
        free(names, at=at)
    for organization_id in db.session.scalars(select(FileAccount.organization_id)).all():
        recount(organization_id)
    swept = get_file_store().sweep(_anybodys, now=at.timestamp())
    log.info("file.tended", extra={"expired": expired, "swept": swept})
    return Tended(expired, swept)


def _expire(at: datetime) -> list[str]:
    """Delete some of the results whose time is over; gives what their bytes are called."""
    with write() as session:
        old = select(File.id, File.sha256).where(File.expires_at < at).limit(BATCH)
        rows = session.execute(old).all()
        session.execute(delete(File).where(File.id.in_([row.id for row in rows])))
    return [row.sha256 for row in rows]


def _anybodys(names: Collection[str]) -> set[str]:
    return referred(list(names))
