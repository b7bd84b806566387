"""Strings that keep every byte: what is no UTF-8 is carried as lone surrogates, so that hashes stay right."""

from __future__ import annotations

from typing import Any

MOST = 1_000_000
"""Characters of any value that an expression makes."""


def to_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def to_bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def clean(text: str, most: int = 300) -> str:
    """Fit to be shown and stored: no lone surrogates, no NUL, at most so many characters."""
    return to_bytes(text[:most]).decode("utf-8", "replace").replace("\0", "�")[:most]


def to_string(value: Any) -> str:
    """A value as Go's templates print it: `true`, `7`, `1.5`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, list | tuple):
        return "[" + " ".join(map(to_string, value)) + "]"
    return "" if value is None else str(value)
