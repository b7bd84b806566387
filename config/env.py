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
_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
)


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


def scanner(value: str) -> str:
    """Where clamd listens: `unix:/path` or `tcp:host:port`; empty: nowhere."""
    if value and not re.fullmatch(r"unix:/.+|tcp:[^\s/]+:[0-9]{1,5}", value):
        raise ValueError("must be unix:/path/of/clamd.sock or tcp:host:port")
    return value


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


def token(value: str) -> str:
    """A secret that is compared as it is, or nothing."""
    if value and (len(value) < 16 or not re.fullmatch(r"[\x21-\x7e]+", value)):
        raise ValueError("must have at least 16 characters, without spaces")
    return value


def origins(value: str) -> tuple[str, ...]:
    """Origins as browsers name them (RFC 6454): scheme, host and port, nothing behind; or * alone."""
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    if parts != ("*",) and not all(_ORIGIN.fullmatch(part) for part in parts):
        raise ValueError("must be origins such as https://app.example.org, separated by commas, or * alone")
    return parts


def host(value: str) -> str:
    """An IP address without brackets, or a host's name."""
    try:
        ip_address(value)
    except ValueError as error:
        if not _HOST.fullmatch(value) or value.replace(".", "").isdigit():
            raise ValueError("must be an IP address or a host's name") from error
    return value


def bind(value: str) -> str:
    """What gunicorn binds: a socket's file, or host and port; or nothing."""
    if not value or re.fullmatch(r"unix:[^\0]+", value):
        return value
    name, _, port = value.rpartition(":")
    try:
        host(name[1:-1] if name.startswith("[") and name.endswith("]") else name or "0.0.0.0")  # noqa: S104 - read
        whole(1, 65535)(port)
        is_good = name.startswith("[") or ":" not in name
    except ValueError:
        is_good = False
    if not is_good:
        raise ValueError("must be unix:/path/of/a.sock or host:port")
    return value


def domain(value: str) -> str:
    """A host's name without anything around it, or nothing."""
    if value and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", value):
        raise ValueError("must be a domain such as example.org")
    return value


def queue_name(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", value):
        raise ValueError("must have 1 to 32 of a-z, 0-9 and -")
    return value


def country(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", value):
        raise ValueError("must be two letters such as CN")
    return value.upper()


def control_targets(value: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    for part in parts:
        if not is_control_target(part):
            raise ValueError("must be tcp://host:port, dns://server or https://host, separated by commas")
    return parts


def is_control_target(value: str) -> bool:
    """Whether it names something a probe can look at: tcp://host:port, dns://server, http(s)://host."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or len(value) > 500:
        return False
    if parts.scheme == "dns":
        return parts.path in ("", "/")
    return parts.scheme in ("http", "https") or (
        parts.scheme == "tcp" and port is not None and parts.path == ""
    )


def secret_list(value: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    if any(len(part) < 32 for part in parts):
        raise ValueError("must be keys of at least 32 characters each, separated by commas")
    return parts


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
    Variable("CLOUDEYE_HOST", host, "127.0.0.1", "Address the web server listens on."),
    Variable("CLOUDEYE_PORT", whole(1, 65535), "8000", "Port the web server listens on."),
    Variable(
        "CLOUDEYE_BIND",
        bind,
        "",
        "What gunicorn binds instead of host and port, e.g. `unix:/run/cloudeye/web.sock` behind nginx.",
    ),
    Variable("CLOUDEYE_BASE_URL", public_address, "", "Public address, for links in notifications."),
    Variable(
        "CLOUDEYE_PASSKEY_DOMAIN",
        domain,
        "",
        "Domain that passkeys are made for; they hold for its subdomains too. Empty: the public address's host.",
    ),
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
        "CLOUDEYE_OLD_ENCRYPTION_KEYS",
        secret_list,
        "",
        "Former encryption keys, comma-separated: they still open what they sealed, until `flask secrets rotate` has sealed it anew.",
        True,
    ),
    Variable(
        "CLOUDEYE_ADMIN_EMAIL", text, "", "Log-in of the first administrator. Empty: admin@cloudeye.local."
    ),
    Variable(
        "CLOUDEYE_ADMIN_PASSWORD",
        text,
        "",
        "Password of the first administrator. Empty: made and printed once; in production to be changed first.",
        True,
    ),
    Variable(
        "CLOUDEYE_ALLOW_PRIVATE_TARGETS",
        flag,
        "0",
        "Let probes and channels reach private and loopback addresses, for every organization.",
    ),
    Variable(
        "CLOUDEYE_REQUIRE_FACTOR",
        flag,
        "0",
        "Let nobody in without a second factor, whatever their organization chose (tokens of programs go on).",
    ),
    Variable("CLOUDEYE_LOCATION", queue_name, "default", "The location this machine's worker probes from."),
    Variable(
        "CLOUDEYE_LOCATION_KEY",
        text,
        "",
        "The key a location was given, on a machine that only probes: it needs the broker and nothing else.",
        True,
    ),
    Variable(
        "CLOUDEYE_CONTROL_TARGETS",
        control_targets,
        "",
        "What a probe looks at to learn whether its own network is there, comma-separated: `tcp://host:port`, `dns://server`, `https://…`. Empty: the location's own, or its name servers and gateway.",
    ),
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
    Variable(
        "CLOUDEYE_SESSION_HOURS",
        whole(1, 720),
        "12",
        "How long a log-in lasts without being used, in hours. Pages that only renew themselves do not use it.",
    ),
    Variable("CLOUDEYE_SESSION_DAYS", whole(1, 90), "7", "How long a log-in lasts at most, in days."),
    Variable(
        "CLOUDEYE_AUDIT_DAYS",
        whole(0, 36500),
        "0",
        "How many days audit entries are kept, at least 30 where it is set. 0: for ever.",
    ),
    Variable("CLOUDEYE_RESULT_DAYS", whole(2, 3650), "90", "How many days raw results are kept at most."),
    Variable(
        "CLOUDEYE_ROLLUP_5M_DAYS",
        whole(2, 3650),
        "30",
        "How many days roll-ups of 5 minutes are kept at most.",
    ),
    Variable(
        "CLOUDEYE_ROLLUP_1H_DAYS",
        whole(2, 3650),
        "400",
        "How many days roll-ups of an hour are kept at most.",
    ),
    Variable(
        "CLOUDEYE_ROLLUP_1D_DAYS", whole(2, 7300), "3650", "How many days roll-ups of a day are kept at most."
    ),
    Variable(
        "CLOUDEYE_DEFAULT_LOCALE",
        one_of("en", "zh"),
        "en",
        "Language where the browser asks for none we have.",
    ),
    Variable(
        "CLOUDEYE_PHONE_REGION",
        country,
        "CN",
        "The country (two letters, ISO 3166) of phone numbers that are typed without a country code.",
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
        "CLOUDEYE_UPLOAD_MB",
        whole(1, 10240),
        "512",
        "How large a request that brings files may be; nginx.conf has the same number.",
    ),
    Variable(
        "CLOUDEYE_CLAMD",
        scanner,
        "",
        "A virus scanner that uploads are shown to, `unix:/run/clamav/clamd.ctl` or `tcp:host:3310`. Empty: none. While it is away, no file is taken.",
    ),
    Variable(
        "CLOUDEYE_X_ACCEL",
        flag,
        "0",
        "Let nginx send files itself, by X-Accel-Redirect to `/_content/` as in nginx.conf.",
    ),
    Variable(
        "CLOUDEYE_METRICS_TOKEN",
        token,
        "",
        "What Prometheus sends to read `/metrics` (Authorization: Bearer …). Empty: there are no metrics.",
        True,
    ),
    Variable(
        "CLOUDEYE_CORS_ORIGINS",
        origins,
        "",
        "Origins whose pages may call the API, comma-separated; `*` for all, without cookies.",
    ),
    Variable(
        "CLOUDEYE_BASE_DOMAIN",
        domain,
        "",
        "Where each organization has an address of its own: with `example.org`, the organization `acme` is at acme.example.org, and that address is for its members alone.",
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
        "CLOUDEYE_FLOWER",
        flag,
        "0",
        "1: run Flower, Celery's own monitor, at /flower/ for the owner of the first organization. Workers then tell it of every task, which costs each a message.",
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
