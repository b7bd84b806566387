"""What an account is called by."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.errors import InvalidError
from app.core.settings import get_settings
from app.models import User, write
from app.service.account.address import Address, account_key, clean_address, find_account
from app.service.factor.openid import verified_email


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        (" Anna@Example.ORG ", "email", "anna@example.org"),
        ("138 1234 5678", "phone", "+8613812345678"),
        ("+86 138-1234-5678", "phone", "+8613812345678"),
        ("+1 (650) 253-0000", "phone", "+16502530000"),
    ],
)
def test_it_has_one_form(app: Flask, typed: str, kind: str, value: str) -> None:
    assert clean_address(typed) == Address(kind, value)
    assert account_key(typed) == value


@pytest.mark.parametrize(
    "typed", ["", "anna", "a@b@c", "a b@c.d", "12345", "+1 650 253", "x" * 300 + "@b.c", "@"]
)
def test_it_refuses_what_is_neither(app: Flask, typed: str) -> None:
    with pytest.raises(InvalidError) as caught:
        clean_address(typed)
    assert caught.value.fields == {"account": "is not an e-mail address or a phone number"}


@pytest.mark.parametrize(
    "typed",
    ["a,b@c.org", "<a>@c.org", "a;b@c.org", '"a"@c.org', "a..b@c.org", ".a@c.org", "a.@c.org", "a@-c.org"],
)
def test_what_a_list_of_addresses_is_written_with_is_in_none(app: Flask, typed: str) -> None:
    with pytest.raises(InvalidError):
        clean_address(typed)


@pytest.mark.parametrize(
    "typed", ["a'b+c@d-e.org", "安娜@例子.中国", "jürgen@localhost", "a&b/c?d=e@x_y.org"]
)
def test_an_address_may_have_letters_and_signs_of_its_own(app: Flask, typed: str) -> None:
    assert clean_address(typed) == Address("email", typed)


def test_a_number_without_country_is_one_of_the_installations(app: Flask) -> None:
    vars(get_settings())["PHONE_REGION"] = "DE"
    assert clean_address("030 901820").value == "+4930901820"


def test_an_account_is_found_by_either_address(app: Flask) -> None:
    with write() as session:
        session.add(User(email="anna@example.org", phone="+8613812345678", password_hash="!"))
    by_mail, by_phone = find_account("ANNA@example.org"), find_account("138 1234 5678")
    assert by_mail is not None and by_mail is by_phone
    assert find_account("bert@example.org") is None and find_account("nonsense") is None


def test_who_has_an_accent_more_is_somebody_else(mariadb_app: Flask) -> None:
    with write() as session:
        session.add(User(email="jose@example.org", password_hash="!"))
    assert find_account("jose@example.org") is not None
    assert find_account("josé@example.org") is None
    assert find_account("jose@éxample.org") is None
    with write() as session:
        session.add(User(email="josé@example.org", password_hash="!"))
    assert find_account("josé@example.org") is not find_account("jose@example.org")


def test_a_letter_of_two_characters_is_that_of_one() -> None:
    assert clean_address("jose\u0301@example.org") == clean_address("jos\u00e9@example.org")


@pytest.mark.parametrize(
    ("email", "is_verified", "expected"),
    [
        ("Jose\u0301@Example.org ", True, "jos\u00e9@example.org"),
        ("jose@example.org", "true", None),
        ("jose@example.org", False, None),
        ("no address@example.org", True, None),
        (["jose@example.org"], True, None),
    ],
)
def test_a_sign_in_service_names_addresses_in_the_same_form(
    email: object, is_verified: object, expected: str | None
) -> None:
    assert verified_email({"email": email, "email_verified": is_verified}) == expected
