"""Referrer-Policy: do other sites learn which page a visitor comes from?"""

from __future__ import annotations

from app.engine.bug.observatory.seen import Seen
from app.engine.bug.observatory.words import trim

NAME = "referrer-policy"
PRIVATE = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
UNSAFE = ("origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade")


def judge(seen: Seen) -> str:
    """The last policy that is known counts, and a meta element comes after the header."""
    given = [value for value in (seen.page.header(NAME), seen.meta_referrer) if value is not None]
    if not given:
        return "referrer-policy-not-implemented"
    policies = [trim(policy).lower() for policy in ", ".join(given).split(",")]
    known = [policy for policy in policies if policy in PRIVATE or policy in UNSAFE]
    if not known:
        return "referrer-policy-header-invalid"
    return "referrer-policy-private" if known[-1] in PRIVATE else "referrer-policy-unsafe"
