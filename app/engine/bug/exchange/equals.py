"""Results of other tools that are certainly what a rule of ours means, so that one life cycle holds both.

What only resembles a rule stays the other tool's own: a finding that our scans cannot see again would be
called fixed by them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.engine.bug.exchange.imported import Imported
from app.engine.bug.reading.cookies import SetCookie
from app.engine.net.urls import host_of

_SCRIPT_URL = re.compile(r"""<script[^>]{0,500}?\bsrc\s{0,5}=\s{0,5}["']?(https?://[^\s"'>]{1,500})""", re.I)


@dataclass(frozen=True, slots=True)
class Ours:
    """A rule of ours, what it is about, and the values of its texts."""

    rule: str
    parameter: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def header_rule(rule: str, header: str) -> Ours:
    return Ours(f"headers.{rule}", header)


MISSING = {
    "content-security-policy": header_rule("missing-csp", "Content-Security-Policy"),
    "strict-transport-security": header_rule("missing-hsts", "Strict-Transport-Security"),
    "x-content-type-options": header_rule("missing-x-content-type-options", "X-Content-Type-Options"),
    "referrer-policy": header_rule("missing-referrer-policy", "Referrer-Policy"),
    "permissions-policy": header_rule("missing-permissions-policy", "Permissions-Policy"),
    "cross-origin-resource-policy": header_rule("missing-corp", "Cross-Origin-Resource-Policy"),
    "cross-origin-opener-policy": header_rule("missing-coop", "Cross-Origin-Opener-Policy"),
    "cross-origin-embedder-policy": header_rule("missing-coep", "Cross-Origin-Embedder-Policy"),
}
"""By the missing header. X-Frame-Options is not among them: a policy's frame-ancestors may do its work."""


def cookie_rule(fault: str, name: str) -> Ours | None:
    """`fault` is without-secure, without-httponly or without-samesite; a session's cookie weighs more."""
    if not name:
        return None
    is_session = SetCookie(name, "").is_session_like
    if fault == "without-httponly" and not is_session:
        return None
    rule = fault if is_session else f"{fault}-minor"
    return Ours(f"cookies.{rule}", name, {"cookie": name})


def script_rule(markup: str) -> Ours | None:
    """A script element of a foreign host without integrity."""
    found = _SCRIPT_URL.search(markup)
    host = host_of(found[1]) if found is not None else ""
    return Ours("headers.missing-sri", host, {"host": host}) if host else None


def as_ours(item: Imported, ours: Ours | None) -> Imported:
    """The result as a place of our rule; as it is when there is none."""
    if ours is None:
        return item
    return replace(item, rule=ours.rule, parameter=ours.parameter, method="GET", values=ours.values)
