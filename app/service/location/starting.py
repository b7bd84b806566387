"""How a probe is started at another place: the exact words, ready to be copied."""

from __future__ import annotations

from shlex import quote
from urllib.parse import urlsplit, urlunsplit

from app.core.settings import get_settings

SOCKET_SCHEMES = ("redis+socket", "unix")


def command_for(code: str, key: str) -> str:
    """The environment and the command, the broker as this installation calls it and without its password."""
    return " \\\n".join(
        (
            f"CLOUDEYE_LOCATION={code}",
            f"CLOUDEYE_LOCATION_KEY={key}",
            f"CELERY_BROKER_URL={quote(broker_shown())}",
            f".venv/bin/python -m tasks -n worker -Q probe.{code} --pool threads -c 64",
        )
    )


def broker_shown() -> str:
    """The broker without its password; for a socket, which nobody reaches from elsewhere, an example."""
    url = get_settings().CELERY_BROKER_URL.split(";")[0]
    parts = urlsplit(url)
    if parts.scheme in SOCKET_SCHEMES:
        return "redis://:PASSWORD@BROKER:6379/0"
    host = parts.netloc.rpartition("@")[2]
    login = "USER:PASSWORD@" if "@" in parts.netloc else ""
    return urlunsplit((parts.scheme, f"{login}{host}", parts.path, parts.query, ""))


def is_broker_reachable() -> bool:
    """Whether a probe elsewhere could reach the broker at all: not where it listens on a socket."""
    parts = urlsplit(get_settings().CELERY_BROKER_URL.split(";")[0])
    return parts.scheme not in SOCKET_SCHEMES and parts.hostname not in ("localhost", "127.0.0.1", "::1")
