"""A site that the tests weaken and mend: a real HTTP server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOME = '<!doctype html><html><head><title>Shop</title></head><body><a href="/login">Log in</a></body></html>'
LOGIN = "<!doctype html><html><head><title>Log in</title></head><body><p>Welcome.</p></body></html>"


@dataclass
class Shop:
    """`pages` are bodies by path, `headers` are added to them. `is_held`: nothing answers until `let_go`."""

    base_url: str = ""
    pages: dict[str, str] = field(default_factory=lambda: {"/": HOME, "/login": LOGIN})
    headers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 200
    let_go: threading.Event = field(default_factory=threading.Event)
    is_held: bool = False
    was_asked: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        return self.base_url.partition("://")[2].rstrip("/")

    def weaken(self) -> None:
        """A session cookie that any script may read."""
        self.headers["/login"] = [("Set-Cookie", "sessionid=3f9c2a7be1d05846; Path=/")]

    def mend(self) -> None:
        self.headers["/login"] = [
            ("Set-Cookie", "sessionid=3f9c2a7be1d05846; Path=/; HttpOnly; SameSite=Strict; Secure")
        ]


@contextmanager
def running_shop() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            shop.asked.append(self.path)
            shop.was_asked.set()
            if shop.is_held:
                shop.let_go.wait(30)
            body = shop.pages.get(path)
            self.send_response(shop.status if body is not None else 404)
            for name, value in shop.headers.get(path, []):
                self.send_header(name, value)
            data = (body if body is not None else "<p>There is nothing here.</p>").encode()
            kind = "text/plain" if path.endswith(".txt") else "text/html; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_HEAD = do_OPTIONS = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # hang-ups are no news
    shop.base_url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield shop
    finally:
        shop.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()
