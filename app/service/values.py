"""Values that somebody has given, checked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.core.errors import InvalidError
from app.engine.tamper.visible import without_hiding

TAG = re.compile(r"[^\s,][^,]{0,49}\Z")
"""A site's tag."""
_MAPPED_BITS = 96
Kinds = Mapping[str, Callable[[Any], Any]]
"""By name: what makes a value the one to keep, or raises ValueError with what is wrong."""


def clean_values(values: Mapping[str, Any], kinds: Kinds) -> dict[str, Any]:
    """Those of `values` that have a kind, as they are kept. Raises InvalidError, naming each wrong one."""
    clean: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, kind in kinds.items():
        if name in values:
            try:
                clean[name] = kind(values[name])
            except ValueError as error:
                wrong[name] = str(error)
    if wrong:
        raise InvalidError(wrong)
    return clean


def plain_name(text: str) -> str:
    """A name as it is kept: without characters that hide or turn what stands around them, or outer space."""
    return without_hiding(text).strip()


def one_of(words: Collection[str]) -> Callable[[Any], str]:
    """A kind of value that is one of these words."""

    def take(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be one of: {', '.join(words)}")
        return str(value)

    return take


def clean_network(text: str) -> str:
    """A network or an address as it is kept; one of IPv4 that came as IPv6 (::ffff:…) is one of IPv4.

    No caller's address is ever in that form, so it would fit nobody. ValueError for what is neither.
    """
    network = ipaddress.ip_network(text.strip())
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= _MAPPED_BITS:
        network = ipaddress.ip_network((mapped, network.prefixlen - _MAPPED_BITS))
    return str(network)
