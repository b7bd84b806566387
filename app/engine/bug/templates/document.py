"""A template's YAML as plain texts, lists and mappings; bounded, and without aliases.

All scalars stay texts as they were written (`yes`, `007`, `1e3`): the format's own reader takes them so.
"""

from __future__ import annotations

from typing import Any

import yaml

from app.engine.bug.templates.types import RefusedError

MAX_BYTES = 512_000
MAX_NODES = 20_000
MAX_DEPTH = 30

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_document(data: bytes) -> dict[str, Any]:
    """Raises RefusedError: size, alias, yaml."""
    if len(data) > MAX_BYTES:
        raise RefusedError("size", f"{len(data)} bytes")
    try:
        _check(data)
        document = yaml.load(data, Loader=_LOADER)  # noqa: S506 – the base loader makes texts only
    except (yaml.YAMLError, UnicodeError, ValueError, RecursionError) as error:
        raise RefusedError("yaml", _line(error)) from None
    if not isinstance(document, dict):
        raise RefusedError("yaml", "no mapping")
    return document


def _check(data: bytes) -> None:
    """Depth and number of nodes, seen before anything is built."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(data, Loader=_LOADER)):
        if isinstance(event, yaml.AliasEvent):
            raise RefusedError("alias", str(event.anchor))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise RefusedError("size", "nested too deeply" if depth > MAX_DEPTH else "too many parts")


def _line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)
