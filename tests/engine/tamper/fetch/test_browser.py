"""A page in a real Chromium: what is seen of it, and that nothing of it goes past the guard."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from app.engine.tamper.fetch import Browsed, BrowseWant, browse
from app.engine.tamper.types import Redirect
from tests.engine.certs import Authority
from tests.engine.tamper.fetch.conftest import Fetch
from tests.engine.targets import NameServer, Target, redirect, reply

pytestmark = pytest.mark.browser

HTML = ("Content-Type: text/html; charset=utf-8",)
Show = Callable[..., Browsed]


def page(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>云眼</title>{head}</head><body>{body}</body></html>".encode()


def serve(files: dict[str, bytes]) -> Callable[[socket.socket, bytes], object]:
    def act(connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ", 2)[1].decode()
        found = files.get(path)
        answer = reply(b"", "404 Not Found") if found is None else reply(found, headers=HTML)
        answer(connection, request)

    return act


@pytest.fixture
def show(chromium_path: str) -> Show:
    def call(
        url: str, *, allow: tuple[str, ...] = ("127.0.0.1",), seconds: float = 20, **how: object
    ) -> Browsed:
        want = BrowseWant(url, allow, timeout_seconds=seconds, **how)  # type: ignore[arg-type]
        return browse(want, chromium=chromium_path, now=time.time)

    return call


def test_it_gives_the_page_as_scripts_made_it_and_its_picture(show: Show) -> None:
    body = "<script>document.body.append(Object.assign(document.createElement('p'),{id:'made'}))</script>"
    with Target(serve({"/": page(body + "<img src=/logo.png>")})) as target:
        seen = show(target.url())
    assert (seen.error, seen.observation.error, seen.observation.status) == (None, None, 200)
    assert b'<p id="made"></p>' in seen.observation.body
    assert "云眼".encode() in seen.observation.body
    assert seen.observation.body.startswith(b"<!DOCTYPE html>")
    assert seen.observation.requests == (target.url(), target.url("/logo.png"))
    assert seen.observation.addresses == ("127.0.0.1",)
    assert ("Content-Type", "text/html; charset=utf-8") in seen.observation.headers
    with Image.open(BytesIO(seen.screenshot_png or b"")) as picture:
        assert picture.size == (1280, 800)


def test_it_bounds_the_pictures_height(show: Show) -> None:
    with Target(serve({"/": page("<div style='height:100000px'>long</div>")})) as target:
        seen = show(target.url())
    with Image.open(BytesIO(seen.screenshot_png or b"")) as picture:
        assert picture.size == (1280, 6000)


def test_it_looks_as_a_phone_does(show: Show) -> None:
    with Target(serve({"/": page("", "<meta name=viewport content='width=device-width'>")})) as target:
        seen = show(target.url(), view="mobile")
        assert b"Mobile Safari" in target.requests[0]
    with Image.open(BytesIO(seen.screenshot_png or b"")) as picture:
        assert picture.size == (412, 915)


def test_it_comes_from_the_search_engine_when_the_view_does(show: Show) -> None:
    with Target(serve({"/": page("")})) as target:
        show(target.url(), view="baidu_referer")
        assert b"Referer: https://www.baidu.com/" in target.requests[0]


def test_it_keeps_redirects_by_server_and_by_script(show: Show) -> None:
    files = {"/": page("<script>location='/end'</script>"), "/end": page("end")}
    with Target(serve(files)) as target, Target(redirect(target.url("/"))) as start:
        seen = show(start.url()).observation
    assert seen.final_url == target.url("/end")
    assert seen.redirects == (
        Redirect(start.url(), 302, target.url("/")),
        Redirect(target.url("/"), 200, target.url("/end")),
    )


def test_a_page_left_before_its_end_is_one_hop(show: Show) -> None:
    def in_parts(connection: socket.socket, request: bytes) -> None:
        if b"GET /end" in request:
            reply(page("end"), headers=HTML)(connection, request)
            return
        first = page("<script>location='/end'</script>").removesuffix(b"</body></html>")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % (len(first) + 9)
        connection.sendall(head + first)
        is_left.wait(10)

    is_left = threading.Event()
    with Target(in_parts) as target:
        seen = show(target.url()).observation
        is_left.set()
    assert seen.final_url == target.url("/end")
    assert seen.redirects == (Redirect(target.url("/"), 200, target.url("/end")),)


def test_it_asks_our_resolver(show: Show) -> None:
    with (
        Target(serve({"/": page("named")})) as target,
        NameServer({"www.site.test": ("127.0.0.1",)}) as names,
    ):
        seen = show(target.url(host="www.site.test"), dns_servers=(names.address,))
    assert b"named" in seen.observation.body
    assert seen.observation.addresses == ("127.0.0.1",)


def test_it_tells_the_certificate_as_a_plain_fetch_does(
    show: Show, authority: Authority, fetch: Fetch
) -> None:
    with Target(serve({"/": page("safe")}), tls=authority.context("127.0.0.1")) as target:
        assert show(target.url()).error == "tls_untrusted"
        seen = show(target.url(), trusts_any=True).observation
        plain = fetch(target.url())
    assert b"safe" in seen.body
    assert seen.certificate == plain.certificate
    assert seen.certificate


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("file:///etc/passwd", "url_invalid"),
        ("http://127.0.0.9/", "address_refused"),
        ("http://x.test:8080/", "dns"),
    ],
)
def test_it_names_why_there_is_nothing_to_see(show: Show, url: str, error: str) -> None:
    with NameServer({}) as names:
        seen = show(url, dns_servers=(names.address,))
    assert (seen.error or "").startswith(error)
    assert seen.observation.error == seen.error
    assert (seen.observation.body, seen.screenshot_png) == (b"", None)


def test_it_says_that_nobody_listens(show: Show) -> None:
    with Target(serve({})) as target:
        url = target.url()
    assert show(url).error == "connect_refused"


def test_it_says_that_there_is_no_browser() -> None:
    seen = browse(BrowseWant("http://site.test/"), chromium=None, now=time.time)
    assert seen.error == seen.observation.error == "browser_missing"
    seen = browse(BrowseWant("http://site.test/"), chromium="/nonexistent", now=time.time)
    assert seen.error == "browser_failed"
