"""Whose is a host? The registrable domain decides, by the Public Suffix List (https://publicsuffix.org)."""

from __future__ import annotations

import ipaddress
import re
from functools import cache, lru_cache
from urllib.parse import urljoin, urlsplit

from publicsuffixlist import PublicSuffixList

_SPACE = re.compile(r"[\t\n\r]+")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=20_000)
def site_of(host: str) -> str:
    """`img.shop.example.co.uk` → `example.co.uk`; an address, or a name without a dot, is its own site."""
    host = host.strip("[]").rstrip(".").lower()
    if not host or host.replace(".", "").isdigit() or ":" in host:
        return host
    return str(_suffixes().privatesuffix(host) or host)


@lru_cache(maxsize=20_000)
def is_address(host: str) -> bool:
    """Whether the host is an IP address, also in the shapes browsers accept (`0x7f.1`, `2130706433`)."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        parts = host.lower().split(".")
        return bool(host) and all(re.fullmatch(r"0x[0-9a-f]+|\d+", part) for part in parts)
    return True


@lru_cache(maxsize=20_000)
def resolve(base: str, reference: str) -> str:
    """An absolute URL as a browser would make it: blanks around and line ends within are dropped, backslashes
    of special schemes are slashes. What is no URL at all comes back as it was."""
    reference = _SPACE.sub("", reference.strip(" \t\n\r\f\0"))
    if reference[:11].lower() != "javascript:" and reference[:5].lower() != "data:":
        reference = reference.replace("\\", "/")
        reference = re.sub(r"^(https?:)/*(?=[^/])", r"\1//", reference, flags=re.I)
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


@lru_cache(maxsize=20_000)
def host_of(url: str) -> str:
    """The host of an absolute http(s), ws(s) or ftp URL in lower case, else an empty string."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if len(host) > 253 or parts.scheme.lower() not in ("http", "https", "ws", "wss", "ftp"):
        return ""
    try:
        return host.encode("ascii").decode() if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


@lru_cache(maxsize=20_000)
def path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
