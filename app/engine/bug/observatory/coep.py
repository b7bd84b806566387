"""Cross-Origin-Embedder-Policy: does the page only embed what agrees to it?"""

from __future__ import annotations

from app.engine.bug.observatory.seen import Seen
from app.engine.bug.observatory.structured import policy_token
from app.engine.bug.observatory.words import trim

NAME = "cross-origin-embedder-policy"
_POLICIES = ("require-corp", "credentialless", "unsafe-none")


def judge(seen: Seen) -> str:
    header = seen.page.header(NAME)
    if not header:
        return "coep-not-implemented"
    policy = policy_token(trim(header[:1024]))
    return f"coep-implemented-with-{policy}" if policy in _POLICIES else "coep-header-invalid"
