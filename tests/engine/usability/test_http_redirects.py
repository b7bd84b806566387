"""Redirects: followed hop by hop, each hop through the guard, credentials left behind."""

from __future__ import annotations

import socket

import pytest

from tests.engine.conftest import Probe
from tests.engine.targets import Target, redirect, reply


def test_it_judges_the_page_at_the_end(probe: Probe) -> None:
    with Target(reply(b"", "404 Not Found")) as end, Target(redirect(end.url("/end"))) as target:
        sample = probe(target.url())
    assert (sample.reason, sample.http_status) == ("http_status", 404)
    assert sample.facts["redirects"] == [{"status": 302, "url": end.url("/end")}]


def test_a_relative_location_is_resolved(probe: Probe) -> None:
    def act(connection: socket.socket, request: bytes) -> None:
        (redirect("../b?c#d") if request.startswith(b"GET /a/") else reply())(connection, request)

    with Target(act) as target:
        sample = probe(target.url("/a/"))
        assert target.requests[1].startswith(b"GET /b?c HTTP")
    assert sample.status == "up"


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.1.2.3/",
        "http://[::ffff:10.0.0.1]/",
        "http://0xa9fea9fe/",
        "http://[64:ff9b::a9fe:a9fe]/",
    ],
)
def test_a_redirect_to_a_private_address_is_refused(probe: Probe, location: str) -> None:
    with Target(redirect(location)) as target:
        sample = probe(target.url(), timeout_ms=2000)
    assert sample.reason == "address_refused"


@pytest.mark.parametrize(
    "location", ["ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:25/", "https://1.2.3.999/"]
)
def test_a_redirect_that_is_no_plain_http_is_not_followed(probe: Probe, location: str) -> None:
    with Target(redirect(location)) as target:
        sample = probe(target.url())
    assert sample.reason == "redirect_invalid"


def test_a_loop_ends_when_cookies_do_not_help(probe: Probe) -> None:
    with Target(redirect("/")) as target:
        sample = probe(target.url())
        assert len(target.requests) == 2
    assert sample.reason == "redirect_loop"


def test_an_endless_chain_ends_at_the_limit(probe: Probe) -> None:
    def act(connection: socket.socket, request: bytes) -> None:
        redirect(f"/{len(target.requests)}")(connection, request)

    with Target(act) as target:
        sample = probe(target.url(), max_redirects=3)
        assert len(target.requests) == 4
    assert sample.reason == "too_many_redirects"


def test_another_origin_does_not_get_the_credentials(probe: Probe) -> None:
    headers = {"Authorization": "Bearer secret", "X-Api-Key": "secret", "Accept-Language": "zh"}
    with Target(reply()) as end, Target(redirect(end.url())) as target:
        probe(target.url(), headers=headers)
        assert b"secret" in target.requests[0]
        assert b"secret" not in end.requests[0]
        assert b"Accept-Language: zh" in end.requests[0]


def test_the_same_origin_keeps_the_credentials(probe: Probe) -> None:
    def act(connection: socket.socket, request: bytes) -> None:
        (reply() if b"/in" in request else redirect("/in"))(connection, request)

    with Target(act) as target:
        probe(target.url(), headers={"Authorization": "Bearer secret"})
        assert b"secret" in target.requests[1]


def test_credentials_in_a_location_are_not_sent(probe: Probe) -> None:
    with Target(reply()) as end, Target(redirect(f"http://eve:word@127.0.0.1:{end.port}/")) as target:
        probe(target.url())
        assert b"Authorization" not in end.requests[0]


@pytest.mark.parametrize(
    ("status", "method"), [("302 Found", b"GET"), ("303 See Other", b"GET"), ("307 Temporary", b"POST")]
)
def test_a_post_becomes_what_browsers_make_of_it(probe: Probe, status: str, method: bytes) -> None:
    with Target(reply()) as end, Target(redirect(end.url(), status)) as target:
        probe(target.url(), method="POST", body="data")
        assert end.requests[0].split()[0] == method


def test_all_hops_share_one_time(probe: Probe) -> None:
    def act(connection: socket.socket, request: bytes) -> None:
        target.until_closed.wait(0.35)
        redirect(f"/{len(target.requests)}")(connection, request)

    with Target(act) as target:
        sample = probe(target.url(), timeout_ms=1200, max_redirects=20)
    assert sample.reason == "timeout"
    assert sample.total_ms is not None
    assert sample.total_ms < 2000


def test_a_site_that_looks_for_its_cookie_is_given_it(probe: Probe) -> None:
    def act(connection: socket.socket, request: bytes) -> None:
        answer = reply(b"welcome")
        if b"seen=1" not in request:
            answer = reply(b"", "302 Found", ("Location: /", "Set-Cookie: seen=1; Path=/"))
        answer(connection, request)

    with Target(act) as target:
        sample = probe(target.url(), keyword="welcome")
    assert (sample.status, sample.http_status) == ("up", 200)
