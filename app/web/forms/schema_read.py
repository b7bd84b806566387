"""What a form drawn from a schema shows of a configuration, and the configuration read back from it.

A secret that is stored is never sent to the page: an empty field keeps it, and a box beside it forgets it.
The lines of a list are numbered by the page as it likes, and taken in the order in which they were sent; a
hidden field of each says which line it was, so that it keeps its secrets wherever it has gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from app.web.forms.form import lines, number

if TYPE_CHECKING:
    from app.web.forms.schema import SchemaField

HIDDEN_VALUE = "••••••••"
WAS, FORGET = "__was", "__forget"
_EMPTY: tuple[Any, ...] = (None, "", [], {})
_MAX_LINES = 100
Posted = MultiDict[str, str]


class Line(dict[str, Any]):
    """A line of a list that knows which stored line it was; -1 for a new one."""

    was: int = -1


def values_of(
    fields: Iterable[SchemaField], schema: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """What the inputs show: stored values, else defaults; of secrets nothing, of secret headers the names."""
    defaults = {name: spec.get("default") for name, spec in schema["properties"].items()}
    return shown(fields, {**defaults, **stored}, stored)


def shown(
    fields: Iterable[SchemaField], config: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """What was typed (or is stored) as inputs may show it, by field name; stored secrets are hidden."""
    return {each.name: _shown(each, config.get(each.key), stored.get(each.key)) for each in fields}


def _shown(field: SchemaField, value: Any, kept: Any) -> Any:
    if field.is_secret:
        return None
    if isinstance(value, Mapping) and field.hides_values:
        known = kept if isinstance(kept, Mapping) else {}
        return {name: HIDDEN_VALUE if known.get(name) == each else each for name, each in value.items()}
    if isinstance(value, Mapping) and field.kind == "part":
        return _shown_inside(field, value, kept)
    if isinstance(value, list) and field.kind == "rows":
        known_lines = kept if isinstance(kept, list) else []
        return [_shown_line(field, line, place, known_lines) for place, line in enumerate(value)]
    return value


def _shown_inside(field: SchemaField, value: Mapping[str, Any], kept: Any) -> dict[str, Any]:
    known = kept if isinstance(kept, Mapping) else {}
    return {
        each.key: _shown(each, value[each.key], known.get(each.key))
        for each in field.inner
        if each.key in value
    }


def _shown_line(field: SchemaField, line: Mapping[str, Any], place: int, kept: list[Any]) -> dict[str, Any]:
    was = line.was if isinstance(line, Line) else place
    known = kept[was] if 0 <= was < len(kept) else None
    return {WAS: was if known is not None else "", **_shown_inside(field, line, known)}


def read(fields: Iterable[SchemaField], posted: Posted, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration that was typed. Empty inputs are left out, so that the type's defaults hold."""
    return _read(fields, posted, stored, "config.")


def _read(fields: Iterable[SchemaField], posted: Posted, stored: Any, path: str) -> dict[str, Any]:
    kept = stored if isinstance(stored, Mapping) else {}
    found = {each.key: _read_one(each, posted, kept.get(each.key), path + each.key) for each in fields}
    return {key: value for key, value in found.items() if value not in _EMPTY}


def _read_one(field: SchemaField, posted: Posted, stored: Any, name: str) -> Any:
    text = posted.get(name, "")
    match field.kind:
        case "boolean":
            return name in posted
        case "part":
            return _read(field.inner, posted, stored, f"{name}.")
        case "rows":
            return _read_lines(field, posted, stored, name)
        case "object":
            return _read_pairs(posted, stored, name)
        case "integer" | "number":
            return number(text)
        case "array":
            return lines(text)
    if field.is_secret and not text.strip():
        return None if f"{name}.{FORGET}" in posted else stored
    return text if field.widget == "area" else text.strip()


def _read_pairs(posted: Posted, stored: Any, name: str) -> dict[str, str]:
    names, values = posted.getlist(f"{name}.name"), posted.getlist(f"{name}.value")
    kept = stored if isinstance(stored, Mapping) else {}
    return {
        each.strip(): kept.get(each.strip(), "") if value == HIDDEN_VALUE else value
        for each, value in zip(names, values, strict=False)
        if each.strip()
    }


def _read_lines(field: SchemaField, posted: Posted, stored: Any, name: str) -> list[Line]:
    """The lines in the order in which they were sent; one in which nothing was typed is none."""
    kept = stored if isinstance(stored, list) else []
    found = []
    for index in _indexes(posted, name):
        path = f"{name}.{index}."
        was = _place(posted.get(path + WAS, ""), kept)
        line = Line(_read(field.inner, posted, kept[was] if was >= 0 else {}, path))
        line.was = was
        if was >= 0 or _is_typed(field.inner, line):
            found.append(line)
    return found[:_MAX_LINES]


def _indexes(posted: Posted, name: str) -> list[str]:
    """The lines' numbers as the page gave them, once each."""
    start = f"{name}."
    end = f".{WAS}"
    names = [key for key in posted if key.startswith(start) and key.endswith(end)]
    indexes = [key[len(start) : -len(end)] for key in names]
    return [each for each in indexes if "." not in each]


def _place(was: str, kept: list[Any]) -> int:
    """The stored line of that number; -1 when there is none."""
    is_number = was.isascii() and was.isdigit() and len(was) < 6
    return int(was) if is_number and int(was) < len(kept) else -1


def _is_typed(fields: Iterable[SchemaField], line: Mapping[str, Any]) -> bool:
    """Whether anything was written: a choice alone is always made, and a switch may be on by itself."""
    return any(each.key in line and each.widget != "select" and each.kind != "boolean" for each in fields)
