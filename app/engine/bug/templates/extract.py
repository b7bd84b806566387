"""What extractors take from an answer: texts, each once, in their order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from app.engine.bug.templates.expression import read_expression
from app.engine.bug.templates.nodes import ExpressionError, Scope
from app.engine.bug.templates.placeholders import fill
from app.engine.bug.templates.texts import MOST, to_bytes, to_string
from app.engine.bug.templates.types import Extractor, RefusedError
from app.engine.bug.templates.xpath import select

_MOST_VALUES = 100
_MOST_LENGTH = 20_000


def extract(extractor: Extractor, scope: Scope) -> list[str]:
    values: dict[str, None] = {}
    for value in _values(extractor, scope):
        if value:
            values[value[:_MOST_LENGTH]] = None
        if len(values) >= _MOST_VALUES:
            break
    return list(values)


def _values(extractor: Extractor, scope: Scope) -> Iterator[str]:
    if extractor.kind == "kval":
        for name in extractor.values:
            yield to_string(scope.values.get(name.lower().replace("-", "_"), ""))
        return
    if extractor.kind == "dsl":
        for expression in extractor.values:
            yield _computed(expression, scope)
        return
    if extractor.part in scope.values:
        yield from _from_text(extractor, to_string(scope.values[extractor.part]))


def _from_text(extractor: Extractor, text: str) -> Iterator[str]:
    for value in extractor.values:
        if extractor.kind == "regex":
            yield from value.find(text, extractor.group)
        elif extractor.kind == "xpath":
            yield from select(value, text, extractor.attribute)
        else:
            for found in value.find(_json(text)):
                yield found if isinstance(found, str) else json.dumps(found, separators=(",", ":"))


@lru_cache(maxsize=2)
def _json(text: str) -> Any:
    if len(text) > MOST:
        return None
    try:
        return json.loads(to_bytes(text))
    except (ValueError, RecursionError):
        return None


def _computed(expression: str, scope: Scope) -> str:
    try:
        return to_string(read_expression(fill(expression, scope, keeps=True)).value(scope))
    except (ExpressionError, RefusedError):
        return ""
