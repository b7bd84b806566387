"""What ends with a membership: somebody who comes back must not find an old token working again."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.core.clock import now
from app.models import ApiToken, TokenFamily, VendorApp


def end_access(session: Session, user_id: int, organization_id: int) -> None:
    """In the transaction that takes somebody out: their tokens end, and no app acts for them any more."""
    quietly = {"synchronize_session": False}
    session.execute(
        delete(ApiToken)
        .where(ApiToken.user_id == user_id, ApiToken.organization_id == organization_id)
        .execution_options(**quietly)
    )
    session.execute(
        update(TokenFamily)
        .where(TokenFamily.user_id == user_id, TokenFamily.organization_id == organization_id)
        .where(TokenFamily.ended_at.is_(None))
        .values(ended_at=now())
        .execution_options(**quietly)
    )
    session.execute(
        update(VendorApp)
        .where(VendorApp.user_id == user_id, VendorApp.organization_id == organization_id)
        .values(user_id=None)
        .execution_options(**quietly)
    )
