"""Expressions of templates (`status_code == 200 && contains(body, "x")`): an own reader, nothing is run.

Grammar and precedence are govaluate's: `? :` and `??`, `||`, `&&`, comparisons with `=~`, `!~` and `in`,
bits, shifts, sums, products, powers, signs. As there, a backslash in a string stands for the very character
after it, equality of different kinds is false, and logic takes booleans only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from app.engine.bug.templates.functions import FUNCTIONS
from app.engine.bug.templates.nodes import Binary, Call, Items, Literal, Name, Node, Ternary, Unary
from app.engine.bug.templates.types import RefusedError

MAX_EXPRESSION = 10_000
MAX_DEPTH = 30
MAX_OPERATORS = 300

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![A-Za-z_])
    | (?P<string>"|')
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<bracket>\[[^\[\]"']{1,100}\])
    | (?P<sign>&&|\|\||==|!=|<=|>=|=~|!~|<<|>>|\?\?|\*\*|[-+*/%<>!(),?:&|^~])
    | (?P<end>\Z))""",
    re.X,
)


def read_expression(text: str) -> Node:
    """Raises RefusedError: `function` for unknown functions, `expression` for what cannot be read."""
    node = _read(text)
    if isinstance(node, RefusedError):
        raise RefusedError(node.reason, node.what)
    return node


@lru_cache(maxsize=4_000)
def _read(text: str) -> Node | RefusedError:
    try:
        return _Reader(text).whole()
    except RefusedError as error:
        return error


def names_in(node: Node) -> frozenset[str]:
    """The variables that the expression looks at."""
    own = frozenset((node.name,)) if isinstance(node, Name) else frozenset()
    return own.union(*(names_in(part) for part in node.parts()))


def is_literal(node: Node) -> bool:
    """Whether it names neither a variable nor a function: `7*7`."""
    return not isinstance(node, Name | Call) and all(is_literal(part) for part in node.parts())


_BINDING: Mapping[str, int] = {
    "??": 1, "?": 1, "||": 2, "&&": 3,
    "==": 4, "!=": 4, "<": 4, ">": 4, "<=": 4, ">=": 4, "=~": 4, "!~": 4, "in": 4,
    "&": 5, "|": 5, "^": 5, "<<": 6, ">>": 6, "+": 7, "-": 7, "*": 8, "/": 8, "%": 8, "**": 9,
}  # fmt: skip


class _Reader:
    """Operator precedence: each level takes what binds at least as tightly."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_EXPRESSION:
            raise RefusedError("expression", text)
        self._text = text
        self._at = 0
        self._depth = self._operators = 0
        self._kind = self._token = ""
        self._advance()

    def whole(self) -> Node:
        node = self._binary(0)
        if self._kind != "end":
            raise self._unreadable()
        return node

    def _unreadable(self) -> RefusedError:
        return RefusedError("expression", self._text)

    def _advance(self) -> None:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            raise self._unreadable()
        self._kind = str(found.lastgroup)
        self._token = found[self._kind]
        self._at = found.end()
        if self._kind == "string":
            self._token = self._string(self._token)

    def _string(self, quote: str) -> str:
        parts, at, text = [], self._at, self._text
        while at < len(text) and text[at] != quote:
            if text[at] == "\\":
                at += 1
            parts.append(text[at : at + 1])
            at += 1
        if at >= len(text):
            raise self._unreadable()
        self._at = at + 1
        return "".join(parts)

    def _is(self, sign: str) -> bool:
        return self._kind == "sign" and self._token == sign

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise self._unreadable()
        self._advance()

    def _operator(self) -> str:
        is_word = self._kind == "name" and self._token == "in"
        return self._token if self._kind == "sign" or is_word else ""

    def _binary(self, least: int) -> Node:
        left = self._prefix()
        while (operator := self._operator()) and (binding := _BINDING.get(operator, 0)) and binding >= least:
            self._advance()
            self._operators += 1
            if self._operators > MAX_OPERATORS:
                raise self._unreadable()
            if operator == "?":
                chosen = self._binary(1)
                self._expect(":")
                left = Ternary(left, chosen, self._binary(1))
            else:
                left = Binary(operator, left, self._binary(binding if operator == "**" else binding + 1))
        return left

    def _prefix(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._unreadable()
        try:
            if self._kind == "sign" and self._token in ("!", "-", "+", "~"):
                operator = self._token
                self._advance()
                return Unary(operator, self._prefix())
            return self._primary()
        finally:
            self._depth -= 1

    def _primary(self) -> Node:
        kind, token = self._kind, self._token
        self._advance()
        if kind == "number":
            return Literal(float(int(token, 16)) if token.startswith("0x") else float(token))
        if kind == "string":
            return Literal(token)
        if kind == "bracket":
            return Name(token[1:-1].strip())
        if kind == "name":
            return self._named(token)
        if kind == "sign" and token == "(":
            items = self._items()
            return items[0] if len(items) == 1 else Items(items)
        raise self._unreadable()

    def _named(self, name: str) -> Node:
        if name in ("true", "false"):
            return Literal(name == "true")
        if not self._is("("):
            return Name(name)
        self._advance()
        return _call_of(name, self._items())

    def _items(self) -> tuple[Node, ...]:
        """Comma-separated, up to and with the closing parenthesis."""
        items: list[Node] = []
        while not self._is(")"):
            items.append(self._binary(0))
            if not self._is(")"):
                self._expect(",")
        self._advance()
        return tuple(items)


def _call_of(name: str, arguments: tuple[Node, ...]) -> Call:
    function = FUNCTIONS.get(name)
    if function is None:
        raise RefusedError("function", name)
    count = len(arguments)
    if count < function.least or (function.most is not None and count > function.most):
        raise RefusedError("function", f"{name} with {count} arguments")
    return Call(function, arguments)
