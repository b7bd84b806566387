"""Where the functions of the language are written down, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.engine.bug.templates.nodes import Function

FUNCTIONS: dict[str, Function] = {}
Body = Callable[..., Any]


def function(
    *names: str, least: int = 1, most: int | None = 1, scope: bool = False
) -> Callable[[Body], Body]:
    """The decorated function under these names, with so many arguments (`most` None: any number)."""

    def add(body: Body) -> Body:
        for name in names:
            FUNCTIONS[name] = Function(name, least, most, body, scope)
        return body

    return add
