"""Who may set a cookie for whom, and which hosts are one site: by the Public Suffix List."""

from __future__ import annotations

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

from app.engine.net.urls import is_address

_SPECIAL = ("local", "example", "invalid", "localhost", "test")
_ALONE = ("localhost", "invalid")


@cache
def _registries() -> PublicSuffixList:
    """Suffixes of registries only: two customers of one hoster are one site."""
    return PublicSuffixList(only_icann=True)


@cache
def _all_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=5_000)
def registered_domain(host: str) -> str | None:
    """`cdn.shop.example.co.uk` → `example.co.uk`; None for addresses, names without a dot, and suffixes."""
    host = host.strip("[]").rstrip(".").lower()
    if not host or ":" in host or is_address(host):
        return None
    return _registries().privatesuffix(host) or None


def may_hold_cookies(domain: str) -> bool:
    """Whether cookies may be set for all of a domain: not for a public suffix (RFC 6265 §5.3 step 5)."""
    labels = domain.split(".")
    if labels[-1] in _SPECIAL:
        return len(labels) > 1 or labels[0] in _ALONE
    return not is_address(domain) and bool(_all_suffixes().privatesuffix(domain))


def is_within(host: str, domain: str) -> bool:
    """Whether a cookie of that domain is sent to the host (RFC 6265 §5.1.3)."""
    return host == domain or (host.endswith("." + domain) and not is_address(host))
