"""Cross-origin resource sharing: may any site read with the visitor's cookies?"""

from __future__ import annotations

from app.engine.bug.observatory.seen import Seen
from app.engine.bug.observatory.words import known

NAME = "cross-origin-resource-sharing"


def judge(seen: Seen) -> str:
    if seen.cors is None:
        return f"{NAME}-not-implemented"
    allowed = seen.cors.header("access-control-allow-origin")
    if not allowed:
        return f"{NAME}-not-implemented"
    if known(allowed) == "*":
        return f"{NAME}-implemented-with-public-access"
    if allowed == seen.cors_origin and known(seen.cors.header("access-control-allow-credentials")) == "true":
        return f"{NAME}-implemented-with-universal-access"
    return f"{NAME}-implemented-with-restricted-access"
