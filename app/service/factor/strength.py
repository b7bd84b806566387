"""What a sign-in service says about how somebody logged in there (RFC 8176 `amr`; `acr`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KNOWN = frozenset({"pwd", "pin", "kba"})
HELD = frozenset({"otp", "sms", "tel", "hwk", "swk", "sc", "pop"})
BEING = frozenset({"fpt", "face", "iris", "retina", "vbm"})
STRONG_CONTEXTS = frozenset(
    {
        "phr",
        "phrh",
        "https://refeds.org/profile/mfa",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
    }
)
"""What `acr` says that is defined to be more than one factor: OpenID EAP ACR Values 1.0, REFEDS MFA, PAPE."""


def shows_factors(claims: Mapping[str, Any]) -> bool | None:
    """Whether an ID token says that two factors were shown; None when it says nothing that has a meaning.

    One kind of proof is one factor, however many times it was asked for.
    """
    context = claims.get("acr")
    if isinstance(context, str) and context in STRONG_CONTEXTS:
        return True
    methods = claims.get("amr")
    if not isinstance(methods, list) or not all(isinstance(each, str) for each in methods) or not methods:
        return None
    if "mfa" in methods:
        return True
    return sum(not kind.isdisjoint(methods) for kind in (KNOWN, HELD, BEING)) > 1
