"""The first administrator, and the organization made for them."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.errors import ConflictError, InvalidError
from app.core.settings import get_settings
from app.models import Organization, User, db
from app.service.account.first import create_first_admin, create_owner
from app.service.auth import log_in


def test_the_first_administrator_can_log_in_with_the_password_that_was_made(app: Flask) -> None:
    made = create_first_admin(None, None)
    assert made is not None
    assert log_in(*made, ip="127.0.0.1").role == "owner"


def test_there_is_only_one_first_administrator(app: Flask) -> None:
    create_first_admin("first@example.org", "a-long-password")
    assert create_first_admin("second@example.org", "a-long-password") is None


def test_a_new_organization_takes_its_zone_and_language_from_the_settings(app: Flask) -> None:
    vars(get_settings()).update(TIMEZONE="Asia/Shanghai", DEFAULT_LOCALE="zh")
    create_first_admin(None, None)
    organization = db.session.query(Organization).one()
    assert (organization.timezone, organization.locale) == ("Asia/Shanghai", "zh")


def test_a_second_owner_joins_the_same_organization(app: Flask) -> None:
    create_first_admin("first@example.org", None)
    create_owner("second@example.org", None)
    assert db.session.query(Organization).count() == 1 and db.session.query(User).count() == 2


def test_nobody_is_made_twice(app: Flask) -> None:
    create_owner("first@example.org", None)
    with pytest.raises(ConflictError):
        create_owner("First@example.org ", None)


@pytest.mark.parametrize(
    ("email", "password", "field"), [("nobody", None, "email"), ("a@b.c", "short", "password")]
)
def test_what_will_not_do_is_named(app: Flask, email: str, password: str | None, field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        create_owner(email, password)
    assert caught.value.fields.keys() == {field}


def test_passwords_are_kept_as_argon2id(app: Flask) -> None:
    create_first_admin("first@example.org", "a-long-password")
    assert db.session.query(User).one().password_hash.startswith("$argon2id$")
