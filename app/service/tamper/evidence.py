"""The evidence package of an alert, and the organization's chain of packages.

A package is not kept: it is made of what is kept, and comes out the same as long as nothing about the alert
has changed. Then it is the same link of the chain; otherwise the next one.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.clock import now
from app.core.errors import ConflictError
from app.core.settings import get_settings
from app.engine.tamper.evidence import About, Source, build
from app.models import Alert, Evidence, db, write
from app.models.errors import DATABASE_CLASH
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.scope.current import everything
from app.service.tamper.evidence_files import sources_of
from app.service.tamper.evidence_key import signing_key
from app.service.tamper.shelf import telling

SPOOLED_BYTES = 8 * 1024 * 1024
"""A package larger than this is written to a nameless file in the data folder instead of memory."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be sent; who sends it closes it. `head` is an evidence package's."""

    filename: str
    size: int
    file: BinaryIO
    head: str = ""


def evidence_of(actor: Actor, alert_id: int) -> Download:
    """The alert's evidence package. Audited."""
    whole = (joinedload(Alert.watch), joinedload(Alert.site))
    alert = fetch_own(db.session(), Alert, actor, alert_id, *whole)
    sources = sources_of(alert, actor.organization)
    link, made = _same_again(actor, alert, sources) or _next_link(actor, alert, sources)
    with write() as session:
        record_change(
            session,
            actor,
            "alert.evidence",
            "alert",
            alert.id,
            after={"number": link.number, "head": link.head},
        )
    return Download(
        f"cloudeye-evidence-{alert.id}-{link.number}.zip", made.seek(0, 2), _rewound(made), link.head
    )


def list_evidence(
    actor: Actor, *, alert_id: int | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Evidence]:
    """The organization's chain of packages, newest first."""
    rows = select(Evidence).where(Evidence.organization_id == actor.organization_id)
    if alert_id is not None:
        rows = rows.where(Evidence.alert_id == alert_id)
    return page_by_id(rows, Evidence.id, cursor, limit)


def _same_again(actor: Actor, alert: Alert, sources: list[Source]) -> tuple[Evidence, BinaryIO] | None:
    """The alert's last package, if it would still be the same."""
    own = (Evidence.organization_id == actor.organization_id, Evidence.alert_id == alert.id)
    last = db.session.scalar(select(Evidence).where(*own).order_by(Evidence.number.desc()).limit(1))
    if last is None:
        return None
    made, head = _built(actor, alert, sources, last.number, last.previous_head, last.created_at)
    if head == last.head:
        return last, made
    made.close()
    return None


def _next_link(actor: Actor, alert: Alert, sources: list[Source]) -> tuple[Evidence, BinaryIO]:
    """A new package behind the organization's last one. Somebody else may make one meanwhile: then again."""
    for _ in range(_TRIES):
        own = Evidence.organization_id == actor.organization_id
        with everything():  # The chain is the organization's, whoever adds to it.
            last = db.session.scalar(select(Evidence).where(own).order_by(Evidence.number.desc()).limit(1))
        number, previous = (last.number + 1, last.head) if last else (1, "")
        made_at = now().replace(microsecond=0)
        made, head = _built(actor, alert, sources, number, previous, made_at)
        link = Evidence(
            organization_id=actor.organization_id,
            alert_id=alert.id,
            number=number,
            head=head,
            previous_head=previous,
            size=made.seek(0, 2),
            user_id=actor.user.id,
            created_at=made_at,
        )
        try:
            with write() as session:
                session.add(link)
            return link, made
        except DATABASE_CLASH:
            made.close()
    raise ConflictError("others are making evidence packages at this moment; try again")


def _built(
    actor: Actor, alert: Alert, sources: list[Source], number: int, previous: str, made_at: datetime
) -> tuple[BinaryIO, str]:
    about = About(
        organization=actor.organization.code,
        alert_id=str(alert.id),
        number=number,
        previous_head=previous,
        made_at=made_at.isoformat(),
    )
    made = scratch()
    try:
        with telling():
            return made, build(made, sources, about, signing_key())
    except BaseException:
        made.close()
        raise


def scratch() -> BinaryIO:
    """A file without a name, in memory while it is small. Who sends it closes it."""
    folder = str(get_settings().DATA_DIR)
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(SPOOLED_BYTES, dir=folder))


def _rewound(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file
