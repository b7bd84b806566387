"""Regular expressions of templates: they are Go's, so RE2 itself reads them, in time linear in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from app.engine.bug.templates.texts import MOST, to_bytes, to_text
from app.engine.bug.templates.types import RefusedError

MAX_PATTERN = 10_000
MAX_FOUND = 200
"""Occurrences that are looked at."""


@dataclass(frozen=True, slots=True)
class Pattern:
    source: str
    compiled: Any

    def is_in(self, text: str) -> bool:
        return self.compiled.search(to_bytes(text[:MOST])) is not None

    def find(self, text: str, group: int = 0) -> Iterator[str]:
        """What the group holds at each occurrence; nothing where there is no such group."""
        if group > self.compiled.groups:
            return
        for count, found in enumerate(self.compiled.finditer(to_bytes(text[:MOST])), 1):
            if found.group(group) is not None:
                yield to_text(found.group(group))
            if count >= MAX_FOUND:
                return

    def replace(self, text: str, replacement: str) -> str:
        """Go's ReplaceAllString: `$1` and `${name}` in the replacement stand for groups."""
        parts: list[bytes] = []
        data, end = to_bytes(text[:MOST]), 0
        for found in self.compiled.finditer(data):
            parts += (data[end : found.start()], to_bytes(_expanded(replacement, found)))
            end = found.end()
        return to_text(b"".join([*parts, data[end:]]))[:MOST]


@lru_cache(maxsize=2_000)
def compile_pattern(source: str) -> Pattern:
    """Raises RefusedError for what RE2 does not read (look-around, back references) or finds too large."""
    if len(source) > MAX_PATTERN:
        raise RefusedError("regex", source)
    options = re2.Options()
    options.log_errors = False
    try:
        return Pattern(source, re2.compile(to_bytes(source), options))
    except re2.error:
        raise RefusedError("regex", source) from None


_reference = re2.compile(r"\$(?:(\d+)|\{(\w+)\}|(\w+)|(\$))")


def _expanded(replacement: str, found: Any) -> str:
    def group(reference: Any) -> str:
        if reference.group(4):
            return "$"
        name = reference.group(1) or reference.group(2) or reference.group(3)
        try:
            return to_text(found.group(int(name) if name.isdigit() else to_bytes(name)) or b"")
        except (IndexError, KeyError, re2.error):
            return ""

    return str(_reference.sub(group, replacement)) if "$" in replacement else replacement
