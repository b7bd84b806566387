"""A mapping of a template, read field by field, so that what nobody has read can be named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.engine.bug.templates.types import RefusedError


class Fields:
    """`reason` is why a template is refused when a field is not as it should be."""

    def __init__(self, table: Any, reason: str = "field") -> None:
        if not isinstance(table, dict):
            raise RefusedError(reason, f"no mapping: {str(table)[:50]}")
        self._table = {str(name): value for name, value in table.items()}
        self._reason = reason
        self._read: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._table

    def names(self) -> Iterable[str]:
        return self._table

    def take(self, name: str) -> Any:
        self._read.add(name)
        return self._table.get(name)

    def text(self, name: str, default: str = "") -> str:
        value = self.take(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise RefusedError(self._reason, name)
        return value

    def word(self, name: str, default: str = "") -> str:
        return self.text(name, default).strip().lower() or default

    def flag(self, name: str, default: bool = False) -> bool:
        word = self.word(name)
        if word not in ("", "true", "false", "yes", "no", "on", "off"):
            raise RefusedError(self._reason, f"{name}: {word}")
        return word in ("true", "yes", "on") if word else default

    def number(self, name: str, default: int = 0) -> int:
        word = self.word(name)
        if not word:
            return default
        if not word.isdecimal() or len(word) > 12:
            raise RefusedError(self._reason, f"{name}: {word[:50]}")
        return int(word)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one text alone."""
        value = self.take(name)
        if value is None or value == "":
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise RefusedError(self._reason, name)
        return tuple(value)

    def tables(self, name: str) -> list[Any]:
        value = self.take(name)
        if value is None or value == "":
            return []
        if not isinstance(value, list):
            raise RefusedError(self._reason, name)
        return value

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        value = self.take(name)
        if value is None or value == "":
            return ()
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise RefusedError(self._reason, name)
        return tuple((str(key), item) for key, item in value.items())

    def ignore(self, *names: str) -> None:
        """Fields that are known and change nothing here."""
        self._read.update(names)

    def end(self) -> None:
        """Raises RefusedError, naming a field that nobody has read."""
        for name in self._table:
            if name not in self._read:
                raise RefusedError("field", name)
