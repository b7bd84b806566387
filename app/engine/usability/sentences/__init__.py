"""The sentences of every reason, one file a subject: `REASONS: {key: {"en", "zh"}}`, found by itself."""

from __future__ import annotations

import importlib
import pkgutil


def gathered() -> dict[str, dict[str, str]]:
    """All reasons together. Raises ValueError when two files name the same one."""
    found: dict[str, dict[str, str]] = {}
    for module in pkgutil.iter_modules(__path__):
        reasons: dict[str, dict[str, str]] = importlib.import_module(f"{__name__}.{module.name}").REASONS
        twice = found.keys() & reasons.keys()
        if twice:
            raise ValueError(f"two files of reasons name {sorted(twice)}")
        found |= reasons
    return found
