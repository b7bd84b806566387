"""Recovery codes: ten, each good once, for who has lost what the second factor was in."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import ConflictError
from app.models import RecoveryCode, User, db, write
from app.service.actor import Actor
from app.service.audit import record_change

COUNT = 10
LENGTH = 24
# Without what is mistaken for something else when it is copied by hand.
ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
"""30 letters: twenty-four of them are 117 bits, too many to be found from a hash however fast it is."""


def renew_codes(session: Session, user_id: int) -> list[str]:
    """New codes in the place of all there were. They are known now and never again."""
    codes = [_made() for _ in range(COUNT)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(RecoveryCode(user_id=user_id, digest=_digest(user_id, code)) for code in codes)
    return codes


def new_codes(actor: Actor) -> list[str]:
    """The user's new codes; the ones before are void."""
    with write() as session:
        if not session.get_one(User, actor.user.id, populate_existing=True).has_factor:
            raise ConflictError("recovery codes stand in for a second factor, and there is none")
        codes = renew_codes(session, actor.user.id)
        record_change(session, actor, "recovery_codes.renew", "user", actor.user.id)
    return codes


def codes_left(user: User) -> int:
    mine = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(mine) or 0


def take_recovery(user: User, code: str) -> bool:
    """Whether it is one of the user's codes that was not used; from now on it is."""
    with write() as session:
        taken = session.execute(
            update(RecoveryCode)
            .where(
                RecoveryCode.user_id == user.id,
                RecoveryCode.digest == _digest(user.id, code),
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=now())
        )
    return cast(CursorResult[Any], taken).rowcount == 1


def is_recovery(code: str) -> bool:
    """Whether it has the form of one, however it was typed."""
    return len(_plain(code)) == LENGTH


def _made() -> str:
    text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(text[start : start + 4] for start in range(0, LENGTH, 4))


def _plain(code: str) -> str:
    return "".join(char for char in code.lower() if char not in "- ")


def _digest(user_id: int, code: str) -> str:
    return hashlib.sha256(f"{user_id}:{_plain(code)}".encode()).hexdigest()
