"""Texts with `{{placeholders}}`: names and expressions between double braces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.templates.expression import is_literal, names_in, read_expression
from app.engine.bug.templates.nodes import ExpressionError, Name, Node, Scope
from app.engine.bug.templates.texts import MOST, to_string
from app.engine.bug.templates.types import RefusedError

_NAME = re.compile(r"\s*([A-Za-z_][\w-]*)\s*")
_MARKED = re.compile(r"§\s*([A-Za-z_][\w-]{0,100})\s*§")
_MAX_INNER = 3
_TRIES = 4


class UnresolvedError(Exception):
    """A placeholder has no value. `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def fill(text: str, scope: Scope, *, keeps: bool = False) -> str:
    """The text with its placeholders' values, which are not looked into again.

    `keeps`: what has no value stays as it stands. Raises UnresolvedError otherwise.
    """
    text = _MARKED.sub(r"{{\1}}", text) if "§" in text else text
    return _filled(text, scope, keeps, 0) if "{{" in text else text


def _filled(text: str, scope: Scope, keeps: bool, depth: int) -> str:
    parts: list[str] = []
    at, size = 0, 0
    while (start := text.find("{{", at)) >= 0:
        parts.append(text[at:start])
        value, at = _value_at(text, start, scope, keeps, depth)
        parts.append(value)
        size += len(value)
        if size > MOST:
            raise UnresolvedError("too long")
    return "".join([*parts, text[at:]])


def _value_at(text: str, start: int, scope: Scope, keeps: bool, depth: int) -> tuple[str, int]:
    """What stands for the placeholder at `start`, and where the text goes on."""
    for end in _ends(text, start):
        content = text[start + 2 : end]
        named = _NAME.fullmatch(content)
        if named and named[1] in scope.values:
            return to_string(scope.values[named[1]]), end + 2
        try:
            inner = _filled(content, scope, keeps, depth + 1) if depth < _MAX_INNER else content
            node = Name(named[1]) if named else read_expression(inner)
        except RefusedError:
            continue
        if is_literal(node):
            break
        try:
            return to_string(node.value(scope)), end + 2
        except ExpressionError as error:
            if not keeps:
                raise UnresolvedError(error.missing or content) from None
            break
    return "{{", start + 2


def _ends(text: str, start: int) -> Iterator[int]:
    """Where the placeholder may end: first at the `}}` that closes what was opened, then at later ones."""
    end = text.find("}}", start + 2)
    for _ in range(text.count("{{", start + 2, max(end, start + 2))):
        end = text.find("}}", end + 2)
        if end < 0:
            return
    for _ in range(_TRIES):
        if end < 0:
            return
        yield end
        end = text.find("}}", end + 1)


def placeholders(text: str) -> Iterator[tuple[str, Node | RefusedError]]:
    """Each placeholder as it stands, and what it reads as, to judge a text before it is used.

    What is within other placeholders comes first. Texts between braces that are no expression at all (such as
    those of another templating language) come as the RefusedError `expression`.
    """
    text = _MARKED.sub(r"{{\1}}", text) if "§" in text else text
    yield from _placeholders(text, 0)


def _placeholders(text: str, depth: int) -> Iterator[tuple[str, Node | RefusedError]]:
    at = 0
    while (start := text.find("{{", at)) >= 0:
        at = start + 2
        refused: tuple[str, Node | RefusedError] | None = None
        for end in _ends(text, start):
            content = text[start + 2 : end]
            if depth < _MAX_INNER and "{{" in content:
                yield from _placeholders(content, depth + 1)
                content = content.replace("{{", "").replace("}}", "")
            node = _read(content)
            if not isinstance(node, RefusedError) or node.reason == "function":
                yield content, node
                at, refused = end + 2, None
                break
            refused = refused or (content, node)
        if refused is not None:
            yield refused


def _read(content: str) -> Node | RefusedError:
    named = _NAME.fullmatch(content)
    if named:
        return Name(named[1])
    try:
        return read_expression(content)
    except RefusedError as error:
        return error


def unknown_name(node: Node, known: frozenset[str]) -> str:
    """A variable of the expression that is not known, empty when all are."""
    return "" if is_literal(node) else min(names_in(node) - known, default="")
