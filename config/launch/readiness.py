"""Asking the web process whether CloudEye is ready, over TCP or its unix socket.

`python -m config.launch.readiness [/healthz]` asks it for a container's health check: exit status 0 or 1.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from config import Config, load_settings

SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Readiness:
    is_ready: bool
    reason: str


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(str(self._path))


def bind_of(settings: Config) -> str:
    """What gunicorn binds: CLOUDEYE_BIND, or host and port."""
    values = vars(settings)
    host = values["HOST"]
    return values["BIND"] or (f"[{host}]:{settings.PORT}" if ":" in host else f"{host}:{settings.PORT}")


def web_address(settings: Config) -> Path | tuple[str, int]:
    """Where this machine reaches the web process."""
    bind = bind_of(settings)
    if bind.startswith("unix:"):
        return Path(bind.removeprefix("unix:"))
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    return ("127.0.0.1" if host in ("", "0.0.0.0", "::") else host), int(port)  # noqa: S104 - compared, not bound


def ask(address: Path | tuple[str, int], path: str = "/readyz") -> Readiness:
    """GET /readyz; the reason names what is missing."""
    connection = (
        _UnixConnection(address)
        if isinstance(address, Path)
        else http.client.HTTPConnection(*address, timeout=SECONDS)
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return Readiness(answer.status == 200, _reason(answer.status, answer.read(65536)))
    except (OSError, http.client.HTTPException) as error:
        return Readiness(False, f"the web process does not answer: {error}")
    finally:
        connection.close()


def _reason(status: int, body: bytes) -> str:
    try:
        said = json.loads(body)
        return f"{status} {said.get('msg', '')} {json.dumps(said.get('data', ''))}"
    except (ValueError, AttributeError):
        return f"status {status}"


def main() -> int:
    answered = ask(web_address(load_settings()), sys.argv[1] if len(sys.argv) > 1 else "/readyz")
    print(answered.reason)
    return 0 if answered.is_ready else 1


if __name__ == "__main__":
    sys.exit(main())
