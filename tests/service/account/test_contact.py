"""Changing one's own addresses."""

from __future__ import annotations

import pytest

from app.core.errors import ConflictError, InvalidError, RateLimitedError
from app.models import AuditEntry, User, db, write
from app.service.account.contact import ask_contact, change_contact, forget_contact
from app.service.actor import Actor
from app.service.auth import log_in
from tests.cast import PASSWORD
from tests.service.account.letters import IP, code_in, letters, one_letter, use_mail

NEW = "new@example.org"


@pytest.fixture
def code(owner: Actor) -> str:
    use_mail(owner)
    ask_contact(owner, NEW)
    return code_in(one_letter(NEW))


def test_the_new_address_is_good_and_the_old_one_is_told(owner: Actor, code: str) -> None:
    change_contact(owner, NEW, code, PASSWORD)
    assert log_in(NEW, PASSWORD, ip=IP).user.email_verified_at is not None
    ((to, _title, body),) = letters()
    assert to == "owner@example.org" and NEW in body


def test_it_needs_the_password(owner: Actor, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        change_contact(owner, NEW, code, "not the password")
    assert list(caught.value.fields) == ["current_password"]


def test_passwords_cannot_be_guessed_in_a_stolen_session(owner: Actor, code: str) -> None:
    for _ in range(10):
        with pytest.raises(InvalidError):
            change_contact(owner, NEW, code, "a guess")
    with pytest.raises(RateLimitedError):
        change_contact(owner, NEW, code, PASSWORD)


def test_anothers_address_gets_no_code_and_is_not_taken(owner: Actor, teammate: Actor) -> None:
    use_mail(owner)
    ask_contact(owner, teammate.user.account)
    assert letters() == []
    with pytest.raises(InvalidError) as caught:
        change_contact(owner, teammate.user.account, "123456", PASSWORD)
    assert caught.value.fields == {"code": "is wrong or no longer good"}


def test_one_of_both_addresses_has_to_stay(owner: Actor) -> None:
    with pytest.raises(ConflictError):
        forget_contact(owner, "email", PASSWORD)
    with write() as session:
        session.get_one(User, owner.user.id).phone = "+8613812345678"
    assert forget_contact(owner, "email", PASSWORD).account == "+8613812345678"
    assert log_in("138 1234 5678", PASSWORD, ip=IP).user.id == owner.user.id


def test_it_is_audited(owner: Actor, code: str) -> None:
    change_contact(owner, NEW, code, PASSWORD)
    entry = db.session.query(AuditEntry).filter_by(action="user.contact").one()
    assert (entry.before, entry.after) == ({"email": "owner@example.org"}, {"email": NEW})
