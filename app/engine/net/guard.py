"""Which addresses may be spoken to: the guard against server-side request forgery.

An address is refused unless it is ordinary public unicast, or an allow-list of the organization names it.
The lists follow the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and updates). They are
written out because `ipaddress.is_global` differs between patch releases of Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from app.engine.net.target import Target, TargetError, parse_target

__all__ = [
    "AddressRefusedError",
    "AllowList",
    "Target",
    "TargetError",
    "check_address",
    "is_permitted",
    "parse_target",
]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class AddressRefusedError(Exception):
    """The address must not be contacted. `why` is a word such as "private" or "loopback"."""

    def __init__(self, ip: str, why: str) -> None:
        super().__init__(f"The address {ip} is {why} and is not on the allow-list.")
        self.ip = ip
        self.why = why


@dataclass(frozen=True, eq=False)
class AllowList:
    """Networks (CIDR or single addresses) that may be contacted although they are not public.

    Compared by identity, so that looking a judgement up is cheap; `of` gives equal lists as one.
    Raises ValueError when a network cannot be read.
    """

    networks: tuple[str, ...] = ()

    @classmethod
    def nothing(cls) -> AllowList:
        return _NOTHING

    @classmethod
    def everything(cls) -> AllowList:
        return _EVERYTHING

    @classmethod
    def of(cls, networks: Iterable[str]) -> AllowList:
        return _allow_list(tuple(networks))

    @cached_property
    def parsed(self) -> tuple[Network, ...]:
        return tuple(ip_network(each, strict=False) for each in self.networks)

    def __post_init__(self) -> None:
        _ = self.parsed

    def has(self, address: Address) -> bool:
        return any(address in network for network in self.parsed)


@lru_cache(maxsize=1000)
def _allow_list(networks: tuple[str, ...]) -> AllowList:
    return AllowList(networks)


_NOTHING = AllowList()
_EVERYTHING = AllowList(("0.0.0.0/0", "::/0"))

_SPECIAL_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared (carrier-grade NAT)"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "reserved"),
        ("198.51.100.0/24", "reserved"),
        ("203.0.113.0/24", "reserved"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        # A public address that answers only inside Azure, with the machine's own secrets.
        ("168.63.129.16/32", "cloud metadata"),
    )
)

_SPECIAL_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "an IPv4 address in disguise"),
        ("64:ff9b:1::/48", "private"),
        ("2001::/32", "a Teredo tunnel"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "reserved"),
        ("2002::/16", "a 6to4 tunnel"),
        ("3fff::/20", "reserved"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_V6 = IPv6Network("2000::/3")


def check_address(ip: str, allow: AllowList) -> None:
    """Return if the address may be contacted. Raises AddressRefusedError if not (or if it is no address)."""
    why = _why_refused(ip, allow)
    if why is not None:
        raise AddressRefusedError(ip, why)


def is_permitted(ip: str, allow: AllowList) -> bool:
    """The same as an answer, for those who only choose among addresses."""
    return _why_refused(ip, allow) is None


@lru_cache(maxsize=20_000)
def _why_refused(ip: str, allow: AllowList) -> str | None:
    try:
        address = ip_address(ip)
    except ValueError:
        return "not an IP address"
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return "link-local"
    if allow.has(address):
        return None
    if isinstance(address, IPv4Address):
        return _why_special_v4(address)
    return _why_special_v6(address, allow)


def _why_special_v4(address: IPv4Address) -> str | None:
    return next((why for network, why in _SPECIAL_V4 if address in network), None)


def _why_special_v6(address: IPv6Address, allow: AllowList) -> str | None:
    if address.ipv4_mapped is not None and allow.has(address.ipv4_mapped):
        return None
    if address in _NAT64:
        # An IPv6-only network reaches the IPv4 Internet this way, so the address inside decides.
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
        return None if allow.has(inner) else _why_special_v4(inner)
    for network, why in _SPECIAL_V6:
        if address in network:
            return why
    return None if address in _GLOBAL_V6 else "reserved"
