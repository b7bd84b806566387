"""The same code from several sides at once opens once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pyotp
import pytest
from flask import Flask

from app.models import User, db
from app.service.actor import Actor
from app.service.factor.recovery import take_recovery
from app.service.factor.totp import begin_totp, confirm_totp, take_totp
from tests.cast import make_organization, make_user

AT = datetime(2026, 11, 21, 12, 0, 15, tzinfo=UTC)
SIDES = 4


def at_once(app: Flask, user_id: int, take: Callable[[User], bool]) -> list[bool]:
    """What each side is told."""
    barrier = Barrier(SIDES)

    def one(_number: int) -> bool:
        with app.app_context():
            user = db.session.get_one(User, user_id)
            barrier.wait(10)
            try:
                return take(user)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(SIDES) as pool:
        return sorted(pool.map(one, range(SIDES)))


def give_factor(actor: Actor) -> tuple[str, list[str]]:
    secret = begin_totp(actor).secret
    codes = confirm_totp(actor, pyotp.TOTP(secret).at(AT - timedelta(seconds=30)), at=AT)
    return secret, codes


@pytest.mark.parametrize("fixture", ["app", "mariadb_app"])
def test_a_code_opens_once(request: pytest.FixtureRequest, fixture: str) -> None:
    app: Flask = request.getfixturevalue(fixture)
    actor = make_user(make_organization("ours"), "owner", "owner")
    secret, codes = give_factor(actor)
    db.session.commit()
    digits = pyotp.TOTP(secret).at(AT)
    once = [False] * (SIDES - 1) + [True]
    assert at_once(app, actor.user.id, lambda user: take_totp(user, digits, AT)) == once
    assert at_once(app, actor.user.id, lambda user: take_recovery(user, codes[0])) == once
