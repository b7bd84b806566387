"""How often a regular expression repeats things by number: what compiles it writes some of that out."""

from __future__ import annotations

import re

_COUNT = re.compile(r"\{(\d*)(?:,(\d*))?\}")
# Comments and blanks may stand between a thing and its number without meaning anything. Escapes and sets are
# things, whatever brackets they hold.
_SMALL = re.compile(r"(\(\?#[^)]*\)|\s)|\\.|\[\^?\]?(?:\[:[\w^]*:\]|\\.|[^\]\\])*\]")
# Version 1 has sets within sets.
_VERSION_1 = re.compile(r"\(\?[\w-]*V1")
TOO_MUCH = 1 << 62


def written_out(expression: str) -> int:
    """How many characters, sets and escapes it is when every {number} is written out; rather too many."""
    if _VERSION_1.search(expression):
        return TOO_MUCH
    expression = _SMALL.sub(lambda found: "" if found[1] else "e", expression)
    groups, last, place = [0], 0, 0
    while place < len(expression):
        char = expression[place]
        count = _COUNT.match(expression, place)
        place = count.end() if count is not None else place + 1
        if count is not None:
            times = max(int(count[1] or 0), int(count[2] or 0), 1)
            groups[-1] += last * (times - 1)
            last *= times
        elif char == "(":
            groups.append(0)
        elif char == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        else:
            groups[-1] += 1
            last = 1
    return sum(groups)
