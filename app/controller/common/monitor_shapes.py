"""A monitor as it is answered: what its `config` is made of depends on its `type`, and the registry knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.controller.common.output import Named, Schema
from app.engine.usability.registry import MonitorType, all_types

_HERE = "#/components/schemas/"
_DEFINED = "#/$defs/"
# What only the page's form asks for.
_FOR_THE_FORM = frozenset({"zh", "zh_description", "widget", "group", "only", "unless"})


class MonitorFields(Named):
    """A monitor's fields, with one shape a type beside them, told apart by `type`."""

    def schemas(self) -> dict[str, Schema]:
        own = super().schemas()[self.name]
        found: dict[str, Schema] = {}
        shapes: dict[str, str] = {}
        for kind in all_types():
            config = f"{self.name}Config.{kind.name}"
            found |= config_schemas(kind, config)
            shapes[kind.name] = f"{self.name}.{kind.name}"
            found[shapes[kind.name]] = {
                "type": "object",
                "properties": {"type": {"const": kind.name}, "config": {"$ref": _HERE + config}},
                "required": ["type", "config"],
            }
        told_apart = {
            "oneOf": [{"$ref": _HERE + shape} for shape in shapes.values()],
            "discriminator": {
                "propertyName": "type",
                "mapping": {name: _HERE + shape for name, shape in shapes.items()},
            },
        }
        return {self.name: {**own, **told_apart}, **found}


def config_schemas(kind: MonitorType, name: str) -> dict[str, Schema]:
    """The schema of a type's configuration under this name, and those it refers to beside it."""
    whole = kind.schema()
    parts = whole.pop("$defs", {})
    return {
        name: _moved(whole, name),
        **{f"{name}.{part}": _moved(each, name) for part, each in parts.items()},
    }


def _moved(schema: Mapping[str, Any], name: str) -> Schema:
    """The schema with its references to where its parts stand now."""
    return {
        word: _moved_word(word, value, name) for word, value in schema.items() if word not in _FOR_THE_FORM
    }


def _moved_word(word: str, value: Any, name: str) -> Any:
    if word == "$ref":
        return str(value).replace(_DEFINED, f"{_HERE}{name}.")
    if word == "properties":
        # Names of fields are no words of a schema, whatever they are.
        return {field: _moved(each, name) for field, each in value.items()}
    if word in ("default", "examples", "enum", "const"):
        return value
    if isinstance(value, dict):
        return _moved(value, name)
    if isinstance(value, list):
        return [_moved(each, name) if isinstance(each, dict) else each for each in value]
    return value
