"""Files beside a page: their hashes, their bounds, stylesheets and what they import."""

from __future__ import annotations

import hashlib
import http.server
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest

from app.engine.tamper.fetch import Fetcher
from app.engine.tamper.types import Asset, Observation
from tests.bounded import within_cpu
from tests.engine.tamper.fetch.conftest import LOOPBACK
from tests.engine.tamper.fetch.pictures import png
from tests.engine.targets import Act, Target, reply


@dataclass
class Wanted:
    url: str
    role: str


class Site:
    """Serves files by path; `get` fetches some of them as assets of the page `/`."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.files: dict[str, bytes] = {}
        self.target = Target(self._answer)
        self._fetcher = fetcher

    def get(self, files: Mapping[str, str], **how: int) -> dict[str, Asset]:
        page = Observation(self.target.url("/"), 200, b"", 0, final_url=self.target.url("/"))
        wanted = [Wanted(self.target.url(path), role) for path, role in files.items()]
        found = self._fetcher.fetch_assets(page, wanted, allow=LOOPBACK, **how)
        assert [each.url for each in found] == [each.url for each in wanted]
        return dict(zip(files, found, strict=True))

    def _answer(self, connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ", 2)[1].decode()
        body = self.files.get(path)
        act: Act = reply(b"no", "404 Not Found") if body is None else reply(body)
        act(connection, request)


@pytest.fixture
def site(fetcher: Fetcher) -> Iterator[Site]:
    site = Site(fetcher)
    with site.target:
        yield site


def test_it_tells_hash_and_size_of_a_script(site: Site) -> None:
    site.files["/a.js"] = b"alert(1)"
    asset = site.get({"/a.js": "script"})["/a.js"]
    assert (asset.status, asset.size) == (200, 8)
    assert asset.sha256 == hashlib.sha256(b"alert(1)").hexdigest()
    assert (asset.phash, asset.text) == (None, None)


def test_it_tells_how_a_picture_looks(site: Site) -> None:
    site.files["/logo.png"] = png(1)
    assert len(site.get({"/logo.png": "image"})["/logo.png"].phash or "") == 16


def test_it_takes_what_only_calls_itself_a_picture_for_bytes(site: Site) -> None:
    site.files["/logo.svg"] = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    asset = site.get({"/logo.svg": "image"})["/logo.svg"]
    assert asset.phash is None
    assert asset.sha256


def test_it_tells_a_missing_file_from_no_answer(site: Site) -> None:
    found = site.get({"/gone.js": "script"})
    assert found["/gone.js"].status == 404
    page = Observation(site.target.url("/"), 200, b"", 0)
    assets = site._fetcher.fetch_assets(page, [Wanted(site.target.url("/a"), "image")], allow=())
    assert assets == (Asset(site.target.url("/a"), "image", 0),)


def test_it_asks_as_a_browser_does(site: Site) -> None:
    site.files["/a.css"] = b""
    site.get({"/a.css": "stylesheet"})
    request = site.target.requests[0].decode()
    assert f"Referer: {site.target.url('/')}\r\n" in request
    assert "Accept: text/css,*/*;q=0.1\r\n" in request


def test_it_reads_a_stylesheet_after_what_it_imports_from_its_host(site: Site) -> None:
    site.files["/css/a.css"] = b'@import url("b.css");@import "//other.test/c.css";/*@import "d.css";*/.a{}'
    site.files["/css/b.css"] = b".b{display:none}"
    text = site.get({"/css/a.css": "stylesheet"})["/css/a.css"].text or ""
    assert text.startswith(".b{display:none}@import")
    assert len(site.target.requests) == 2


def test_it_follows_imports_one_level_only(site: Site) -> None:
    site.files |= {"/a.css": b'@import "b.css";', "/b.css": b'@import "c.css";', "/c.css": b".c{}"}
    text = site.get({"/a.css": "stylesheet"})["/a.css"].text or ""
    assert ".c{}" not in text
    assert len(site.target.requests) == 2


def test_it_bounds_a_stylesheets_text(site: Site) -> None:
    site.files["/a.css"] = b".a{}" * 200_000
    asset = site.get({"/a.css": "stylesheet"})["/a.css"]
    assert len(asset.text or "") == 300_000
    assert asset.size == 800_000


def test_it_knows_a_long_file_by_its_beginning(site: Site) -> None:
    site.files["/a.js"] = b"x" * 5000
    asset = site.get({"/a.js": "script"}, max_each=1000)["/a.js"]
    assert asset.size == 1000
    assert asset.sha256 == hashlib.sha256(b"x" * 1000).hexdigest()


def test_it_leaves_out_what_comes_after_the_last_byte(site: Site) -> None:
    site.files |= {f"/{number}.js": b"x" * 1000 for number in range(20)}
    found = site.get(dict.fromkeys(site.files, "script"), total_bytes=3500)
    assert [each.status for each in found.values()] == [200] * 4 + [0] * 16
    assert len(site.target.requests) == 8


def test_it_asks_for_an_address_once_and_for_forty_at_most(site: Site) -> None:
    page = Observation(site.target.url("/"), 200, b"", 0)
    wanted = [Wanted(site.target.url(f"/{number % 50}"), "image") for number in range(100)]
    assert len(site._fetcher.fetch_assets(page, wanted, allow=LOOPBACK)) == 40
    assert len(site.target.requests) == 40


def test_it_reads_hostile_stylesheets_in_bounded_time(site: Site) -> None:
    site.files |= {"/a.css": b"/*@" * 150_000, "/b.css": b"@import 'x" * 50_000}
    with within_cpu(1):
        site.get({"/a.css": "stylesheet", "/b.css": "stylesheet"})


class Lasting(http.server.BaseHTTPRequestHandler):
    """Keeps connections, and counts them by their clients' ports."""

    protocol_version = "HTTP/1.1"
    clients: ClassVar[set[int]] = set()

    def do_GET(self) -> None:
        self.clients.add(self.client_address[1])
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


def test_its_files_share_connections_but_never_past_the_guard(fetcher: Fetcher) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lasting) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        page = Observation(f"{base}/", 200, b"", 0)
        wanted = [Wanted(f"{base}/{number}.js", "script") for number in range(24)]
        found = fetcher.fetch_assets(page, wanted, allow=LOOPBACK)
        again = fetcher.fetch_assets(page, wanted, allow=())
        server.shutdown()
        thread.join(10)
    assert [each.status for each in found] == [200] * 24
    assert len(Lasting.clients) < 16
    assert [each.status for each in again] == [0] * 24
