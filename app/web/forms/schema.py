"""A form drawn from a registry's JSON schema (monitor types, channel kinds): its fields and their words.

Fields may hold others: a part (log-in) its fields, a list (assertions, steps) lines of fields. Field names
are `config.<name>`, inside a part `config.auth.type`, inside a list `config.steps.0.url`: the names under
which services report what is wrong. What was typed is read by `schema_read`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.web.forms.schema_read import HIDDEN_VALUE, read, shown, values_of

__all__ = ["HIDDEN_VALUE", "SchemaField", "fields_of", "groups_of", "labels_of", "read", "shown", "values_of"]

WIDGETS = {"textarea": "area", "switch": "check", "headers": "pairs", "password": "text"}
_MANY = 7
"""A line of so many fields is folded."""


@dataclass(frozen=True, slots=True)
class SchemaField:
    """One input: its words, how it is drawn, and what it may hold. `inner` are the fields of a part or line.

    `only` and `unless` say at which values of its neighbours it matters, `choices_by` which of its options
    suit which value of a neighbour.
    """

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
    default: Any = None
    inner: tuple[SchemaField, ...] = ()
    only: Mapping[str, list[str]] | None = None
    unless: Mapping[str, list[str]] | None = None
    choices_by: Mapping[str, Mapping[str, list[str]]] | None = None
    hides_values: bool = False
    suggestions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"config.{self.key}"

    @property
    def is_long(self) -> bool:
        return len(self.inner) >= _MANY


def group_title(group: str) -> str:
    titles = {
        "request": _("Request"),
        "answer": _("What is accepted"),
        "login": _("Log-in and certificates"),
        "connection": _("Connection"),
        "advanced": _("More options"),
    }
    return titles.get(group, group)


def fields_of(
    schema: Mapping[str, Any], locale: str, stored: Mapping[str, Any] | None = None
) -> list[SchemaField]:
    """The schema's fields in their order, worded in the language. `stored` is the present configuration."""
    return list(_fields(schema, schema, locale, stored or {}))


def _fields(
    spec: Mapping[str, Any], schema: Mapping[str, Any], locale: str, stored: Any
) -> Iterator[SchemaField]:
    required = set(spec.get("required", ()))
    present = stored if isinstance(stored, Mapping) else {}
    for key, each in spec.get("properties", {}).items():
        # What is needed only at some value of a neighbour has a default, and is drawn as required there.
        is_needed = key in required or bool(each.get("needed"))
        yield _field(key, _settled(each, schema), schema, locale, is_needed, present.get(key))


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
    key: str, spec: dict[str, Any], schema: Mapping[str, Any], locale: str, required: bool, stored: Any
) -> SchemaField:
    words = spec.get("zh", {}) if locale == "zh" else {}
    words = {"title": words} if isinstance(words, str) else words
    kind = spec.get("type", "string")
    default = spec.get("default")
    items = _settled(spec.get("items", {}), schema)
    is_part = kind == "object" and "properties" in spec
    is_list = kind == "array" and "properties" in items
    # Which secrets a line holds is asked line by line when it is read.
    inner = _fields(spec if is_part else items, schema, locale, stored if is_part else {})
    is_mapping = kind == "object"
    return SchemaField(
        key=key,
        title=words.get("title") or spec.get("title", key),
        help=words.get("description") or (spec.get("description", "") if locale != "zh" or not words else ""),
        widget=_widget(spec, kind, is_part=is_part, is_list=is_list),
        group=spec.get("group", "request"),
        kind="part" if is_part else "rows" if is_list else kind,
        required=required,
        is_secret=bool(spec.get("secret")) and not is_mapping,
        is_stored=bool(spec.get("secret")) and bool(stored),
        options=_options(spec, locale),
        placeholder=str(
            spec.get("placeholder") or (default if isinstance(default, (str, int)) and default else "")
        ),
        min=spec.get("minimum"),
        max=spec.get("maximum"),
        unit=spec.get("unit", ""),
        default=default,
        inner=tuple(inner) if is_part or is_list else (),
        only=spec.get("only"),
        unless=spec.get("unless"),
        choices_by=spec.get("choices_by"),
        hides_values=bool(spec.get("secret")) and is_mapping,
        suggestions=tuple(spec.get("suggestions", ())),
    )


def _options(spec: Mapping[str, Any], locale: str) -> list[tuple[str, str]]:
    words = spec.get("choices", {})
    language = "zh" if locale == "zh" else "en"
    return [(str(each), words.get(str(each), {}).get(language, str(each))) for each in spec.get("enum", ())]


def _widget(spec: Mapping[str, Any], kind: str, *, is_part: bool, is_list: bool) -> str:
    if "enum" in spec:
        return "select"
    if is_part or is_list:
        return "part" if is_part else "rows"
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
        {"title": group_title(name), "fields": inside, "is_open": any(map(_is_in(errors), inside))}
        for name, inside in groups.items()
    ]


def _is_in(errors: Mapping[str, str]) -> Any:
    return lambda field: any(name == field.name or name.startswith(field.name + ".") for name in errors)


def labels_of(fields: Iterable[SchemaField]) -> dict[str, str]:
    """Titles by name, for the summary over a form; a `*` in a name stands for the number of a line."""
    return dict(_labels(fields, "config.", ""))


def _labels(fields: Iterable[SchemaField], path: str, before: str) -> Iterator[tuple[str, str]]:
    for each in fields:
        title = f"{before}{each.title}"
        yield path + each.key, title
        if each.kind == "part":
            yield from _labels(each.inner, f"{path}{each.key}.", f"{title}, ")
        elif each.kind == "rows":
            line = f"{path}{each.key}.*"
            yield line, f"{title} *"
            yield from _labels(each.inner, f"{line}.", f"{title} *, ")
