"""Which passwords will do."""

from __future__ import annotations

from contextlib import suppress

import pytest

from app.core.errors import InvalidError
from app.models import User
from app.service.account.password import (
    MIN_PASSWORD,
    UNUSABLE,
    check_password_rules,
    common_passwords,
    hash_password,
    needs_rehash,
    password_fits,
)

SHORT, LONG = "must have at least 10 characters", "must have at most 256 characters"
SIMPLE = "is too simple: characters in a row or over and over again"
COMMON = "is one of the passwords everybody tries first"
CLOSE = "is too close to your name, address or organization"
OWN = ("anna.berg@example.org", "Anna Berg", "+8613812345678", "Nordlicht GmbH")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("too-short", SHORT),
        ("x" * 257, LONG),
        ("aaaaaaaaaaaaaaaa", SIMPLE),
        ("abababababab", SIMPLE),
        ("abcdefghijklmn", SIMPLE),
        ("98765432109876", SIMPLE),
        ("qwertyuiopqwert", SIMPLE),
        ("abcdabcdabcd", SIMPLE),
        ("Password1234!", COMMON),
        ("P@ssw0rd2026", COMMON),
        ("welcome2026", COMMON),
        ("1qaz2wsx3edc", COMMON),
        ("woaini1314520", COMMON),
        ("!!!letmein!!!", COMMON),
        ("Administrator", COMMON),
        ("cloudeye-2026", COMMON),
        ("annaberg2026", CLOSE),
        ("Nordlicht2026", CLOSE),
        ("13812345678-x", CLOSE),
    ],
)
def test_it_refuses_what_others_would_guess(password: str, why: str) -> None:
    with pytest.raises(InvalidError) as caught:
        check_password_rules(password, known=("annaberg", *OWN, "13812345678"))
    assert caught.value.fields == {"password": why}


@pytest.mark.parametrize(
    "password",
    [
        "correct-horse-battery",
        "anna sings in the rain",
        "七个 字 的 口令 也 可以 的",
        "k8#vQ2!mZp0w",
        " leading space ",
    ],
)
def test_it_takes_whatever_is_long_and_not_guessed(password: str) -> None:
    check_password_rules(password, known=OWN)


def test_it_knows_the_three_thousand_commonest_that_are_long_enough() -> None:
    assert len([each for each in common_passwords() if len(each) >= MIN_PASSWORD]) > 3000


@pytest.mark.parametrize(
    "password", ["basketball", "Photography", "manchester", "fktrcfylhf", "Dragonball-2026", "liverpool12"]
)
def test_it_refuses_what_many_choose(password: str) -> None:
    with pytest.raises(InvalidError) as caught:
        check_password_rules(password)
    assert caught.value.fields == {"password": COMMON}


def test_none_of_the_commonest_will_do() -> None:
    taken = []
    for password in common_passwords():
        with suppress(InvalidError):
            check_password_rules(password)
            taken.append(password)
    assert taken == []


def test_it_names_the_field_that_is_wrong() -> None:
    with pytest.raises(InvalidError) as caught:
        check_password_rules("short", "new")
    assert list(caught.value.fields) == ["new"]


def test_it_fits_its_own_hash_and_nobodys() -> None:
    user = User(email="a@b.c", password_hash=hash_password("correct-horse"))
    assert password_fits(user, "correct-horse") and not password_fits(user, "correct-hors")
    assert not password_fits(None, "correct-horse")


def test_nothing_fits_who_has_no_password() -> None:
    user = User(email="a@b.c", password_hash=UNUSABLE)
    assert not password_fits(user, UNUSABLE) and not password_fits(user, "")


def test_it_says_when_a_hash_is_of_weaker_parameters() -> None:
    weak = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$0uMQmkKMVGKLRQO4KQ8PRw"
    assert needs_rehash(weak) and not needs_rehash(hash_password("correct-horse"))
