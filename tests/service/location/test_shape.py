"""Samples of a probe that may be in somebody else's hands: nobody trips over them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from app.core.clock import now_ms
from app.core.signing import RefusedMessageError, given_key, seal
from app.engine.usability.types import Sample
from app.service.actor import Actor
from app.service.location.manage import create_location
from app.service.location.shape import is_well_shaped
from app.service.location.taken import taken_samples

GOOD = Sample(
    id=1, monitor_id=7, location="paris", due_ms=1, started_ms=1, status="down", reason="http_status",
    detail={"status": 500, "accepted": "200-299", "others": [2, 3]}, total_ms=12.5, dns_ms=None,
    connect_ms=1.0, tls_ms=None, first_byte_ms=2.0, transfer_ms=0.0, late_ms=0.2, lag_ms=0.1, http_status=500,
    address="192.0.2.1", facts={"tls": {"names": ["a"]}, "evidence": {"headers": ["Server: x"]}},
)  # fmt: skip


def test_what_a_probe_of_ours_sends_is_well_shaped() -> None:
    assert is_well_shaped(GOOD)
    assert is_well_shaped(replace(GOOD, status="up", reason=None, detail={}, facts={}, address=None))


def test_a_failure_that_led_to_another_is_told_with_it() -> None:
    first = {"host": "proxy.example", "timeout_ms": 1000}
    proxy = {"proxy": "proxy.example:3128", "error": "dns_failed", "first": first}
    detail = {"url": "https://id.example/", "error": "proxy_unreachable", "first": proxy}
    assert is_well_shaped(replace(GOOD, status="down", reason="token_unreachable", detail=detail))


@pytest.mark.parametrize(
    "odd",
    [
        {"status": "splendid"},
        {"status": ["up"]},
        {"reason": "x" * 1000},
        {"detail": "x"},
        {"detail": {"error": {"deep": 1}}},
        {"detail": {"first": {"error": {"deep": 1}}}},
        {"detail": {"first": {"first": {"first": {}}}}},
        {"detail": {"error": "x" * 100_000}},
        {"total_ms": "12"},
        {"total_ms": 1e300},
        {"late_ms": None},
        {"http_status": 10**12},
        {"address": "x" * 1000},
        {"facts": []},
        {"facts": {"tls": "x"}},
        {"facts": {"evidence": ["x"]}},
        {"facts": {"evidence": {"_traces": {}}}},
        {"facts": {"log": "x" * 1_000_000}},
    ],
)
def test_what_nobody_could_show_is_not(odd: dict[str, Any]) -> None:
    assert not is_well_shaped(replace(GOOD, **odd))


def test_a_location_that_sends_such_a_sample_is_refused(owner: Actor) -> None:
    _, key = create_location(owner, {"code": "paris"})
    good = replace(GOOD, due_ms=now_ms())
    for each, is_good in ((good, True), (replace(good, detail="x"), False)):  # type: ignore[arg-type]
        body = "\n" + orjson.dumps([each.to_wire()]).decode()
        message = seal(given_key(key), "record.samples", "paris", now_ms(), body)
        if is_good:
            assert taken_samples(message)[0] == [good]
        else:
            with pytest.raises(RefusedMessageError, match="malformed"):
                taken_samples(message)


def test_what_is_measured_by_a_clock_ahead_is_not_of_a_time_to_come(owner: Actor) -> None:
    _, key = create_location(owner, {"code": "paris"})
    present_ms = now_ms()
    ahead = replace(GOOD, due_ms=present_ms - 100, started_ms=present_ms + 240_000)
    message = seal(
        given_key(key),
        "record.samples",
        "paris",
        present_ms,
        "\n" + orjson.dumps([ahead.to_wire()]).decode(),
    )
    (sample,), _ = taken_samples(message)
    assert present_ms - 100 <= sample.started_ms <= now_ms()
