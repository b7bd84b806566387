"""A new password by letter."""

from __future__ import annotations

import pytest

from app.core.errors import ConflictError, InvalidError, NotFoundError, NotLoggedInError, RateLimitedError
from app.core.redis import get_redis
from app.models import AuditEntry, User, db, write
from app.service.account.me import change_me
from app.service.account.reset import account_of, ask_reset, reset_password
from app.service.actor import Actor
from app.service.auth import load_actor, log_in
from tests.cast import PASSWORD
from tests.service.account.letters import IP, letters, one_letter, sealed_letters, token_in, use_mail

NEW = "another-horse-entirely"


@pytest.fixture
def token(owner: Actor, teammate: Actor) -> str:
    use_mail(owner)
    return asked(teammate)


def asked(who: Actor) -> str:
    ask_reset(who.user.account, ip=IP, locale="en")
    return token_in(one_letter(who.user.account))


def test_it_sets_the_password_once(token: str, teammate: Actor) -> None:
    assert account_of(token, ip=IP) == teammate.user.account
    reset_password(token, NEW, ip=IP)
    assert log_in(teammate.user.account, NEW, ip=IP).user.id == teammate.user.id
    with pytest.raises(NotFoundError):
        reset_password(token, "yet-another-password", ip=IP)
    with pytest.raises(NotLoggedInError):
        log_in(teammate.user.account, PASSWORD, ip=IP)


def test_it_ends_every_session(token: str, teammate: Actor) -> None:
    before = teammate.user.session_version
    reset_password(token, NEW, ip=IP)
    assert load_actor(teammate.user.id, teammate.organization_id, before, way="session", ip=IP) is None


def test_it_shows_that_the_address_is_theirs_and_tells_them(token: str, teammate: Actor) -> None:
    user = reset_password(token, NEW, ip=IP)
    assert user.email_verified_at is not None
    assert "was changed" in one_letter(teammate.user.account)


def test_it_is_audited_without_the_password(token: str) -> None:
    reset_password(token, NEW, ip=IP)
    entry = db.session.query(AuditEntry).filter_by(action="user.reset").one()
    assert entry.after == {"password": "changed"} and entry.way == "letter"


def test_a_bad_password_leaves_the_link_good(token: str) -> None:
    with pytest.raises(InvalidError):
        reset_password(token, "short", ip=IP)
    reset_password(token, NEW, ip=IP)


def test_a_new_link_ends_the_one_before(token: str, teammate: Actor) -> None:
    newer = asked(teammate)
    with pytest.raises(NotFoundError):
        reset_password(token, NEW, ip=IP)
    reset_password(newer, NEW, ip=IP)


def test_a_changed_password_ends_the_link(token: str, teammate: Actor) -> None:
    change_me(teammate, {"current_password": PASSWORD, "password": NEW})
    with pytest.raises(NotFoundError):
        account_of(token, ip=IP)


def test_it_ends_after_half_an_hour_and_is_kept_as_a_hash(token: str) -> None:
    (key,) = get_redis().keys("reset:*")
    assert 1790 < get_redis().ttl(key) <= 1800 and token.encode() not in key


def test_nobodys_account_gets_the_same_answer_and_no_letter(owner: Actor) -> None:
    use_mail(owner)
    ask_reset("nobody@example.org", ip=IP, locale="en")
    assert len(sealed_letters()) == 1 and len(get_redis().keys("reset:*")) == 1
    ask_reset("nobody@example.org", ip=IP, locale="en")
    assert letters() == []


def test_somebody_deactivated_gets_no_letter(owner: Actor, teammate: Actor) -> None:
    use_mail(owner)
    with write() as session:
        session.get_one(User, teammate.user.id).is_active = False
    ask_reset(teammate.user.account, ip=IP, locale="en")
    assert letters() == []


def test_an_account_gets_three_letters_in_ten_minutes_whether_there_is_one_or_not(
    owner: Actor, teammate: Actor
) -> None:
    use_mail(owner)
    for account in (teammate.user.account, "nobody@example.org"):
        for _ in range(3):
            ask_reset(account, ip=IP, locale="en")
        with pytest.raises(RateLimitedError):
            ask_reset(account, ip=IP, locale="en")


def test_links_cannot_be_guessed_at_for_long(owner: Actor) -> None:
    for _ in range(30):
        with pytest.raises(NotFoundError):
            account_of("x", ip=IP)
    with pytest.raises(RateLimitedError):
        account_of("x", ip=IP)


def test_where_no_letter_can_be_sent_everybody_is_told_so(owner: Actor) -> None:
    for account in (owner.user.account, "nobody@example.org"):
        with pytest.raises(ConflictError):
            ask_reset(account, ip=IP, locale="en")


def test_who_gives_up_an_address_is_not_let_down_by_a_letter_there(token: str, teammate: Actor) -> None:
    with write() as session:
        session.get_one(User, teammate.user.id).email = "moved@example.org"
    with pytest.raises(NotFoundError):
        account_of(token, ip=IP)
    with pytest.raises(NotFoundError):
        reset_password(token, NEW, ip=IP)
