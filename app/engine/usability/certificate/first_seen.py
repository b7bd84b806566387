"""What a probe process saw first of each monitor's target, to notice that it has changed."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Generic, TypeVar

from app.engine.usability.types import Check

Value = TypeVar("Value")


class FirstSeen(Generic[Value]):
    """Values by monitor, forgotten when its configuration is saved anew; the oldest go first."""

    def __init__(self, size: int = 20_000) -> None:
        self._size = size
        self._seen: OrderedDict[int, tuple[dict[str, Any], Value]] = OrderedDict()

    def compare(self, check: Check, value: Value) -> Value | None:
        """What was seen first, when that differs from the value; the first value is remembered.

        A check of no monitor (a try) is neither compared nor remembered.
        """
        if not check.monitor_id:
            return None
        known = self._seen.get(check.monitor_id)
        if known is not None and known[0] == check.config:
            return known[1] if known[1] != value else None
        self._seen[check.monitor_id] = check.config, value
        self._seen.move_to_end(check.monitor_id)
        if len(self._seen) > self._size:
            self._seen.popitem(last=False)
        return None
