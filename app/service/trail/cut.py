"""Letting go what is old: entries before a day are cut off, and a signed line says where.

1. The line is signed with the installation's key (the one that signs evidence) over where the chain is cut:
   its number, its hash, and until when.
2. It is written, and the cut itself becomes an entry of the chain.
3. Then the entries go, part by part: the database's trigger lets those go that such a line covers.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import InvalidError
from app.models import AuditCut, AuditEntry, Organization, db, write
from app.models.audit_chain import NOBODYS
from app.service.tamper.evidence_key import public_key, signing_key

PART = 2_000
LEAST_DAYS = 30
"""Nothing younger is ever cut off."""


def cut_chain(chain: int, before: datetime, *, by: str = "") -> int:
    """Cut off what a chain holds from before a moment, at least 30 days ago; gives how many entries went."""
    if before > now() - timedelta(days=LEAST_DAYS):
        raise InvalidError({"before": f"must be at least {LEAST_DAYS} days ago"})
    key, signer = signing_key(), public_key()
    with write() as session:
        last = _last_before(session, chain, before)
        if last is not None:
            cut = AuditCut(chain=chain, number=last.number, hash=last.hash, until=last.at, at=now())
            cut.signer, cut.signature = signer, ""
            cut.signature = key.sign(_told(cut)).hex()
            session.add(cut)
            session.add(_entry(cut, by))
    return _let_go(chain)


def _last_before(session: Session, chain: int, before: datetime) -> AuditEntry | None:
    """The last of the unbroken run of entries that are old enough, beyond what was cut already."""
    kept = session.scalar(select(func.min(AuditEntry.number)).where(_own(chain), AuditEntry.at >= before))
    behind = session.scalar(select(func.max(AuditCut.number)).where(AuditCut.chain == chain)) or 0
    rows = select(AuditEntry).where(_own(chain), AuditEntry.number > behind)
    if kept is not None:
        rows = rows.where(AuditEntry.number < kept)
    return session.scalar(rows.order_by(AuditEntry.number.desc()).limit(1))


def _entry(cut: AuditCut, by: str) -> AuditEntry:
    return AuditEntry(
        organization_id=cut.chain or None,
        user_email=by[:254],
        way="cli" if by else "system",
        action="audit.cut",
        object_type="audit",
        after={"number": cut.number, "hash": cut.hash, "until": cut.until.isoformat()},
    )


def _let_go(chain: int) -> int:
    """Delete what the cuts cover; what a broken off run left behind too."""
    covered = select(func.max(AuditCut.number)).where(AuditCut.chain == chain)
    number = db.session.scalar(covered) or 0
    gone = 0
    while ids := db.session.scalars(
        select(AuditEntry.id).where(_own(chain), AuditEntry.number <= number).limit(PART)
    ).all():
        with write() as session:
            session.execute(delete(AuditEntry).where(AuditEntry.id.in_(ids)))
        gone += len(ids)
    return gone


def cut_old(days: int) -> int:
    """Cut every chain off at so many days ago; gives how many entries went. 0 days: never."""
    if days <= 0:
        return 0
    before = now() - timedelta(days=max(days, LEAST_DAYS))
    return sum(cut_chain(chain, before) for chain in _all_chains())


def _all_chains() -> list[int]:
    return [NOBODYS, *db.session.scalars(select(Organization.id).order_by(Organization.id))]


def is_signed(cut: AuditCut) -> bool:
    """Whether this installation's key signed it."""
    if cut.signer != public_key():
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(cut.signer))
        key.verify(bytes.fromhex(cut.signature), _told(cut))
    except (InvalidSignature, ValueError):
        return False
    return True


def _told(cut: AuditCut) -> bytes:
    facts = [cut.chain, cut.number, cut.hash, cut.until.isoformat(), cut.at.isoformat(), cut.signer]
    return b"cloudeye audit cut 1\0" + json.dumps(facts).encode()


def _own(chain: int) -> ColumnElement[bool]:
    if chain == NOBODYS:
        return AuditEntry.organization_id.is_(None)
    return AuditEntry.organization_id == chain
