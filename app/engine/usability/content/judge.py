"""Does an answer hold what the assertions say? Pure: an answer and lines in, what does not hold out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from app.engine.usability.content.answer import Answer
from app.engine.usability.content.assertions import Assertion
from app.engine.usability.content.patterns import (
    Finder,
    UnjudgedError,
    UnreadableError,
    compiled_css,
    compiled_json_path,
    compiled_regex,
    compiled_xpath,
)
from app.engine.usability.content.status_list import read_status_list
from app.engine.usability.http.body import BodyUnreadableError
from app.engine.usability.types import Status

PATHS: dict[str, Callable[[str], Finder]] = {
    "json": compiled_json_path,
    "xpath": compiled_xpath,
    "css": compiled_css,
}
_MAX_SHOWN = 160
# For all lines together: other checks wait meanwhile. One look at one value has its own, shorter bound.
_MAX_SECONDS = 0.3
_BODY_KINDS = frozenset({"body", *PATHS})
_NUMBERS: dict[str, Callable[[Answer], float | None]] = {
    "time": lambda answer: round(answer.took_ms, 1),
    "size": lambda answer: answer.size,
    "certificate": lambda answer: answer.days_left,
    "redirects": lambda answer: answer.redirects,
}


@dataclass(frozen=True, slots=True)
class Miss:
    """An assertion that does not hold. `number` counts from 1."""

    number: int
    status: Status
    reason: str
    detail: dict[str, Any]


def wants_body(assertions: Sequence[Assertion]) -> bool:
    return any(each.kind in _BODY_KINDS for each in assertions)


def wants_headers(assertions: Sequence[Assertion]) -> bool:
    return any(each.kind == "header" for each in assertions)


def judged(assertions: Sequence[Assertion], answer: Answer) -> list[Miss]:
    """What does not hold, the gravest first: down, then what could not be judged, then degraded."""
    until = monotonic() + _MAX_SECONDS
    misses = [
        miss
        for number, each in enumerate(assertions, 1)
        if (miss := _judged(number, each, answer, until)) is not None
    ]
    return sorted(misses, key=lambda miss: _GRAVITY[miss.status])


_GRAVITY: dict[Status, int] = {"down": 0, "unknown": 1, "degraded": 2, "up": 3}


def _judged(number: int, line: Assertion, answer: Answer, until: float) -> Miss | None:
    try:
        _check_time(until)
        found = _fault(line, answer, until)
    except BodyUnreadableError as error:
        return Miss(number, line.otherwise, "body_unreadable", {"error": str(error)})
    except UnjudgedError as error:
        target = (line.target or line.value)[:_MAX_SHOWN]
        return Miss(number, "unknown", "assertion_unjudged", {"target": target, "error": str(error)})
    except UnreadableError as error:
        return Miss(
            number, line.otherwise, "content_unreadable", {"target": line.target, "error": str(error)}
        )
    if found is None:
        return None
    reason, detail = found
    return Miss(number, line.otherwise, reason, detail)


_Fault = tuple[str, dict[str, Any]]


def _check_time(until: float) -> None:
    if monotonic() > until:
        raise UnjudgedError("looking through the answer took too long")


def _fault(line: Assertion, answer: Answer, until: float) -> _Fault | None:
    if line.kind == "status":
        is_in = answer.status in read_status_list(line.value)
        if is_in == (line.comparison == "equals"):
            return None
        if line.comparison == "equals":
            return "http_status", {"status": answer.status, "accepted": line.value}
        return "http_status_refused", {"status": answer.status}
    if line.kind == "size" and answer.is_cut and answer.size <= float(line.value):
        raise UnjudgedError("the answer is longer than what is read of it")
    if line.kind in _NUMBERS:
        return _number_fault(line, _NUMBERS[line.kind](answer))
    if line.kind == "header":
        value = answer.header(line.target)
        return _value_fault(line, [] if value is None else [value], until)
    if line.kind == "body":
        return _value_fault(line, [answer.text], until)
    if line.kind == "url":
        return _value_fault(line, [answer.url], until)
    text = answer.text if line.kind == "json" else answer.markup
    return _value_fault(line, PATHS[line.kind](line.target)(text), until)


def _number_fault(line: Assertion, value: float | None) -> _Fault | None:
    if value is None:
        return None  # Without TLS there is no certificate that could end.
    if holds(line.comparison, value, line.value):
        return None
    names = {"time": "too_slow", "certificate": "certificate_ends"}
    reason = names.get(line.kind, f"{line.kind}_{line.comparison}")
    return reason, {"got": value, "expected": line.value}


def _value_fault(line: Assertion, values: list[Any], until: float) -> _Fault | None:
    """Every value that was found has to hold; where none was found, only "is not there" does."""
    detail: dict[str, Any] = {"target": line.target, "expected": line.value[:_MAX_SHOWN]}
    if line.comparison == "absent":
        return (f"{line.kind}_unwanted", detail | {"got": as_text(values[0])}) if values else None
    if not values:
        is_negative = line.comparison.startswith("not_")
        return None if is_negative else (f"{line.kind}_missing", detail)
    if line.comparison == "present":
        return None
    for value in values:
        _check_time(until)
        if not holds(line.comparison, value, line.value):
            return f"{line.kind}_{line.comparison}", detail | {"got": as_text(value)}
    return None


def as_text(value: Any) -> str:
    """A value for people, short."""
    return whole_text(value)[:_MAX_SHOWN]


def whole_text(value: Any) -> str:
    """A value as text; one that has parts as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    import orjson

    return orjson.dumps(value).decode()


def holds(comparison: str, value: Any, expected: str) -> bool:
    """Whether one value compares so. Raises UnjudgedError."""
    if comparison.startswith("not_"):
        return not holds(comparison[4:], value, expected)
    match comparison:
        case "equals":
            return _equals(value, expected)
        case "contains":
            return expected in whole_text(value)
        case "matches":
            return bool(compiled_regex(expected)(whole_text(value)))
    number = _number(value)
    if number is None:
        return False
    return number < float(expected) if comparison == "less_than" else number > float(expected)


def _equals(value: Any, expected: str) -> bool:
    if isinstance(value, str):
        return value.strip() == expected.strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = _number(expected)
        return number is not None and number == value
    import orjson

    try:
        return bool(orjson.loads(expected) == value)
    except ValueError:
        return False


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
