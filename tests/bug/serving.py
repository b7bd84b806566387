"""A web server on loopback that answers from a function and keeps a record of what it was asked.

One port speaks http and https alike (the first byte tells), so that a site has both under one address.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """One request as it came. `at` is of the monotonic clock, header names are in lower case."""

    at: float
    method: str
    scheme: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def cookies(self) -> dict[str, str]:
        pairs = (each.strip().partition("=") for each in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}


@dataclass(frozen=True)
class Answer:
    """One answer. A content type among `headers` wins over `kind`."""

    body: str | bytes = ""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Headers = ()

    @property
    def raw(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body

    @property
    def is_html(self) -> bool:
        return self.kind.startswith("text/html")


App = Callable[[Asked], Answer]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    # Headers and body leave in two writes; waiting for the first one's receipt would cost 40 ms each.
    disable_nagle_algorithm = True
    server: SiteServer

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            time.monotonic(),
            self.command,
            "https" if isinstance(self.connection, ssl.SSLSocket) else "http",
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(min(length, 1_000_000)),
        )
        self.server.asked.append(asked)
        answer = self.server.app(asked)
        self.send_response_only(answer.status)
        names = {name.lower() for name, _ in answer.headers}
        if "content-type" not in names and answer.kind:
            self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers:
            self.send_header(name, value)
        body = answer.raw
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_OPTIONS = do_PUT = do_DELETE = do_PATCH = do_TRACE = answer
    do_PROPFIND = do_CONNECT = do_TRACK = do_DEBUG = do_MOVE = do_COPY = do_MKCOL = answer

    def log_message(self, format: str, *args: Any) -> None:
        """What was asked is kept by the server; nothing is printed."""


class SiteServer(ThreadingHTTPServer):
    """Serves `app` on 127.0.0.1. `asked` keeps every request in the order of their coming."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: App, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), _Handler)
        self.app = app
        self.asked: list[Asked] = []
        self.port: int = self.server_address[1]
        self._tls = tls
        self._host = host
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def url(self, path: str = "/", scheme: str = "") -> str:
        return f"{scheme or ('https' if self._tls else 'http')}://{self._host}:{self.port}{path}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        try:
            request.settimeout(30)
            if self._tls is not None and request.recv(1, socket.MSG_PEEK) == b"\x16":
                with self._tls.wrap_socket(request, server_side=True) as wrapped:
                    super().finish_request(wrapped, client_address)
            else:
                super().finish_request(request, client_address)
        except (OSError, ValueError):
            pass  # Who asks may go away, refuse the certificate, or speak no HTTP.

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(10)

    def server_bind(self) -> None:
        # HTTPServer would look its own name up here.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
