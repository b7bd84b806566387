"""Cross-Origin-Opener-Policy: is the page cut off from windows of other sites?"""

from __future__ import annotations

from app.engine.bug.observatory.seen import Seen
from app.engine.bug.observatory.structured import policy_token
from app.engine.bug.observatory.words import trim

NAME = "cross-origin-opener-policy"
_POLICIES = ("same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none")


def judge(seen: Seen) -> str:
    header = seen.page.header(NAME)
    if not header:
        return "coop-not-implemented"
    policy = policy_token(trim(header[:1024]))
    return f"coop-implemented-with-{policy}" if policy in _POLICIES else "coop-header-invalid"
