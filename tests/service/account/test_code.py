"""Codes that show that an address reaches somebody."""

from __future__ import annotations

import math

import pytest

from app.core.errors import ConflictError, InvalidError, RateLimitedError
from app.core.redis import get_redis
from app.service.account.address import Address
from app.service.account.code import DIGITS, check_code, new_code, send_code, throttle
from app.service.account.letter import check_reach
from app.service.actor import Actor
from tests.service.account.letters import IP, code_in, one_letter, use_mail

ANNA = Address("email", "anna@example.org")


@pytest.fixture
def code(owner: Actor) -> str:
    use_mail(owner)
    send_code("register", ANNA, locale="en")
    return code_in(one_letter(ANNA.value))


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**DIGITS:0{DIGITS}}"


def test_it_is_good_once(code: str) -> None:
    check_code("register", ANNA, f" {code[:3]} {code[3:]} ")
    with pytest.raises(InvalidError):
        check_code("register", ANNA, code)


def test_it_has_twenty_bits_at_least() -> None:
    assert math.log2(10**DIGITS) >= 20
    assert {len(new_code()) for _ in range(100)} == {DIGITS}


def test_it_is_for_its_address_and_purpose_alone(code: str) -> None:
    for purpose, address in (("join", ANNA), ("register", Address("email", "bert@example.org"))):
        with pytest.raises(InvalidError):
            check_code(purpose, address, code)
    check_code("register", ANNA, code)


def test_after_five_wrong_tries_the_right_one_is_wrong_too(code: str) -> None:
    for _ in range(5):
        with pytest.raises(InvalidError):
            check_code("register", ANNA, other(code))
    with pytest.raises(InvalidError):
        check_code("register", ANNA, code)


def test_it_survives_four_wrong_tries(code: str) -> None:
    for _ in range(4):
        with pytest.raises(InvalidError):
            check_code("register", ANNA, other(code))
    check_code("register", ANNA, code)


def test_a_new_one_ends_the_one_before(code: str) -> None:
    send_code("register", ANNA, locale="en")
    newer = code_in(one_letter(ANNA.value))
    if newer != code:
        with pytest.raises(InvalidError):
            check_code("register", ANNA, code)
    check_code("register", ANNA, newer)


def test_it_ends_after_ten_minutes_and_is_kept_as_a_hash(code: str) -> None:
    (key,) = get_redis().keys("code:*")
    assert 590 < get_redis().ttl(key) <= 600
    assert code not in str(get_redis().hgetall(key)) and ANNA.value.encode() not in key


def test_an_address_gets_three_letters_in_ten_minutes(owner: Actor) -> None:
    for _ in range(3):
        throttle("register", ANNA.value, IP)
    with pytest.raises(RateLimitedError):
        throttle("register", ANNA.value, IP)
    throttle("register", "bert@example.org", IP)


def test_one_asker_gets_thirty_letters_an_hour(owner: Actor) -> None:
    for number in range(30):
        throttle("register", f"{number}@example.org", IP)
    with pytest.raises(RateLimitedError):
        throttle("register", "anna@example.org", IP)
    throttle("register", "anna@example.org", "192.0.2.8")


def test_none_is_sent_where_no_channel_was_chosen(owner: Actor) -> None:
    with pytest.raises(ConflictError):
        check_reach("email")
    use_mail(owner)
    check_reach("email")
    with pytest.raises(ConflictError):
        check_reach("phone")
