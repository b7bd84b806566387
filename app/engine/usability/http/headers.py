"""Headers of HTTP as people type them into a configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

# RFC 9110, 5.6.2; longer names are nobody's.
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]{0,4000}")


def check_headers(headers: Mapping[str, str], where: str, is_reserved: Callable[[str], bool]) -> None:
    """Raises ValueError with a sentence if they cannot be sent; `is_reserved` gets a name in lower case."""
    for name, value in headers.items():
        if not TOKEN.fullmatch(name) or is_reserved(name.lower()):
            raise ValueError(f"{name[:60]!r} cannot be used as a {where}.")
        if not _VALUE.fullmatch(value):
            raise ValueError(f"The value of {name} contains a control character or is too long.")
