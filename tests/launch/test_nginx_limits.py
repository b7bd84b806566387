"""config/nginx.conf through a real nginx: limits, files it sends for CloudEye, TLS, other names."""

from __future__ import annotations

import http.client
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests

from config.launch import nginx
from tests import servers
from tests.engine.certs import Authority

FILE = b"0123456789" * 1000
API = "/api/cloudeye/v1"


class _Upstream(BaseHTTPRequestHandler):
    """Says what it was sent; /download lets nginx send a file."""

    def do_GET(self) -> None:
        if self.path == "/download":
            policy = "sandbox; default-src 'none'"
            kept = {"X-Accel-Redirect": "/_content/ab/abcd", "ETag": '"abcd"', "Content-Type": "text/plain"}
            named = {"Content-Disposition": "attachment; filename=a.txt", "Content-Security-Policy": policy}
            self._answer(200, {**kept, **named})
        else:
            self._answer(200, {}, json.dumps(dict(self.headers)).encode())

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        while size > 0:
            size -= len(self.rfile.read(min(size, 2**20)))
        self._answer(200, {}, b"{}")

    def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


@contextmanager
def _listening(path: Path, handler: type[BaseHTTPRequestHandler]) -> Iterator[None]:
    with _Server(str(path), handler) as server:
        path.chmod(0o777)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


@contextmanager
def _running(*, is_up: bool = True, tls: tuple[str, str] | None = None, **how: object) -> Iterator[int]:
    """A port of an nginx with the project's configuration, before a small server or before nobody."""
    port = servers.free_port()
    with servers.short_folder() as folder, ExitStack() as stack:
        folder.chmod(0o755)  # nginx's workers run as another user when its master is root
        kept = folder / "files" / "ab" / "abcd"
        kept.parent.mkdir(parents=True)
        kept.write_bytes(FILE)
        places = nginx.Places(str(folder / "web.sock"), files=folder / "files")
        if is_up:
            stack.enter_context(_listening(folder / "web.sock", _Upstream))
        server = nginx.render(places, listen=f"127.0.0.1:{port}", tls=tls, upload_mb=4, **how)  # type: ignore[arg-type]
        stack.enter_context(servers.nginx_server(folder, nginx.whole(server, folder), port))
        yield port


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with _running(rate=1000) as port:
        yield f"http://127.0.0.1:{port}"


def test_a_body_that_is_too_large_is_told_in_the_apis_shape(site: str) -> None:
    answer = requests.post(f"{site}{API}/sites", data=b"x" * (2**21 + 1), timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (413, 11001)


@pytest.mark.parametrize("path", [f"{API}/files", "/files"])
def test_uploads_may_be_larger(site: str, path: str) -> None:
    assert requests.post(f"{site}{path}", data=b"x" * (4 * 2**20), timeout=10).status_code == 200
    assert requests.post(f"{site}{path}", data=b"x" * (5 * 2**20 + 1), timeout=10).status_code == 413


def test_trying_passwords_is_slowed_and_looking_is_not(site: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        tries = list(pool.map(lambda _: requests.post(f"{site}{API}/user/login", timeout=10), range(60)))
    refused = [answer for answer in tries if answer.status_code == 429]
    assert len(refused) >= 20 and refused[0].json()["code"] == 10008
    assert refused[0].headers["Retry-After"] == "5"
    assert requests.get(f"{site}/login", timeout=30).status_code == 200
    assert requests.get(f"{site}{API}/sites", timeout=30).status_code == 200


def test_what_tries_nothing_is_not_slowed(site: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: requests.post(f"{site}{API}/user/tokens", timeout=10), range(60)))
    assert {answer.status_code for answer in made} == {200}


def test_a_flood_from_one_address_is_slowed() -> None:
    with _running(rate=2) as port, requests.Session() as session:
        states = [
            session.get(f"http://127.0.0.1:{port}{API}/sites", timeout=30).status_code for _ in range(20)
        ]
    assert states[:7] == [200] * 7 and 429 in states


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND"])
def test_methods_that_nobody_needs_are_refused(site: str, method: str) -> None:
    connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=30)
    connection.request(method, "/")
    assert connection.getresponse().status in (400, 405)
    connection.close()


def test_headers_that_are_too_long_are_refused(site: str) -> None:
    answer = requests.get(f"{site}/", headers={"X-Long": "x" * 20_000}, timeout=30)
    assert answer.status_code == 400


def test_nginx_sends_a_file_that_cloudeye_names(site: str) -> None:
    answer = requests.get(f"{site}/download", timeout=30)
    assert answer.content == FILE and answer.headers["ETag"] == '"abcd"'
    assert answer.headers["Content-Disposition"] == "attachment; filename=a.txt"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_part_of_it_may_be_asked_for(site: str) -> None:
    answer = requests.get(f"{site}/download", headers={"Range": "bytes=10-19"}, timeout=30)
    assert (answer.status_code, answer.content) == (206, FILE[10:20])


@pytest.mark.parametrize("path", ["/_content/ab/abcd", "/_content/../ab/abcd", "//_content/ab/abcd"])
def test_nobody_reaches_stored_files_past_cloudeye(site: str, path: str) -> None:
    answer = requests.get(f"{site}{path}", timeout=30)
    assert FILE not in answer.content


def test_the_api_keeps_its_shape_while_cloudeye_is_away() -> None:
    with _running(is_up=False) as port:
        answer = requests.get(f"http://127.0.0.1:{port}{API}/sites", timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (503, 15001)
    assert answer.headers["Content-Type"] == "application/json"


def test_a_page_asked_for_plainly_is_redirected_and_a_program_is_refused(tmp_path: Path) -> None:
    plain = servers.free_port()
    with _running(tls=Authority(tmp_path).files("localhost"), plain_port=plain) as port:
        for each in (plain, port):
            page = requests.get(f"http://127.0.0.1:{each}/sites?a=b", timeout=30, allow_redirects=False)
            assert page.status_code == 308
            assert page.headers["Location"].startswith("https://127.0.0.1")
            assert page.headers["Location"].endswith("/sites?a=b")
            for path in (f"{API}/sites", f"/static/..{API}/sites", "/metrics"):
                program = requests.post(f"http://127.0.0.1:{each}{path}", timeout=30, allow_redirects=False)
                assert (program.status_code, program.json()["code"]) == (403, 10005)
                assert "Location" not in program.headers


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_it_speaks_http2_and_tls_from_1_2_on(tmp_path: Path) -> None:
    with _running(tls=Authority(tmp_path).files("localhost")) as port:
        spoken = _spoken(port, ssl.TLSVersion.TLSv1_3)
        assert spoken == ("TLSv1.3", "h2")
        assert _spoken(port, ssl.TLSVersion.TLSv1_2)[0] == "TLSv1.2"
        with pytest.raises((ssl.SSLError, ConnectionError)):
            _spoken(port, ssl.TLSVersion.TLSv1_1)


def test_whoever_asks_for_another_name_gets_no_certificate(tmp_path: Path) -> None:
    tls = Authority(tmp_path).files("watch.example.org")
    with _running(tls=tls, server_name="watch.example.org", refuse_others=True) as port:
        assert _spoken(port, ssl.TLSVersion.TLSv1_3, "watch.example.org")[0] == "TLSv1.3"
        with pytest.raises(ssl.SSLError):
            _spoken(port, ssl.TLSVersion.TLSv1_3, "other.example.org")


def _spoken(port: int, version: ssl.TLSVersion, name: str = "localhost") -> tuple[str | None, str | None]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as bare,
        context.wrap_socket(bare, server_hostname=name) as spoken,
    ):
        return spoken.version(), spoken.selected_alpn_protocol()
