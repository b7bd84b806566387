"""Lists of HTTP status codes as people write them."""

from __future__ import annotations

import re
from functools import lru_cache

_STATUS = re.compile(r"\s*([1-5][0-9]{2})\s*(?:-\s*([1-5][0-9]{2})\s*)?")


@lru_cache(maxsize=1000)
def read_status_list(text: str) -> frozenset[int]:
    """Codes of a list such as `200-299,401`. Raises ValueError with a sentence."""
    codes: set[int] = set()
    for part in text.split(","):
        match = _STATUS.fullmatch(part)
        if match is None:
            raise ValueError(f"{part.strip()!r} is no status code and no range such as 200-399.")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ValueError(f"The range {part.strip()} runs backwards.")
        codes.update(range(first, last + 1))
    return frozenset(codes)
