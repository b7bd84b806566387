"""Functions of numbers and moments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.engine.bug.templates.functions.registry import function
from app.engine.bug.templates.nodes import Scope
from app.engine.bug.templates.texts import to_string


@function("to_number")
def to_number(value: Any) -> float:
    return float(to_string(value).strip())


@function("dec_to_hex")
def dec_to_hex(value: Any) -> str:
    return format(int(float(to_string(value))), "x")


@function("hex_to_dec")
def hex_to_dec(value: Any) -> float:
    return float(int(to_string(value)[:64], 16))


@function("bin_to_dec")
def bin_to_dec(value: Any) -> float:
    return float(int(to_string(value)[:64], 2))


@function("oct_to_dec")
def oct_to_dec(value: Any) -> float:
    return float(int(to_string(value)[:64], 8))


@function("min", least=1, most=None)
def least(*values: Any) -> float:
    return min(float(to_string(value)) for value in values)


@function("max", least=1, most=None)
def most(*values: Any) -> float:
    return max(float(to_string(value)) for value in values)


@function("round")
def rounded(value: Any) -> float:
    return float(round(float(to_string(value))))


@function("unix_time", least=0, most=1, scope=True)
def unix_time(scope: Scope, seconds: Any = 0) -> float:
    """Now (of the scan), in whole seconds since 1970, and so many later."""
    return float(int(scope.now) + int(float(to_string(seconds))))


@function("to_unix_time", least=1, most=2)
def to_unix_time(value: Any, layout: Any = "") -> float:
    """Seconds of a moment in ISO 8601, or of a number of seconds; other layouts are not read."""
    text = to_string(value).strip()
    if text.isdigit():
        return float(text)
    moment = datetime.fromisoformat(text)
    return float(int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))


_SIMPLE = {"%Y": "%Y", "%M": "%m", "%D": "%d", "%H": "%H", "%m": "%M", "%S": "%S"}
_GO = (
    ("2006", "%Y"), ("January", "%B"), ("Jan", "%b"), ("Monday", "%A"), ("Mon", "%a"), ("01", "%m"),
    ("02", "%d"), ("15", "%H"), ("04", "%M"), ("05", "%S"), ("03", "%I"), ("PM", "%p"), ("06", "%y"),
    ("MST", "UTC"),
)  # fmt: skip


@function("date_time", least=1, most=2, scope=True)
def date_time(scope: Scope, layout: Any, seconds: Any = None) -> str:
    """A moment (now, or of unix seconds) in UTC, laid out by `%Y-%M-%D %H:%m:%S` or Go's reference time."""
    at = scope.now if seconds is None else float(to_string(seconds))
    moment = datetime.fromtimestamp(at, UTC)
    return moment.strftime(_layout(to_string(layout)[:100]))


def _layout(text: str) -> str:
    if "%" in text:
        parts = text.split("%")
        return parts[0] + "".join(
            _SIMPLE.get(f"%{part[:1]}", "%%" + part[:1]) + part[1:] for part in parts[1:]
        )
    done, at = "", 0
    while at < len(text):
        word, code = next(
            ((word, code) for word, code in _GO if text.startswith(word, at)), (text[at], text[at])
        )
        done += code
        at += len(word)
    return done
