"""What jobs make, kept as files: reached through their jobs alone, on nobody's quota, gone in time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from app.core.clock import now
from app.models import File, db, write
from app.service.file.draft import Draft
from app.service.file.names import clean_name
from app.service.file.store import GRACE_SECONDS, get_file_store


def keep_result(
    organization_id: int,
    name: str,
    draft: Draft,
    media: str,
    *,
    expires_at: datetime,
    user_id: int | None = None,
) -> File:
    """Keep what a job wrote; outside of any transaction.

        with get_file_store().draft() as draft:
            workbook.save(draft)
            file = keep_result(job.organization_id, "sites.xlsx", draft, XLSX, expires_at=…)

    Send it with `app.controller.common.file_answer` after asking whether its job may be read.
    """
    kept = get_file_store().keep(draft)
    with write() as session:
        file = File(
            organization_id=organization_id,
            sha256=kept.sha256,
            size=kept.size,
            name=clean_name(name),
            media=media,
            origin="job",
            user_id=user_id,
            expires_at=expires_at,
        )
        session.add(file)
    return file


def get_result(organization_id: int, file_id: int) -> File | None:
    """The result of a job of this organization; None when it has gone."""
    own = (File.id == file_id, File.organization_id == organization_id, File.origin == "job")
    return db.session.scalar(select(File).where(*own))


def delete_result(file_id: int) -> None:
    """Delete a job's result; its bytes go with the last file that has them."""
    with write() as session:
        name = session.scalar(select(File.sha256).where(File.id == file_id, File.origin == "job"))
        session.execute(delete(File).where(File.id == file_id, File.origin == "job"))
    if name is not None:
        free([name], at=now())


def free(names: list[str], *, at: datetime) -> int:
    """Delete the bytes that no row refers to any more; what is younger than the grace goes with the sweep."""
    gone = set(names) - referred(names)
    before = at.timestamp() - GRACE_SECONDS
    return sum(get_file_store().delete(name, before=before) for name in gone)


def referred(names: list[str] | tuple[str, ...]) -> set[str]:
    """Of these files, those that a row refers to."""
    return set(db.session.scalars(select(File.sha256).where(File.sha256.in_(names)).distinct()))
