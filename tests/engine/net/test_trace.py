"""The path of packets, without privilege."""

from __future__ import annotations

import time

import pytest

from app.engine.net.guard import AddressRefusedError, AllowList
from app.engine.net.trace import Hop, _in_order, has_reached, trace

LOOPBACK = AllowList.of(["127.0.0.0/8", "::1/128"])


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_it_reaches_this_machine_in_one_hop(address: str) -> None:
    began = time.monotonic()
    hops = trace(address, LOOPBACK)
    assert [hop.address for hop in hops] == [address] and has_reached(hops, address)
    assert hops[0].ms is not None and hops[0].ms < 1000 and time.monotonic() - began < 2


def test_it_asks_the_guard_before_it_sends_anything() -> None:
    with pytest.raises(AddressRefusedError):
        trace("127.0.0.1", AllowList.nothing())


def test_what_did_not_answer_in_between_stays_a_gap() -> None:
    found = {1: Hop(1, "192.0.2.1", 1.0), 3: Hop(3, "192.0.2.3", 3.0)}
    assert _in_order(found, "192.0.2.9", 30) == [found[1], Hop(2), found[3]]


def test_it_ends_at_the_target_however_often_it_answered() -> None:
    found = {ttl: Hop(ttl, "192.0.2.9", 1.0) for ttl in range(2, 10)}
    hops = _in_order(found, "192.0.2.9", 30)
    assert hops == [Hop(1), found[2]] and has_reached(hops, "192.0.2.9")


def test_nobody_answering_gives_no_hops() -> None:
    assert _in_order({}, "192.0.2.9", 30) == [] and not has_reached([], "192.0.2.9")
