"""A resource's operation in one place: authorise, parse, call a service, dump."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flask_restful as restful
from flask import Response

from app.controller.common.answer import answer
from app.controller.common.identity import check_access
from app.controller.common.output import Value, dump
from app.controller.common.parser import Parser


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation takes and gives: all that its documentation is made from.

    `media` is what it answers with instead of a document: a file of that type. `takes` is the OpenAPI content
    of a body that is no JSON document.
    """

    summary: str
    parser: Parser | None = None
    output: dict[str, Value] | None = None
    is_paged: bool = False
    status: int = 200
    about: str = ""
    media: str | None = None
    takes: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    endpoint: str
    resource: type[restful.Resource]


class Api(restful.Api):
    """flask-restful with the application's own error handling, which it would bypass otherwise."""

    def error_router(self, original_handler: Callable[[Exception], Any], e: Exception) -> Any:
        return original_handler(e)


class Resource(restful.Resource):
    """Methods are made by `operation`; they take the actor, the path's values and the parsed arguments."""


def operation(
    summary: str,
    *,
    parser: Parser | None = None,
    output: dict[str, Value] | None = None,
    paged: bool = False,
    status: int = 200,
    about: str = "",
    media: str | None = None,
    takes: dict[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Make a method an operation: 1. authorise, 2. parse, 3. the method itself, 4. dump."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Response]:
        @functools.wraps(method)
        def wrapped(self: Resource, **path: Any) -> Response:
            actor = check_access()
            arguments = parser.parse() if parser else {}
            result = method(self, actor, arguments, **path)
            if isinstance(result, Response):
                return result
            return answer(dump(result, output), status=status)

        wrapped.operation = Operation(  # type: ignore[attr-defined]
            summary, parser, output, paged, status, about, media, takes
        )
        return wrapped

    return decorate


def route(routes: list[Route], path: str, endpoint: str) -> Callable[[type[Resource]], type[Resource]]:
    """Put a resource at a path of the API."""

    def decorate(resource: type[Resource]) -> type[Resource]:
        routes.append(Route(path, endpoint, resource))
        return resource

    return decorate
