"""Whether somebody has a second factor: kept with the user, worked out anew when one comes or goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app.models import Passkey, RecoveryCode, Totp, User

if TYPE_CHECKING:
    from sqlalchemy import Select


def note_standing(session: Session, user_id: int) -> bool:
    """Write down whether the user has a factor now. True when it is the first one.

    Recovery codes stand in for a factor: with the last of those they go too.
    """
    session.flush()
    user = session.get_one(User, user_id, populate_existing=True)
    had = user.has_factor
    user.has_factor = bool(session.scalar(_has_one(user_id)))
    if not user.has_factor:
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    return user.has_factor and not had


def _has_one(user_id: int) -> Select[tuple[bool]]:
    totp = exists().where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None))
    return select(totp | exists().where(Passkey.user_id == user_id))
