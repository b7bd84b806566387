"""Taking files in: each is written as it comes, looked at, kept and entered by itself, with a result each."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import File, write
from app.service.actor import Actor
from app.service.audit import record_act, record_change
from app.service.file.draft import Draft
from app.service.file.look import Looked, RefusedError, look
from app.service.file.manage import attach_once, facts, show, visible_to
from app.service.file.names import clean_name
from app.service.file.quota import QuotaError, charge, open_account, quota_bytes, use_of
from app.service.file.store import NoSpaceError, get_file_store
from app.service.file.target import Target
from app.service.file.virus import InfectedError, scan

log = logging.getLogger("cloudeye.file")
MOST_FILES = 20
"""So many files are taken in one request."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: `file` when it is kept, else `error`, a sentence.

    `is_known` says that the organization had these bytes under this name already.
    """

    name: str
    file: File | None = None
    error: str | None = None
    is_known: bool = False


@dataclass
class Intake:
    """The files of one request. `begin` each as it comes, then `finish` once; `close` in any case.

    What is beyond the organization's room, or the disk's, is not written, and neither are more files than
    `MOST_FILES`: they have results that say so.
    """

    actor: Actor
    _given: list[tuple[str, Draft]] = field(default_factory=list)
    _left: int | None = None

    def begin(self, name: str) -> Draft:
        """A file to write into."""
        store = get_file_store()
        if self._left is None:
            left = use_of(self.actor.organization_id).left_bytes
            self._left = min(left, max(0, store.free_bytes()))
        taken = sum(draft.size for _, draft in self._given)
        limit = 0 if len(self._given) >= MOST_FILES else max(0, self._left - taken)
        draft = store.draft(limit=limit)
        self._given.append((name, draft))
        return draft

    def finish(self, targets: Sequence[Target]) -> list[Outcome]:
        """Keep what can be kept, attached to all of these."""
        open_account(self.actor.organization_id)
        return [
            self._one(clean_name(name), draft, targets, position)
            for position, (name, draft) in enumerate(self._given)
        ]

    def close(self) -> None:
        for _, draft in self._given:
            draft.close()

    def _one(self, name: str, draft: Draft, targets: Sequence[Target], position: int) -> Outcome:
        try:
            if position >= MOST_FILES:
                raise RefusedError(f"at most {MOST_FILES} files are taken at once")
            if draft.is_full:
                raise NoSpaceError
            if draft.is_cut:
                raise QuotaError
            looked = look(draft, name)
            scan(draft.path)
            return self._keep(name, draft, looked, targets)
        except InfectedError as error:
            told = {"name": name, "sha256": draft.sha256(), "found": error.name}
            record_act(self.actor, "file.infected", "file", None, after=told)
            return Outcome(name, error=error.msg)
        except (RefusedError, QuotaError, NoSpaceError) as error:
            return Outcome(name, error=error.msg)

    def _keep(self, name: str, draft: Draft, looked: Looked, targets: Sequence[Target]) -> Outcome:
        kept = get_file_store().keep(draft)
        quota = quota_bytes()
        with write() as session:
            file = _same(session, self.actor, kept.sha256, name)
            is_known = file is not None
            if file is None:
                charge(session, self.actor.organization_id, kept.sha256, kept.size, quota)
                file = _new(self.actor, name, kept.sha256, kept.size, looked)
                session.add(file)
                session.flush()
            hung = [each for each in targets if attach_once(session, self.actor, file, each)]
            if hung or not is_known:
                action = "file.attach" if is_known else "file.upload"
                record_change(session, self.actor, action, "file", file.id, after=facts(file, hung))
        log.info("file.uploaded", extra={"file_id": str(file.id), "size": file.size})
        return Outcome(name, file=show(self.actor, [file])[0], is_known=is_known)


def _same(session: Session, actor: Actor, sha256: str, name: str) -> File | None:
    """The file of these bytes and this name that the actor can see, so that a second try adds nothing."""
    statement = select(File).where(*visible_to(actor), File.sha256 == sha256, File.name == name)
    return session.scalar(statement.order_by(File.id).limit(1))


def _new(actor: Actor, name: str, sha256: str, size: int, looked: Looked) -> File:
    return File(
        organization_id=actor.organization_id,
        sha256=sha256,
        size=size,
        name=name,
        media=looked.media,
        width=looked.width,
        height=looked.height,
        user_id=actor.user.id,
        uploaded_by=actor.user.account,
    )
