"""Registration, and that it tells nobody who has an account."""

from __future__ import annotations

import pytest

from app.core.errors import ConflictError, InvalidError, NotPermittedError
from app.models import AuditEntry, User, db
from app.service.account import code
from app.service.account.register import ask_registration, register
from app.service.account.rules import change_rules, read_rules, registration
from app.service.actor import Actor
from app.service.auth import log_in
from app.service.channel.manage import create_channel
from tests.cast import PASSWORD
from tests.service.account.letters import IP, code_in, letters, one_letter, use_mail

ANNA = "anna@example.org"


@pytest.fixture
def open_doors(owner: Actor) -> None:
    use_mail(owner, registration=True)


def code_for(account: str) -> str:
    ask_registration(account, ip=IP, locale="en")
    return code_in(one_letter(account))


def test_it_is_closed_until_somebody_opens_it(owner: Actor) -> None:
    with pytest.raises(ConflictError):
        ask_registration(ANNA, ip=IP, locale="en")
    with pytest.raises(ConflictError):
        register(ANNA, "123456", PASSWORD, ip=IP)
    assert registration() == {"enabled": False, "email": False, "phone": False}


def test_it_makes_an_account_and_an_organization(open_doors: None) -> None:
    actor = register(ANNA, code_for(ANNA), PASSWORD, name="Anna", organization="Berg & Söhne", ip=IP)
    assert (actor.role, actor.user.name, actor.organization.name) == ("owner", "Anna", "Berg & Söhne")
    assert actor.user.email_verified_at is not None
    assert log_in(ANNA, PASSWORD, ip=IP).organization_id == actor.organization_id


def test_it_is_audited_in_the_new_organization(open_doors: None) -> None:
    actor = register(ANNA, code_for(ANNA), PASSWORD, ip=IP)
    entry = db.session.query(AuditEntry).filter_by(organization_id=actor.organization_id).one()
    assert (entry.action, entry.user_id, entry.ip) == ("user.register", actor.user.id, IP)


def test_a_wrong_code_makes_nobody(open_doors: None) -> None:
    right = code_for(ANNA)
    with pytest.raises(InvalidError) as caught:
        register(ANNA, f"{(int(right) + 1) % 1_000_000:06}", PASSWORD, ip=IP)
    assert list(caught.value.fields) == ["code"] and db.session.query(User).filter_by(email=ANNA).count() == 0


def test_a_bad_password_leaves_the_code_good(open_doors: None) -> None:
    code = code_for(ANNA)
    with pytest.raises(InvalidError) as caught:
        register(ANNA, code, "password1234", ip=IP)
    assert list(caught.value.fields) == ["password"]
    assert register(ANNA, code, PASSWORD, ip=IP).user.email == ANNA


def test_who_has_an_account_is_told_by_letter_alone(open_doors: None, teammate: Actor) -> None:
    ask_registration(teammate.user.account, ip=IP, locale="en")
    said = one_letter(teammate.user.account)
    assert "/forgot" in said and "code" not in said


def test_no_code_takes_over_an_account(
    open_doors: None, teammate: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor the one that is kept, so that the answer takes as long, and was told to nobody."""
    monkeypatch.setattr(code, "new_code", lambda: "424242")
    ask_registration(teammate.user.account, ip=IP, locale="en")
    with pytest.raises(InvalidError) as caught:
        register(teammate.user.account, "424242", PASSWORD, ip=IP)
    assert caught.value.fields == {"code": "is wrong or no longer good"}


def test_a_phone_cannot_register_without_a_channel_for_it(open_doors: None) -> None:
    with pytest.raises(ConflictError):
        ask_registration("+8613812345678", ip=IP, locale="en")
    assert letters() == []


def test_a_phone_registers_where_text_messages_are_sent(owner: Actor) -> None:
    config = {"provider": "smseagle", "host": "127.0.0.1", "secret": "x" * 20, "to": ["+8613900000000"]}
    channel = create_channel(owner, {"type": "sms", "name": "texts", "config": config})
    change_rules(owner, {"sms_channel": channel.id, "registration": True})
    actor = register("138 1234 5678", code_for("+8613812345678"), PASSWORD, ip=IP)
    assert actor.user.phone_verified_at is not None and actor.user.email is None
    assert log_in("+86 138 1234 5678", PASSWORD, ip=IP).user.account == "+8613812345678"


def test_another_organization_does_not_run_the_installation(owner: Actor, stranger: Actor) -> None:
    with pytest.raises(NotPermittedError):
        change_rules(stranger, {"registration": True})
    with pytest.raises(NotPermittedError):
        read_rules(stranger)


def test_opening_it_is_audited(open_doors: None, owner: Actor) -> None:
    entry = db.session.query(AuditEntry).filter_by(action="accounts.change").one()
    before, after = entry.before or {}, entry.after or {}
    assert (before["registration"], after["registration"]) == (False, True)
