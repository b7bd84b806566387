"""Who answered, as far as it can be told: certificate, its issuer, host key. Another one is worth a line.

A renewed certificate is no failure, and yet what one wants to know when something else fails a minute later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PATHS: dict[str, tuple[str, ...]] = {
    "certificate": ("tls", "fingerprint"),
    "issuer": ("tls", "issuer"),
    "host_key": ("host_key",),
}


@dataclass(frozen=True, slots=True)
class Change:
    """`name` is "certificate", "issuer" or "host_key"."""

    name: str
    before: str
    after: str


def changes(before: str | None, after: Mapping[str, Any]) -> list[Change]:
    """What differs between the facts of the last sample that had any (JSON, as stored) and those of this one.

    Mostly nothing does, so the stored text is read only when a value of now does not occur in it. A value
    that one side lacks is no change: the handshake may have failed.
    """
    if not before:
        return []
    now = {name: value for name, path in _PATHS.items() if (value := _at(after, path))}
    if all(value in before for value in now.values()):
        return []
    known: dict[str, Any] = json.loads(before)
    then = {name: _at(known, path) for name, path in _PATHS.items()}
    return [Change(name, was, value) for name, value in now.items() if (was := then[name]) and was != value]


def _at(facts: Mapping[str, Any], path: tuple[str, ...]) -> str | None:
    value: Any = facts
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else None
