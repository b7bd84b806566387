"""What operations answer: flask-restful fields that describe themselves to OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from flask_restful import fields, marshal

from app.service.paging import Page

Schema = dict[str, Any]


class Value(fields.Raw):
    """A value as it is. `nullable` says that it may be null."""

    schema: ClassVar[Schema] = {}

    def __init__(
        self, *, nullable: bool = False, attribute: Any = None, schema: Schema | None = None
    ) -> None:
        super().__init__(attribute=attribute)
        self.nullable = nullable
        if schema is not None:
            self.schema = schema  # type: ignore[misc] # a field's own shape instead of its class's

    def described(self) -> Schema:
        schema = dict(self.schema)
        if self.nullable and "type" in schema:
            schema["type"] = [schema["type"], "null"]
        elif self.nullable and schema:
            schema = {"anyOf": [schema, {"type": "null"}]}
        return schema


class Id(Value):
    schema: ClassVar[Schema] = {"type": "string", "pattern": "^[0-9]+$"}

    def format(self, value: Any) -> str:
        return str(value)


class Text(Value):
    schema: ClassVar[Schema] = {"type": "string"}


class Whole(Value):
    schema: ClassVar[Schema] = {"type": "integer"}


class Number(Value):
    schema: ClassVar[Schema] = {"type": "number"}


class Flag(Value):
    schema: ClassVar[Schema] = {"type": "boolean"}


class Mapping(Value):
    schema: ClassVar[Schema] = {"type": "object"}


class Texts(Value):
    schema: ClassVar[Schema] = {"type": "array", "items": {"type": "string"}}

    def format(self, value: Any) -> list[str]:
        return list(value)


class Moment(Value):
    """ISO 8601, UTC."""

    schema: ClassVar[Schema] = {"type": "string", "format": "date-time"}

    def format(self, value: Any) -> str:
        return value.isoformat() if isinstance(value, datetime) else str(value)


class Inside(Value):
    """An object of further fields."""

    def __init__(self, inner: dict[str, Value], *, nullable: bool = False, attribute: Any = None) -> None:
        super().__init__(nullable=nullable, attribute=attribute, schema=object_schema(inner))
        self._inner = inner

    def format(self, value: Any) -> Any:
        return marshal(value, self._inner)


class Many(Value):
    """A list of objects."""

    def __init__(self, inner: dict[str, Value], *, attribute: Any = None) -> None:
        super().__init__(attribute=attribute, schema={"type": "array", "items": object_schema(inner)})
        self._inner = inner

    def format(self, value: Any) -> Any:
        return [marshal(each, self._inner) for each in value]


def object_schema(inner: dict[str, Value]) -> Schema:
    return {
        "type": "object",
        "properties": {name: field.described() for name, field in inner.items()},
        "required": list(inner),
    }


def page_schema(inner: dict[str, Value]) -> Schema:
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": object_schema(inner)},
            "next_cursor": {"type": ["string", "null"]},
        },
        "required": ["items", "next_cursor"],
    }


def dump(result: Any, output: dict[str, Value] | None) -> Any:
    """A service's answer as plain data."""
    if isinstance(result, Page):
        items = [marshal(item, output) for item in result.items] if output else result.items
        return {"items": items, "next_cursor": result.next_cursor}
    return marshal(result, output) if output and result is not None else result
