"""Codes by time: confirming, taking, replay, guessing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from app.core.errors import ConflictError, InvalidError, NotFoundError, RateLimitedError
from app.models import AuditEntry, Totp, User, db
from app.service.actor import Actor
from app.service.factor.second import check_code, ways_of
from app.service.factor.totp import begin_totp, confirm_totp, remove_totp, step_of, take_totp

AT = datetime(2026, 11, 21, 12, 0, 15, tzinfo=UTC)
STEP = timedelta(seconds=30)
# RFC 6238, appendix B: its secret, in base32, and the last six digits of its codes for SHA-1.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = ((59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (20000000000, "353130"))

Code = Callable[[datetime], str]


@pytest.fixture
def code(owner: Actor) -> Code:
    """Codes of the owner's authenticator app, which is confirmed."""
    totp = pyotp.TOTP(begin_totp(owner).secret)
    confirm_totp(owner, totp.at(AT - STEP), at=AT)
    return lambda at: str(totp.at(at))


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_it_knows_the_codes_of_the_standard(seconds: int, code: str) -> None:
    assert step_of(SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_off(steps: int) -> None:
    code = pyotp.TOTP(SECRET).at(AT + steps * STEP)
    assert step_of(SECRET, code, AT) == int(AT.timestamp()) // 30 + steps


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_of_another_time_is_none(steps: int) -> None:
    assert step_of(SECRET, pyotp.TOTP(SECRET).at(AT + steps * STEP), AT) is None


def test_it_has_no_effect_before_it_is_confirmed(owner: Actor) -> None:
    totp = pyotp.TOTP(begin_totp(owner).secret)
    assert not take_totp(owner.user, totp.at(AT), AT)
    assert not owner.user.has_factor


def test_a_wrong_code_does_not_confirm(owner: Actor) -> None:
    begin_totp(owner)
    with pytest.raises(InvalidError, match="code"):
        confirm_totp(owner, "12345x", at=AT)
    assert not owner.user.has_factor


def test_confirming_gives_ten_recovery_codes(owner: Actor) -> None:
    totp = pyotp.TOTP(begin_totp(owner).secret)
    assert len(set(confirm_totp(owner, totp.at(AT), at=AT))) == 10
    assert ways_of(owner.user) == ["totp", "recovery"]


def test_a_code_is_taken_once(owner: Actor, code: Code) -> None:
    assert check_code(owner, code(AT), at=AT) == "totp"
    with pytest.raises(InvalidError):
        check_code(owner, code(AT), at=AT)


def test_a_code_before_the_newest_is_not_taken(owner: Actor, code: Code) -> None:
    check_code(owner, code(AT + STEP), at=AT)
    assert not take_totp(owner.user, code(AT), AT)


def test_the_code_that_confirmed_is_not_taken_again(owner: Actor, code: Code) -> None:
    assert not take_totp(owner.user, code(AT - STEP), AT)


def test_spaces_in_a_code_do_not_matter(owner: Actor, code: Code) -> None:
    digits = code(AT)
    assert check_code(owner, f" {digits[:3]} {digits[3:]} ", at=AT) == "totp"


def test_guessing_is_bounded(owner: Actor, code: Code) -> None:
    for _ in range(5):
        with pytest.raises(InvalidError):
            check_code(owner, "000000x", at=AT)
    with pytest.raises(RateLimitedError):
        check_code(owner, code(AT), at=AT)


def test_right_codes_do_not_count_as_guesses(owner: Actor, code: Code) -> None:
    for steps in range(8):
        check_code(owner, code(AT + steps * STEP), at=AT + steps * STEP)


def test_the_secret_is_sealed(owner: Actor) -> None:
    offer = begin_totp(owner)
    assert offer.secret not in db.session.get_one(Totp, owner.user.id).sealed_secret
    assert offer.secret in offer.uri and offer.qr.startswith("<svg")


def test_one_that_is_confirmed_is_not_replaced(owner: Actor, code: Code) -> None:
    with pytest.raises(ConflictError):
        begin_totp(owner)


def test_removing_it_takes_the_recovery_codes_with_it(owner: Actor, code: Code) -> None:
    remove_totp(owner)
    assert ways_of(owner.user) == []
    assert not db.session.get_one(User, owner.user.id).has_factor
    with pytest.raises(NotFoundError):
        remove_totp(owner)


def test_what_happened_is_in_the_audit_log(owner: Actor, code: Code) -> None:
    with pytest.raises(InvalidError):
        check_code(owner, "000000x", at=AT)
    remove_totp(owner)
    actions = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert [each for each in actions if each.startswith("factor")] == [
        "factor.add",
        "factor.failed",
        "factor.remove",
    ]
