"""The polite client of a scan, against real servers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import certifi
import pytest

from app.engine.bug.http.asker import SCAN_HEADER, Asker
from app.engine.bug.http.course import MAX_ERRORS, ScanOverError
from app.engine.bug.http.scope import Scope
from app.engine.bug.types import Login, Plan, Request
from tests.bug.serving import Answer, App, Asked, SiteServer
from tests.engine.targets import Target, reply, reset

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with SiteServer(lambda asked: Answer("hello", kind="text/plain")) as server:
        yield server


def plan_for(url: str) -> Plan:
    return Plan(url, budget=50, rate=200, allow=LOOPBACK, ca_file=certifi.where(), scan_id="s-1")


def asker_for(site: SiteServer, app: App | None = None, stop: Callable[[], bool] = lambda: False) -> Asker:
    if app is not None:
        site.app = app
    return Asker(plan_for(site.url()), now=time.time, stop=stop)


def test_it_asks_and_tells_what_came(site: SiteServer) -> None:
    response = asker_for(site).ask(site.url("/a"))
    assert (response.status, response.text, response.error) == (200, "hello", None)
    assert response.content_type == "text/plain"
    assert response.address == "127.0.0.1"


def test_it_says_who_asks_and_for_which_scan(site: SiteServer) -> None:
    asker_for(site).ask(site.url("/a"))
    assert "CloudEye" in site.asked[0].headers["user-agent"]
    assert site.asked[0].headers[SCAN_HEADER.lower()] == "s-1"


def test_it_sends_methods_headers_and_bodies_as_given(site: SiteServer) -> None:
    asker = asker_for(site)
    asker.ask(Request(site.url("/q"), "POST", (("Content-Type", "application/json"),), b'{"a":1}'))
    asker.ask(site.url("/o"), method="OPTIONS")
    asker.ask(site.url("/h"), method="HEAD")
    assert [each.method for each in site.asked] == ["POST", "OPTIONS", "HEAD"]
    assert site.asked[0].body == b'{"a":1}'
    assert site.asked[0].headers["content-type"] == "application/json"


def test_dots_in_a_path_are_sent_as_written(site: SiteServer) -> None:
    asker_for(site).ask(site.url("/a/../b/%2E%2E/c"))
    assert site.asked[0].target == "/a/../b/%2E%2E/c"


def test_the_answers_come_in_the_order_of_the_requests(site: SiteServer) -> None:
    asker = asker_for(site, lambda asked: Answer(asked.path))
    paths = [f"/{number}" for number in range(20)]
    assert [each.text for each in asker.ask_all([site.url(path) for path in paths])] == paths


def test_it_never_has_more_connections_than_permitted(site: SiteServer) -> None:
    lock, at_once, most = threading.Lock(), [0], [0]

    def app(asked: Asked) -> Answer:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.02)
        with lock:
            at_once[0] -= 1
        return Answer("x")

    asker_for(site, app).ask_all([site.url(f"/{number}") for number in range(12)])
    assert most[0] == 2


def test_the_budget_is_held_exactly(site: SiteServer) -> None:
    asker = asker_for(site)
    responses = asker.ask_all([site.url(f"/{number}") for number in range(60)])
    assert [each.error for each in responses].count("not_sent") == 10
    with pytest.raises(ScanOverError, match="budget"):
        asker.ask(site.url("/more"))
    assert len(site.asked) == asker.sent == 50


def test_the_rate_is_held(site: SiteServer) -> None:
    asker = Asker(replace(plan_for(site.url()), rate=40), now=time.time)
    asker.ask_all([site.url(f"/{number}") for number in range(41)])
    seconds = site.asked[-1].at - site.asked[0].at
    assert 40 / seconds == pytest.approx(40, rel=0.05)


def test_redirects_are_followed_one_by_one_within_the_site(site: SiteServer) -> None:
    hops = {"/a": "/b", "/b": "https://elsewhere.example/"}
    app: App = lambda asked: Answer("", 302, headers=(("Location", hops[asked.path]),))  # noqa: E731
    chain = asker_for(site, app).follow(site.url("/a"))
    assert [each.url for each in chain] == [site.url("/a"), site.url("/b")]


def test_redirects_in_a_circle_end(site: SiteServer) -> None:
    app: App = lambda asked: Answer("", 302, headers=(("Location", asked.path),))  # noqa: E731
    assert len(asker_for(site, app).follow(site.url("/a"))) == 1


def test_redirects_without_end_are_given_up(site: SiteServer) -> None:
    app: App = lambda asked: Answer("", 302, headers=(("Location", asked.path + "x"),))  # noqa: E731
    assert len(asker_for(site, app).follow(site.url("/a"), most=4)) == 5


@pytest.mark.parametrize("url", ["http://127.0.0.2/", "http://127.0.0.1:1/", "https://127.0.0.1/"])
def test_what_is_out_of_scope_is_never_sent(site: SiteServer, url: str) -> None:
    asker = asker_for(site)
    assert asker.ask(url).error == "out_of_scope"
    assert asker.sent == 0


def test_a_private_address_is_refused_unless_allowed(site: SiteServer) -> None:
    asker = Asker(replace(plan_for(site.url()), allow=()), now=time.time)
    assert asker.ask(site.url()).error == "address_refused"
    assert site.asked == []


def test_a_word_to_stop_is_heard_while_it_waits_for_an_answer(site: SiteServer) -> None:
    until, is_stopped = threading.Event(), threading.Event()

    def app(asked: Asked) -> Answer:
        is_stopped.set()
        until.wait(20)
        return Answer("late")

    asker = asker_for(site, app, is_stopped.is_set)
    begun = time.monotonic()
    with pytest.raises(ScanOverError, match="stopped"):
        asker.ask(site.url("/slow"))
    until.set()
    assert time.monotonic() - begun < 3


def test_a_site_that_is_too_busy_is_asked_more_slowly(site: SiteServer) -> None:
    busy = Answer("", 429, headers=(("Retry-After", "1"),))
    asker = asker_for(site, lambda asked: busy if len(site.asked) == 1 else Answer("x"))
    asker.ask_all([site.url("/a"), site.url("/b")])
    asker.ask(site.url("/c"))
    assert site.asked[-1].at - site.asked[0].at >= 0.9


def test_five_requests_without_an_answer_end_it() -> None:
    with Target(lambda connection, request: reset(connection)) as target:
        asker = Asker(plan_for(f"http://127.0.0.1:{target.port}/"), now=time.time)
        for _ in range(MAX_ERRORS):
            assert asker.ask(asker.plan.url).error
        with pytest.raises(ScanOverError, match="errors"):
            asker.ask(asker.plan.url)


def test_an_answer_in_between_forgives(site: SiteServer) -> None:
    busy = Answer("", 503, headers=(("Retry-After", "0"),))
    asker = asker_for(site, lambda asked: busy if asked.path == "/bad" else Answer(""))
    for _ in range(3):
        asker.ask_all([site.url("/bad"), site.url("/bad"), site.url("/good")])
    assert asker.ask(site.url("/good")).status == 200


def test_time_that_is_up_ends_it(site: SiteServer) -> None:
    asker = Asker(replace(plan_for(site.url()), max_seconds=0), now=time.time)
    with pytest.raises(ScanOverError, match="time"):
        asker.ask(site.url())


def test_a_body_without_end_is_cut() -> None:
    def stream(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                connection.sendall(b"x" * 65_536)
        except OSError:
            return

    with Target(stream) as target:
        asker = Asker(plan_for(f"http://127.0.0.1:{target.port}/"), now=time.time)
        response = asker.ask(Request(asker.plan.url, max_bytes=100_000))
    assert response.is_cut
    assert len(response.body) == 100_000


def test_codings_inside_codings_are_not_read() -> None:
    headers = ("Content-Encoding: gzip, gzip, gzip",)
    with Target(reply(b"x" * 100, headers=headers)) as target:
        asker = Asker(plan_for(f"http://127.0.0.1:{target.port}/"), now=time.time)
        assert asker.ask(asker.plan.url).error == "body_unreadable"


def test_headers_without_end_are_given_up() -> None:
    def stream(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                connection.sendall(b"X-A: " + b"x" * 4000 + b"\r\n")
        except OSError:
            return

    with Target(stream) as target:
        asker = Asker(plan_for(f"http://127.0.0.1:{target.port}/"), now=time.time)
        assert asker.ask(asker.plan.url).error == "headers_too_large"


def test_a_log_in_by_headers_goes_along(site: SiteServer) -> None:
    plan = replace(plan_for(site.url()), login=Login(headers=(("Cookie", "sid=1"),)))
    Asker(plan, now=time.time).ask(site.url("/a"))
    assert site.asked[0].headers["cookie"] == "sid=1"


def test_another_port_that_a_redirect_names_is_not_asked_actively() -> None:
    """Who has shown that a name is theirs by one port may have a neighbour at another."""
    scope = Scope("http://shop.example/")
    scope.admit("https://shop.example:8443/")
    other = "https://shop.example:8443/x"
    assert scope.has(other)
    assert not scope.is_among(other, frozenset({"shop.example"}))
    assert scope.is_among(other, frozenset({"shop.example", "shop.example:8443"}))
    scope.narrow(frozenset({"shop.example"}))
    assert not scope.has(other)
    assert scope.has("https://shop.example/x")
    assert not scope.has("https://www.shop.example/x")
