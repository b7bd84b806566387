"""`/openapi.json`: OpenAPI 3.1, made from the routes, parsers and output fields that are in force."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import orjson
from flask import Response

from app.controller.common.identifiers import HIGHEST, KEY
from app.controller.common.output import Named, object_schema, page_schema
from app.controller.common.parser import ANYTHING, Parser, described
from app.controller.common.resource import Operation, Resource, Route, operation, route
from app.controller.v1 import PREFIX, all_routes, routes
from app.service.permission.check import rule_of
from app.service.permission.roles import PUBLIC, SELF, SESSION, SESSION_ONLY

METHODS = ("get", "post", "patch", "delete")
_PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")
ERRORS = {
    "400": "Parameters invalid (11001); `data.fields` names each",
    "401": "Not logged in (10006), or a second factor is needed (10009)",
    "403": "No permission (10005), CSRF token wrong (10007), to be confirmed first (10010), second factor "
    "required (10011), password to be changed first (10012)",
    "404": "Not found (11004)",
    "409": "Conflict (11009)",
    "413": "More than a request may have (11001)",
    "424": "Another service did not answer as it should (15002)",
    "429": "Rate limited (10008)",
    "503": "Database (15003) or Redis (15004) not available",
}


_IN_PATHS = {
    "id": {"type": "integer", "minimum": 1, "maximum": HIGHEST},
    "key": {"type": "string", "pattern": f"^({KEY})$"},
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    for each in all_routes():
        path = _PLACEHOLDER.sub(r"{\2}", each.path)
        for method in METHODS:
            described_by: Operation | None = getattr(getattr(each.resource, method, None), "operation", None)
            if described_by is not None:
                paths.setdefault(path, {})[method] = _operation(each, method, described_by)
    return {
        "openapi": "3.1.0",
        "info": {"title": "CloudEye", "version": "1", "description": "Every answer is `{code, msg, data}`."},
        "servers": [{"url": PREFIX}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT, or an API token (ce_…)",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "cloudeye",
                    "description": "Changes need the CSRF token of the log-in's answer in X-CSRF-Token.",
                },
                "signed": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-EACH-SIGNATURE",
                    "description": "With the four headers beside it; see docs/signing.md.",
                },
            },
            "schemas": {"Anything": ANYTHING, **_named_schemas()},
            "responses": {code: _error(about) for code, about in ERRORS.items()},
        },
    }


def _named_schemas() -> dict[str, Any]:
    """What answers refer to by a name."""
    said = [
        about.output
        for each in all_routes()
        for method in METHODS
        if (about := getattr(getattr(each.resource, method, None), "operation", None)) is not None
    ]
    named = {output.name: output for output in said if isinstance(output, Named)}
    return {name: schema for output in named.values() for name, schema in output.schemas().items()}


def _operation(each: Route, method: str, about: Operation) -> dict[str, Any]:
    rule = rule_of(f"v1.{each.endpoint}", method.upper())
    said: dict[str, Any] = {
        "operationId": f"{each.endpoint}_{method}",
        "tags": [each.path.split("/")[1]],
        "summary": about.summary,
        "responses": {
            str(about.status): {
                "description": "ok",
                "content": _content(about),
            },
            **{code: {"$ref": f"#/components/responses/{code}"} for code in ERRORS},
        },
        "security": [{way: []} for way in _ways(rule, method)],
    }
    said["description"] = " ".join(part for part in (about.about, _needs(rule)) if part)
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": _IN_PATHS.get(kind, {"type": "string"}),
        }
        for kind, name in _PLACEHOLDER.findall(each.path)
    ]
    if about.parser is not None and about.parser.place == "args":
        parameters += [_parameter(argument) for argument in about.parser.arguments]
    elif about.parser is not None:
        said["requestBody"] = _body(about.parser)
    if about.takes is not None:
        said["requestBody"] = {"required": True, "content": about.takes}
    if each.endpoint == "monitor_run":
        said["responses"]["202"] = {
            "description": "still running",
            "content": said["responses"]["200"]["content"],
        }
    return {**said, "parameters": parameters} if parameters else said


def _ways(rule: str | None, method: str) -> tuple[str, ...]:
    """The ways in that can be let through, a program's usual one first."""
    if rule == PUBLIC:
        return ()
    if rule == SESSION or rule in SESSION_ONLY:
        return ("session",)
    if rule == SELF and method != "get":
        return ("bearer", "session")
    return ("bearer", "session", "signed")


def _needs(rule: str | None) -> str:
    if rule == SESSION:
        return "Only in a session: no token does it."
    if rule in (PUBLIC, SELF):
        return ""
    return f"Needs the permission `{rule}`{', in a session' if rule in SESSION_ONLY else ''}."


def _content(about: Operation) -> dict[str, Any]:
    if about.media is not None and about.media.endswith(("json", "event-stream")):
        return {about.media: {"schema": {"type": "object"}}}
    if about.media is not None:
        return {about.media: {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": _envelope(about)}}


def _parameter(argument: Any) -> dict[str, Any]:
    return {
        "name": argument.name,
        "in": "query",
        "required": argument.required,
        "schema": described(argument),
    }


def _body(parser: Parser) -> dict[str, Any]:
    is_needed = any(argument.required for argument in parser.arguments)
    return {"required": is_needed, "content": {"application/json": {"schema": parser.schema()}}}


def _envelope(about: Operation) -> dict[str, Any]:
    data: dict[str, Any] = {"type": "null"}
    if about.output is not None:
        data = page_schema(about.output) if about.is_paged else object_schema(about.output)
    return {
        "type": "object",
        "properties": {"code": {"const": 0}, "msg": {"type": "string"}, "data": data},
        "required": ["code", "msg", "data"],
    }


def _error(about: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {
            "code": {"type": "integer"},
            "msg": {"type": "string"},
            "data": {"type": ["object", "null"]},
        },
        "required": ["code", "msg", "data"],
    }
    return {"description": about, "content": {"application/json": {"schema": schema}}}


@route(routes, "/openapi.json", "openapi")
class OpenApi(Resource):
    @operation("This document", media="application/json")
    def get(self, actor: None, args: dict[str, Any]) -> Response:
        return Response(orjson.dumps(document()), mimetype="application/json")
