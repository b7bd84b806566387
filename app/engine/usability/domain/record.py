"""What is known of a registered domain, however it was learned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_NOT_A_LETTER = re.compile(r"[^a-z]")


@dataclass(frozen=True, slots=True)
class Record:
    """Times are unix ms, None when the registry does not tell. `statuses` are EPP's words (RFC 5731), as
    `clientHold`, in lower case without blanks; `source` is who told."""

    source: str
    expires_ms: int | None = None
    registered_ms: int | None = None
    changed_ms: int | None = None
    registrar: str = ""
    statuses: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    is_signed: bool | None = None


class NotRegisteredError(Exception):
    """The registry knows no such domain. `source` is who said so."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source


class UnreadableError(Exception):
    """What came is no answer of a registry; the message says why, in few words."""


def status_word(text: str) -> str:
    """`clientHold https://icann.org/epp#clientHold`, `client hold` and `CLIENT_HOLD` as `clienthold`."""
    text = text.partition("http")[0].partition("(")[0]
    return _NOT_A_LETTER.sub("", text.lower())[:40]


def short(value: Any, limit: int = 200) -> str:
    """A text of a registry on one line; empty for what is no text."""
    return " ".join(value.split())[:limit] if isinstance(value, str) else ""
