"""Leaving secrets out of what is written down: by the name of a field, and by how text around them looks.

Every pattern is linear in the length of the text: log lines carry what strangers sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

MASK = "***"
DEEPEST = 6

_WORD = (
    r"(?:authorization|cookie|passw(?:or)?d|passphrase|secret|token|signature|(?:api|access|private)[_-]?key)"
)
_NAMES_A_SECRET = re.compile(_WORD, re.IGNORECASE)

# After a name: quotes that end it (escaped ones too), a sign, blanks.
_SIGN = r"[\\\"']{0,4}[ \t]{0,8}[=:][ \t]{0,8}"
# A value in quotes, up to the same quotes or, when the text was cut, its end.
_QUOTED = r"(?P<quote>\\{0,4}[\"'])(?:(?!(?P=quote))(?:\\.|.))*(?:(?P=quote)|\Z)"
_SCHEME = r"(?:(?:bearer|basic|digest|jwt)[ \t]{1,8})?"

# A header has blanks and semicolons in its value: it goes up to the end of the line or of the quotes.
_HEADER = r"(?:authorization|cookie)[\\\"']{0,4}[ \t]{0,8}:[ \t]{0,8}[\\\"']{0,4}"

_PATTERNS = (
    (re.compile(rf"(?i)({_HEADER})[^\r\n\"']+"), rf"\1{MASK}"),
    (re.compile(rf"(?is)({_WORD}[\w-]{{0,64}}{_SIGN})(?:{_QUOTED}|{_SCHEME}[^\s&\"']+)"), rf"\1{MASK}"),
    (re.compile(r"(?i)\b(bearer|basic|jwt)[ \t]{1,8}[\w.~+/=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"(?i)([?&](?:key|sig|sign|code|auth|pass|pwd)=)[^\s&\"'#]+"), rf"\1{MASK}"),
    # The user goes too: many services take a token in the user's place.
    (re.compile(r"://[^\s/?#\"'<>]*@"), rf"://{MASK}@"),
)

_BEFORE_A_SECRET = frozenset("=: \t")
"""Each pattern asks for one of these, so that a text without any has nothing to leave out."""


def redact(text: str) -> str:
    """The text without passwords, tokens, cookies and keys."""
    if _BEFORE_A_SECRET.isdisjoint(text):
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


@lru_cache(maxsize=1000)
def _names_a_secret(name: str) -> bool:
    return _NAMES_A_SECRET.search(name) is not None


def redact_field(name: str, value: Any, depth: int = DEEPEST) -> Any:
    """A field's value, masked when its name says that it is a secret; what it holds goes by its own names."""
    if _names_a_secret(name):
        return MASK
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth and isinstance(value, Mapping):
        return {str(key): redact_field(str(key), each, depth - 1) for key, each in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [redact_field("", each, depth - 1) for each in value]
    return redact(str(value))
