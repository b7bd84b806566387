"""What an organization's uploads take, and how much they may: the same bytes are counted once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import CloudEyeError
from app.models import File, FileAccount, Organization, db, write
from app.models.errors import DATABASE_CLASH
from app.service.setting import get_setting


class QuotaError(CloudEyeError):
    """The organization keeps all it may."""

    code = 11009
    http_status = 409
    msg = "the organization's room for files is used up"


@dataclass(frozen=True, slots=True)
class Use:
    """Bytes used and allowed, and how many files that is."""

    used_bytes: int
    quota_bytes: int
    files: int

    @property
    def left_bytes(self) -> int:
        return max(0, self.quota_bytes - self.used_bytes)

    @property
    def percent(self) -> int:
        return min(100, -(-100 * self.used_bytes // self.quota_bytes))


def quota_bytes() -> int:
    megabytes: int = get_setting("file_quota_mb")
    return megabytes * 2**20


def use_of(organization_id: int) -> Use:
    """What the organization uses."""
    used = db.session.scalar(
        select(FileAccount.used_bytes).where(FileAccount.organization_id == organization_id)
    )
    own = (File.organization_id == organization_id, File.origin == "upload")
    files = db.session.scalar(select(func.count(File.id)).where(*own)) or 0
    return Use(used or 0, quota_bytes(), files)


def open_account(organization_id: int) -> None:
    """Make the organization's account where there is none. (Its row is the lock of what follows.)"""
    if db.session.get(FileAccount, organization_id) is not None:
        return
    try:
        with write() as session:
            session.add(FileAccount(organization_id=organization_id, used_bytes=0))
    except DATABASE_CLASH:
        return  # Somebody else made it meanwhile.


def charge(session: Session, organization_id: int, sha256: str, size: int, quota: int) -> None:
    """Before a file's row is added: count its bytes, unless they are counted. `QuotaError` when too many."""
    account = _lock(session, organization_id)
    if _is_held(session, organization_id, sha256):
        return
    if account.used_bytes + size > quota:
        raise QuotaError
    account.used_bytes += size


def refund(session: Session, organization_id: int, sha256: str, size: int) -> None:
    """After a file's row was deleted: count its bytes no more, unless another file has them."""
    account = _lock(session, organization_id)
    if not _is_held(session, organization_id, sha256):
        account.used_bytes = max(0, account.used_bytes - size)


def recount(organization_id: int) -> None:
    """Set the account to what is there: rows also go with their organization's other deletions."""
    with write() as session:
        account = _lock(session, organization_id)
        each = (
            select(File.sha256, func.max(File.size).label("size"))
            .where(File.organization_id == organization_id, File.origin == "upload")
            .group_by(File.sha256)
            .subquery()
        )
        account.used_bytes = int(session.scalar(select(func.coalesce(func.sum(each.c.size), 0))) or 0)


def _lock(session: Session, organization_id: int) -> FileAccount:
    return session.get_one(FileAccount, organization_id, with_for_update=True, populate_existing=True)


def _is_held(session: Session, organization_id: int, sha256: str) -> bool:
    own = (File.organization_id == organization_id, File.origin == "upload", File.sha256 == sha256)
    return session.scalar(select(File.id).where(*own).limit(1)) is not None


def uses() -> list[tuple[str, Use]]:
    """What every organization uses, by its name."""
    organizations = db.session.execute(select(Organization.id, Organization.name).order_by(Organization.name))
    return [(name, use_of(identifier)) for identifier, name in organizations]
