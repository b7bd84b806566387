"""Configurations read once and kept: reading one costs more than some checks do."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from app.engine.usability.types import Check

Config = TypeVar("Config")


class KeptConfigs(Generic[Config]):
    """Read configurations by monitor, compared with what they were read from; the oldest go first."""

    def __init__(self, read: Callable[[dict[str, Any]], Config], size: int = 20_000) -> None:
        self._read = read
        self._size = size
        self._kept: OrderedDict[int, tuple[dict[str, Any], Config]] = OrderedDict()

    def get(self, check: Check) -> Config:
        """Raises pydantic's ValidationError when the configuration is unusable."""
        kept = self._kept.get(check.monitor_id)
        if kept is not None and kept[0] == check.config:
            return kept[1]
        config = self._read(check.config)
        self._kept[check.monitor_id] = check.config, config
        self._kept.move_to_end(check.monitor_id)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return config
