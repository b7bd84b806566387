"""Phone numbers, mail addresses and accounts with another in their place."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import judged, page, told

IBAN = "DE89 3704 0044 0532 0130 00"
OTHER_IBAN = "GB82 WEST 1234 5698 7654 32"
WALLET = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("+49 30 1234567", "+44 20 9876543", "phone"),
        ("desk@shop.example", "desk@shop-help.example", "mail"),
    ],
)
def test_another_in_its_place_is_an_alert(old: str, new: str, kind: str) -> None:
    reason = told(judged(page().replace(old, new)), "token_replaced")
    assert (reason.level, reason.cls, reason.detail["kind"]) == ("alert", "resource_replaced", kind)
    assert "∎" in reason.where


def test_another_account_is_critical() -> None:
    before = page(f"<p>Please pay to our account {IBAN} at the town bank.</p>")
    reason = told(judged(before.replace(IBAN, OTHER_IBAN), before), "token_replaced")
    assert reason.severity == "critical"
    assert (reason.before, reason.after) == (IBAN.replace(" ", ""), OTHER_IBAN.replace(" ", ""))


@pytest.mark.parametrize(
    ("html", "code"),
    [
        (f"<p>Send your help to {WALLET} now</p>", "wallet_new"),
        (f"<p>Please pay to {IBAN} from now on</p>", "account_new"),
    ],
)
def test_a_wallet_or_account_where_there_was_none_is_an_alert(html: str, code: str) -> None:
    assert told(judged(page(html)), code).level == "alert"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("desk@shop.example", "orders@shop.example"),
        ("+49 30 1234567", "0049 (30) 123 45 67"),
        ("Write to desk@shop.example.", ""),
    ],
)
def test_a_colleague_another_spelling_or_its_end_are_none(old: str, new: str) -> None:
    assert judged(page().replace(old, new)).verdict == "ok"
