"""What may stand in a cell, whoever wrote it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

MAX_CELL = 32_000
"""Characters. A cell of XLSX holds 32,767."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a formula begins for one spreadsheet or another; some take the wide forms for the narrow ones."""
# What XML 1.0 cannot hold; the pair of a surrogate may not stand alone either.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def plain(value: Any) -> Any:
    """A value as a cell holds it: numbers and truth as they are, moments in UTC, all else as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return _CONTROL.sub("", str(value))[:MAX_CELL]


def harmless(value: Any) -> Any:
    """For CSV: a text that a spreadsheet would take for a formula gets an apostrophe before it (CWE-1236)."""
    made = plain(value)
    return f"'{made}" if isinstance(made, str) and _is_formula(made) else made


def as_typed(text: str) -> str:
    """What a cell said before `harmless` was at it."""
    return text[1:] if text.startswith("'") and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Would a spreadsheet calculate it? So said, too, of what has apostrophes of its own before it: that
    one more was put there can be seen only if it always is.
    """
    return text.lstrip("'").startswith(_FORMULA)
