"""X-Content-Type-Options: do browsers keep from guessing what a file is?"""

from __future__ import annotations

from app.engine.bug.observatory.seen import Seen
from app.engine.bug.observatory.words import known

NAME = "x-content-type-options"


def judge(seen: Seen) -> str:
    option = known(seen.page.header(NAME))
    if option is None:
        return f"{NAME}-not-implemented"
    return f"{NAME}-{'nosniff' if option == 'nosniff' else 'header-invalid'}"
