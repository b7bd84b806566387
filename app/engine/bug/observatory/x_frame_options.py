"""X-Frame-Options, or frame-ancestors in its stead: may other sites show the page in a frame?"""

from __future__ import annotations

from app.engine.bug.observatory import csp
from app.engine.bug.observatory.seen import Seen
from app.engine.bug.observatory.words import known

NAME = "x-frame-options"


def judge(seen: Seen) -> str:
    policies = csp.look_at(seen).policies
    if policies is not None and "frame-ancestors" in policies.directives:
        return f"{NAME}-implemented-via-csp"
    option = known(seen.page.header(NAME), 1024)
    if option is None:
        return f"{NAME}-not-implemented"
    if option in ("deny", "sameorigin"):
        return f"{NAME}-sameorigin-or-deny"
    return f"{NAME}-{'allow-from-origin' if option.startswith('allow-from') else 'header-invalid'}"
