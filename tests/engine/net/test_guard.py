"""Which addresses are refused, as tables."""

from __future__ import annotations

import pytest

from app.engine.net.guard import AddressRefusedError, AllowList, check_address


@pytest.mark.parametrize(
    ("ip", "why"),
    [
        ("0.0.0.0", "unspecified"),
        ("10.255.0.1", "private"),
        ("100.64.0.1", "shared (carrier-grade NAT)"),
        ("100.100.100.200", "shared (carrier-grade NAT)"),
        ("127.8.9.1", "loopback"),
        ("168.63.129.16", "cloud metadata"),
        ("169.254.169.254", "link-local"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("198.19.0.1", "reserved"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::7f00:1", "reserved"),
        ("::ffff:127.0.0.1", "an IPv4 address in disguise"),
        ("::ffff:8.8.8.8", "an IPv4 address in disguise"),
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("64:ff9b:1::1", "private"),
        ("2001:0:1::", "a Teredo tunnel"),
        ("2001:db8::1", "reserved"),
        ("2002:7f00:1::", "a 6to4 tunnel"),
        ("fd00:ec2::254", "private"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("ff02::1", "multicast"),
        ("4000::1", "reserved"),
        ("example.com", "not an IP address"),
        ("127.1", "not an IP address"),
    ],
)
def test_it_refuses_what_is_not_public(ip: str, why: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        check_address(ip, AllowList.nothing())
    assert (caught.value.ip, caught.value.why) == (ip, why)


@pytest.mark.parametrize(
    "ip", ["8.8.8.8", "172.32.0.1", "100.128.0.1", "223.255.255.255", "2606:4700::1", "64:ff9b::808:808"]
)
def test_it_lets_public_addresses_pass(ip: str) -> None:
    check_address(ip, AllowList.nothing())


@pytest.mark.parametrize("ip", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fd12::1"])
def test_an_allow_list_opens_its_networks(ip: str) -> None:
    check_address(ip, AllowList.of(["10.1.0.0/16", "fd12::/16"]))


def test_an_allow_list_opens_nothing_else() -> None:
    with pytest.raises(AddressRefusedError):
        check_address("10.2.0.1", AllowList.of(["10.1.0.0/16"]))


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_everything_may_be_allowed(ip: str) -> None:
    check_address(ip, AllowList.everything())


def test_an_unreadable_network_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="not an ip"):
        AllowList.of(["not an ip/8"])
