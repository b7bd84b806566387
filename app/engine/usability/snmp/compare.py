"""A value compared with what is wanted."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Literal

from app.engine.usability.snmp.pdu import Pdu

Comparison = Literal["exists", "=", "!=", "<", "<=", ">", ">=", "contains", "regex"]
_ORDERED = ("<", "<=", ">", ">=")
_REGEX_SECONDS = 0.2


def number_of(text: str) -> Decimal | None:
    """The number a text is, None when it is none. Agents put numbers into texts, too."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def is_as_wanted(comparison: Comparison, wanted: str, found: Pdu) -> bool:
    """Whether the value compares so. Numbers compare as numbers; what is none is never larger or smaller."""
    if comparison == "exists":
        return True
    if comparison == "contains":
        return wanted in found.value
    if comparison == "regex":
        return _matches(wanted, found.value)
    left, right = number_of(found.value), number_of(wanted)
    if comparison in _ORDERED:
        return left is not None and right is not None and _is_ordered(comparison, left, right)
    is_same = left == right if left is not None and right is not None else found.value == wanted
    return is_same == (comparison == "=")


def _is_ordered(comparison: str, left: Decimal, right: Decimal) -> bool:
    verdicts = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return verdicts[comparison]


def _matches(pattern: str, text: str) -> bool:
    import regex

    try:
        return regex.search(pattern, text, timeout=_REGEX_SECONDS) is not None
    except TimeoutError:
        return False


def check_pattern(pattern: str) -> None:
    """Raises ValueError with a sentence when the expression is none."""
    import regex

    try:
        regex.compile(pattern)
    except regex.error as error:
        raise ValueError(f"The regular expression cannot be used: {error}") from None
