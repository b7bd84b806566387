"""Plain fetching: what an observation tells of an ordinary answer."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from pathlib import Path

import pytest

from app.engine.tamper.fetch import VIEWS, Fetcher, Want
from app.engine.tamper.types import Redirect
from tests.engine.certs import Authority
from tests.engine.tamper.fetch.conftest import LOOPBACK, Fetch
from tests.engine.targets import NameServer, Target, redirect, reply

PAGE = "<html><title>云眼</title></html>".encode()


def test_it_gives_body_status_type_and_time(fetch: Fetch) -> None:
    with Target(reply(PAGE, headers=("Content-Type: text/html; charset=utf-8",))) as target:
        before = int(time.time())
        seen = fetch(target.url("/a?b=1"))
        assert (seen.status, seen.body, seen.error, seen.is_cut) == (200, PAGE, None, False)
        assert seen.content_type == "text/html; charset=utf-8"
        assert seen.url == seen.final_url == target.url("/a?b=1")
        assert seen.addresses == ("127.0.0.1",)
        assert before <= seen.at <= int(time.time())


def test_it_keeps_headers_in_order_with_their_names(fetch: Fetch) -> None:
    with Target(reply(PAGE, headers=("X-Two: 2", "x-one: 1", "X-Two: 3"))) as target:
        headers = fetch(target.url()).headers
    assert headers[1:] == (("X-Two", "2"), ("x-one", "1"), ("X-Two", "3"))


def test_it_keeps_the_body_of_an_error_page(fetch: Fetch) -> None:
    with Target(reply(PAGE, status="404 Not Found")) as target:
        seen = fetch(target.url())
    assert (seen.status, seen.body, seen.error) == (404, PAGE, None)


def test_it_answers_in_the_order_of_what_was_wanted(fetcher: Fetcher) -> None:
    def echo(connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ", 2)[1]
        reply(path)(connection, request)

    with Target(echo) as target:
        wanted = [Want(target.url(f"/{number}"), allow=LOOPBACK) for number in range(150)]
        seen = fetcher.fetch(wanted)
    assert [each.body for each in seen] == [f"/{number}".encode() for number in range(150)]


def test_it_fetches_nothing_for_nothing(fetcher: Fetcher) -> None:
    assert fetcher.fetch([]) == []


@pytest.mark.parametrize("view", list(VIEWS))
def test_it_asks_as_the_view_does(fetch: Fetch, view: str) -> None:
    with Target(reply(PAGE)) as target:
        assert fetch(target.url(), view=view).view == view
        request = target.requests[0].decode()
    for name, value in VIEWS[view].headers.items():
        assert f"{name}: {value}\r\n" in request


def test_its_own_headers_win_over_the_views(fetch: Fetch) -> None:
    with Target(reply(PAGE)) as target:
        fetch(target.url(), headers={"user-agent": "Mine/1"})
        request = target.requests[0].decode()
    assert "user-agent: Mine/1\r\n" in request
    assert "Chrome" not in request


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("UTF-8", bytes)],
)
def test_it_undoes_the_content_coding(fetch: Fetch, coding: str, pack: type[bytes]) -> None:
    with Target(reply(pack(PAGE), headers=(f"Content-Encoding: {coding}",))) as target:
        seen = fetch(target.url())
    assert (seen.body, seen.error) == (PAGE, None)


def test_it_keeps_every_redirect(fetch: Fetch) -> None:
    with (
        Target(reply(PAGE)) as end,
        Target(redirect(end.url("/end"), "301 Moved")) as middle,
        Target(redirect(middle.url("/m"))) as start,
    ):
        seen = fetch(start.url())
    assert seen.body == PAGE
    assert seen.final_url == end.url("/end")
    assert seen.redirects == (
        Redirect(start.url(), 302, middle.url("/m")),
        Redirect(middle.url("/m"), 301, end.url("/end")),
    )


def test_it_brings_a_cookie_back_within_one_fetch(fetch: Fetch) -> None:
    def gate(connection: socket.socket, request: bytes) -> None:
        if b"Cookie: seen=1" in request:
            reply(PAGE)(connection, request)
        else:
            reply(b"", "302 Found", ("Location: /", "Set-Cookie: seen=1; Path=/"))(connection, request)

    with Target(gate) as target:
        seen = fetch(target.url())
    assert (seen.body, seen.error) == (PAGE, None)


def test_it_takes_own_headers_to_no_other_origin(fetch: Fetch) -> None:
    with Target(reply(PAGE)) as other, Target(redirect(other.url())) as target:
        fetch(target.url(), headers={"Authorization": "Bearer secret"})
        assert b"secret" in target.requests[0]
        assert b"secret" not in other.requests[0]


def test_it_tells_the_certificate_and_its_chain(fetch: Fetch, authority: Authority) -> None:
    with Target(reply(PAGE), tls=authority.context("127.0.0.1")) as target:
        facts = fetch(target.url()).certificate
    assert facts is not None
    assert len(facts["sha256"]) == 64
    assert facts["issuer"] == "CloudEye tests, Test CA"
    assert facts["subject"] == "CloudEye tests, 127.0.0.1"
    assert facts["not_after"] > time.time()
    assert facts["chain"][0].startswith("-----BEGIN CERTIFICATE-----")


def test_it_tells_a_bad_certificate_too(fetch: Fetch, authority: Authority) -> None:
    with Target(reply(PAGE), tls=authority.context("127.0.0.1", days=-1)) as target:
        seen = fetch(target.url())
    assert seen.error == "tls_expired"
    assert seen.certificate is not None


def test_it_asks_our_resolver_and_tells_all_addresses(authority: Authority) -> None:
    with (
        Target(reply(PAGE)) as target,
        NameServer({"www.site.test": ("127.0.0.1", "127.0.0.2")}) as names,
        Fetcher(ca_file=authority.ca_file, dns_servers=[names.address], now=time.time) as fetcher,
    ):
        seen = fetcher.fetch([Want(target.url(host="www.site.test"), allow=LOOPBACK)])[0]
    assert seen.body == PAGE
    assert set(seen.addresses) == {"127.0.0.1", "127.0.0.2"}


def test_it_refuses_a_private_address(fetch: Fetch) -> None:
    with Target(reply(PAGE)) as target:
        seen = fetch(target.url(), allow=())
        assert target.requests == []
    assert (seen.error, seen.body, seen.status) == ("address_refused", b"", 0)


@pytest.mark.parametrize("url", ["ftp://site.test/", "http://user@site.test/", "nonsense", "http:// /"])
def test_it_names_an_address_that_is_none(fetch: Fetch, url: str) -> None:
    assert fetch(url).error == "url_invalid"


def test_it_refuses_what_the_caller_got_wrong(fetcher: Fetcher, tmp_path: Path) -> None:
    for bad in (
        Want("http://site.test/", view="martian"),
        Want("http://site.test/", allow=("10.0.0.0/99",)),
        Want("http://site.test/", headers={"X": "1\r\nY: 2"}),
    ):
        with pytest.raises(ValueError, match=r"."):
            fetcher.fetch([bad])


def test_it_says_that_it_was_stopped(authority: Authority) -> None:
    fetcher = Fetcher(ca_file=authority.ca_file, now=time.time)

    def close(_connection: socket.socket, _request: bytes) -> None:
        fetcher.close()

    with Target(close) as target:
        assert fetcher.fetch([Want(target.url(), allow=LOOPBACK)])[0].error == "probe_stopped"
    with pytest.raises(RuntimeError):
        fetcher.fetch([Want("http://site.test/")])
