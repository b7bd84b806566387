"""What operations answer: flask-restful fields that describe themselves to OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, ClassVar

from flask_restful import fields

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
        self._path = attribute.split(".") if isinstance(attribute, str) else None

    def output(self, key: str, obj: Any) -> Any:
        """The field's value of an object or a dictionary. Lists are long, so this is flask-restful's way
        without its detours: it asks of each value first whether it is a sequence."""
        if self.attribute is None:
            value = obj.get(key) if isinstance(obj, dict) else getattr(obj, key, None)
        elif self._path is None:
            value = self.attribute(obj)
        else:
            value = obj
            for part in self._path:
                value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
        return None if value is None else self.format(value)

    @property
    def step(self) -> Callable[[Any], Any] | None:
        """How a value that is there becomes what is told; None: it stays as it is."""
        return None if type(self).format is fields.Raw.format else self.format

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
    """ISO 8601, UTC. The answer's writer (orjson) writes a datetime as that, faster than we could."""

    schema: ClassVar[Schema] = {"type": "string", "format": "date-time"}


class Inside(Value):
    """An object of further fields."""

    def __init__(self, inner: dict[str, Value], *, nullable: bool = False, attribute: Any = None) -> None:
        super().__init__(nullable=nullable, attribute=attribute, schema=object_schema(inner))
        self._inner = inner

    def format(self, value: Any) -> Any:
        return shaped(value, self._inner)


class Many(Value):
    """A list of objects."""

    def __init__(self, inner: dict[str, Value], *, attribute: Any = None) -> None:
        super().__init__(attribute=attribute, schema={"type": "array", "items": object_schema(inner)})
        self._inner = inner

    def format(self, value: Any) -> Any:
        return shaped_all(value, self._inner)


def shaped(item: Any, inner: dict[str, Value]) -> dict[str, Any]:
    """An object as the dictionary of these fields."""
    return {name: field.output(name, item) for name, field in inner.items()}


def shaped_all(items: Iterable[Any], inner: dict[str, Value]) -> list[dict[str, Any]]:
    """Objects as dictionaries of these fields.

    Where the fields are no more than attributes, those of an object are taken all at once.
    """
    plain = all(field.attribute is None and type(field).output is Value.output for field in inner.values())
    if not plain or len(inner) < 2:
        return [shaped(item, inner) for item in items]
    take, names = attrgetter(*inner), tuple(inner)
    steps = [(name, field.step) for name, field in inner.items() if field.step is not None]
    found = []
    for item in items:
        try:
            values = None if isinstance(item, dict) else take(item)
        except AttributeError:  # It lacks one of them, which is then null.
            values = None
        if values is None:
            found.append(shaped(item, inner))
            continue
        told = dict(zip(names, values, strict=True))
        for name, step in steps:
            if (value := told[name]) is not None:
                told[name] = step(value)
        found.append(told)
    return found


class Named(dict[str, Value]):
    """The fields of an object that the document describes once, under a name, instead of at each answer."""

    def __init__(self, name: str, fields: dict[str, Value]) -> None:
        super().__init__(fields)
        self.name = name

    def schemas(self) -> dict[str, Schema]:
        """What the document has to say for it, by name below `#/components/schemas`."""
        return {self.name: fields_schema(self)}


def fields_schema(inner: dict[str, Value]) -> Schema:
    return {
        "type": "object",
        "properties": {name: field.described() for name, field in inner.items()},
        "required": list(inner),
    }


def object_schema(inner: dict[str, Value]) -> Schema:
    if isinstance(inner, Named):
        return {"$ref": f"#/components/schemas/{inner.name}"}
    return fields_schema(inner)


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
        items = shaped_all(result.items, output) if output else result.items
        return {"items": items, "next_cursor": result.next_cursor}
    return shaped(result, output) if output and result is not None else result
