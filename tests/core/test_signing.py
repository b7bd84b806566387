"""Signed messages: what is taken, and everything that is not."""

from __future__ import annotations

import time

import pytest

from app.core.signing import RefusedMessageError, given_key, home_key, open_message, seal

KEY = given_key("a-key-somebody-was-given")
BODY = '[["7",1790000000000,"[]"]]'


def test_it_opens_what_it_sealed() -> None:
    assert open_message(seal(KEY, "probe.batch", "paris", 5, BODY), "probe.batch", KEY) == BODY


@pytest.mark.parametrize(
    ("place", "value"), [(0, "tokyo"), (1, 6), (2, "0" * 64), (3, BODY + " "), (3, ""), (2, "ü")]
)
def test_it_refuses_a_message_somebody_changed(place: int, value: object) -> None:
    message = seal(KEY, "probe.batch", "paris", 5, BODY)
    message[place] = value
    with pytest.raises(RefusedMessageError) as refused:
        open_message(message, "probe.batch", KEY)
    assert refused.value.reason == "bad_signature"


def test_it_refuses_what_was_signed_for_something_else() -> None:
    with pytest.raises(RefusedMessageError, match="bad_signature"):
        open_message(seal(KEY, "record.samples", "paris", 5, BODY), "probe.batch", KEY)


def test_it_refuses_another_locations_key() -> None:
    message = seal(home_key("secret" * 6, "tokyo"), "probe.batch", "paris", 5, BODY)
    with pytest.raises(RefusedMessageError, match="bad_signature"):
        open_message(message, "probe.batch", home_key("secret" * 6, "paris"))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ([], "unsigned"),
        ([BODY], "unsigned"),
        ([[["7", 1, "[]"]]], "unsigned"),
        (["paris", 5, "", BODY], "unsigned"),
        (["paris", "5", "ab", BODY], "malformed"),
        (["paris", True, "ab", BODY], "malformed"),
        (["paris", 5, None, BODY], "malformed"),
        ([{}, 5, "ab", BODY], "malformed"),
        (["paris\ud800", 5, "ab", BODY], "malformed"),
        (["paris", 5, "ab\ud800", BODY], "malformed"),
        (["paris", 5, "ab", BODY + "\ud800"], "malformed"),
    ],
)
def test_it_refuses_what_is_not_a_signed_message(message: list[object], reason: str) -> None:
    with pytest.raises(RefusedMessageError) as refused:
        open_message(message, "probe.batch", KEY)
    assert refused.value.reason == reason


def test_it_costs_little_for_a_batch_of_a_hundred() -> None:
    body = '["1790000000000000000",1790000000000,"' + "x" * 250 + '"]'
    batch = body * 100
    took = []
    for _ in range(20):
        start = time.perf_counter()
        open_message(seal(KEY, "probe.batch", "paris", 5, batch), "probe.batch", KEY)
        took.append((time.perf_counter() - start) / 2)
    assert min(took) <= 0.0001
