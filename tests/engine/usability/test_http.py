"""HTTP checks against real sockets: verdicts, phases and facts."""

from __future__ import annotations

import gzip
import socket
import zlib

import pytest
from pydantic import ValidationError

from app.engine.usability.registry import get_type, problems
from tests.engine.conftest import Probe
from tests.engine.targets import Target, free_port, redirect, reply, reset


def test_it_is_up_when_the_status_is_accepted(probe: Probe) -> None:
    with Target(reply(b"hello")) as target:
        sample = probe(target.url())
    assert (sample.status, sample.reason, sample.http_status) == ("up", None, 200)
    assert sample.facts["http_version"] == "1.1"
    assert sample.facts["body_bytes"] == 5


def test_it_measures_each_phase_and_the_whole(probe: Probe) -> None:
    with Target(reply()) as target:
        sample = probe(target.url())
    phases = [sample.dns_ms, sample.connect_ms, sample.first_byte_ms, sample.transfer_ms]
    assert all(each is not None and each >= 0 for each in phases)
    assert sample.tls_ms is None
    assert sample.total_ms is not None
    assert sample.total_ms >= sum(each or 0 for each in phases) * 0.9


@pytest.mark.parametrize(
    ("status", "accepted", "verdict"),
    [
        ("204 No Content", "200-399", "up"),
        ("503 Unavailable", "200-399", "down"),
        ("503 Unavailable", "200,503", "up"),
        ("401 Unauthorized", "200-299, 401", "up"),
    ],
)
def test_it_judges_the_status_by_the_list(probe: Probe, status: str, accepted: str, verdict: str) -> None:
    with Target(reply(b"", status)) as target:
        sample = probe(target.url(), accepted_status=accepted)
    assert sample.status == verdict
    assert sample.reason == (None if verdict == "up" else "http_status")


def test_it_is_down_when_nobody_listens(probe: Probe) -> None:
    assert probe(f"http://127.0.0.1:{free_port()}/").reason == "connect_refused"


def test_it_reads_an_ipv6_literal(probe: Probe) -> None:
    with Target(reply(), host="::1") as target:
        sample = probe(target.url(host="[::1]"))
    assert (sample.status, sample.address) == ("up", "::1")


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"keyword": "欢迎"}, None),
        ({"keyword": "Welcome"}, "keyword_missing"),
        ({"keyword_absent": "欢迎"}, "keyword_present"),
        ({"keyword_absent": "hacked"}, None),
    ],
)
def test_it_looks_for_keywords(probe: Probe, config: dict[str, str], reason: str | None) -> None:
    with Target(reply("<p>欢迎光临</p>".encode())) as target:
        assert probe(target.url(), **config).reason == reason


@pytest.mark.parametrize(
    ("charset", "headers", "start"),
    [
        ("gbk", ("Content-Type: text/html; charset=GB2312",), ""),
        ("big5", (), '<meta charset="big5">'),
        ("utf-16", (), ""),
        ("utf-8-sig", ("Content-Type: text/html; charset=latin-1",), ""),
    ],
)
def test_it_reads_the_charset(probe: Probe, charset: str, headers: tuple[str, ...], start: str) -> None:
    with Target(reply((start + "中文頁面").encode(charset, "ignore"), headers=headers)) as target:
        assert probe(target.url(), keyword="中文").status == "up"


def test_it_does_not_let_the_target_choose_a_slow_codec(probe: Probe) -> None:
    with Target(reply(b"x" * 200_000, headers=("Content-Type: text/html; charset=punycode",))) as target:
        assert probe(target.url(), keyword="xx").status == "up"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
    ],
)
def test_it_unpacks_compressed_pages(probe: Probe, encoding: str, pack: object) -> None:
    body = pack(b"the needle is here")  # type: ignore[operator]
    with Target(reply(body, headers=(f"Content-Encoding: {encoding}",))) as target:
        assert probe(target.url(), keyword="needle").status == "up"


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip"])
def test_it_says_when_a_body_cannot_be_decoded(probe: Probe, encoding: str) -> None:
    with Target(reply(b"no gzip at all", headers=(f"Content-Encoding: {encoding}",))) as target:
        assert probe(target.url(), keyword="gzip").reason == "body_unreadable"


def test_it_stops_reading_at_the_limit_and_is_still_up(probe: Probe) -> None:
    with Target(reply(b"a" * 3_000_000)) as target:
        sample = probe(target.url(), max_body_kb=64)
    assert sample.status == "up"
    assert sample.facts["is_cut"] is True
    assert sample.facts["body_bytes"] < 64 * 1024 + 128 * 1024


def test_a_gzip_bomb_costs_no_more_than_the_limit(probe: Probe) -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)
    with Target(reply(bomb, headers=("Content-Encoding: gzip",))) as target:
        sample = probe(target.url(), keyword="x", max_body_kb=512)
    assert sample.reason == "keyword_missing"
    assert sample.lag_ms < 200


def test_it_sends_method_headers_and_body(probe: Probe) -> None:
    with Target(reply()) as target:
        probe(target.url("/a?b=c"), method="PUT", headers={"X-Key": "v", "X-Empty": ""}, body="data")
        head, _, body = target.requests[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"PUT /a?b=c HTTP/1.1"
    assert {b"X-Key: v", b"X-Empty:", b"Content-Length: 4"} <= set(lines)
    assert body == b"data"


def test_a_head_request_waits_for_no_body(probe: Probe) -> None:
    with Target(reply(b"", length=5000)) as target:
        sample = probe(target.url(), method="HEAD")
        assert target.requests[0].startswith(b"HEAD ")
    assert sample.status == "up"


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("keyword", "hello"),
        ("keyword_absent", "hacked"),
        ("assertions", [{"kind": "body", "comparison": "not_contains", "value": "hacked"}]),
        ("assertions", [{"kind": "json", "target": "$.error", "comparison": "absent"}]),
    ],
)
def test_what_no_answer_to_head_can_hold_is_refused(field: str, wanted: object) -> None:
    with pytest.raises(ValidationError) as caught:
        get_type("http").parse({"url": "http://127.0.0.1/", "method": "HEAD", field: wanted})
    assert problems(caught.value) == {field: "The answer to HEAD has no content to look at: use GET."}


def test_one_check_leaves_nothing_behind_for_the_next(probe: Probe) -> None:
    with Target(reply()) as target:
        probe(target.url(), method="POST", headers={"X-Key": "v"}, body="data")
        probe(target.url())
        assert target.requests[1].startswith(b"GET ")
        assert b"X-Key" not in target.requests[1]


def _reset_mid_body(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    reset(connection)


def _close_mid_body(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")


def _say_nothing(_connection: socket.socket, _request: bytes) -> None:
    return


def _speak_ssh(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n" * 3)


def _endless_headers(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(100_000):
        connection.sendall(b"X-Filler: " + b"a" * 1000 + b"\r\n")


def _one_endless_header(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(2000):
        connection.sendall(b"a" * 1000)


def _frame_badly(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello")


@pytest.mark.parametrize(
    ("act", "reasons"),
    [
        (_reset_mid_body, {"connection_reset", "body_incomplete"}),
        (_close_mid_body, {"body_incomplete"}),
        (_say_nothing, {"empty_reply"}),
        (_speak_ssh, {"protocol_error"}),
        (_frame_badly, {"protocol_error"}),
        (_endless_headers, {"headers_too_large"}),
        (_one_endless_header, {"headers_too_large"}),
    ],
)
def test_it_names_what_the_server_did_wrong(probe: Probe, act: object, reasons: set[str]) -> None:
    with Target(act) as target:  # type: ignore[arg-type]
        sample = probe(target.url())
    assert sample.status == "down"
    assert sample.reason in reasons


def test_a_slow_loris_ends_with_the_time(probe: Probe) -> None:
    def drip(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not target.until_closed.wait(0.05):
            connection.sendall(b".")

    with Target(drip) as target:
        sample = probe(target.url(), timeout_ms=1200)
    assert (sample.reason, sample.detail["phase"]) == ("timeout", "transfer")
    assert sample.total_ms is not None
    assert 1190 <= sample.total_ms < 2000


def test_a_silent_server_is_named_by_the_phase(probe: Probe) -> None:
    with Target(lambda _connection, _request: target.until_closed.wait(5)) as target:
        sample = probe(target.url(), timeout_ms=1200)
    assert (sample.reason, sample.detail["phase"]) == ("timeout", "first_byte")


def test_a_configuration_that_cannot_be_used_is_unknown(probe: Probe) -> None:
    sample = probe("http://user@127.0.0.1/")
    assert (sample.status, sample.reason) == ("unknown", "config_invalid")


def test_it_refuses_private_addresses_without_an_allow_list(probe: Probe) -> None:
    with Target(reply()) as target:
        sample = probe(target.url(), allow=())
        assert target.requests == []
    assert (sample.reason, sample.detail["why"]) == ("address_refused", "loopback")


def test_the_environments_proxy_is_not_used(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    with Target(reply()) as target:
        assert probe(target.url()).status == "up"


def test_redirects_are_no_concern_when_they_are_not_followed(probe: Probe) -> None:
    with Target(redirect("http://10.0.0.1/")) as target:
        sample = probe(target.url(), follow_redirects=False)
    assert (sample.status, sample.http_status) == ("up", 302)


def test_it_tells_protocol_size_and_redirects_in_words() -> None:
    facts = {"http_version": "2", "body_bytes": 12_345, "redirects": [{"status": 301, "url": "/a"}]}
    told = get_type("http").told(facts, "en")
    assert told == [("Protocol", "HTTP/2"), ("Size of the answer", "12,345 B"), ("Redirect", "301 → /a")]
