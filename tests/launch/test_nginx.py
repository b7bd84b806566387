"""config/nginx.conf through a real nginx, before a small server that shows what reached it."""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests

from config.launch import nginx
from tests import servers


class _Upstream(BaseHTTPRequestHandler):
    """Answers with the headers it was sent; /live sends one event and waits for the test's word."""

    released = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/live":
            self._head({"Content-Type": "text/event-stream"})
            self.wfile.write(b"data: first\n\n")
            self.wfile.flush()
            self.released.wait(20)
            return
        own = {"X-Frame-Options": "SAMEORIGIN"} if self.path == "/own" else {}
        self._head({"Content-Type": "application/json", **own})
        self.wfile.write(json.dumps(dict(self.headers)).encode())

    def _head(self, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def _upstream(path: Path) -> Iterator[None]:
    with _Server(str(path), _Upstream) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            _Upstream.released.set()
            server.shutdown()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Base URL of an nginx with the project's configuration."""
    port = servers.free_port()
    with servers.short_folder() as folder, _upstream(folder / "web.sock"):
        folder.chmod(0o755)  # nginx's workers run as another user when its master is root
        (folder / "web.sock").chmod(0o777)
        static = folder / "static"
        static.mkdir()
        (static / "page.css").write_text("a { color: red }\n" * 200)
        server = nginx.render(str(folder / "web.sock"), listen=f"127.0.0.1:{port}", static=static)
        with servers.nginx_server(folder, nginx.whole(server, folder), port):
            yield f"http://127.0.0.1:{port}"


def test_forwarded_headers_of_a_client_are_overwritten(site: str) -> None:
    lies = {
        "X-Forwarded-For": "8.8.8.8",
        "X-Forwarded-Proto": "https",
        "X-Real-IP": "8.8.8.8",
        "Forwarded": "for=x",
    }
    seen = requests.get(f"{site}/", headers=lies, timeout=30).json()
    assert seen["X-Forwarded-For"] == "127.0.0.1"
    assert seen["X-Forwarded-Proto"] == "http"
    assert "X-Real-IP" not in seen
    assert "Forwarded" not in seen


def test_the_host_a_visitor_typed_reaches_the_application(site: str) -> None:
    assert requests.get(f"{site}/", timeout=30).json()["Host"] == site.removeprefix("http://")


def test_events_pass_at_once(site: str) -> None:
    with requests.get(f"{site}/live", stream=True, timeout=30) as answer:
        assert next(answer.iter_content(64)) == b"data: first\n\n"


def test_static_files_are_compressed_and_cached_by_version(site: str) -> None:
    answer = requests.get(f"{site}/static/page.css?v=1", timeout=30)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pages_are_not_compressed(site: str) -> None:
    assert "Content-Encoding" not in requests.get(f"{site}/", timeout=30).headers


def test_static_files_do_not_leave_their_folder(site: str) -> None:
    answer = requests.get(f"{site}/static../web.sock", timeout=30)
    assert answer.headers["Content-Type"] == "application/json"  # the application's answer, not a file


def test_a_header_of_the_application_is_sent_once_and_unchanged(site: str) -> None:
    assert requests.get(f"{site}/own", timeout=30).headers["X-Frame-Options"] == "SAMEORIGIN"


def test_nginx_adds_headers_where_the_application_set_none(site: str) -> None:
    assert requests.get(f"{site}/", timeout=30).headers["X-Frame-Options"] == "DENY"


def test_nginx_does_not_tell_its_version(site: str) -> None:
    assert requests.get(f"{site}/static/missing.css", timeout=30).headers["Server"] == "nginx"


def test_tls_lines_stand_in_the_configuration_when_asked_for() -> None:
    text = nginx.render("/run/x.sock", listen="443", tls=("/etc/chain.pem", "/etc/key.pem"))
    assert "listen 443 ssl http2;" in text
    assert "ssl_certificate_key /etc/key.pem;" in text
    assert not re.search(r"@[A-Z_]+@", text.split("upstream")[1])
