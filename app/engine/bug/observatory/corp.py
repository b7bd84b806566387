"""Cross-Origin-Resource-Policy: may other sites load what is here?"""

from __future__ import annotations

from app.engine.bug.observatory.seen import Seen
from app.engine.bug.observatory.words import known

NAME = "cross-origin-resource-policy"


def judge(seen: Seen) -> str:
    policy = known(seen.page.header(NAME))
    if not policy:
        return "corp-not-implemented"
    if policy in ("same-site", "same-origin", "cross-origin"):
        return f"corp-implemented-with-{policy}"
    return "corp-header-invalid"
