"""What to fetch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.tamper.types import PLAIN

MAX_BODY = 5_000_000


@dataclass(frozen=True, slots=True)
class Want:
    """One page through one view.

    `timeout_ms` is for all hops together, `max_bytes` bounds the decompressed body, `allow` are networks that
    may be contacted although they are not public, `headers` win over the view's and stay at the first origin.
    `is_part` means a file of a page: it may share its siblings' connections, as in a browser, and no
    certificate is told of it.
    """

    url: str
    view: str = PLAIN
    timeout_ms: int = 20_000
    max_bytes: int = MAX_BODY
    allow: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    is_part: bool = False
