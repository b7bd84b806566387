"""HTTP checks through proxies, to chosen addresses, and in a chosen version of HTTP."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from app.engine.usability.reasons import sentence
from tests.engine.certs import Authority
from tests.engine.conftest import Probe
from tests.engine.targets import NameServer, Target, free_port, reply
from tests.engine.usability.http_servers import ForwardProxy, SocksProxy
from tests.engine.usability.peers import Peer, saying, silent
from tests.servers import nginx_server


def test_a_proxy_carries_the_request_and_finds_the_name(probe: Probe) -> None:
    with ForwardProxy() as proxy, Target(reply()) as target:
        sample = probe(target.url("/a", "inside.test"), proxy=f"http://127.0.0.1:{proxy.port}")
        assert proxy.asked == [f"GET http://inside.test:{target.port}/a HTTP/1.1"]
    assert (sample.status, sample.address) == ("up", "127.0.0.1")


def test_https_goes_through_a_tunnel_and_is_verified(probe: Probe, authority: Authority) -> None:
    with ForwardProxy() as proxy, Target(reply(), tls=authority.context("inside.test")) as target:
        sample = probe(target.url(host="inside.test"), proxy=f"http://127.0.0.1:{proxy.port}")
        assert proxy.asked == [f"CONNECT inside.test:{target.port} HTTP/1.1"]
    assert (sample.status, sample.facts["tls"]["is_verified"]) == ("up", True)


def test_a_proxy_that_speaks_tls_is_known_by_its_name(probe: Probe, authority: Authority) -> None:
    with (
        ForwardProxy(tls=authority.context("proxy.test")) as proxy,
        Target(reply()) as target,
        NameServer({"proxy.test": ("127.0.0.1",), "other.test": ("127.0.0.1",)}) as names,
    ):
        way = {"dns_servers": (names.address,), "proxy": f"https://proxy.test:{proxy.port}"}
        assert probe(target.url(host="inside.test"), **way).status == "up"
        way["proxy"] = f"https://other.test:{proxy.port}"
        assert probe(target.url(host="inside.test"), **way).status != "up"
        assert list(names.asked) == ["proxy.test", "other.test"]


def test_the_next_check_goes_directly_again(probe: Probe) -> None:
    with ForwardProxy() as proxy, Target(reply()) as target:
        probe(target.url(), proxy=f"http://127.0.0.1:{proxy.port}")
        probe(target.url())
        assert (len(proxy.asked), len(target.requests)) == (1, 2)


@pytest.mark.parametrize(("password", "status"), [("right", "up"), ("wrong", "unknown")])
def test_a_proxy_may_want_a_log_in(probe: Probe, password: str, status: str) -> None:
    with ForwardProxy(wants="Basic YW5uYTpyaWdodA==") as proxy, Target(reply()) as target:
        sample = probe(
            target.url(),
            proxy=f"http://127.0.0.1:{proxy.port}",
            proxy_username="anna",
            proxy_password=password,
        )
    assert (sample.status, sample.reason) == (status, None if status == "up" else "proxy_login")


def test_a_socks_proxy_finds_the_name(probe: Probe) -> None:
    with SocksProxy(username="anna", password="right") as proxy, Target(reply()) as target:
        way = {"proxy": f"socks5://127.0.0.1:{proxy.port}", "proxy_username": "anna"}
        assert probe(target.url(host="inside.test"), **way, proxy_password="right").status == "up"
        assert proxy.asked == ["inside.test"]
        assert probe(target.url(host="inside.test"), **way, proxy_password="wrong").reason == "proxy_login"


def test_a_proxy_that_cannot_be_reached_says_nothing_of_the_target(probe: Probe) -> None:
    sample = probe("http://inside.test/", proxy=f"http://127.0.0.1:{free_port()}")
    assert (sample.status, sample.reason) == ("unknown", "proxy_unreachable")


def test_a_proxy_that_cannot_reach_the_target_does(probe: Probe) -> None:
    with ForwardProxy(refuses=502) as proxy:
        sample = probe("https://inside.test/", proxy=f"http://127.0.0.1:{proxy.port}")
    assert (sample.status, sample.reason, sample.detail["error"]) == ("down", "proxy_refused", "HTTP 502")


@pytest.mark.parametrize("url", ["http://inside.test/", "https://inside.test/"])
def test_a_proxy_whose_certificate_is_wrong_is_asked_once(
    probe: Probe, authority: Authority, url: str
) -> None:
    connections: list[str] = []

    class Counted(ForwardProxy):
        def _serve(self, connection: socket.socket) -> None:
            connections.append("one")
            super()._serve(connection)

    with Counted(tls=authority.context("127.0.0.1", self_signed=True)) as proxy:
        sample = probe(url, proxy=f"https://127.0.0.1:{proxy.port}")
    assert (sample.status, sample.reason) == ("unknown", "proxy_unreachable")
    assert len(connections) == 1


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_stays_silent_did_not_get_through(probe: Probe, scheme: str) -> None:
    with Peer(silent) as proxy:
        sample = probe("https://inside.test/", proxy=f"{scheme}://127.0.0.1:{proxy.port}", timeout_ms=200)
    assert (sample.status, sample.reason) == ("down", "proxy_refused")
    assert "within 200 ms" in sentence(sample.reason, sample.detail)


def test_a_proxy_that_talks_nonsense_did_not_get_through(probe: Probe) -> None:
    with Peer(saying(b"nonsense\r\n\r\n")) as proxy:
        sample = probe("https://inside.test/", proxy=f"http://127.0.0.1:{proxy.port}")
    assert (sample.status, sample.reason) == ("down", "proxy_refused")


def test_the_guard_judges_the_proxy(probe: Probe) -> None:
    with ForwardProxy() as proxy:
        sample = probe("http://example.org/", proxy=f"http://127.0.0.1:{proxy.port}", allow=())
        assert proxy.asked == []
    assert sample.reason == "address_refused"


def test_the_guard_judges_a_written_address_behind_a_proxy(probe: Probe) -> None:
    with ForwardProxy() as proxy:
        sample = probe("http://169.254.169.254/", proxy=f"http://127.0.0.1:{proxy.port}")
        assert proxy.asked == []
    assert (sample.reason, sample.detail["address"]) == ("address_refused", "169.254.169.254")


def test_it_connects_to_the_address_that_was_chosen(probe: Probe) -> None:
    with Target(reply()) as target, NameServer({}) as names:
        sample = probe(target.url(host="shop.test"), connect_to="127.0.0.1", dns_servers=(names.address,))
        assert f"Host: shop.test:{target.port}".encode() in target.requests[0]
        assert names.asked == {}
    assert (sample.status, sample.address) == ("up", "127.0.0.1")


def test_the_guard_judges_the_chosen_address(probe: Probe) -> None:
    sample = probe("http://shop.test/", connect_to="10.0.0.1")
    assert (sample.reason, sample.detail["address"]) == ("address_refused", "10.0.0.1")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"proxy": "ftp://127.0.0.1:1"}, "proxy"),
        ({"proxy": "http://user:pass@127.0.0.1:1"}, "proxy"),
        ({"proxy": "http://127.0.0.1:1", "connect_to": "127.0.0.1"}, "connect_to"),
        ({"connect_to": "shop.test"}, "connect_to"),
        ({"auth": {"type": "basic"}}, "auth.username"),
        ({"auth": {"type": "oauth2", "client_id": "a"}}, "auth.token_url"),
        ({"client_key": "x"}, "client_key"),
        ({"ca_bundle": "x"}, "ca_bundle"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(probe: Probe, config: dict[str, Any], field: str) -> None:
    sample = probe("http://127.0.0.1/", **config)
    assert sample.reason == "config_invalid"
    assert sample.detail["error"].startswith(f"{field}: ")


@pytest.mark.parametrize(("version", "line"), [("1.0", b"HTTP/1.0"), ("1.1", b"HTTP/1.1")])
def test_it_asks_in_the_version_that_was_chosen(probe: Probe, version: str, line: bytes) -> None:
    with Target(reply()) as target:
        probe(target.url(), http_version=version)
        assert target.requests[0].split(b"\r\n")[0].endswith(line)


def test_another_version_than_was_chosen_is_down(probe: Probe, authority: Authority) -> None:
    with Target(reply(), tls=authority.context("127.0.0.1")) as target:
        sample = probe(target.url(), http_version="2")
    assert (sample.status, sample.reason, sample.detail["got"]) == ("down", "http_version", "1.1")


def test_it_speaks_http_2_without_asking_first(folder: Path, probe: Probe) -> None:
    port = free_port()
    text = f"""
master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}}
http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  uwsgi_temp_path {folder}/c; fastcgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port} http2; return 200 "welcome"; }} }}"""
    with nginx_server(folder, text, port):
        sample = probe(f"http://127.0.0.1:{port}/", http_version="2-prior-knowledge")
    assert (sample.status, sample.facts["http_version"]) == ("up", "2")
