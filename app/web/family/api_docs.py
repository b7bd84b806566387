"""The API's documentation as a page, from the same document that machines read."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.controller.v1.openapi import document
from app.web.blueprint import web


@web.get("/docs/api")
def api_docs() -> str:
    whole = document()
    return render_template("docs/api.html", families=_families(whole), root=whole["servers"][0]["url"])


def _families(whole: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    families: dict[str, list[dict[str, Any]]] = {}
    for path, methods in whole["paths"].items():
        for method, about in methods.items():
            families.setdefault(about["tags"][0], []).append(_operation(path, method, about))
    return families


def _operation(path: str, method: str, about: dict[str, Any]) -> dict[str, Any]:
    body = about.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    status = next(code for code in about["responses"] if code.startswith("2"))
    contents: dict[str, Any] = about["responses"][status].get("content", {})
    media = next(iter(contents), "")
    # A download has no fields: its kind of file stands where they would. This document has no envelope.
    schema = contents[media]["schema"] if media == "application/json" else {}
    answer = schema.get("properties", {}).get("data", schema)
    outputs = _outputs(answer) if answer or not media else [("body", media)]
    return {
        "id": about["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": about["summary"],
        "about": about["description"],
        "status": status,
        "inputs": [_input(each) for each in about.get("parameters", [])] + _body_inputs(body),
        "outputs": outputs,
        "is_paged": "next_cursor" in answer.get("properties", {}),
    }


def _input(parameter: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "kind": _kind(parameter["schema"]),
        "is_required": parameter["required"],
        "about": parameter["schema"].get("description", ""),
    }


def _body_inputs(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "place": "body",
            "kind": _kind(each),
            "is_required": name in required,
            "about": each.get("description", ""),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _outputs(schema: dict[str, Any]) -> list[tuple[str, str]]:
    if "next_cursor" in schema.get("properties", {}):
        schema = schema["properties"]["items"]["items"]
    return [(name, _kind(each)) for name, each in schema.get("properties", {}).items()]


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a word or two: `string | null`, `integer 1–200`, `up | down`."""
    if "anyOf" in schema:
        return " | ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join("null" if each is None else str(each) for each in schema["enum"])
    kinds = schema.get("type", "any")
    word = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "minimum" in schema and "maximum" in schema:
        return f"{word} {schema['minimum']}–{schema['maximum']}"
    return word
