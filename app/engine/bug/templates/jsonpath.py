"""The paths of jq that templates use: `.data.items[0]["name"]`, `.[]`, `?`, joined by `|`; no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.engine.bug.templates.types import RefusedError

_STEP = re.compile(
    r"""\.?(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)|"(?P<quoted>[^"\\]{1,200})"
    |\[\s*(?:(?P<index>-?\d{1,6})|"(?P<key>[^"\\]{1,200})"|'(?P<single>[^'\\]{1,200})'|(?P<all>\]))\s*\]?)\??""",
    re.X,
)
_MAX_VALUES = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """A key, an index, or every value (None)."""

    key: str | int | None


@dataclass(frozen=True, slots=True)
class JsonPath:
    steps: tuple[Step, ...]

    def find(self, value: Any) -> list[Any]:
        """What the path leads to; nothing where it leads nowhere."""
        found = [value]
        for step in self.steps:
            found = [each for item in found for each in _values(item, step.key)][:_MAX_VALUES]
        return [each for each in found if each is not None]


def _values(item: Any, key: str | int | None) -> Iterator[Any]:
    if key is None:
        if isinstance(item, dict):
            yield from item.values()
        elif isinstance(item, list):
            yield from item
    elif isinstance(key, str):
        if isinstance(item, dict) and key in item:
            yield item[key]
    elif isinstance(item, list) and -len(item) <= key < len(item):
        yield item[key]


def read_json_path(text: str) -> JsonPath:
    """Raises RefusedError: json."""
    steps: list[Step] = []
    for part in text.strip().split("|"):
        path = part.strip()
        if not path.startswith((".", "[")) and path:
            raise RefusedError("json", text)
        steps += _steps(path, text)
    return JsonPath(tuple(steps))


def _steps(path: str, text: str) -> Iterator[Step]:
    if path in ("", "."):
        return
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if (
            found is None
            or found.end() == at
            or (found["all"] is None and "[" in found[0] and "]" not in found[0])
        ):
            raise RefusedError("json", text)
        at = found.end()
        if found["index"] is not None:
            yield Step(int(found["index"]))
        elif found["all"] is not None:
            yield Step(None)
        else:
            yield Step(found["name"] or found["quoted"] or found["key"] or found["single"])
