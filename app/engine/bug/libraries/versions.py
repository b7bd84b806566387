"""Which version comes first, as retire.js says it (isAtOrAbove of lib/retire.js): no semantic versioning."""

from __future__ import annotations

import re

_DOT_OR_DASH = re.compile(r"[.\-]")
_NUMBER = re.compile(r"[0-9]+")


def is_at_or_above(version: str, other: str) -> bool:
    """Part by part: numbers by size, words by letters, a number above a word, a missing part as 0.

    So 1.9.0 is above 1.9.0b1 (0 against the word 0b1), and 3.0.0-rc1 is below 3.0.0.
    """
    ours, theirs = _DOT_OR_DASH.split(version), _DOT_OR_DASH.split(other)
    for number in range(max(len(ours), len(theirs))):
        left, right = _part(ours, number), _part(theirs, number)
        if isinstance(left, int) != isinstance(right, int):
            return isinstance(left, int)
        if left != right:
            return bool(left > right)  # type: ignore[operator]
    return True


def _part(parts: list[str], number: int) -> int | str:
    if number >= len(parts):
        return 0
    # Longer ones than any version has would cost time to convert.
    text = parts[number]
    return int(text) if _NUMBER.fullmatch(text) and len(text) <= 18 else text
