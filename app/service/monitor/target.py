"""Stored secrets and where they go: whoever may point a monitor elsewhere must not have them sent there.

A secret that nobody can read on a page would otherwise be read by sending it to a server of one's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.engine.usability.registry import MonitorType
from app.service.monitor.config import MASK, Tree, secret_tree

PLACES = frozenset({"url", "token_url", "host", "port", "proxy", "connect_to"})
"""What types call the parts of where they connect to."""
AGAIN = "must be entered again, since the monitor would send it elsewhere"


def secrets_to_enter_again(
    kind: MonitorType, given: Mapping[str, Any], present: Mapping[str, Any]
) -> dict[str, str]:
    """The stored secrets that were left as they are while the target is another, by field, with why."""
    if not set(_destinations(present)) or set(_destinations(given)) <= set(_destinations(present)):
        return {}
    return {f"config.{path}": AGAIN for path in _left(given, secret_tree(kind), "")}


def _destinations(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _destinations(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _destinations(each, name)
    elif name in PLACES and value not in ("", None):
        yield name, _origin(str(value))


def _origin(text: str) -> str:
    """Of an address with a path only who is asked; anything else as it is."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else text


def _left(given: Any, tree: Tree | None, path: str) -> Iterator[str]:
    """The paths of secrets of which only the mask came back."""
    if tree is None:
        values = given.values() if isinstance(given, Mapping) else [given]
        if MASK in values:
            yield path
    elif isinstance(given, list):
        for place, each in enumerate(given):
            yield from _left(each, tree.get("*", {}), f"{path}.{place}")
    elif isinstance(given, Mapping):
        for name, each in given.items():
            if name in tree:
                yield from _left(each, tree[name], f"{path}.{name}" if path else name)
