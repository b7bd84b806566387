"""The documentation of monitor types, drawn from their registry: for a terminal, as Markdown, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from app.engine.usability.registry import MonitorType

_WORDS = {
    "en": {
        "field": "Field",
        "kind": "Value",
        "default": "Default",
        "meaning": "Meaning",
        "required": "required",
        "secret": "secret",
        "phases": "Phases",
    },
    "zh": {
        "field": "字段",
        "kind": "值",
        "default": "默认值",
        "meaning": "含义",
        "required": "必填",
        "secret": "保密",
        "phases": "阶段",
    },
}
_KINDS = {
    "string": "text",
    "integer": "number",
    "boolean": "true/false",
    "array": "list",
    "object": "mapping",
}


def document_of(kind: MonitorType, locale: str) -> dict[str, Any]:
    """What there is to know of a type: its words, its phases, and each field."""
    schema = kind.schema()
    required = set(schema.get("required", ()))
    return {
        "type": kind.name,
        "title": kind.title[locale],
        "doc": kind.doc[locale],
        "is_probed": kind.is_probed,
        "defaults": kind.defaults,
        "phases": {name: words[locale] for name, words in kind.phases.items()},
        "fields": [
            _field(name, spec, schema, locale, is_required=name in required)
            for name, spec in schema["properties"].items()
        ],
    }


def _field(
    name: str, spec: Mapping[str, Any], schema: Mapping[str, Any], locale: str, *, is_required: bool
) -> dict[str, Any]:
    words = spec.get("zh", {}) if locale == "zh" else spec
    return {
        "name": name,
        "title": words.get("title", ""),
        "description": " ".join([words.get("description", ""), *_choices(spec, locale)]),
        "value": _value(spec, schema),
        "required": is_required,
        "default": spec.get("default"),
        "secret": bool(spec.get("secret")),
    }


def _choices(spec: Mapping[str, Any], locale: str) -> list[str]:
    """What each choice means, where a word alone does not say it."""
    words = spec.get("choices", {})
    told = [f"{value}: {words[str(value)][locale]}" for value in spec.get("enum", ()) if str(value) in words]
    return ["; ".join(told) + "."] if told else []


def _value(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What may stand there, in few words."""
    if "enum" in spec:
        return " | ".join(map(str, spec["enum"]))
    if "const" in spec:
        return str(spec["const"])
    if "anyOf" in spec:
        return " | ".join(dict.fromkeys(_value(each, schema) for each in spec["anyOf"]))
    if "$ref" in spec:
        return _value(schema["$defs"][spec["$ref"].rsplit("/", 1)[-1]], schema)
    kind = spec.get("type", "object")
    least, most = spec.get("minimum"), spec.get("maximum")
    bounds = f" {least}–{most}" if least is not None and most is not None else ""
    return f"{_KINDS.get(kind, kind)}{bounds}"


def as_markdown(documents: list[dict[str, Any]], locale: str) -> str:
    """A page about all of them."""
    words = _WORDS[locale]
    parts: list[str] = []
    for each in documents:
        parts += [f"## {each['title']} (`{each['type']}`)", "", each["doc"], ""]
        if each["is_probed"] and each["phases"]:
            parts += [f"{words['phases']}: " + ", ".join(each["phases"].values()), ""]
        parts += [f"| {words['field']} | {words['kind']} | {words['default']} | {words['meaning']} |"]
        parts += ["|---|---|---|---|"]
        parts += [_row(field, words) for field in each["fields"]]
        parts.append("")
    return "\n".join(parts)


def _row(field: Mapping[str, Any], words: Mapping[str, str]) -> str:
    value = field["value"].replace("|", "\\|")
    if field["secret"]:
        value += f" ({words['secret']})"
    meaning = f"**{field['title']}** {field['description']}".replace("|", "\\|")
    return f"| `{field['name']}` | {value} | {_default(field, words)} | {meaning} |"


def _default(field: Mapping[str, Any], words: Mapping[str, str]) -> str:
    if field["required"]:
        return words["required"]
    if field["default"] in (None, "", [], {}):
        return "–"
    return f"`{json.dumps(field['default'], ensure_ascii=False)}`"


def as_text(document: Mapping[str, Any], locale: str) -> Iterator[str]:
    """Lines for a terminal."""
    words = _WORDS[locale]
    yield f"{document['type']}: {document['title']}"
    yield document["doc"]
    if document["is_probed"]:
        yield f"{words['phases']}: " + ", ".join(document["phases"].values())
    for field in document["fields"]:
        secret = f", {words['secret']}" if field["secret"] else ""
        yield f"  {field['name']} ({field['value']}{secret}; {_default(field, words).strip('`')})"
        yield f"      {field['title']}: {field['description']}"
