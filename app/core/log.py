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
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from app.core.log_batch import Lines
from app.core.redact import redact, redact_field
from config import Config, ConfigError

_bound: ContextVar[dict[str, str] | None] = ContextVar("log_context", default=None)
_STANDARD = set(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}
# What ends a line or moves a terminal's cursor, so that nobody's input can look like a line of ours.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(0x7F, 0xA0))} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


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


def _at(record: logging.LogRecord) -> str:
    return dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What is bound and what the line brings itself, without secrets."""
    held = vars(record)
    extra = {name: held[name] for name in held if name not in _STANDARD and not name.startswith("_")}
    return {name: redact_field(name, value) for name, value in {**(_bound.get() or {}), **extra}.items()}


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """The exception and the stack of a record, if it has them, without secrets."""
    parts = [formatter.formatException(record.exc_info)] if record.exc_info else []
    if record.stack_info:
        parts.append(record.stack_info)
    return redact("\n".join(parts))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return text.encode("utf-8", "backslashreplace").decode().translate(_CONTROL)


class TextFormatter(logging.Formatter):
    """One line an event. The lines of a trace follow it indented, so that none can pass for an event."""

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record, Lines):
            return record.text
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        event = _printable(redact(record.getMessage()) + fields)
        trace = "".join(f"\n  {_printable(line)}" for line in _trace(self, record).splitlines())
        return f"{_at(record)} {record.levelname:<7} {record.name} {event}{trace}"


class JsonFormatter(logging.Formatter):
    """One JSON object an event; no field can take the place of `at`, `level`, `logger` or `event`."""

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record, Lines):
            return record.text
        line: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname,
            "logger": record.name,
            "event": redact(record.getMessage()),
        }
        line = {**line, **_fields(record), **line}
        if trace := _trace(self, record):
            line["exception"] = trace
        return json.dumps(line, default=str, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _handler(settings: Config, process: str) -> dict[str, Any]:
    values: Any = settings
    if values.LOG_OUTPUT == "stream":
        return {"class": "logging.StreamHandler", "formatter": values.LOG_FORMAT}
    folder = settings.LOG_DIR / process
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"CLOUDEYE_LOG_DIR: {folder} cannot be made ({error.strerror}).") from error
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


# What no line of ours shows is not looked up for each: the caller's place, thread, process and task.
_UNSEEN = ("logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks")


def configure_logging(settings: Config, process: str) -> None:
    """Set up the process's logging: everything goes through the root, so no line is written twice."""
    for name in _UNSEEN:
        setattr(logging, name, False)
    logging._srcfile = None  # the way that Python's own documentation names
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
