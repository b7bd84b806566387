"""Blanks as ECMAScript sees them: what the tests' original trims and splits by."""

from __future__ import annotations

import re

BLANKS = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_RUN = re.compile(f"[{BLANKS}]+")


def trim(text: str) -> str:
    return text.strip(BLANKS)


def words(text: str) -> list[str]:
    """The text between runs of blanks; an empty text is one empty word."""
    return _RUN.split(trim(text))


def known(header: str | None, most: int = 256) -> str | None:
    """A header's value in the shape that is compared: cut, trimmed, lower case. None for nothing."""
    return trim(header[:most]).lower() if header else None
