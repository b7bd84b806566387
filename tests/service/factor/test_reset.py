"""Who may take whose second factors away."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp
import pytest
from sqlalchemy import select

from app.core.errors import ConflictError, NotFoundError, NotPermittedError
from app.models import AuditEntry, Membership, Organization, User, db, write
from app.service.actor import Actor
from app.service.factor.reset import reset_factors
from app.service.factor.second import ways_of
from app.service.factor.totp import begin_totp, confirm_totp
from tests.cast import make_user

AT = datetime(2026, 11, 21, 12, 0, 15, tzinfo=UTC)


def with_factor(actor: Actor) -> Actor:
    confirm_totp(actor, pyotp.TOTP(begin_totp(actor).secret).at(AT), at=AT)
    return actor


def place(actor: Actor) -> int:
    return db.session.scalars(select(Membership.id).where(Membership.user_id == actor.user.id)).one()


def test_an_administrator_resets_a_members_factors(ours: Organization, teammate: Actor) -> None:
    admin = make_user(ours, "admin", "admin")
    with_factor(teammate)
    reset_factors(admin, place(teammate))
    user = db.session.get_one(User, teammate.user.id)
    assert not user.has_factor and ways_of(user) == []
    assert user.session_version == 2
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (last.action, last.object_id, last.user_id) == ("factor.reset", user.id, admin.user.id)


def test_nobody_resets_who_stands_above_them(ours: Organization, owner: Actor) -> None:
    admin = make_user(ours, "admin", "admin")
    with pytest.raises(NotPermittedError):
        reset_factors(admin, place(with_factor(owner)))


def test_nobody_resets_their_own(owner: Actor) -> None:
    with pytest.raises(ConflictError):
        reset_factors(owner, place(with_factor(owner)))


def test_a_strangers_member_is_not_found(owner: Actor, stranger: Actor) -> None:
    with pytest.raises(NotFoundError):
        reset_factors(stranger, place(with_factor(owner)))


def test_who_is_elsewhere_too_keeps_theirs(owner: Actor, teammate: Actor, stranger: Actor) -> None:
    member_id = place(with_factor(teammate))
    with write() as session:
        session.add(
            Membership(organization_id=stranger.organization_id, user_id=teammate.user.id, role="viewer")
        )
    with pytest.raises(ConflictError, match="another organization"):
        reset_factors(owner, member_id)
