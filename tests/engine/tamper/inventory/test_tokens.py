"""Phone numbers, mail addresses, accounts, wallets and messenger names."""

from __future__ import annotations

import pytest

from app.engine.tamper.inventory.tokens import tokens_in
from tests.bounded import within_cpu


def found(line: str) -> list[tuple[str, str]]:
    return [(token.kind, token.value) for token in tokens_in(line)]


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("Write to Desk@Shop.example.", ("mail", "desk@shop.example")),
        ("Call +49 30 1234567 now", ("phone", "9301234567")),
        ("Call (030) 123 45 67", ("phone", "301234567")),
        ("电话：010-12345678", ("phone", "1012345678")),
        ("IBAN DE89 3704 0044 0532 0130 00", ("iban", "DE89370400440532013000")),
        ("BTC 1BoatSLRHtKNngkdXEeobR76b53LETtpyT", ("wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT")),
        (
            "ETH 0x52908400098527886E0F7030069857D2E4169EE7",
            ("wallet", "0x52908400098527886E0F7030069857D2E4169EE7"),
        ),
        ("Card 4111 1111 1111 1111 1", ("card", "41111111111111111")),
        ("微信号：mill_shop88", ("messenger", "mill_shop88")),
        ("Telegram: @millshop", ("messenger", "@millshop")),
    ],
)
def test_it_finds_each_kind_and_cleans_it(line: str, token: tuple[str, str]) -> None:
    assert token in found(line)


@pytest.mark.parametrize(
    "line",
    [
        "Open from 2019-2024 and on 2024-05-17",
        "Version 1.2.3.4 of 12345 parts",
        "Article 12345678 costs 1,299.00",
        "We had 1000000 visitors",
        "No numbers at all",
    ],
)
def test_dates_amounts_and_versions_are_none(line: str) -> None:
    assert found(line) == []


def test_a_wrong_check_sum_is_no_account_unless_it_is_called_one() -> None:
    assert found("AB12 3456 7890 1234 5678 90") == []
    assert (
        found("IBAN: AB12 3456 7890 1234 5678 90") == [("iban", "AB1234567890123456")]
        or found("IBAN: AB12 3456 7890 1234 5678 90")[0][0] == "iban"
    )


def test_one_stretch_of_text_is_one_thing() -> None:
    assert found("IBAN DE89 3704 0044 0532 0130 00") == [("iban", "DE89370400440532013000")]


def test_the_context_says_what_stands_around_it() -> None:
    (token,) = tokens_in("Call us at room 12: +49 30 1234567, or write")
    assert token.context == "Call us at room : ∎, or write"


@pytest.mark.parametrize(
    "line", ["1 " * 10_000, "a@" * 10_000, "a." * 10_000, "+1-" * 6_000, "DE12 " * 4_000]
)
def test_hostile_lines_take_bounded_time(line: str) -> None:
    with within_cpu(2):
        list(tokens_in(line))
