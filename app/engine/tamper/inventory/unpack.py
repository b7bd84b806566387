"""What is written in a script by other means: joined, escaped, reversed, base64 and character-code strings.

Nothing is run.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote

_MAX_DECODED = 200_000
_SPLIT = re.compile(r"""["'`]\s*\+\s*["'`]""")
_LISTED = re.compile(r"""["'`]\s*,\s*["'`]""")
_HEX = re.compile(r"\\x([0-9a-fA-F]{2})|\\u\{?([0-9a-fA-F]{4})\}?|%u([0-9a-fA-F]{4})")
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_CODES = re.compile(r"(?:\b(?:0x[0-9a-f]{1,4}|\d{2,5})\s*,\s*){5,}(?:0x[0-9a-f]{1,4}|\d{2,5})\b", re.I)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_QUOTED64 = re.compile(r"""["'`]([A-Za-z0-9+/]{12,}={0,2})["'`]""")


def layers_of(text: str) -> list[str]:
    """The text, then what is written in it: 1. split strings joined, 2. escapes undone, 3. numbers as
    characters, 4. base64; twice over."""
    layers = [text]
    current = text
    for _ in range(2):
        found = list(_decoded(current))
        joined = _SPLIT.sub("", current)
        if joined != current:
            found.append(joined)
        if not found:
            break
        current = "\n".join(found)[:_MAX_DECODED]
        layers.append(current)
    return layers


def _decoded(text: str) -> list[str]:
    found: list[str] = []
    if "\\x" in text or "\\u" in text or "%u" in text:
        plain = _HEX.sub(_from_hex, text)
        found.append(_SPLIT.sub("", plain))
    if "\\1" in text or "\\0" in text:
        plain = _OCTAL.sub(lambda match: chr(int(match[1], 8)), text)
        if plain != text:
            found.append(plain)
    if text.count("%") > 5:
        found.append(unquote(text))
    if text.count(",") > 5:
        found.extend(_from_codes(match.group()) for match in _CODES.finditer(text))
        if ".join" in text or "reverse" in text:
            found.append(_LISTED.sub("", text))
    if "reverse" in text:
        found.append(text[::-1])
    if "atob" in text or "base64" in text or "decode" in text or "Buffer" in text or "eval" in text:
        found.extend(_unbase64(match.group()) for match in _BASE64.finditer(_SPLIT.sub("", text)))
    else:
        found.extend(_unbase64(match[1]) for match in _QUOTED64.finditer(text))
    return [each for each in found if each]


def _from_hex(match: re.Match[str]) -> str:
    code = int(match[1] or match[2] or match[3], 16)
    return chr(code) if not 0xD800 <= code < 0xE000 else ""


def _from_codes(text: str) -> str:
    """`104,116,116,112` → `http`; also with one number added to or taken from each, when that gives a URL."""
    codes = [
        int(part, 16 if part.strip().lower().startswith("0x") else 10) for part in text.split(",")[:20_000]
    ]
    plain = "".join(chr(code) if 9 <= code < 0xD800 else " " for code in codes)
    if "http" in plain or "//" in plain or "<" in plain:
        return plain
    for first in ("http", "//", "<s", "<i", "var", "doc", "win"):
        shift = codes[0] - ord(first[0])
        if shift and all(codes[i] - shift == ord(char) for i, char in enumerate(first) if i < len(codes)):
            return "".join(chr(code - shift) if 9 <= code - shift < 0xD800 else " " for code in codes)
    return plain if sum(32 <= code < 127 for code in codes) > 0.9 * len(codes) else ""


def _unbase64(text: str) -> str:
    """The decoded text when it is text, else nothing."""
    text = text.replace("-", "+").replace("_", "/").rstrip("=")
    if len(text) > 200_000:
        text = text[:200_000]
    try:
        raw = base64.b64decode(
            text[: len(text) - (len(text) % 4 == 1)] + "=" * (-len(text) % 4), validate=True
        )
    except (binascii.Error, ValueError):
        return ""
    printable = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in raw[:200])
    return raw.decode("latin-1") if printable >= 0.95 * min(len(raw), 200) else ""
