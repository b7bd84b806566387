"""`apprise_child` in which some names lead to a server on loopback: the look-up alone is another.

The environment holds nothing but the certificate authorities, so where they lead is in a file beside those.
"""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

from app.engine.notify import apprise_child

FILE = "elsewhere.json"


def lead(port: int, names: list[str]) -> None:
    real = socket.getaddrinfo

    def answer(host: Any, asked: Any, *rest: Any, **more: Any) -> Any:
        if host in names:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return real(host, asked, *rest, **more)

    socket.getaddrinfo = answer  # type: ignore[assignment]


if __name__ == "__main__":
    found = json.loads(Path(os.environ["SSL_CERT_FILE"]).with_name(FILE).read_text())
    lead(found["port"], found["names"])
    apprise_child.main()
