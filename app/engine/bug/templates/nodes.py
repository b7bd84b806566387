"""What a read expression consists of, and how each part comes to its value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from app.engine.bug.templates.patterns import compile_pattern
from app.engine.bug.templates.texts import MOST, to_string
from app.engine.bug.templates.types import RefusedError


class ExpressionError(Exception):
    """An expression has no value here: a variable is missing, or kinds do not fit. `missing` is its name."""

    def __init__(self, text: str, missing: str = "") -> None:
        super().__init__(text)
        self.missing = missing


@dataclass(slots=True)
class Scope:
    """What an expression may see. `now` is in unix seconds; `random` is seeded by who runs the template."""

    values: Mapping[str, Any]
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 – never for secrets
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language. `most` is None for any number of arguments."""

    name: str
    least: int
    most: int | None
    call: Callable[..., Any]
    sees_scope: bool = False


class Node:
    """A part of a read expression."""

    def value(self, scope: Scope) -> Any:
        """Raises ExpressionError."""
        raise NotImplementedError

    def parts(self) -> tuple[Node, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Literal(Node):
    content: Any

    def value(self, scope: Scope) -> Any:
        return self.content


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str

    def value(self, scope: Scope) -> Any:
        try:
            return scope.values[self.name]
        except KeyError:
            raise ExpressionError(f"no {self.name}", self.name) from None


@dataclass(frozen=True, slots=True)
class Items(Node):
    items: tuple[Node, ...]

    def value(self, scope: Scope) -> Any:
        return [item.value(scope) for item in self.items]

    def parts(self) -> tuple[Node, ...]:
        return self.items


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Function
    arguments: tuple[Node, ...]

    def value(self, scope: Scope) -> Any:
        values = [argument.value(scope) for argument in self.arguments]
        try:
            if self.function.sees_scope:
                return self.function.call(scope, *values)
            return self.function.call(*values)
        except (ArithmeticError, ValueError, TypeError, LookupError, OSError, RefusedError) as error:
            raise ExpressionError(f"{self.function.name}: {error}") from None

    def parts(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True)
class Unary(Node):
    operator: str
    operand: Node

    def value(self, scope: Scope) -> Any:
        value = self.operand.value(scope)
        if self.operator == "!":
            return not _bool(value)
        if self.operator == "~":
            return float(~int(_number(value)))
        return -_number(value) if self.operator == "-" else _number(value)

    def parts(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Ternary(Node):
    condition: Node
    chosen: Node
    other: Node

    def value(self, scope: Scope) -> Any:
        return (self.chosen if _bool(self.condition.value(scope)) else self.other).value(scope)

    def parts(self) -> tuple[Node, ...]:
        return (self.condition, self.chosen, self.other)


@dataclass(frozen=True, slots=True)
class Binary(Node):
    operator: str
    left: Node
    right: Node

    def value(self, scope: Scope) -> Any:
        left = self.left.value(scope)
        if self.operator == "&&":
            return _bool(left) and _bool(self.right.value(scope))
        if self.operator == "||":
            return _bool(left) or _bool(self.right.value(scope))
        if self.operator == "??":
            return left if left is not None else self.right.value(scope)
        try:
            return _OPERATIONS[self.operator](left, self.right.value(scope))
        except (ArithmeticError, ValueError, TypeError, RefusedError) as error:
            raise ExpressionError(f"{self.operator}: {error}") from None

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ExpressionError("logic takes booleans")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError("a number is needed")
    return float(value)


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def _comparable(left: Any, right: Any) -> tuple[Any, Any]:
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    return _number(left), _number(right)


def _sum(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return (to_string(left) + to_string(right))[:MOST]
    return _number(left) + _number(right)


def _power(left: Any, right: Any) -> float:
    return math.pow(_number(left), _number(right))


def _in(left: Any, right: Any) -> bool:
    items = right if isinstance(right, list | tuple) else [right]
    return any(_equal(left, item) for item in items)


def _matches(left: Any, right: Any) -> bool:
    return compile_pattern(to_string(right)).is_in(to_string(left))


def _shift(left: Any, right: Any) -> float:
    distance = int(_number(right))
    if not -64 <= distance <= 64:
        raise ExpressionError("a shift too far")
    value = int(_number(left))
    return float(value << distance if distance >= 0 else value >> -distance)


_OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": lambda left, right: (pair := _comparable(left, right))[0] < pair[1],
    ">": lambda left, right: (pair := _comparable(left, right))[0] > pair[1],
    "<=": lambda left, right: (pair := _comparable(left, right))[0] <= pair[1],
    ">=": lambda left, right: (pair := _comparable(left, right))[0] >= pair[1],
    "=~": _matches,
    "!~": lambda left, right: not _matches(left, right),
    "in": _in,
    "+": _sum,
    "-": lambda left, right: _number(left) - _number(right),
    "*": lambda left, right: _number(left) * _number(right),
    "/": lambda left, right: _number(left) / _number(right),
    "%": lambda left, right: math.fmod(_number(left), _number(right)),
    "**": _power,
    "&": lambda left, right: float(int(_number(left)) & int(_number(right))),
    "|": lambda left, right: float(int(_number(left)) | int(_number(right))),
    "^": lambda left, right: float(int(_number(left)) ^ int(_number(right))),
    "<<": _shift,
    ">>": lambda left, right: _shift(left, -_number(right)),
}
