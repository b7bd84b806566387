"""Evidence without the secret: enough to know it by, too little to use it."""

from __future__ import annotations

import re

_HEADERS = re.compile(
    r"(?im)^((?:set-)?cookie|authorization|proxy-authorization|x-api-key|x-auth-token)(:\s*)(.+)$"
)
_COOKIE_VALUE = re.compile(r"(?<![^;\s])([^=;\s]+)=([^;\s]*)")
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite"})
_SHOWN = 4


def mask_secret(secret: str) -> str:
    """`AKIAIOSFODNN7EXAMPLE` → `AKIA…MPLE (20 characters)`; short ones show nothing but their length."""
    if len(secret) < 4 * _SHOWN:
        return f"… ({len(secret)} characters)"
    return f"{secret[:_SHOWN]}…{secret[-_SHOWN:]} ({len(secret)} characters)"


def mask_headers(text: str) -> str:
    """Header lines with the values of cookies and credentials masked, names and attributes kept."""
    return _HEADERS.sub(_masked_line, text)


def _masked_line(found: re.Match[str]) -> str:
    name, colon, value = found.groups()
    if "cookie" not in name.lower():
        return f"{name}{colon}{mask_secret(value)}"
    return name + colon + _COOKIE_VALUE.sub(_masked_cookie, value)


def _masked_cookie(found: re.Match[str]) -> str:
    name, value = found.groups()
    if name.lower() in _ATTRIBUTES or not value:
        return found[0]
    return f"{name}={mask_secret(value)}"
