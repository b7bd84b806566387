"""The settings of a process, as a class for development, testing and production each."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import certifi

from config.env import ConfigError, read
from config.secrets import NAMES, kept_secrets, old_keys

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

SOCKET_PATH_LIMIT = 100
LONGEST_SOCKET = "supervisor.sock.12345678"
BROKERS = ("redis", "rediss", "redis+socket", "amqp", "amqps", "pyamqp")
KNOWN_DEFAULTS = ("changeme", "secret", "default", "password", "cloudeye", "please-change")


class Config:
    """Uppercase attributes, for `app.config.from_object` and for the processes without Flask."""

    MAKES_SECRETS = True
    COOKIE_SECURE_DEFAULT = False
    MADE_PASSWORDS_END = True
    """Whether a password that was made for somebody lets them choose their own and opens nothing else."""
    TESTING = False

    # Flask and Flask-Session
    MAX_CONTENT_LENGTH = 2 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE = 1024 * 1024
    SESSION_TYPE = "redis"
    SESSION_KEY_PREFIX = "session:"
    SESSION_COOKIE_NAME = "cloudeye"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_REFRESH_EACH_REQUEST = False
    SESSION_PERMANENT = True
    SESSION_ID_LENGTH = 32
    BABEL_TRANSLATION_DIRECTORIES = "translations"

    def __init__(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name.removeprefix("CLOUDEYE_"), value)
        self.DATA_DIR: Path = values["CLOUDEYE_DATA_DIR"]
        self.LOG_DIR: Path = values["CLOUDEYE_LOG_DIR"]
        self.ALLOW_PRIVATE_TARGETS: bool = values["CLOUDEYE_ALLOW_PRIVATE_TARGETS"]
        self.LOCATION: str = values["CLOUDEYE_LOCATION"]
        self.DNS_SERVERS: tuple[str, ...] = values["CLOUDEYE_DNS_SERVERS"]
        self.PORT: int = values["CLOUDEYE_PORT"]
        self.RUN_DIR = _run_dir(values["CLOUDEYE_RUN_DIR"], self.DATA_DIR)
        self.CA_FILE = str(values["CLOUDEYE_CA_FILE"] or certifi.where())
        if not os.path.isfile(self.CA_FILE):  # noqa: PTH113 - a name that is too long is none either
            raise ConfigError(f"CLOUDEYE_CA_FILE names {self.CA_FILE}, which is not a file.")
        self.LOCATION_KEY: str = values["CLOUDEYE_LOCATION_KEY"]
        self.CONTROL_TARGETS: tuple[str, ...] = values["CLOUDEYE_CONTROL_TARGETS"]
        self.IS_REMOTE_PROBE = bool(self.LOCATION_KEY)
        self.SECRET_KEY, self.ENCRYPTION_KEY = self._secrets(values)
        self.OLD_ENCRYPTION_KEYS: tuple[str, ...] = self._old_keys(values)
        self.SESSION_COOKIE_SECURE = _cookie_secure(
            values["CLOUDEYE_COOKIE_SECURE"], self.COOKIE_SECURE_DEFAULT
        )
        self.PERMANENT_SESSION_LIFETIME = timedelta(days=values["CLOUDEYE_SESSION_DAYS"])
        self.BABEL_DEFAULT_LOCALE: str = values["CLOUDEYE_DEFAULT_LOCALE"]
        self._connect(values)

    def _secrets(self, values: Mapping[str, Any]) -> tuple[str, str]:
        if self.IS_REMOTE_PROBE:
            return "", ""  # The key of its location is all that a machine which only probes may know.
        missing = [name for name in NAMES if not values[name]]
        if missing and not self.MAKES_SECRETS:
            raise ConfigError(f"{missing[0]} must be set in production, to at least 32 random characters.")
        kept = kept_secrets(self.DATA_DIR) if missing else {}
        for name in NAMES:
            value = values[name]
            if value and (len(value) < 32 or any(word in value.lower() for word in KNOWN_DEFAULTS)):
                raise ConfigError(
                    f"{name} must be at least 32 random characters and not a well-known default."
                )
        return values[NAMES[0]] or kept[NAMES[0]], values[NAMES[1]] or kept[NAMES[1]]

    def _old_keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Those that are given, and those that were replaced in the data folder."""
        given: tuple[str, ...] = values["CLOUDEYE_OLD_ENCRYPTION_KEYS"]
        is_kept = not self.IS_REMOTE_PROBE and not values["CLOUDEYE_ENCRYPTION_KEY"]
        return (*given, *(old_keys(self.DATA_DIR) if is_kept else ()))

    def _connect(self, values: Mapping[str, Any]) -> None:
        if self.IS_REMOTE_PROBE and not (values["CELERY_BROKER_URL"] or values["REDIS_URL"]):
            raise ConfigError("CELERY_BROKER_URL must name the installation's broker on a remote probe.")
        if not self.IS_REMOTE_PROBE:
            self._connect_database(values)
        self.EMBEDDED_REDIS = not values["REDIS_URL"]
        self.REDIS_URL: str = values["REDIS_URL"] or f"unix://{self.RUN_DIR / 'redis.sock'}"
        _check_url("REDIS_URL", self.REDIS_URL, ("redis", "rediss", "unix"))
        given: str = values["CELERY_BROKER_URL"] or _broker_of(self.REDIS_URL)
        brokers = given.split(";")  # Celery's way to name one and its substitutes
        for broker in brokers:
            _check_url("CELERY_BROKER_URL", broker, BROKERS)
        self.CELERY_BROKER_URL = ";".join(map(_verified, brokers))

    def _connect_database(self, values: Mapping[str, Any]) -> None:
        url = _database_url(values["DATABASE_URL"], self.DATA_DIR)
        self.SQLALCHEMY_DATABASE_URI = url.render_as_string(hide_password=False)
        self.SQLALCHEMY_ENGINE_OPTIONS: dict[str, Any] = (
            {"pool_size": 20, "max_overflow": 20, "connect_args": {"timeout": 5}}
            if url.get_backend_name() == "sqlite"
            else {
                "pool_size": values["CLOUDEYE_DB_POOL_SIZE"],
                "max_overflow": 0,
                "pool_pre_ping": True,
                "pool_recycle": 1800,
                "connect_args": {"connect_timeout": 5, "read_timeout": 60},
                "isolation_level": "READ COMMITTED",
            }
        )


class DevelopmentConfig(Config):
    """Embedded defaults: what is missing is made, and the password that is printed opens everything."""

    MADE_PASSWORDS_END = False


class TestingConfig(Config):
    TESTING = True


class ProductionConfig(Config):
    MAKES_SECRETS = False
    COOKIE_SECURE_DEFAULT = True


CLASSES: dict[str, type[Config]] = {
    "development": DevelopmentConfig,
    "testing": TestingConfig,
    "production": ProductionConfig,
}


def load_settings(environ: Mapping[str, str] | None = None) -> Config:
    """Read, check and derive every setting; `ConfigError` names the first that is wrong."""
    values = read(environ)
    return CLASSES[values["CLOUDEYE_ENV"]](values)


def _run_dir(given: Path | None, data_dir: Path) -> Path:
    """Where sockets go: short enough for the 108 bytes a socket's path may have.

    The shorter place is /tmp and not what TMPDIR says, since every process has to come to the same answer.
    """
    path = given or data_dir / "run"
    if len(os.fsencode(path / LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT:
        return path
    if given:
        most = SOCKET_PATH_LIMIT - len(LONGEST_SOCKET) - 1
        raise ConfigError(f"CLOUDEYE_RUN_DIR must have at most {most} bytes, for sockets to fit in it.")
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path("/tmp", f"cloudeye-{os.getuid()}-{digest}")  # noqa: S108 - the launcher checks whose it is


def _check_url(name: str, url: str, schemes: tuple[str, ...]) -> None:
    """The sentences leave the URL out: it may carry a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # read, since that is what checks it
    except ValueError as error:
        raise ConfigError(f"{name} is not a URL ({error}).") from error
    if parts.scheme not in schemes:
        raise ConfigError(f"{name} must begin with one of {', '.join(f'{each}://' for each in schemes)}.")
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme in ("unix", "redis+socket") and (host or not parts.path.startswith("/")):
        raise ConfigError(f"{name} must name a socket by its whole path, after three slashes.")


def _verified(broker: str) -> str:
    """A broker that has to show its certificate: kombu lets `rediss://` alone believe anybody's."""
    parts = urlsplit(broker)
    if parts.scheme != "rediss" or any(name == "ssl_cert_reqs" for name, _ in parse_qsl(parts.query)):
        return broker
    query = "&".join(filter(None, (parts.query, "ssl_cert_reqs=required")))
    return urlunsplit(parts._replace(query=query))


def _cookie_secure(given: str, default: bool) -> bool:
    if given not in ("", "0", "1"):
        raise ConfigError("CLOUDEYE_COOKIE_SECURE must be 1, 0 or empty.")
    return given == "1" if given else default


def _database_url(given: str, data_dir: Path) -> URL:
    # Here and not above: a machine that only probes has no use for it.
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import ArgumentError

    if not given:
        return URL.create("sqlite", database=str(data_dir / "cloudeye.db"))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise ConfigError(
            "DATABASE_URL is not a database URL such as mysql://user:password@host/cloudeye."
        ) from error
    backend = url.drivername.split("+")[0]
    if backend == "sqlite":
        return url
    if backend not in ("mysql", "mariadb"):
        raise ConfigError(f"DATABASE_URL names {backend}; CloudEye runs on sqlite, mysql and mariadb.")
    if not url.host or not url.database:
        raise ConfigError("DATABASE_URL must name a host and a database.")
    return url.set(drivername="mysql+pymysql", query={"charset": "utf8mb4", **url.query})


def _broker_of(redis_url: str) -> str:
    """The same Redis as Celery names it: its database on a socket is a `virtual_host`."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    options = [("virtual_host" if name == "db" else name, value) for name, value in parse_qsl(query)]
    return f"redis+socket://{path}" + (f"?{urlencode(options)}" if options else "")
