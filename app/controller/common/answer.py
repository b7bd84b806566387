"""The one shape of an answer, `{"code", "msg", "data"}`, and the one place where errors become it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask, Response, current_app, request
from redis import RedisError
from werkzeug.exceptions import HTTPException, InternalServerError

from app.core.errors import (
    CloudEyeError,
    ConflictError,
    DatabaseError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    RateLimitedError,
    RedisUnavailableError,
)
from app.core.snowflake import NoWorkerNumberError
from app.models.errors import DATABASE_AWAY, DATABASE_CLASH

log = logging.getLogger("cloudeye.web")
PageError = Callable[[CloudEyeError], Any]


def answer(data: Any = None, *, status: int = 200, code: int = 0, msg: str = "ok") -> Response:
    body = orjson.dumps({"code": code, "msg": msg, "data": data})
    return Response(body, status, content_type="application/json")


def error_answer(error: CloudEyeError) -> Response:
    response = answer(error.data, status=error.http_status, code=error.code, msg=error.msg)
    if isinstance(error, RateLimitedError):
        response.headers["Retry-After"] = str(error.resets_in)
    return response


def known(error: Exception) -> CloudEyeError:
    """Any exception as one of ours."""
    if isinstance(error, CloudEyeError):
        return error
    if isinstance(error, HTTPException):
        return _from_http(error)
    if isinstance(error, RedisError | NoWorkerNumberError):
        return RedisUnavailableError()
    if isinstance(error, DATABASE_AWAY):
        return DatabaseError()
    if isinstance(error, DATABASE_CLASH):
        return ConflictError()
    return CloudEyeError()


def _from_http(error: HTTPException) -> CloudEyeError:
    status = error.code or 500
    if status == 404:
        return NotFoundError()
    if status == 403:
        return NotPermittedError()
    ours = InvalidError({}) if status < 500 else CloudEyeError()
    ours.msg, ours.data, ours.http_status = error.description or error.name, None, status
    return ours


def _handle(error: Exception) -> Any:
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, Exception):
        error = error.original_exception  # What opening or keeping the session raised comes wrapped by Flask.
    ours = known(error)
    if ours.http_status >= 500 or isinstance(error, DATABASE_CLASH):
        log.error("request.failed", exc_info=error, extra={"path": request.path})
    page: PageError | None = current_app.extensions.get("page_error")
    if page is not None and not request.path.startswith("/api/"):
        return page(ours)
    response = error_answer(ours)
    if isinstance(error, HTTPException) and error.code == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or [])
    return response


def init_app(app: Flask) -> None:
    app.register_error_handler(Exception, _handle)
