"""Logging as an operator wants it: a folder a process, rotated, safe for many writers, secrets left out.

A log event is a fixed name plus identifiers: `log.info("delivery.sent", extra={"delivery_id": 7})`.
Request id and user id are bound once and stand on every line after that, in the request and in the
Celery task it caused.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from config import Config

_bound: ContextVar[dict[str, str] | None] = ContextVar("log_context", default=None)
_STANDARD = set(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}

_WORD = r"(?:authorization|cookie|password|passwd|secret|token|api[_-]?key|signature|access[_-]?key)"
_SECRETS = (
    (
        re.compile(
            rf"(?i)([\"']?[\w-]*{_WORD}[\w-]*[\"']?\s*[=:]\s*)(?:(?:bearer|basic|jwt)\s+)?([\"']?)[^\s\"'&,;}}]+\2"
        ),
        r"\1***",
    ),
    (re.compile(r"(?i)\b(bearer|basic|jwt)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (re.compile(r"(?i)([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/@]+@"), r"\1:***@"),
)


def redact(text: str) -> str:
    """The text without passwords, tokens, cookies and keys."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def current() -> dict[str, str]:
    """What is bound in this request or task: request_id, user_id."""
    return dict(_bound.get() or {})


def bind(**values: str | None) -> None:
    """Bind identifiers to everything logged from here on in this request or task."""
    _bound.set({**current(), **{name: value for name, value in values.items() if value}})


@contextmanager
def bound(**values: str | None) -> Iterator[None]:
    """Bind for the length of a block, from nothing."""
    token = _bound.set({name: value for name, value in values.items() if value})
    try:
        yield
    finally:
        _bound.reset(token)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    extra = {
        name: value
        for name, value in vars(record).items()
        if name not in _STANDARD and not name.startswith("_")
    }
    return {**current(), **extra}


class TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        line = f"{at} {record.levelname:<7} {record.name} {record.getMessage()}{fields}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return redact(line)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "at": at,
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update(_fields(record))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        cleaned = {
            name: "***"
            if re.search(rf"(?i){_WORD}", name)
            else redact(value)
            if isinstance(value, str)
            else value
            for name, value in line.items()
        }
        return json.dumps(cleaned, default=lambda value: redact(str(value)), ensure_ascii=False)


def _handler(settings: Config, process: str) -> dict[str, Any]:
    values: Any = settings
    if values.LOG_OUTPUT == "stream":
        return {"class": "logging.StreamHandler", "formatter": values.LOG_FORMAT}
    folder = settings.LOG_DIR / process
    folder.mkdir(parents=True, exist_ok=True)
    common = {
        "formatter": values.LOG_FORMAT,
        "filename": str(folder / f"{process}.log"),
        "backupCount": values.LOG_KEEP,
        "encoding": "utf-8",
    }
    if values.LOG_OUTPUT == "size":
        rotating = "concurrent_log_handler.ConcurrentRotatingFileHandler"
        return {"class": rotating, "maxBytes": values.LOG_MAX_MB * 1024 * 1024, **common}
    timed = "concurrent_log_handler.ConcurrentTimedRotatingFileHandler"
    return {"class": timed, "when": "midnight", "utc": True, "maxBytes": 0, **common}


def configure_logging(settings: Config, process: str) -> None:
    """Set up the process's logging: everything goes through the root, so no line is written twice."""
    level = getattr(settings, "LOG_LEVEL", "INFO")
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"text": {"()": TextFormatter}, "json": {"()": JsonFormatter}},
            "handlers": {"main": _handler(settings, process)},
            "root": {"level": level, "handlers": ["main"]},
            "loggers": {
                name: {"level": "WARNING", "handlers": [], "propagate": True}
                for name in (
                    "urllib3",
                    "celery.redirected",
                    "kombu",
                    "celery.worker.strategy",
                    "celery.app.trace",
                    "alembic.runtime.plugins",
                )
            },
        }
    )
    for name in ("celery", "celery.task", "gunicorn.error", "gunicorn.access", "werkzeug", "alembic"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def start_context(**values: str | None) -> None:
    """Begin a request or task with nothing but these identifiers bound."""
    _bound.set({name: value for name, value in values.items() if value})
