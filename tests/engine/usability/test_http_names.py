"""HTTP checks of names: failing lookups, several addresses, and names that lead where they must not."""

from __future__ import annotations

import dns.rcode
import pytest

from app.engine.net.resolver import Answer, Resolver
from tests.engine.conftest import Probe
from tests.engine.targets import NameServer, Target, reply


def test_it_measures_the_lookup_and_connects_to_the_answer(probe: Probe) -> None:
    with Target(reply()) as target, NameServer({"site.test": ("127.0.0.1",)}) as names:
        sample = probe(target.url(host="site.test"), dns_servers=(names.address,))
        assert f"Host: site.test:{target.port}".encode() in target.requests[0]
    assert (sample.status, sample.address) == ("up", "127.0.0.1")
    assert sample.dns_ms is not None
    assert sample.dns_ms > 0.1


def test_a_missing_name_is_down(probe: Probe) -> None:
    with NameServer({}) as names:
        sample = probe("http://gone.test/", dns_servers=(names.address,))
    assert (sample.status, sample.reason, sample.detail["host"]) == ("down", "dns_not_found", "gone.test")


def test_a_broken_zone_is_down(probe: Probe) -> None:
    with NameServer({}) as names:
        names.rcode = dns.rcode.SERVFAIL
        sample = probe("http://site.test/", dns_servers=(names.address,))
    assert (sample.status, sample.reason) == ("down", "dns_failed")


def test_a_silent_name_server_ends_with_the_time(probe: Probe) -> None:
    with NameServer({}) as names:
        names.is_silent = True
        sample = probe("http://site.test/", timeout_ms=1200, dns_servers=(names.address,))
    assert (sample.status, sample.reason) == ("unknown", "probe_no_dns")
    assert sample.total_ms is not None
    assert sample.total_ms < 2000


def test_a_name_that_alone_gets_no_answer_is_down(probe: Probe) -> None:
    with NameServer({}) as names:
        names.ignores.add("site.test")
        sample = probe("http://site.test/", timeout_ms=1200, dns_servers=(names.address,))
    assert (sample.status, sample.reason) == ("down", "dns_timeout")


def test_the_next_address_is_tried_when_the_first_is_dead(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A name server may answer in any order, so the order is given here.
    found = Answer(("127.0.0.9", "127.0.0.1"), ttl=1.0)
    monkeypatch.setattr(Resolver, "cached", lambda *_: found)
    with Target(reply()) as target:
        sample = probe(target.url(host="site.test"))
    assert (sample.status, sample.address) == ("up", "127.0.0.1")
    assert sample.facts["unreached"] == ["127.0.0.9"]


def test_only_permitted_addresses_of_a_name_are_tried(probe: Probe) -> None:
    zone = {"site.test": ("127.0.0.9", "127.0.0.1")}
    with Target(reply()) as target, NameServer(zone) as names:
        url = target.url(host="site.test")
        sample = probe(url, allow=("127.0.0.1",), dns_servers=(names.address,))
    assert sample.status == "up"
    assert "unreached" not in sample.facts


@pytest.mark.parametrize("address", ["10.0.0.1", "::ffff:169.254.169.254", "fd00::1"])
def test_a_name_that_leads_inside_is_refused(probe: Probe, address: str) -> None:
    with NameServer({"site.test": (address,)}) as names:
        sample = probe("http://site.test/", dns_servers=(names.address,))
    assert (sample.status, sample.reason) == ("down", "address_refused")


def test_the_family_can_be_chosen(probe: Probe) -> None:
    zone = {"site.test": ("127.0.0.1", "::1")}
    with Target(reply(), host="::1") as target, NameServer(zone) as names:
        sample = probe(target.url(host="site.test"), ip_version="6", dns_servers=(names.address,))
    assert (sample.status, sample.address) == ("up", "::1")
