"""A real receiver on loopback, which keeps what it gets and answers as a test wishes."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from requests.structures import CaseInsensitiveDict


@dataclass(frozen=True)
class Request:
    """What came. Names of headers may be written in any case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Hook:
    """Answers `status`, `answer_headers` and `answer_body`, or whatever `answer` writes.

    While `is_open` is cleared it keeps everybody waiting; `has_received` is set by the first request.
    """

    def __init__(self) -> None:
        self.status = 200
        self.answer_headers: dict[str, str] = {}
        self.answer_body = b"ok"
        self.answer: Callable[[BaseHTTPRequestHandler], object] = self._answer
        self.requests: list[Request] = []
        self.has_received = threading.Event()
        self.is_open = threading.Event()
        self.is_open.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def speak_tls(self, context: ssl.SSLContext) -> None:
        """From now on TLS, by this context."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        headers = CaseInsensitiveDict(handler.headers.items())
        self.requests.append(Request(handler.command, handler.path, headers, body))
        self.has_received.set()
        self.is_open.wait(20)
        self.answer(handler)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = b"" if self.status in (204, 304) else self.answer_body
        handler.send_response(self.status)
        for name, value in {**self.answer_headers, "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def close(self) -> None:
        self.is_open.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(hook: Hook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                hook.take(self)
            except OSError:  # The other side has gone away, as some tests mean it to.
                self.close_connection = True

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


@contextmanager
def running_hook() -> Iterator[Hook]:
    hook = Hook()
    try:
        yield hook
    finally:
        hook.close()
