"""A form drawn from a registry's JSON schema (monitor types, channel kinds), and read back from it.

Field names are `config.<name>`, the names under which services report what is wrong. A secret that is stored
is never sent to the page: an empty field keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.web.forms import lines, number

WIDGETS = {"textarea": "area", "switch": "check", "headers": "pairs", "password": "text"}
HIDDEN_VALUE = "••••••••"


@dataclass(frozen=True, slots=True)
class SchemaField:
    """One input: its words, how it is drawn, and what it may hold."""

    key: str
    title: str
    help: str
    widget: str
    group: str
    kind: str
    required: bool
    is_secret: bool
    is_stored: bool
    options: list[tuple[str, str]]
    placeholder: str
    min: Any
    max: Any
    unit: str = ""

    @property
    def name(self) -> str:
        return f"config.{self.key}"


def group_title(group: str) -> str:
    titles = {
        "request": _("Request"),
        "answer": _("What is accepted"),
        "connection": _("Connection"),
        "advanced": _("More options"),
    }
    return titles.get(group, group)


def fields_of(
    schema: Mapping[str, Any], locale: str, stored: Mapping[str, Any] | None = None
) -> list[SchemaField]:
    """The schema's fields in their order, worded in the language. `stored` is the present configuration."""
    required = set(schema.get("required", ()))
    return [
        _field(key, _settled(spec, schema), locale, key in required, stored or {})
        for key, spec in schema.get("properties", {}).items()
    ]


def _settled(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The spec with `$ref` followed and "or null" taken off."""
    spec = dict(spec)
    choices = [each for each in spec.pop("anyOf", ()) if each.get("type") != "null"]
    for part in (*choices[:1], *spec.pop("allOf", ())):
        spec = {**part, **spec}
    if reference := spec.pop("$ref", None):
        spec = {**schema["$defs"][reference.rsplit("/", 1)[-1]], **spec}
    return spec


def _field(
    key: str, spec: dict[str, Any], locale: str, required: bool, stored: Mapping[str, Any]
) -> SchemaField:
    words = spec.get("zh", {}) if locale == "zh" else {}
    words = {"title": words} if isinstance(words, str) else words
    kind = spec.get("type", "string")
    default = spec.get("default")
    is_mapping = kind == "object"
    return SchemaField(
        key=key,
        title=words.get("title") or spec.get("title", key),
        help=words.get("description") or spec.get("description", ""),
        widget=_widget(spec, kind),
        group=spec.get("group", "request"),
        kind=kind,
        required=required,
        is_secret=bool(spec.get("secret")) and not is_mapping,
        is_stored=bool(spec.get("secret")) and bool(stored.get(key)),
        options=[(str(each), str(each)) for each in spec.get("enum", ())],
        placeholder=str(
            spec.get("placeholder") or (default if isinstance(default, (str, int)) and default else "")
        ),
        min=spec.get("minimum"),
        max=spec.get("maximum"),
        unit=spec.get("unit", ""),
    )


def _widget(spec: Mapping[str, Any], kind: str) -> str:
    if "enum" in spec:
        return "select"
    by_kind = {
        "boolean": "check",
        "integer": "number",
        "number": "number",
        "object": "pairs",
        "array": "lines",
    }
    if kind in by_kind:
        return by_kind[kind]
    wanted = spec.get("widget", "text")
    return WIDGETS.get(wanted, wanted)


def groups_of(fields: list[SchemaField], errors: Mapping[str, str]) -> list[dict[str, Any]]:
    """Fields by group, in order of first appearance; a group with something wrong in it is open."""
    groups: dict[str, list[SchemaField]] = {}
    for each in fields:
        groups.setdefault(each.group, []).append(each)
    return [
        {"title": group_title(name), "fields": inside, "is_open": any(each.name in errors for each in inside)}
        for name, inside in groups.items()
    ]


def values_of(
    fields: list[SchemaField], schema: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """What the inputs show: stored values, else defaults; of secrets nothing, of secret headers the names."""
    shown: dict[str, Any] = {}
    for each in fields:
        spec = schema["properties"][each.key]
        value = stored.get(each.key, spec.get("default"))
        if each.is_secret:
            value = None
        elif each.kind == "object" and spec.get("secret") and value:
            value = dict.fromkeys(value, HIDDEN_VALUE)
        shown[each.name] = value
    return shown


def read(fields: list[SchemaField], posted: MultiDict[str, str], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration that was typed. Empty inputs are left out, so that the type's defaults hold."""
    config: dict[str, Any] = {}
    for each in fields:
        value = _read_one(each, posted, stored.get(each.key))
        if value not in (None, "", [], {}):
            config[each.key] = value
    return config


def _read_one(each: SchemaField, posted: MultiDict[str, str], stored: Any) -> Any:
    text = posted.get(each.name, "")
    if each.kind == "boolean":
        return each.name in posted
    if each.kind == "object":
        names, values = posted.getlist(f"{each.name}.name"), posted.getlist(f"{each.name}.value")
        kept = stored if isinstance(stored, Mapping) else {}
        return {
            name.strip(): kept.get(name.strip(), "") if value == HIDDEN_VALUE else value
            for name, value in zip(names, values, strict=False)
            if name.strip()
        }
    if each.is_secret and not text.strip():
        return stored
    if each.kind in ("integer", "number"):
        return number(text)
    if each.kind == "array":
        return lines(text)
    return text.strip() if each.widget != "area" else text
