"""The only reader of the environment: every setting is declared here, once.

A declaration gives the name, the type, the default, the sentence of the README's table and whether the
value is a secret. `read` turns the environment into values, or raises `ConfigError` with a sentence
that names the variable.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting is missing or bad. The message is one sentence for the operator."""


def text(value: str) -> str:
    return value


def flag(value: str) -> bool:
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("must be 1 or 0")


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of: {', '.join(choices)}")
        return value

    return parse


def path(value: str) -> Path:
    """A path; what is not absolute begins in the project's folder, whatever folder a process starts in."""
    try:
        return ROOT / Path(value).expanduser()
    except RuntimeError as error:
        raise ValueError("must be a path") from error


def optional_path(value: str) -> Path | None:
    return path(value) if value else None


def addresses(value: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    for part in parts:
        try:
            ip_address(part)
        except ValueError as error:
            raise ValueError("must be IP addresses, separated by commas") from error
    return parts


def public_address(value: str) -> str:
    """An http(s) URL without its last slash, or nothing."""
    try:
        parts = urlsplit(value)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if value and (not is_good or parts.query or parts.fragment or "@" in parts.netloc):
        raise ValueError("must be an address such as https://watch.example.org")
    return value.rstrip("/")


def queue_name(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", value):
        raise ValueError("must have 1 to 32 of a-z, 0-9 and -")
    return value


def zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be an IANA time zone such as Asia/Shanghai") from error


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    parse: Callable[[str], Any]
    default: str
    help: str
    is_secret: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "CLOUDEYE_ENV",
        one_of("development", "testing", "production"),
        "development",
        "Which class of defaults holds. `production` refuses missing or default secrets.",
    ),
    Variable("CLOUDEYE_HOST", text, "127.0.0.1", "Address the web server listens on."),
    Variable("CLOUDEYE_PORT", whole(1, 65535), "8000", "Port the web server listens on."),
    Variable(
        "CLOUDEYE_BIND",
        text,
        "",
        "What gunicorn binds instead of host and port, e.g. `unix:/run/cloudeye/web.sock` behind nginx.",
    ),
    Variable("CLOUDEYE_BASE_URL", public_address, "", "Public address, for links in notifications."),
    Variable("CLOUDEYE_DATA_DIR", path, "data", "Where the running system keeps what it writes."),
    Variable("CLOUDEYE_LOG_DIR", path, "log", "Where logs are written, a folder a process."),
    Variable(
        "CLOUDEYE_RUN_DIR",
        optional_path,
        "",
        "Where sockets are made. Empty: `run` in the data folder, or a folder in /tmp when that path is too long for a socket.",
    ),
    Variable(
        "CLOUDEYE_SECRET_KEY",
        text,
        "",
        "Signs tokens; at least 32 characters. Empty in development: made once and kept in the data folder.",
        True,
    ),
    Variable(
        "CLOUDEYE_ENCRYPTION_KEY",
        text,
        "",
        "Encrypts channel secrets and credentials at rest; at least 32 characters. Empty in development: as above.",
        True,
    ),
    Variable(
        "CLOUDEYE_ADMIN_EMAIL", text, "", "Log-in of the first administrator. Empty: admin@cloudeye.local."
    ),
    Variable(
        "CLOUDEYE_ADMIN_PASSWORD",
        text,
        "",
        "Password of the first administrator. Empty: made and printed once.",
        True,
    ),
    Variable(
        "CLOUDEYE_ALLOW_PRIVATE_TARGETS",
        flag,
        "0",
        "Let probes and channels reach private and loopback addresses, for every organization.",
    ),
    Variable("CLOUDEYE_LOCATION", queue_name, "default", "The location this machine's worker probes from."),
    Variable("CLOUDEYE_WEB_WORKERS", whole(1, 64), "1", "Gunicorn workers."),
    Variable(
        "CLOUDEYE_LOG_LEVEL",
        one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "INFO",
        "Least severe level that is logged.",
    ),
    Variable(
        "CLOUDEYE_LOG_FORMAT",
        one_of("text", "json"),
        "text",
        "One readable line, or one JSON object, a log event.",
    ),
    Variable(
        "CLOUDEYE_LOG_OUTPUT",
        one_of("time", "size", "stream"),
        "time",
        "Files rotated at midnight UTC, files rotated by size, or standard error.",
    ),
    Variable("CLOUDEYE_LOG_KEEP", whole(1, 1000), "14", "How many rotated files are kept."),
    Variable(
        "CLOUDEYE_LOG_MAX_MB", whole(1, 10000), "50", "Size at which a file is rotated when rotating by size."
    ),
    Variable("CLOUDEYE_SESSION_HOURS", whole(1, 720), "12", "How long a log-in lasts."),
    Variable("CLOUDEYE_RESULT_DAYS", whole(2, 3650), "30", "How many days raw results are kept."),
    Variable(
        "CLOUDEYE_DEFAULT_LOCALE",
        one_of("en", "zh"),
        "en",
        "Language where the browser asks for none we have.",
    ),
    Variable("CLOUDEYE_TIMEZONE", zone, "UTC", "Time zone of new organizations."),
    Variable("CLOUDEYE_DB_POOL_SIZE", whole(1, 500), "40", "Database connections a process (MySQL/MariaDB)."),
    Variable(
        "CLOUDEYE_TRUST_PROXY",
        flag,
        "0",
        "Believe X-Forwarded-* of exactly one proxy. Set it only behind nginx on a unix socket.",
    ),
    Variable(
        "CLOUDEYE_COOKIE_SECURE",
        text,
        "",
        "1: the session cookie goes over HTTPS only. Empty: 1 in production.",
    ),
    Variable(
        "CLOUDEYE_CA_FILE",
        optional_path,
        "",
        "Certificate authorities probes trust. Empty: Mozilla's, as packaged by certifi.",
    ),
    Variable(
        "CLOUDEYE_DNS_SERVERS",
        addresses,
        "",
        "Name servers probes ask, comma-separated. Empty: the system's.",
    ),
    Variable(
        "CLOUDEYE_CHROMIUM",
        text,
        "",
        "Chromium that shows watched pages. Empty: `chromium` or `google-chrome` on PATH, where there is one.",
    ),
    Variable(
        "DATABASE_URL",
        text,
        "",
        "Database, e.g. `mysql://user:password@host/cloudeye`. Empty: SQLite in the data folder.",
        True,
    ),
    Variable(
        "REDIS_URL",
        text,
        "",
        "Redis, e.g. `redis://host:6379/0`. Empty: an embedded server on a unix socket.",
        True,
    ),
    Variable("CELERY_BROKER_URL", text, "", "Celery's broker. Empty: the same Redis.", True),
)


def environment() -> dict[str, str]:
    """The process's environment over the project's `.env`."""
    kept = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value is not None}
    return {**kept, **os.environ}


def unknown_names(environ: Mapping[str, str] | None = None) -> list[str]:
    """Names that look like ours and are no setting: probably misspelt. (An orchestrator may set some too.)"""
    given = environment() if environ is None else environ
    known = {variable.name for variable in VARIABLES}
    return sorted(name for name in given if name.startswith("CLOUDEYE_") and name not in known)


def read(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Every declared setting by name, parsed; a bad one is named in a `ConfigError`."""
    given = environment() if environ is None else environ
    values: dict[str, Any] = {}
    for variable in VARIABLES:
        raw = given.get(variable.name, "").strip() or variable.default
        try:
            values[variable.name] = variable.parse(raw)
        except ValueError as error:
            shown = "the given value" if variable.is_secret else repr(raw)
            raise ConfigError(f"{variable.name} {error}, not {shown}.") from error
    return values
