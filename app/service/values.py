"""Values that somebody has given, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.core.errors import InvalidError

Kinds = Mapping[str, Callable[[Any], Any]]
"""By name: what makes a value the one to keep, or raises ValueError with what is wrong."""


def clean_values(values: Mapping[str, Any], kinds: Kinds) -> dict[str, Any]:
    """Those of `values` that have a kind, as they are kept. Raises InvalidError, naming each wrong one."""
    clean: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, kind in kinds.items():
        if name in values:
            try:
                clean[name] = kind(values[name])
            except ValueError as error:
                wrong[name] = str(error)
    if wrong:
        raise InvalidError(wrong)
    return clean
