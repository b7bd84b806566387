"""Whom tries are counted for, where they are counted by address."""

from __future__ import annotations

import ipaddress

PREFIX = 64


def asker(ip: str) -> str:
    """An IPv4 address itself; of an IPv6 address its /64.

    A /64 is the least that one line gets (RFC 6177), and its owner may ask from any address in it.
    """
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), PREFIX), strict=False))
