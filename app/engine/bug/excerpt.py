"""A few words of an answer that prove a find, with the secrets in them masked."""

from __future__ import annotations

import re

from app.engine.bug.mask import mask_headers, mask_secret

MAX_EXCERPT = 280
_VALUES = re.compile(
    r"(?i)([\w.-]{0,40}(?:passw|pwd|secret|token|api_?key|access_?key|private_?key|auth|credential|dsn|salt)"
    r"[\w.-]{0,40}[\"']?(?:[ \t]{0,4}(?:=>|[:=,])[ \t]{0,4}(?:\{[ \t]{0,4}\"value\"[ \t]{0,4}:[ \t]{0,4})?"
    r"|(?:[ \t]{0,3}</?t[dhr][^<>]{0,60}>){1,4}[ \t]{0,3})[\"']?)([^\s\"'<>,;{]{1,400})"
)
_IN_URL = re.compile(r"(://[^\s:/@]{0,80}:)([^\s/@]{1,200})(?=@)")
_HASH = re.compile(r"\$(?:apr1|1|2[aby]|5|6|argon2\w{0,2}|P)\$[^\s:\"']{4,200}|\{SHA\}\S{4,60}")
_KEY_BLOCK = re.compile(r"(?<=KEY-----)[A-Za-z0-9+/=\s\\]{1,4000}")
_CONTROL = re.compile(r"[^\S ]+|[\x00-\x1f\x7f]")


def excerpt(text: str, start: int = 0, end: int = 0) -> str:
    """The line or two around a place of a text, on one line, at most `MAX_EXCERPT` characters."""
    first = max(text.rfind("\n", 0, start) + 1, start - 60)
    last = text.find("\n", end)
    piece = text[first : min(last if last >= 0 else len(text), end + 160)]
    return " ".join(_CONTROL.sub(" ", masked(piece)).split())[:MAX_EXCERPT]


def masked(text: str) -> str:
    """The text with values of whatever is named like a secret, passwords in addresses, hashes and private
    keys masked."""
    text = _KEY_BLOCK.sub("…", mask_headers(text))
    text = _HASH.sub(lambda found: mask_secret(found[0]), text)
    text = _IN_URL.sub(lambda found: found[1] + mask_secret(found[2]), text)
    return _VALUES.sub(lambda found: found[1] + mask_secret(found[2]), text)
