"""Functions that answer yes or no."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.engine.bug.templates.functions.registry import function
from app.engine.bug.templates.patterns import compile_pattern
from app.engine.bug.templates.texts import to_string


def _has(whole: Any, part: Any) -> bool:
    if isinstance(whole, list | tuple):
        return any(to_string(item) == to_string(part) for item in whole)
    return to_string(part) in to_string(whole)


@function("contains", least=2, most=2)
def contains(whole: Any, part: Any) -> bool:
    return _has(whole, part)


@function("contains_all", least=2, most=None)
def contains_all(whole: Any, *parts: Any) -> bool:
    return all(_has(whole, part) for part in parts)


@function("contains_any", least=2, most=None)
def contains_any(whole: Any, *parts: Any) -> bool:
    return any(_has(whole, part) for part in parts)


@function("starts_with", least=2, most=None)
def starts_with(whole: Any, *parts: Any) -> bool:
    return to_string(whole).startswith(tuple(map(to_string, parts)))


@function("ends_with", least=2, most=None)
def ends_with(whole: Any, *parts: Any) -> bool:
    return to_string(whole).endswith(tuple(map(to_string, parts)))


@function("line_starts_with", least=2, most=None)
def line_starts_with(whole: Any, *parts: Any) -> bool:
    return any(line.startswith(tuple(map(to_string, parts))) for line in to_string(whole).split("\n"))


@function("line_ends_with", least=2, most=None)
def line_ends_with(whole: Any, *parts: Any) -> bool:
    return any(line.endswith(tuple(map(to_string, parts))) for line in to_string(whole).split("\n"))


@function("equals_any", least=2, most=None)
def equals_any(whole: Any, *others: Any) -> bool:
    return any(to_string(whole) == to_string(other) for other in others)


@function("regex", least=2, most=2)
def regex(pattern: Any, text: Any) -> bool:
    return compile_pattern(to_string(pattern)).is_in(to_string(text))


@function("regex_all", least=2, most=None)
def regex_all(text: Any, *patterns: Any) -> bool:
    return all(compile_pattern(each).is_in(to_string(text)) for each in _flat(patterns))


@function("regex_any", least=2, most=None)
def regex_any(text: Any, *patterns: Any) -> bool:
    return any(compile_pattern(each).is_in(to_string(text)) for each in _flat(patterns))


def _flat(values: tuple[Any, ...]) -> Iterator[str]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from map(to_string, value)
        else:
            yield to_string(value)


_VERSION = re.compile(
    r"\s*v?(\d{1,9}(?:\.\d{1,9}){0,9})(?:-?([0-9A-Za-z.~-]{1,60}))?(?:\+[0-9A-Za-z.-]{1,60})?\s*"
)
_BOUND = re.compile(r"\s*(>=|<=|=>|=<|!=|==|=|>|<|~>|~|\^)?\s*(\S{1,80})\s*")
_Version = tuple[tuple[int, ...], tuple[int, tuple[tuple[int, int, str], ...]]]


@function("compare_versions", least=2, most=None)
def compare_versions(version: Any, *bounds: Any) -> bool:
    """Whether the version is within all bounds, such as `">= 1.2", "< 2.0"`; commas may join bounds too."""
    given = _version(to_string(version))
    parts = [part for bound in _flat(bounds) for part in bound.split(",") if part.strip()]
    return bool(parts) and all(_is_within(given, part) for part in parts)


def _version(text: str) -> _Version:
    """Numbers filled with zeros, then a pre-release, which is before none (semver 2.0.0, §11)."""
    found = _VERSION.fullmatch(text[:200])
    if found is None:
        raise ValueError(f"no version: {text[:50]}")
    numbers = tuple(map(int, found[1].split(".")))
    words = tuple(
        (0, int(word), "") if word.isdigit() else (1, 0, word) for word in (found[2] or "").split(".") if word
    )
    return numbers + (0,) * (10 - len(numbers)), (0 if words else 1, words)


def _is_within(given: _Version, bound: str) -> bool:
    found = _BOUND.fullmatch(bound)
    if found is None:
        raise ValueError(f"no bound: {bound[:50]}")
    operator, other = found[1] or "=", _version(found[2])
    if operator in ("=", "=="):
        return given == other
    if operator == "!=":
        return given != other
    return _may_compare(given, other) and _is_in_order(given, operator, other, found[2].count("."))


def _may_compare(given: _Version, other: _Version) -> bool:
    """A pre-release lies within bounds of pre-releases of the same release only, as in Go's go-version."""
    is_pre, is_bound_pre = not given[1][0], not other[1][0]
    return not is_pre or (is_bound_pre and given[0] == other[0])


def _is_in_order(given: _Version, operator: str, other: _Version, dots: int) -> bool:
    if operator in ("~", "~>"):
        length = max(1, dots)
        return given >= other and given[0][:length] == other[0][:length]
    if operator == "^":
        return given >= other and given[0][:1] == other[0][:1]
    if operator in (">", "<"):
        return given > other if operator == ">" else given < other
    return given >= other if ">" in operator else given <= other
