"""Reading requests: reqparse with strict types that also describe themselves to OpenAPI.

reqparse alone turns 5 into "5", true into 1 and a missing body into a 415; the types here take what they
say and nothing else, and `Parser` names every wrong field at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import request
from flask_restful import reqparse
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from app.core.errors import InvalidError
from app.service.paging import MAX_LIMIT

Schema = dict[str, Any]
NO_NUL = r"^[^\u0000]*$"
# What SQL takes as an id, less the last of it, so that a pattern can say it.
BEYOND_IDS = 9 * 10**18
ID = "[1-8][0-9]{0,18}|9[0-9]{0,17}"
_ID = re.compile(rf"(?:{ID})\Z")
# A plus that was not percent-encoded comes out of a query string as a space.
_SPACED_ZONE = re.compile(r"(T[0-9:.]+) ([0-9]{2}:?[0-9]{2})\Z")
_YEARS = "^(19[7-9][0-9]|[2-8][0-9]{3})-"
# Any JSON that can be kept: `#/components/schemas/Anything` of the document.
_ANYTHING = {"$ref": "#/components/schemas/Anything"}
ANYTHING_BY_NAME: Schema = {
    "type": "object",
    "propertyNames": {"pattern": NO_NUL},
    "additionalProperties": _ANYTHING,
}
ANYTHING: Schema = {
    "anyOf": [
        {"type": ["null", "boolean"]},
        {"type": "string", "pattern": NO_NUL},
        {"type": "number", "minimum": -BEYOND_IDS, "maximum": BEYOND_IDS},
        {"type": "array", "items": _ANYTHING},
        ANYTHING_BY_NAME,
    ]
}
# What a query string writes in letters is no letters in a body.
_NOT_TEXT = {"integer": "must be a whole number", "boolean": "must be true or false"}


class Kind:
    """A type of argument: `take` gives the value or raises ValueError with what is wrong."""

    def __init__(self, schema: Schema, take: Callable[[Any], Any]) -> None:
        self.schema, self._take = schema, take
        self.__name__ = str(schema.get("type", "value"))

    def __call__(self, value: Any, name: str = "", op: str = "") -> Any:
        return self._take(value)


def text(least: int = 0, most: int = 1000) -> Kind:
    def take(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("must be a string")
        if "\x00" in value or (
            not value.isprintable() and any(0xD800 <= ord(char) <= 0xDFFF for char in value)
        ):
            raise ValueError("must not contain NUL or lone surrogates")
        if not least <= len(value) <= most:
            raise ValueError("must not be empty" if not value else f"must have {least} to {most} characters")
        return value

    return Kind({"type": "string", "minLength": least, "maxLength": most, "pattern": NO_NUL}, take)


def choice(*values: str) -> Kind:
    def take(value: Any) -> str:
        if not isinstance(value, str) or value not in values:
            raise ValueError(f"must be one of: {', '.join(values)}")
        return value

    return Kind({"type": "string", "enum": list(values)}, take)


def integer(least: int, most: int) -> Kind:
    """A whole number from JSON; in a query string, its digits."""

    def take(value: Any) -> int:
        if (
            isinstance(value, str)
            and len(value) < 20
            and value.removeprefix("-").isascii()
            and value.removeprefix("-").isdigit()
        ):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("must be a whole number")
        if not least <= value <= most:
            raise ValueError(f"must be from {least} to {most}")
        return value

    return Kind({"type": "integer", "minimum": least, "maximum": most}, take)


def number(least: float, most: float) -> Kind:
    """A number from JSON, whole or not."""

    def take(value: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError("must be a number")
        if not least <= value <= most:
            raise ValueError(f"must be from {least:g} to {most:g}")
        return float(value)

    return Kind({"type": "number", "minimum": least, "maximum": most}, take)


def boolean() -> Kind:
    """true or false; in a query string also 1 and 0."""

    def take(value: Any) -> bool:
        known = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
        if not isinstance(value, bool | str) or value not in known:
            raise ValueError("must be true or false")
        return known[value]

    return Kind({"type": "boolean"}, take)


def identifier() -> Kind:
    """An id: digits in a string, or the number."""

    def take(value: Any) -> int:
        if isinstance(value, str) and _ID.match(value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < BEYOND_IDS:
            raise ValueError("must be an id")
        return value

    return Kind(id_schema(), take)


def id_schema(*words: str) -> Schema:
    """An id, or one of these words."""
    pattern = f"^({'|'.join([*words, ID])})$"
    return {"type": ["string", "integer"], "pattern": pattern, "minimum": 1, "maximum": BEYOND_IDS - 1}


def identifiers(most: int, *, least: int = 1) -> Kind:
    """A list of ids."""
    one = identifier()

    def take(value: Any) -> list[int]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise ValueError(f"must be a list of {least} to {most} ids")
        return [one(each) for each in value]

    return Kind({"type": "array", "items": one.schema, "minItems": least, "maxItems": most}, take)


def moment() -> Kind:
    """A moment in ISO 8601 that says its time zone; it is given in UTC."""

    def take(value: Any) -> datetime:
        written = _SPACED_ZONE.sub(r"\1+\2", value.upper()) if isinstance(value, str) else ""
        try:
            parsed = datetime.fromisoformat(written)
        except ValueError as error:
            raise ValueError("must be a moment such as 2026-11-21T12:00:00+08:00") from error
        if parsed.tzinfo is None:
            raise ValueError("must say its time zone")
        if not 1970 <= parsed.year < 9000:
            # Near the ends of the calendar no other time zone could show it.
            raise ValueError("must be of the years 1970 to 8999")
        return parsed.astimezone(UTC)

    return Kind({"type": "string", "format": "date-time", "pattern": _YEARS}, take)


def texts(most: int = 100, length: int = 200) -> Kind:
    one = text(0, length)

    def take(value: Any) -> list[str]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError(f"must be a list of at most {most} strings")
        return [one(each) for each in value]

    return Kind({"type": "array", "items": one.schema, "maxItems": most}, take)


def some_of(*values: str) -> Kind:
    """A list of some of these, each once."""

    def take(value: Any) -> list[str]:
        if not isinstance(value, list) or not all(each in values for each in value if isinstance(each, str)):
            raise ValueError(f"must be a list of some of: {', '.join(values)}")
        if any(not isinstance(each, str) for each in value) or len(set(value)) != len(value):
            raise ValueError("must name each at most once")
        return value

    items = {"type": "string", "enum": list(values)}
    return Kind({"type": "array", "items": items, "uniqueItems": True}, take)


def mapping(schema: Schema | None = None) -> Kind:
    def take(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError("must be an object")
        try:
            written = orjson.dumps(value)
        except TypeError as error:
            raise ValueError(
                "must be an object of texts, numbers and lists, not nested too deeply"
            ) from error
        if rb"\u0000" in written:
            raise ValueError("must not contain NUL")
        return value

    return Kind(schema or ANYTHING_BY_NAME, take)


def mappings(most: int) -> Kind:
    """A list of objects."""
    one = mapping()

    def take(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError(f"must be a list of at most {most} objects")
        return [one(each) for each in value]

    return Kind({"type": "array", "items": one.schema, "maxItems": most}, take)


class _Argument(reqparse.Argument):
    """reqparse's argument, with null told from absent and lists taken as one value."""

    about = ""

    def take(self, source: Mapping[str, Any]) -> Any:
        """The argument's value; a ValueError says in a sentence what is wrong with it."""
        if self.name not in source:
            raise ValueError("is missing")
        value = source[self.name]
        if value is None:
            if not self.nullable:
                raise ValueError("must not be null")
            return None
        if self.location == "json" and isinstance(value, str):
            wrong = _NOT_TEXT.get(str(self.type.schema.get("type")))
            if wrong:
                raise ValueError(wrong)
        return self.type(value)


def _json_object() -> dict[str, Any]:
    """The request's body, which must be a JSON object; none at all is an empty one."""
    if not request.get_data(cache=True):
        return {}
    try:
        body = request.get_json(silent=False, force=False)
    except UnsupportedMediaType as error:
        raise InvalidError({"body": "must be sent as application/json"}) from error
    except (BadRequest, RecursionError) as error:
        raise InvalidError({"body": "is not valid JSON"}) from error
    if not isinstance(body, dict):
        raise InvalidError({"body": "must be a JSON object"})
    return body


class Parser:
    """The arguments of one operation, by place: `json` body or `args` query."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.arguments: list[_Argument] = []

    def add(
        self,
        name: str,
        kind: Kind,
        *,
        required: bool = False,
        nullable: bool = False,
        default: Any = None,
        help: str = "",
    ) -> Parser:
        argument = _Argument(
            name,
            type=kind,
            required=required,
            nullable=nullable,
            default=default,
            location=self.place,
            store_missing=default is not None,
        )
        argument.about = help
        self.arguments.append(argument)
        return self

    def parse(self) -> dict[str, Any]:
        """The given values by name; arguments that were left out and have no default are absent."""
        values, wrong = self.read(_json_object() if self.place == "json" else request.args)
        if wrong:
            raise InvalidError(wrong)
        return values

    def read(self, source: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The given values by name, and what is wrong with the others."""
        known = {argument.name for argument in self.arguments}
        # A lone surrogate in a name, which JSON may say and UTF-8 cannot, is told as a question mark.
        strange = [name.encode(errors="replace").decode() for name in source if name not in known]
        wrong = dict.fromkeys(strange, "is not known here")
        values: dict[str, Any] = {}
        for argument in self.arguments:
            if argument.name in source or argument.required:
                try:
                    values[argument.name] = argument.take(source)
                except ValueError as error:
                    wrong[argument.name] = str(error)
            elif argument.store_missing:
                values[argument.name] = argument.default
        return values, wrong

    def schema(self) -> Schema:
        """The body's JSON schema."""
        required = [argument.name for argument in self.arguments if argument.required]
        shape: Schema = {
            "type": "object",
            "properties": {argument.name: described(argument) for argument in self.arguments},
            "additionalProperties": False,
        }
        return {**shape, "required": required} if required else shape


def described(argument: _Argument) -> Schema:
    schema = dict(argument.type.schema)
    if argument.nullable and "type" in schema:
        kinds = schema["type"]
        schema["type"] = [*([kinds] if isinstance(kinds, str) else kinds), "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    if argument.about:
        schema["description"] = argument.about
    if argument.store_missing:
        schema["default"] = argument.default
    return schema


def body() -> Parser:
    return Parser("json")


def query() -> Parser:
    return Parser("args")


def listing(sorts: Sequence[str] = (), *, searchable: bool = False) -> Parser:
    """The query of a paged list."""
    parser = query().add("cursor", text(0, 500), help="From the answer before: its `next_cursor`.")
    parser.add("limit", integer(1, MAX_LIMIT), default=50)
    if searchable:
        parser.add("q", text(0, 200), help="Looked for in names and addresses.")
    if sorts:
        parser.add("sort", choice(*sorts), default=sorts[0])
    return parser
