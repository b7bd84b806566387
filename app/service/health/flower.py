"""Asking Flower, Celery's own monitor: it has no log-in, and listens on a socket of this user alone."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import CloudEyeError
from app.core.settings import get_settings

PREFIX = "/flower"
SECONDS = 15.0
MAX_BYTES = 32 * 2**20
_KEPT = ("content-type", "cache-control", "etag", "last-modified", "location")


class FlowerAwayError(CloudEyeError):
    code = 15002
    http_status = 502
    msg = "Flower does not run here; set CLOUDEYE_FLOWER=1 and start CloudEye again"


@dataclass(frozen=True, slots=True)
class FlowerAnswer:
    status: int
    headers: dict[str, str]
    body: bytes


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def flower_socket() -> Path:
    return get_settings().RUN_DIR / "flower.sock"


def ask_flower(target: str, *, etag: str = "", path: Path | None = None) -> FlowerAnswer:
    """What Flower says to a GET of `target` (path and query); no cookie of the asker goes there.

    Raises FlowerAwayError when it does not run or says nothing sensible.
    """
    connection = _Connection(path or flower_socket())
    try:
        connection.request("GET", target, headers={"If-None-Match": etag} if etag else {})
        response = connection.getresponse()
        body = response.read(MAX_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise FlowerAwayError from error
    finally:
        connection.close()
    if len(body) > MAX_BYTES:
        raise FlowerAwayError("Flower says more than is passed on")
    kept = {name: value for name, value in response.getheaders() if name.lower() in _KEPT}
    return FlowerAnswer(response.status, kept, body)
