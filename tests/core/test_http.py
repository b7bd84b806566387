"""The outgoing door against receivers that mean it ill, on real sockets."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import time
import tracemalloc
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path

import pytest

from app.core import http
from app.core.clock import from_ms, now_ms
from app.core.http import Door, DoorError
from app.core.pinned import tls_context
from app.engine.net.guard import AllowList
from app.engine.net.resolver import resolve
from tests.engine.certs import Authority
from tests.engine.targets import Act, NameServer, Target, free_port, redirect, reply, reset

LOOPBACK = AllowList(("127.0.0.0/8",))
LINK_LOCAL = "http://169.254.169.254/latest/meta-data/"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(Path(tmp_path_factory.mktemp("authority")))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """The name server the door asks."""
    with NameServer({}) as server:
        monkeypatch.setattr(
            http, "resolve", lambda host, timeout: resolve(host, timeout, dns_servers=(server.address,))
        )
        yield server


def slowly(wire: bytes, seconds: float = 0.05) -> Act:
    """Send this, then one byte again and again, until nobody listens."""

    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(wire)
        for _ in range(int(10 / seconds)):
            time.sleep(seconds)
            connection.sendall(b"x")

    return act


def for_ever(wire: bytes) -> Act:
    def act(connection: socket.socket, _request: bytes) -> None:
        while True:
            connection.sendall(wire)

    return act


def test_it_brings_the_answer() -> None:
    with Target(reply(b"hello", headers=("X-Here: 1",))) as target:
        response = Door(LOOPBACK).request("GET", target.url("/path?q=1"))
    assert (response.status, response.body, response.address) == (200, b"hello", "127.0.0.1")
    assert response.headers["x-here"] == "1" and response.ms > 0
    assert target.requests[0].startswith(b"GET /path?q=1 HTTP/1.1")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "0.0.0.0",
        "[64:ff9b::7f00:1]",
        "100.64.0.1",
        "user@127.0.0.1",
    ],
)
def test_it_refuses_what_is_not_public(host: str) -> None:
    with Target(reply()) as target:
        with pytest.raises(DoorError) as caught:
            Door(AllowList.nothing()).request("GET", target.url(host=host))
        assert caught.value.permanent and target.requests == []


def test_it_tries_the_next_address_when_one_takes_no_connection(names: NameServer) -> None:
    names.zone["two.example"] = ("127.0.0.1", "127.0.0.2")
    with Target(reply(), host="127.0.0.2") as target:
        response = Door(LOOPBACK).post(target.url(host="two.example"), headers={}, data=b"{}")
    assert response.address == "127.0.0.2"


def test_it_says_in_a_sentence_that_nobody_listens() -> None:
    with pytest.raises(DoorError, match="took no connection") as caught:
        Door(LOOPBACK).request("GET", f"http://127.0.0.1:{free_port()}/")
    assert caught.value.code == "connect" and not caught.value.permanent


def test_a_name_nobody_knows_may_be_known_later(names: NameServer) -> None:
    with pytest.raises(DoorError, match=r"nowhere\.example") as caught:
        Door(LOOPBACK).request("GET", "http://nowhere.example/")
    assert caught.value.code == "dns" and not caught.value.permanent


def test_it_ends_a_circle_of_redirects() -> None:
    with Target(redirect("/")) as target, pytest.raises(DoorError) as caught:
        Door(LOOPBACK, max_redirects=3).request("GET", target.url())
    assert caught.value.code == "redirects" and len(target.requests) == 4


@pytest.mark.parametrize(("method", "times"), [("GET", 3), ("POST", 1)])
def test_it_repeats_only_what_does_no_harm_twice(method: str, times: int) -> None:
    with Target(reply(b"", "503 Later")) as target:
        assert Door(LOOPBACK).request(method, target.url(), retries=2).status == 503
        assert len(target.requests) == times


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(b"", id="status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Slow: ", id="headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", id="body without length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", id="body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", id="chunk extension"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 9999\r\n\r\n", id="redirect"),
    ],
)
def test_it_ends_a_drip_at_the_deadline_wherever_it_drips(wire: bytes) -> None:
    with Target(slowly(wire)) as target:
        started = time.monotonic()
        with pytest.raises(DoorError) as caught:
            Door(LOOPBACK, total_seconds=0.4).request("GET", target.url())
        assert caught.value.code == "timeout" and not caught.value.permanent
        assert time.monotonic() - started < 3


def test_it_ends_a_handshake_that_stalls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        started = time.monotonic()
        with pytest.raises(DoorError) as caught:
            Door(LOOPBACK, total_seconds=0.4).request("GET", url)
    assert caught.value.code == "timeout" and time.monotonic() - started < 3


def test_it_does_not_listen_for_ever_to_answers_before_the_answer() -> None:
    with Target(for_ever(b"HTTP/1.1 100 Continue\r\n\r\n")) as target:
        started = time.monotonic()
        with pytest.raises(DoorError):
            Door(LOOPBACK, total_seconds=0.4).request("GET", target.url())
        assert time.monotonic() - started < 3


def test_it_does_not_read_headers_without_end() -> None:
    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in itertools.count():
            connection.sendall(b"X-%d: %s\r\n" % (number, b"y" * 1000))

    with Target(act) as target, pytest.raises(DoorError):
        Door(LOOPBACK, total_seconds=3).request("GET", target.url())


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_bomb_stays_small_in_memory(times: int) -> None:
    bomb = b"\0" * 30_000_000
    for _ in range(times):
        bomb = gzip.compress(bomb)
    encoding = ", ".join(["gzip"] * times)
    with Target(reply(bomb, headers=(f"Content-Encoding: {encoding}",))) as target:
        tracemalloc.start()
        try:
            with pytest.raises(DoorError) as caught:
                Door(LOOPBACK, max_bytes=200_000).request("GET", target.url())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert caught.value.code == "too_large" and caught.value.permanent
    assert peak < 4_000_000


def test_a_name_that_changes_its_address_is_asked_once_and_pinned(names: NameServer) -> None:
    names.zone["rebind.example"] = ("127.0.0.1",)
    with Target(reply()) as target:
        response = Door(LOOPBACK).request("GET", target.url(host="rebind.example"))
        names.zone["rebind.example"] = ("169.254.169.254",)
        with pytest.raises(DoorError, match="link-local"):
            Door(LOOPBACK).request("GET", target.url(host="rebind.example"))
    assert response.address == "127.0.0.1"
    assert names.asked["rebind.example"] == 4  # A and AAAA, once for each of two requests.


def test_a_name_with_one_bad_address_is_refused_whole(names: NameServer) -> None:
    names.zone["mixed.example"] = ("127.0.0.1", "10.0.0.1")
    with Target(reply()) as target:
        with pytest.raises(DoorError) as caught:
            Door(LOOPBACK).request("GET", target.url(host="mixed.example"))
        assert caught.value.code == "refused" and target.requests == []


@pytest.mark.parametrize(
    ("location", "code"),
    [
        (LINK_LOCAL, "refused"),
        ("//10.0.0.1/", "refused"),
        ("http://[::ffff:169.254.169.254]/", "refused"),
        ("http://2852039166/", "refused"),
        ("file:///etc/passwd", "url"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "url"),
        ("http://127.0.0.1@10.0.0.1/", "url"),
        ("http:\\\\10.0.0.1\\", "url"),
    ],
)
def test_every_hop_passes_the_guard(location: str, code: str) -> None:
    with Target(redirect(location)) as target, pytest.raises(DoorError) as caught:
        Door(LOOPBACK).request("GET", target.url())
    assert caught.value.code == code and caught.value.permanent


def test_a_post_follows_nowhere() -> None:
    with Target(redirect(LINK_LOCAL, "307 Temporary Redirect")) as target:
        assert Door(LOOPBACK).post(target.url(), headers={}, data=b"{}").status == 307


@pytest.mark.parametrize(
    ("status", "line"),
    [("301 M", b"GET /next"), ("302 F", b"GET /next"), ("303 S", b"GET /next"), ("307 T", b"POST /next")],
)
def test_a_redirected_post_keeps_its_method_only_where_it_must(status: str, line: bytes) -> None:
    with Target(reply()) as target:
        target.act = lambda connection, request: (
            reply() if b"/next" in request else redirect("/next", status)
        )(connection, request)
        door = Door(LOOPBACK)
        door.request("POST", target.url(), headers={"Content-Type": "text/plain"}, data=b"body")
    last = target.requests[-1]
    assert last.startswith(line)
    assert (b"content-type" in last.lower()) == (b"body" in last) == line.startswith(b"POST")


def test_credentials_do_not_follow_from_https_to_http(authority: Authority) -> None:
    with (
        Target(reply()) as plain,
        Target(redirect(plain.url()), tls=authority.context("127.0.0.1")) as safe,
    ):
        door = Door(LOOPBACK, ca_file=authority.ca_file)
        door.request("GET", safe.url(), headers={"authorization": "Bearer x", "X-Kept": "1"})
    assert b"Bearer" not in plain.requests[0] and b"X-Kept" in plain.requests[0]


def test_the_certificate_is_the_names_though_the_address_is_pinned(
    authority: Authority, names: NameServer
) -> None:
    names.zone["shop.example"] = ("127.0.0.1",)
    context = authority.context("shop.example")
    asked: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with Target(reply(), tls=context) as target:
        door = Door(LOOPBACK, ca_file=authority.ca_file)
        assert door.request("GET", target.url(host="shop.example")).status == 200
    assert asked == ["shop.example"]
    assert f"Host: shop.example:{target.port}".encode() in target.requests[0]


@pytest.mark.parametrize("wrong", ["name", "issuer", "expired"])
def test_a_wrong_certificate_is_refused(authority: Authority, wrong: str) -> None:
    context = {
        "name": lambda: authority.context("other.example"),
        "issuer": lambda: authority.context("127.0.0.1", self_signed=True),
        "expired": lambda: authority.context("127.0.0.1", days=-1),
    }[wrong]()
    with Target(reply(), tls=context) as target, pytest.raises(DoorError) as caught:
        Door(LOOPBACK, ca_file=authority.ca_file).request("GET", target.url())
    assert caught.value.code == "tls" and target.requests == []


def test_the_authorities_are_read_once_a_process(authority: Authority) -> None:
    assert tls_context(authority.ca_file) is tls_context(authority.ca_file)
    assert tls_context(authority.ca_file).verify_mode is ssl.CERT_REQUIRED
    assert tls_context(authority.ca_file).check_hostname


def test_it_heeds_no_proxy_and_no_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Target(reply()) as target:
        assert Door(LOOPBACK).request("GET", target.url()).status == 200
    assert b"authorization" not in target.requests[0].lower()


def test_a_caller_cannot_name_another_host() -> None:
    with Target(reply()) as target:
        Door(LOOPBACK).request("GET", target.url(), headers={"host": "elsewhere.example"})
    assert target.requests[0].lower().count(b"host:") == 1 and b"elsewhere" not in target.requests[0]


def test_a_post_that_broke_off_is_not_sent_to_the_next_address(names: NameServer) -> None:
    names.zone["two.example"] = ("127.0.0.1", "127.0.0.2")
    with (
        Target(lambda connection, _: reset(connection), host="127.0.0.1") as first,
        Target(reply(), host="127.0.0.2", port=first.port) as second,
    ):
        first.act = second.act = lambda connection, _: reset(connection)
        with pytest.raises(DoorError) as caught:
            Door(LOOPBACK).post(first.url(host="two.example"), headers={}, data=b"{}")
    assert caught.value.code == "broken" and not caught.value.permanent
    assert len(first.requests) + len(second.requests) == 1


def test_an_answer_that_is_no_http_is_a_sentence() -> None:
    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"-ERR unknown command\r\n")

    with Target(act) as target, pytest.raises(DoorError) as caught:
        Door(LOOPBACK).request("GET", target.url())
    assert caught.value.code == "broken"


@pytest.mark.parametrize("given", ["²", "-5", "soon", "1e99", "", "9" * 5000])
def test_an_unreadable_retry_after_does_no_harm(given: str) -> None:
    wire = reply(b"", "503 Later", (f"Retry-After: {given}",))
    with Target(wire) as target:
        assert Door(LOOPBACK, total_seconds=0.4).request("GET", target.url(), retries=1).status == 503


def test_it_waits_as_long_as_retry_after_asks_or_gives_up_at_once() -> None:
    later = format_datetime(from_ms(now_ms() + 60_000), usegmt=True)
    with Target(reply(b"", "429 Slow", (f"Retry-After: {later}",))) as target:
        started = time.monotonic()
        assert Door(LOOPBACK, total_seconds=5).request("GET", target.url(), retries=3).status == 429
        assert len(target.requests) == 1 and time.monotonic() - started < 3


def test_a_hundred_requests_leave_no_descriptor_behind() -> None:
    descriptors = Path("/proc/self/fd")
    with Target(reply()) as target:
        door = Door(LOOPBACK)
        door.request("GET", target.url())
        before = len(list(descriptors.iterdir()))
        for _ in range(100):
            door.request("GET", target.url())
        assert len(list(descriptors.iterdir())) <= before + 3
