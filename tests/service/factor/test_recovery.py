"""Recovery codes: each good once, for its user alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp
import pytest

from app.core.errors import ConflictError, InvalidError
from app.models import RecoveryCode, db
from app.service.actor import Actor
from app.service.factor.recovery import codes_left, is_recovery, new_codes
from app.service.factor.second import check_code
from app.service.factor.totp import begin_totp, confirm_totp

AT = datetime(2026, 11, 21, 12, 0, 15, tzinfo=UTC)


def give_codes(actor: Actor) -> list[str]:
    return confirm_totp(actor, pyotp.TOTP(begin_totp(actor).secret).at(AT), at=AT)


def test_a_recovery_code_is_good_once(owner: Actor) -> None:
    first, *_others = give_codes(owner)
    assert check_code(owner, first) == "recovery"
    assert codes_left(owner.user) == 9
    with pytest.raises(InvalidError):
        check_code(owner, first)


def test_how_it_is_typed_does_not_matter(owner: Actor) -> None:
    first, *_others = give_codes(owner)
    assert check_code(owner, first.upper().replace("-", " ")) == "recovery"


def test_somebody_elses_is_none(owner: Actor, teammate: Actor) -> None:
    first, *_others = give_codes(owner)
    give_codes(teammate)
    with pytest.raises(InvalidError):
        check_code(teammate, first)


def test_new_ones_make_the_old_void(owner: Actor) -> None:
    first, *_others = give_codes(owner)
    assert len(new_codes(owner)) == 10
    with pytest.raises(InvalidError):
        check_code(owner, first)


def test_without_a_factor_there_are_none(owner: Actor) -> None:
    with pytest.raises(ConflictError):
        new_codes(owner)


def test_only_their_hashes_are_kept(owner: Actor) -> None:
    codes = {code.replace("-", "") for code in give_codes(owner)}
    kept = {row.digest for row in db.session.query(RecoveryCode)}
    assert len(kept) == 10 and not codes & kept


def test_six_digits_are_no_recovery_code() -> None:
    assert not is_recovery("123456") and is_recovery("abcd-efgh-jkmn-2345-pqrs-6789")
